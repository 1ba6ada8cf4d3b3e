"""Every assignment through the real pipeline: right answers score all, open gaps score nothing."""

import shutil
from pathlib import Path

import nbformat
import pytest

from autograder.grading import demo
from autograder.grading.demo_class import differences
from autograder.grading.mutator import write_submission
from autograder.grading.pipeline import Result, grade
from autograder.grading.sandbox import cache_binds
from autograder.release.build import release

QUICK = (
    "01_finger_exercises",
    "02_mnist_cnn",
    "04_faces_cnn",
    "05_faces_cnn_tricks",
    "06_faces_vgg_features",
    "08_caltech101_transfer",
    "09_santa_vgg19",
)
FOLDERS = ("source", "release")
MISTAKES = {"06_faces_vgg_features": ("divided_by_255", "features_after_relu")}
"""Mistakes that no class of the demo makes."""

WHOLE = ("03_faces_fc", "07_faces_fine_tuning")


@pytest.fixture
def course(repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A course directory of its own; the hidden pictures come from a seed that is only its own."""
    monkeypatch.delenv("EIGHT_FACES_COURSE", raising=False)
    shutil.copy(repository / "nbgrader_config.py", tmp_path)
    return tmp_path


def grade_source_and_release(repository: Path, course: Path, assignment: str) -> dict[str, Result]:
    shutil.copytree(repository / "source" / assignment, course / "source" / assignment)
    release(course, assignment)
    for student, folder in (("source", "source"), ("untouched", "release")):
        shutil.copytree(course / folder / assignment, course / "submitted" / student / assignment)
    for kind in MISTAKES.get(assignment, ()):
        notebooks = [course / name / assignment / f"{assignment}.ipynb" for name in FOLDERS]
        write_submission(kind, *notebooks, course / "submitted" / kind / assignment)
    return {result.student_id: result for result in grade(course, assignment, progress=False)}


def automatic(result: Result) -> dict[str, tuple[float, float]]:
    return {
        task.grade_id: (task.score, task.max_score)
        for task in result.tasks
        if task.grade_id.endswith("_test")
    }


def cells_with_errors(course: Path, student: str, assignment: str) -> list[str]:
    path = course / "autograded" / student / assignment / f"{assignment}.ipynb"
    nb = nbformat.read(path, as_version=4)
    return [
        cell.id
        for cell in nb.cells
        if cell.cell_type == "code" and any(out.output_type == "error" for out in cell.outputs)
    ]


def require_all_or_nothing(course: Path, assignment: str, results: dict[str, Result]) -> None:
    for kind in MISTAKES.get(assignment, ()):
        assert differences(assignment, results[kind]) == []
    untouched = automatic(results["untouched"])
    assert len(untouched) >= 4
    assert all(score == 0 for score, _ in untouched.values()), untouched
    # An untouched notebook runs to its end: nothing but test cells may raise.
    assert set(cells_with_errors(course, "untouched", assignment)) == set(untouched)
    assert results["untouched"].score == 0


def require_that_sandboxes_see(cache: Path) -> None:
    """Whatever a notebook loads is shown in the sandbox, or each process would make it anew."""
    made = {path.name for path in cache.iterdir() if path.suffix not in (".lock", ".part")}
    shown = {bind.target.name for bind in cache_binds(cache, hidden=False)}
    assert {name for name in made if "hidden" not in name} <= shown


@pytest.mark.slow
@pytest.mark.parametrize("assignment", QUICK)
def test_source_scores_all_and_release_nothing_in_a_quick_run(
    assignment: str,
    repository: Path,
    course: Path,
    cache_dir: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    results = grade_source_and_release(repository, course, assignment)
    require_all_or_nothing(course, assignment, results)
    require_that_sandboxes_see(cache_dir)
    skipped = {
        task.grade_id for task in results["source"].tasks if task.message.startswith("skipped:")
    }
    tests = automatic(results["source"])
    assert skipped == {name for name in tests if name.startswith("accuracy_")}
    lost = {
        name: score for name, score in tests.items() if name not in skipped and score[0] != score[1]
    }
    assert lost == {}, [task.message for task in results["source"].tasks]


@pytest.mark.full
@pytest.mark.parametrize("assignment", QUICK + WHOLE)
def test_source_scores_all_and_release_nothing_at_full_size(
    assignment: str, repository: Path, course: Path
) -> None:
    results = grade_source_and_release(repository, course, assignment)
    require_all_or_nothing(course, assignment, results)
    tests = automatic(results["source"])
    lost = {name: score for name, score in tests.items() if score[0] != score[1]}
    assert lost == {}, [task.message for task in results["source"].tasks]


@pytest.mark.slow(minutes=10)
def test_the_demo_class_loses_points_only_where_it_is_wrong(repository: Path) -> None:
    """03 and 07 whole: right answers in three spellings, mistakes, and broken submissions."""
    folder = repository / "build" / "test-demo"
    shutil.rmtree(folder, ignore_errors=True)
    assert demo.run_demo(folder, assignments=WHOLE) == 0
    lines = (folder / "grades.csv").read_text(encoding="utf-8").splitlines()
    handed_in = [path for path in folder.glob("submitted/*/*") if path.is_dir()]
    assert len(lines) == 1 + len(handed_in)
    assert len(handed_in) >= 20
