"""Any definition that should load."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from skyvern_dagster.workflow.op_names import RESERVED_OP_NAMES

# What YAML can't hold plainly is left out: control characters, and the marks of Jinja.
WORDS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="{\ufeff"),
    max_size=30,
)
LABELS = st.from_regex(r"[A-Za-z][A-Za-z0-9_]{0,12}", fullmatch=True).filter(
    lambda label: (
        not label.endswith(("_output", "__items", "__collect")) and label not in RESERVED_OP_NAMES
    )
)
VALUES = {
    "string": WORDS.filter(bool),
    "integer": st.integers(),
    "float": st.floats(allow_nan=False, allow_infinity=False, width=32),
    "boolean": st.booleans(),
    "json": st.dictionaries(WORDS, st.integers() | WORDS | st.booleans(), max_size=3),
    "file_url": st.just("https://files.example/a.pdf"),
}


@st.composite
def definitions(draw: st.DrawFn) -> dict[str, Any]:
    """Parameters, blocks and loops with names that fit together."""
    names = draw(st.lists(LABELS, min_size=2, max_size=9, unique_by=lambda label: label.casefold()))
    keys = names[: len(names) // 2]
    labels = names[len(names) // 2 :]
    blocks = [draw(_task(label, keys)) for label in labels]
    blocks[0]["url"] = "https://shop.example/"
    if keys and len(blocks) > 2:
        *before, inner = blocks
        loop = {
            "block_type": "for_loop",
            "label": "the_loop",
            "loop_over_parameter_key": draw(st.sampled_from(keys)),
            "loop_blocks": [inner],
        }
        blocks = [*before, loop]
    return {
        "title": draw(WORDS.filter(bool)),
        "workflow_definition": {
            "parameters": [draw(_parameter(key)) for key in keys],
            "blocks": blocks,
        },
    }


@st.composite
def _parameter(draw: st.DrawFn, key: str) -> dict[str, Any]:
    kind = draw(st.sampled_from(sorted(VALUES)))
    return {
        "key": key,
        "description": draw(WORDS.filter(bool)),
        "parameter_type": "workflow",
        "workflow_parameter_type": kind,
        "default_value": draw(VALUES[kind]),
    }


@st.composite
def _task(draw: st.DrawFn, label: str, keys: list[str]) -> dict[str, Any]:
    optional: dict[str, st.SearchStrategy[Any]] = {
        "continue_on_failure": st.booleans(),
        "title": WORDS.filter(bool),
        "navigation_goal": WORDS.filter(bool)
        | st.sampled_from(["Go.", *(f"Use {{{{ {key} }}}}." for key in keys)]),
        "data_schema": st.dictionaries(
            WORDS, st.dictionaries(WORDS, WORDS, max_size=2), max_size=2
        ),
        "error_code_mapping": st.dictionaries(WORDS, WORDS, max_size=2),
        "max_retries": st.integers(0, 20),
        "max_steps_per_run": st.integers(1, 1000),
        "parameter_keys": st.lists(st.sampled_from(keys), max_size=3) if keys else st.just([]),
        "complete_on_download": st.booleans(),
    }
    chosen = draw(st.fixed_dictionaries({}, optional=optional))
    return {"label": label, **chosen, "block_type": "task"}
