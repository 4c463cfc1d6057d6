"""The artifact store: on a disk, and in anything that universal-pathlib knows."""

from __future__ import annotations

import json
import multiprocessing
import os
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st
from upath import UPath

from skyvern_dagster.artifacts.store import ArtifactStore
from skyvern_dagster.errors import ArtifactError
from tests.laws import SLOW_LAW


@pytest.fixture(params=["local", "file", "memory", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, bucket: str) -> Iterator[ArtifactStore]:
    bases = {
        "s3": f"s3://{bucket}/store-{uuid4().hex}",
        "local": str(tmp_path / "a folder"),
        "file": f"file://{tmp_path}/other",
        "memory": f"memory://store-{uuid4().hex}",
    }
    made = ArtifactStore(bases[request.param])
    yield made
    if request.param == "memory":
        UPath(bases["memory"]).fs.store.clear()


def test_what_is_written_can_be_read(store: ArtifactStore) -> None:
    assert store.write("runs/wr_1/ä b.pdf", b"%PDF\x00\xff") == "runs/wr_1/ä b.pdf"
    assert store.read("runs/wr_1/ä b.pdf") == b"%PDF\x00\xff"
    assert store.exists("runs/wr_1/ä b.pdf")
    store.write("runs/wr_1/ä b.pdf", b"")
    assert store.read("runs/wr_1/ä b.pdf") == b""
    store.delete("runs/wr_1/ä b.pdf")
    assert not store.exists("runs/wr_1/ä b.pdf")
    store.delete("runs/wr_1/ä b.pdf")


def test_json_is_for_people(store: ArtifactStore) -> None:
    store.write_json("a.json", {"ä": [1, None]})
    assert store.read("a.json").decode() == '{\n  "ä": [\n    1,\n    null\n  ]\n}'
    assert store.read_json("a.json") == {"ä": [1, None]}
    store.write("a.json", b"{")
    with pytest.raises(ArtifactError, match=r"artifact 'a.json' in .* is not JSON"):
        store.read_json("a.json")


def test_keys_of_a_folder(store: ArtifactStore) -> None:
    for key in ("b/2", "b/10", "b/c/1", "bb/1", "a", "b/.hidden"):
        store.write(key, b"x")
    assert list(store.keys("b")) == ["b/.hidden", "b/10", "b/2", "b/c/1"]
    assert list(store.keys("b/")) == list(store.keys("b"))
    assert list(store.keys("b/c")) == ["b/c/1"]
    assert list(store.keys("a")) == list(store.keys("nowhere")) == []
    assert not store.exists("b")


def test_what_is_not_there(store: ArtifactStore) -> None:
    with pytest.raises(ArtifactError, match=r"no artifact 'a/b' in .*"):
        store.read("a/b")
    assert not store.exists("a/b")


@pytest.mark.parametrize(
    "key",
    [
        "", ".", "..", "../x", "a/../../x", "a/..", "/etc/passwd", "//x", "a\\b", "a\x00b",
        "file:///etc/passwd", "s3://bucket/key", "c:/x", "a/b:/c", "\ud800",
    ],
)  # fmt: skip
def test_a_key_that_leaves_the_store(store: ArtifactStore, key: str) -> None:
    for act in (store.read, store.exists, store.delete, store.url):
        with pytest.raises(ArtifactError, match="would leave the store"):
            act(key)
    with pytest.raises(ArtifactError, match="would leave the store"):
        store.write(key, b"x")
    with pytest.raises(ArtifactError, match="would leave the store"):
        list(store.keys(key))


@SLOW_LAW
@given(st.text(min_size=1, max_size=40))
def test_any_other_key_stays_inside(key: str) -> None:
    store = ArtifactStore(f"memory://inside-{uuid4().hex}/x")
    try:
        store.write(key, b"x")
    except ArtifactError:
        return
    assert store.read(key) == b"x"
    (path,) = (path for path in store.base.parent.rglob("*") if path.is_file())
    assert path.path.startswith(f"{store.base.path}/")


def test_a_key_that_the_disk_refuses(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    store.write("file", b"x")
    for key in ("x" * 300, "file/below"):
        with pytest.raises(ArtifactError, match="can't write artifact"):
            store.write(key, b"x")
    store.write("folder/file", b"x")
    with pytest.raises(ArtifactError, match="can't write artifact 'folder'"):
        store.write("folder", b"x")
    with pytest.raises(ArtifactError, match="can't look up"):
        store.exists("x" * 300)
    with pytest.raises(ArtifactError, match="can't delete 'folder'"):
        store.delete("folder")
    assert list(store.keys("folder")) == ["folder/file"]
    assert not [path for path in tmp_path.rglob("*") if path.name.startswith(".tmp")]


def test_only_the_owner_may_look(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        store = ArtifactStore(tmp_path / "new" / "store")
        store.write("runs/wr_1/state.json", b"cookies")
    finally:
        os.umask(before)
    path = tmp_path / "new" / "store" / "runs" / "wr_1" / "state.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for folder in list(path.parents)[:3]:
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700, folder


def test_links(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    store.write("a b/ä#.pdf", b"x")
    assert store.url("a b/ä#.pdf") == f"file://{tmp_path}/a%20b/%C3%A4%23.pdf"
    assert store.local_path("a b/ä#.pdf") == tmp_path / "a b" / "ä#.pdf"
    memory = ArtifactStore("memory://links/x")
    assert memory.url("a/b") == "memory://links/x/a/b"
    assert memory.local_path("a/b") is None


def test_a_relative_base_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    store = ArtifactStore("artifacts")
    store.write("a", b"x")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert store.read("a") == b"x"
    assert str(store.base) == str(tmp_path / "artifacts")


def test_the_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    ArtifactStore("~/artifacts").write("a", b"x")
    assert (tmp_path / "artifacts" / "a").read_bytes() == b"x"


def write_for_ever(base: str, started: str) -> None:
    store = ArtifactStore(base)
    for number in range(1_000_000):
        store.write("runs/one.json", json.dumps([number] * 40_000).encode())
        store.write(started, b"")


@pytest.mark.timeout(60)
def test_a_crash_while_writing_leaves_the_old_or_the_new(tmp_path: Path) -> None:
    store = ArtifactStore(tmp_path)
    for number, pause in enumerate((0.0, 0.003, 0.011)):
        started = f"started/{number}"
        writer = multiprocessing.get_context("spawn").Process(
            target=write_for_ever, args=(str(tmp_path), started)
        )
        writer.start()
        while not store.exists(started):
            time.sleep(0.01)
        time.sleep(pause)
        writer.kill()
        writer.join()
        found = store.read_json("runs/one.json")
        assert len(found) == 40_000
        assert len(set(found)) == 1
    assert list(store.keys("runs")) == ["runs/one.json"]


def test_many_writers_of_one_key(store: ArtifactStore) -> None:
    contents = [bytes([number]) * 50_000 for number in range(64)]

    def write_and_read(content: bytes) -> bytes:
        store.write("runs/deep/er/one", content)
        return store.read("runs/deep/er/one")

    with ThreadPoolExecutor(8) as threads:
        read = list(threads.map(write_and_read, contents))
    assert all(each in contents for each in read)
    assert list(store.keys("runs")) == ["runs/deep/er/one"]
