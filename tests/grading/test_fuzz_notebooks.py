"""Whatever is handed in as a notebook gets a result; nothing of it gains marks or takes much."""

import json
import logging
import re
import time
import tracemalloc
import warnings
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
import tiny_course
from nbformat import NotebookNode
from notebook_mutations import GAPS, LARGEST, MUTATIONS, Mutated, Tree, mutated

from autograder.grading import cells, status
from autograder.grading.blueprint import Blueprint, load_blueprint
from autograder.grading.course import Course, open_course
from autograder.grading.pipeline import OneSubmission, Result, grade

QUICK, FULL = 200, 2_000
RUN_QUICK, RUN_FULL = 10, 100
HONEST = 7.0

SECONDS = 10.0
"""Most that reading and repairing one submission may take; the machine may be busy."""

BYTES_A_BYTE = 60
"""Most memory for a byte of the file; Python's own objects for JSON take up to 30."""

BYTES_AT_LEAST = 24_000_000
"""What the smallest file may take: the gradebook, nbgrader's validators."""

LONGEST_MESSAGE = 1_000

CONFIG = f"""
c.SubmissionExporter.max_bytes = {LARGEST}
"""

PROCESS = Path("/proc/self")


class Sanitizer:
    """The first half of nbgrader's autograde, up to where the notebook would be run."""

    def __init__(self, course: Course) -> None:
        self.course = course
        self.folder = course.root / "submitted" / "fuzz" / tiny_course.NAME
        self.folder.mkdir(parents=True)
        self.file = self.folder / f"{tiny_course.NAME}.ipynb"
        release = course.folder("release", ".", tiny_course.NAME)
        self.blueprint: Blueprint = load_blueprint(
            course.db_url, release, tiny_course.NAME, tiny_course.NAME
        )
        directory = course.directory(tiny_course.NAME, "fuzz")
        self.converter = OneSubmission(coursedir=directory, parent=course.app)
        config = self.converter.config
        self.converter.exporter = self.converter.exporter_class(
            parent=self.converter, config=config
        )
        self.converter._init_preprocessors()

    def __call__(self, data: bytes) -> NotebookNode:
        """Return what would be run for a file with these bytes."""
        self.file.write_bytes(data)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # as the pipeline does around nbgrader
            resources = self.converter.init_single_notebook_resources(str(self.file))
            text, _ = self.converter.exporter.from_filename(str(self.file), resources=resources)
        text.encode("utf-8")
        return nbformat.reads(text, as_version=4)


@pytest.fixture
def fuzzed_course(course: Path) -> Path:
    """A course that reads larger files than the tests of single defects need."""
    path = course / "nbgrader_config.py"
    path.write_text(path.read_text(encoding="utf-8") + CONFIG, encoding="utf-8")
    return course


@pytest.fixture
def sanitize(fuzzed_course: Path) -> Iterator[Sanitizer]:
    logging.disable(logging.CRITICAL)
    try:
        yield Sanitizer(open_course(fuzzed_course))
    finally:
        logging.disable(logging.NOTSET)


@pytest.fixture
def honest(course: Path) -> Tree:
    """The submission that every mutation begins with; all points but the question's."""
    plain: Tree = json.loads(json.dumps(tiny_course.filled(course)))
    return plain


def problems(nb: NotebookNode, case: Mutated, blueprint: Blueprint) -> list[str]:
    """Tell what is wrong with a sanitized notebook."""
    found = []
    if status.status_of(nb) == status.FAILED:
        found.append(status.message_of(nb))
    if status.is_placeholder(nb) and not status.message_of(nb):
        found.append("no message")
    said = [status.message_of(nb), *status.repairs(nb)]
    found += [
        f"{len(text)} characters: {text[:60]}" for text in said if len(text) > LONGEST_MESSAGE
    ]
    marked = [cell for cell in nb.cells if "nbgrader" in cell.metadata]
    if sorted(cell.metadata.nbgrader.grade_id for cell in marked) != sorted(blueprint.marked):
        found.append("not each of the course's cells is there once")
    locked = [cells.grade_id(cell) for cell in marked if not cell.metadata.nbgrader.solution]
    if locked != [known.id for known in blueprint.marked.values() if not known.is_gap]:
        found.append(f"the locked cells stand in another order: {locked}")
    for cell in marked:
        known = blueprint.marked.get(cell.metadata.nbgrader.grade_id)
        if known is None:
            continue
        if cell.cell_type != known.cell_type or cells.points(cell) != known.marks.get("points", 0):
            found.append(f"{known.id} has another kind or other points")
        if any(cell.metadata.nbgrader[key] != value for key, value in known.marks.items()):
            found.append(f"{known.id} has other marks")
        if not known.is_gap and cell.source != known.source:
            found.append(f"{known.id} has another text")
    return found + (lost_answers(nb, blueprint) if case.harmless else [])


def lost_answers(nb: NotebookNode, blueprint: Blueprint) -> list[str]:
    """Tell which answers of an honest student would not count."""
    found = []
    for name in GAPS:
        cell = next((cell for cell in nb.cells if cells.grade_id(cell) == name), None)
        if cell is None or cell.source.strip() in ("", blueprint.marked[name].released.strip()):
            found.append(f"the answer {name} is lost")
    order = [cells.grade_id(cell) for cell in nb.cells if cells.grade_id(cell)]
    if order != list(blueprint.marked):
        found.append(f"the course's cells stand in another order: {order}")
    return found


def resident(line: str) -> int:
    """Return the bytes of resident memory, now (VmRSS) or at most (VmHWM); 0 where unknown."""
    try:
        found = re.search(rf"{line}:\s+(\d+) kB", (PROCESS / "status").read_text())
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0


def forget_peak() -> bool:
    """Let the most resident memory be counted from now on; False where that can't be done."""
    try:
        (PROCESS / "clear_refs").write_text("5")
    except OSError:
        return False
    return True


def fuzz(sanitize: Sanitizer, honest: Tree, seeds: range) -> None:
    """Hand in a mutated notebook for each seed."""
    wrong, slowest, largest = [], 0.0, 0
    sanitize(mutated(honest, 0).data)  # what is loaded once counts for nobody
    measured = forget_peak()
    for seed in seeds:
        case = mutated(honest, seed)
        measured = measured and forget_peak()
        before, begin = resident("VmRSS"), time.perf_counter()
        try:
            nb = sanitize(case.data)
            found = problems(nb, case, sanitize.blueprint)
        except Exception as error:
            found = [f"{type(error).__name__}: {str(error)[:200]}"]
        seconds = time.perf_counter() - begin
        memory = resident("VmHWM") - before if measured else 0
        if seconds > SECONDS:
            found.append(f"{seconds:.1f} s for {len(case.data)} bytes")
        if memory > BYTES_AT_LEAST + BYTES_A_BYTE * len(case.data):
            found.append(f"{memory / 1e6:.0f} MB for {len(case.data)} bytes")
        slowest, largest = max(slowest, seconds), max(largest, memory)
        wrong += [f"{case}: {what}" for what in found]
    print(f"{len(seeds)} notebooks; at most {slowest:.1f} s and {largest / 1e6:.0f} MB more")
    assert not wrong, f"{len(wrong)} problems\n" + "\n".join(wrong)


BOMB = 400_000
"""Bytes of the part of a bomb that says the same again and again."""

CELL = '{"cell_type": "code", "source": "", "metadata": {'
BOMBS = {
    "objects_in_metadata": ('{"cells": [CELLS], "metadata": {"x": [BOMB]}}', "{}"),
    "objects_in_a_cell": (f'{{"cells": [CELLS, {CELL}"x": [BOMB]}}}}]}}', "{}"),
    "objects_in_marks": (f'{{"cells": [CELLS, {CELL}"nbgrader": {{"x": [BOMB]}}}}}}]}}', "{}"),
    "objects_in_outputs": (f'{{"cells": [CELLS, {CELL}}}, "outputs": [BOMB]}}]}}', '{"a":0}'),
    "pieces_of_text": ('{"cells": [CELLS, {"cell_type": "code", "source": [BOMB]}]}', '""'),
    "cells_of_numbers": ('{"cells": [BOMB]}', "0"),
    "sheets": ('{"nbformat": 3, "worksheets": [{"cells": [BOMB]}]}', "{}"),
    "half_characters": ('{"cells": [CELLS], "x": [BOMB]}', r'"\ud83d\ud83d\ud83d\ud83d"'),
}
"""Small files that become large in memory: a notebook around many times the same."""


def traced(sanitize: Sanitizer, data: bytes) -> int:
    """Return the most memory that a file takes, in bytes."""
    sanitize(data[: len(data) // 2])  # what is loaded once counts for nobody
    tracemalloc.start()
    try:
        sanitize(data)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("name", BOMBS)
def test_small_files_stay_small_in_memory(name: str, sanitize: Sanitizer, honest: Tree) -> None:
    around, piece = BOMBS[name]
    text = around.replace("CELLS", json.dumps(honest["cells"])[1:-1])
    text = text.replace("BOMB", ",".join([piece] * (BOMB // (len(piece) + 1))))
    memory = traced(sanitize, text.encode())
    print(f"{name}: {memory / len(text):.0f} bytes of memory for a byte of the file")
    assert memory < BYTES_AT_LEAST + BYTES_A_BYTE * len(text)


def test_many_files_are_not_in_memory_together(sanitize: Sanitizer, honest: Tree) -> None:
    honest["cells"] += [{"cell_type": "markdown", "source": "x" * 200_000, "metadata": {}}]
    data = json.dumps(honest).encode()
    alone = traced(sanitize, data)
    for number in range(40):
        (sanitize.folder / f"{number}.ipynb").write_bytes(data)
    assert traced(sanitize, data) < 2 * alone + 10 * len(data)


def test_the_same_seed_makes_the_same_submission(honest: Tree) -> None:
    for seed in range(2 * len(MUTATIONS)):
        assert mutated(honest, seed) == mutated(honest, seed)
    assert len({mutated(honest, seed).data for seed in range(QUICK)}) > 0.9 * QUICK


def test_the_honest_submission_is_in_order(sanitize: Sanitizer, honest: Tree) -> None:
    case = Mutated(-1, (), harmless=True, data=json.dumps(honest).encode())
    nb = sanitize(case.data)
    assert problems(nb, case, sanitize.blueprint) == []
    assert status.status_of(nb) == status.GRADED


@pytest.mark.slow
def test_mutated_notebooks_are_read_and_repaired(sanitize: Sanitizer, honest: Tree) -> None:
    fuzz(sanitize, honest, range(QUICK))


@pytest.mark.full
def test_many_mutated_notebooks_are_read_and_repaired(sanitize: Sanitizer, honest: Tree) -> None:
    fuzz(sanitize, honest, range(QUICK, QUICK + FULL))


def graded_problems(result: Result, case: Mutated) -> list[str]:
    """Tell what is wrong with the result of a mutated submission."""
    found = []
    if result.status == status.FAILED or result.status not in status.STATUSES:
        found.append(f"status {result.status}")
    if not 0 <= result.score <= HONEST or result.max_score != tiny_course.POINTS:
        found.append(f"{result.score} of {result.max_score} points")
    if case.harmless and result.score != HONEST:
        found.append(f"an honest submission has {result.score} points")
    if result.score < HONEST and not result.messages:
        found.append("no message")
    found += [f"{len(text)} characters said" for text in result.messages if len(text) > 2_000]
    return [f"{case}: {what} {result.messages}" for what in found]


def run(root: Path, honest: Tree, seeds: range) -> None:
    """Grade mutated submissions through the whole pipeline."""
    cases = {f"seed{seed:05}": mutated(honest, seed) for seed in seeds}
    for student, case in cases.items():
        tiny_course.hand_in_text(root, student, case.data)
    results = {found.student_id: found for found in grade(root, tiny_course.NAME, progress=False)}
    assert sorted(results) == sorted(cases)
    wrong = [line for name, case in cases.items() for line in graded_problems(results[name], case)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_mutated_notebooks_are_graded(fuzzed_course: Path, honest: Tree) -> None:
    # Odd steps apart: half of them harmless, and each of another kind.
    run(fuzzed_course, honest, range(0, RUN_QUICK * 7, 7))


@pytest.mark.full
def test_many_mutated_notebooks_are_graded(fuzzed_course: Path, honest: Tree) -> None:
    run(fuzzed_course, honest, range(QUICK + FULL, QUICK + FULL + RUN_FULL))
