"""Find what stands between nbgrader's markers, and what students get to see."""

import re
from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal["SOLUTION", "HIDDEN TESTS", "MARK SCHEME"]

KINDS: tuple[Kind, ...] = get_args(Kind)

MARKER = re.compile(rf"\b(BEGIN|END) ({'|'.join(KINDS)})\b")
"""What nbgrader looks for, anywhere in a line."""


class MarkerError(ValueError):
    """Markers of one cell that do not pair up."""


@dataclass(frozen=True)
class Region:
    """What one pair of markers encloses.

    Attributes
    ----------
    kind : {"SOLUTION", "HIDDEN TESTS", "MARK SCHEME"}
    lines : tuple of str
        The lines between the two markers.
    """

    kind: Kind
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Split:
    """A cell's source, taken apart.

    Attributes
    ----------
    public : tuple of str
        The lines that students see.
    regions : tuple of Region
        What is cut out, in the order of the cell.
    """

    public: tuple[str, ...]
    regions: tuple[Region, ...]

    def of_kind(self, kind: Kind) -> list[Region]:
        """Return the regions of one kind."""
        return [region for region in self.regions if region.kind == kind]


def split(source: str) -> Split:
    """Take a cell's source apart at nbgrader's markers.

    Parameters
    ----------
    source : str
        Source of one cell.

    Raises
    ------
    MarkerError
        If a marker has no partner, or a region stands within another.
    """
    public: list[str] = []
    regions: list[Region] = []
    open_kind: Kind | None = None
    inside: list[str] = []
    for number, line in enumerate(source.splitlines(), start=1):
        marker = MARKER.search(line)
        if marker is None:
            (public if open_kind is None else inside).append(line)
            continue
        edge, kind = marker[1], _kind(marker[2])
        if edge == "BEGIN":
            if open_kind is not None:
                raise MarkerError(
                    f"line {number}: BEGIN {kind} stands within an open {open_kind} region; "
                    f"close that one first with '### END {open_kind}'"
                )
            open_kind, inside = kind, []
        elif open_kind is None or open_kind != kind:
            opened = f"the open region is {open_kind}" if open_kind else "no region is open"
            raise MarkerError(f"line {number}: END {kind} has no BEGIN {kind} before it; {opened}")
        else:
            regions.append(Region(open_kind, tuple(inside)))
            open_kind = None
    if open_kind is not None:
        raise MarkerError(f"BEGIN {open_kind} is never closed; add '### END {open_kind}'")
    return Split(tuple(public), tuple(regions))


def _kind(text: str) -> Kind:
    return next(kind for kind in KINDS if kind == text)


def without_markers(source: str) -> str:
    """Return the source with everything in it but the marker lines, as it runs when grading."""
    return "\n".join(line for line in source.splitlines() if not MARKER.search(line))


def public_text(source: str) -> str:
    """Return the lines that students see.

    Raises
    ------
    MarkerError
        If the markers do not pair up.
    """
    return "\n".join(split(source).public)
