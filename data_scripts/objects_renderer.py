"""Draw one picture of one category."""

import numpy as np
from PIL import Image

from data_scripts import objects_scene as scene
from data_scripts.objects_categories import CATEGORIES, Drawing
from data_scripts.objects_pen import Pen

SIDE = scene.SIDE


def render_object(category: str, generator: np.random.Generator) -> np.ndarray:
    """Render one picture of a category.

    Parameters
    ----------
    category : str
        A key of ``CATEGORIES``.
    generator : numpy.random.Generator
        The picture's own generator; it decides shape, pose, colours, background and light.

    Returns
    -------
    numpy.ndarray
        uint8, range 0-255, shape (224, 224, 3).
    """
    return render_drawing(*CATEGORIES[category], generator)


def render_drawing(drawing: Drawing, stance: str, generator: np.random.Generator) -> np.ndarray:
    """Render one picture of what a function draws.

    Parameters
    ----------
    drawing : callable
        Draws the thing with a `data_scripts.objects_pen.Pen`.
    stance : str
        A key of ``objects_scene.TILT``.
    generator : numpy.random.Generator
        As in ``render_object``.

    Returns
    -------
    numpy.ndarray
        As ``render_object``.
    """
    pose = scene.draw_pose(generator, stance)
    behind = scene.background(generator)
    middle = np.asarray(behind.resize((8, 8), Image.Resampling.BOX), float)[2:6, 2:6]
    pen = Pen(
        scene.CANVAS,
        pose.matrix,
        scene.draw_palette(generator, middle.mean(axis=(0, 1))),
        outlined=generator.uniform(0.012, 0.03) * (generator.random() < scene.OUTLINED_SHARE),
        natural=bool(generator.random() < scene.NATURAL_SHARE),
        generator=generator,
    )
    drawing(pen)
    mask = pen.mask.reduce(scene.SUPERSAMPLING)
    on_object, on_background = scene.light_up(mask, pose, generator)
    # Where nothing was drawn the layer is black, so that it comes multiplied by its mask.
    thing = np.asarray(pen.layer.reduce(scene.SUPERSAMPLING), np.float32) * on_object
    if generator.random() < 0.4:
        thing = thing * scene.grain(generator)
    covered = np.asarray(mask, np.float32)[..., None] / np.float32(255)
    pixels = thing + np.asarray(behind, np.float32) * on_background * (1 - covered)
    if generator.random() < scene.OCCLUDED_SHARE:
        whole = np.clip(np.rint(pixels), 0, 255).astype(np.uint8)
        pixels = scene.occlude(whole, generator).astype(np.float32)
    return scene.develop(pixels, generator)
