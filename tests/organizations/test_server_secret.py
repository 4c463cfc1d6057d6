"""The server's secret: where it comes from, and that all processes have the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skyvern_dagster.errors import OrganizationError
from skyvern_dagster.organizations.server_secret import ServerSecret
from tests.office import ROOT

LONG = "x" * 32


def test_made_at_first_use_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "home" / "secret.key"
    first = ServerSecret.load(path, {})
    assert path.stat().st_mode & 0o777 == 0o600
    assert ServerSecret.load(path, {}).key_for("a") == first.key_for("a")
    assert [each.name for each in path.parent.iterdir()] == ["secret.key"]
    other = ServerSecret.load(tmp_path / "other" / "secret.key", {})
    assert other.key_for("a") != first.key_for("a")


def test_the_environment_comes_first(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    given_one = ServerSecret.load(path, {"SKYVERN_SECRET_KEY": LONG})
    assert not path.exists()
    assert given_one.key_for("a") == ServerSecret(LONG).key_for("a")


@pytest.mark.parametrize("text", ["x", "x" * 31])
def test_too_short(tmp_path: Path, text: str) -> None:
    with pytest.raises(OrganizationError, match="SKYVERN_SECRET_KEY"):
        ServerSecret.load(tmp_path / "secret.key", {"SKYVERN_SECRET_KEY": text})
    (tmp_path / "secret.key").write_text(text)
    (tmp_path / "secret.key").chmod(0o600)
    with pytest.raises(OrganizationError, match=f"has {len(text)} characters"):
        ServerSecret.load(tmp_path / "secret.key", {})


def test_a_file_that_everybody_may_read(tmp_path: Path) -> None:
    path = tmp_path / "secret.key"
    ServerSecret.load(path, {})
    path.chmod(0o644)
    with pytest.raises(OrganizationError, match="chmod 600"):
        ServerSecret.load(path, {})


def test_a_place_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OrganizationError, match="SKYVERN_SECRET_KEY"):
        ServerSecret.load(tmp_path / "file" / "secret.key", {})


def test_it_is_not_printed() -> None:
    assert LONG not in repr(ServerSecret(LONG))


def test_processes_that_begin_at_once(tmp_path: Path) -> None:
    code = (
        "import sys, pathlib; from skyvern_dagster.organizations.server_secret import ServerSecret;"
        "sys.stdin.readline(); "
        "print(ServerSecret.load(pathlib.Path(sys.argv[1]), {}).key_for('a').hex())"
    )
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path / "secret.key")],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(6)
    ]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    keys = {process.communicate()[0] for process in processes}
    assert len(keys) == 1
    assert len(keys.pop()) == 65


@given(purposes=st.lists(st.text(), min_size=2, max_size=2, unique=True))
def test_a_key_for_each_purpose(purposes: list[str]) -> None:
    first, second = (ServerSecret(LONG).key_for(each) for each in purposes)
    assert first != second
    assert len(first) == len(second) == 32
