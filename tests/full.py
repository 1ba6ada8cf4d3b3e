"""Run every test at full size, some items at a time, and go on where the last run stopped.

An item that passed is not run again as long as no file of the repository changes.
The summary is written to build/test-full/summary.md and summary.json.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]
FOLDER = REPOSITORY / "build" / "test-full"
NOTHING_TO_RUN = 5  # pytest's exit status
SHARED = "tests/adversarial/"
"""One trial answers many of these tests, so a file is run in one go; and one file at a time, for
each looks for traces of attacks on the whole machine."""


@dataclass(frozen=True)
class Item:
    """What is run in one go: the lint, the quick or shared tests of a file, one full-size test."""

    name: str
    command: list[str]


@dataclass(frozen=True)
class Outcome:
    """How an item ended."""

    name: str
    passed: bool
    seconds: float
    closing_line: str


def git(*arguments: str, **environment: str) -> str:
    command = ["git", *arguments]
    return subprocess.run(
        command, cwd=REPOSITORY, env=os.environ | environment, capture_output=True, text=True,
        check=True,
    ).stdout.strip()  # fmt: skip


def tree_hash() -> str:
    """Name the present content of the repository, committed or not, without changing the index."""
    with tempfile.TemporaryDirectory() as folder:
        index = str(Path(folder) / "index")
        git("add", "--all", GIT_INDEX_FILE=index)
        return git("write-tree", GIT_INDEX_FILE=index)


def commit() -> str:
    """Return the commit that is checked out, with a remark when files differ from it."""
    try:
        head = git("rev-parse", "HEAD")
    except subprocess.CalledProcessError:
        return "no commit yet"
    return f"{head} with local changes" if git("status", "--porcelain") else head


def collect() -> list[Item]:
    """List the items: lint, full-size tests one by one, which take longest, quick ones by file."""
    python = sys.executable
    pytest = [python, "-m", "pytest", "-q"]
    items = [Item("lint", ["make", "--no-print-directory", "lint"])]
    full = _node_ids(pytest, "full")
    shared = dict.fromkeys(node.split("::")[0] for node in full if node.startswith(SHARED))
    items += [Item(f"{file}, full", [*pytest, "-m", "full", file]) for file in shared]
    items += [Item(node, [*pytest, node]) for node in full if not node.startswith(SHARED)]
    files = dict.fromkeys(node.split("::")[0] for node in _node_ids(pytest, "not full"))
    items += [Item(file, [*pytest, "-m", "not full", file]) for file in files]
    return items


def _node_ids(pytest: list[str], marker: str) -> list[str]:
    command = [*pytest, "--collect-only", "-m", marker]
    done = subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True)
    if done.returncode not in (0, NOTHING_TO_RUN):
        sys.exit(f"the tests can't be collected:\n{done.stdout}{done.stderr}")
    return [line for line in done.stdout.splitlines() if "::" in line]


def run(item: Item, log: Path) -> Outcome:
    """Run one item; its output goes to a file.

    Each has a temporary folder of its own: two runs of pytest that share one remove the leftovers
    of older runs at the same time, and one of them ends with an error.
    """
    begin = time.monotonic()
    with (
        log.open("wb") as file,
        tempfile.TemporaryDirectory(prefix="full-", ignore_cleanup_errors=True) as folder,
    ):
        status = subprocess.run(
            item.command, cwd=REPOSITORY, stdin=subprocess.DEVNULL, stdout=file,
            stderr=subprocess.STDOUT, env=os.environ | {"PYTEST_DEBUG_TEMPROOT": folder},
        ).returncode  # fmt: skip
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    closing = next((line.strip() for line in reversed(lines) if line.strip()), "")
    return Outcome(item.name, status == 0, round(time.monotonic() - begin, 1), closing)


def write(path: Path, text: str) -> None:
    beside = path.with_name(f"{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)


def summary(outcomes: list[Outcome], items: int, tree: str) -> tuple[str, str]:
    """Return the summary as Markdown and as JSON."""
    passed = sum(outcome.passed for outcome in outcomes)
    facts = {
        "commit": commit(),
        "tree": tree,
        "python": platform.python_version(),
        "cores": os.cpu_count(),
        "items": items,
        "passed": passed,
        "failed": len(outcomes) - passed,
        "seconds": round(sum(outcome.seconds for outcome in outcomes), 1),
    }
    lines = ["# make test-full", "", *(f"- {key}: {value}" for key, value in facts.items()), ""]
    lines += ["| item | result | seconds | closing line |", "| --- | --- | --- | --- |"]
    for outcome in outcomes:
        result = "passed" if outcome.passed else "FAILED"
        closing = outcome.closing_line.replace("|", "\\|")
        lines.append(f"| {outcome.name} | {result} | {outcome.seconds} | {closing} |")
    document = facts | {"outcomes": [asdict(outcome) for outcome in outcomes]}
    return "\n".join(lines) + "\n", json.dumps(document, indent=1) + "\n"


class Run:
    """One run of all items on the present content of the repository.

    Parameters
    ----------
    items : list of Item
    tree : str
        Name of that content; what passed for it is found again under this name.
    """

    def __init__(self, items: list[Item], tree: str) -> None:
        self.items = items
        self.tree = tree
        self.stamps = FOLDER / tree
        self.stamps.mkdir(parents=True, exist_ok=True)
        self._outcomes: dict[str, Outcome] = {}
        self._lock = threading.Lock()

    @property
    def outcomes(self) -> list[Outcome]:
        """What has ended, in the order of the items."""
        return [self._outcomes[item.name] for item in self.items if item.name in self._outcomes]

    def lanes(self) -> list[list[Item]]:
        """Group the items: those of a lane run one after the other, lanes beside each other."""
        shared = [item for item in self.items if item.name.startswith(SHARED)]
        others = [[item] for item in self.items if item not in shared]
        return [shared, *others] if shared else others

    def follow(self, lane: Iterable[Item]) -> None:
        """Run what has not passed yet of one lane."""
        for item in lane:
            stamp = self.stamps / f"{hashlib.sha256(item.name.encode()).hexdigest()[:16]}.json"
            if stamp.exists():
                self._report(Outcome(**json.loads(stamp.read_text(encoding="utf-8"))), "before")
                continue
            outcome = run(item, stamp.with_suffix(".log"))
            if outcome.passed:
                write(stamp, json.dumps(asdict(outcome)))
            self._report(outcome, f"in {outcome.seconds:.0f} s; {stamp.with_suffix('.log')}")

    def _report(self, outcome: Outcome, how: str) -> None:
        with self._lock:
            self._outcomes[outcome.name] = outcome
            result = "passed" if outcome.passed else "FAILED"
            count = f"[{len(self._outcomes)}/{len(self.items)}]"
            print(f"{count} {outcome.name}: {result} {how}", flush=True)
            markdown, document = summary(self.outcomes, len(self.items), self.tree)
            write(FOLDER / "summary.md", markdown)
            write(FOLDER / "summary.json", document)


def main(processes: int = 1) -> int:
    """Run what has not passed yet for this content, and report on everything."""
    everything = Run(collect(), tree_hash())
    with ThreadPoolExecutor(processes) as pool:
        list(pool.map(everything.follow, everything.lanes()))
    outcomes = everything.outcomes
    failed = [outcome.name for outcome in outcomes if not outcome.passed]
    passed = len(outcomes) - len(failed)
    print(f"{passed} of {len(everything.items)} items passed; {FOLDER / 'summary.md'}")
    for name in failed:
        print(f"FAILED {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--processes", type=int, default=1, help="items at a time")
    sys.exit(main(parser.parse_args().processes))
