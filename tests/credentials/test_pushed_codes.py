"""Pushed codes: who gets which, and that nobody else can read them."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.credentials.pushed_codes import (
    CodeReader,
    PushedCode,
    PushedCodes,
    PushedCodeSource,
)
from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.ids import DEFAULT_ORGANIZATION_ID as ORGANIZATION
from skyvern_dagster.ids import new_id
from skyvern_dagster.organizations.server_secret import ServerSecret

SECRET = ServerSecret("a secret of the tests, which is long enough")
ADA = "ada@example.com"
READER = CodeReader("wr_1/login", "tsk_1", "wpid_1", "wr_1")
OTHER = CodeReader("wr_2/login", "tsk_2", "wpid_2", "wr_2")


@pytest.fixture
def codes(tmp_path: Path) -> PushedCodes:
    return PushedCodes(ArtifactStore(tmp_path), SECRET)


def newest(
    codes: PushedCodes, reader: CodeReader = READER, organization_id: str = ORGANIZATION
) -> str | None:
    found = codes.newest(organization_id, ADA, reader)
    return None if found is None else found.code


def test_the_newest_first(codes: PushedCodes) -> None:
    codes.push(ORGANIZATION, ADA, "111111")
    codes.push(ORGANIZATION, "ADA@example.com ", "Your code is 222222, as you wished.")
    assert newest(codes) == "222222"
    assert [code.code for code in codes.list(ORGANIZATION, ADA)] == ["222222", "111111"]


def test_whose_they_are(codes: PushedCodes) -> None:
    codes.push(ORGANIZATION, "bob@example.com", "111111")
    codes.push(new_id("o"), ADA, "222222")
    assert newest(codes) is None


@pytest.mark.parametrize("scope", ["task_id", "workflow_id", "workflow_run_id"])
def test_for_one_task_only(codes: PushedCodes, scope: str) -> None:
    codes.push(ORGANIZATION, ADA, "111111", **{scope: getattr(READER, scope)})
    assert newest(codes, READER) == "111111"
    assert newest(codes, OTHER) is None


def test_no_longer_than_they_last(codes: PushedCodes) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    pushed = codes.push(ORGANIZATION, ADA, "111111")
    assert timedelta(minutes=9) < pushed.expired_at - now < timedelta(minutes=11)
    codes.push(ORGANIZATION, ADA, "222222", expired_at=now - timedelta(seconds=1))
    assert newest(codes) == "111111"


def test_old_ones_are_cleared_away(codes: PushedCodes, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(tzinfo=None)
    codes.push(ORGANIZATION, ADA, "111111", expired_at=now - timedelta(days=2))
    codes.push(ORGANIZATION, ADA, "222222")
    assert [code.code for code in codes.list(ORGANIZATION, ADA)] == ["222222"]


def test_a_message_without_a_code(codes: PushedCodes) -> None:
    assert codes.push(ORGANIZATION, ADA, "Welcome to our newsletter!").code == ""
    assert newest(codes) is None


def test_once_per_task(codes: PushedCodes) -> None:
    """Also when the task is tried again; another task may be waiting for the same code."""
    source = PushedCodeSource(codes, ORGANIZATION, ADA, READER)
    codes.push(ORGANIZATION, ADA, "111111")
    assert asyncio.run(source.code(frozenset())) == "111111"
    assert asyncio.run(source.code(frozenset())) is None
    assert newest(codes, OTHER) == "111111"
    codes.push(ORGANIZATION, ADA, "111111")
    assert asyncio.run(source.code(frozenset({"111111"}))) is None


def test_nobody_else_can_read_them(codes: PushedCodes, tmp_path: Path) -> None:
    pushed = codes.push(ORGANIZATION, ADA, "Your code is 987654, dear Ada")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    kept = str(file) + file.read_text()
    assert not [each for each in ("987654", "ada", "Ada", "example.com") if each in kept]
    assert "987654" not in repr(pushed)
    with pytest.raises(OrganizationError, match="another server secret"):
        PushedCodes(
            ArtifactStore(tmp_path), ServerSecret("another secret, which is long enough")
        ).list(ORGANIZATION, ADA)


def test_a_record_stays_where_it_is(codes: PushedCodes, tmp_path: Path) -> None:
    """Who can write to the store can't give one organization's code to another."""
    codes.push(ORGANIZATION, ADA, "987654")
    (file,) = [path for path in tmp_path.rglob("*") if path.is_file()]
    other = new_id("o")
    copied = Path(str(file).replace(ORGANIZATION, other))
    copied.parent.mkdir(parents=True)
    copied.write_bytes(file.read_bytes())
    with pytest.raises(OrganizationError, match="damaged"):
        codes.list(other, ADA)


def test_it_travels_as_json(codes: PushedCodes) -> None:
    pushed = codes.push(ORGANIZATION, ADA, "987654", source="mail")
    assert PushedCode.model_validate_json(pushed.model_dump_json()) == pushed
