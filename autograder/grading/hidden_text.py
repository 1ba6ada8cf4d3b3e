"""Hidden tests as text: take them out of a cell, and find them in what a kernel printed."""

import re

BEGIN = "BEGIN HIDDEN TESTS"
END = "END HIDDEN TESTS"
REPLACEMENT = "[hidden]"
SHORTEST = 8
"""A hidden line shorter than this is too common to search for, such as ``else:``."""

_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")


def split(source: str) -> tuple[str, str]:
    """Split the source of a test cell into its visible and its hidden lines.

    Parameters
    ----------
    source : str
        Source of a test cell; a region without an end reaches to the end of the cell.

    Returns
    -------
    tuple of str
        What students see and what they must not see, without the marker lines.
    """
    visible: list[str] = []
    hidden: list[str] = []
    inside = False
    for line in source.split("\n"):
        if BEGIN in line:
            inside = True
        elif END in line:
            inside = False
        else:
            (hidden if inside else visible).append(line)
    return "\n".join(visible), "\n".join(hidden)


def secrets(sources: list[str]) -> list[str]:
    """Return the lines that occur only in hidden regions, the longest first.

    Parameters
    ----------
    sources : list of str
        Sources of the test cells of a notebook, hidden tests included.

    Returns
    -------
    list of str
        Stripped lines of at least `SHORTEST` characters.
    """
    parts = [split(source) for source in sources]
    seen = "\n".join(visible for visible, _ in parts)
    lines = {line.strip() for _, hidden in parts for line in hidden.split("\n")}
    return sorted(
        (line for line in lines if len(line) >= SHORTEST and line not in seen),
        key=len,
        reverse=True,
    )


def scrub(text: str, lines: list[str]) -> str:
    """Replace hidden lines in a text, also where they stand escaped, as in a printed list."""
    for line in lines:
        for written in (line, repr(line)[1:-1]):
            text = text.replace(written, REPLACEMENT)
    return text


def plain(text: str) -> str:
    """Return the text without terminal colours."""
    return _ANSI.sub("", text)
