"""How long a student waits for something to look at: python -m tests.colab.first_cell

In turn, each in a fresh process: importing TensorFlow alone; the first code cell; all cells to the
first figure, with pictures that were drawn before. The difference between the last and the first is
what the course adds.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

from autograder.grading.mutator.notebook import read
from tests.colab.simulated import as_node

REPOSITORY = Path(__file__).resolve().parents[2]
FIRST = ("place",)
TO_THE_FIGURE = ("place", "imports", "data", "sample-figure")


def code_of(name: str, cells: tuple[str, ...]) -> str:
    """Return the text of some cells of a released notebook."""
    notebook = as_node(read(REPOSITORY / "release" / name / f"{name}.ipynb"))
    return "\n".join(cell.source for cell in notebook.cells if cell.id in cells)


def seconds(code: str) -> float:
    """Run code in a fresh Python with IPython, and return how long that took."""
    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "MPLBACKEND": "agg"}
    begin = time.monotonic()
    subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True)
    return time.monotonic() - begin


def measure(runs: int, name: str = "03_faces_fc") -> dict[str, float]:
    """Return the medians of several runs of each, in turn, in seconds."""
    kinds = {
        "an empty Python": "",
        "import tensorflow": "import tensorflow",
        "first code cell": code_of(name, FIRST),
        "to the first figure": code_of(name, TO_THE_FIGURE),
    }
    seconds(kinds["to the first figure"])  # draws the pictures, and compiles what is imported
    taken: dict[str, list[float]] = {kind: [] for kind in kinds}
    for _ in range(runs):
        for kind, code in kinds.items():
            taken[kind].append(seconds(code))
    return {kind: statistics.median(found) for kind, found in taken.items()}


def main() -> None:
    """Print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    medians = measure(parser.parse_args().runs)
    for kind, median in medians.items():
        print(f"{median:7.2f} s  {kind}")
    more = medians["to the first figure"] - medians["import tensorflow"]
    print(f"{more:7.2f} s  more than importing TensorFlow alone")


if __name__ == "__main__":
    main()
