"""Every defect of form is found; each function below is named after the defect it makes."""

from typing import Any

import pytest

from autograder.release.lint import find_notebooks, lint_notebook

Notebook = dict[str, Any]
TITLE, SETUP, TASK, GAP, TEST, QUESTION, ANSWER = range(7)


def missing_id(notebook: Notebook) -> None:
    del notebook["cells"][TASK]["id"]


def duplicate_id(notebook: Notebook) -> None:
    notebook["cells"][TASK]["id"] = "title"


def outputs(notebook: Notebook) -> None:
    notebook["cells"][SETUP]["outputs"] = [{"output_type": "stream", "name": "stdout", "text": ""}]


def execution_count(notebook: Notebook) -> None:
    notebook["cells"][SETUP]["execution_count"] = 3


def empty_cell(notebook: Notebook) -> None:
    notebook["cells"][TASK]["source"] = " \n"


def no_title(notebook: Notebook) -> None:
    notebook["cells"][TITLE]["source"] = "Adding up"


def no_cells(notebook: Notebook) -> None:
    notebook["cells"] = []


def long_cell(notebook: Notebook) -> None:
    notebook["cells"][SETUP]["source"] = "x = 1\n" * 16


def long_solution(notebook: Notebook) -> None:
    source = notebook["cells"][GAP]["source"]
    notebook["cells"][GAP]["source"] = source.replace("### END", "total += 0\n" * 25 + "### END")


def grade_id_is_not_cell_id(notebook: Notebook) -> None:
    notebook["cells"][GAP]["metadata"]["nbgrader"]["grade_id"] = "cell-17"


def old_schema(notebook: Notebook) -> None:
    notebook["cells"][GAP]["metadata"]["nbgrader"]["schema_version"] = 1


def stops_run_all(notebook: Notebook) -> None:
    notebook["cells"][TEST]["metadata"]["tags"] = []


def zero_points(notebook: Notebook) -> None:
    notebook["cells"][TEST]["metadata"]["nbgrader"]["points"] = 0


def unlocked_test(notebook: Notebook) -> None:
    notebook["cells"][TEST]["metadata"]["nbgrader"]["locked"] = False


def gap_without_solution(notebook: Notebook) -> None:
    notebook["cells"][GAP]["source"] = "total = ..."


def gap_with_points(notebook: Notebook) -> None:
    notebook["cells"][GAP]["metadata"]["nbgrader"] |= {"grade": True, "points": 1}


def question_without_points(notebook: Notebook) -> None:
    notebook["cells"][ANSWER]["metadata"]["nbgrader"]["grade"] = False


def question_without_mark_scheme(notebook: Notebook) -> None:
    cell = notebook["cells"][ANSWER]
    cell["source"] = cell["source"].replace("**Mark scheme**", "Marks")


def unclosed_marker(notebook: Notebook) -> None:
    cell = notebook["cells"][GAP]
    cell["source"] = cell["source"].replace("### END SOLUTION", "")


def other_kernel(notebook: Notebook) -> None:
    notebook["metadata"] = {"kernelspec": {"name": "ir", "language": "R"}}


def old_format(notebook: Notebook) -> None:
    notebook["nbformat_minor"] = 4


EXPECTED = {
    missing_id: "cell 3 (no id): has no id",
    duplicate_id: "2 cells have the id 'title'",
    outputs: "cell 2 (setup): holds outputs",
    execution_count: "holds an execution count",
    empty_cell: "cell 3 (task-total): is empty",
    no_title: "must be the title",
    no_cells: "has no cells",
    long_cell: "has 16 lines, at most 15",
    long_solution: "solution of 26 lines, at most 25",
    grade_id_is_not_cell_id: "grade_id 'cell-17' differs",
    old_schema: "schema_version is 1, expected 3",
    stops_run_all: "without the tag 'raises-exception'",
    zero_points: "points are 0",
    unlocked_test: "test cell that is not locked",
    gap_without_solution: "gap without '### BEGIN SOLUTION'",
    gap_with_points: "code gap with points",
    question_without_points: "answer cell without points",
    question_without_mark_scheme: "no line '**Mark scheme**'",
    unclosed_marker: "BEGIN SOLUTION is never closed",
    other_kernel: "kernelspec is 'ir'",
    old_format: "format is not 4.5",
}


def test_good_notebook_has_no_defect(good, write):
    assert lint_notebook(write(good)) == []


@pytest.mark.parametrize("defect", EXPECTED, ids=lambda defect: defect.__name__)
def test_defect_is_found_and_nothing_else(defect, good, write):
    defect(good)
    messages = lint_notebook(write(good))
    assert len(messages) == 1
    assert EXPECTED[defect] in messages[0]


@pytest.mark.parametrize("content", ["", "[1, 2]", '{"cells": 3}', "not json"])
def test_file_that_is_no_notebook(content, tmp_path):
    path = tmp_path / "broken.ipynb"
    path.write_text(content)
    (message,) = lint_notebook(path)
    assert "not a notebook" in message


def test_missing_file(tmp_path):
    assert "no such file" in lint_notebook(tmp_path / "gone.ipynb")[0]


def test_checkpoints_are_left_out(tmp_path):
    for name in ("b.ipynb", "a.ipynb", ".ipynb_checkpoints/a.ipynb"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    assert find_notebooks([tmp_path]) == [tmp_path / "a.ipynb", tmp_path / "b.ipynb"]
