"""Plain data goes there and comes back as it was."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.numpy import load

from autograder.transport.arrays import DTYPES
from autograder.transport.read import Problem, TransportError

KEYS = st.one_of(st.text(max_size=8), st.integers(-(10**20), 10**20), st.floats(), st.none())
LEAVES = st.one_of(
    st.none(),
    st.just(...),
    st.booleans(),
    st.integers(-(10**300), 10**300),
    st.floats(),
    st.text(max_size=20),
    st.floats(width=32).map(np.float32),
    st.integers(0, 255).map(np.uint8),
    st.booleans().map(np.bool_),
    st.complex_numbers(max_magnitude=1e9).map(np.complex128),
)
NESTED = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4),
        st.lists(inner, max_size=4).map(tuple),
        st.dictionaries(KEYS, inner, max_size=4),
    ),
    max_leaves=25,
)
SLOW_START = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def same(left, right):
    """Tell whether two values are equal, of the same types, nan equal to nan."""
    if type(left) is not type(right):
        return False
    if isinstance(left, (list, tuple)):
        return len(left) == len(right) and all(map(same, left, right))
    if isinstance(left, dict):
        return same(list(left.items()), list(right.items()))
    if isinstance(left, (float, np.generic)):
        return repr(left) == repr(right)
    return left == right


@SLOW_START
@given(NESTED)
def test_nested_data_comes_back_as_it_was(notebook, value):
    assert same(notebook.one(value), value)


@SLOW_START
@given(
    dtype=st.sampled_from(sorted(DTYPES)),
    shape=st.lists(st.integers(0, 4), max_size=4),
    order=st.sampled_from("CF"),
    swapped=st.booleans(),
    step=st.sampled_from([1, 2, -1]),
    seed=st.integers(0, 99),
)
def test_arrays_of_every_type_and_order_come_back(
    notebook, dtype, shape, order, swapped, step, seed
):
    numbers = np.random.default_rng(seed).integers(0, 256, [*shape, np.dtype(dtype).itemsize])
    whole = np.zeros(shape, dtype)
    whole[...] = (numbers.sum(axis=-1) % (2 if dtype == "bool" else 100)).astype(dtype)
    array = np.asarray(whole, order=order)
    if array.ndim:
        array = array[::step]
    given_array = array.astype(array.dtype.newbyteorder(">")) if swapped else array
    back = notebook.one(given_array)
    assert back.dtype == dtype
    assert back.shape == array.shape
    np.testing.assert_array_equal(back, array)


def test_not_a_number_and_infinity_stay_in_arrays(notebook):
    array = np.array([np.nan, np.inf, -np.inf, -0.0])
    assert notebook.one(array).tobytes() == array.tobytes()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (np.longdouble(1.5), np.float64(1.5)),
        (np.str_("text"), "text"),
        (range(2, 5), [2, 3, 4]),
        (np.arange(3).view(np.recarray), np.arange(3)),
    ],
)
def test_relatives_become_the_plain_type(notebook, value, expected):
    back = notebook.one(value)
    assert type(back) is type(expected)
    np.testing.assert_array_equal(back, expected)


def test_subclasses_become_their_base(notebook):
    class Float(float):
        def __repr__(self):
            return "1e9"

        __float__ = __repr__

    class Text(str):
        __str__ = __repr__ = lambda self: "another"

    class Items(list):
        __iter__ = None

    class Table(dict):
        items = keys = None

    class Number(int):
        __str__ = __repr__ = lambda self: "7"

    values = [Float(0.25), Text("x"), Items([1]), Table(a=1), Number(3)]
    back = notebook.one(values)
    assert back == [0.25, "x", [1], {"a": 1}, 3]
    assert [type(item) for item in back] == [float, str, list, dict, int]


def test_arrays_of_texts_come_back(notebook):
    back = notebook.one(np.array([["a", "bcd"], ["", "e"]]))
    assert back.dtype.kind == "U"
    assert back.tolist() == [["a", "bcd"], ["", "e"]]
    assert notebook.one(np.array(["x", "yz"], dtype=object)).tolist() == ["x", "yz"]


def test_a_text_with_half_a_character_does_not_break_anything(notebook):
    assert notebook.one("a\ud800b") == "a?b"


def test_arrays_that_came_over_are_read_only(notebook):
    with pytest.raises(ValueError, match="read-only"):
        notebook.one(np.arange(3))[0] = 1


def test_files_of_arrays_are_safetensors(notebook):
    notebook.space.update(a=np.arange(3.0), b=np.zeros(0), c=np.float32([[1], [2]]))
    found = load((notebook.export("a", "b", "c") / "arrays.safetensors").read_bytes())
    assert set(found) == {notebook.digest(notebook.space[name]) for name in "ac"}


def test_a_message_without_new_arrays_has_one_file(notebook):
    notebook.space.update(a=1)
    assert [path.name for path in notebook.export("a").iterdir()] == ["values.json"]


def test_each_array_crosses_once(notebook):
    images = np.arange(60_000, dtype=np.float32).reshape(100, 600)
    notebook.space.update(images=images, twice=[images, images.reshape(-1), images.copy()])
    first = notebook.export("images", "twice")
    assert notebook.size(first) < images.nbytes + 5_000
    notebook.reader.read(first)
    again = notebook.export("images")
    assert notebook.size(again) < 1000
    np.testing.assert_array_equal(notebook.reader.read(again)["images"], images)


def test_known_arrays_travel_as_their_hash_in_any_shape(notebook):
    standardised = np.random.default_rng(0).random((20, 4, 3), np.float32)
    notebook.known[notebook.digest(standardised)] = standardised
    notebook.space.update(flat=standardised.reshape(20, -1).copy())
    folder = notebook.export("flat")
    assert notebook.size(folder) < 1000
    back = notebook.reader.read(folder)["flat"]
    assert back.shape == (20, 12)
    assert np.shares_memory(back, standardised)
    assert not back.flags.writeable
    assert standardised.flags.writeable


def test_an_array_that_was_lost_is_a_problem_until_all_is_sent_again(notebook):
    notebook.space.update(a=np.arange(5), b=1)
    notebook.export("a")  # never read
    lost = notebook.reader.read(notebook.export("a", "b"))
    assert "lost on the way" in lost["a"].reason
    assert lost["b"] == 1
    back = notebook.reader.read(notebook.export("a", forget=True))
    np.testing.assert_array_equal(back["a"], np.arange(5))


def test_what_is_too_large_is_refused_before_it_travels(notebook):
    back = notebook.trip(
        numbers=list(range(300_000)),
        text="x" * 1_000_001,
        digits=10**2000,
        deep=__import__("functools").reduce(lambda inner, _: [inner], range(40), 1),
        rest=1,
    )
    assert back.pop("rest") == 1
    for name, problem in back.items():
        assert isinstance(problem, Problem)
        assert problem.reason.startswith(name)


def test_a_list_that_holds_itself_is_refused(notebook):
    endless = []
    endless.append(endless)
    assert isinstance(notebook.one(endless), Problem)


def test_missing_names_are_absent(notebook):
    notebook.space.update(a=1)
    assert notebook.reader.read(notebook.export("a", "b")) == {"a": 1}


def test_floats_keep_every_digit(notebook):
    for value in (0.1, 1e-320, 1.7976931348623157e308, math.pi):
        assert notebook.one(value) == value


@pytest.mark.parametrize("times", [2, 4])
def test_pieces_that_lie_side_by_side_travel_once(notebook, times):
    piece = np.random.default_rng(1).normal(size=(3, 200, 256)).astype("float32")
    piece[0, 0, :3] = np.nan, -0.0, np.inf
    array = np.tile(piece, times)
    notebook.space.update(array=array)
    folder = notebook.export("array")
    assert notebook.size(folder) < piece.nbytes + 1000
    back = notebook.reader.read(folder)["array"]
    assert back.tobytes() == array.tobytes()
    assert (back.dtype, back.shape) == (array.dtype, array.shape)
    assert not back.flags.writeable
    notebook.known[notebook.digest(array)] = array
    assert notebook.size(notebook.export("array")) < 1000


def test_pieces_that_differ_in_a_sign_travel_all(notebook):
    array = np.zeros((1000, 512), "float32")
    array[7, 300] = -0.0
    assert notebook.one(array).tobytes() == array.tobytes()
    small = np.zeros((10, 512), "float32")
    notebook.space.update(small=small)
    assert notebook.size(notebook.export("small")) > small.nbytes


def test_tiles_are_counted_as_what_they_become(notebook):
    piece = np.zeros(2_000_000, "float64")
    digest = notebook.digest(piece)
    notebook.known[digest] = piece
    node = {"kind": "array", "dtype": "float64", "shape": [2_000_000], "sha256": digest}
    tiles = [{"kind": "tiled", "times": 4, "array": node}] * 5
    assert len(notebook.read({"a": {"kind": "list", "items": tiles[:4]}})["a"]) == 4
    with pytest.raises(TransportError, match="too many arrays"):
        notebook.read({"a": {"kind": "list", "items": tiles}})


def test_tiles_that_are_too_large_are_a_problem_of_their_own(notebook):
    back = notebook.trip(large=np.zeros(40_000_000), small=1)
    assert "too large" in back["large"].reason
    assert back["small"] == 1


def test_a_single_number_is_no_row(notebook):
    notebook.known[notebook.digest(np.float64(1))] = np.array(1.0)
    digest = notebook.digest(np.float64(1))
    node = {"kind": "array", "dtype": "float64", "shape": [], "sha256": digest}
    with pytest.raises(TransportError, match="single number"):
        notebook.read({"a": {"kind": "tiled", "times": 2, "array": node}})
