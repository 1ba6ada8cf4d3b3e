"""A pen that draws flat shapes in an object's own coordinates, and the outlines it draws.

Object coordinates: x to the right, y down, the object within about -1 to 1 both ways. Outlines are
arrays of points, float, shape (n, 2).
"""

from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw

Colour = np.ndarray | tuple[float, float, float]
Points = np.ndarray | Sequence[tuple[float, float] | np.ndarray]

BLACK = np.array((24.0, 22.0, 26.0))
WHITE = np.array((246.0, 244.0, 240.0))


def mix(first: Colour, second: Colour, share: float) -> np.ndarray:
    """Colour between two colours: ``share`` 0 gives the first, 1 the second."""
    return np.asarray(first) * (1 - share) + np.asarray(second) * share


def ink(colour: Colour) -> tuple[int, int, int]:
    """Return a colour as Pillow wants it."""
    # Never quite black: where the object's layer is black, the background shows.
    red, green, blue = np.clip(np.rint(colour), 3, 255).astype(int).tolist()
    return red, green, blue


def ellipse(
    x: float, y: float, rx: float, ry: float | None = None,
    start: float = 0.0, stop: float = 360.0, turned: float = 0.0,
) -> np.ndarray:  # fmt: skip
    """Points of an ellipse or of an arc of it; angles in degrees, clockwise from the right."""
    angle = np.radians(np.linspace(start, stop, 41))
    points = np.stack((rx * np.cos(angle), (rx if ry is None else ry) * np.sin(angle)), axis=1)
    return shift(turn(points, turned), x, y)


def box(left: float, top: float, right: float, bottom: float, round_: float = 0.0) -> np.ndarray:
    """Points of a rectangle, with corners of radius ``round_``."""
    if not round_:
        return np.array(((left, top), (right, top), (right, bottom), (left, bottom)))
    angle = np.radians(np.linspace(0, 90, 6))
    arc = round_ * np.stack((np.cos(angle), np.sin(angle)), axis=1)
    corners = (
        ((right - round_, bottom - round_), 0), ((left + round_, bottom - round_), 90),
        ((left + round_, top + round_), 180), ((right - round_, top + round_), 270),
    )  # fmt: skip
    return np.concatenate([turn(arc, degrees) + corner for corner, degrees in corners])


def turn(points: Points, degrees: float, about: tuple[float, float] = (0.0, 0.0)) -> np.ndarray:
    """Turn points clockwise about a point."""
    angle = np.radians(degrees)
    cosine, sine = np.cos(angle), np.sin(angle)
    turned: np.ndarray = (np.asarray(points) - about) @ np.array(
        ((cosine, sine), (-sine, cosine))
    ) + about
    return turned


def shift(points: Points, x: float, y: float) -> np.ndarray:
    """Move points."""
    shifted: np.ndarray = np.asarray(points) + np.array((x, y))
    return shifted


def flipped(points: Points) -> np.ndarray:
    """Mirror points, left to right."""
    return np.asarray(points) * (-1.0, 1.0)


def symmetric(right: Points) -> np.ndarray:
    """Close an outline of which the right half is given, from top to bottom."""
    half = np.asarray(right, dtype=float)
    return np.concatenate((half, flipped(half[::-1])))


def smooth(points: Points, closed: bool = True, steps: int = 7) -> np.ndarray:
    """Curve through points: a Catmull-Rom spline."""
    knots = np.asarray(points, dtype=float)
    if closed:
        knots = np.concatenate((knots[-1:], knots, knots[:2]))
    else:
        knots = np.concatenate((2 * knots[:1] - knots[1:2], knots, 2 * knots[-1:] - knots[-2:-1]))
    before, first, second, after = (knots[i : len(knots) - 3 + i, None] for i in range(4))
    t = np.linspace(0, 1, steps, endpoint=False)[None, :, None]
    curve = 0.5 * (
        2 * first
        + (second - before) * t
        + (2 * before - 5 * first + 4 * second - after) * t**2
        + (3 * first - before - 3 * second + after) * t**3
    )
    curve = curve.reshape(-1, 2)
    return curve if closed else np.concatenate((curve, knots[-2:-1]))


def band(points: Points, widths: float | Sequence[float]) -> np.ndarray:
    """Outline of a band along a line; its width is interpolated along the line."""
    line = np.asarray(points, dtype=float)
    along = np.gradient(line, axis=0)
    along /= np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    given = np.atleast_1d(np.asarray(widths, dtype=float))
    place = np.linspace(0, 1, len(line))
    half = np.interp(place, np.linspace(0, 1, len(given)), given)[:, None] / 2
    across = along[:, ::-1] * (-1.0, 1.0) * half
    return np.concatenate((line + across, (line - across)[::-1]))


def star(
    x: float, y: float, outer: float, inner: float, spikes: int, turned: float = -90.0
) -> np.ndarray:
    """Points of a star."""
    angle = np.radians(turned + np.arange(2 * spikes) * 180 / spikes)
    radius = np.where(np.arange(2 * spikes) % 2, inner, outer)
    return np.stack((x + radius * np.cos(angle), y + radius * np.sin(angle)), axis=1)


def _closed(points: Points) -> np.ndarray:
    line = np.asarray(points, dtype=float)
    return np.concatenate((line, line[:1]))


class Pen:
    """Draws one object onto a layer of its own.

    Parameters
    ----------
    side : int
        Side of the layer in pixels.
    matrix : numpy.ndarray
        Homography, float, shape (3, 3), from object coordinates to pixels.
    palette : dict of str to numpy.ndarray
        This picture's colours, each of shape (3,), range 0-255: ``a``, ``b`` and ``c`` (any
        colours), ``metal``, ``wood``, ``dark`` and ``light``.
    outlined : float
        Width of a dark outline of every shape in object units, 0 for none.
    natural : bool
        Whether things have the colours that they have in nature.
    generator : numpy.random.Generator
        Decides the object's shape.

    Attributes
    ----------
    layer : PIL.Image.Image
        What was drawn, "RGB", black elsewhere.
    mask : PIL.Image.Image
        255 where something was drawn, "L".
    """

    def __init__(
        self, side: int, matrix: np.ndarray, palette: dict[str, np.ndarray],
        outlined: float, natural: bool, generator: np.random.Generator,
    ) -> None:  # fmt: skip
        self.layer = Image.new("RGB", (side, side))
        self.mask = Image.new("L", (side, side))
        self._draw = ImageDraw.Draw(self.layer)
        self._draw_mask = ImageDraw.Draw(self.mask)
        self._matrix = matrix
        self._natural = natural
        self.outlined = outlined
        self.generator = generator
        self.a, self.b, self.c = palette["a"], palette["b"], palette["c"]
        self.metal, self.wood = palette["metal"], palette["wood"]
        self.dark, self.light = palette["dark"], palette["light"]
        self.scale = float(np.sqrt(abs(np.linalg.det(matrix[:2, :2]))))

    def any(self, low: float, high: float) -> float:
        """Draw a number between two bounds."""
        return float(self.generator.uniform(low, high))

    def count(self, low: int, high: int) -> int:
        """Draw a whole number between two bounds, both included."""
        return int(self.generator.integers(low, high + 1))

    def chance(self, share: float = 0.5) -> bool:
        """Tell whether something happens that happens in a share of all pictures."""
        return bool(self.generator.random() < share)

    def tint(self, red: float, green: float, blue: float, otherwise: Colour) -> np.ndarray:
        """Choose a thing's natural colour, or another one in pictures that are not natural."""
        return np.array((red, green, blue), float) if self._natural else np.asarray(otherwise)

    def shade(self, colour: Colour, amount: float) -> np.ndarray:
        """Make a colour darker (below 0, down to -1) or lighter (above 0, up to 1)."""
        return mix(colour, BLACK if amount < 0 else WHITE, abs(amount))

    def _pixels(self, points: Points) -> np.ndarray:
        given = np.asarray(points, dtype=float)
        placed = given @ self._matrix[:, :2].T + self._matrix[:, 2]
        pixels: np.ndarray = placed[:, :2] / placed[:, 2:]
        return pixels

    def fill(self, points: Points, colour: Colour, edge: bool = True) -> None:
        """Fill an outline; ``edge`` False leaves the dark outline out."""
        flat = self._pixels(points).ravel().tolist()
        self._draw.polygon(flat, fill=ink(colour))
        self._draw_mask.polygon(flat, fill=255)
        if edge and self.outlined:
            self.line(_closed(points), mix(colour, BLACK, 0.75), self.outlined)

    def line(self, points: Points, colour: Colour, width: float, round_: bool = False) -> None:
        """Draw a line of a width in object units; ``round_`` rounds its ends."""
        pixels = max(1, round(width * self.scale))
        places = self._pixels(points)
        flat = places.ravel().tolist()
        self._draw.line(flat, fill=ink(colour), width=pixels, joint="curve")
        self._draw_mask.line(flat, fill=255, width=pixels, joint="curve")
        if round_ and pixels > 2:
            radius = pixels / 2 - 0.5
            for x, y in places[[0, -1]].tolist():
                ends = (x - radius, y - radius, x + radius, y + radius)
                self._draw.ellipse(ends, fill=ink(colour))
                self._draw_mask.ellipse(ends, fill=255)

    def rod(self, points: Points, colour: Colour, width: float) -> None:
        """Draw a rod: a line with an outline of its own and round ends."""
        if self.outlined:
            self.line(points, mix(colour, BLACK, 0.75), width + 2 * self.outlined, round_=True)
        self.line(points, colour, width, round_=True)

    def cut(self, points: Points) -> None:
        """Cut a hole, through which the background shows."""
        flat = self._pixels(points).ravel().tolist()
        self._draw.polygon(flat, fill=0)
        self._draw_mask.polygon(flat, fill=0)
        if self.outlined:
            self.line(_closed(points), BLACK, self.outlined)

    def disc(self, x: float, y: float, radius: float, colour: Colour, edge: bool = True) -> None:
        """Fill a circle."""
        self.fill(ellipse(x, y, radius), colour, edge)

    def eye(self, x: float, y: float, radius: float) -> None:
        """Draw an eye with a glint."""
        self.disc(x, y, radius, WHITE, edge=False)
        self.disc(x, y, 0.66 * radius, BLACK, edge=False)
        self.disc(x - 0.2 * radius, y - 0.25 * radius, 0.22 * radius, WHITE, edge=False)
