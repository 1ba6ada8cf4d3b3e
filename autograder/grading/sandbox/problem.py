"""Whether sandboxes work on this machine, found out by a real call, and the way out if not."""

import subprocess
import sys
from functools import cache
from pathlib import Path

from autograder.grading.sandbox.box import Sandbox, SandboxError
from autograder.grading.sandbox.bubblewrap import find_bubblewrap
from autograder.grading.sandbox.limits import GIB, Limits

ELSEWHERE = (
    "the sandbox needs Linux. On macOS run the grading in a Lima machine, on Windows in WSL2, "
    "and install bubblewrap there"
)
INSTALL = "bubblewrap is missing. On Debian and Ubuntu: sudo apt-get install bubblewrap"
APPARMOR = (
    "this system's AppArmor keeps bubblewrap from making namespaces (Ubuntu 24.04 and later). "
    "Allow it to: sudo apt-get install apparmor-profiles && sudo install -m 644 "
    "/usr/share/apparmor/extra-profiles/bwrap-userns-restrict /etc/apparmor.d/ && "
    "sudo systemctl reload apparmor"
)
NO_NAMESPACES = (
    "the system does not let this user make namespaces. On a machine of your own: "
    "sudo sysctl -w user.max_user_namespaces=10000 and, where it exists, "
    "kernel.unprivileged_userns_clone=1. In a container: start it with "
    "--security-opt seccomp=unconfined --security-opt apparmor=unconfined "
    "--security-opt systempaths=unconfined, or grade outside of it"
)

_SECONDS = 60.0
_RESTRICTED = Path("/proc/sys/kernel/apparmor_restrict_unprivileged_userns")
_SMALL = Limits(memory=GIB, processes=16, disk=GIB // 16, files=1000)


def try_python(source: str, sandbox: Sandbox) -> tuple[bool, str]:
    """Run a line of Python in a sandbox.

    Parameters
    ----------
    source : str
        What to run.
    sandbox : Sandbox
        A new sandbox.

    Returns
    -------
    bool
        Whether it ended well.
    str
        What it printed; what it complained of if it did not end well.
    """
    try:
        process = sandbox.start(
            [sys.executable, "-c", source], stdout=subprocess.PIPE, stderr=subprocess.PIPE
        )
        out, err = process.communicate(timeout=_SECONDS)
    except subprocess.TimeoutExpired:
        return False, f"no answer in {_SECONDS:g} s"
    except (OSError, SandboxError) as error:
        return False, str(error)
    well = process.returncode == 0
    return well, (out if well else err).decode(errors="replace").strip()


def small_sandbox() -> Sandbox:
    """Return a sandbox that shows nothing of the course, for trying."""
    return Sandbox(_SMALL, [], {})


@cache
def sandbox_problem() -> str:
    """Say why sandboxes do not work here, and what to do; empty when they work.

    The answer is found by a real call that runs this Python and imports NumPy, once a process.
    """
    if sys.platform != "linux":
        return ELSEWHERE
    if find_bubblewrap() is None:
        return INSTALL
    with small_sandbox() as sandbox:
        well, said = try_python("import numpy", sandbox)
    return "" if well else explain(said)


def explain(complaint: str) -> str:
    """Say what to do about a call that failed.

    Parameters
    ----------
    complaint : str
        What bubblewrap or Python wrote.
    """
    last = (complaint.splitlines() or ["no message"])[-1]
    if not last.startswith("bwrap:"):
        return f"this Python does not run in the sandbox: {last}"
    restricted = _RESTRICTED.exists() and _RESTRICTED.read_text().strip() == "1"
    refused = any(text in last for text in ("ermission denied", "not permitted", "No permissions"))
    if refused and restricted:
        return f"{APPARMOR} (it said: {last})"
    if refused or "No space left" in last:
        return f"{NO_NAMESPACES} (it said: {last})"
    return f"bubblewrap does not work here: {last}"
