"""The planner as a Dagster resource: what it makes of its fields and of the environment."""

from __future__ import annotations

import dagster as dg
import pytest

from skyvern_dagster.agent.choice import PlannerChoice
from skyvern_dagster.errors import PlannerError
from skyvern_dagster.resources.planner import PlannerResource


@pytest.fixture(autouse=True)
def _no_settings(clean_environment: pytest.MonkeyPatch) -> None:
    for name in ("SKYVERN_PLANNER", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        clean_environment.delenv(name, raising=False)


def choice(resource: PlannerResource) -> PlannerChoice:
    made = resource.policy()
    assert isinstance(made, PlannerChoice)
    return made


def test_without_anything_it_is_auto_without_a_model() -> None:
    made = choice(PlannerResource())
    assert (made.default, made.replaying, made.model.is_configured) == ("auto", "model", False)
    assert made.name == "heuristic"


def test_fields_stand_above_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_LLM_MODEL", "from-environment")
    monkeypatch.setenv("SKYVERN_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("SKYVERN_REPLAY", "all")
    made = choice(PlannerResource(planner="llm", model="from-field", max_page_tokens=99))
    assert (made.model.model, made.model.base_url) == ("from-field", "http://127.0.0.1:9/v1")
    assert (made.model.max_page_tokens, made.replaying) == (99, "all")
    assert made.name == "llm"


def test_a_key_by_reference_is_read_where_the_run_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-planted")
    seen: list[str] = []

    # Unannotated: Dagster doesn't know annotations that are kept as text.
    @dg.op(required_resource_keys={"planner"})
    def look(context) -> None:  # type: ignore[no-untyped-def]
        made = context.resources.planner.policy()
        seen.append(made.model.api_key)
        assert "sk-planted" not in repr(made)

    @dg.job(resource_defs={"planner": PlannerResource(api_key=dg.EnvVar("MY_KEY"))})
    def job() -> None:
        look()

    assert job.execute_in_process().success
    assert seen == ["sk-planted"]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"replay": "maybe"}, "SKYVERN_REPLAY must be"),
        ({"vision": "maybe"}, "VISION must be"),
        ({"planner": "magic"}, "no planner 'magic'"),
        ({"planner": "os:getcwd"}, "is no planner"),
    ],
)
def test_a_malformed_setting_is_named(fields: dict[str, str], words: str) -> None:
    with pytest.raises(PlannerError, match=words):
        PlannerResource(**fields).policy()  # type: ignore[arg-type]
