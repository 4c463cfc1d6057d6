"""What a definition will lack here is a warning, with the block's name and what to do."""

from __future__ import annotations

import pytest

from tests.workflow.documents import document, findings

NO_MODEL = "set SKYVERN_LLM_API_KEY (or OPENAI_API_KEY), or SKYVERN_LLM_BASE_URL"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ("block_type: text_prompt, prompt: Why?",
         "the block asks a language model, and no language model is configured here: it will fail"),
        ("block_type: validation, complete_criterion: x", "the block judges its criteria"),
        ("block_type: login, url: 'https://x.example', complete_criterion: x",
         "no language model is configured here: that won't be looked at"),
        ("block_type: file_url_parser, file_url: 'https://x.example/a.png', file_type: image",
         "the block reads the picture"),
        ("block_type: code, code: 'x = 1'", "code blocks are switched off here"),
        ("block_type: code, code: 'x = {{ y }}'", "templates aren't rendered in code"),
        ("block_type: web_search, query: x", "no search engine is configured"),
        ("block_type: google_sheets_read, spreadsheet_url: x",
         "needs a service account of Google's"),
        ("block_type: file_upload, storage_type: sftp, sftp_host: x, sftp_username: y",
         "'sftp_host_key' is missing: the block will fail"),
        ("block_type: email_inbox, email_client: gmail", "names no login of the mailbox"),
        ("block_type: send_email, recipients: [a@x.example], subject: s, body: b, sender: x",
         "'smtp_host_secret_parameter_key' is missing: there is no mail server to send with"),
    ],
)  # fmt: skip
def test_what_a_block_will_lack(fields: str, message: str) -> None:
    found = findings(document(f"- {{label: lacking, {fields}}}\n"))
    (finding,) = [each for each in found if message in each.message]
    assert (finding.severity, finding.block) == ("warning", "lacking")
    assert finding.hint


def test_with_a_model_there_is_nothing_to_say(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKYVERN_LLM_BASE_URL", "http://127.0.0.1:9/v1")
    assert findings(document("- {label: a, block_type: text_prompt, prompt: Why?}\n")) == []


def test_the_hint_says_how_to_configure_one() -> None:
    (finding,) = findings(document("- {label: a, block_type: text_prompt, prompt: Why?}\n"))
    assert finding.hint.startswith(NO_MODEL)
