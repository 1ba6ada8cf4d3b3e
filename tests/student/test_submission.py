"""Before handing in: what is wrong is named, and the ZIP holds what it should."""

import hashlib
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import compute_checksum

from autograder import exercises
from autograder.student.submission import SubmissionError, attached, check, locate, submission_check
from autograder.student.submission.__main__ import main
from autograder.student.submission.contents import LARGE_FILE, is_unchanged, open_names
from autograder.student.submission.notebook import LARGEST_FILE, Cell, read
from autograder.student.submission.order import names_of

ASSIGNMENT = "03_faces_fc"
NAME = f"{ASSIGNMENT}.ipynb"


def cell(kind: str, source: str, grade_id: str = "", **more: Any) -> dict[str, Any]:
    """Return a cell as the course would release it; `more` may hold what nbgrader notes of it."""
    made: dict[str, Any] = {"cell_type": kind, "source": source, "metadata": {}}
    made["id"] = grade_id or hashlib.md5(source.encode()).hexdigest()[:8]
    if kind == "code":
        made |= {"outputs": [], "execution_count": more.pop("count", None)}
    if grade_id:
        flags = {"grade": False, "solution": False, "locked": False, **more}
        made["metadata"]["nbgrader"] = {"grade_id": grade_id, "schema_version": 3, **flags}
        if more.get("grade") and not more.get("solution"):
            made["metadata"]["tags"] = ["raises-exception"]
        checksum = compute_checksum(nbformat.from_dict(made))
        made["metadata"]["nbgrader"]["checksum"] = checksum
    return made


GAP = cell("code", "y = ...", "one_hot_gap", solution=True) | {"source": "y = x + 1"}
TEST = cell(
    "code", "assert y == 2\n2.0", "one_hot_test", grade=True, locked=True, points=2
)  # fmt: skip
ANSWER = cell(
    "markdown", "Write your answer here.", "question_results", grade=True, solution=True, points=3
) | {"source": "Network b."}  # fmt: skip
FIRST = cell("code", "x = 1", "imports", locked=True)
CELLS = [FIRST, GAP, TEST, ANSWER]


def write(folder: Path, *cells: Any, name: str = NAME, **metadata: Any) -> Path:
    """Write a notebook of four cells, or of those given."""
    noted = {"assignment": ASSIGNMENT, "cells": [one["id"] for one in CELLS]}
    raw = {
        "cells": list(cells or CELLS),
        "metadata": {"eight_faces": noted, **metadata},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path = folder / name
    path.write_text(json.dumps(raw), encoding="utf-8")
    return path


def found(path: Path, **options: Any) -> list[str]:
    options = {"run": False, "pack": False, "minutes": 5, **options}
    return [str(finding) for finding in check.check(path, **options)]


def problems(path: Path, **options: Any) -> list[str]:
    return [text for text in found(path, **options) if text.startswith("PROBLEM")]


def test_a_whole_notebook_has_no_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert problems(write(tmp_path)) == []
    assert "No problems that can be seen without running it." in capsys.readouterr().out


def test_a_deleted_cell_is_named(tmp_path: Path) -> None:
    (text,) = problems(write(tmp_path, FIRST, GAP, ANSWER))
    assert "deleted: the check of “One-hot labels”" in text
    assert "Undo the deletion" in text


def test_a_copied_cell_is_named_once(tmp_path: Path) -> None:
    (text,) = problems(write(tmp_path, FIRST, GAP, TEST, GAP, ANSWER))
    assert "your cell of “One-hot labels” is there 2 times (cells 2, 4)" in text


def test_cells_that_share_an_id_are_named(tmp_path: Path) -> None:
    own = cell("markdown", "mine")
    assert any(
        "cells 5, 6 share an id" in text for text in found(write(tmp_path, *CELLS, own, own))
    )


def test_an_open_gap_and_a_missing_answer_are_named(tmp_path: Path) -> None:
    untouched = [GAP | {"source": "y = ..."}, ANSWER | {"source": "Write your answer here."}]
    gap, answer = problems(write(tmp_path, FIRST, untouched[0], TEST, untouched[1]))
    assert "still open in cell 2 (your cell of “One-hot labels”): y." in gap
    assert "no answer yet in cell 4 (your answer ‘question_results’)" in answer
    empty = [GAP | {"source": "# later"}, ANSWER | {"source": "  "}]
    gap, answer, name = problems(write(tmp_path, FIRST, empty[0], TEST, empty[1]))
    assert "is empty" in gap
    assert "no answer yet" in answer
    assert "uses y, which no cell defines" in name


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("y = ...\ny = 2", []),
        ("a = ...\nb = ...", ["a", "b"]),
        ("a, b = 1, 2\nb = ...", ["b"]),
        ("def prepare(images):\n    prepared = ...\n    return prepared", ["prepared"]),
        ("def prepare(images):\n    ...", ["..."]),
        ("x = images[..., 0]", []),
        ("%time y = 3", []),
        ("y =", []),
        ("", None),
        ("# nothing yet", None),
    ],
)
def test_dots_that_are_left_are_found(source: str, left: list[str] | None) -> None:
    assert open_names(source) == left


def test_a_changed_cell_of_the_course_is_a_note(tmp_path: Path) -> None:
    changed = FIRST | {"source": "x = 2"}
    texts = found(write(tmp_path, changed, GAP, TEST, ANSWER))
    assert any(text.startswith("note: changed") and "‘imports’" in text for text in texts)


def test_large_outputs_and_files_are_named(tmp_path: Path) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "x" * (LARGE_FILE + 1)}
    large = GAP | {"outputs": [output]}
    texts = found(write(tmp_path, FIRST, large, TEST, ANSWER))
    assert any("the output of cell 2" in text and "10.5 MB" in text for text in texts)
    assert any("many upload pages refuse" in text for text in texts)


def test_a_wrong_name_is_a_note_and_another_assignments_a_problem(tmp_path: Path) -> None:
    assert problems(write(tmp_path, name="03_faces_fc (1).ipynb")) == []
    (text,) = problems(write(tmp_path, name="04_faces_cnn.ipynb"))
    assert "holds 03_faces_fc" in text


def test_the_order_of_runs_is_told(tmp_path: Path) -> None:
    run = [FIRST | {"execution_count": 3}, GAP | {"execution_count": 2}, TEST, ANSWER]
    texts = found(write(tmp_path, *run))
    assert any("run before a cell that stands above: cell 2" in text for text in texts)
    assert any("not run: cell 3" in text for text in texts)
    assert problems(write(tmp_path, *run)) == []


def test_a_name_that_only_a_later_cell_defines_is_a_problem(tmp_path: Path) -> None:
    (text,) = problems(write(tmp_path, GAP, FIRST, TEST, ANSWER))
    assert "cell 1 (your cell of “One-hot labels”) uses x, which only cell 2 " in text


def test_a_name_that_no_cell_defines_is_a_problem(tmp_path: Path) -> None:
    own = cell("code", "print(forgotten)")
    (text,) = problems(write(tmp_path, *CELLS, own))
    assert "uses forgotten, which no cell defines" in text
    assert problems(write(tmp_path, *CELLS, cell("code", "%run other.py"), own)) == []


@pytest.mark.parametrize(
    ("source", "bound", "read"),
    [
        ("import numpy as np\nfrom keras import layers", {"np", "layers"}, set()),
        ("total = sum(x for x in values)", {"total"}, {"sum", "values"}),
        ("def f(a):\n    return a + later\nf(1)", {"f"}, set()),
        ("squares = [n * n for n in rows if n > low]", {"squares"}, {"rows", "low"}),
        ("class A:\n    size = width", {"A"}, {"width"}),
        ("%%time\nhistory = model.fit(x)", {"history"}, {"model", "x"}),
        ("if (n := len(rows)) > 1:\n    print(n)", {"n"}, {"len", "rows", "print"}),
        ("def g():\n    global shared\n    shared = 1", {"g", "shared"}, set()),
        ("x +", set(), set()),
    ],
)
def test_names_are_found(source: str, bound: set[str], read: set[str]) -> None:
    names = names_of(source)
    assert names.bound == bound
    assert names.read - names.bound == read


def test_the_zip_holds_the_notebook_its_files_and_what_they_are(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "faces.csv").write_bytes(b"1,2\n")
    (tmp_path / "made.npz").write_bytes(b"made by the notebook")
    (tmp_path / "other.txt").write_bytes(b"not named in it")
    own = cell("code", "open('faces.csv')\nnp.savez('made.npz', a=1)\nnp.load('made.npz')")
    person = {"executionInfo": {"user": {"displayName": "A Person", "userId": "1"}}}
    first = FIRST | {"metadata": FIRST["metadata"] | person}
    colab = {"provenance": [{"file_id": "1"}], "authorship_tag": "ABX", "gpuType": "T4"}
    path = write(tmp_path, first, GAP, TEST, ANSWER, own, name="my copy.ipynb", colab=colab)
    found(path, pack=True)
    target = tmp_path / f"{ASSIGNMENT}.zip"
    before = target.read_bytes()
    with zipfile.ZipFile(target) as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(held.pop("manifest.json"))
    assert manifest == {
        "assignment": ASSIGNMENT,
        "files": {name: hashlib.sha256(content).hexdigest() for name, content in held.items()},
        "format": 1,
    }
    assert set(held) == {f"{ASSIGNMENT}/{NAME}", f"{ASSIGNMENT}/faces.csv"}
    notebook = held[f"{ASSIGNMENT}/{NAME}"].decode()
    assert "A Person" not in notebook
    assert json.loads(notebook)["metadata"]["colab"] == {"gpuType": "T4"}
    assert len(json.loads(notebook)["cells"]) == 5
    assert "Hand in this file" in capsys.readouterr().out
    time.sleep(0.01)
    found(path, pack=True)
    assert target.read_bytes() == before


def test_files_outside_the_folder_and_too_large_ones_stay_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    (tmp_path / "private.txt").write_text("secret")
    (folder / "link.txt").symlink_to(tmp_path / "private.txt")
    (folder / "small.csv").write_text("1")
    (folder / "vast.csv").write_text("1" * 100)
    monkeypatch.setattr(attached, "LARGEST_TOTAL", 50)
    own = cell("code", "read('../private.txt', 'link.txt', 'small.csv', 'vast.csv', '/etc/a.conf')")
    files, findings = attached.find(read(write(folder, *CELLS, own)))
    assert files == [Path("small.csv")]
    assert "vast.csv" in str(findings[0])


def test_a_zip_that_cannot_be_written_is_a_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("data_scripts.cache.write_atomically", full)
    with pytest.raises(SubmissionError, match="No space left"):
        found(write(tmp_path), pack=True)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "is no notebook, or is damaged"),
        ("[]", "is no notebook"),
        ('{"worksheets": []}', "holds no cells"),
        ('{"cells": [], "metadata": {}}', "no notebook of this course"),
        ('{"cells": [], "metadata": {"eight_faces": {"assignment": "../a"}}}', "no notebook of"),
    ],
)
def test_what_is_no_notebook_is_a_message(tmp_path: Path, content: str, message: str) -> None:
    path = tmp_path / NAME
    path.write_text(content)
    with pytest.raises(SubmissionError, match=message):
        found(path)


def test_a_missing_file_is_a_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    submission_check(tmp_path / NAME)
    assert "There is no file" in capsys.readouterr().out


def test_a_notebook_that_lost_its_list_is_still_known(tmp_path: Path) -> None:
    own = cell("code", 'exercise = Exercise("03_faces_fc")')
    path = write(tmp_path, *CELLS, own, eight_faces={})
    assert read(path).assignment == ASSIGNMENT
    assert any("has lost the list" in text for text in found(path))


@pytest.mark.parametrize("name", exercises.names())
def test_released_notebooks_have_open_gaps_and_nothing_else(name: str, repository: Path) -> None:
    path = repository / "release" / name / f"{name}.ipynb"
    submission = read(path)
    marked = [one for one in submission.cells if one.grade_id]
    assert submission.assignment == name
    assert submission.listed == tuple(one.grade_id for one in marked)
    for one in marked:
        assert is_unchanged(one)
        assert one.marks["checksum"] == compute_checksum(
            nbformat.from_dict(one.raw | {"source": one.source})
        )
    gaps = sum(one.is_gap for one in marked)
    texts = problems(path)
    assert len(texts) == gaps
    assert all("still open in" in text or "no answer yet in" in text for text in texts)


def test_grading_reads_what_the_check_lets_through() -> None:
    from autograder.grading import reader

    assert LARGEST_FILE <= reader.MAX_BYTES


def test_a_cell_of_ours_may_be_damaged() -> None:
    odd = Cell(1, {"cell_type": "code", "source": ["x = 1\n", "y = 2"], "metadata": None})
    assert odd.source == "x = 1\ny = 2"
    assert odd.marks == {}


def test_nothing_happens_where_a_program_runs_the_notebook(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("EIGHT_FACES_UNATTENDED", "1")
    submission_check(write(tmp_path))
    assert capsys.readouterr().out == ""
    assert list(tmp_path.iterdir()) == [tmp_path / NAME]


def test_the_notebooks_file_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    assert locate.this_notebook() == path
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / "renamed since.ipynb"))
    monkeypatch.chdir(tmp_path)
    assert locate.this_notebook() == path
    write(tmp_path, name="another.ipynb")
    with pytest.raises(SubmissionError, match="Give its name"):
        locate.this_notebook()
    monkeypatch.setitem(sys.modules, "google.colab", object())
    with pytest.raises(SubmissionError, match="Colab does not let"):
        locate.this_notebook()
    with pytest.raises(SubmissionError, match=r"drive\.mount"):
        locate.given("/content/03_faces_fc.ipynb")


def test_without_nbclient_there_is_a_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "nbclient", None)
    assert main([str(write(tmp_path))]) == 2
    assert "pip install nbclient ipykernel" in capsys.readouterr().err
    assert main([str(tmp_path / NAME), "--no-run", "--no-zip"]) == 0
    assert not (tmp_path / f"{ASSIGNMENT}.zip").exists()


def test_the_shell_needs_neither_nbgrader_nor_tensorflow(tmp_path: Path) -> None:
    code = (
        "import sys; from autograder.student.submission.__main__ import main; "
        f"status = main([{str(write(tmp_path))!r}, '--no-run']); "
        "print(status, [m for m in ('nbgrader', 'keras', 'tensorflow', 'typer', 'nbformat', "
        "'autograder.grading', 'autograder.release') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.splitlines()[-1] == "0 []"
    assert (tmp_path / f"{ASSIGNMENT}.zip").exists()
