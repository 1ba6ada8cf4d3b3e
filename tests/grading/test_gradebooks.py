"""One engine for all of nbgrader's gradebooks: shared, and never behind the file."""

import multiprocessing
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from nbgrader.api import Gradebook

from autograder.grading import exporter  # noqa: F401  (shares the engines, as every grading does)


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("empty") / "gradebook.db"
    with Gradebook(f"sqlite:///{path}"):  # takes seconds: nbgrader asks a program for the version
        return path


@pytest.fixture
def url(empty: Path, tmp_path: Path) -> Callable[[str], str]:
    def new(name: str) -> str:
        shutil.copyfile(empty, tmp_path / "new.db")
        return f"sqlite:///{(tmp_path / 'new.db').rename(tmp_path / name)}"

    return new


def engine_of(address: str) -> int:
    with Gradebook(address) as gradebook:
        return id(gradebook.engine)


def test_a_database_has_one_engine_and_another_has_its_own(url: Callable[[str], str]) -> None:
    one, other = url("one.db"), url("other.db")
    assert engine_of(one) == engine_of(one) != engine_of(other)


def test_what_one_gradebook_writes_another_reads_while_both_are_open(
    url: Callable[[str], str],
) -> None:
    address = url("gradebook.db")
    with Gradebook(address) as reader, Gradebook(address) as writer:
        assert reader.students == []
        reader.db.commit()
        writer.add_student("anna")
        with Gradebook(address) as third:
            assert [student.id for student in third.students] == ["anna"]
        assert [student.id for student in reader.students] == ["anna"]


def test_a_replaced_file_is_read_anew_even_if_a_gradebook_was_left_open(
    url: Callable[[str], str],
) -> None:
    address = url("gradebook.db")
    left_open = Gradebook(address)
    left_open.add_student("anna")
    assert url("gradebook.db") == address
    with Gradebook(address) as gradebook:
        assert gradebook.students == []
        assert gradebook.engine is not left_open.engine


@pytest.mark.parametrize("emptied", [False, True])
def test_a_gradebook_that_was_deleted_gets_its_tables_anew(
    url: Callable[[str], str], tmp_path: Path, emptied: bool
) -> None:
    address = url("gradebook.db")
    engine_of(address)
    (tmp_path / "gradebook.db").unlink()
    if emptied:
        (tmp_path / "gradebook.db").touch()
    with Gradebook(address) as gradebook:
        gradebook.add_student("anna")
    with Gradebook(address) as gradebook:
        assert [student.id for student in gradebook.students] == ["anna"]


def _shared_with(address: str, engine: int) -> bool:
    return engine_of(address) == engine


def test_a_forked_process_makes_its_own_engine(url: Callable[[str], str]) -> None:
    address = url("gradebook.db")
    with multiprocessing.get_context("fork").Pool(1) as pool:
        assert not pool.apply(_shared_with, (address, engine_of(address)))
