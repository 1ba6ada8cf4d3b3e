"""The report's figures as SVG: labelled axes, values written, no colour as the only sign."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

BLUE = "#0072B2"
VERMILION = "#B34700"
INK = "#1f2328"
GRID = "#d0d7de"
BINS = 10
DOT_STEP = 0.01
"""Accuracies closer than this are drawn above one another."""


def histogram(shares: Sequence[float], label: str) -> str:
    """Draw how many submissions reached which share of the points.

    Parameters
    ----------
    shares : sequence of float
        Share of the points of each submission, 0 to 1.
    label : str
        What is shown, for people who cannot see the figure.

    Returns
    -------
    str
        An SVG element with its text alternative.
    """
    counts = Counter(min(int(share * BINS + 1e-9), BINS - 1) for share in shares)
    tallest = max(counts.values(), default=1)
    left, top, width, height = 46, 18, 560, 130
    step = width / BINS
    parts = []
    for place in range(BINS):
        count = counts[place]
        x, tall = left + place * step, height * count / tallest
        if count:
            parts.append(
                f'<rect x="{x + 2:.1f}" y="{top + height - tall:.1f}" width="{step - 4:.1f}" '
                f'height="{tall:.1f}" fill="{BLUE}"/>'
            )
            parts.append(_text(x + step / 2, top + height - tall - 4, str(count), "middle"))
    for place in range(BINS + 1):
        x = left + place * step
        parts.append(_text(x, top + height + 16, f"{place * 100 // BINS} %", "middle"))
    parts.append(_line(left, top + height, left + width, top + height, INK))
    parts.append(_text(left + width / 2, top + height + 36, "share of the points", "middle"))
    parts.append(_text(14, top + height / 2, "submissions", "middle", turned=True))
    spoken = ", ".join(
        f"{counts[place]} from {place * 10} to {place * 10 + 10} %"
        for place in range(BINS)
        if counts[place]
    )
    return _svg(left + width + 24, top + height + 44, f"{label}: {spoken or 'no submissions'}.",
                parts)  # fmt: skip


def strips(
    accuracies: Mapping[str, Sequence[float]], thresholds: Mapping[str, float], label: str
) -> str:
    """Draw the accuracy of every trained network as a dot, a row a network.

    Parameters
    ----------
    accuracies : mapping of str to sequence of float
        Accuracies by network, 0 to 1.
    thresholds : mapping of str to float
        Accuracy to reach, where there is one; drawn as a dashed line.
    label : str
        What is shown, for people who cannot see the figure.

    Returns
    -------
    str
        An SVG element with its text alternative.
    """
    left, width, row = 96, 510, 64
    parts, spoken = [], []
    for number, (network, values) in enumerate(accuracies.items()):
        base = 24 + number * row + row - 22
        parts.append(_text(left - 12, base, f"network {network}", "end"))
        parts.append(_line(left, base + 6, left + width, base + 6, GRID))
        parts += _dots(values, left, width, base)
        said = f"network {network}: {', '.join(f'{value:.3f}' for value in sorted(values))}"
        if network in thresholds:
            x = left + width * thresholds[network]
            parts.append(_line(x, base - row + 34, x, base + 6, VERMILION, "5 3"))
            parts.append(
                _text(x + 4, base - row + 32, f"to reach {thresholds[network]:.2f}", "start")
            )
            said += f"; to reach {thresholds[network]:.2f}"
        spoken.append(said)
    bottom = 24 + len(accuracies) * row
    parts.append(_line(left, bottom, left + width, bottom, INK))
    for tenth in range(0, 11, 2):
        x = left + width * tenth / 10
        parts.append(_line(x, bottom, x, bottom + 4, INK))
        parts.append(_text(x, bottom + 18, f"{tenth / 10:.1f}", "middle"))
    parts.append(_text(left + width / 2, bottom + 38, "accuracy on the visible test pictures",
                       "middle"))  # fmt: skip
    return _svg(left + width + 24, bottom + 46, f"{label}. {'; '.join(spoken)}.", parts)


def _dots(values: Sequence[float], left: float, width: float, base: float) -> list[str]:
    stacked: Counter[int] = Counter()
    dots = []
    for value in sorted(values):
        place = round(value / DOT_STEP)
        y = base - 7 * stacked[place]
        stacked[place] += 1
        dots.append(
            f'<circle cx="{left + width * value:.1f}" cy="{y:.1f}" r="4" fill="{BLUE}" '
            f'stroke="#fff"/>'
        )
    return dots


def _text(x: float, y: float, text: str, anchor: str, turned: bool = False) -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{INK}"{turn}>'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float, colour: str, dashes: str = "") -> str:
    pattern = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" stroke="{colour}"'
        f"{pattern}/>"
    )


def _svg(width: float, height: float, alternative: str, parts: list[str]) -> str:
    return (
        f'<svg role="img" aria-label="{escape(alternative)}" viewBox="0 0 {width:.0f} '
        f'{height:.0f}" width="{width:.0f}" font-size="13" font-family="sans-serif">'
        f"<title>{escape(alternative)}</title>{''.join(parts)}</svg>"
    )
