"""A notebook as Colab, VS Code, JupyterLab or a person's hands leave it grades like the original.

Every damage that is known to happen on the way is put upon one submission, in which points are
earned, lost and wait for a person. Each goes through the whole pipeline: all tasks must come to
the same, and what was repaired must be said.
"""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
import tiny_course

from autograder.grading import status
from autograder.grading.mutator import saved
from autograder.grading.mutator.notebook import Notebook
from autograder.grading.pipeline import Result, grade

pytestmark = pytest.mark.slow(minutes=3)

Save = Callable[[Notebook], Notebook | bytes]
PATIENCE = """
c.RunNotebook.cell_timeout = {"default": 60.0}
c.RunNotebook.notebook_timeout = {"default": 300.0}
"""
"""Nothing here is about time, and the machine may be busy."""

COLAB = (
    "Cells without an id got one",
    "Personal data that Colab had stored (executionInfo) was removed.",
    "Settings that Colab had stored were removed.",
)


def _text(nb: Notebook, **how: Any) -> bytes:
    return json.dumps(nb, **how).encode()


def _old_format(nb: Notebook) -> bytes:
    return _text(nbformat.convert(nbformat.from_dict(nb), 3))


DAMAGES: dict[str, tuple[Save, tuple[str, ...]]] = {
    # Colab
    "colab_format_4_0_without_ids": (saved.as_saved_by_colab, COLAB),
    "colab_format_4_5_with_a_cell_before": (saved.as_saved_by_colab_today, COLAB),
    "colab_wrote_into_a_locked_cell": (
        lambda nb: saved.as_saved_by_colab(
            saved.with_changed_cell(nb, "course_values", "course_answer = 7")
        ),
        (*COLAB, "The locked cell ‘course_values’ had been changed"),
    ),
    "colab_wrote_into_a_test": (
        lambda nb: saved.as_saved_by_colab_today(
            saved.with_changed_cell(nb, "list_test", "points(4, of=4)")
        ),
        (*COLAB, "The locked cell ‘list_test’ had been changed"),
    ),
    # Visual Studio Code
    "vscode": (saved.as_saved_by_vscode, ("Settings that VS Code had stored were removed.",)),
    "vscode_with_spaces_and_sorted_keys": (
        lambda nb: _text(saved.as_saved_by_vscode(nb), indent=4, sort_keys=True),
        ("Settings that VS Code had stored were removed.",),
    ),
    # JupyterLab
    "jupyterlab": (saved.as_saved_by_jupyterlab, ()),
    "jupyterlab_pasted_a_gap": (
        lambda nb: saved.with_pasted_cell(nb, "list_gap"),
        ("The cell ‘list_gap’ was there 2 times",),
    ),
    "jupyterlab_pasted_a_test": (
        lambda nb: saved.with_pasted_cell(nb, "answer_test"),
        ("The cell ‘answer_test’ was there 2 times",),
    ),
    "jupyterlab_copied_an_answer": (
        lambda nb: saved.with_copied_cell(nb, "why"),
        ("The cell ‘why’ was there 2 times",),
    ),
    "jupyterlab_split_a_gap": (
        lambda nb: saved.with_split_cell(nb, "list_gap"),
        ("The cell ‘list_gap’ was there 2 times",),
    ),
    "jupyterlab_split_a_test": (
        lambda nb: saved.with_split_cell(nb, "list_test"),
        ("The cell ‘list_test’ was there 2 times", "The locked cell ‘list_test’ had been changed"),
    ),
    "jupyterlab_merged_a_gap_and_its_test": (
        lambda nb: saved.with_merged_cells(nb, "list_gap", "list_test"),
        ("The test ‘list_test’ was missing",),
    ),
    "jupyterlab_deleted_a_test": (
        lambda nb: saved.without_cell(nb, "noise_test"),
        ("The test ‘noise_test’ was missing",),
    ),
    "jupyterlab_deleted_a_locked_cell": (
        lambda nb: saved.without_cell(nb, "setup"),
        ("The cell ‘setup’ was missing",),
    ),
    # whoever saved it
    "nbgrader_schema_of_the_future": (
        saved.with_newer_schema,
        ("Marks of another version of nbgrader",),
    ),
    "kernel_of_another_machine": (
        saved.with_other_kernel,
        ("The notebook named ‘my-own-environment’ as its kernel",),
    ),
    "windows_line_ends": (saved.with_windows_line_ends, ()),
    "windows_line_ends_of_the_file": (
        lambda nb: _text(nb, indent=1).replace(b"\n", b"\r\n"),
        (),
    ),
    "windows_mark_of_utf_8": (
        lambda nb: b"\xef\xbb\xbf" + _text(nb),
        ("The file was stored as UTF-8-SIG",),
    ),
    "old_format_3": (
        _old_format,
        ("The notebook was of an old format (3)",),
    ),
}
"""What happened to a notebook, and the repairs that must be spoken of, each once, no others."""


def original(root: Path) -> Notebook:
    """Return a submission with points earned, points lost, and an answer to be graded by hand."""
    nb = tiny_course.filled(
        root,
        list_gap="numbers = [1, 2]\nnumbers = [*numbers, 3, 5]",
        why="Weil es komisch ist: ‘42’, ≠ 41.",
    )
    plain: Notebook = json.loads(json.dumps(nb))
    return plain


@pytest.fixture(scope="module")
def graded(released_course: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The course with the original and all its damaged copies handed in."""
    root = Path(shutil.copytree(released_course, tmp_path_factory.mktemp("round") / "course"))
    path = root / "nbgrader_config.py"
    path.write_text(path.read_text(encoding="utf-8") + PATIENCE, encoding="utf-8")
    tiny_course.hand_in_text(root, "original", json.dumps(original(root), ensure_ascii=False))
    for name, (save, _) in DAMAGES.items():
        found = save(original(root))
        text = found if isinstance(found, bytes) else json.dumps(found, ensure_ascii=False)
        tiny_course.hand_in_text(root, name, text)
    return root


@pytest.fixture(scope="module")
def results(graded: Path) -> dict[str, Result]:
    """What each came to."""
    found = grade(graded, tiny_course.NAME, progress=False)
    return {result.student_id: result for result in found}


def test_the_original_has_points_of_every_kind(results: dict[str, Result]) -> None:
    found = results["original"]
    points = {task.grade_id: (task.score, task.max_score) for task in found.tasks}
    assert points == {
        "answer_test": (2.0, 2.0),
        "list_test": (3.0, 4.0),
        "noise_test": (1.0, 1.0),
        "why": (0.0, 3.0),
    }
    assert (found.status, found.waiting) == (status.GRADED, 1)


@pytest.mark.parametrize("name", DAMAGES)
def test_every_task_comes_to_the_same(name: str, results: dict[str, Result]) -> None:
    right, found = results["original"], results[name]
    assert found.tasks == right.tasks
    assert (found.score, found.max_score) == (right.score, right.max_score)
    assert found.waiting == right.waiting


@pytest.mark.parametrize("name", DAMAGES)
def test_repairs_are_said_and_no_others(name: str, results: dict[str, Result]) -> None:
    wanted = DAMAGES[name][1]
    said = [text for text in results[name].messages if text not in results["original"].messages]
    assert len(said) == len(wanted), said
    for words in wanted:
        assert sum(words in text for text in said) == 1, said
    assert results[name].status == (status.REPAIRED if wanted else status.GRADED)


@pytest.mark.parametrize("name", DAMAGES)
def test_the_answer_to_grade_by_hand_is_whole(
    name: str, graded: Path, results: dict[str, Result]
) -> None:
    assert results
    folder = graded / "autograded" / name / tiny_course.NAME
    text = (folder / f"{tiny_course.NAME}.ipynb").read_text(encoding="utf-8")
    nb = nbformat.reads(text, as_version=4)
    assert tiny_course.cell(nb, "why").source == "Weil es komisch ist: ‘42’, ≠ 41."
    assert "Ada Invented" not in text
