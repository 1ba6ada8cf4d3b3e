"""Repairs of the course's own cells: recognised, brought back, and each there once.

Each class is a preprocessor of nbgrader's autograde with one job, and says in the notebook's
record what it did. They run in the order in which they stand here.
"""

import uuid
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from autograder.grading import cells, status
from autograder.grading.blueprint import Blueprint, BlueprintCell
from autograder.grading.sanitize import blueprint_of


class RecogniseCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Give the course's cells the metadata that the course gave them.

    A cell is recognised by its grade id, else by its cell id, else, for locked cells, by its
    text. Marks that the course does not know go, so that nothing made up is ever scored.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Recognise the cells of a notebook."""
        marked = blueprint_of(resources).marked
        present = {cells.grade_id(cell) for cell in nb.cells}
        by_text = {cell.released.strip(): cell for cell in marked.values() if not cell.is_gap}
        for cell in nb.cells:
            known = marked.get(cells.grade_id(cell) or "")
            if known is None and cell.id in marked and cell.id not in present:
                known = marked[cell.id]
            if known is None:
                known = by_text.get(cell.source.strip())
                if known is not None and known.id in present:
                    known = None
            if known is None:
                cell.metadata.pop("nbgrader", None)
                continue
            self._dress(nb, cell, known)
            present.add(known.id)
        return nb, resources

    def _dress(self, nb: NotebookNode, cell: NotebookNode, known: BlueprintCell) -> None:
        old = cells.marks(cell)
        if cells.grade_id(cell) is None:
            status.add_repair(nb, f"The cell ‘{known.id}’ had lost its mark; it was recognised.")
        elif old.get("schema_version") != known.marks["schema_version"]:
            status.add_repair(nb, "Marks of another version of nbgrader were brought up to date.")
        elif any(
            old.get(key) != known.marks.get(key)
            for key in ("points", "grade", "solution", "locked")
        ):
            status.add_repair(
                nb, f"Points or kind of the cell ‘{known.id}’ had been changed; they were put back."
            )
        if cell.cell_type != known.cell_type:
            status.add_repair(nb, f"The cell ‘{known.id}’ is a {known.cell_type} cell again.")
            cell.cell_type = known.cell_type
            for key in ("outputs", "execution_count", "attachments"):
                cell.pop(key, None)
            if known.cell_type == "code":
                cell.outputs, cell.execution_count = [], None
        cell.metadata = NotebookNode(known.metadata())


class RemoveCopies(NbGraderPreprocessor):  # type: ignore[misc]
    """Leave every marked cell once, at its original place.

    The text of a gap is taken from the copy that was filled in, when the one at the original place
    was not. Copies with the same text, or with none, are left out; other copies stay as ordinary
    cells.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Remove the copies of a notebook."""
        blueprint = blueprint_of(resources)
        order = {grade_id: place for place, grade_id in enumerate(blueprint.marked)}
        places: dict[str, list[int]] = {}
        for index, cell in enumerate(nb.cells):
            found = cells.grade_id(cell)
            if found is not None:
                places.setdefault(found, []).append(index)
        anchors = {ids[0]: order[name] for name, ids in places.items() if len(ids) == 1}
        left_out: set[int] = set()
        for name, indices in places.items():
            if len(indices) > 1:
                keep = max(indices, key=lambda at: _in_place(at, order[name], anchors))
                left_out |= self._merge(nb, blueprint.marked[name], keep, indices)
        nb.cells = [cell for index, cell in enumerate(nb.cells) if index not in left_out]
        _give_ids(nb)
        return nb, resources

    def _merge(
        self, nb: NotebookNode, known: BlueprintCell, keep: int, indices: list[int]
    ) -> set[int]:
        kept = nb.cells[keep]
        empty = {known.released.strip(), ""}
        note = f"The cell ‘{known.id}’ was there {len(indices)} times; the original place counts"
        filled = [nb.cells[at] for at in indices if nb.cells[at].source.strip() not in empty]
        if known.is_gap and kept.source.strip() in empty and filled:
            kept.source = filled[0].source
            note += ", with the text of the copy that was filled in"
        status.add_repair(nb, f"{note}.")
        same = {kept.source.strip(), *empty}
        left_out = set()
        for at in indices:
            if at == keep:
                continue
            if nb.cells[at].source.strip() in same:
                left_out.add(at)
            else:
                nb.cells[at].metadata = NotebookNode()
        return left_out


def _in_place(at: int, own: int, anchors: dict[int, int]) -> int:
    """Count the cells on whose right side a copy stands."""
    return sum((place < at) == (order < own) for place, order in anchors.items())


def _give_ids(nb: NotebookNode) -> None:
    """Let every recognised cell have its grade id as cell id, and no other cell the same."""
    wanted = {cells.grade_id(cell) for cell in nb.cells} - {None}
    for cell in nb.cells:
        found = cells.grade_id(cell)
        if found is not None and len(found) <= 64:
            cell.id = found
        elif cell.id in wanted:
            cell.id = uuid.uuid4().hex[:8]


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Bring back the course's cells that were changed, moved or deleted.

    Setup and test cells follow each other as the course put them: what a test takes from the
    student and what from the course depends on the setup cells above it.

    A deleted gap returns right after what stood above it, so that an answer that the student wrote
    into a new cell still has the last word; a deleted test or locked cell returns right before
    what came after it.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore the cells of a notebook."""
        blueprint = blueprint_of(resources)
        for cell in nb.cells:
            known = blueprint.marked.get(cells.grade_id(cell) or "")
            if known is not None and not known.is_gap:
                if cell.source.strip() not in (known.released.strip(), known.source.strip()):
                    status.add_repair(
                        nb, f"The locked cell ‘{known.id}’ had been changed; the original was run."
                    )
                cell.source = known.source
        moved = _moved(nb, blueprint)
        nb.cells = [cell for cell in nb.cells if cells.grade_id(cell) not in moved]
        present = {cells.grade_id(cell) for cell in nb.cells}
        missing = [
            place
            for place, known in enumerate(blueprint.cells)
            if known.marks and known.id not in present
        ]
        for place in missing:
            known = blueprint.cells[place]
            kind = "test" if known.marks["grade"] and not known.is_gap else "cell"
            what = "was missing; it was put"
            if known.id in moved:
                what = "stood elsewhere; it was moved"
            self._bring_back(nb, blueprint, place)
            status.add_repair(nb, f"The {kind} ‘{known.id}’ {what} back.")
        if missing:
            _give_ids(nb)
        return nb, resources

    def _bring_back(self, nb: NotebookNode, blueprint: Blueprint, place: int) -> None:
        known = blueprint.cells[place]
        where = {cells.grade_id(cell) or cell.id: index for index, cell in enumerate(nb.cells)}
        above = [where[cell.id] for cell in blueprint.cells[:place] if cell.id in where]
        below = [where[cell.id] for cell in blueprint.cells[place + 1 :] if cell.id in where]
        early = known.is_gap or "setup" in known.tags
        if early or not below:
            at = above[-1] + 1 if above else 0
            if not early:
                at = len(nb.cells)
        else:
            at = max(below[0], above[-1] + 1 if above else 0)
        if not known.is_gap:
            at = _between_locked(at, place, where, blueprint)
        nb.cells.insert(at, known.make())


def _between_locked(at: int, place: int, where: dict[str, int], blueprint: Blueprint) -> int:
    """Return the position next to `at` that keeps the locked cells in the course's order."""
    for other, cell in enumerate(blueprint.cells):
        if cell.marks and not cell.is_gap and cell.id in where:
            at = max(at, where[cell.id] + 1) if other < place else min(at, where[cell.id])
    return at


def _moved(nb: NotebookNode, blueprint: Blueprint) -> set[str]:
    """Return the fewest locked cells without which the others stand in the course's order."""
    order = {known.id: place for place, known in enumerate(blueprint.marked.values())}
    found = [cells.grade_id(cell) for cell in nb.cells]
    locked = [name for name in found if name and not blueprint.marked[name].is_gap]
    rows: list[list[str]] = [[]]  # for every locked cell the longest row in order that it ends
    for name in locked:
        before = [row for row in rows if not row or order[row[-1]] < order[name]]
        rows.append([*_longest(before), name])
    return set(locked) - set(_longest(rows))


def _longest(rows: list[list[str]]) -> list[str]:
    return max(rows, key=lambda row: len(row))
