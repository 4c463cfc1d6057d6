"""Who reaches Dagster's webserver: by which host, from which page, in which form, with a token."""

from __future__ import annotations

from pathlib import Path

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect

from skyvern_dagster.deployment.webserver import token_for
from skyvern_dagster.deployment.webserver_access import GuardedWebserver, WebserverAccess
from skyvern_dagster.errors import RunError

TOKEN = "a token of the tests, long enough"
HERE = "127.0.0.1:3000"
JSON = {"content-type": "application/json"}
PAGE = {"accept": "text/html"}


async def reached(request: Request) -> PlainTextResponse:
    return PlainTextResponse("reached")


async def talk(socket: WebSocket) -> None:
    await socket.accept()
    await socket.send_text("reached")
    await socket.close()


APP = Starlette(
    routes=[
        WebSocketRoute("/graphql", talk),
        Route("/{path:path}", reached, methods=["GET", "POST", "DELETE"]),
    ]
)


def client(*, hosts: frozenset[str] = frozenset(), token: str = "", host: str = HERE) -> TestClient:
    guarded = GuardedWebserver(APP, WebserverAccess(hosts, token))
    return TestClient(guarded, base_url=f"http://{host}", follow_redirects=False)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("127.0.0.1:3000", 200),
        ("localhost:3000", 200),
        ("LOCALHOST", 200),
        ("[::1]:3000", 200),
        ("10.1.2.3:3000", 200),
        ("dagster.example.com", 200),
        ("dagster.example.com:8443", 200),
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("dagster.example.com.evil.example", 421),
        ("localhost.evil.example:3000", 421),
        ("dagster.example.com@evil.example", 421),
        ("evil.example@127.0.0.1", 421),
        ("", 421),
    ],
)
def test_hosts(host: str, status: int) -> None:
    known = client(hosts=frozenset({"dagster.example.com"}))
    assert known.get("/runs", headers={"host": host}).status_code == status


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": f"http://{HERE}"}, 200),
        ({"origin": f"https://{HERE}"}, 200),
        ({"origin": "http://127.0.0.1:3001"}, 403),
        ({"origin": "http://localhost:3000"}, 403),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": f"http://{HERE}.evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate"}, 403),
    ],
)
def test_mutations_come_from_its_own_pages(headers: dict[str, str], status: int) -> None:
    for path in ("/graphql", "/graphql/", "/report_asset_materialization/orders"):
        answer = client().post(path, json={"query": "{ version }"}, headers=headers)
        assert answer.status_code == status, path


@pytest.mark.parametrize(
    ("mode", "dest", "status"),
    [("navigate", "document", 200), ("no-cors", "image", 403), ("navigate", "iframe", 403)],
)
def test_links_from_elsewhere_are_followed(mode: str, dest: str, status: int) -> None:
    headers = {"sec-fetch-site": "cross-site", "sec-fetch-mode": mode, "sec-fetch-dest": dest}
    assert client().get("/runs", headers=headers).status_code == status


@pytest.mark.parametrize("path", ["/graphql", "/graphql/"])
def test_graphql_is_taken_by_post_and_as_json(path: str) -> None:
    mutation = {"query": 'mutation { deletePipelineRun(runId: "1") { __typename } }'}
    asked = client()
    assert asked.get(path, params=mutation).status_code == 405
    assert asked.get(path, params=mutation, headers=PAGE).status_code == 405
    assert asked.get(path, headers=PAGE).status_code == 200  # the page to write queries in
    assert asked.post(path, data=mutation).status_code == 415
    assert asked.post(path, params=mutation).status_code == 415
    kind = {"content-type": "text/plain; application/json"}
    assert asked.post(path, content="{}", headers=kind).status_code == 415
    assert asked.post(path, content="{}", headers=JSON).status_code == 200


@pytest.mark.parametrize(
    ("origin", "host", "accepted"),
    [
        (f"http://{HERE}", HERE, True),
        (None, HERE, True),
        ("https://evil.example", HERE, False),
        ("http://evil.example", "evil.example", False),
    ],
)
def test_subscriptions(origin: str | None, host: str, accepted: bool) -> None:
    headers = {"host": host} if origin is None else {"host": host, "origin": origin}
    if accepted:
        with client().websocket_connect("/graphql", headers=headers) as socket:
            assert socket.receive_text() == "reached"
        return
    with (
        pytest.raises(WebSocketDisconnect),
        client().websocket_connect("/graphql", headers=headers),
    ):
        pass


def test_a_token_is_asked_for() -> None:
    asked = client(token=TOKEN)
    assert asked.get("/runs").status_code == 401
    page = asked.get("/runs", headers=PAGE)
    assert (page.status_code, "password" in page.text, TOKEN in page.text) == (401, True, False)
    assert asked.get("/runs", headers={"authorization": "Bearer wrong"}).status_code == 401
    assert asked.get("/runs?token=wrong", headers=PAGE).status_code == 401
    assert asked.get("/runs", headers={"cookie": f"skyvern_dagster={TOKEN}"}).status_code == 401
    for scheme in ({"authorization": f"Bearer {TOKEN}"},):
        assert asked.get("/runs", headers=scheme).status_code == 200
    assert asked.get("/runs", auth=("anybody", TOKEN)).status_code == 200
    here = {"host": HERE}
    with pytest.raises(WebSocketDisconnect), asked.websocket_connect("/graphql", headers=here):
        pass


@pytest.mark.parametrize("way", ["link", "form"])
def test_a_browser_gives_it_once(way: str) -> None:
    asked = client(token=TOKEN)
    if way == "link":
        entered = asked.get(f"http://{HERE}//runs?token={TOKEN}&view=all")
        assert entered.headers["location"] == "/runs?view=all"
    else:
        entered = asked.post("/skyvern-login", data={"token": TOKEN})
        assert entered.headers["location"] == "/"
    cookie = entered.headers["set-cookie"]
    assert entered.status_code == 303
    assert TOKEN not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert asked.get("/runs", headers=PAGE).status_code == 200
    given = {"host": HERE, "cookie": cookie.partition(";")[0]}
    with asked.websocket_connect("/graphql", headers=given) as socket:
        assert socket.receive_text() == "reached"


def test_where_a_token_is_needed(tmp_path: Path) -> None:
    assert token_for("127.0.0.1", tmp_path, {}) == ""
    made = token_for("0.0.0.0", tmp_path, {})
    assert len(made) > 32
    assert token_for("0.0.0.0", tmp_path, {}) == made
    assert token_for("127.0.0.1", tmp_path, {"SKYVERN_DAGSTER_HOSTS": "d.example.com"}) == made
    assert (tmp_path / "dagster_token").stat().st_mode & 0o077 == 0
    assert token_for("127.0.0.1", tmp_path, {"SKYVERN_DAGSTER_TOKEN": TOKEN}) == TOKEN
    with pytest.raises(RunError, match="needs 16"):
        token_for("127.0.0.1", tmp_path, {"SKYVERN_DAGSTER_TOKEN": "short"})
