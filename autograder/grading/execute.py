"""Grade one notebook: the student's code in a sandbox, its tests in a process that never ran it.

Student cells and locked cells run in the sandbox, `setup` cells there and in the verifier, test
cells in the verifier alone, in lockstep: at a test cell the kernel waits, the values that the test
needs travel as data, and the test runs as its author wrote it.
"""

import asyncio
import contextlib
import copy
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from nbclient import NotebookClient
from nbformat import NotebookNode
from traitlets import Bool, Dict, Enum, Integer

from autograder.grading import artefacts, cells, outputs, status, warm_kernels, workplace
from autograder.grading.blueprint import BlueprintCell
from autograder.grading.kernel_cells import KernelCells, KernelEndedError
from autograder.grading.kernel_side import KernelSide, LiveSide
from autograder.grading.recording import ReplayError
from autograder.grading.sandbox import Limits, SandboxError, sandbox_problem
from autograder.grading.sandbox.limits import GIB
from autograder.grading.sanitize import blueprint_of
from autograder.grading.trainer.desk import Desk, TrainingLimits
from autograder.grading.verifier.names import needed

DEFAULT = "default"
"""Key of the limits of assignments that have none of their own."""

NO_SANDBOX = "none"
"""Setting under which submissions run with the rights of whoever grades."""

_POLL = 0.02  # seconds between two looks at whether a cell asks for a training

SETUP = "setup"
"""Tag of locked cells that run on both sides."""


class RunNotebook(KernelCells):
    """Run and test the notebook; a loop without end or a killed kernel costs what came after.

    A cell over its time is interrupted and the next one runs; a kernel that ignores this is
    killed. After the end of a kernel, or when the notebook is over its whole time, no cell is run
    any more, and the test cells that are left say why. Points earned before stay.
    """

    cell_timeout = Dict(
        {DEFAULT: 120.0},
        help="Seconds a cell may run, by assignment; the key 'default' serves all others.",
    ).tag(config=True)
    notebook_timeout = Dict(
        {DEFAULT: 900.0},
        help="Seconds all cells together may run, by assignment; 'default' serves all others.",
    ).tag(config=True)
    memory = Dict(
        {DEFAULT: 6.0},
        help="GiB of resident memory of a submission's processes, by assignment.",
    ).tag(config=True)
    disk = Dict({DEFAULT: 2.0}, help="GiB that a submission may write, by assignment.").tag(
        config=True
    )
    train_once = Bool(
        True, help="Whether equal trainings are done once, for everybody, by the trainer."
    ).tag(config=True)
    training_work = Dict(
        {DEFAULT: 1e14},
        help="Floating-point operations that a submission's trainings may take, by assignment.",
    ).tag(config=True)
    processes = Integer(64, help="Processes that a submission may have at a time.").tag(config=True)
    files = Integer(20_000, help="Files that a submission may write.").tag(config=True)
    sandbox = Enum(
        ["bubblewrap", NO_SANDBOX],
        "bubblewrap",
        help="'none' runs submissions with your own rights: only for submissions of your own.",
    ).tag(config=True)
    regrade = Bool(
        False, help="Check what the last run gave; run again only what has changed since."
    ).tag(config=True)
    warm = Bool(
        True,
        help="Fork the kernels of notebooks that use Keras from one process that has imported it.",
    ).tag(config=True)

    _desk: Desk | None = None

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run and test a notebook, or explain in its test cells why it is not run."""
        if status.is_placeholder(nb):
            outputs.stop_test_cells(nb, 0, outputs.NOT_RUN, status.message_of(nb))
            return nb, resources
        assignment = resources["nbgrader"]["assignment"]
        self._cell_seconds = _limit(self.cell_timeout, assignment)
        self._notebook_seconds = _limit(self.notebook_timeout, assignment)
        self._course_cells = blueprint_of(resources).marked
        confined = self.sandbox != NO_SANDBOX
        status.record(nb)["confined"] = confined
        if confined and (problem := sandbox_problem()):
            raise SandboxError(f"submissions can't be run apart from this machine: {problem}")
        kept = artefacts.Artefacts(nb, resources, self._decisive(assignment))
        if self.regrade:
            try:
                return self._check_again(copy.deepcopy(nb), resources, kept, km), resources
            except ReplayError as reason:
                status.set_again(nb, str(reason))
        with kept.recording() as recorded:
            self._start(nb, resources, km)
            self._run_live(recorded)
        return nb, resources

    def _start(self, nb: NotebookNode, resources: dict[str, Any], km: Any) -> None:
        NotebookClient.__init__(self, nb, km)
        self.resources = resources
        self.store_widget_state = False
        self.record_timing = False
        self.shutdown_kernel = "immediate"
        self._desk = None

    def _run_live(self, recorded: artefacts.Recorded) -> None:
        """Run the notebook in a sandbox, and record what came of it."""
        names = self.resources["nbgrader"]
        sources = [cell.source for cell in self._course_cells.values()]
        with workplace.open_workplace(
            Path(self.resources[status.KEY]["root"]),
            names["assignment"],
            Path(self.resources["metadata"]["path"]),
            self._limits(names["assignment"]),
            self._training_limits(names["assignment"]),
            confined=self.sandbox != NO_SANDBOX,
            warm=self.warm and warm_kernels.uses_keras(sources),
        ) as place:
            name = self.nb.metadata.get("kernelspec", {}).get("name", "python3")
            self.km = place.kernel_manager(name, self.config)
            with self.setup_kernel(cwd=str(place.sandbox.work)):
                live = LiveSide(self, place, self._cell_seconds)
                self._kernel: KernelSide = recorded.through(live)
                if self.train_once:
                    self._desk = place.desk
                    self.poll = _POLL
                    with contextlib.suppress(KernelEndedError):  # the first cell meets it
                        live.open_desk()
                self._verifier = place.verifier
                self._run_cells()
                if place.desk.counts.saved:
                    status.record(self.nb)[status.TRAININGS_SAVED] = place.desk.counts.saved

    def _check_again(
        self, nb: NotebookNode, resources: dict[str, Any], kept: artefacts.Artefacts, km: Any
    ) -> NotebookNode:
        """Run the tests alone, on what the last run gave."""
        self._start(nb, resources, km)
        self._kernel = kept.replay()
        root = Path(resources[status.KEY]["root"])
        assignment = resources["nbgrader"]["assignment"]
        confined = self.sandbox != NO_SANDBOX
        with workplace.open_verifier(root, assignment, confined=confined) as self._verifier:
            self._run_cells()
        status.set_again(nb, "")
        return nb

    def _decisive(self, assignment: str) -> dict[str, Any]:
        """Return the settings that decide what comes of a run."""
        return {
            "seconds": [self._cell_seconds, self._notebook_seconds, self.interrupt_grace],
            "sandbox": [self.sandbox, asdict(self._limits(assignment))],
            "output": self.max_output,
            "training": [self.train_once, self._training_limits(assignment).work],
        }

    def _training_limits(self, assignment: str) -> TrainingLimits:
        return TrainingLimits(_limit(self.training_work, assignment), self._notebook_seconds)

    async def attend(self) -> float:
        """Answer a training that the notebook waits for."""
        if self._desk is None or (wish := self._desk.waiting()) is None:
            return 0.0
        begin = time.monotonic()
        await asyncio.get_running_loop().run_in_executor(None, self._desk.answer, wish)
        return time.monotonic() - begin

    def _limits(self, assignment: str) -> Limits:
        return Limits(
            memory=int(_limit(self.memory, assignment) * GIB),
            processes=self.processes,
            disk=int(_limit(self.disk, assignment) * GIB),
            files=self.files,
        )

    def _run_cells(self) -> None:
        self._seconds_left = self._notebook_seconds
        self._trusted: set[str] = set()
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            whole = self._seconds_left <= self._cell_seconds
            self.code_cells_executed += 1
            cell.execution_count = self.code_cells_executed
            try:
                in_time = self._test(cell) if cells.is_test(cell) else self._run(cell, index)
            except KernelEndedError:
                self._stop_after_end(cell, index)
                return
            if not in_time:
                self._note_timeout(cell, index, whole)
                if whole or not self._kernel.alive():
                    return

    def _run(self, cell: NotebookNode, index: int) -> bool:
        """Run a student's or a locked cell in the sandbox, a setup cell in the verifier as well."""
        known = self._course_cell(cell)
        if known is not None and SETUP in known.tags and not known.is_gap:
            found = self._verifier.setup(known.source)
            self._trusted.update(found.names)
            self._kernel.know(found.known)
            self._kernel.setup(known.source)
        limit = max(min(self._seconds_left, self._cell_seconds), 0.0)
        in_time, seconds = self._kernel.run(cell, index, limit)
        self._seconds_left -= seconds
        for trained in self._kernel.trainings():
            known_now = self._verifier.learn(trained.folder, **trained.origin._asdict())
            self._kernel.know(known_now)
        return in_time

    def _test(self, cell: NotebookNode) -> bool:
        """Run a test cell in the verifier; False when the kernel took too long to answer."""
        known = self._course_cell(cell)
        assert known is not None, "marks that the course does not know were taken away before"
        if not self._verifier.ready():
            self._kernel.send_all()
        wanted = [name for name in needed(known.source) if name not in self._trusted]
        values = None
        if wanted and (values := self._kernel.export(known.id, wanted)) is None:
            return False
        result = self._verifier.test(
            known.source, values, call=self._kernel.call, seconds=self._cell_seconds
        )
        self._kernel.end_test()
        if result.restarted:
            self._kernel.send_all()
        cell.outputs = result.outputs
        for remark in result.remarks:
            status.set_status(self.nb, status.PROVISIONAL, remark)
        if result.trouble:
            status.set_status(self.nb, status.UNVERIFIED, result.trouble)
        if result.states and self._kernel.alive():
            with contextlib.suppress(KernelEndedError):  # the next cell meets it; this test is done
                self._kernel.tell(result.states)
        return True

    def _course_cell(self, cell: NotebookNode) -> BlueprintCell | None:
        return self._course_cells.get(cells.grade_id(cell) or "")

    def _stop_after_end(self, cell: NotebookNode, index: int) -> None:
        name = cells.name(cell, index)
        passed = self._kernel.stopped_because()
        why = f"the notebook {passed}" if passed else "killed, out of memory, or told to exit"
        message = (
            f"The Python process ended in the cell {name} ({why}). Cells after it could not be run."
        )
        cell.outputs.append(outputs.error_output(outputs.KERNEL_DIED, message))
        outputs.stop_test_cells(self.nb, index + 1, outputs.KERNEL_DIED, message)
        status.set_status(self.nb, status.KERNEL_DIED, message)

    def _note_timeout(self, cell: NotebookNode, index: int, whole: bool) -> None:
        name = cells.name(cell, index)
        # The interrupt's own traceback says less than this line.
        cell.outputs = [
            out
            for out in cell.outputs
            if not (out.output_type == "error" and out.ename == "KeyboardInterrupt")
        ]
        if whole:
            kind = outputs.NOTEBOOK_TIMEOUT
            message = (
                f"The notebook ran longer than {self._notebook_seconds:g} s in all and was "
                f"stopped in the cell {name}. Cells after it could not be run."
            )
            cell.outputs.append(outputs.error_output(kind, message))
            outputs.stop_test_cells(self.nb, index + 1, kind, message)
        else:
            kind = outputs.CELL_TIMEOUT
            here = f"This cell ran longer than {self._cell_seconds:g} s and was stopped."
            cell.outputs.append(outputs.error_output(kind, here))
            message = f"The cell {name} ran longer than {self._cell_seconds:g} s and was stopped."
            if not self._kernel.alive():
                message += " It could not be interrupted, so cells after it could not be run."
                outputs.stop_test_cells(self.nb, index + 1, kind, message)
        status.set_status(self.nb, status.TIMEOUT, message)


def _limit(limits: dict[str, float], assignment: str) -> float:
    return float(limits.get(assignment, limits.get(DEFAULT, 600.0)))
