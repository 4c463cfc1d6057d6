"""Definitions for tests: small ones from parts, places marked with ``§``, findings as text."""

from __future__ import annotations

from textwrap import dedent, indent

from skyvern_dagster.errors import DefinitionError
from skyvern_dagster.workflow.findings import Finding, InvalidDefinitionError, Position
from skyvern_dagster.workflow.loader import Workflow, load_text

TASK = "- {block_type: task, label: first, url: 'https://shop.example'}\n"
SMTP = """\
- {key: host, parameter_type: aws_secret, aws_key: SMTP_HOST}
- {key: port, parameter_type: aws_secret, aws_key: SMTP_PORT}
- {key: user, parameter_type: aws_secret, aws_key: SMTP_USERNAME}
- {key: password, parameter_type: aws_secret, aws_key: SMTP_PASSWORD}
"""
SMTP_KEYS = (
    "smtp_host_secret_parameter_key: host, smtp_port_secret_parameter_key: port, "
    "smtp_username_secret_parameter_key: user, smtp_password_secret_parameter_key: password"
)


def document(blocks: str = TASK, parameters: str = "") -> str:
    """A definition with these blocks and parameters (lists in YAML, at no indentation)."""
    text = "title: Test\nworkflow_definition:\n"
    if parameters:
        text += "  parameters:\n" + indent(dedent(parameters), "    ")
    return text + "  blocks:\n" + indent(dedent(blocks), "    ")


def load(text: str) -> Workflow:
    """A text that is expected to be a definition."""
    return load_text(text, source="test.yaml", name="test")


def findings(text: str) -> list[Finding]:
    """Everything that is found in a text."""
    try:
        return list(load(text).warnings)
    except InvalidDefinitionError as error:
        return list(error.findings)


def messages(text: str) -> list[str]:
    """The findings without their places."""
    return [each.message for each in findings(text)]


def unmarked(text: str) -> tuple[str, list[Position]]:
    """The text without its marks, and where they stood."""
    plain, places = "", []
    for part in text.split("§")[:-1]:
        plain += part
        line = plain.count("\n") + 1
        places.append(Position(line, len(plain) - plain.rfind("\n")))
    return plain + text.split("§")[-1], places


def found_at_marks(text: str) -> list[Finding]:
    """The findings of a text in which each place where one is expected is marked."""
    plain, places = unmarked(text)
    found = findings(plain)
    assert [each.position for each in found] == places, "\n".join(map(str, found))
    return found


def refusal(text: str) -> DefinitionError:
    """The error of a text that is no definition."""
    try:
        load(text)
    except DefinitionError as error:
        return error
    raise AssertionError("this was taken for a definition")
