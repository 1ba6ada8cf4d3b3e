"""A class of submissions, each named after the defect it holds, and what each must come to."""

import codecs
import copy
import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import nbformat
import tiny_course
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from tiny_course import NAME, cell, changed, filled, hand_in, hand_in_text, released

from autograder.grading import status

FILES = Path(__file__).parent / "files"
ENDLESS = "while True:\n    pass"
STUBBORN = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True:\n    pass"


@dataclass(frozen=True)
class Expected:
    """Points of the three tests, the status, and words that a message must hold."""

    answer: float
    numbers: float
    noise: float
    status: str = status.GRADED
    says: str = ""


ALL = Expected(2, 4, 1)
NOTHING = (0, 0, 0)


def repaired(says: str) -> Expected:
    """All points, after a repair that is spoken of."""
    return Expected(2, 4, 1, status.REPAIRED, says)


def no_notebook(says: str) -> Expected:
    """No points, since the file is none."""
    return Expected(*NOTHING, status.NOT_A_NOTEBOOK, says)


Maker = Callable[[Path, str], object]
CLASS: dict[str, tuple[Maker, Expected]] = {}


def submission(expected: Expected, *, name: str = "") -> Callable[[Maker], Maker]:
    """Register a submission under the name of its function, or under the name given."""

    def register(maker: Maker) -> Maker:
        CLASS[name or maker.__name__] = (maker, expected)
        return maker

    return register


def notebook(expected: Expected, *, name: str = "") -> Callable[[Callable[[Path], object]], object]:
    """Register a function that makes the notebook to hand in under the right name."""

    def register(make: Callable[[Path], NotebookNode]) -> object:
        CLASS[name or make.__name__] = (
            lambda root, student: hand_in(root, student, make(root)),
            expected,
        )
        return make

    return register


def hand_in_all(root: Path) -> None:
    """Hand in the whole class."""
    for student, (maker, _) in CLASS.items():
        maker(root, student)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the contents of all files below a folder."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


# ---- in order ------------------------------------------------------------------------------


@notebook(ALL)
def reference(root: Path) -> NotebookNode:
    return filled(root)


@notebook(Expected(*NOTHING, says="still open"))
def nothing_done(root: Path) -> NotebookNode:
    return released(root)


@notebook(Expected(0, 3, 1, says="expected another number, got 41"))
def wrong_answer(root: Path) -> NotebookNode:
    return filled(root, answer_gap="answer = 41", list_gap="numbers = [1, 2, 3, 5]")


for label in ("Zoë_Łuczak", "O'Brien & Sons [3] + (copy)"):
    notebook(ALL, name=label)(filled)


# ---- code that goes wrong ------------------------------------------------------------------


@notebook(Expected(2, 0, 1, says="‘list_gap’ above it stopped: SyntaxError"))
def syntax_error(root: Path) -> NotebookNode:
    return filled(root, list_gap="numbers = [1, 2,")


@notebook(Expected(2, 0, 1, status.TIMEOUT, "ran longer than 3 s"))
def endless_loop(root: Path) -> NotebookNode:
    return filled(root, list_gap=ENDLESS)


@notebook(Expected(2, 0, 0, status.TIMEOUT, "could not be interrupted"))
def endless_loop_ignoring_interrupts(root: Path) -> NotebookNode:
    return filled(root, list_gap=STUBBORN)


@notebook(Expected(2, 0, 0, status.KERNEL_DIED, "ended in the cell ‘list_gap’"))
def killed_kernel(root: Path) -> NotebookNode:
    return filled(root, list_gap="import os, signal\nos.kill(os.getpid(), signal.SIGKILL)")


@notebook(Expected(2, 0, 0, status.KERNEL_DIED, "ended in the cell ‘list_gap’"))
def exits(root: Path) -> NotebookNode:
    return filled(root, list_gap="import os\nos._exit(0)")


@notebook(Expected(2, 4, 1))
def flood_of_output(root: Path) -> NotebookNode:
    text = "numbers = [1, 2, 3, 4]\nfor number in range(3000):\n    print('flood' * 200)"
    return filled(root, list_gap=text)


@notebook(Expected(2, 4, 1))
def half_a_character_printed(root: Path) -> NotebookNode:
    return filled(root, list_gap="numbers = [1, 2, 3, 4]\nprint('\\ud83d')")


def scores(shown: str) -> Callable[[Path], NotebookNode]:
    """Make a notebook that redefines how partial credit comes out."""
    return lambda root: filled(root, list_gap=f"numbers = []\npoints = lambda *a, **k: {shown}")


for label, shown in {
    "score_numpy": "__import__('numpy').float64(0.5)",
    "score_nan": "float('nan')",
    "score_infinite": "float('inf')",
    "score_true": "True",
    "score_negative": "-1.0",
    "score_too_large": "4.5",
    "score_text": "'4.0'",
}.items():
    notebook(Expected(2, 0, 1), name=label)(scores(shown))


# ---- cells ---------------------------------------------------------------------------------


def without(root: Path, *names: str) -> NotebookNode:
    """Return a right notebook with cells deleted."""
    nb = filled(root)
    nb.cells = [found for found in nb.cells if found.id not in names]
    return nb


@notebook(repaired("test ‘list_test’ was missing"))
def deleted_test_cell(root: Path) -> NotebookNode:
    return without(root, "list_test")


@notebook(Expected(0, 4, 0, status.REPAIRED, "‘answer_gap’ was missing"))
def deleted_gap(root: Path) -> NotebookNode:
    return without(root, "answer_gap")


@notebook(repaired("‘setup’ was missing"))
def deleted_setup_cell(root: Path) -> NotebookNode:
    return without(root, "setup")


@notebook(repaired("‘setup’ stood elsewhere"))
def setup_cell_moved_to_the_end(root: Path) -> NotebookNode:
    nb = without(root, "setup")
    nb.cells.append(next(found for found in filled(root).cells if found.id == "setup"))
    return nb


@notebook(repaired("test ‘answer_test’ stood elsewhere"))
def answer_test_moved_down(root: Path) -> NotebookNode:
    nb = without(root, "answer_test")
    below = 1 + next(at for at, found in enumerate(nb.cells) if found.id == "list_test")
    nb.cells.insert(below, next(f for f in filled(root).cells if f.id == "answer_test"))
    return nb


@notebook(Expected(2, 4, 1, status.REPAIRED, "‘why’ was missing"))
def deleted_answer(root: Path) -> NotebookNode:
    return without(root, "why")


@notebook(repaired("‘answer_gap’ was missing"))
def gap_replaced_by_own_cell(root: Path) -> NotebookNode:
    def replace(nb: NotebookNode) -> None:
        place = nb.cells.index(cell(nb, "answer_gap"))
        nb.cells[place] = new_code_cell("answer = 42", id="mine")

    return changed(filled(root), replace)


def copied(root: Path, name: str, first: str, second: str) -> NotebookNode:
    """Return a notebook with a cell twice, one copy below the other."""
    nb = filled(root)
    place = nb.cells.index(cell(nb, name))
    double = copy.deepcopy(nb.cells[place])
    nb.cells[place].source, double.source = first, second
    nb.cells.insert(place + 1, double)
    return nb


@notebook(repaired("‘answer_gap’ was there 2 times"))
def copied_gap_second_filled(root: Path) -> NotebookNode:
    return copied(root, "answer_gap", "answer = ...\n", "answer = 42")


@notebook(repaired("‘answer_gap’ was there 2 times"))
def copied_gap_first_filled(root: Path) -> NotebookNode:
    return copied(root, "answer_gap", "answer = 42", "answer = ...\n")


@notebook(repaired("‘list_test’ was there 2 times"))
def copied_test_cell(root: Path) -> NotebookNode:
    test = cell(released(root), "list_test").source
    return copied(root, "list_test", test, "# tried out\nprint(numbers)")


@notebook(repaired("‘answer_test’ had been changed"))
def changed_test_cell(root: Path) -> NotebookNode:
    return filled(root, answer_test="print('all right')")


@notebook(repaired("‘course_values’ had been changed"))
def changed_locked_cell(root: Path) -> NotebookNode:
    return filled(root, course_values="course_answer = 7")


@notebook(Expected(0, 4, 0, status.REPAIRED))
def cell_type_changed(root: Path) -> NotebookNode:
    def change(nb: NotebookNode) -> None:
        for name in ("answer_gap", "why"):
            found = cell(nb, name)
            found.cell_type = "raw"
            found.pop("outputs", None)
            found.pop("execution_count", None)
        cell(nb, "answer_gap").source = "not code any more"

    return changed(filled(root), change)


# ---- metadata ------------------------------------------------------------------------------


def each_cell(nb: NotebookNode, change: Callable[[NotebookNode], object]) -> NotebookNode:
    """Return a notebook after a change to each of its cells."""
    nb = copy.deepcopy(nb)
    for found in nb.cells:
        change(found)
    return nb


@notebook(repaired("Personal data that Colab had stored (executionInfo) was removed."))
def colab(root: Path) -> NotebookNode:
    def store(found: NotebookNode) -> None:
        found.pop("id")
        found.metadata["id"] = "x7Zq"
        found.metadata["executionInfo"] = {"user": {"displayName": "Jo Student"}}

    nb = each_cell(filled(root), store)
    nb.nbformat_minor = 0
    nb.metadata["colab"] = {"provenance": []}
    nb.metadata["accelerator"] = "GPU"
    return nb


@notebook(repaired("Cells that shared an id"))
def double_cell_ids(root: Path) -> NotebookNode:
    return each_cell(filled(root), lambda found: found.update(id="same"))


@notebook(repaired("named ‘julia-1.9’ as its kernel"))
def other_kernelspec(root: Path) -> NotebookNode:
    def change(nb: NotebookNode) -> None:
        nb.metadata["kernelspec"] = {"name": "julia-1.9", "display_name": "Julia"}

    return changed(filled(root), change)


@notebook(repaired("Marks of another version of nbgrader"))
def schema_too_new(root: Path) -> NotebookNode:
    return with_schema(root, 99)


@notebook(repaired("Marks of another version of nbgrader"))
def schema_too_old(root: Path) -> NotebookNode:
    return with_schema(root, 1)


def with_schema(root: Path, version: int) -> NotebookNode:
    """Return a notebook whose nbgrader metadata is of another version."""

    def change(found: NotebookNode) -> None:
        if "nbgrader" in found.metadata:
            found.metadata.nbgrader.schema_version = version

    return each_cell(filled(root), change)


@notebook(ALL)
def odd_metadata(root: Path) -> NotebookNode:
    def change(found: NotebookNode) -> None:
        found.metadata.update(tags="x", name=7, collapsed="no", execution=[])

    nb = each_cell(filled(root), change)
    nb.metadata.update(authors="me", language_info=[], title=3)
    return nb


@notebook(repaired("had lost its mark"))
def marks_lost(root: Path) -> NotebookNode:
    return each_cell(filled(root), lambda found: found.update(metadata={}))


@notebook(Expected(0, 4, 1))
def tests_tagged_to_be_skipped(root: Path) -> NotebookNode:
    nb = filled(root, answer_gap="answer = 1")
    return each_cell(nb, lambda found: found.metadata.update(tags=["skip-execution"]))


@notebook(Expected(0, 4, 1, status.REPAIRED, "Points or kind of the cell"))
def points_changed(root: Path) -> NotebookNode:
    def change(nb: NotebookNode) -> None:
        cell(nb, "list_test").metadata.nbgrader.points = 400

    return changed(filled(root, answer_gap="answer = 1"), change)


@notebook(ALL)
def own_record(root: Path) -> NotebookNode:
    def change(nb: NotebookNode) -> None:
        nb.metadata[status.KEY] = {"status": "failed", "message": "x", "repairs": ["y"]}

    return changed(filled(root), change)


# ---- files ---------------------------------------------------------------------------------

for label, says in {
    "empty": "The file is empty.",
    "truncated": "does not hold a notebook",
    "not_an_object": "not a notebook",
    "no_cells": "has no cells",
    "login_page": "does not hold a notebook",
    "merge_conflict": "git merge",
    "damaged_cells": "has no cells",
    "picture": "does not hold a notebook",
}.items():
    CLASS[f"file_{label}"] = (
        lambda root, student, label=label: hand_in_text(
            root, student, (FILES / f"{label}.txt").read_bytes()
        ),
        no_notebook(says),
    )


@submission(no_notebook("does not hold a notebook"))
def file_nested_too_deeply(root: Path, student: str) -> None:
    hand_in_text(root, student, "[" * 100_000 + "]" * 100_000)


@submission(no_notebook("Clear the outputs"))
def file_too_large(root: Path, student: str) -> None:
    hand_in_text(root, student, json.dumps(filled(root)) + " " * 400_000)


@submission(no_notebook("a folder or a link"))
def file_is_a_link(root: Path, student: str) -> None:
    path = hand_in_text(root, student, "")
    path.unlink()
    path.symlink_to(root / "source" / NAME / f"{NAME}.ipynb")


@submission(no_notebook("a folder or a link"))
def file_is_a_folder(root: Path, student: str) -> None:
    (root / "submitted" / student / NAME / f"{NAME}.ipynb").mkdir(parents=True)


@submission(repaired("stored as UTF-16"))
def file_utf16(root: Path, student: str) -> None:
    hand_in_text(root, student, json.dumps(filled(root), ensure_ascii=False).encode("utf-16"))


@submission(repaired("stored as UTF-8-SIG"))
def file_with_byte_order_mark(root: Path, student: str) -> None:
    hand_in_text(root, student, codecs.BOM_UTF8 + json.dumps(filled(root)).encode())


@submission(repaired("not stored as UTF-8"))
def file_latin1(root: Path, student: str) -> None:
    nb = filled(root, why="Weil es früh ist.")
    hand_in_text(root, student, json.dumps(nb, ensure_ascii=False).encode("latin-1"))


@submission(ALL)
def file_with_half_a_character(root: Path, student: str) -> None:
    hand_in_text(root, student, json.dumps(filled(root, why="Because \ud83d.")))


@submission(repaired("notebook format 7"))
def format_too_new(root: Path, student: str) -> None:
    hand_in(root, student, changed(filled(root), lambda nb: nb.update(nbformat=7)))


@submission(repaired("old format (3)"))
def format_old(root: Path, student: str) -> None:
    old = nbformat.convert(copy.deepcopy(filled(root)), 3)
    hand_in_text(root, student, json.dumps(old))


@submission(repaired("Damaged cells were left out: 2"))
def some_cells_damaged(root: Path, student: str) -> None:
    nb = filled(root)
    nb.cells[1:1] = [7, {"cell_type": "poem", "source": "roses"}]  # type: ignore[list-item]
    hand_in(root, student, nb)


@submission(Expected(*NOTHING, status.OTHER_NOTEBOOK, "is the notebook of other"))
def other_notebook(root: Path, student: str) -> None:
    hand_in(root, student, released(root, "other"))


@submission(Expected(*NOTHING, status.OTHER_NOTEBOOK, "none of the cells"))
def unrelated_notebook(root: Path, student: str) -> None:
    hand_in(root, student, nbformat.v4.new_notebook(cells=[new_code_cell("print('hello')")]))


# ---- names ---------------------------------------------------------------------------------


@submission(repaired("was called tiny (1).ipynb"))
def renamed(root: Path, student: str) -> None:
    hand_in(root, student, filled(root), f"{NAME} (1).ipynb")


@submission(repaired("was called Größe von Zoë.ipynb.txt"))
def renamed_to_text(root: Path, student: str) -> None:
    hand_in(root, student, filled(root), "Größe von Zoë.ipynb.txt")


@submission(repaired("was called homework/tiny.ipynb"))
def in_a_folder(root: Path, student: str) -> None:
    hand_in(root, student, filled(root), f"homework/{NAME}.ipynb")


@submission(ALL)
def two_notebooks(root: Path, student: str) -> None:
    hand_in(root, student, filled(root))
    hand_in(root, student, released(root), "attempt.ipynb")


@submission(repaired("was called second.ipynb"))
def two_renamed_notebooks(root: Path, student: str) -> None:
    hand_in(root, student, filled(root), "second.ipynb")
    hand_in(root, student, released(root), "first.ipynb")


@submission(Expected(*NOTHING, status.NO_NOTEBOOK, "no notebook"))
def no_notebook_at_all(root: Path, student: str) -> None:
    hand_in_text(root, student, "see my e-mail", "readme.txt")


assert tiny_course.POINTS == 10
