"""Things that nobody has a name for, as many as wanted: what the course's weights learn from.

Each is put together from a body and a few parts by random numbers of its own. They are drawn with
the pen of the objects and lie in the same kind of scene, and none of them is one of the 97.
"""

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image
from tqdm.auto import tqdm

from data_scripts.faces_production import seeded_generator
from data_scripts.objects_pen import Pen, box, ellipse, shift, smooth, star, symmetric, turn
from data_scripts.objects_renderer import render_drawing
from data_scripts.pool import run_tasks

SHAPES, PICTURES = 36, 37
"""First words of seed sequences: of what a thing looks like, and of one picture of it."""

SIDE = 112
"""Side in pixels of the pictures to train on."""

COLOURS = ("a", "b", "c", "metal", "wood", "dark", "light")
WOBBLE = 0.12
"""How much a part differs from picture to picture, as a share of its size."""


class Part(NamedTuple):
    """One part of a thing.

    Attributes
    ----------
    kind : str
        A key of ``_OUTLINES``, or "rod".
    place : tuple of float
        Middle, in object coordinates.
    size : tuple of float
        Half of its width and of its height.
    turned : float
        Degrees.
    colour : str
        One of ``COLOURS``.
    doubled : bool
        Whether its mirror image is there as well.
    knots : tuple of float
        Random numbers from 0 to 1 that decide the rest.
    """

    kind: str
    place: tuple[float, float]
    size: tuple[float, float]
    turned: float
    colour: str
    doubled: bool
    knots: tuple[float, ...]


def _blob(knots: tuple[float, ...]) -> np.ndarray:
    angle = np.linspace(0, 2 * np.pi, 8)[:-1]
    radius = 0.45 + 0.55 * np.array(knots[:7])
    return smooth(np.stack((radius * np.cos(angle), radius * np.sin(angle)), axis=1))


def _vase(knots: tuple[float, ...]) -> np.ndarray:
    half = 0.15 + 0.85 * np.array(knots[:5])
    points = list(zip(half.tolist(), np.linspace(-1, 1, 5).tolist(), strict=True))
    return symmetric(smooth(points, closed=False) if knots[5] < 0.6 else points)


_OUTLINES: dict[str, Callable[[tuple[float, ...]], np.ndarray]] = {
    "blob": _blob,
    "vase": _vase,
    "box": lambda knots: box(-1, -1, 1, 1, 0.5 * knots[0] * (knots[1] < 0.5)),
    "ellipse": lambda knots: ellipse(0, 0, 1),
    "arc": lambda knots: ellipse(0, 0, 1, 1, 0, 120 + 140 * knots[0]),
    "triangle": lambda knots: np.array(((-1, 1), (2 * knots[0] - 1, -1), (1, 1))),
    "star": lambda knots: star(0, 0, 1, 0.3 + 0.5 * knots[0], 3 + int(6 * knots[1])),
}
_BODIES = ("blob", "vase", "box", "ellipse", "triangle")


def thing(number: int) -> tuple[tuple[Part, ...], str]:
    """Put a thing together.

    Parameters
    ----------
    number : int
        Which one, at least 0.

    Returns
    -------
    parts : tuple of Part
        The body first.
    stance : str
        A key of ``objects_scene.TILT``.
    """
    generator = seeded_generator(SHAPES, number)
    uniform = generator.uniform
    parts = []
    for place in range(int(generator.integers(3, 8))):
        kinds = _BODIES if place == 0 else (*_OUTLINES, "rod", "rod")
        reach = 0.0 if place == 0 else 0.75
        small, large = (0.35, 0.9) if place == 0 else (0.08, 0.42)
        parts.append(
            Part(
                str(generator.choice(kinds)),
                (uniform(-reach, reach), uniform(-reach, reach)),
                (uniform(small, large), uniform(small, large)),
                0.0 if generator.random() < 0.4 else uniform(-90, 90),
                str(generator.choice(COLOURS if place else COLOURS[:5])),
                bool(place and generator.random() < 0.4),
                tuple(generator.random(8).tolist()),
            )
        )
    return tuple(parts), str(generator.choice(("upright", "loose")))


def render_thing(number: int, generator: np.random.Generator) -> np.ndarray:
    """Render one picture of a thing.

    Parameters
    ----------
    number : int
        Which one, at least 0.
    generator : numpy.random.Generator
        The picture's own generator.

    Returns
    -------
    numpy.ndarray
        uint8, range 0-255, shape (224, 224, 3).
    """
    parts, stance = thing(number)

    def draw(pen: Pen) -> None:
        for part in parts:
            _draw(part, pen)

    return render_drawing(draw, stance, generator)


def _draw(part: Part, pen: Pen) -> None:
    factor = np.array([pen.any(1 - WOBBLE, 1 + WOBBLE) for _ in range(2)])
    moved = [pen.any(-WOBBLE, WOBBLE) * size for size in part.size]
    turned = part.turned + pen.any(-8, 8)
    knots = tuple(min(max(knot + pen.any(-0.08, 0.08), 0), 1) for knot in part.knots)
    x, y = part.place[0] + moved[0], part.place[1] + moved[1]
    colour = getattr(pen, part.colour)
    for side in (1, -1) if part.doubled else (1,):
        if part.kind == "rod":
            bend = (part.knots[0] - 0.5) * part.size[0]
            line = smooth([(-1, 0), (0, 2 * bend), (1, 0)], closed=False) * 2.2 * part.size[1]
            points = shift(turn(line, turned), x, y) * (side, 1)
            pen.rod(points, colour, 0.05 + 0.12 * part.knots[1])
        else:
            outline = _OUTLINES[part.kind](knots) * (np.array(part.size) * factor)
            pen.fill(shift(turn(outline, turned), x, y) * (side, 1), colour)


def render_task(task: list[tuple[int, int]]) -> np.ndarray:
    """Render some pictures, (number of the thing, number of the picture): uint8, as `SIDE` says."""
    return np.stack(
        [
            np.asarray(
                Image.fromarray(
                    render_thing(number, seeded_generator(PICTURES, number, picture))
                ).resize((SIDE, SIDE), Image.Resampling.BOX)
            )
            for number, picture in task
        ]
    )


def render_things(
    things: int, per_thing: int, *, progress: bool = True, workers: int | None = None
) -> np.ndarray:
    """Render things to train a network beforehand; not cached.

    Parameters
    ----------
    things, per_thing : int
        How many things, and pictures of each.
    progress : bool
        Whether to show a progress bar on standard output.
    workers : int, optional
        As in ``data_scripts.pool.run_tasks``; the pictures do not depend on it.

    Returns
    -------
    numpy.ndarray
        uint8, range 0-255, shape (things * per_thing, 112, 112, 3), ordered by thing.
    """
    tasks = [[(number, picture) for picture in range(per_thing)] for number in range(things)]
    pictures = []
    with tqdm(total=things, desc="rendering things", disable=not progress, file=sys.stdout) as bar:
        for batch in run_tasks(render_task, tasks, workers):
            pictures.append(batch)
            bar.update()
    return np.concatenate(pictures)
