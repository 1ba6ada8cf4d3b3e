"""The live network of 01: digits drawn with the mouse and with the keys, and what is shown."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from autograder import settings
from autograder.release.worksheets import configure, copy_new
from tests.browser.accessible import require_accessible
from tests.browser.notebook_page import open_from_folder
from tests.browser.server import jupyter_lab

NAME = "01_finger_exercises"
NOTEBOOK = Path(NAME) / f"{NAME}.ipynb"
DEMO = "demo-small"
SAID = re.compile(r"The network says (\d), with probability (\d\.\d\d)\.")
SIZES = [
    pytest.param("1", id="quick", marks=pytest.mark.slow(minutes=2)),
    pytest.param("", id="full-size", marks=pytest.mark.full),
]
ZERO = [(0.5, 0.15), (0.3, 0.3), (0.25, 0.5), (0.3, 0.7), (0.5, 0.85), (0.7, 0.7), (0.75, 0.5),
        (0.7, 0.3), (0.5, 0.15)]  # fmt: skip
"""A ring, in shares of the canvas from its left and upper edge."""


@pytest.fixture(params=SIZES)
def quick(request: pytest.FixtureRequest) -> str:
    """What the server has as the variable of quick runs."""
    return str(request.param)


@pytest.fixture
def demo(repository: Path, tmp_path: Path, page: Page, quick: str) -> Iterator[Locator]:
    """The demo in a notebook that ran from top to bottom, below a network that was trained."""
    work = tmp_path / "work"
    copy_new(repository / "release", work)
    configure(work)
    with jupyter_lab(work, tmp_path, {settings.QUICK: quick}) as server:
        notebook = open_from_folder(page, server.url("lab"), work / NOTEBOOK)
        notebook.run_all()
        notebook.cell(DEMO).evaluate("cell => cell.scrollIntoView({block: 'start'})")
        yield notebook.output(DEMO).locator(".digit-demo")


def test_a_digit_is_drawn_and_looked_at(
    demo: Locator, page: Page, quick: str, screenshots: Path
) -> None:
    picture = demo.locator(".digit-activations")
    expect(demo.get_by_role("status")).to_have_text("Draw a digit.")
    expect(picture).to_be_hidden()

    _draw(page, demo.locator("canvas"), ZERO)
    with_mouse = _answer(demo)
    page.screenshot(path=screenshots / "digit-1-mouse.png")
    require_accessible(page, ".digit-demo")
    for layer in ("conv2d", "max_pooling2d", "dense"):
        assert layer in str(picture.get_attribute("alt"))
    width = picture.evaluate("image => image.naturalWidth")
    assert width > 300
    seen = picture.get_attribute("src")

    demo.get_by_role("button", name="Clear").click()
    expect(demo.get_by_role("status")).to_have_text("Draw a digit.")
    expect(picture).to_be_hidden()
    assert _shown(demo) == [0.0] * 10

    _type_a_one(page, demo.locator("canvas"))
    with_keys = _answer(demo)
    page.screenshot(path=screenshots / "digit-2-keys.png")
    assert picture.get_attribute("src") != seen
    assert with_keys != with_mouse
    if not quick:  # a network of a quick run can hardly read
        assert (with_mouse.index(max(with_mouse)), with_keys.index(max(with_keys))) == (0, 1)


def _draw(page: Page, canvas: Locator, places: list[tuple[float, float]]) -> None:
    """Press the mouse button, go from place to place, and let it go."""
    box = canvas.bounding_box()
    assert box is not None
    for number, (across, down) in enumerate(places):
        page.mouse.move(box["x"] + across * box["width"], box["y"] + down * box["height"], steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def _type_a_one(page: Page, canvas: Locator) -> None:
    """Draw a line downwards with the keys alone, from the upper edge."""
    canvas.focus()
    for key in (*["ArrowUp"] * 20, *["ArrowDown"] * 3, " ", *["ArrowDown"] * 14):
        page.keyboard.press(key)
    expect(page.locator(".digit-pen")).to_be_visible()
    expect(page.locator(".digit-pen-down")).to_have_count(1)
    page.keyboard.press(" ")
    expect(page.locator(".digit-pen-down")).to_have_count(0)


def _answer(demo: Locator) -> list[float]:
    """Wait for what the network says, and return the probabilities that stand in the table."""
    expect(demo.get_by_role("status")).to_have_text(SAID)
    expect(demo.locator(".digit-activations")).to_be_visible()
    shown = _shown(demo)
    said = SAID.fullmatch(demo.get_by_role("status").inner_text())
    assert said is not None
    assert len(shown) == 10
    assert sum(shown) == pytest.approx(1, abs=0.05)  # ten numbers with two decimals
    assert shown[int(said[1])] == max(shown) == float(said[2])
    return shown


def _shown(demo: Locator) -> list[float]:
    return [float(text.split()[0]) for text in demo.locator(".digit-number").all_inner_texts()]
