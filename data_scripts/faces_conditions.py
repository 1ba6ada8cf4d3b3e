"""How one picture is taken: pose, expression, light, camera and things worn or held."""

from dataclasses import dataclass

import numpy as np

EYEWEAR = ("none", "glasses", "sunglasses")
OCCLUDERS = ("none", "hand", "scarf", "object")

# How strongly pictures of one person vary; these numbers set how hard the course's task is.
YAW, PITCH, ROLL = 0.62, 0.28, 0.24
HEAD_SIZE = (0.29, 0.43)
SHIFT = 0.12
LIGHT = (0.25, 0.80)
CAST = 0.23
BRIGHTNESS = (0.75, 1.15)
CONTRAST = (0.75, 1.2)
SUNGLASSES_SHARE, HAT_SHARE, OCCLUDER_SHARE = 0.06, 0.08, 0.22


@dataclass(frozen=True)
class Conditions:
    """Everything that changes from picture to picture.

    Angles are in radians; ``size`` (half the head's height) and ``centre`` are shares of the
    picture's side; ``light`` is a unit vector towards the light (x right, y down, z to the viewer);
    ``cast`` has shape (3,) and multiplies the colour channels.
    """

    yaw: float
    pitch: float
    roll: float
    size: float
    centre: tuple[float, float]
    smile: float
    mouth_open: float
    brow_raise: float
    eye_open: float
    gaze: tuple[float, float]
    light: np.ndarray
    light_strength: float
    cast: np.ndarray
    brightness: float
    contrast: float
    blur: float
    noise: float
    hair_puff: float
    hair_shift: float
    eyewear: str
    hat: str
    occluder: str


def draw_conditions(generator: np.random.Generator, glasses_habit: float) -> Conditions:
    """Draw the conditions of one picture.

    Parameters
    ----------
    generator : numpy.random.Generator
        The picture's own generator.
    glasses_habit : float
        How often this person wears glasses, as a share; everybody does now and then.

    Returns
    -------
    Conditions
    """
    uniform, normal, chance = generator.uniform, generator.normal, generator.random
    azimuth, height = uniform(-1.3, 1.3), uniform(-0.9, 0.35)
    light = np.array((np.sin(azimuth), height, 0.35 + np.cos(azimuth)))
    cast = normal(0, CAST, 3) * (1.0, 0.7, 1.1)
    dice = chance()
    if dice < SUNGLASSES_SHARE:
        eyewear = "sunglasses"
    elif dice < SUNGLASSES_SHARE + max(0.10, glasses_habit):
        eyewear = "glasses"
    else:
        eyewear = "none"
    hat = str(generator.choice(("beanie", "cap"))) if chance() < HAT_SHARE else "none"
    covered = chance() < OCCLUDER_SHARE
    return Conditions(
        yaw=uniform(-YAW, YAW),
        pitch=uniform(-PITCH, PITCH),
        roll=float(np.clip(normal(0, ROLL / 1.6), -2 * ROLL, 2 * ROLL)),
        size=uniform(*HEAD_SIZE),
        centre=(0.5 + uniform(-SHIFT, SHIFT), 0.47 + uniform(-SHIFT, SHIFT)),
        smile=uniform(-0.5, 1.0),
        mouth_open=max(0.0, uniform(-0.8, 1.0)),
        brow_raise=uniform(-0.5, 1.0),
        eye_open=uniform(0.55, 1.15) if chance() > 0.04 else 0.12,
        gaze=(uniform(-0.5, 0.5), uniform(-0.3, 0.3)),
        light=light / np.linalg.norm(light),
        light_strength=uniform(*LIGHT),
        cast=np.exp(cast - cast.mean()),
        brightness=uniform(*BRIGHTNESS),
        contrast=uniform(*CONTRAST),
        blur=max(0.0, uniform(-0.8, 1.1)),
        noise=uniform(0.0, 9.0),
        hair_puff=uniform(0.8, 1.25),
        hair_shift=normal(0, 0.03),
        eyewear=eyewear,
        hat=hat,
        occluder=str(generator.choice(OCCLUDERS[1:])) if covered else "none",
    )
