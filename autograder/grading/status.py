"""What is known about one submission, kept in its notebook's metadata.

Every step of the grading writes here in plain sentences; `autograder.grading.results` and
`autograder.grading.feedback` read it. The entry travels in ``nb.metadata["eight_faces"]``, so it
survives between nbgrader's two passes and stays with the autograded notebook.
"""

from typing import Any, Final

from nbformat import NotebookNode

KEY: Final = "eight_faces"

FINISHED: Final = "finished"
"""Entry of a notebook that went through the whole grading; one that was only sanitized has none."""

TRAININGS_SAVED: Final = "trainings_saved"
"""Entry of a notebook: how many of its trainings had been done for somebody else already."""

GRADED: Final = "graded"
REPAIRED: Final = "repaired"
REFUSED: Final = "refused"
TIMEOUT: Final = "timeout"
KERNEL_DIED: Final = "kernel_died"
PROVISIONAL: Final = "provisional"
UNVERIFIED: Final = "unverified"
OTHER_NOTEBOOK: Final = "other_notebook"
NOT_A_NOTEBOOK: Final = "not_a_notebook"
NO_NOTEBOOK: Final = "no_notebook"
FAILED: Final = "failed"

STATUSES: Final = (
    GRADED,
    REPAIRED,
    REFUSED,
    TIMEOUT,
    PROVISIONAL,
    KERNEL_DIED,
    UNVERIFIED,
    OTHER_NOTEBOOK,
    NOT_A_NOTEBOOK,
    NO_NOTEBOOK,
    FAILED,
)
"""All statuses, the mildest first."""

PLACEHOLDERS: Final = frozenset({OTHER_NOTEBOOK, NOT_A_NOTEBOOK, NO_NOTEBOOK, FAILED})
"""Statuses of a submission that is not run: a placeholder goes through the grading instead."""


def record(nb: NotebookNode) -> dict[str, Any]:
    """Return the entry of a notebook, made when missing; changes to it are kept."""
    entry: Any = nb.metadata.get(KEY)
    if not isinstance(entry, NotebookNode):
        entry = nb.metadata[KEY] = NotebookNode()
    found: dict[str, Any] = entry
    return found


def add_repair(nb: NotebookNode, sentence: str) -> None:
    """Note what was repaired, as a plain sentence for the student; a repeated one counts once."""
    repairs = record(nb).setdefault("repairs", [])
    if sentence not in repairs:
        repairs.append(sentence)


def repairs(nb: NotebookNode) -> list[str]:
    """Return the sentences that say what was repaired, in order."""
    return list(record(nb).get("repairs", []))


def set_status(nb: NotebookNode, status: str, message: str) -> None:
    """Note what went wrong; a milder status never replaces a worse one.

    Parameters
    ----------
    nb : NotebookNode
        The submission.
    status : str
        One of `STATUSES`.
    message : str
        What happened and what to do, for the student.

    Raises
    ------
    ValueError
        If the status is not known.
    """
    entry = record(nb)
    if STATUSES.index(status) > STATUSES.index(entry.get("status", GRADED)):
        entry["status"] = status
        entry["message"] = message


def status_of(nb: NotebookNode) -> str:
    """Return the status of a notebook; one that only needed repairs is ``repaired``."""
    known = record(nb).get("status", GRADED)
    if known == GRADED and repairs(nb):
        return REPAIRED
    return str(known)


def message_of(nb: NotebookNode) -> str:
    """Return what went wrong, or an empty string."""
    return str(record(nb).get("message", ""))


def set_again(nb: NotebookNode, why: str) -> None:
    """Note why a regrade ran a submission again; empty when what was kept of its run served."""
    record(nb)["again"] = why


def again(nb: NotebookNode) -> str | None:
    """Return what `set_again` noted; None when this was no regrade, or nothing could be run."""
    found = record(nb).get("again")
    return None if found is None else str(found)


def is_placeholder(nb: NotebookNode) -> bool:
    """Tell whether the notebook stands in for a submission that can't be run."""
    return status_of(nb) in PLACEHOLDERS
