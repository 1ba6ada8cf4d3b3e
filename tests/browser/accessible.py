"""What axe-core finds in a page: faults for people who see, hear or point less well than others."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice")
"""The groups of rules: WCAG 2.1, levels A and AA, and axe-core's own good practice."""
_SHOWN = 8


def faults(page: Page, within: str | None = None) -> list[str]:
    """List what axe-core finds, each with the elements that it is about.

    Parameters
    ----------
    page : playwright.sync_api.Page
    within : str, optional
        CSS selector of the parts to look at; by default the whole page.
    """
    context = {"include": [within]} if within else None
    options = {"runOnly": list(RULES)}
    found = Axe().run(page, context=context, options=options).response["violations"]
    lines = []
    for fault in found:
        lines.append(f"{fault['id']}: {fault['help']}")
        for node in fault["nodes"][:_SHOWN]:
            lines += [f"    {node['html'][:200]}", f"    {_because(node)}"]
    return lines


def _because(node: dict[str, str]) -> str:
    return " ".join(str(node.get("failureSummary", "")).split())[:300]


def require_accessible(page: Page, within: str | None = None) -> None:
    """Fail with what axe-core finds."""
    found = faults(page, within)
    assert not found, "\n".join(found)
