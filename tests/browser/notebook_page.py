"""A notebook in JupyterLab, with what a person does in it."""

import json
import re
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

RUN = 300_000
"""Milliseconds for a whole notebook, however busy the machine is."""


class NotebookPage:
    """An open notebook.

    Parameters
    ----------
    page : playwright.sync_api.Page
        JupyterLab, with the notebook as its only document.
    file : Path
        The notebook's file; its cells are called by their ids.
    """

    def __init__(self, page: Page, file: Path) -> None:
        self.page = page
        self.file = file
        self.names = [cell["id"] for cell in self.saved()["cells"]]
        expect(page.locator(".jp-Notebook .jp-Cell")).to_have_count(len(self.names))

    def saved(self) -> dict[str, Any]:
        """Return what the file holds now."""
        notebook: dict[str, Any] = json.loads(self.file.read_text("utf-8"))
        return notebook

    def cell(self, name: str) -> Locator:
        """Find a cell by its id."""
        return self.page.locator(".jp-Notebook .jp-Cell").nth(self.names.index(name))

    def output(self, name: str) -> Locator:
        """Find what a cell shows below its code."""
        return self.cell(name).locator(".jp-Cell-outputArea")

    def command(self, label: str) -> None:
        """Give a command by keyboard, through JupyterLab's command palette."""
        self.page.keyboard.press("Control+Shift+C")
        palette = self.page.locator(".lm-CommandPalette")
        expect(palette.locator("input")).to_be_focused()
        self.page.keyboard.type(label)
        expect(palette.locator(".lm-mod-active .lm-CommandPalette-itemLabel")).to_have_text(label)
        self.page.keyboard.press("Enter")
        expect(palette).to_be_hidden()

    def run_all(self) -> None:
        """Run all cells in the fresh kernel, and wait for the last one."""
        self.command("Run All Cells")
        self.wait()

    def restart_and_run_all(self) -> None:
        """Restart the kernel, run all cells, and wait for the last one."""
        self.command("Restart Kernel and Run All Cells…")
        expect(self.page.locator(".jp-Dialog .jp-mod-accept")).to_be_focused()
        self.page.keyboard.press("Enter")
        self.wait()

    def wait(self) -> None:
        """Wait until every code cell has run, one after the other, in a fresh kernel."""
        prompts = self.page.locator(".jp-CodeCell .jp-InputArea-prompt")
        numbers = [f"[{number}]:" for number in range(1, prompts.count() + 1)]
        expect(prompts).to_have_text(numbers, timeout=RUN)

    def write(self, name: str, text: str) -> None:
        """Write a text in place of a cell's."""
        cell = self.cell(name)
        if "jp-mod-rendered" in (cell.get_attribute("class") or ""):
            cell.locator(".jp-RenderedMarkdown").dblclick()
        editor = cell.locator(".cm-content")
        editor.click()
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)

    def add_below(self, name: str, new: str, text: str) -> None:
        """Add a cell below another by keyboard, called `new`, and run it."""
        self.cell(name).locator(".cm-content").click()
        for key in ("Escape", "b", "Enter"):
            self.page.keyboard.press(key)
        self.names.insert(self.names.index(name) + 1, new)
        expect(self.cell(new).locator(".cm-content")).to_be_focused()
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Control+Enter")
        prompt = self.cell(new).locator(".jp-InputArea-prompt")
        expect(prompt).to_have_text(re.compile(r"\[\d+\]:"), timeout=RUN)

    def save(self) -> None:
        """Save the notebook by keyboard, and wait for it."""
        before = self.file.stat().st_mtime_ns
        self.page.keyboard.press("Control+S")
        expect(self.page.locator(".lm-TabBar-tab.jp-mod-dirty")).to_have_count(0)
        assert self.file.stat().st_mtime_ns > before

    def validate(self) -> Locator:
        """Press nbgrader's button in the toolbar, and return what it opens."""
        self.page.locator(".jp-NotebookPanel-toolbar").get_by_text("Validate").click()
        dialog = self.page.locator(".jp-Dialog")
        expect(dialog).to_be_visible(timeout=RUN)
        return dialog


def open_from_folder(page: Page, address: str, file: Path) -> NotebookPage:
    """Open JupyterLab, and in its file browser the notebook, as a student does.

    Parameters
    ----------
    page : playwright.sync_api.Page
    address : str
        Of JupyterLab, started in the folder above the notebook's.
    file : Path
    """
    page.goto(address)
    for name in (file.parent.name, file.name):
        page.locator(".jp-DirListing-item").get_by_text(name, exact=True).dblclick()
    # Until the kernel is there the notebook takes the keyboard from whatever else has it.
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    expect(page.locator(".jp-Notebook :focus, .jp-Notebook:focus")).to_have_count(1)
    return NotebookPage(page, file)
