"""The table of mistakes for docs/mistakes.md; run as a program, it puts the current one there."""

from __future__ import annotations

import re
from pathlib import Path

from autograder.grading.mutator.wrong_trainings import WRONG_DATA
from tests.grading.tiny_course import REPOSITORY
from tests.mistakes import study
from tests.mistakes.study import Row

PAGE = REPOSITORY / "docs" / "mistakes.md"
BEGIN = "<!-- table of mistakes: begin -->\n"
END = "<!-- table of mistakes: end -->\n"

_FAMILIES = (
    ("Networks", "Made in every network of the course, and in one with a frozen base.",
     study.of_networks),
    ("Training", "Made with every network that students compile and train themselves.",
     study.of_trainings),
    ("Arrays, results and features", "Made in every task that asks for such.", study.of_values),
)  # fmt: skip


def families() -> dict[str, list[Row]]:
    """Return all rows, by family."""
    return {title: rows() for title, _, rows in _FAMILIES}


def render() -> str:
    """Return tables, misses and example messages as Markdown."""
    rows = [row for family in families().values() for row in family]
    made, named = (sum(getattr(row, key) for row in rows) for key in ("mutants", "named"))
    accepted = sum(row.accepted for row in rows)
    lines = [
        f"{len(rows)} kinds of mistakes, made {made:,} times. The right place and the right cause "
        f"were named {named:,} times ({named / made:.1%}); {accepted} got all points.",
        "",
    ]
    for title, text, family in _FAMILIES:
        lines += [f"## {title}", "", text, ""]
        lines += ["| kind | mistake | where | made | named | all points |"]
        lines += ["| --- | --- | --- | --- | --- | --- |"]
        lines += [
            f"| `{row.name}` | {row.description} | {', '.join(row.places)} | {row.mutants} "
            f"| {row.named} | {row.accepted} |"
            for row in family()
        ]
        lines += [""]
    lines += ["## Misses", ""]
    misses = [f"- `{row.name}`, {miss}" for row in rows for miss in row.misses]
    lines += [*(misses or ["None: every mistake was named at its place."]), ""]
    lines += ["## What students read", "", "The first message of each kind.", ""]
    for row in rows:
        lines += [f"`{row.name}`", "", "```text", *unnumbered(row.example).splitlines(), "```", ""]
    lines += ["## What only an accuracy shows", "", *_of_data()]
    return "\n".join(lines) + "\n"


def unnumbered(text: str) -> str:
    """Leave out the numbers that Keras gives to layers: they depend on what ran before."""
    return re.sub(r'"([a-z][a-z0-9_]*?)_\d+"', r'"\1"', text)


def _of_data() -> list[str]:
    """Tell of mistakes that need a training; `test_learning` makes them with network 03a."""
    lines = ["| kind | mistake | cause that is named |", "| --- | --- | --- |"]
    lines += [
        f"| `{mistake.name}` | {mistake.description} | "
        f"{f'`{mistake.cause}`' if mistake.cause else 'none; hidden pictures lower the points'} |"
        for mistake in WRONG_DATA.values()
    ]
    return lines


def stored(page: Path = PAGE) -> str:
    """Return the part of the page that is generated."""
    return page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def update(page: Path = PAGE) -> None:
    """Put the current tables into the page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}{render()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    update()
