"""Draw one picture of one person."""

import numpy as np
from PIL import Image, ImageFilter

from data_scripts import faces_features as features
from data_scripts import faces_hair as hair
from data_scripts.faces_conditions import Conditions, draw_conditions
from data_scripts.faces_geometry import Pen, head_of, ink, mix
from data_scripts.faces_identity import SKIN_TONES, Identity

LARGE, SMALL = 100, 48
SUPERSAMPLING = 3
CANVAS = LARGE * SUPERSAMPLING


def _background(pen: Pen, generator: np.random.Generator) -> None:
    """Fill the picture with a gradient, stripes, shapes, soft blots or a room."""
    first, second, third = generator.uniform(20, 245, (3, 3))
    kind = generator.choice(("gradient", "stripes", "shapes", "blots", "room"))
    side, draw = pen.side, pen.draw
    if kind in ("gradient", "blots", "shapes"):
        if kind == "blots":
            cells = (
                first
                + (second - first) * generator.random((6, 6, 1))
                + generator.normal(0, 12, (6, 6, 3))
            )
        else:
            corners = generator.random((2, 2, 1))
            cells = first + (second - first) * corners
        small = Image.fromarray(np.clip(cells, 0, 255).astype(np.uint8))
        pen.picture.paste(small.resize((side, side), Image.Resampling.BICUBIC))
    else:
        pen.draw.rectangle((0, 0, side, side), fill=ink(first))
    if kind == "shapes":
        for _ in range(generator.integers(3, 9)):
            x, y, size = generator.uniform(0, side, 3)
            fill = ink(generator.uniform(20, 245, 3))
            box = (x - size / 3, y - size / 3, x + size / 3, y + size / 4)
            (draw.ellipse if generator.random() < 0.5 else draw.rectangle)(box, fill=fill)
    if kind == "stripes":
        step, slope = generator.uniform(18, 70), generator.uniform(-1, 1) * side
        fill = ink(second)
        for x in np.arange(-side, 2 * side, step).tolist():
            half = step / 2
            draw.polygon((x, 0, x + half, 0, x + half + slope, side, x + slope, side), fill=fill)
    if kind == "room":
        floor = generator.uniform(0.5, 0.95) * side
        draw.rectangle((0, floor, side, side), fill=ink(second))
        x, y = generator.uniform(-0.2, 0.8, 2) * side
        wide, high = generator.uniform(0.2, 0.6, 2) * side
        draw.rectangle((x, y, x + wide, y + high), fill=ink(third))
        draw.line((x + wide / 2, y, x + wide / 2, y + high), fill=(240, 240, 240), width=6)


def _body(pen: Pen, cloth: np.ndarray, generator: np.random.Generator) -> None:
    """Draw shoulders, upright however the head turns."""
    x, y = pen.project(np.array([(0.0, 1.0, -0.1)]))[0]
    x = 0.5 * (x + pen.centre[0])
    scale, side = pen.scale, pen.side
    top, wide = y + 0.30 * scale, generator.uniform(1.25, 1.75) * scale
    shape = [
        (x - 0.4 * scale, top),
        (x + 0.4 * scale, top),
        (x + wide, top + 0.38 * scale),
        (x + 1.12 * wide, side + 9),
        (x - 1.12 * wide, side + 9),
        (x - wide, top + 0.38 * scale),
    ]
    pen.draw.polygon(shape, fill=ink(cloth))
    if generator.random() < 0.4:
        pen.draw.line((x, top, x, side), fill=ink(mix(cloth, (0, 0, 0), 0.3)), width=5)


def _neck(pen: Pen, person: Identity) -> None:
    half = 0.55 * person.head_width
    chin = pen.project(np.array([(-half, 0.55, -0.25), (half, 0.55, -0.25)]))
    base = 0.5 * (chin.mean(axis=0)[0] + pen.centre[0])
    low = chin[:, 1].max() + 0.95 * pen.scale
    points = [
        tuple(chin[0]),
        tuple(chin[1]),
        (base + half * pen.scale, low),
        (base, low + 0.2 * pen.scale),
        (base - half * pen.scale, low),
    ]
    pen.draw.polygon(points, fill=ink(mix(person.skin, (40, 15, 15), 0.28)))


def _occluder(
    pen: Pen, taken: Conditions, cloth: np.ndarray, generator: np.random.Generator
) -> None:
    """Draw a hand, a scarf or some object in front of the face."""
    if taken.occluder == "none":
        return
    colour = generator.uniform(20, 240, 3)
    (x, y), scale = pen.centre, pen.scale
    side = generator.choice((-1, 1))
    if taken.occluder == "scarf":
        top = y + generator.uniform(0.5, 0.85) * scale
        fall = generator.uniform(-0.1, 0.1) * scale
        points = (
            x - 1.1 * scale,
            top - fall,
            x,
            top + 0.12 * scale,
            x + 1.1 * scale,
            top + fall,
            x + 1.2 * scale,
            top + 0.75 * scale,
            x - 1.2 * scale,
            top + 0.75 * scale,
        )
        pen.draw.polygon(points, fill=ink(colour))
        return
    if taken.occluder == "hand":
        skin = SKIN_TONES[generator.integers(len(SKIN_TONES))]
        x, y = (
            x + side * generator.uniform(0.35, 0.75) * scale,
            y + generator.uniform(0.35, 0.8) * scale,
        )
        wide, long = 0.17 * scale, 0.62 * scale
        slope = generator.uniform(-0.5, 0.1) * side
        for finger in range(4):
            root = x + side * (finger - 1.5) * 0.9 * wide
            reach = long * (0.85, 1.0, 0.96, 0.75)[finger]
            tip = (root + slope * reach, y - reach)
            for width, shade in ((wide, mix(skin, (0, 0, 0), 0.3)), (0.8 * wide, skin)):
                fill = ink(shade)
                pen.draw.line((root, y + 0.2 * scale, *tip), fill=fill, width=int(width))
                pen.disc(tip, width / 2, shade)
        box = (x - 2.1 * wide, y, x + 2.1 * wide, y + 1.2 * scale)
        pen.draw.rounded_rectangle(box, 0.2 * scale, fill=ink(skin))
        return
    x, y = x + generator.uniform(-0.9, 0.9) * scale, y + generator.uniform(-0.5, 1.1) * scale
    wide, high = generator.uniform(0.25, 0.6, 2) * scale
    fill = ink(colour)
    (pen.draw.ellipse if generator.random() < 0.4 else pen.draw.rectangle)(
        (x - wide, y - high, x + wide, y + high), fill=fill
    )
    pen.draw.line((x - wide, y, x + wide, y), fill=ink(255 - colour), width=9)


_ROWS, _COLUMNS = np.mgrid[0:LARGE, 0:LARGE].astype(np.float32) + np.float32(0.5)


def _light(pixels: np.ndarray, mask: np.ndarray, pen: Pen, taken: Conditions) -> np.ndarray:
    """Shade the head as a ball-like solid and the rest as a wall facing the viewer."""
    x, y = (pen.centre / SUPERSAMPLING).astype(np.float32)
    radius = np.float32(pen.scale / SUPERSAMPLING)
    across, down = (_COLUMNS - x) / (0.92 * radius), (_ROWS - y) / (1.15 * radius)
    square = np.minimum(across**2 + down**2, 1.0)
    norm = np.sqrt(np.maximum(1.0 - square, 0.0))
    light = taken.light.astype(np.float32)
    ball = np.maximum(across * light[0] + down * light[1] + norm * light[2], -0.15)
    wall = 0.62 + 0.25 * light[0] * (_COLUMNS / LARGE - 0.5)
    lit = wall + (np.clip(ball, -0.15, 1.0) - wall) * mask
    shade = (1.0 + taken.light_strength * (lit - 0.62) * 1.25).astype(np.float32)
    lit_pixels: np.ndarray = pixels * shade[..., None]
    return lit_pixels


def _develop(pixels: np.ndarray, taken: Conditions, generator: np.random.Generator) -> Image.Image:
    """Colour cast, brightness, contrast, blur and noise, at the large size."""
    pixels = pixels * (taken.cast * taken.brightness).astype(np.float32)
    pixels = (pixels - 128) * np.float32(taken.contrast) + 128
    picture = Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
    if taken.blur > 0.15:
        picture = picture.filter(ImageFilter.GaussianBlur(taken.blur))
    noise = generator.standard_normal((LARGE, LARGE, 3), dtype=np.float32) * np.float32(taken.noise)
    noisy = np.asarray(picture, dtype=np.float32) + noise
    return Image.fromarray(np.clip(np.rint(noisy), 0, 255).astype(np.uint8))


def render_face(person: Identity, generator: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Render one picture of a person in both sizes.

    Parameters
    ----------
    person : Identity
        Who is drawn.
    generator : numpy.random.Generator
        The picture's own generator; it decides everything that is not the person.

    Returns
    -------
    large, small : numpy.ndarray
        The same picture, uint8, range 0-255, shapes (100, 100, 3) and (48, 48, 3).
    """
    taken = draw_conditions(generator, person.glasses_habit)
    cloth, wool = generator.uniform(20, 240, (2, 3))
    head = head_of(person)
    pen = Pen(CANVAS, taken)
    _background(pen, generator)
    _body(pen, cloth, generator)
    hair.behind(pen, person, head, taken)
    _neck(pen, person)
    covered = person.style in ("bob", "long", "afro")
    far, near = (-1, 1) if taken.yaw < 0 else (1, -1)
    if not covered:
        features.ear(pen, head, person, far)
    pen.hull(head.mesh, person.skin)
    hair.cap(pen, person, head, taken)
    if not covered:
        features.ear(pen, head, person, near)
    features.marks(pen, head, person)
    features.beard(pen, head, person)
    for side in (-1, 1):
        features.eye(pen, head, person, taken, side)
        features.brow(pen, head, person, taken, side)
    features.mouth(pen, head, person, taken)
    features.nose(pen, head, person, taken)
    hair.fringe(pen, person, head, taken)
    hair.hat(pen, person, head, taken, wool)
    hair.eyewear(pen, person, head, taken, generator)
    _occluder(pen, taken, cloth, generator)
    pixels = np.asarray(pen.picture.reduce(SUPERSAMPLING), dtype=np.float32)
    mask = np.asarray(pen.mask.reduce(SUPERSAMPLING), dtype=np.float32) / np.float32(255)
    large = _develop(_light(pixels, mask, pen, taken), taken, generator)
    small = large.resize((SMALL, SMALL), Image.Resampling.LANCZOS)
    return np.asarray(large), np.asarray(small)
