"""Run a submission cell by cell, within its time, and always with an end."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbgrader.preprocessors import Execute
from traitlets import Dict, Float, Integer, Unicode
from traitlets.utils.importstring import import_item

from autograder.grading import cells, kernel, outputs, status
from autograder.grading.limits import OutputBudget, join_streams

DEFAULT = "default"
"""Key of the limits of assignments that have none of their own."""

_POLL = 0.5  # seconds between two looks at whether the kernel is alive
_LATE_OUTPUT = 4.0  # seconds in which the last output may come after the reply


class KernelEndedError(Exception):
    """The kernel is no more."""


class RunNotebook(Execute):  # type: ignore[misc]
    """Run the notebook; a loop without end or a killed kernel costs what came after, no more.

    A cell over its time is interrupted and the next one runs; a kernel that ignores this is
    killed. After the end of a kernel, or when the notebook is over its whole time, no cell is run
    any more, and the test cells that are left say why.
    """

    cell_timeout = Dict(
        {DEFAULT: 120.0},
        help="Seconds a cell may run, by assignment; the key 'default' serves all others.",
    ).tag(config=True)
    notebook_timeout = Dict(
        {DEFAULT: 900.0},
        help="Seconds all cells together may run, by assignment; 'default' serves all others.",
    ).tag(config=True)
    interrupt_grace = Float(
        5.0, help="Seconds that an interrupted cell has before the kernel is killed."
    ).tag(config=True)
    max_output = Integer(1_000_000, help="Characters of output kept of a cell.").tag(config=True)
    kernel_manager = Unicode(
        "autograder.grading.kernel.kernel_manager",
        help="Dotted name of the function (kernel name, config) that returns a kernel manager.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any], km: Any = None
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Run all cells of a notebook, or explain in its test cells why it is not run."""
        if status.is_placeholder(nb):
            outputs.stop_test_cells(nb, 0, outputs.NOT_RUN, status.message_of(nb))
            return nb, resources
        NotebookClient.__init__(self, nb, km)
        self.resources = resources
        self.store_widget_state = False
        self.record_timing = False
        assignment = resources["nbgrader"]["assignment"]
        self._cell_seconds = _limit(self.cell_timeout, assignment)
        self._notebook_seconds = _limit(self.notebook_timeout, assignment)
        make: Callable[..., Any] = import_item(self.kernel_manager)
        name = nb.metadata.get("kernelspec", {}).get("name", "python3")
        self.km = manager = km or make(name, self.config)
        self.shutdown_kernel = "immediate"
        try:
            with self.setup_kernel(**kernel.start_options(Path(resources[status.KEY]["root"]))):
                self._run_cells()
        finally:
            kernel.end_process_group(manager)
        return nb, resources

    def _run_cells(self) -> None:
        deadline = time.monotonic() + self._notebook_seconds
        for index, cell in enumerate(self.nb.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            left = deadline - time.monotonic()
            whole = left <= self._cell_seconds
            try:
                in_time = self.run_cell(cell, index, max(min(left, self._cell_seconds), 0.0))
            except KernelEndedError:
                self._stop_after_end(cell, index)
                return
            if not in_time:
                self._note_timeout(cell, index, whole)
                if whole or not self._alive():
                    return

    def _stop_after_end(self, cell: NotebookNode, index: int) -> None:
        name = cells.name(cell, index)
        message = (
            f"The Python process ended in the cell {name} (killed, out of memory, or told to "
            "exit). Cells after it could not be run."
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
            if not self._alive():
                message += " It could not be interrupted, so cells after it could not be run."
                outputs.stop_test_cells(self.nb, index + 1, kind, message)
        status.set_status(self.nb, status.TIMEOUT, message)

    def _alive(self) -> bool:
        return self.km is not None and bool(run_sync(self._is_alive)())

    async def _is_alive(self) -> bool:
        assert self.km is not None
        return bool(await ensure_async(self.km.is_alive()))

    def run_cell(self, cell: NotebookNode, index: int, seconds: float) -> bool:
        """Run one cell.

        Parameters
        ----------
        cell : NotebookNode
            The cell; gets its outputs.
        index : int
            Place of the cell in the notebook.
        seconds : float
            How long it may run.

        Returns
        -------
        bool
            False when it ran too long and was stopped; the kernel may then be dead.

        Raises
        ------
        KernelEndedError
            If the kernel ended by itself.
        """
        return bool(run_sync(self._run_cell)(cell, index, seconds))

    async def _run_cell(self, cell: NotebookNode, index: int, seconds: float) -> bool:
        assert self.kc is not None
        assert self.km is not None
        cell.outputs = []
        self.clear_before_next_output = False
        self._budget = OutputBudget(self.max_output)
        self.code_cells_executed += 1
        cell.execution_count = self.code_cells_executed
        message_id = self.kc.execute(cell.source, store_history=True, stop_on_error=False)
        reading = asyncio.ensure_future(self._read_outputs(message_id, cell, index))
        replying = asyncio.ensure_future(self._read_reply(message_id))
        try:
            in_time = await self._settle(reading, replying, seconds)
            if not in_time:
                await ensure_async(self.km.interrupt_kernel())
                if not await self._settle(reading, replying, self.interrupt_grace):
                    await ensure_async(self.km.shutdown_kernel(now=True))
            if replying.done() and not replying.cancelled():
                self._note_silent_error(cell, replying.result())
        finally:
            for task in (reading, replying):
                task.cancel()
            await asyncio.gather(reading, replying, return_exceptions=True)
            cell.outputs = join_streams(cell.outputs)
        return in_time

    async def _settle(
        self, reading: asyncio.Task[None], replying: asyncio.Task[Any], seconds: float
    ) -> bool:
        """Wait until reply and last output are there; False when the time is over before."""
        deadline = time.monotonic() + seconds
        replied_at: float | None = None
        while not (reading.done() and replying.done()):
            now = time.monotonic()
            if replying.done():
                # Under a flood of output the kernel drops messages, the last one too.
                replied_at = now if replied_at is None else replied_at
                if now - replied_at > _LATE_OUTPUT:
                    return True
            elif now > deadline:
                return False
            waiting = {task for task in (reading, replying) if not task.done()}
            await asyncio.wait(
                waiting,
                timeout=max(min(_POLL, deadline - now), 0.01),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not replying.done() and not await self._is_alive():
                await asyncio.wait({replying, reading}, timeout=_POLL)
                if not replying.done():
                    raise KernelEndedError
        return True

    async def _read_reply(self, message_id: str) -> dict[str, Any]:
        assert self.kc is not None
        while True:
            try:
                message = await ensure_async(self.kc.shell_channel.get_msg(timeout=None))
            except ValueError:  # not signed by the kernel
                continue
            if message["parent_header"].get("msg_id") == message_id:
                return dict(message["content"])

    async def _read_outputs(self, message_id: str, cell: NotebookNode, index: int) -> None:
        assert self.kc is not None
        while True:
            try:
                message = await ensure_async(self.kc.iopub_channel.get_msg(timeout=None))
                if message["parent_header"].get("msg_id") != message_id:
                    continue
                self.process_message(message, cell, index)
            except CellExecutionComplete:
                return
            except (ValueError, KeyError, TypeError, AttributeError):
                self.log.warning("A malformed message of the kernel was left out.")

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Turn a message into output while the cell's output budget lasts."""
        kind = msg["msg_type"]
        if kind.startswith("comm"):
            return None  # widgets have no one to talk to
        counted = ("stream", "display_data", "update_display_data", "execute_result", "error")
        if kind in counted and not self._budget.admit(msg):
            return None
        return super().process_message(msg, cell, cell_index)

    def _note_silent_error(self, cell: NotebookNode, reply: dict[str, Any]) -> None:
        """Add the error that a cell ended with when it was kept from being shown."""
        if reply.get("status") != "error":
            return
        if not any(out.output_type == "error" for out in cell.outputs):
            ename, text = str(reply.get("ename", "Error")), str(reply.get("evalue", ""))
            shown = outputs.error_output(ename, text)
            shown.traceback = [str(line) for line in reply.get("traceback", [])] or [text]
            cell.outputs.append(shown)


def _limit(limits: dict[str, float], assignment: str) -> float:
    return float(limits.get(assignment, limits.get(DEFAULT, 600.0)))
