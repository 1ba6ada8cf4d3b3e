"""The store of results: whole or not at all, checked when read, the least used go first."""

import os
import threading
import time
from pathlib import Path

import pytest

from autograder.grading.store import Store, name_of


def test_names_depend_on_the_content_alone() -> None:
    assert name_of({"a": 1, "b": [2.5]}) == name_of({"b": [2.5], "a": 1})
    assert name_of({"a": 1}) != name_of({"a": 2})


def test_what_is_stored_is_found(tmp_path: Path) -> None:
    store, name = Store(tmp_path), name_of(1)
    assert store.get(name) is None
    entry = store.put(name, lambda folder: _write(folder, b"content"))
    assert store.get(name) == entry
    assert (entry / "file").read_bytes() == b"content"


@pytest.mark.parametrize("harm", ["changed", "cut off", "removed", "added"])
def test_a_damaged_entry_counts_as_none(tmp_path: Path, harm: str) -> None:
    store, name = Store(tmp_path), name_of(1)
    entry = store.put(name, lambda folder: _write(folder, b"content"))
    if harm == "removed":
        (entry / "file").unlink()
    else:
        content = {"changed": b"contend", "cut off": b"cont", "added": b"content"}[harm]
        _write(entry, content)
        if harm == "added":
            (entry / "other").write_bytes(b"")
    assert store.get(name) is None
    assert not entry.exists()


def test_the_first_one_stays(tmp_path: Path) -> None:
    store, name = Store(tmp_path), name_of(1)
    store.put(name, lambda folder: _write(folder, b"first"))
    entry = store.put(name, lambda folder: _write(folder, b"second"))
    assert (entry / "file").read_bytes() == b"first"


def test_a_failure_leaves_nothing(tmp_path: Path) -> None:
    def fail(folder: Path) -> None:
        _write(folder, b"half")
        raise OSError("the disk is full")

    store, name = Store(tmp_path), name_of(1)
    with pytest.raises(OSError, match="the disk is full"):
        store.put(name, fail)
    assert store.get(name) is None
    assert not list(tmp_path.rglob("file"))


def test_the_least_recently_used_goes_first(tmp_path: Path) -> None:
    names = [name_of(number) for number in range(3)]
    store = Store(tmp_path, most_bytes=2500)
    entries = [store.put(name, lambda folder: _write(folder, bytes(1000))) for name in names[:2]]
    for age, entry in zip((200, 100), entries, strict=True):
        os.utime(entry, (time.time() - age, time.time() - age))
    assert store.get(names[0])
    store.put(names[2], lambda folder: _write(folder, bytes(1000)))
    assert [store.get(name) is not None for name in names] == [True, False, True]


def test_a_store_is_not_measured_for_every_entry(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    measured = []
    evict = Store.evict

    def count(self: Store, keep: str = "") -> None:
        measured.append(keep)
        evict(self, keep)

    monkeypatch.setattr(Store, "evict", count)
    for number in range(50):
        Store(tmp_path, most_bytes=100_000).put(
            name_of(number), lambda folder: _write(folder, bytes(200))
        )
    assert 2 <= len(measured) <= 20
    assert len(list(tmp_path.glob("??/*"))) == 50


def test_one_makes_an_entry_and_the_others_wait(tmp_path: Path) -> None:
    store, name, made = Store(tmp_path), name_of(1), []

    def work() -> None:
        with store.working_on(name):
            if store.get(name) is None:
                made.append(1)
                time.sleep(0.05)
                store.put(name, lambda folder: _write(folder, b"content"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert made == [1]


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63])
def test_other_names_are_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not the name of an entry"):
        Store(tmp_path).get(name)


def _write(folder: Path, content: bytes) -> None:
    (folder / "file").write_bytes(content)
