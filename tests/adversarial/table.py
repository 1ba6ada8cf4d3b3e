"""The table of attacks for docs/security.md; run as a program, it puts the current one there."""

from pathlib import Path

from tests.adversarial.attack import Attack
from tests.adversarial.attacks import FAMILIES
from tests.grading.tiny_course import REPOSITORY

PAGE = REPOSITORY / "docs" / "security.md"
BEGIN = "<!-- table of attacks: begin -->\n"
END = "<!-- table of attacks: end -->\n"


def render() -> str:
    """Return the table as Markdown."""
    lines = [
        "| family | attack | how | stock nbgrader | here |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {family.title} | `{attack.name}` | {_cell(attack.mechanism)} | {_stock(attack)} "
        f"| {_here(attack)} |"
        for family in FAMILIES.values()
        for attack in family.attacks
    ]
    return "\n".join(lines) + "\n"


def _stock(attack: Attack) -> str:
    return f"not run: {attack.why_not}" if attack.why_not else attack.stock


def _here(attack: Attack) -> str:
    if attack.destroys:
        ruined = ", ".join(name.removesuffix("_test") for name in attack.destroys)
        return f"{attack.here}; ruins its own {ruined}"
    return attack.here


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def stored(page: Path = PAGE) -> str:
    """Return the table that the page holds."""
    return page.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0]


def update(page: Path = PAGE) -> None:
    """Put the current table into the page."""
    before, rest = page.read_text(encoding="utf-8").split(BEGIN)
    after = rest.split(END)[1]
    page.write_text(f"{before}{BEGIN}{render()}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    update()
