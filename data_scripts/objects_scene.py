"""What stands around an object in a picture: pose, colours, background, light and camera."""

import colorsys
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from data_scripts.objects_pen import WHITE, ink, mix

SIDE = 224
SUPERSAMPLING = 2
CANVAS = SIDE * SUPERSAMPLING

# How strongly pictures of one category vary; these numbers set how hard the course's task is.
TILT = {"upright": 14.0, "loose": 50.0}
SIZE = (0.28, 0.45)
SHIFT = 0.09
SHEAR, STRETCH, PERSPECTIVE = 0.16, 0.13, 0.14
CONTRAST_TO_BACKGROUND = 75.0
NATURAL_SHARE = 0.45
OUTLINED_SHARE = 0.4
OCCLUDED_SHARE = 0.25
BACKGROUNDS = ("gradient", "blots", "stripes", "room", "bricks", "leaves", "shapes", "lines")


@dataclass(frozen=True)
class Pose:
    """How an object lies in the picture: a homography and the light on it.

    ``matrix`` has shape (3, 3), from object coordinates to pixels of the canvas; ``light`` is a
    direction in the picture, a unit vector (x right, y down).
    """

    matrix: np.ndarray
    light: np.ndarray
    relief: float
    softness: float


def draw_pose(generator: np.random.Generator, stance: str) -> Pose:
    """Draw the pose of one picture; ``stance`` is a key of ``TILT``."""
    uniform = generator.uniform
    size = uniform(*SIZE) * CANVAS
    tilt = np.radians(np.clip(generator.normal(0, TILT[stance]), -2.2 * TILT[stance], 80))
    cosine, sine = np.cos(tilt), np.sin(tilt)
    flip = -1.0 if generator.random() < 0.5 else 1.0
    stretch = np.exp(uniform(-STRETCH, STRETCH))
    turned = np.array(((cosine, -sine), (sine, cosine)))
    sheared = np.array(((stretch, uniform(-SHEAR, SHEAR)), (0.0, 1 / stretch)))
    centre = (0.5 + uniform(-SHIFT, SHIFT, 2)) * CANVAS
    matrix = np.eye(3)
    matrix[:2, :2] = size * (turned @ sheared) * (flip, 1.0)
    lean = np.array((*uniform(-PERSPECTIVE, PERSPECTIVE, 2), 1.0))
    matrix[2] = lean
    matrix[:2] += np.outer(centre, lean)
    matrix[:2, 2] = centre
    angle = uniform(-2.6, -0.5)
    light = np.array((np.cos(angle), np.sin(angle)))
    return Pose(matrix, light, uniform(0.3, 1.1), uniform(2.0, 6.0))


def any_colour(generator: np.random.Generator) -> np.ndarray:
    """Draw a colour: any hue, any brightness, grey or strong."""
    hue, saturation, value = generator.random(), generator.beta(1.2, 1.2), generator.uniform(0.2, 1)
    return 255 * np.array(colorsys.hsv_to_rgb(hue, saturation, value))


def draw_palette(generator: np.random.Generator, behind: np.ndarray) -> dict[str, np.ndarray]:
    """Draw an object's colours, the main ones unlike the background's mean colour ``behind``."""

    def unlike(colour: np.ndarray) -> np.ndarray:
        distance = np.abs(colour - behind).mean()
        if distance >= CONTRAST_TO_BACKGROUND:
            return colour
        towards = 255.0 if behind.mean() < 128 else 0.0
        share = (CONTRAST_TO_BACKGROUND - distance) / 150.0
        return mix(colour, (towards, towards, towards), share)

    main = unlike(any_colour(generator))
    second, third = any_colour(generator), any_colour(generator)
    if np.abs(second - main).mean() < 50:
        second = mix(second, WHITE if main.mean() < 128 else (20, 20, 20), 0.6)
    grey = generator.uniform(90, 225) + generator.normal(0, 8, 3)
    wood = np.array((150.0, 100.0, 55.0)) * generator.uniform(0.6, 1.35)
    dark = generator.uniform(15, 65, 3)
    light = 255 - generator.uniform(0, 45, 3)
    return {
        "a": main, "b": second, "c": third, "metal": unlike(grey), "wood": unlike(wood),
        "dark": dark, "light": light,
    }  # fmt: skip


def _blots(generator: np.random.Generator, first: np.ndarray, second: np.ndarray) -> Image.Image:
    cells = generator.integers(2, 12)
    share = generator.random((cells, cells, 1))
    colours = first + (second - first) * share + generator.normal(0, 8, (cells, cells, 3))
    small = Image.fromarray(np.clip(colours, 0, 255).astype(np.uint8))
    return small.resize((SIDE, SIDE), Image.Resampling.BICUBIC)


def _clutter(
    draw: ImageDraw.ImageDraw, generator: np.random.Generator, pieces: int, largest: float = 70.0
) -> None:
    """Draw shapes of any kind that belong to no category."""
    for _ in range(pieces):
        x, y = generator.uniform(-0.1, 1.1, 2) * SIDE
        size = generator.uniform(8, largest)
        fill = ink(any_colour(generator))
        kind = generator.integers(4)
        if kind == 0:
            draw.ellipse((x - size, y - size / 2, x + size, y + size / 2), fill=fill)
        elif kind == 1:
            draw.rectangle((x - size / 2, y - size, x + size / 2, y + size), fill=fill)
        elif kind == 2:
            angle = generator.uniform(0, 2 * np.pi) + np.sort(generator.uniform(0, 6.2, 5))
            radius = size * generator.uniform(0.5, 1.2, 5)
            points = np.stack((x + radius * np.cos(angle), y + radius * np.sin(angle)), axis=1)
            draw.polygon(points.ravel().tolist(), fill=fill)
        else:
            ends = generator.uniform(-0.1, 1.1, 2) * SIDE
            draw.line((x, y, *ends.tolist()), fill=fill, width=int(generator.integers(2, 9)))


def background(generator: np.random.Generator) -> Image.Image:
    """Draw a background, "RGB", SIDE x SIDE; all categories have the same ones."""
    first, second = any_colour(generator), any_colour(generator)
    kind = generator.choice(BACKGROUNDS)
    picture = _blots(generator, first, mix(first, second, 0.6))
    draw = ImageDraw.Draw(picture)
    if kind == "stripes":
        step, slope = generator.uniform(14, 60), generator.uniform(-1, 1) * SIDE
        for x in np.arange(-SIDE, 2 * SIDE, step).tolist():
            across = (x, 0, x + step / 2, 0, x + step / 2 + slope, SIDE, x + slope, SIDE)
            draw.polygon(across, fill=ink(mix(first, second, 0.6)))
    elif kind == "room":
        floor = generator.uniform(0.5, 0.9) * SIDE
        draw.rectangle((0, floor, SIDE, SIDE), fill=ink(second))
        x, y, wide, high = (generator.uniform(0, 0.6, 4) * SIDE).tolist()
        draw.rectangle((x, y, x + wide, y + high), fill=ink(any_colour(generator)))
        draw.line((0, floor, SIDE, floor), fill=ink(mix(second, WHITE, 0.4)), width=4)
    elif kind == "bricks":
        high, wide = int(generator.integers(10, 26)), int(generator.integers(24, 60))
        for row, y in enumerate(range(-5, SIDE, high)):
            draw.line((0, y, SIDE, y), fill=ink(second), width=2)
            for x in range(-wide + (row % 2) * wide // 2, SIDE, wide):
                draw.line((x, y, x, y + high), fill=ink(second), width=2)
    elif kind == "leaves":
        places = generator.uniform(-10, SIDE + 10, (90, 2))
        sizes = generator.uniform(4, 18, (90, 2))
        shares = generator.random(90)
        for (x, y), (wide, high), share in zip(places, sizes, shares, strict=True):
            leaf = (x - wide, y - high, x + wide, y + high)
            draw.ellipse(leaf, fill=ink(mix(first, second, share)))
    elif kind == "lines":
        for x, y, to, down in generator.uniform(-0.1, 1.1, (14, 4)) * SIDE:
            draw.line((x, y, to, down), fill=ink(mix(first, second, generator.random())), width=3)
    _clutter(draw, generator, int(generator.integers(6, 15) if kind == "shapes" else
                                  generator.integers(0, 6)))  # fmt: skip
    blur = generator.uniform(0, 2.2)
    return picture.filter(ImageFilter.GaussianBlur(blur)) if blur > 0.4 else picture


def light_up(
    mask: Image.Image, pose: Pose, generator: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Work out how light an object and its background are.

    Parameters
    ----------
    mask : PIL.Image.Image
        The object, "L", SIDE x SIDE.
    pose : Pose
        Light and relief.
    generator : numpy.random.Generator
        The picture's own generator.

    Returns
    -------
    on_object, on_background : numpy.ndarray
        float32, shape (SIDE, SIDE, 1), about 0.4 to 1.6: factors of the colours.
    """
    half = SIDE // 2
    soft = mask.resize((half, half), Image.Resampling.BOX)
    blurred = np.asarray(soft.filter(ImageFilter.GaussianBlur(pose.softness)), np.float32) / 255
    down, across = np.gradient(blurred)
    slope = (across * pose.light[0] + down * pose.light[1]) * pose.softness
    place = np.linspace(-1, 1, half, dtype=np.float32)
    gradient = generator.uniform(-0.22, 0.22, 2)
    lit = 1 - pose.relief * slope + gradient[0] * place + gradient[1] * place[:, None]
    fall = generator.uniform(0, 9, 2) * (-np.sign(pose.light[0]), 1)
    shadow = np.roll(blurred, np.rint(fall[::-1]).astype(int), axis=(0, 1))
    darkened = 1 - generator.uniform(0, 0.5) * shadow

    def enlarged(values: np.ndarray) -> np.ndarray:
        picture = Image.fromarray(values.astype(np.float32))
        return np.asarray(picture.resize((SIDE, SIDE), Image.Resampling.BILINEAR))[..., None]

    return enlarged(np.clip(lit, 0.4, 1.6)), enlarged(darkened)


def grain(generator: np.random.Generator) -> np.ndarray:
    """Texture of a surface: factors about 1, float32, shape (SIDE, SIDE, 1)."""
    high, wide = generator.integers(4, 60, 2)
    strength = generator.uniform(10, 45)
    cells = np.clip(generator.normal(128, strength, (high, wide)), 0, 255).astype(np.uint8)
    enlarged = Image.fromarray(cells).resize((SIDE, SIDE), Image.Resampling.BICUBIC)
    return (np.asarray(enlarged, np.float32) / np.float32(128))[..., None]


def occlude(pixels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Put one or two things in front of the object."""
    picture = Image.fromarray(pixels)
    _clutter(ImageDraw.Draw(picture), generator, int(generator.integers(1, 3)), largest=45.0)
    return np.asarray(picture)


def develop(pixels: np.ndarray, generator: np.random.Generator) -> np.ndarray:
    """Colour cast, brightness, contrast, blur and noise; float in, uint8 out, same shape."""
    uniform = generator.uniform
    cast = np.exp(generator.normal(0, 0.09, 3)) * uniform(0.72, 1.15)
    pixels = (pixels * cast.astype(np.float32) - 128) * np.float32(uniform(0.65, 1.15)) + 128
    picture = Image.fromarray(np.clip(np.rint(pixels), 0, 255).astype(np.uint8))
    blur = uniform(-0.8, 1.3)
    if blur > 0.25:
        picture = picture.filter(ImageFilter.GaussianBlur(blur))
    noise = generator.standard_normal((SIDE, SIDE, 3), dtype=np.float32)
    noisy = np.asarray(picture, np.float32) + noise * np.float32(uniform(0, 10))
    return np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
