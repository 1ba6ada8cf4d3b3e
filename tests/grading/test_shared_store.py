"""A store that several machines share: what is missing is fetched, and nobody makes it twice."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from autograder.grading.shared_store import Claims
from autograder.grading.store import Store, backed_by, name_of, store_of

NAME = name_of("an entry")


class OtherStore:
    """A store elsewhere, without a network in between."""

    def __init__(self, folder: Path) -> None:
        self.store = Store(folder)
        self.offered: list[str] = []
        self.at_work: list[str] = []

    def fetch(self, name: str) -> bytes | None:
        return self.store.pack(name)

    def offer(self, name: str) -> None:
        self.offered.append(name)

    @contextlib.contextmanager
    def working_on(self, name: str) -> Iterator[None]:
        self.at_work.append(name)
        yield
        self.at_work.remove(name)


def fill(folder: Path) -> None:
    (folder / "below").mkdir()
    (folder / "below" / "file").write_bytes(b"content")


@pytest.fixture
def other(tmp_path: Path) -> OtherStore:
    return OtherStore(tmp_path / "other")


@pytest.fixture
def here(tmp_path: Path, other: OtherStore) -> Store:
    return Store(tmp_path / "here", beyond=other)


def test_what_is_missing_is_fetched_and_kept(here: Store, other: OtherStore) -> None:
    other.store.put(NAME, fill)
    found = here.get(NAME)
    assert found is not None
    assert (found / "below" / "file").read_bytes() == b"content"
    other.store.remove(NAME)
    assert here.get(NAME) == found
    assert other.offered == []  # what came from there need not go back


def test_what_nobody_has_is_missing(here: Store) -> None:
    assert here.get(NAME) is None


def test_what_is_new_is_offered(here: Store, other: OtherStore) -> None:
    here.put(NAME, fill)
    assert other.offered == [NAME]
    content = here.pack(NAME)
    assert content is not None
    other.store.put(NAME, lambda folder: (folder / "old").touch())
    entry = other.store.unpack(NAME, content)
    assert [path.name for path in entry.rglob("*") if path.is_file()] == ["hashes.json", "file"]


def test_others_wait_while_an_entry_is_made(here: Store, other: OtherStore) -> None:
    with here.working_on(NAME):
        assert other.at_work == [NAME]
    assert other.at_work == []


def test_a_path_out_of_the_entry_is_refused(tmp_path: Path) -> None:
    import io
    import zipfile

    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("../outside", b"")
    store = Store(tmp_path / "store")
    with pytest.raises(ValueError, match="no path in an entry"):
        store.unpack(NAME, buffer.getvalue())
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_course_has_a_store_elsewhere_only_as_long_as_it_says(
    tmp_path: Path, other: OtherStore
) -> None:
    with backed_by(tmp_path, other):
        store_of(tmp_path).put(NAME, fill)
    store_of(tmp_path).put(name_of("another"), fill)
    assert other.offered == [NAME]


def test_claims_are_served_one_after_the_other() -> None:
    claims = Claims()
    assert claims.claim("x", "first", "1") == [("first", "1")]
    assert claims.claim("x", "second", "2") == []
    assert claims.claim("x", "third", "3") == []
    assert claims.claim("y", "second", "4") == [("second", "4")]
    assert claims.release("x", "first") == [("second", "2")]
    assert claims.release("x", "second") == [("third", "3")]
    assert claims.release("x", "third") == []
    assert claims.claim("x", "first", "5") == [("first", "5")]


def test_a_worker_that_is_gone_holds_nobody_up() -> None:
    claims = Claims()
    claims.claim("x", "first", "1")
    claims.claim("x", "second", "2")
    claims.claim("y", "second", "3")
    claims.claim("y", "third", "4")
    assert claims.lost("first") == [("second", "2")]
    assert claims.lost("second") == [("third", "4")]
    assert claims.release("x", "second") == []


def test_a_waiting_worker_that_is_gone_changes_nothing() -> None:
    claims = Claims()
    claims.claim("x", "first", "1")
    claims.claim("x", "second", "2")
    assert claims.lost("second") == []
    assert claims.release("x", "first") == []
