"""What blocks of every type give when they fail: a run that goes on has it as their output."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from skyvern_dagster.blocks.registry import block_types


@pytest.mark.parametrize("name", sorted(block_types()))
def test_it_is_of_the_types_form_or_nothing(name: str) -> None:
    kind = block_types()[name]
    output = kind.failed_output("why")
    try:
        kind.output_type.model_validate(output)
    except ValidationError:
        assert output is None
