from __future__ import annotations

from dataclasses import replace

import pytest

from tests.agent.heuristic.answers import planned, told
from tests.agent.heuristic.conftest import Look
from tests.agent.heuristic.goals import PASSWORD, USERNAME, logged_in_before, login_goal

FIRST_LOOK = [
    ("form_en", ["type Username", "type Password", "click Sign in"]),
    ("header_en", ["click Sign in"]),
    ("form_de", ["type Benutzername", "type Kennwort", "click Weiter"]),
    ("header_de", ["click Anmelden"]),
    ("form_fr", ["type Identifiant", "type Mot de passe", "click Valider"]),
    ("header_fr", ["click Se connecter"]),
    ("form_es", ["type Usuario", "type Contraseña", "click Entrar"]),
    ("header_es", ["click Iniciar sesión"]),
    ("form_it", ["type Indirizzo e-mail", "type Password", "click Accedi"]),
    ("header_it", ["click Accedi"]),
    ("form_nl", ["type E-mailadres", "type Wachtwoord", "click Inloggen"]),
    ("header_nl", ["click Inloggen"]),
    ("form_pt", ["type E-mail", "type Senha", "click Entrar"]),
    ("header_pt", ["click Entrar"]),
    ("account_icon", ["click My Account"]),
    ("icon_class", ["click customer account login"]),
    ("burger", ["click Menü öffnen"]),
    ("register_beside", ["type Username or email", "type Password", "click Log in"]),
    ("signup_only", ["click Sign in"]),
    ("email_first", ["type Email or mobile", "click Continue"]),
    ("password_second", ["type Mot de passe", "click Se connecter"]),
    ("no_labels", ["type E-Mail", "type Passwort", "click Einloggen"]),
    ("table_form", ["type Customer no.", "type Password", "click OK"]),
    ("enter_only", ["type Login", "type Password and Enter"]),
    ("consent_reject", ["click Only necessary"]),
    ("consent_de", ["click Ablehnen"]),
    ("newsletter_modal", ["click Close"]),
    ("age_gate", ["click Yes"]),
    ("captcha", ["terminate captcha"]),
    ("recaptcha_badge", ["type Email", "type Password", "click Sign in"]),
    ("done_greeting", ["complete"]),
    ("sso_choice", ["click Continue with email"]),
    ("modal_login", ["type E-mail", "type Password", "click Sign in"]),
    ("loading", ["wait"]),
    ("already_in_orders", ["complete"]),
]
AFTER_SENDING = [
    ("wrong_pw", ["terminate failed_to_login"]),
    ("wrong_pw_de", ["terminate failed_to_login"]),
    ("wrong_pw_fr", ["terminate failed_to_login"]),
    ("locked", ["terminate account_locked"]),
    ("transient", ["type Email", "type Password", "click Sign in"]),
    ("done_logout", ["complete"]),
    ("done_nothing", []),
    ("passkey", ["click Not now"]),
]


@pytest.mark.parametrize(("page", "expected"), FIRST_LOOK, ids=str)
def test_first_look(page: str, expected: list[str], look: Look) -> None:
    seen = look(f"logins/{page}")
    assert told(planned(login_goal(), seen), seen) == expected


@pytest.mark.parametrize(("page", "expected"), AFTER_SENDING, ids=str)
def test_after_the_credentials_were_sent(page: str, expected: list[str], look: Look) -> None:
    seen = look(f"logins/{page}")
    assert told(planned(login_goal(), seen, logged_in_before()), seen) == expected


def test_types_references_never_values(look: Look) -> None:
    plan = planned(login_goal(), look("logins/form_en"))
    assert [getattr(one, "text", "") for one in plan.decisions] == [USERNAME, PASSWORD, ""]


def test_second_failure_is_not_tried_again(look: Look) -> None:
    seen = look("logins/transient")
    twice = logged_in_before() + logged_in_before()
    assert told(planned(login_goal(), seen, twice), seen) == ["terminate"]


def test_believes_a_toast_that_has_gone(look: Look) -> None:
    seen = look("logins/toast_only")
    history = logged_in_before("Unknown user or wrong password")
    plan = planned(login_goal(), seen, history)
    assert told(plan, seen) == ["terminate failed_to_login"]
    assert "Unknown user or wrong password" in plan.reasoning


@pytest.mark.parametrize(
    ("page", "has_totp", "expected"),
    [
        ("totp", True, ["solve_totp Code", "click Verify"]),
        ("totp_boxes", True, ["solve_totp", "click Bestätigen"]),
        ("totp_none", False, ["terminate failed_to_login"]),
    ],
)
def test_one_time_code(page: str, has_totp: bool, expected: list[str], look: Look) -> None:
    seen = look(f"logins/{page}")
    plan = planned(login_goal(has_totp=has_totp), seen, logged_in_before())
    assert told(plan, seen) == expected


@pytest.mark.parametrize(
    ("page", "status", "expected"),
    [("http503", 503, ["wait", "goto"]), ("forbidden", 403, ["terminate"])],
)
def test_error_pages(page: str, status: int, expected: list[str], look: Look) -> None:
    seen = replace(look(f"logins/{page}"), http_status=status)
    assert told(planned(login_goal(), seen), seen) == expected


def test_without_credentials_says_so(look: Look) -> None:
    plan = planned(replace(login_goal(), payload={}), look("logins/form_en"))
    assert "password" in plan.reasoning
    assert plan.decisions[-1].type == "terminate"


def test_fills_in_again_what_could_not_be_sent(look: Look) -> None:
    seen = look("logins/form_en")
    (step,) = logged_in_before()
    click = step.actions[-1]
    covered = replace(click.result, ok=False, error="button is covered by a pop-up")
    failed = replace(step, actions=(*step.actions[:-1], replace(click, result=covered)))
    assert told(planned(login_goal(), seen, (failed,)), seen)[0] == "type Username"
    assert told(planned(login_goal(), seen, (failed,) * 3), seen) == ["terminate failed_to_login"]
