"""The settings that docs/how-to/models.md shows are those that a run understands."""

from __future__ import annotations

import pytest

from skyvern_dagster.llm.presets import PRESETS, preset_of
from skyvern_dagster.llm.settings import ModelSettings, settings_from
from skyvern_dagster.llm.usage import require_prices
from tests.docs.test_how_to import DOCS, blocks

PAGE = DOCS / "how-to" / "models.md"
EXAMPLES = blocks(PAGE, "bash")


def settings(example: str) -> ModelSettings:
    lines = [line.removeprefix("export ").split("=", 1) for line in example.splitlines()]
    return settings_from({name: value.strip('"') for name, value in lines})


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example(example: str) -> None:
    shown = settings(example)
    assert shown.is_configured
    assert ("API_KEY=..." in example) == bool(shown.api_key)
    # Nothing is set that means nothing.
    for line in example.splitlines():
        name = line.removeprefix("export ").partition("=")[0]
        field = name.removeprefix("SKYVERN_LLM_").removeprefix("FALLBACK_").removeprefix("READING_")
        known = name.startswith("SKYVERN_LLM_") and field.lower() in vars(shown)
        assert known or any(
            name in (*preset.keys, *(variable for variable, _ in preset.addresses))
            for preset in PRESETS
        )


def test_every_preset_has_its_part() -> None:
    found = {preset.name for each in EXAMPLES if (preset := preset_of(settings(each)))}
    assert found == {preset.name for preset in PRESETS}


def test_the_budget_of_the_last_example_can_be_held() -> None:
    shown = settings(EXAMPLES[-1])
    assert (shown.max_cost_usd, len(shown.models)) == (2, 3)
    require_prices(shown)
