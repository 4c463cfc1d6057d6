from __future__ import annotations

import json
import resource
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.errors import TemplateError
from skyvern_dagster.templating.compiled import syntax_tree
from skyvern_dagster.templating.growth import cannot_grow
from skyvern_dagster.templating.renderer import Renderer
from skyvern_dagster.templating.rendering import (
    evaluate,
    evaluate_for_text,
    is_template,
    names_used,
    render,
)
from tests.laws import LAW

NAMES: dict[str, Any] = {
    "url": "https://shop.example",
    "count": 3,
    "rate": 1.5,
    "yes": True,
    "nothing": None,
    "orders": [{"order_id": "A-1"}, {"order_id": "A-2"}],
    "output": {"extracted_information": {"order_ids": [1, 2]}, "errors": []},
}
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(st.characters(codec="utf-8")), inner, max_size=4),
    max_leaves=15,
)  # fmt: skip


@LAW
@given(JSON)
def test_one_expression_keeps_its_value_whatever_it_is(value: Any) -> None:
    names = {"value": value}
    assert evaluate("{{ value }}", names) == value
    assert evaluate(" {{- value -}}\n", names) == value
    assert json.loads(evaluate("{{ value | tojson }}", names)) == value
    written = json.dumps(value, ensure_ascii=False)
    assert render("{{ value | json }}", names) == written
    assert evaluate_for_text("{{ value | json }}", names) == written
    assert evaluate("{{ value | json }}", names) == value
    assert evaluate("{{ value | json }};", names) == f"{written};"


@LAW
@given(st.text(st.characters(codec="utf-8", exclude_characters="{")))
def test_a_text_without_markup_stays_as_it_is(text: str) -> None:
    assert not is_template(text)
    assert render(text, {}) == evaluate(text, {}) == text


@pytest.mark.parametrize(
    ("template", "value"),
    [
        ("{{ output.extracted_information.order_ids }}", [1, 2]),
        ("{{ orders | map(attribute='order_id') | list }}", ["A-1", "A-2"]),
        ("{{ orders | map(attribute='order_id') }}", ["A-1", "A-2"]),
        ("{{ {'a': {'b': count}} }}", {"a": {"b": 3}}),
        ("{{ '}}' }}", "}}"),
        ("{{ range(count) }}", [0, 1, 2]),
        ("{{ count }}{# note #}", 3),
        ("{{ nothing }}", None),
        ("{{ yes }} ", True),
        ("{{ orders | length > 1 }}", True),
        ("{{ count }}/{{ rate }}", "3/1.5"),
        ("{{ url }}/orders", "https://shop.example/orders"),
        ("{% for each in orders %}{{ loop.index }}{{ each.order_id }} {% endfor %}", "1A-1 2A-2 "),
        ("{% raw %}{{ url }}{% endraw %}", "{{ url }}"),
        ("{{ '%05.1f'|format(rate) }} {{ '{:>4}'.format(count) }}", "001.5    3"),
        ("{{ count + 1 }}", 4),
        ("{{ [url] * 2 }}", ["https://shop.example"] * 2),
        ("{{ missing | default('else') }}", "else"),
        ("{{ orders | tojson(indent=1) }}", '[\n {\n  "order_id": "A-1"\n },\n {\n  "order_id": "A-2"\n }\n]'),  # noqa: E501
    ],
)  # fmt: skip
def test_what_templates_give(template: str, value: Any) -> None:
    found = evaluate(template, NAMES)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("{{ web_url }}", "'web_url' is undefined"),
        ("{{ [web_url] }}", "'web_url' is undefined"),
        ("see {{ web_url }}", "'web_url' is undefined"),
        ("{{ web_url | tojson }}", "'web_url' is undefined"),
        ("{{ 'a' ~ web_url }}", "'web_url' is undefined"),
        ("{{ url.upper }}", "no plain value"),
        ("{{ 1 / 0 }}", "division by zero"),
        ("{{ 1 + 'a' }}", "unsupported operand"),
        ("{{ url | round }}", "round"),
        ("{{ url", "malformed template"),
        ("{% if %}", "malformed template: Expected an expression"),
        ("line\n{% endif %}", r"malformed template: .* \(line 2 of it\)"),
        ("{{ url | shorten }}", "malformed template: No filter named 'shorten'"),
        ("{{ url is nice }}", "malformed template: No test named 'nice'"),
        ("{% include 'x' %}", "no loader"),
        ("{{ " + "(" * 600 + "1" + ")" * 600 + " }}", "nested too deeply"),
        ("{{ " + "1+" * 5000 + "1 }}", "nested too deeply"),
    ],
)
@pytest.mark.parametrize("give", [evaluate, render])
def test_mistakes_are_told(give: Any, template: str, message: str) -> None:
    if give is render and message == "no plain value":
        return  # in a text it is written out, as anything is
    with pytest.raises(TemplateError, match=message):
        give(template, NAMES)


@pytest.mark.parametrize(
    "template",
    [
        "{{ ''.__class__ }}",
        "{{ ''.__class__.__mro__[1].__subclasses__() }}",
        "{{ ''['__class__'] }}",
        "{{ '' | attr('__class__') }}",
        "{{ orders.__init__.__globals__ }}",
        "{{ namespace.__init__.__globals__ }}",
        "{{ self._TemplateReference__context }}",
        "{{ '{0.__class__}'.format(count) }}",
        "{{ '{x.__class__}'.format_map({'x': count}) }}",
        "{{ orders | map(attribute='__class__') | list }}",
        "{% for each in [].__class__.__base__.__subclasses__() %}{{ each }}{% endfor %}",
        "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
        "{{ lipsum.__globals__ }}",
    ],
)
@pytest.mark.parametrize("give", [evaluate, render])
def test_nothing_gets_out_of_the_sandbox(give: Any, template: str) -> None:
    with pytest.raises(TemplateError):
        give(template, NAMES)


DOUBLING = "{%% set n = namespace(x=%s) %%}{%% for i in range(99) %%}%s{%% endfor %%}{{ n.x }}"


WHOSE_MEMORY = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


@pytest.mark.parametrize(
    "template",
    [
        "{{ 'a' * 10**9 }}",
        "{{ [1] * 10**9 }}",
        "{{ 10 ** (10 ** 10) }}",
        "{{ 9 ** 9999 * 9 ** 9999 }}",
        "{{ range(10**9) | list }}",
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% for a in range(99999) %}" + "x" * 999 + "{% endfor %}",
        "{% set y %}{% for a in range(99999) %}" + "x" * 999 + "{% endfor %}{% endset %}{{ y }}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{% macro f(n) %}{% if n %}{{ f(n-1) }}{{ f(n-1) }}{% endif %}{% endmacro %}{{ f(60) }}",
        DOUBLING % ("'a'", "{% set n.x = n.x ~ n.x %}"),
        DOUBLING % ("'a'", "{% set n.x = n.x + n.x %}"),
        DOUBLING % ("'a'", "{% set n.x %}{{ n.x }}{{ n.x }}{% endset %}"),
        DOUBLING % ("['a']", "{% set n.x = n.x + n.x %}"),
        DOUBLING % ("['a']", "{% set n.x = [n.x, n.x] %}"),
        DOUBLING % ("['a']", "{% set _ = n.x.extend(n.x) %}"),
        "{{ ('a' * 999999).replace('a', 'a' * 999999) }}",
        "{{ ('a' * 999999) | replace('a', 'a' * 999999) }}",
        "{{ ('a' * 999999).join('a' * 999999) }}",
        "{{ range(99999) | list | join('a' * 999999) }}",
        "{{ 'a'.center(999999999) }}{{ 'a'.zfill(999999999) }}",
        "{{ 'a' | center(999999999) }}",
        "{{ 'a' | indent(999999999) }}",
        "{{ '%999999999d' % 1 }}",
        "{{ '%*d' % (999999999, 1) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ '{:>999999999}'.format(1) }}",
        "{{ '{:>{}}'.format(1, 999999999) }}",
        "{{ [1] | batch(999999999, 'x') | list }}",
        "{{ 1.5 | round(999999999, 'ceil') }}",
        "{{ 'a' * 999999 }}{{ 'a' * 999999 }}",
        "{{ (1).to_bytes(2 * 10 ** 9, 'big') | length }}",
        "{{ (('a' * 999999).encode() * 9999) | length }}",
        "{{ ('a' * 999999).encode().center(2 * 10 ** 9) | length }}",
        "{{ ('a' * 999999).translate({97: 'a' * 999999}) | length }}",
        "{{ ('a' * 999999).encode().replace('a'.encode(), ('a' * 999999).encode()) | length }}",
        "{{ ('a' * 999999).encode().join([('a' * 9).encode()] * 99999) | length }}",
        "{{ '%*.*f' | format(999999999, 999999999, 1.0) }}",
        "{{ [('a' * 999999).encode()] * 999 | map('string') | list | length }}",
        "{{ dict.fromkeys(range(99999), 'a' * 999999) | string | length }}",
        "{% set n = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set n.x = [n.x, n.x] %}"  # noqa: ISC004
        "{% set n.y = [n.y, n.y] %}{% endfor %}{{ n.x == n.y }}",
    ],
)  # fmt: skip
def test_nothing_fills_the_memory_or_runs_for_long(template: str) -> None:
    # Kilobytes, and the most that there ever were, also for other tests of this process.
    before = {who: resource.getrusage(who).ru_maxrss for who in WHOSE_MEMORY}
    started = time.monotonic()
    with pytest.raises(TemplateError):
        evaluate(template, {})
    assert time.monotonic() - started < 60
    for who in WHOSE_MEMORY:
        assert resource.getrusage(who).ru_maxrss < max(before[who] + 100_000, 1_000_000)


SLOW_IN_C = (
    "{% set a = 'a' * 999998 ~ 'b' %}{% set c = 'a' * 999998 ~ 'c' %}"
    "{{ ([a, c] * 499999) | sort | length }}"
)


def test_the_kernel_ends_what_python_cannot() -> None:
    impatient = Renderer(cpu_seconds=0.3)
    try:
        with pytest.raises(TemplateError, match=r"more than 0\.3 s of a processor"):
            impatient.ask("text", SLOW_IN_C, {})
        assert impatient.ask("text", "{{ 1 + 1 }}", {}) == "2"
    finally:
        impatient.close()


def test_a_template_that_takes_too_much_spoils_nothing_for_the_next() -> None:
    with pytest.raises(TemplateError, match="takes more than the memory"):
        render("{{ (1).to_bytes(2 * 10 ** 9, 'big') | length }}", {})
    assert render("{{ count + 1 }}", NAMES) == "4"


def test_templates_that_can_grow_are_rendered_without_an_environment() -> None:
    """In another process: what gets out of the sandbox there finds nothing to read."""
    seen = Renderer()
    try:
        assert seen.ask("text", "{{ 1 + 1 }}", {}) == "2"
        assert seen._process is not None
        environment = Path(f"/proc/{seen._process.pid}/environ").read_bytes()
        assert [each.partition(b"=")[0] for each in environment.split(b"\0") if each] == [
            b"PYTHONPATH"
        ]
        status = Path(f"/proc/{seen._process.pid}/status").read_text()
        if "Seccomp:" in status:  # it starts no process, and opens no socket
            assert "Seccomp:\t2\n" in status
            assert "CapEff:\t0000000000000000\n" in status
    finally:
        seen.close()


@pytest.mark.parametrize(
    ("template", "is_so"),
    [
        ("{{ url }}/orders/{{ orders[0].order_id | default('none') }}", True),
        ("{% if yes %}{{ orders | tojson }}{% else %}-{% endif %}", True),
        ("{{ url * 2 }}", False),
        ("{{ url.center(9) }}", False),
        ("{{ [url] }}", False),
        ("{{ url | center(9) }}", False),
        ("{{ url ~ url }}", False),
        ("{% for each in orders %}{% endfor %}", False),
        ("{% set own = url %}{{ own }}", False),
        ("{{ url }}" * 400, False),
    ],
)
def test_which_templates_are_rendered_right_here(template: str, is_so: bool) -> None:
    assert cannot_grow(syntax_tree(template)) is is_so


def test_a_long_list_is_no_attack() -> None:
    template = "{% for each in orders %}* order {{ each.order_id }}\n{% endfor %}"
    orders = [{"order_id": str(number)} for number in range(20_000)]
    assert render(template, {"orders": orders}).count("\n") == 20_000


def test_a_template_cannot_change_what_it_is_given() -> None:
    names = {"orders": [1], "output": {"status": "failed"}}
    render("{{ orders.append(2) }}{{ output.update(status='completed') }}", names)
    assert names == {"orders": [1], "output": {"status": "failed"}}


def test_names_that_are_not_mentioned_are_not_looked_up() -> None:
    class Sparse(dict[str, Any]):
        def __getitem__(self, name: str) -> Any:
            assert name == "wanted"
            return 1

    assert render("{{ wanted }}!", Sparse(wanted=1, other=2)) == "1!"


@pytest.mark.parametrize(
    ("template", "names"),
    [
        ("{{ a.b }} {{ c | default(d) }}", {"a", "c", "d"}),
        ("{% for each in many %}{{ each }}{{ loop.index }}{% endfor %}", {"many"}),
        ("{% set own = 1 %}{{ own }}{{ range(3) }}", set()),
        ("no markup", set()),
    ],
)
def test_the_names_that_a_template_needs(template: str, names: set[str]) -> None:
    assert names_used(template) == names
