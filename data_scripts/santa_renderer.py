"""Draw one picture of a person with or without the Santa costume."""

from dataclasses import replace

import numpy as np
from PIL import Image

from data_scripts import faces_features as features
from data_scripts import faces_hair as hair
from data_scripts import faces_renderer as studio
from data_scripts import santa_costume as wardrobe
from data_scripts.faces_conditions import Conditions, draw_conditions
from data_scripts.faces_geometry import Pen, head_of, mix
from data_scripts.faces_identity import Identity

SIDE = 64
SIZE = (0.21, 0.33)
SHIFT = 0.09


def _frame(taken: Conditions, generator: np.random.Generator) -> Conditions:
    """Stand farther back than for a portrait, so that there is room for a hat; no other hat."""
    across, down = generator.uniform(-SHIFT, SHIFT, 2)
    return replace(
        taken,
        size=generator.uniform(*SIZE),
        centre=(0.5 + across, 0.56 + down),
        hat="none",
        eyewear=taken.eyewear if taken.eyewear != "sunglasses" else "glasses",
    )


def _redden(pen: Pen, generator: np.random.Generator) -> None:
    """Turn the background red, whatever is on it."""
    tone = wardrobe.any_red(generator)
    picture = np.asarray(pen.picture, np.float32).mean(axis=2, keepdims=True) / 255
    red = np.clip(tone * (0.45 + 0.9 * picture), 0, 255).astype(np.uint8)
    pen.picture.paste(Image.fromarray(red))


def render_santa(person: Identity, santa: bool, generator: np.random.Generator) -> np.ndarray:
    """Render one picture of a person.

    The parts of the face, its light and its camera are those of the course's faces
    (``data_scripts.faces_renderer``), whose files stay as they are because calibrations depend on
    them; this module only puts things on.

    Parameters
    ----------
    person : Identity
        Who is drawn.
    santa : bool
        Whether they wear the costume.
    generator : numpy.random.Generator
        The picture's own generator; it decides everything that is not the person.

    Returns
    -------
    numpy.ndarray
        uint8, range 0-255, shape (64, 64, 3).
    """
    taken = _frame(draw_conditions(generator, person.glasses_habit), generator)
    costume = wardrobe.draw_costume(generator, santa)
    cloth = generator.uniform(20, 240, 3)
    head = head_of(person)
    pen = Pen(studio.CANVAS, taken)
    studio._background(pen, generator)
    if costume.red_behind:
        _redden(pen, generator)
    if costume.white_hair:
        person = _with_white_hair(person)
    studio._body(pen, costume.coat, generator)
    wardrobe.fur(pen, costume)
    hair.behind(pen, person, head, taken)
    studio._neck(pen, person)
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
    wardrobe.beard(pen, person, head, taken, costume)
    features.nose(pen, head, person, taken)
    if costume.hat == "none":
        hair.fringe(pen, person, head, taken)
    hair.eyewear(pen, person, head, taken, generator)
    wardrobe.scarf(pen, costume, mix(wardrobe.any_red(generator), cloth, 0.1))
    wardrobe.hat(pen, head, costume)
    studio._occluder(pen, taken, cloth, generator)
    pixels = np.asarray(pen.picture.reduce(studio.SUPERSAMPLING), dtype=np.float32)
    mask = np.asarray(pen.mask.reduce(studio.SUPERSAMPLING), dtype=np.float32) / np.float32(255)
    large = studio._develop(studio._light(pixels, mask, pen, taken), taken, generator)
    return np.asarray(large.resize((SIDE, SIDE), Image.Resampling.LANCZOS))


class _WhiteHaired(Identity):
    """The same person, grown old."""

    @property
    def hair(self) -> np.ndarray:
        return np.array((222.0, 220.0, 214.0))


def _with_white_hair(person: Identity) -> Identity:
    return _WhiteHaired(person.unit, person.mark_seed)
