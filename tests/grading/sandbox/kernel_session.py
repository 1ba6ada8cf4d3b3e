"""A kernel in a sandbox and a client that runs cells in it."""

import subprocess

from boxing import LIMITS
from traitlets.config import Config

from autograder.grading.sandbox import Sandbox, student_binds
from autograder.grading.sandbox.kernel import kernel_manager


class Session:
    """A started kernel and a client of it."""

    async def start(self, limits=LIMITS, confined=True, make_box=None):
        self.box = (
            make_box(limits)
            if make_box
            else Sandbox(limits, student_binds(), {"MPLBACKEND": "Agg"}, confined=confined)
        )
        self.manager = kernel_manager(self.box, "python3", Config())
        await self.manager.start_kernel(stdout=subprocess.DEVNULL, cwd="/")
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=60)
        return self

    async def run(self, source, seconds=60):
        texts = []

        def keep(message):
            content = message["content"]
            if message["msg_type"] == "stream":
                texts.append(content["text"])
            elif message["msg_type"] == "error":
                texts.append(content["ename"])

        await self.client.execute_interactive(source, timeout=seconds, output_hook=keep)
        return "".join(texts)

    async def end(self):
        self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)
        self.box.close()
