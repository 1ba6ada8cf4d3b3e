"""What a check finds: problems, which cost points or more, and notes."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Attributes
    ----------
    is_problem : bool
        Whether it should be mended before handing in; else it is good to know.
    text : str
        What it is, where, and what to do.
    """

    is_problem: bool
    text: str

    def __str__(self) -> str:
        return f"{'PROBLEM' if self.is_problem else 'note'}: {self.text}"


def problem(text: str) -> Finding:
    """Return a finding that should be mended."""
    return Finding(True, text)


def note(text: str) -> Finding:
    """Return a finding that is good to know."""
    return Finding(False, text)
