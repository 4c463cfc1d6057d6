from __future__ import annotations

import dagster as dg
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.blocks.for_loop import MAX_ITERATIONS
from skyvern_dagster.execution.collecting import iteration_key
from tests.laws import LAW


@LAW
@given(st.lists(st.integers(1, MAX_ITERATIONS), min_size=1, max_size=3), st.data())
def test_keys_sort_as_the_items_stand(counts: list[int], data: st.DataObject) -> None:
    """Also of loops in loops, whose inner lists need not be of one length."""
    places = st.tuples(*(st.integers(0, count - 1) for count in counts))
    found = data.draw(st.lists(places, max_size=20, unique=True))

    def key(place: tuple[int, ...]) -> str:
        made = ""
        for index, count in zip(place, counts, strict=True):
            made = iteration_key(made, index, count)
        return made

    assert sorted(found, key=key) == sorted(found)
    assert len({key(place) for place in found}) == len(found)
    for place in found:
        dg.DynamicOutput(None, mapping_key=key(place))  # refuses what is no mapping key
