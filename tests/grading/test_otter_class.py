"""What otter-grader gets of a class and what comes back; a stand-in is its program."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest

from autograder.grading import otter_class
from autograder.grading.bench_class import write_bench_class
from autograder.grading.otter_class import run_test

NAME = "03_faces_fc"

STAND_IN = """#!{python}
import json, pathlib, sys, zipfile

arguments = sys.argv[1:]
if arguments[0] == "generate":
    with zipfile.ZipFile(arguments[arguments.index("-o") + 1], "w") as file:
        for path in pathlib.Path(arguments[arguments.index("-t") + 1]).iterdir():
            file.write(path)
else:
    cells = json.loads(pathlib.Path(arguments[-1]).read_text())["cells"]
    marks = [cell["metadata"].get("otter", {{}}) for cell in cells]
    names = [name for mark in marks for name in mark.get("tests", ())]
    tests = [{{"name": name, "score": 2.0}} for name in names] + [{{"name": "no score"}}]
    folder = pathlib.Path(arguments[arguments.index("-o") + 1])
    (folder / "results.json").write_text(json.dumps({{"tests": tests}}))
    sys.exit("broken" in arguments[-1])
"""


@pytest.fixture
def otter(tmp_path: Path) -> Path:
    path = tmp_path / "bin" / "otter"
    path.parent.mkdir()
    path.write_text(STAND_IN.format(python=sys.executable))
    path.chmod(0o755)
    return path


@pytest.fixture
def course(repository: Path, tmp_path: Path) -> Path:
    root = tmp_path / "course"
    root.mkdir()
    for name in ("source", "release"):
        (root / name).symlink_to(repository / name)
    write_bench_class(root, NAME, 3, "realistic")
    return root


def test_a_class_goes_through(course: Path, otter: Path, tmp_path: Path) -> None:
    root = tmp_path / "otter-class"
    otter_class.make_otter_class(course, root, NAME, otter)
    with zipfile.ZipFile(root / "autograder.zip") as file:
        names = {Path(name).stem for name in file.namelist()}
        texts = [file.read(name).decode() for name in file.namelist()]
    assert any("BEGIN HIDDEN TESTS" in text for text in texts)
    assert not any("{{accuracy" in text.replace(" ", "") for text in texts)
    for text in texts:
        compile(text, "test", "exec")
    for path in (root / "submissions").iterdir():
        cells = nbformat.read(path, as_version=4).cells
        marked = [cell for cell in cells if "otter" in cell.metadata]
        assert {name for cell in marked for name in cell.metadata["otter"]["tests"]} == names
        assert not any(cell.source for cell in marked)
    otter_class.grade(root, otter)
    points = otter_class.points_of(root)
    assert points == {path.name: 2.0 * len(names) for path in (course / "submitted").iterdir()}


def test_an_error_of_otter_is_one_here(course: Path, otter: Path, tmp_path: Path) -> None:
    root = tmp_path / "otter-class"
    otter_class.make_otter_class(course, root, NAME, otter)
    one = next((root / "submissions").iterdir())
    one.rename(one.with_name("broken.ipynb"))
    with pytest.raises(subprocess.CalledProcessError):
        otter_class.grade(root, otter)


@pytest.mark.parametrize("text", ["x = answer", "answer", "x = 3\nx", "None", "'text'", ""])
def test_a_test_passes(text: str) -> None:
    run_test(text, 3, {"answer": 3.0})


@pytest.mark.parametrize(
    ("text", "error"), [("answer", AssertionError), ("1 / 0", ZeroDivisionError)]
)
def test_a_test_fails(text: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        run_test(text, 5, {"answer": 3.0})


def test_a_test_sees_and_makes_names() -> None:
    space = {"answer": 3.0}
    run_test("import math\ntwice = math.floor(2 * answer)", 1, space)
    assert space["twice"] == 6
    assert json.dumps(space["twice"])
