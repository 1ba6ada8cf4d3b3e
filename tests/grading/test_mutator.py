import ast
import json
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import nbformat
import pytest

from autograder.exercises import ExerciseTable, load, names
from autograder.grading import mutator
from autograder.grading.mutator import notebook, saved
from autograder.grading.mutator.kinds import built_networks

EXERCISE = "03_faces_fc"
TABLE = load(EXERCISE)

SOLUTIONS = {
    "one_hot": "one_hot_labels = make(1)",
    "flatten": "rows, others = make(2)",
    "network_a": "model_a = old_a()",
    "training_a": "model_a.compile(loss='mse')\nhistory_a = model_a.fit(\n    1,\n    2,\n)",
    "network_b": "model_b = old_b()",
    "training_b": "model_b.compile(loss='mse')\nhistory_b = model_b.fit(\n    1,\n    2,\n)",
    "accuracies": "accuracies = make(3)",
    "confusion_matrix": "confusion = make(4)",
}
STUBS = {"flatten": "rows, others = ..., ...", "network_a": "model_a = ...  # network a"}


def marked(name: str, kind: str, source: str, **marks: Any) -> dict[str, Any]:
    cell = {"cell_type": kind, "id": name, "metadata": {}, "source": source}
    if marks:
        base = {"grade_id": name, "schema_version": 3, "grade": False, "solution": False}
        cell["metadata"] = {"nbgrader": base | {"locked": False} | marks}
    if kind == "code":
        cell |= {"execution_count": None, "outputs": []}
    return cell


def small_notebook(released: bool) -> dict[str, Any]:
    """A notebook with the gaps of 03, as source or as released."""
    cells = [marked("title", "markdown", "# Eight people")]
    cells.append(marked("setup", "code", "import keras\nfrom keras import layers", locked=True))
    for task, solution in SOLUTIONS.items():
        stub = STUBS.get(task, f"{solution.split(' =')[0]} = ...")
        if task.startswith("training"):
            stub = f"history_{task[-1]} = ..."
        text = f"# your code\n{stub}\n"
        if not released:
            text += f"### BEGIN SOLUTION\n{solution}\n### END SOLUTION\n"
        cells.append(marked(f"{task}_gap", "code", text + "# thank you", solution=True))
        test = marked(f"{task}_test", "code", "check()", grade=True, locked=True, points=1)
        cells.append(test)
    for key in "ab":
        name = f"accuracy_{key}_test"
        cells.append(marked(name, "code", "reach()", grade=True, locked=True, points=1))
    answer = "YOUR ANSWER HERE"
    if not released:
        answer = "### BEGIN SOLUTION\nSome do.\n\n**Mark scheme**\n- 1 point\n### END SOLUTION"
    question = marked("question", "markdown", answer, solution=True, grade=True, points=2)
    cells.append(question)
    metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    source, release = tmp_path / "source", tmp_path / "release"
    for folder, released in ((source, False), (release, True)):
        notebook.write(small_notebook(released), folder / f"{EXERCISE}.ipynb")
    return source / f"{EXERCISE}.ipynb", release / f"{EXERCISE}.ipynb"


def submitted(kind: str, files: tuple[Path, Path], folder: Path) -> dict[str, Any]:
    return notebook.read(mutator.write_submission(kind, *files, folder))


def text_of(nb: dict[str, Any], name: str) -> str:
    return notebook.source(notebook.find(nb, name))


def test_answers_are_taken_from_the_solution_regions() -> None:
    answers = mutator.reference_answers(small_notebook(released=False))
    assert answers.pop("question") == "Some do."
    assert answers == {f"{task}_gap": text for task, text in SOLUTIONS.items()}


def test_code_takes_the_place_of_the_dots_and_the_rest_stays() -> None:
    filled = mutator.fill(small_notebook(released=True), {"flatten_gap": "rows = 1\nothers = 2"})
    assert text_of(filled, "flatten_gap") == "# your code\nrows = 1\nothers = 2\n# thank you"


def test_dots_inside_a_function_are_replaced_where_they_stand() -> None:
    cell = marked("f_gap", "code", "def f(x):\n    y = ...\n    return y", solution=True)
    nb = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    filled = mutator.fill(nb, {"f_gap": "    y = x + 1"})
    assert text_of(filled, "f_gap") == "def f(x):\n    y = x + 1\n    return y"


def test_filling_leaves_the_released_notebook_alone() -> None:
    release = small_notebook(released=True)
    mutator.fill(release, {"question": "No."})
    assert release == small_notebook(released=True)


def test_an_unknown_gap_is_refused() -> None:
    with pytest.raises(KeyError, match="nowhere"):
        mutator.fill(small_notebook(released=True), {"nowhere": "1"})


def test_only_the_fit_is_left_out() -> None:
    code = notebook.without_fit(SOLUTIONS["training_b"])
    assert code == "model_b.compile(loss='mse')\nhistory_b = ..."


@pytest.mark.parametrize("name", names())
def test_kinds_name_cells_of_tasks(name: str) -> None:
    table = load(name)
    tests = {f"{task}_test" for task in table.tasks}
    tests |= {f"accuracy_{network.name}_test" for network in built_networks(table)}
    for kind in mutator.applicable(table):
        for pattern in kind.loses(table):
            assert any(fnmatch(test, pattern) for test in tests), (kind.name, pattern)
        assert not kind.loses(table) & kind.may_lose(table)


def test_the_demo_class_is_large_enough_for_03_and_07() -> None:
    for name in ("03_faces_fc", "07_faces_fine_tuning"):
        kinds = {kind.name for kind in mutator.applicable(load(name))}
        assert len(kinds) >= 10
        assert kinds >= {
            *("reference", "functional_api", "activation_argument", "untrained", "no_softmax"),
            *("nothing_done", "syntax_error", "deleted_test_cell", "endless_loop"),
        }


def test_a_kind_that_makes_no_sense_is_refused(files: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no sense"):
        mutator.write_submission("wrong_padding", *files, tmp_path)


@pytest.mark.parametrize("kind", mutator.applicable(TABLE), ids=lambda kind: kind.name)
def test_every_kind_writes_one_file(
    kind: mutator.Kind, files: tuple[Path, Path], tmp_path: Path
) -> None:
    folder = tmp_path / "submitted" / kind.name / EXERCISE
    path = mutator.write_submission(kind.name, *files, folder)
    assert list(folder.iterdir()) == [path]
    if kind.raw_text is None:
        nbformat.validate(nbformat.read(path, as_version=4))
        for cell in notebook.read(path)["cells"]:
            if cell["cell_type"] == "code" and kind.name != "syntax_error":
                ast.parse(notebook.source(cell))


def test_the_reference_has_all_answers(files: tuple[Path, Path], tmp_path: Path) -> None:
    nb = submitted("reference", files, tmp_path)
    for task, solution in SOLUTIONS.items():
        assert solution in text_of(nb, f"{task}_gap")
        assert "..." not in text_of(nb, f"{task}_gap")
    assert text_of(nb, "question") == "Some do."


@pytest.mark.parametrize(
    ("kind", "gap", "words"),
    [
        ("functional_api", "network_a_gap", "model_a = keras.Model(inputs, x)"),
        ("functional_api", "network_b_gap", "model_b = keras.Model(inputs, x)"),
        ("add_calls", "network_b_gap", "model_b.add(layers.Dense(200))"),
        ("activation_argument", "network_b_gap", 'layers.Dense(200, activation="relu")'),
        ("wrong_units", "network_b_gap", "layers.Dense(300)"),
        ("untrained", "training_b_gap", "history_b = ..."),
        ("endless_loop", "confusion_matrix_gap", "while True:"),
        ("kernel_killed", "confusion_matrix_gap", "os._exit(1)"),
        ("syntax_error", "confusion_matrix_gap", "max(1, 2"),
    ],
)
def test_what_stands_in_the_gap(
    kind: str, gap: str, words: str, files: tuple[Path, Path], tmp_path: Path
) -> None:
    wrong, right = submitted(kind, files, tmp_path), submitted("reference", files, tmp_path)
    assert words in text_of(wrong, gap)
    if kind not in ("functional_api", "activation_argument", "add_calls"):
        for cell, other in zip(wrong["cells"], right["cells"], strict=True):
            assert (cell == other) == (cell["id"] != gap)


def test_no_softmax_has_no_softmax(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert "softmax" not in text_of(submitted("no_softmax", files, tmp_path), "network_b_gap")


def test_nothing_done_is_the_release(files: tuple[Path, Path], tmp_path: Path) -> None:
    assert submitted("nothing_done", files, tmp_path) == small_notebook(released=True)


def test_deleted_and_copied_cells(files: tuple[Path, Path], tmp_path: Path) -> None:
    def count(kind: str) -> int:
        nb = submitted(kind, files, tmp_path)
        return sum(notebook.grade_id(cell) == "network_b_test" for cell in nb["cells"])

    assert (count("deleted_test_cell"), count("copied_test_cell")) == (0, 2)


def test_damaged_files(files: tuple[Path, Path], tmp_path: Path) -> None:
    paths = {
        kind: mutator.write_submission(kind, *files, tmp_path / kind)
        for kind in ("not_json", "empty_file", "other_notebook", "renamed_file")
    }
    assert paths["empty_file"].read_bytes() == b""
    with pytest.raises(json.JSONDecodeError):
        json.loads(paths["not_json"].read_text())
    assert "nbgrader" not in paths["other_notebook"].read_text()
    assert paths["renamed_file"].name == f"{EXERCISE} (1).ipynb"


def test_colab_takes_ids_and_adds_its_own() -> None:
    nb = saved.as_saved_by_colab(small_notebook(released=True))
    assert nb["nbformat_minor"] == 0
    assert not any("id" in cell for cell in nb["cells"])
    assert notebook.grade_id(nb["cells"][0]) is None
    code = [cell for cell in nb["cells"][1:] if cell["cell_type"] == "code"]
    assert all({"id", "outputId", "executionInfo"} <= set(cell["metadata"]) for cell in code)
    assert code[0]["metadata"]["executionInfo"]["user"]["displayName"] == "Ada Invented"


def test_schema_and_kernel_are_changed() -> None:
    nb = saved.with_newer_schema(small_notebook(released=True))
    assert notebook.find(nb, "network_b_gap")["metadata"]["nbgrader"]["schema_version"] == 99
    nb = saved.with_other_kernel(small_notebook(released=True))
    assert nb["metadata"]["kernelspec"]["name"] == "my-own-environment"


@pytest.mark.parametrize("style", mutator.STYLES)
@pytest.mark.parametrize("name", [name for name in names() if built_networks(load(name))])
def test_spellings_are_code(name: str, style: str) -> None:
    table: ExerciseTable = load(name)
    for network in built_networks(table):
        code = mutator.spell(mutator.plain_layers(network), network.input, "model", style)
        assert "model = " in code
        ast.parse(code)


def test_an_unknown_style_is_refused() -> None:
    with pytest.raises(ValueError, match="sequential"):
        mutator.spell([], (3,), "model", "poem")


def released(source: dict[str, Any]) -> dict[str, Any]:
    """Clear the solutions of a source notebook in the simplest way."""
    nb = json.loads(json.dumps(source))
    for name in notebook.gaps(nb):
        cell = notebook.find(nb, name)
        lines = notebook.source(cell).split("\n")
        marks = [n for n, line in enumerate(lines) if line.strip().startswith("### ")]
        kept = lines[: marks[0]] + lines[marks[1] + 1 :]
        cell["source"] = "\n".join(kept).strip("\n") or "YOUR ANSWER HERE"
    return nb  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", names())
def test_the_real_notebooks_can_be_submitted(name: str, repository: Path, tmp_path: Path) -> None:
    source = repository / "source" / name / f"{name}.ipynb"
    release = notebook.write(released(notebook.read(source)), tmp_path / f"{name}.ipynb")
    tests = {
        test
        for cell in notebook.read(source)["cells"]
        if (test := notebook.grade_id(cell)) and test.endswith("_test")
    }
    for kind in mutator.applicable(load(name)):
        mutator.write_submission(kind.name, source, release, tmp_path / kind.name)
        for pattern in kind.loses(load(name)):
            assert any(fnmatch(test, pattern) for test in tests), (kind.name, pattern)
    reference = notebook.read(tmp_path / "reference" / f"{name}.ipynb")
    for gap in notebook.gaps(reference):
        text = notebook.source(notebook.find(reference, gap))
        assert text != notebook.source(notebook.find(notebook.read(release), gap))
        assert "..." not in text
        if gap.endswith("_gap"):
            ast.parse(text)
