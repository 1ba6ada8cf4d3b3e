"""Draw one handwritten digit: a writer's hand, the wobble of the moment, ink on 28 x 28 pixels."""

from typing import NamedTuple

import numpy as np

from data_scripts.digits_shapes import SHAPES, smooth

SIDE = 28
BOX = 20.0
"""Digits fill a box of 20 x 20 pixels and are then centred by mass, as in MNIST."""

STEP = 0.45
"""Distance of two points of the pen, in pixels; less would not be seen."""

_PIXELS = np.arange(SIDE) + 0.5


class Writer(NamedTuple):
    """What all digits of one hand have in common.

    Attributes
    ----------
    slant : float
        How far the top leans to the right, as a share of the height.
    width : float
        Width of a digit as a share of its natural width.
    pen : float
        Radius of the pen in pixels.
    hardness : float
        How sharp the edge of a line is; 1 takes one pixel from ink to paper.
    unrest : float
        Size of the wobbles, 0.5 to 1.5.
    shapes : tuple of int
        Which way the hand writes each digit, 0 to 9.
    habits : dict of int to list of numpy.ndarray
        How the hand deviates from each shape, points by points.
    """

    slant: float
    width: float
    pen: float
    hardness: float
    unrest: float
    shapes: tuple[int, ...]
    habits: dict[int, list[np.ndarray]]


def draw_writer(generator: np.random.Generator) -> Writer:
    """Draw a hand by chance."""
    shapes = tuple(int(generator.integers(len(ways))) for ways in SHAPES.values())
    habits = {
        digit: [generator.normal(0, 0.042, (len(stroke), 2)) for stroke in SHAPES[digit][way]]
        for digit, way in enumerate(shapes)
    }
    return Writer(
        slant=generator.normal(0.1, 0.22),
        width=generator.uniform(0.62, 1.05),
        pen=generator.uniform(0.75, 1.8),
        hardness=generator.uniform(0.55, 1.0),
        unrest=generator.uniform(0.6, 1.4),
        shapes=shapes,
        habits=habits,
    )


def render_digit(digit: int, writer: Writer, generator: np.random.Generator) -> np.ndarray:
    """Draw a digit.

    Parameters
    ----------
    digit : int
        0 to 9.
    writer : Writer
    generator : numpy.random.Generator
        Decides what differs from one digit of this hand to the next.

    Returns
    -------
    numpy.ndarray of uint8, shape (28, 28)
        Light ink (up to 255) on black (0), centred by mass.
    """
    strokes = _bend(_write(digit, writer, generator), writer, generator)
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    radius = writer.pen * generator.uniform(0.85, 1.15)
    size = (BOX - 2 * radius) / max(high - low)
    strokes = [_even_steps((points - low) * size) for points in strokes]
    points = np.concatenate(strokes)
    radii = np.concatenate([_pressure(len(stroke), radius, generator) for stroke in strokes])
    points += SIDE / 2 - np.average(points, axis=0, weights=radii)
    points += generator.normal(0, 0.5, 2)  # nobody's ink is quite where its mass is
    return _ink(points, radii, writer.hardness, generator)


def _write(digit: int, writer: Writer, generator: np.random.Generator) -> list[np.ndarray]:
    """Follow the shape as this hand does, each time a little differently."""
    shape = SHAPES[digit][writer.shapes[digit]]
    strokes = []
    for stroke, habit in zip(shape, writer.habits[digit], strict=True):
        points = np.array(stroke) + habit
        points += generator.normal(0, 0.032 * writer.unrest, points.shape)
        if generator.random() < 0.25:  # the pen is lifted early, or put down late
            share = generator.uniform(0.8, 0.95)
            points[-1] = points[-2] + share * (points[-1] - points[-2])
        strokes.append(smooth(points, 12 * len(points)))
    return strokes


def _bend(
    strokes: list[np.ndarray], writer: Writer, generator: np.random.Generator
) -> list[np.ndarray]:
    """Slant, turn and stretch the digit, and distort it like rubber by two slow waves."""
    angle = generator.normal(0, 0.11)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    slant = writer.slant + generator.normal(0, 0.07)
    width = writer.width * generator.uniform(0.85, 1.15)
    waves = generator.uniform(0.6, 1.6, (2, 2)), generator.uniform(0, 2 * np.pi, 2)
    height = generator.normal(0, 0.052 * writer.unrest, 2)

    def bend(points: np.ndarray) -> np.ndarray:
        bent = points - 0.5
        bent = bent + height * np.sin(np.pi * bent @ waves[0] + waves[1])
        bent = bent * (width, 1.0)
        bent[:, 0] -= slant * bent[:, 1]
        return np.asarray(bent @ turn)

    return [bend(points) for points in strokes]


def _even_steps(points: np.ndarray) -> np.ndarray:
    """Return points on the same line, in pixels, at equal distances."""
    lengths = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(points, axis=0), axis=1))])
    places = np.linspace(0, lengths[-1], max(2, int(np.ceil(lengths[-1] / STEP))))
    return np.stack([np.interp(places, lengths, axis) for axis in points.T], axis=1)


def _pressure(count: int, radius: float, generator: np.random.Generator) -> np.ndarray:
    """Radius of the pen along a stroke, which is never pressed evenly."""
    knots = radius * generator.uniform(0.72, 1.2, 4)
    return np.interp(np.linspace(0, 3, count), np.arange(4), knots)


def _ink(
    points: np.ndarray, radii: np.ndarray, hardness: float, generator: np.random.Generator
) -> np.ndarray:
    """Blacken, or rather whiten, what lies within the pen's radius of any of its points."""
    across = (_PIXELS[None, :] - points[:, :1]) ** 2
    down = (_PIXELS[None, :] - points[:, 1:]) ** 2
    distance = np.sqrt(down[:, :, None] + across[:, None, :]) - radii[:, None, None]
    cover = np.clip(0.5 - hardness * distance.min(axis=0), 0, 1)
    grain = generator.normal(0, 0.07, cover.shape)
    level = generator.uniform(0.86, 1.05)
    ink = np.clip(np.rint(255 * level * cover * (1 + grain)), 0, 255)
    return np.asarray(ink, dtype=np.uint8)
