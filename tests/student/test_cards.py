"""What checks, hints and progress show: words first, colours second, and no HTML from outside."""

import re
from html.parser import HTMLParser
from types import SimpleNamespace
from typing import Any

import pytest

from autograder.student import CheckFailed, Exercise, NotAttempted
from autograder.student.cards import LOOKS, Card, Progress, badge, show
from autograder.student.outcome import Share


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, WCAG 2.2."""
    parts = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return sum(weight * part for weight, part in zip((0.2126, 0.7152, 0.0722), linear, strict=True))


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two colours, WCAG 2.2: 1 to 21."""
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def test_the_formula_gives_the_known_ends() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("state", LOOKS)
def test_words_can_be_read_on_their_colours(state: str) -> None:
    look = LOOKS[state]
    assert state in badge(state)
    if look.background:
        assert contrast(look.text, look.background) >= 4.5
    else:
        assert "color:" not in badge(state)  # the theme's own text colour, on its background


def test_no_other_colours_are_used() -> None:
    pages = [Card(state, "t", ["x"])._repr_html_() for state in LOOKS]
    pages.append(Progress("t", [(state, "t", "n") for state in LOOKS])._repr_html_())
    allowed = {colour for look in LOOKS.values() for colour in look[1:]}
    for page in pages:
        assert set(re.findall(r"#[0-9a-f]{3,8}\b", page)) <= allowed


def test_states_differ_by_sign_and_word_and_open_ones_by_their_outline() -> None:
    assert len({look.sign for look in LOOKS.values()}) == len(LOOKS)
    assert "dashed" in badge("not attempted")
    assert "dashed" not in badge("wrong")


class Parts(HTMLParser):
    """Collects tags, attributes and text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.scopes: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.scopes += [value or "" for name, value in attrs if name == "scope"]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_what_a_student_wrote_is_no_html() -> None:
    evil = '<script>alert("x")</script><img src=x onerror=y>'
    for page in (
        Card("wrong", evil, [evil])._repr_html_(),
        Card("hint", "t", [], evil)._repr_html_(),
        Progress(evil, [("done", evil, evil)])._repr_html_(),
    ):
        parts = Parts(page)
        assert not {"script", "img"} & set(parts.tags)
        assert evil in parts.text


def test_progress_is_a_table_with_heads() -> None:
    parts = Parts(
        Progress("Faces", [("done", "One", "one"), ("wrong", "Two", "two")])._repr_html_()
    )
    assert "caption" in parts.tags
    assert parts.scopes == ["col", "col", "col", "row", "row"]
    assert "1 of 2 tasks done" in parts.text


@pytest.mark.parametrize("shown", [Card("done", "t", ["x"]), Progress("t", [("done", "a", "b")])])
def test_plain_text_comes_first(shown: Card | Progress) -> None:
    bundle = shown._repr_mimebundle_()
    assert list(bundle) == ["text/plain", "text/html"]
    assert "<" not in bundle["text/plain"]


def test_a_terminal_and_a_grader_get_text(capsys: pytest.CaptureFixture[str]) -> None:
    show(Card("partly done", "Curves", ["One is missing."]))
    assert capsys.readouterr().out == "Curves: partly done.\nOne is missing.\n"


@pytest.fixture
def displayed(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Pretend to be in a notebook; collects what is displayed."""
    found: list[Any] = []
    shell = SimpleNamespace(kernel=object())
    monkeypatch.setattr("IPython.core.getipython.get_ipython", lambda: shell)
    monkeypatch.setattr("IPython.display.display", found.append)
    return found


def test_a_notebook_gets_html(displayed: list[Any], capsys: pytest.CaptureFixture[str]) -> None:
    exercise = Exercise("03_faces_fc")
    exercise.hint("one_hot")
    exercise.progress()
    assert [type(each).__name__ for each in displayed] == ["Card", "Progress"]
    assert capsys.readouterr().out == ""


def test_a_check_returns_a_plain_float_and_shows_what_is_missing(
    displayed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    share = Share.of(0.5, ["Half is missing."], ["some_cause"])
    monkeypatch.setattr(
        "autograder.student.exercise.find_check", lambda _: (lambda *_, **__: share, None)
    )
    exercise = Exercise("03_faces_fc")
    fraction = exercise.check("one_hot", 1)
    assert type(fraction) is float
    assert fraction == 0.5
    assert exercise.states == {"one_hot": "partly done"}
    assert "Half is missing." in str(displayed[0])


def test_a_failed_check_is_shown_by_its_exception_alone(displayed: list[Any]) -> None:
    exercise = Exercise("03_faces_fc")
    with pytest.raises(CheckFailed) as failure:
        exercise.check("network_b", "no model")
    lines = failure.value._render_traceback_()
    assert lines[0].startswith("Not right yet: Expected a Keras model")
    assert lines[-1] == 'exercise.hint("network_b") gives one hint at a time.'
    assert "hint" not in str(failure.value)
    assert displayed == []
    with pytest.raises(NotAttempted) as open_gap:
        exercise.check("network_b", ...)
    assert open_gap.value._render_traceback_()[0].startswith("Not attempted yet:")
