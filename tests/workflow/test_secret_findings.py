"""Secrets in definitions are findings; their values never are."""

from __future__ import annotations

import pytest

from skyvern_dagster.workflow.findings import InvalidDefinitionError
from skyvern_dagster.workflow.loader import load_text

DEFINITION = """\
title: T
workflow_definition:
  parameters:
    - {{parameter_type: workflow, key: {key}, workflow_parameter_type: {kind}{default}}}
  blocks:
    - block_type: task
      label: a
      url: https://shop.example
      parameter_keys: [{key}]
      navigation_goal: {goal}
      title: "{title}"
{more}"""


def warnings(
    key: str = "name", kind: str = "string", default: str = "", goal: str = "Go", title: str = "",
    more: str = "",
) -> list[str]:  # fmt: skip
    text = DEFINITION.format(key=key, kind=kind, default=default, goal=goal, title=title, more=more)
    return [str(each) for each in load_text(text, source="t.yaml", name="t").warnings]


@pytest.mark.parametrize("key", ["PASSWORD", "pin", "access_token"])
def test_a_parameter(key: str) -> None:
    (found,) = warnings(key)
    assert f"t.yaml:4:34: warning: parameter {key!r} looks like a secret" in found
    assert "credential or aws_secret" in found


def test_what_is_none() -> None:
    assert warnings() == []
    assert warnings("login_secret", "credential_id") == []
    assert warnings("password_file", "file_url") == []


def test_its_default() -> None:
    found = warnings("PASSWORD", default=", default_value: Zebra-77")
    assert len(found) == 2
    assert "the default of 'PASSWORD' is a secret" in found[1]
    assert "Zebra-77" not in "".join(found)


def test_where_its_value_is_wanted() -> None:
    found = warnings("PASSWORD", title="{{ PASSWORD }}")
    assert "gives a reference to it (secret://PASSWORD)" in found[1]


def test_a_text_that_tells_one() -> None:
    (found,) = warnings(goal="Log in as dana with the password Zebra-77")
    assert "block 'a': this text tells a secret" in found
    assert "Zebra-77" not in found


def test_tags_of_the_operator() -> None:
    text = DEFINITION.format(
        key="name", kind="string", default="", goal="Go", title="",
        more='dagster: {run_tags: {"dagster-k8s/config": "{}"}}\n',
    )  # fmt: skip
    assert load_text(text, source="t", name="t").warnings == ()
    with pytest.raises(InvalidDefinitionError, match="is for files of the operator"):
        load_text(text, source="t", name="t", from_rest=True)
