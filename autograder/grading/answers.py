"""What was graded at the last run, so that the next one knows which answers changed.

One small file a submission under ``.autograder/answers/`` of the course, never committed. Without
it every hand grade goes back into the queue, as in stock nbgrader.
"""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from autograder.grading.files import write_text

FOLDER = Path(".autograder") / "answers"


@dataclass(frozen=True)
class Answer:
    """One graded cell at the last run.

    Attributes
    ----------
    digest : str
        Hash of the answer; of all code, for a test cell that a person has graded.
    queued : bool
        Whether it waited for a person afterwards.
    manual_score : float or None
        Hand grade at that time.
    """

    digest: str
    queued: bool
    manual_score: float | None


def path(root: Path, assignment: str, notebook: str, student: str) -> Path:
    """Return the file of one submission; any student name is a valid file name here."""
    parts = [quote(part, safe=" ") for part in (assignment, student, notebook)]
    return root / FOLDER / parts[0] / parts[1] / f"{parts[2]}.json"


def load(file: Path) -> dict[str, Answer]:
    """Load what is known by grade id; nothing when the file is missing or damaged."""
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return {name: Answer(**entry) for name, entry in data.items()}
    except (OSError, ValueError, TypeError, AttributeError):
        return {}


def save(file: Path, known: dict[str, Answer]) -> None:
    """Save what is known by grade id."""
    entries = {name: asdict(entry) for name, entry in known.items()}
    write_text(file, json.dumps(entries, indent=1, sort_keys=True) + "\n")
