"""Run single cells in a Jupyter kernel, within their time, and read what comes of them."""

import asyncio
import time
from typing import Any

from jupyter_core.utils import ensure_async, run_sync
from nbclient.exceptions import CellExecutionComplete
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.preprocessors import Execute
from traitlets import Float, Integer

from autograder.grading import outputs
from autograder.grading.limits import OutputBudget, join_streams

_POLL = 0.5  # seconds between two looks at whether the kernel is alive
_LATE_OUTPUT = 4.0  # seconds in which the last output may come after the reply


MALFORMED = (ValueError, LookupError, TypeError, AttributeError)
"""What reading a message raises when its sender made it up."""


class KernelEndedError(Exception):
    """The kernel is no more."""


class KernelCells(Execute):  # type: ignore[misc]
    """Runs one cell at a time: interrupted when its time is over, killed when it ignores that."""

    interrupt_grace = Float(
        5.0, help="Seconds that an interrupted cell has before the kernel is killed."
    ).tag(config=True)
    poll = _POLL
    """Seconds between two looks at the kernel while a cell runs."""

    waited = 0.0
    """Seconds that cells have waited for what `attend` did."""

    max_output = Integer(1_000_000, help="Characters of output kept of a cell.").tag(config=True)

    def alive(self) -> bool:
        """Tell whether the kernel runs."""
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
        return bool(run_sync(self._run_cell)(cell, index, seconds, silent=False))

    def run_silently(self, source: str, seconds: float) -> bool:
        """Run a line of ours in the kernel, without output or history; otherwise as `run_cell`."""
        cell = new_code_cell(source)
        return bool(run_sync(self._run_cell)(cell, len(self.nb.cells), seconds, silent=True))

    async def _run_cell(
        self, cell: NotebookNode, index: int, seconds: float, *, silent: bool
    ) -> bool:
        assert self.kc is not None
        assert self.km is not None
        cell.outputs = []
        self.clear_before_next_output = False
        self._budget = OutputBudget(0 if silent else self.max_output)
        self._has_left_out = False
        message_id = self.kc.execute(
            cell.source, silent=silent, store_history=not silent, stop_on_error=False
        )
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

    async def attend(self) -> float:
        """Do what the kernel waits for; called many times a second while a cell runs.

        Returns
        -------
        float
            Seconds that it took, which do not count as the cell's.
        """
        return 0.0

    async def _settle(
        self, reading: asyncio.Task[None], replying: asyncio.Task[Any], seconds: float
    ) -> bool:
        """Wait until reply and last output are there; False when the time is over before."""
        deadline = time.monotonic() + seconds
        replied_at: float | None = None
        while not (reading.done() and replying.done()):
            waited = await self.attend()
            deadline += waited
            self.waited += waited
            now = time.monotonic()
            if replying.done():
                # Under a flood of output the kernel drops messages, the last one too.
                replied_at = now if replied_at is None else replied_at
                if now - replied_at > _LATE_OUTPUT:
                    return True
            elif now > deadline:
                return False
            waiting = {task for task in (reading, replying) if not task.done()}
            if not waiting:  # both came while we attended to something else
                return True
            await asyncio.wait(
                waiting,
                timeout=max(min(self.poll, deadline - now), 0.01),
                return_when=asyncio.FIRST_COMPLETED,
            )
            if not replying.done() and not await self._is_alive():
                await asyncio.wait({replying, reading}, timeout=_POLL)
                if not replying.done():
                    raise KernelEndedError
        return True

    async def _read_reply(self, message_id: str) -> dict[str, Any]:
        assert self.kc is not None
        channel = self.kc.shell_channel
        while True:
            # A channel that was closed raises something else than what is left out below.
            message = await self._read(channel)
            try:
                if message["parent_header"].get("msg_id") == message_id:
                    return dict(message["content"])
            except MALFORMED:
                self._leave_out("reply")

    async def _read_outputs(self, message_id: str, cell: NotebookNode, index: int) -> None:
        assert self.kc is not None
        channel = self.kc.iopub_channel
        while True:
            message = await self._read(channel)
            try:
                if message["parent_header"].get("msg_id") == message_id:
                    self.process_message(message, cell, index)
            except CellExecutionComplete:
                return
            except MALFORMED:
                self._leave_out("message")

    async def _read(self, channel: Any) -> Any:
        """Return the next message of a channel; None for one that its kernel has not signed."""
        try:
            return await ensure_async(channel.get_msg(timeout=None))
        except MALFORMED:
            await asyncio.sleep(0)  # whatever comes, others get their turn
            return None

    def _leave_out(self, kind: str) -> None:
        """Say so once a cell: a kernel may send as many malformed messages as it likes."""
        if not self._has_left_out:
            self.log.warning("A malformed %s of the kernel was left out.", kind)
        self._has_left_out = True

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
