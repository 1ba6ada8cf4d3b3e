"""A running JupyterLab with nbgrader's extensions, as `jupyter lab` starts it."""

import contextlib
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

SECONDS = 180.0
_SETTINGS = {
    # It asks the network for news, in a box that covers the page.
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    # All cells are in the page, those above and below the window too.
    "notebook-extension/tracker": {"windowingMode": "none"},
}


@dataclass(frozen=True)
class Server:
    """A server's address and its token."""

    address: str
    token: str

    def url(self, path: str) -> str:
        """Address of a page, with the right to see it."""
        return f"{self.address}{path}?token={self.token}"


@contextlib.contextmanager
def jupyter_lab(folder: Path, state: Path, variables: Mapping[str, str]) -> Iterator[Server]:
    """Start JupyterLab in a folder, and end it with its kernels.

    Parameters
    ----------
    folder : Path
        Where it is started; also what it shows.
    state : Path
        Folder for its log, settings and whatever else it would write in a person's home.
    variables : mapping of str to str
        Environment of the server and its kernels, beside ours.
    """
    token = secrets.token_hex(16)
    runtime = state / "runtime"
    _write_settings(state / "settings")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONWARNINGS"}
    environment |= {
        "JUPYTER_CONFIG_DIR": str(state / "config"),
        "JUPYTER_DATA_DIR": str(state / "data"),
        "JUPYTER_RUNTIME_DIR": str(runtime),
        "JUPYTERLAB_SETTINGS_DIR": str(state / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(state / "workspaces"),
        "IPYTHONDIR": str(state / "ipython"),
        **variables,
    }
    command = [
        *(sys.executable, "-m", "jupyterlab"),
        *("--no-browser", "--allow-root", "--port=0", "--ServerApp.ip=127.0.0.1"),
        f"--IdentityProvider.token={token}",
    ]
    log = state / "server.log"
    with log.open("wb") as output:
        server = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=output, stderr=output
        )
    try:
        yield Server(_address(server, runtime, log), token)
    finally:
        server.terminate()
        server.wait(60)


def _write_settings(folder: Path) -> None:
    for name, content in _SETTINGS.items():
        path = folder / "@jupyterlab" / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True)
        path.write_text(json.dumps(content), encoding="utf-8")


def _address(server: subprocess.Popen[bytes], runtime: Path, log: Path) -> str:
    """Wait for the file in which a Jupyter server says where it listens."""
    deadline = time.monotonic() + SECONDS
    while not (found := sorted(runtime.glob("jpserver-*.json"))):
        assert server.poll() is None, log.read_text("utf-8")
        assert time.monotonic() < deadline, log.read_text("utf-8")
        time.sleep(0.2)
    return str(json.loads(found[0].read_text("utf-8"))["url"])
