"""A machine such as Colab: other versions, no course, an empty folder, and `google.colab`."""

import contextlib
import functools
import http.server
import json
import os
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbformat import NotebookNode

from autograder.grading.mutator.notebook import fill, read, reference_answers

VERSIONS = (
    "tensorflow-cpu==2.20.*", "keras==3.13.*", "numpy==2.0.*", "ipywidgets==7.7.*",
    "ipython==7.34.*", "ipykernel==6.17.*", "anywidget", "matplotlib", "pillow", "safetensors",
    "tqdm", "filelock",
)  # fmt: skip
"""What Colab had in 2026, as far as the course needs it."""

DRIVE = """\
from pathlib import Path

MOUNTED = []


def mount(mountpoint, force_remount=False, timeout_ms=120000, readonly=False):
    MOUNTED.append(mountpoint)
    print(f"Mounted at {mountpoint}")
"""

STARTUP = "import google.colab, google.colab.drive\n"


class Quiet(http.server.SimpleHTTPRequestHandler):
    """Serve files without a word, and keep the paths that were asked for."""

    def log_message(self, *_: object) -> None:
        return

    def do_GET(self) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]
        super().do_GET()


@contextlib.contextmanager
def served(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder from this machine to itself; yield its address, and what is asked for."""
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        server.asked = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", server.asked  # type: ignore[attr-defined]
        finally:
            server.shutdown()
            thread.join()


def environment(folder: Path, python: Path, packages: Path) -> Path:
    """Make an environment that has another one's packages, but not the course.

    A path in a .pth file leads to these packages; .pth files among them are not read, so what is
    installed there as editable is missing here.

    Returns
    -------
    pathlib.Path
        Its Python.
    """
    subprocess.run([python, "-m", "venv", "--without-pip", folder], check=True)
    own = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    place = subprocess.run(
        [own, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    Path(place.stdout.strip(), "others.pth").write_text(f"{packages}\n")
    return own


def find_python(version: str) -> str | None:
    """Return a Python of this version, such as ``"3.12"``, or None when there is none."""
    found = [sys.executable, shutil.which(f"python{version}")]
    installed = Path.home() / ".pyenv" / "versions"  # its names on PATH may lead nowhere
    found += [str(path) for path in sorted(installed.glob(f"{version}.*/bin/python"))]
    code = "import sys; print('%d.%d' % sys.version_info[:2])"
    for python in filter(None, found):
        done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False)
        if done.stdout.strip() == version:
            return python
    return None


def colab_environment(build: Path) -> tuple[Path, Path]:
    """Install Colab's versions once a checkout; return Python and its packages.

    Raises
    ------
    subprocess.CalledProcessError
        If the package registry can't be reached.
    """
    folder = build / "colab"
    python = folder / "bin" / "python"
    done = folder / "installed.txt"
    wanted = "\n".join(VERSIONS)
    if not done.exists() or done.read_text() != wanted:
        base = find_python("3.12") or sys.executable
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([base, "-m", "venv", folder], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--only-binary", ":all:", *VERSIONS],
            check=True,
        )
        done.write_text(wanted)
    return python, packages_of(python)


def packages_of(python: Path) -> Path:
    """Return the folder in which an environment keeps its packages."""
    code = "import sysconfig; print(sysconfig.get_path('purelib'))"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return Path(done.stdout.strip())


class Machine:
    """An empty folder and a kernel in an environment of its own.

    Parameters
    ----------
    root : pathlib.Path
        Empty folder; home, caches and notebooks of the machine.
    python : pathlib.Path
        Python of the environment.
    colab : bool
        Whether ``google.colab`` is there.
    settings : str
        Further variables of the environment.
    """

    def __init__(self, root: Path, python: Path, *, colab: bool = True, **settings: str) -> None:
        self.root, self.python = root, python
        self.work = root / "content"
        self.work.mkdir()
        self.variables = {
            "PATH": os.pathsep.join([str(python.parent), os.defpath]),
            "HOME": str(root / "home"),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "MPLBACKEND": "agg",
            "IPYTHONDIR": str(root / "ipython"),
            "PIP_CONFIG_FILE": os.devnull,
            **settings,
        }
        (root / "home").mkdir()
        if colab:
            stub = root / "stub" / "google" / "colab"
            stub.mkdir(parents=True)
            (stub / "__init__.py").touch()
            (stub / "drive.py").write_text(DRIVE)
            self.variables["PYTHONPATH"] = str(root / "stub")
            startup = root / "ipython" / "profile_default" / "startup"
            startup.mkdir(parents=True)
            (startup / "colab.py").write_text(STARTUP)
        argv = [str(python), "-m", "ipykernel_launcher", "-f", "{connection_file}"]
        spec = {"argv": argv, "display_name": "Machine", "language": "python"}
        kernel = root / "kernels" / "machine"
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text(json.dumps(spec))

    def run(self, notebook: NotebookNode, timeout: int = 600) -> NotebookNode:
        """Run a notebook from top to bottom, as Run All does, and return it with its outputs."""
        specs = KernelSpecManager(kernel_dirs=[str(self.root / "kernels")])
        manager = AsyncKernelManager(kernel_name="machine", kernel_spec_manager=specs)
        client = NotebookClient(
            notebook, km=manager, timeout=timeout, resources={"metadata": {"path": str(self.work)}}
        )
        client.execute(env=self.variables, cleanup_kc=True)
        return notebook

    def call(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the machine's Python in the working folder."""
        return subprocess.run(
            [self.python, *arguments],
            cwd=self.work, env=self.variables, capture_output=True, text=True, check=False,
        )  # fmt: skip


def answered(source: Path, released: Path) -> dict[str, Any]:
    """Return a released notebook with the answers of its source."""
    return fill(read(released), reference_answers(read(source)))


def as_node(notebook: dict[str, Any]) -> NotebookNode:
    """Return a notebook that can be run, from plain JSON."""
    return nbformat.reads(json.dumps(notebook), as_version=4)


def texts(notebook: NotebookNode, cell_id: str) -> str:
    """Return what a cell printed, and the messages of its errors."""
    cell = next(cell for cell in notebook.cells if cell.id == cell_id)
    return "".join(
        output.get("text", "") or "\n".join(output.get("traceback", []))
        for output in cell.outputs
        if output.output_type in ("stream", "error")
    )


def failed(notebook: NotebookNode) -> list[str]:
    """Return the ids of the cells that raised."""
    return [
        cell.id
        for cell in notebook.cells
        if cell.cell_type == "code" and any(out.output_type == "error" for out in cell.outputs)
    ]
