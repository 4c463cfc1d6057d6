"""Recognising the form that takes the credentials, and the one that takes a one-time code."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from skyvern_dagster.browser.observation import Node
from skyvern_dagster.reading.concepts import MOSTLY, PARTLY, concept
from skyvern_dagster.reading.controls import Control, Input
from skyvern_dagster.reading.page import PageView

_CODE_BOXES = range(4, 9)
"""One-time codes have four to eight digits, and forms a box for each."""
_MOST_NAME_FIELDS = 2
"""A customer's number and a name; a form with more asks for something else."""
_SENDS = 0.5
"""What is surely a button to send with: `_SUBMITS`, and words or a type that say so."""
_SUBMITS = 0.4
"""The least of what sends a form: a button with any other words, or a link that says "log in"."""
_UNNAMED_BUTTON = 0.45
"""A button without words is rather an arrow that sends than one with other words."""
_OF_BUTTON = 0.15
"""Being a button of the form, beside what it says."""
_BEHIND_FIELD = 0.1
"""Standing after the field: decides between two that are alike."""
_OF_LINK = 0.25
"""Off a link to another page: "Log in with ..." leaves the form."""
_NAMED = 0.3
"""A field that mentions the user's name at all; else it is the one right before the password."""
_BY_AUTOCOMPLETE, _BY_TYPE = 0.9, 0.7
"""The page says it to browsers; a field for an address says it less, since newsletters have one."""
_HINT = 0.95
"""Inner names of a field decide only where labels are alike."""
_ANY_PASSWORD = 0.3
"""A form with a password's field, before its words are read: rather a login, unless they speak for
signing up, which takes more away than this."""
_ENTERS, _REGISTERS = 0.4, 0.8
"""A button's words: signing up weighs twice, since typing a password there is worse than to miss a
login. The same for what the page says to browsers (``new-password``)."""
_TITLE_ENTERS, _TITLE_REGISTERS = 0.2, 0.3
"""Headings weigh half: they may be those of the form beside it."""
_FURTHER_FIELD = 0.3
"""Off for each text field beyond a name and one more: forms to sign up ask for much."""

_NEAR = 400
"""Nodes between a form and the heading that names it: room for a menu of a hundred entries (a
list item, a link and a text each) in between."""


@dataclass(frozen=True)
class LoginForm:
    """A form that takes credentials, or one half of them.

    Attributes:
        username: Field for the name or e-mail; ``None`` when only the password is asked for.
        password: Field for the password; ``None`` when it comes on the next page.
        others: Further text fields of the form.
        submit: What sends it; ``None`` when only Enter does.
        container: The part of the page that the form is.
        score: How surely it is for signing in rather than for signing up.
    """

    username: Input | None
    password: Input | None
    others: tuple[Input, ...]
    submit: Control | None
    container: Node
    score: float


def find_login_form(view: PageView) -> LoginForm | None:
    """The form with one password field that is most surely for signing in."""
    forms = [form for field in view.inputs if field.is_password and (form := _around(view, field))]
    best = max(forms, key=lambda form: form.score, default=None)
    return best if best and best.score > 0 else None


def find_username_form(view: PageView) -> LoginForm | None:
    """A form that asks for the name or e-mail first and for the password later."""
    best: LoginForm | None = None
    for field in view.inputs:
        score = _username_score(field)
        if not field.is_text or field.is_password or score < PARTLY:
            continue
        container = _container(view, field)
        if container is None or any(one.is_password for one in view.inputs_in(container)):
            continue
        form = _username_form(view, field, container, score)
        if form and (best is None or form.score > best.score):
            best = form
    return best


def _username_form(view: PageView, field: Input, container: Node, score: float) -> LoginForm | None:
    texts = [field for field in view.inputs_in(container) if field.is_text]
    if len(texts) > _MOST_NAME_FIELDS or field.node.role == "searchbox":
        return None
    submit = _submit(view, container, field)
    around = f"{view.text(container)} {field.label} {field.hints} {submit.label if submit else ''}"
    if concept("obstacle.promotion").mentioned(around) or concept("login.reset").mentioned(
        submit.label if submit else ""
    ):
        return None
    page = " ".join((*view.main_headings, view.url.replace("/", " "), around))
    if not concept("login.enter").terms.search(_plain(page)):
        return None
    others = tuple(one for one in texts if one is not field)
    return LoginForm(field, None, others, submit, container, score)


def _plain(text: str) -> str:
    return " ".join(text.lower().split())


def find_code_fields(view: PageView) -> tuple[Input, ...]:
    """The field, or the row of boxes, that takes a one-time code."""
    texts = [
        field
        for field in view.inputs
        if field.is_text or field.node.input_type in {"tel", "number", "password"}
    ]
    boxes = [field for field in texts if field.node.attributes.get("maxlength") == "1"]
    if len(boxes) in _CODE_BOXES:
        return tuple(boxes)
    asked = any(
        concept("login.one_time_code").mentioned(line) for line in (*view.headings, *view.lines)
    )
    for field in texts:
        if _is_code_field(field, asked):
            return (field,)
    return ()


def _is_code_field(field: Input, asked: bool) -> bool:
    attributes = field.node.attributes
    if attributes.get("autocomplete") == "one-time-code":
        return True
    if field.is_password and attributes.get("maxlength") not in {"6", "7", "8"}:
        return False
    named = max(
        concept("login.one_time_code").score(field.label),
        concept("login.one_time_code").score(field.hints),
    )
    if named >= PARTLY:
        return True
    short = attributes.get("maxlength", "") in {"4", "5", "6", "7", "8"}
    numeric = attributes.get("inputmode") == "numeric" or field.node.input_type in {"tel", "number"}
    return asked and (short or numeric or "code" in f"{field.label} {field.hints}".lower())


def _around(view: PageView, password: Input) -> LoginForm | None:
    container = _container(view, password)
    if container is None or sum(one.is_password for one in view.inputs_in(container)) > 1:
        return None
    fields = [one for one in view.inputs_in(container) if one.is_text and not one.is_password]
    username = _username(fields, password)
    if username is None and (wider := _wider(view, container, password)):
        fields = [one for one in view.inputs_in(wider) if one.is_text and not one.is_password]
        fields = [one for one in fields if not _is_elsewhere(view, one, password)]
        username = _username(fields, password)
    submit = _submit(view, container, password)
    others = tuple(one for one in fields if one is not username and one.node.role != "searchbox")
    score = _login_score(view, container, password, submit)
    return LoginForm(username, password, others, submit, container, score)


def _is_elsewhere(view: PageView, field: Input, password: Input) -> bool:
    """Whether a field outside the password's form is for something else: mostly a shop's search."""
    if _username_score(field) >= _NAMED:
        return False
    told = f"{field.label} {field.hints}"
    is_sent = any(above.tag == "form" for above in view.ancestors(field.node))
    apart = view.region(field.node) != view.region(password.node)
    return is_sent or apart or concept("paging.search").mentioned(told)


def _container(view: PageView, field: Input) -> Node | None:
    """The form around a field: its form element, else the smallest part with a button."""
    for above in view.ancestors(field.node):
        if above.tag == "form":
            return above
        if any(_submit_score(control) >= _SENDS for control in view.controls_in(above)):
            return above
    return view.parent(field.node)


def _wider(view: PageView, container: Node, password: Input) -> Node | None:
    for above in view.ancestors(container):
        inside = view.inputs_in(above)
        if sum(one.is_password for one in inside) > 1:
            return None
        if any(
            one.is_text and not one.is_password and one.position < password.position
            for one in inside
        ):
            return above
    return None


def _username(fields: list[Input], password: Input) -> Input | None:
    before = [
        one for one in fields if one.position < password.position and one.node.role != "searchbox"
    ]
    if not before:
        return None
    scored = [(_username_score(one), one.position, one) for one in before]
    score, _, best = max(scored, key=lambda entry: entry[:2])
    return best if score >= _NAMED else before[-1]


def _username_score(field: Input) -> float:
    wanted = concept("login.username")
    score = max(wanted.score(field.label), _HINT * wanted.score(field.hints))
    if field.node.attributes.get("autocomplete") in {"username", "email", "username webauthn"}:
        score = max(score, _BY_AUTOCOMPLETE)
    if field.node.input_type == "email":
        score = max(score, _BY_TYPE)
    return score


def _login_score(view: PageView, container: Node, password: Input, submit: Control | None) -> float:
    """Above 0 for signing in, below for signing up or changing a password."""
    score = _ANY_PASSWORD
    label = submit.label if submit else ""
    score += _ENTERS * concept("login.enter").score(label) - _REGISTERS * concept(
        "login.register"
    ).score(label)
    kind = password.node.attributes.get("autocomplete", "")
    score += {"current-password": _ENTERS, "new-password": -_REGISTERS}.get(kind, 0.0)
    score -= _FURTHER_FIELD * len(
        [one for one in view.inputs_in(container) if one.is_text and not one.is_password][2:]
    )
    titles = list(_titles(view, container))
    enters = any(concept("login.enter").score(text) >= PARTLY for text in titles)
    registers = any(concept("login.register").score(text) >= MOSTLY for text in titles)
    score += _TITLE_ENTERS if enters else -_TITLE_REGISTERS if registers else 0.0
    return score


def _titles(view: PageView, container: Node) -> Iterator[str]:
    """The headings of a form: inside it, else the nearest one before."""
    inside = [view.label(node) for node in container.walk() if node.role == "heading"]
    if inside:
        yield from inside
        return
    start = view.position(container)
    before = [
        node
        for node in view.nodes
        if node.role == "heading" and start - _NEAR < view.position(node) < start
    ]
    yield from (view.label(node) for node in before[-1:])


def _submit(view: PageView, container: Node, field: Input) -> Control | None:
    scored = [
        (
            _submit_score(control) + (_BEHIND_FIELD if control.position > field.position else 0.0),
            control,
        )
        for control in view.controls_in(container)
    ]
    score, best = max(scored, key=lambda pair: pair[0], default=(0.0, None))
    return best if score >= _SUBMITS else None


def _submit_score(control: Control) -> float:
    node = control.node
    if node.role in {"tab", "option"} or concept("login.reset").mentioned(control.label):
        return 0.0
    score = concept("login.submit").score(control.label)
    if node.input_type == "submit" or (node.tag == "button" and not node.input_type):
        unnamed = _SUBMITS if control.label else _UNNAMED_BUTTON
        score = max(score + _OF_BUTTON, unnamed) if score or not _is_toggle(control) else 0.0
    if (
        node.role == "link"
        and node.url
        and not node.url.startswith(("javascript", "#"))
        and "#" not in node.url
    ):
        score -= _OF_LINK
    return score


def _is_toggle(control: Control) -> bool:
    """The eye that shows a password, and what registers, cancels or signs in elsewhere."""
    label = control.label.lower()
    words = (
        "show",
        "hide",
        "anzeigen",
        "zeigen",
        "afficher",
        "mostrar",
        "mostra",
        "toon",
        "exibir",
        "eye",
    )
    other = (
        concept("login.register").score(label) >= PARTLY
        or concept("paging.search").score(label) >= PARTLY
    )
    social = any(
        name in label for name in ("google", "facebook", "apple", "microsoft", "amazon", "passkey")
    )
    return other or social or any(word in label for word in words)
