"""Goals and pages in a language with cases, and in one that puts nothing between words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from skyvern_dagster.agent.planner import Goal
from tests.traps.trap import (
    NOT_FOUND,
    TODAY,
    Answer,
    File,
    Happened,
    Trap,
    fetch,
    fill,
    never,
    only_file,
    page,
    sent,
)

_POLISH: Mapping[str, str] = {
    "Pobierz fakturę FV/02/2024.": "FV/02/2024",
    "Pobierz fakturę z lutego 2024.": "FV/02/2024",
    "Pobierz fakturę z marca 2024.": "",
    "Pobierz fakturę na kwotę 20,00 zł.": "FV/12/2024",
    "Pobierz fakturę z maja, ale nie FV/12/2024.": "",
    "Pobierz drugą fakturę.": "",
    "Pobierz fakturę klienta Nowak.": "",
}
_JAPANESE: Mapping[str, str] = {
    "最新の請求書をダウンロードしてください。": "S-3",
    "請求書 S-2 をダウンロードしてください。": "S-2",
    "2024年4月の請求書をダウンロードしてください。": "",
    "支払済の請求書をダウンロードしてください。": "",
    "S-3以外の請求書をダウンロードしてください。": "",
    "請求書 S-2 をダウンロードしないでください。": "",
}
"""Goals, and the number of the right invoice; empty where it can't be told."""
_OF_NONE = "Pobierz fakturę z marca 2024."
"""The list is there as a whole, and has none of that month."""
_BILLS = (
    ("FV/13/2024", "3 czerwca 2024", "30,00 zł"),
    ("FV/12/2024", "3 maja 2024", "20,00 zł"),
    ("FV/02/2024", "3 lutego 2024", "12,00 zł"),
)
_INVOICES = (
    ("S-3", "2024年6月3日", "¥3,000", "未払い"),
    ("S-2", "2024年5月3日", "¥2,000", "支払済"),
)
_PARTS = {
    "how many": ("<p>全12件中 1〜2件を表示</p>", False),
    "more": ("<button>もっと見る</button>", False),
    "all of them": ("<p>全2件</p>", True),
}
_ANSWERS: Mapping[str, Mapping[str, bool]] = {
    "ja": {
        "ご予約を承りました。": True,
        "仮予約を受け付けました。確定はメールでお知らせします。": False,
        "2024年7月21日のご予約を承りました。": False,
    },
    "pl": {
        "Rezerwacja została potwierdzona.": True,
        "Rezerwacja oczekuje na zatwierdzenie.": False,
        "Rezerwacja na 21 lipca 2024 została potwierdzona.": False,
    },
}
_FORMS = {
    "ja": ("与えられたデータでフォームに入力して送信してください。", "日付", "予約する"),
    "pl": ("Wypełnij formularz podanymi danymi i wyślij go.", "Data", "Zarezerwuj"),
}


def _fetched(lang: str, head: str, rows: tuple[tuple[str, ...], ...], get: str) -> str:
    body = "".join(
        f"<tr>{''.join(f'<td>{cell}' for cell in row)}<td><a href=/{number}>{get}</a>"
        for number, row in enumerate(rows)
    )
    return page(f"<h1>{head}</h1><table>{body}</table>", lang=lang)


def _documents() -> list[Trap]:
    polish = _fetched("pl", "Faktury", _BILLS, "Pobierz")
    japanese = _fetched("ja", "請求書一覧", _INVOICES, "ダウンロード")
    listed: list[Trap] = []
    for goals, rows, body in ((_POLISH, _BILLS, polish), (_JAPANESE, _INVOICES, japanese)):
        files = {f"/{number}": File((f"Invoice {row[0]}",)) for number, row in enumerate(rows)}
        for goal, text in goals.items():
            check = only_file(text) if text else never
            claim = NOT_FOUND if goal == _OF_NONE else ""
            listed.append(
                Trap(
                    f"said: {goal}", fetch(goal), {"/": body}, check, files,
                    claim=claim, solvable=bool(text),
                )
            )  # fmt: skip
    return listed


def _lists() -> list[Trap]:
    properties: dict[str, Any] = {"order_id": {"type": "string"}, "total": {"type": "number"}}
    item = {"type": "array", "items": {"type": "object", "properties": properties}}
    goal = Goal(
        navigation_goal="",
        data_extraction_goal="すべての注文を抽出してください。",
        data_schema={"type": "object", "properties": {"orders": item}},
        payload={},
        today=TODAY,
    )
    rows = "<table><tr><th>注文番号<th>合計<tr><td>A-2<td>¥3,000<tr><td>A-1<td>¥2,000</table>"
    wanted = [{"order_id": "A-2", "total": 3000.0}, {"order_id": "A-1", "total": 2000.0}]

    def is_read(seen: Happened) -> bool:
        return bool(seen.extracted == {"orders": wanted})

    pages = {
        name: page(f"<h1>注文履歴</h1>{rows}{part}", lang="ja")
        for name, (part, _) in _PARTS.items()
    }
    return [
        Trap(f"said: a list, {name}", goal, {"/": pages[name]}, is_read if right else never,
             solvable=right)
        for name, (_, right) in _PARTS.items()
    ]  # fmt: skip


def _booked(said: str) -> Answer:
    return lambda fields, before: page(f"<main><h1>-</h1><p>{said}</p></main>")


def _forms() -> list[Trap]:
    listed: list[Trap] = []
    for lang, (goal, label, button) in _FORMS.items():
        form = f"<form method=post action=/go><label>{label} <input name=d type=date></label>"
        body = page(f"<main><h1>-</h1>{form}<button>{button}</button></form></main>", lang=lang)
        for said, right in _ANSWERS[lang].items():
            check = sent(d="2024-07-12") if right else never
            given = fill(goal, **{label: "2024-07-12"})
            answers = {"/go": _booked(said)}
            listed.append(
                Trap(f"said: {said}", given, {"/": body}, check, answers=answers, solvable=right)
            )
    return listed


def polish_japanese() -> list[Trap]:
    """Documents, lists and forms of which the goal is in Polish or Japanese."""
    return [*_documents(), *_lists(), *_forms()]
