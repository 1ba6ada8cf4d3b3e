"""A notebook's kernel in a sandbox, spoken to over sockets in the scratch directory."""

import os
import signal
from copy import copy
from typing import Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import AsyncKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import Instance

from autograder.grading.sandbox.box import Sandbox


class SandboxProvisioner(LocalProvisioner):
    """Starts a kernel in a sandbox, and ends it by ending the sandbox."""

    sandbox = Instance(Sandbox)

    async def launch_kernel(self, cmd: list[str], **_: Any) -> Any:
        """Start the kernel; environment, working directory and streams are the sandbox's own."""
        self.process = self.sandbox.start(cmd)
        self.pid = self.process.pid
        self.cwd = self.sandbox.work
        return self.connection_info

    async def send_signal(self, signum: int) -> None:
        """End the kernel for every signal but an interrupt, which travels as a message.

        The process seen here is bubblewrap, not the kernel.
        """
        if signum not in (0, signal.SIGINT):
            self.sandbox.kill()

    async def kill(self, restart: bool = False) -> None:
        """Kill all that runs in the sandbox."""
        self.sandbox.kill()

    async def terminate(self, restart: bool = False) -> None:
        """Kill all that runs in the sandbox: what is in it is worth no farewell."""
        self.sandbox.kill()


class SandboxKernelManager(AsyncKernelManager):
    """Manages a kernel that is interrupted by a message."""

    @property
    def kernel_spec(self) -> KernelSpec | None:
        """What kind of kernel it is."""
        found = super().kernel_spec
        if found is not None and found.interrupt_mode != "message":
            found = copy(found)
            found.interrupt_mode = "message"
        return found


def kernel_manager(sandbox: Sandbox, kernel_name: str, config: Any) -> AsyncKernelManager:
    """Return a manager for a kernel in a sandbox that has not been started.

    Parameters
    ----------
    sandbox : Sandbox
        A new sandbox; one kernel is started in it.
    kernel_name : str
        Name of the kernel, such as ``python3``.
    config : traitlets.config.Config
        nbgrader's configuration.
    """
    options: dict[str, Any] = {}
    if os.name == "posix":
        options = {"transport": "ipc", "ip": str(sandbox.channel / "k")}
    manager = SandboxKernelManager(
        kernel_name=kernel_name,
        config=config,
        connection_file=str(sandbox.channel / "kernel.json"),
        **options,
    )
    manager.provisioner = SandboxProvisioner(
        kernel_id="", kernel_spec=manager.kernel_spec, parent=manager, sandbox=sandbox
    )
    return manager
