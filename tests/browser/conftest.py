"""A headless Chromium, and folders in which a student and an instructor work."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Error, Page, expect, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    *("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--disable-quic", "--no-first-run", "--disable-background-networking"),
    *("--disable-component-update", "--disable-sync"),
)
WINDOW = {"width": 1280, "height": 900}
PATIENCE = 60_000
"""Milliseconds in which a page must answer a click, however busy the machine is."""


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of a browser; without one the tests are skipped."""
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        pytest.skip("there is no chromium; on Debian and Ubuntu: apt-get install chromium")
    return found


@pytest.fixture
def page(
    chromium: str, tmp_path: Path, screenshots: Path, request: pytest.FixtureRequest
) -> Iterator[Page]:
    """A page of a browser that has never been used; an exception in its scripts fails the test."""
    # For one test only: while it runs, no other code of this process can use asyncio.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            tmp_path / "profile",
            executable_path=chromium,
            args=list(FLAGS),
            viewport=WINDOW,
            locale="en-GB",
        )
        browser.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        errors: list[Error] = []
        page = browser.pages[0]
        page.on("pageerror", lambda error: errors.append(error))
        yield page
        page.screenshot(path=screenshots / f"{request.node.name}-end.png")
        browser.close()
    # Formgrader loads MathJax from the network, and goes on without it.
    assert not [error.message for error in errors if "MathJax" not in error.message]


@pytest.fixture(scope="session")
def screenshots(repository: Path) -> Path:
    """Folder of the pictures that the tests take; kept by continuous integration."""
    folder = repository / "build" / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
