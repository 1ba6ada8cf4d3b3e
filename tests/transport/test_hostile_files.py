"""Messages that a hostile process made: refused with a sentence, in little memory."""

import json
import os
import resource
import time

import numpy as np
import pytest

from autograder.transport.limits import ReadLimits
from autograder.transport.read import Problem, Reader, TransportError

EMPTY = {"format": 1, "values": {}}
DIGEST = "0" * 64


def refused(notebook, folder):
    """Read a message that must be refused; return the sentence."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.monotonic()
    with pytest.raises(TransportError) as caught:
        notebook.reader.read(folder)
    assert time.monotonic() - start < 10
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak < 600_000
    text = str(caught.value)
    assert text.startswith("The values of your notebook could not be read: ")
    assert text.isprintable()
    assert len(text) < 500
    return text


def header(entries, body=b"", length=None):
    text = json.dumps(entries).encode() if not isinstance(entries, bytes) else entries
    size = len(text) if length is None else length
    return size.to_bytes(8, "little") + text + body


def tensor(digest, size, begin=0, **more):
    entry = {"dtype": "U8", "shape": [size], "data_offsets": [begin, begin + size], **more}
    return {digest: entry}


# ---- Files --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["values.json", "arrays.safetensors"])
@pytest.mark.parametrize("kind", ["link", "pipe", "folder", "device", "socket"])
def test_only_plain_files_are_opened(notebook, name, kind):
    folder = notebook.message({})
    path = folder / name
    path.unlink(missing_ok=True)
    if kind == "link":
        (notebook.folder / "secret").write_text(json.dumps(EMPTY))
        path.symlink_to(notebook.folder / "secret")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    elif kind == "device":
        path.symlink_to("/dev/zero")
    else:
        import socket

        here = os.open(folder, os.O_RDONLY)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(f"/proc/self/fd/{here}/{name}")
        os.close(here)
    assert f"{name} is no plain file" in refused(notebook, folder)


def test_a_real_device_is_not_read():
    from pathlib import Path

    from autograder.transport.strict import open_plain

    for device in ("/dev/zero", "/dev/null"):
        with pytest.raises(TransportError, match="plain file"):
            open_plain(Path(device), 100)


@pytest.mark.parametrize("name", ["values.json", "arrays.safetensors"])
def test_huge_files_are_not_read(notebook, name):
    folder = notebook.message({})
    with (folder / name).open("ab") as file:
        file.truncate(10**12)
    assert "1,000,000 MB" in refused(notebook, folder)


def test_a_folder_that_is_not_there_is_said_so(notebook):
    assert "there are none" in refused(notebook, notebook.folder / "nothing")


# ---- JSON ---------------------------------------------------------------------------------------

JSON = {
    "nothing": b"",
    "no JSON": b"{",
    "no object": b"[]",
    "text": b'"values"',
    "no UTF-8": b'{"format": 1, "values": {"\xff": 1}}',
    "two objects": b"{}{}",
    "null bytes": b"\0" * 100,
    "depth": b'{"a":' * 200_000,
    "closed depth": b'{"format": 1, "values": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "brackets": b'{"format": 1, "values": [' + b"[]," * 2_000_000 + b"1]}",
    "braces": b'{"format": 1, "values": [' + b"{}," * 2_000_000 + b"1]}",
    "texts": b'{"format": 1, "values": [' + b'"ab",' * 3_000_000 + b"1]}",
    "numbers": b'{"format": 1, "values": [' + b"999," * 4_000_000 + b"1]}",
    "huge number": b'{"format": 1, "values": ' + b"9" * 10_000_000 + b"}",
    "long number": b'{"format": ' + b"1" * 31 + b', "values": {}}',
    "fraction": b'{"format": 1.0, "values": {}}',
    "not a number": b'{"format": NaN, "values": {}}',
    "infinity": b'{"format": 1e999, "values": {}}',
    "twice": b'{"format": 1, "values": {}, "values": {}}',
    "a name twice": b'{"format": 1, "values": {"a": {"kind": "none"}, "a": {"kind": "none"}}}',
    "a field twice": b'{"format": 1, "values": {"a": {"kind": "none", "kind": "ellipsis"}}}',
    "another version": b'{"format": 2, "values": {}}',
    "no version": b'{"values": {}}',
    "more": b'{"format": 1, "values": {}, "code": "import os"}',
    "values are a list": b'{"format": 1, "values": []}',
}


@pytest.mark.parametrize("name", JSON)
def test_odd_json_is_refused(notebook, name):
    refused(notebook, notebook.message({}, raw=JSON[name]))


def deep(levels):
    node = {"kind": "none"}
    for _ in range(levels):
        node = {"kind": "list", "items": [node]}
    return node


ARRAY = {"kind": "array", "dtype": "float32", "shape": [2], "sha256": DIGEST}
NODES = {
    "nothing": None,
    "a number": 3,
    "a list": [],
    "no kind": {},
    "kind is a number": {"kind": 1},
    "kind is a list": {"kind": ["none"]},
    "unknown kind": {"kind": "pickle", "value": "gASVAAAA"},
    "kind of ours": {"kind": "__class__"},
    "more fields": {"kind": "none", "value": 1},
    "no value": {"kind": "int"},
    "true as number": {"kind": "int", "value": True},
    "number as number": {"kind": "int", "value": 1},
    "no digits": {"kind": "int", "value": "1_000"},
    "other digits": {"kind": "int", "value": "\u0661"},
    "spaces": {"kind": "int", "value": " 1"},
    "line end": {"kind": "int", "value": "1\n"},
    "huge int": {"kind": "int", "value": "9" * 5000},
    "hexadecimal float": {"kind": "float", "value": "0x1p3"},
    "huge float": {"kind": "float", "value": "9" * 100_000},
    "truth as text": {"kind": "bool", "value": "true"},
    "text is none": {"kind": "str", "value": 1},
    "long text": {"kind": "str", "value": "x" * 1_000_001},
    "items are a dict": {"kind": "list", "items": {}},
    "deep": deep(31),
    "very deep": deep(400),
    "many": {"kind": "list", "items": [{"kind": "none"}] * 200_001},
    "pairs of three": {"kind": "dict", "pairs": [[{"kind": "none"}] * 3]},
    "list as key": {
        "kind": "dict",
        "pairs": [[{"kind": "list", "items": []}, {"kind": "none"}]],
    },
    "key twice": {"kind": "dict", "pairs": [[{"kind": "bool", "value": True}, {"kind": "none"}],
                                            [{"kind": "int", "value": "1"}, {"kind": "none"}]]},
    "scalar too long": {"kind": "scalar", "dtype": "float32", "bytes": "00" * 8},
    "scalar too short": {"kind": "scalar", "dtype": "float64", "bytes": "00"},
    "scalar of half a byte": {"kind": "scalar", "dtype": "uint8", "bytes": "0"},
    "scalar of objects": {"kind": "scalar", "dtype": "object", "bytes": "00" * 8},
    "truth that is two": {"kind": "scalar", "dtype": "bool", "bytes": "02"},
    "array of objects": {**ARRAY, "dtype": "object"},
    "array of records": {**ARRAY, "dtype": "i4,O"},
    "dtype is a list": {**ARRAY, "dtype": [["a", "O"]]},
    "negative side": {**ARRAY, "shape": [-1]},
    "fraction as side": {**ARRAY, "shape": ["2"]},
    "true as side": {**ARRAY, "shape": [True]},
    "too many sides": {**ARRAY, "shape": [1] * 33},
    "overflow": {**ARRAY, "shape": [2**32, 2**32]},
    "overflow to nothing": {**ARRAY, "shape": [2**40, 2**40, 0]},
    "overflow by many": {**ARRAY, "shape": [1000] * 30},
    "shape is text": {**ARRAY, "shape": "22"},
    "hash is short": {**ARRAY, "sha256": "00"},
    "hash is a path": {**ARRAY, "sha256": "../" * 21 + "x"},
    "hash in capitals": {**ARRAY, "sha256": "A" * 64},
    "tiled once": {"kind": "tiled", "times": 1, "array": ARRAY},
    "tiled too often": {"kind": "tiled", "times": 5, "array": ARRAY},
    "tiled by a truth": {"kind": "tiled", "times": True, "array": ARRAY},
    "tiles of tiles": {"kind": "tiled", "times": 2,
                       "array": {"kind": "tiled", "times": 2, "array": ARRAY}},
    "tiles of nothing": {"kind": "tiled", "times": 2, "array": None},
    "texts that do not fit": {"kind": "text_array", "shape": [3], "items": ["a"]},
    "texts of numbers": {"kind": "text_array", "shape": [1], "items": [1]},
    "function of another name": {"kind": "function", "name": "__import__"},
    "error without text": {"kind": "error", "type": "ValueError"},
    "error of numbers": {"kind": "error", "type": 3, "text": 3},
    "reason of numbers": {"kind": "opaque", "type": "set", "place": "", "reason": 3},
    "same as itself": {"kind": "model", "same_as": "value"},
    "same as nothing": {"kind": "model", "same_as": "other"},
    "same as a list": {"kind": "model", "same_as": ["value"]},
    "image without mode": {"kind": "image", "mode": "RGB", "array": {"kind": "none"}},
    "history of nothing": {"kind": "history", "history": {"kind": "none"},
                           "epoch": {"kind": "none"}, "params": {"kind": "none"}, "model": None},
    "function in a list": {"kind": "list", "items": [{"kind": "function", "name": "value"}]},
    "missing in a list": {"kind": "list", "items": [{"kind": "missing"}]},
}  # fmt: skip


@pytest.mark.parametrize("name", NODES)
def test_odd_nodes_are_refused(notebook, name):
    refused(notebook, notebook.message({"value": NODES[name]}))


@pytest.mark.parametrize("name", ["a b", "", "x.y", "lambda:0", "\u202e"])
def test_a_function_has_the_name_of_a_variable(notebook, name):
    refused(notebook, notebook.message({name: {"kind": "function", "name": name}}))


def test_names_and_reasons_are_shown_as_plain_text(notebook):
    reason = "\x1b[2J\u202e<script>\n" + "x" * 100_000
    node = {"kind": "opaque", "type": "set", "place": "\n" * 500, "reason": reason}
    (back,) = notebook.read({"a\x1b\n" * 100: node}).values()
    assert isinstance(back, Problem)
    assert back.reason.isprintable()
    assert len(back.reason) < 3000


def test_an_array_that_nobody_has_is_a_problem(notebook):
    back = notebook.read({"a": ARRAY, "b": {"kind": "none"}})
    assert "lost on the way" in back["a"].reason
    assert back["b"] is None


# ---- Arrays -------------------------------------------------------------------------------------

NUMBERS = np.arange(4, dtype=np.uint8)
RAW = NUMBERS.tobytes()


def true_digest():
    from hashlib import sha256

    return sha256(RAW).hexdigest()


HASH = true_digest()
TENSORS = {
    "empty": b"",
    "short": b"\x01\x00",
    "no header": (0).to_bytes(8, "little") + RAW,
    "header longer than the file": header({}, length=10**6),
    "huge header": header({}, length=2**63),
    "header cut off": header({}, length=1),
    "header is no JSON": header(b"xxxx"),
    "header is a list": header(b"[]      "),
    "header is no UTF-8": header(b'{"\xff": 1}'),
    "a name twice": header(
        (json.dumps(tensor(HASH, 4))[:-1] + "," + json.dumps(tensor(HASH, 4))[1:]).encode(), RAW
    ),
    "metadata": header({"__metadata__": {"a": "b"}, **tensor(HASH, 4)}, RAW),
    "another name": header(tensor("weights", 4), RAW),
    "another hash": header(tensor(DIGEST, 4), RAW),
    "another type": header(tensor(HASH, 4, dtype="F32"), RAW),
    "type is a list": header(tensor(HASH, 4, dtype=["U8"]), RAW),
    "shape does not fit": header(tensor(HASH, 4, shape=[5]), RAW),
    "negative shape": header(tensor(HASH, 4, shape=[-4]), RAW),
    "shape with two sides": header(tensor(HASH, 4, shape=[2, 2]), RAW),
    "shape of truth": header(tensor(HASH, 1, shape=[True]), RAW[:1]),
    "negative offsets": header(tensor(HASH, 4, data_offsets=[-4, 0]), RAW),
    "offsets the wrong way": header(tensor(HASH, 4, data_offsets=[4, 0]), RAW),
    "offsets with a gap": header(tensor(HASH, 4, begin=1), b"x" + RAW),
    "offsets that overlap": header({**tensor(HASH, 4), **tensor(DIGEST, 4)}, RAW),
    "offsets beyond the file": header(tensor(HASH, 10**9), RAW),
    "huge offsets": header(tensor(HASH, 10**28), RAW),
    "fractions": header(tensor(HASH, 4, data_offsets=[0.0, 4.0]), RAW),
    "something after it": header(tensor(HASH, 4), RAW + b"x"),
    "something missing": header(tensor(HASH, 4), RAW[:-1]),
    "entry is a list": header({HASH: [1, 2, 3]}, RAW),
    "entry of more": header(tensor(HASH, 4, code="x"), RAW),
    "too many arrays": header({f"{n:064x}": 1 for n in range(20_000)}),
    "depth": header(b'{"a":' * 1000),
}


@pytest.mark.parametrize("name", TENSORS)
def test_odd_files_of_arrays_are_refused(notebook, name):
    refused(notebook, notebook.message({}, TENSORS[name]))


def test_a_proper_file_of_arrays_is_read(notebook):
    node = {"kind": "array", "dtype": "uint8", "shape": [4], "sha256": HASH}
    back = notebook.read({"a": node}, header(tensor(HASH, 4), RAW))
    np.testing.assert_array_equal(back["a"], NUMBERS)


@pytest.mark.parametrize(
    ("dtype", "shape"),
    [("float32", [4]), ("uint8", [3]), ("uint8", []), ("float64", [1]), ("bool", [4])],
)
def test_an_array_that_does_not_fit_its_bytes_is_refused(notebook, dtype, shape):
    node = {"kind": "array", "dtype": dtype, "shape": shape, "sha256": HASH}
    refused(notebook, notebook.message({"a": node}, header(tensor(HASH, 4), RAW)))


def test_arrays_without_numbers_need_no_bytes(notebook):
    node = {"kind": "array", "dtype": "float64", "shape": [0, 10**9], "sha256": DIGEST}
    assert notebook.read({"a": node})["a"].shape == (0, 10**9)


def test_what_the_course_knows_wins_over_what_is_sent(notebook):
    """A name that lies about a known array is not even looked at."""
    known = np.arange(4, 8, dtype=np.uint8)
    digest = notebook.digest(known)
    notebook.known[digest] = known
    node = {"kind": "array", "dtype": "uint8", "shape": [4], "sha256": digest}
    back = notebook.read({"a": node}, header(tensor(digest, 4), RAW))
    np.testing.assert_array_equal(back["a"], known)


def test_a_lie_does_not_replace_an_earlier_array(notebook):
    node = {"kind": "array", "dtype": "uint8", "shape": [4], "sha256": HASH}
    notebook.read({"a": node}, header(tensor(HASH, 4), RAW))
    back = notebook.read({"a": node}, header(tensor(HASH, 4), b"\xff" * 4))
    np.testing.assert_array_equal(back["a"], NUMBERS)


def test_one_array_under_many_names_takes_its_memory_once(notebook):
    big = np.zeros(20_000_000, np.uint8)
    digest = notebook.digest(big)
    notebook.known[digest] = big
    node = {"kind": "array", "dtype": "uint8", "shape": [big.size], "sha256": digest}
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    back = notebook.read({"a": {"kind": "list", "items": [node] * 10_000}})
    assert len(back["a"]) == 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_copies_for_the_sandbox_are_counted(notebook):
    """A function's arguments may be changed, so each is a copy of its own."""
    reader = Reader({HASH: NUMBERS}, ReadLimits(message_bytes=40), None, writable=True)
    node = {"kind": "array", "dtype": "uint8", "shape": [4], "sha256": HASH}
    assert len(reader.read(notebook.message({"a": {"kind": "list", "items": [node] * 10}}))["a"])
    with pytest.raises(TransportError, match="too many arrays"):
        reader.read(notebook.message({"a": {"kind": "list", "items": [node] * 11}}))


def test_arrays_of_all_messages_are_counted(notebook):
    reader = Reader({}, ReadLimits(total_bytes=10), None)
    for number in range(3):
        raw = bytes([number]) * 4
        digest = notebook.digest(np.frombuffer(raw, np.uint8))
        folder = notebook.message({}, header(tensor(digest, 4), raw))
        if number < 2:
            assert reader.read(folder) == {}
        else:
            with pytest.raises(TransportError, match="in all"):
                reader.read(folder)


def test_a_message_of_too_many_bytes_is_refused_unread(notebook):
    reader = Reader({}, ReadLimits(message_bytes=1000), None)
    with pytest.raises(TransportError, match="MB of arrays"):
        reader.read(notebook.message({}, header(tensor(DIGEST, 1500), bytes(1500))))


def test_a_broken_message_leaves_the_reader_usable(notebook):
    refused(notebook, notebook.message({"a": {"kind": "pickle"}}))
    assert notebook.one([1, 2]) == [1, 2]
