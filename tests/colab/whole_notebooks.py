"""How long each exercise takes a student on this machine: python -m tests.colab.whole_notebooks

The instructor's answers without hidden tests, in a kernel as JupyterLab starts it. Pictures and
features that are in the cache are taken from there; EIGHT_FACES_CACHE names an empty folder for
times with everything made for the first time.
"""

import argparse
import shutil
import statistics
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, NamedTuple

import psutil
from nbclient import NotebookClient

from autograder import exercises
from autograder.release.settings import CourseSettings
from autograder.release.solutions import solution_notebook
from tests.colab.simulated import as_node

REPOSITORY = Path(__file__).resolve().parents[2]
LONGEST = 3600  # seconds that a cell may take
LOOK = 0.25  # seconds between two looks at the memory


class Run(NamedTuple):
    """One run of a notebook.

    Attributes
    ----------
    seconds : float
        From the start of its kernel to its end.
    memory : int
        Most resident bytes of its processes.
    longest : str
        The cell that took longest, and its seconds.
    """

    seconds: float
    memory: int
    longest: str


def run(name: str) -> Run:
    """Run a notebook as a student with the right answers does.

    Raises
    ------
    nbclient.exceptions.CellExecutionError
        If a cell fails.
    """
    source = REPOSITORY / "source" / name
    file = f"{name}.ipynb"
    made = solution_notebook(REPOSITORY, source / file, CourseSettings(), f"{name}/{file}")
    taken: dict[str, float] = {}
    begun: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(source, folder, dirs_exist_ok=True)
        client = NotebookClient(
            as_node(made),
            timeout=LONGEST,
            resources={"metadata": {"path": folder}},
            on_cell_start=lambda cell, cell_index: begun.update({cell.id: time.monotonic()}),
            on_cell_executed=lambda cell, cell_index, execute_reply: taken.update(
                {cell.id: time.monotonic() - begun[cell.id]}
            ),
        )
        begin = time.monotonic()
        with Memory() as memory:
            client.execute()
        seconds = time.monotonic() - begin
    longest = max(taken, key=lambda cell: taken[cell])
    return Run(seconds, memory.most, f"{longest} {taken[longest]:.0f} s")


class Memory:
    """Watches how much the processes that this one has started hold together."""

    most = 0

    def __enter__(self) -> "Memory":
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._ended.wait(LOOK):
            self.most = max(self.most, sum(map(_resident, psutil.Process().children(True))))


def _resident(process: Any) -> int:
    try:
        return int(process.memory_info().rss)
    except psutil.Error:
        return 0


def main() -> None:
    """Print a line for each notebook."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=exercises.names())
    parser.add_argument("--runs", type=int, default=1)
    chosen = parser.parse_args()
    for name in chosen.names:
        runs = [run(name) for _ in range(chosen.runs)]
        print(
            f"{name:<24} {statistics.median(one.seconds for one in runs):6.0f} s "
            f"{max(one.memory for one in runs) / 1e9:5.1f} GB  longest cell: {runs[-1].longest}",
            flush=True,
        )


if __name__ == "__main__":
    main()
