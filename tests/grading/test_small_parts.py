"""The small parts of the grading, without nbgrader and without a kernel."""

import json
from pathlib import Path

import jsonschema
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output
from nbgrader.nbgraderformat.common import BaseMetadataValidator
from nbgrader.nbgraderformat.v3 import MetadataValidatorV3

from autograder.grading import hidden_text, outputs, reader, schemas, status
from autograder.grading.files import write_text
from autograder.grading.limits import OutputBudget, join_streams
from autograder.grading.marks import read_score

FILES = Path(__file__).parent / "files"


@pytest.mark.parametrize(
    ("text", "score"), [("0.0", 0.0), ("1.5", 1.5), ("2.0", 2.0), ("1e-05", 1e-05), (" 2.0\n", 2.0)]
)
def test_plain_floats_are_scores(text: str, score: float) -> None:
    assert read_score(text, 2.0) == score


@pytest.mark.parametrize(
    "text",
    [
        "True",
        "nan",
        "inf",
        "-0.5",
        "-0.0",
        "2.5",
        "np.float64(0.5)",
        "'1.0'",
        "",
        "1",
        "1e999",
        "½",
    ],
)
def test_everything_else_is_no_score(text: str) -> None:
    assert read_score(text, 2.0) is None


@pytest.mark.parametrize("file", sorted(FILES.glob("*.txt")), ids=lambda path: path.stem)
def test_broken_files_give_a_message(file: Path) -> None:
    with pytest.raises(reader.UnreadableNotebookError) as caught:
        reader.read_notebook(file)
    assert str(caught.value).endswith(".")


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(reader.UnreadableNotebookError, match="can't be opened"):
        reader.read_notebook(tmp_path / "missing.ipynb")


def test_what_is_read_is_a_valid_notebook(tmp_path: Path) -> None:
    cells = [
        {"cell_type": "code", "source": ["a = 1\n", "b"], "id": "x", "outputs": "none"},
        {"cell_type": "markdown", "source": "text", "id": "x", "attachments": [1]},
        {"cell_type": "raw", "source": "", "id": "not a valid id!", "metadata": 7},
        {"cell_type": "code", "source": "\ud83d", "metadata": {"tags": "x"}},
    ]
    path = tmp_path / "odd.ipynb"
    path.write_text(json.dumps({"cells": cells, "metadata": "x", "nbformat": "four"}))
    nb = reader.read_notebook(path)
    assert len({cell.id for cell in nb.cells}) == 4
    assert nb.cells[0].source == "a = 1\nb"
    nb.cells[3].metadata = {}  # metadata stays as it is here; `StripMetadata` comes next
    nbformat.validate(nb)
    nbformat.writes(nb).encode("utf-8")
    assert len(status.repairs(nb)) == 3


def test_the_worst_status_stays() -> None:
    nb = new_notebook()
    assert status.status_of(nb) == status.GRADED
    status.add_repair(nb, "One thing.")
    status.add_repair(nb, "One thing.")
    assert (status.status_of(nb), status.repairs(nb)) == (status.REPAIRED, ["One thing."])
    status.set_status(nb, status.KERNEL_DIED, "killed")
    status.set_status(nb, status.TIMEOUT, "slow")
    assert (status.status_of(nb), status.message_of(nb)) == (status.KERNEL_DIED, "killed")


def test_hidden_lines_are_found_also_when_escaped() -> None:
    source = "assert a\n### BEGIN HIDDEN TESTS\nsecret = 'x y'\nassert a\n### END HIDDEN TESTS\nb"
    assert hidden_text.split(source) == ("assert a\nb", "secret = 'x y'\nassert a")
    lines = hidden_text.secrets([source])
    assert lines == ["secret = 'x y'"]
    assert hidden_text.scrub(f"{source!r}", lines).count(hidden_text.REPLACEMENT) == 1


def stream(text: str, name: str = "stdout") -> dict:
    return {"msg_type": "stream", "content": {"name": name, "text": text}}


def test_output_is_cut_but_errors_and_results_pass() -> None:
    budget = OutputBudget(10)
    long = stream("x" * 100)
    assert budget.admit(stream("12345"))
    assert budget.admit(long)
    assert long["content"]["text"].startswith("xxxxx\n... Output truncated")
    assert not budget.admit(stream("y"))
    assert not budget.admit({"msg_type": "display_data", "content": {"data": {"image/png": "x"}}})
    result = {"msg_type": "execute_result", "content": {"data": {"text/plain": "z" * 5000}}}
    assert budget.admit(result)
    assert len(result["content"]["data"]["text/plain"]) == 1000
    error = {"msg_type": "error", "content": {"evalue": "v", "traceback": ["t"] * 500}}
    assert budget.admit(error)
    assert len(error["content"]["traceback"]) == 100


def test_streams_are_joined_as_a_person_sees_them() -> None:
    pieces = [new_output("stream", text=text) for text in ("epoch 1\r", "epoch 2\r", "epoch 3\n")]
    other = new_output("stream", name="stderr", text="warning")
    joined = join_streams([*pieces, other, new_output("stream", text="ab\b\bc")])
    assert [out.text for out in joined] == ["epoch 3\n", "warning", "c"]


def cell_with(ename: str, evalue: str) -> nbformat.NotebookNode:
    return new_code_cell(
        "x", outputs=[new_output("error", ename=ename, evalue=evalue, traceback=[])]
    )


@pytest.mark.parametrize(
    ("ename", "evalue", "said"),
    [
        (
            "CheckFailed",
            "expected 8, got 9\nlikely a typo\nthird",
            "expected 8, got 9\nlikely a typo",
        ),
        ("AssertionError", "", "A check in this cell failed."),
        ("ValueError", "\x1b[31mred\x1b[0m", "ValueError: red"),
        ("KeyboardInterrupt", "", "KeyboardInterrupt."),
    ],
)
def test_errors_in_plain_words(ename: str, evalue: str, said: str) -> None:
    assert outputs.says(outputs.first_error(cell_with(ename, evalue))) == said


def test_long_messages_are_cut() -> None:
    error = outputs.first_error(cell_with("CheckFailed", "x" * 5000))
    assert len(outputs.says(error)) == outputs.LONGEST


def test_files_are_whole_or_not_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "new" / "file.txt"
    write_text(path, "one\n")

    def full(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="disk full"):
        write_text(path, "two\n")
    assert [found.name for found in path.parent.iterdir()] == ["file.txt"]
    assert path.read_text() == "one\n"


GOOD = {"grade_id": "x", "schema_version": 3, "grade": False, "solution": True, "locked": False}


@pytest.mark.parametrize(
    "changes",
    [{}, {"grade": True}, {"points": "2"}, {"grade_id": 7}, {"grade_id": "a b!"}, {"more": 1}],
)
def test_metadata_of_cells_are_checked_as_nbgrader_does(changes: dict[str, object]) -> None:
    validator = MetadataValidatorV3()
    cell = new_code_cell(metadata={"nbgrader": {**GOOD, "task": False, **changes}})
    try:
        jsonschema.validate(cell.metadata["nbgrader"], validator.schema)
        expected = ""
    except jsonschema.ValidationError as error:
        expected = error.message
    schemas.check_schemas_once()
    for _ in range(2):
        if expected:
            with pytest.raises(jsonschema.ValidationError) as caught:
                BaseMetadataValidator.validate_cell(validator, cell)
            assert caught.value.message == expected
        else:
            BaseMetadataValidator.validate_cell(validator, cell)
