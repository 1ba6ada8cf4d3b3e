"""Functions, images, tables, and values that stay where they are."""

import subprocess
import sys
import types

import numpy as np
import pytest

from autograder.transport import export
from autograder.transport.read import Problem, write_values

ODD = {
    "a set": ({1, 2}, "sorted"),
    "a generator": ((i for i in range(3)), "list(...)"),
    "values of a dict": ({"a": 1}.values(), "list(...)"),
    "a class": (dict, "brackets"),
    "a module": (types, "module"),
    "bytes": (b"abc", "bytes"),
    "an object": (types.SimpleNamespace(), "SimpleNamespace"),
    "rows of unequal length": (np.array([[1], [1, 2]], dtype=object), "unequal length"),
    "mixed texts": (np.array(["a", 1], dtype=object), "texts and other"),
    "dates": (np.array(["2024-01-01"], "datetime64[D]"), "datetime64"),
    "a masked array": (np.ma.masked_array([1, 2], [True, False]), "masked"),
    "a tuple as key": ({(1, 2): 3}, "key"),
    "a set in a list": ({"a": [1, {2}]}, "value['a'][1] is a set"),
    "a function in a list": ([len], "brackets"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_does_not_travel_says_what_to_use(notebook, name):
    value, expected = ODD[name]
    back = notebook.trip(value=value, other=np.arange(3))
    assert isinstance(back["value"], Problem)
    assert back["value"].reason.startswith("value")
    assert back["value"].reason.endswith((".", "?"))
    assert expected in back["value"].reason
    assert back["other"].tolist() == [0, 1, 2]


class Liar:
    """Says whatever one wants to hear."""

    __class__ = float

    def __eq__(self, other):
        return True

    __hash__ = None


def test_lying_objects_gain_nothing(notebook):
    class Array:
        def __array__(self, dtype=None, copy=None):
            return np.ones(3)

    class Broken:
        def __array__(self, dtype=None, copy=None):
            raise KeyError("no")

    class Name(type):
        @property
        def __name__(cls):
            raise OSError

    class Nameless(metaclass=Name):
        pass

    back = notebook.trip(liar=Liar(), array=Array(), broken=Broken(), nameless=Nameless(), ok=1)
    assert isinstance(back["liar"], Problem)
    assert back["array"].tolist() == [1, 1, 1]
    assert "KeyError" in back["broken"].reason
    assert isinstance(back["nameless"], Problem)
    assert back["ok"] == 1


def test_mappings_become_dicts(notebook, tmp_path):
    np.savez(tmp_path / "features.npz", train=np.arange(3), test=np.arange(2))
    with np.load(tmp_path / "features.npz") as features:
        back = notebook.one(features)
    assert back["train"].tolist() == [0, 1, 2]
    assert list(back) == ["train", "test"]


def test_functions_are_called_by_name(notebook):
    back = notebook.trip(prepare=lambda x: x, method=[].append, scale=np.add, n=1)
    assert back["prepare"](1, 2, a=3) == 42
    assert back["prepare"].__name__ == "prepare"
    assert callable(back["method"])
    assert callable(back["scale"])
    assert notebook.calls == [("prepare", (1, 2), {"a": 3})]


def called(notebook, function, *arguments, **keywords):
    given = notebook.place()
    write_values({"arguments": arguments, "keywords": keywords}, given)
    notebook.space.update(function=function)
    path, target = notebook.request(function="function", arguments=str(given))
    export.call_function(path)
    return notebook.reader.read(target)["result"]


def test_a_function_gets_data_and_returns_data(notebook):
    images = np.arange(6, dtype=np.uint8).reshape(2, 3)
    result = called(notebook, lambda x, by: {"x": x * by, "by": by}, images, by=2.0)
    np.testing.assert_array_equal(result["x"], images * 2.0)
    assert result["by"] == 2.0


def test_a_function_may_change_its_arguments(notebook):
    def change(x, y):
        x[0] = 9
        return [x, y]

    first, second = called(notebook, change, np.zeros(2), np.zeros(2))
    assert first.tolist() == [9, 0]
    assert second.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ValueError("no such shape"), "It raised ValueError: no such shape"),
        (KeyboardInterrupt(), "It raised KeyboardInterrupt."),
        (SystemExit(3), "It raised SystemExit: 3"),
        (ValueError("\x1b[31mred\x00" + "x" * 5000), "It raised ValueError:  [31mred "),
    ],
)
def test_what_a_function_raises_is_a_problem(notebook, error, text):
    def function():
        raise error

    result = called(notebook, function)
    assert result.reason.startswith(text)
    assert len(result.reason) < 1300


def test_a_function_that_returns_a_function_is_a_problem(notebook):
    assert isinstance(called(notebook, lambda: len), Problem)


def test_a_function_that_is_gone_is_a_problem(notebook):
    given = notebook.place()
    write_values({"arguments": (), "keywords": {}}, given)
    path, target = notebook.request(function="gone", arguments=str(given))
    export.call_function(path)
    assert "KeyError" in notebook.reader.read(target)["result"].reason


@pytest.mark.parametrize("value", [{1}, len, object(), [object()], {"a": {(1,): 2}}])
def test_only_data_goes_to_the_sandbox(notebook, value):
    with pytest.raises(TypeError, match="value"):
        write_values({"value": value}, notebook.place())


def test_images_come_back(notebook):
    from PIL import Image

    pixels = np.random.default_rng(0).integers(0, 256, (4, 5, 3), np.uint8)
    for image in (
        Image.fromarray(pixels),
        Image.fromarray(pixels[..., 0]),
        Image.fromarray(pixels).convert("RGBA"),
        Image.fromarray(pixels).convert("LA"),
        Image.fromarray(pixels[..., 0].astype("float32")),
    ):
        back = notebook.one(image)
        assert back.mode == image.mode
        np.testing.assert_array_equal(np.asarray(back), np.asarray(image))
    assert notebook.one(Image.fromarray(pixels).convert("CMYK")).mode == "RGB"


def test_tables_come_back(notebook):
    pandas = pytest.importorskip("pandas")
    table = pandas.DataFrame({"person": ["a", "b"], "accuracy": [0.5, 0.25], 3: [1, 2]})
    pandas.testing.assert_frame_equal(notebook.one(table), table, check_dtype=False)
    indexed = table.set_index("person")
    pandas.testing.assert_frame_equal(
        notebook.one(indexed), indexed, check_names=False, check_index_type=False
    )
    assert notebook.one(table["accuracy"]).tolist() == [0.5, 0.25]


def test_a_table_where_pandas_is_missing_is_a_problem(notebook, monkeypatch):
    monkeypatch.setitem(sys.modules, "pandas", None)
    back = notebook.read({"t": {"kind": "table", "columns": [], "index": None, "rows": 0}})
    assert "dictionary of NumPy arrays" in back["t"].reason


def test_the_kernel_writes_what_its_notebook_holds(notebook):
    """Run in another process: there may be only one shell."""
    request, target = notebook.request(names=["x", "f"])
    code = (
        "import sys\n"
        "from IPython.core.interactiveshell import InteractiveShell\n"
        "shell = InteractiveShell.instance()\n"
        "shell.run_cell('import numpy as np; x = np.arange(3); f = lambda a: a')\n"
        f"__import__('autograder.transport.export', fromlist=['x']).export_names({request!r})\n"
        "heavy = {'keras', 'tensorflow', 'pandas', 'PIL', 'autograder.grading'}\n"
        "sys.exit(str(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert notebook.reader.read(target)["x"].tolist() == [0, 1, 2]
