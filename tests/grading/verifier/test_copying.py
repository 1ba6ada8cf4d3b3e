import os
import socket
import threading

import pytest

from autograder.grading.verifier.copying import CopyError, copy_message


@pytest.fixture
def source(tmp_path):
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "values.json").write_bytes(b"{}")
    (folder / "arrays.safetensors").write_bytes(b"abc")
    return folder


@pytest.fixture
def target(tmp_path):
    return tmp_path / "target"


def refused(source, target, words, limit=100):
    with pytest.raises(CopyError, match=words):
        copy_message(source, target, limit)
    assert sorted(path.name for path in target.parent.iterdir()) == ["source"]


def test_both_files_are_copied_and_nothing_else(source, target):
    (source / "more.txt").write_text("x")
    (source / "folder").mkdir()
    assert copy_message(source, target, 100) == 5
    assert {path.name: path.read_bytes() for path in target.iterdir()} == {
        "values.json": b"{}",
        "arrays.safetensors": b"abc",
    }


def test_a_message_without_arrays_is_copied(source, target):
    (source / "arrays.safetensors").unlink()
    assert copy_message(source, target, 2) == 2


def test_a_message_without_values_is_refused(source, target):
    (source / "values.json").unlink()
    refused(source, target, "left no values")


def test_a_missing_folder_is_refused(tmp_path):
    with pytest.raises(CopyError, match="no values"):
        copy_message(tmp_path / "nowhere", tmp_path / "target", 100)


def test_a_link_in_place_of_the_folder_is_refused(source, target):
    real = source.rename(source.with_name("real"))
    source.symlink_to(real)
    with pytest.raises(CopyError, match="no values"):
        copy_message(source, target, 100)


@pytest.mark.parametrize("name", ["values.json", "arrays.safetensors"])
def test_a_link_in_place_of_a_file_is_not_followed(source, target, name, tmp_path_factory):
    secret = tmp_path_factory.mktemp("other") / "secret"
    secret.write_text("{}")
    (source / name).unlink()
    (source / name).symlink_to(secret)
    refused(source, target, "no plain file")


def test_a_pipe_is_not_waited_for(source, target):
    (source / "values.json").unlink()
    os.mkfifo(source / "values.json")
    refused(source, target, "no plain file")


def test_a_folder_and_a_socket_are_refused(source, target, monkeypatch):
    (source / "arrays.safetensors").unlink()
    (source / "arrays.safetensors").mkdir()
    refused(source, target, "no plain file")
    (source / "arrays.safetensors").rmdir()
    with socket.socket(socket.AF_UNIX) as listening:
        monkeypatch.chdir(source)
        listening.bind("arrays.safetensors")
    refused(source, target, "no plain file")


def test_files_that_are_too_large_together_are_refused(source, target):
    refused(source, target, "larger than", limit=4)


def test_a_sparse_giant_is_refused_by_its_size(source, target):
    os.truncate(source / "arrays.safetensors", 1 << 40)
    refused(source, target, "larger than", limit=1000)


def test_a_file_that_grows_while_it_is_copied_is_cut_off(source, target):
    stop = threading.Event()
    path = source / "values.json"

    def grow():
        with path.open("ab", buffering=0) as file:
            while not stop.is_set() and file.tell() < 50_000_000:
                file.write(bytes(100_000))

    thread = threading.Thread(target=grow)
    thread.start()
    try:
        copied = copy_message(source, target, 3_000_000)
    except CopyError:
        assert not target.exists()
    else:
        assert copied <= 3_000_000
        assert sum(path.stat().st_size for path in target.iterdir()) == copied
    finally:
        stop.set()
        thread.join()


def test_an_existing_copy_is_not_overwritten(source, target):
    target.mkdir()
    (target / "mine").touch()
    with pytest.raises(OSError):
        copy_message(source, target, 100)
    assert [path.name for path in target.iterdir()] == ["mine"]
