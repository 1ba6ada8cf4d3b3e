"""Who a rendered person is: the traits which stay the same in every picture of that person."""

from dataclasses import dataclass

import numpy as np

# name: (lowest, highest, weight of the trait in the distance between two people)
# Lengths are in units of half the head's height.
TRAITS = {
    "head_width": (0.68, 0.92, 2.0),
    "cheek_width": (0.88, 1.04, 1.5),
    "jaw_width": (0.66, 0.98, 2.0),
    "chin_width": (0.26, 0.60, 1.5),
    "chin_forward": (-0.06, 0.14, 0.5),
    "skin_tone": (0.0, 1.0, 0.8),
    "skin_warmth": (-1.0, 1.0, 0.3),
    "hair_style": (0.0, 1.0, 1.0),
    "hair_colour": (0.0, 1.0, 0.8),
    "hair_brightness": (0.85, 1.15, 0.2),
    "hair_volume": (0.7, 1.3, 0.5),
    "hairline": (-0.74, -0.50, 1.0),
    "curl": (0.0, 1.0, 0.7),
    "fringe": (0.0, 1.0, 0.8),
    "eye_spacing": (0.27, 0.42, 2.0),
    "eye_height": (-0.16, 0.01, 1.0),
    "eye_width": (0.125, 0.205, 1.5),
    "eye_opening": (0.055, 0.135, 1.5),
    "eye_tilt": (-0.25, 0.25, 1.0),
    "eye_colour": (0.0, 1.0, 0.5),
    "lid": (0.0, 1.0, 0.5),
    "brow_gap": (0.13, 0.24, 1.0),
    "brow_length": (0.14, 0.24, 0.7),
    "brow_thickness": (0.02, 0.09, 1.5),
    "brow_arch": (0.0, 0.08, 0.7),
    "brow_tilt": (-0.25, 0.28, 1.0),
    "nose_length": (0.30, 0.53, 1.5),
    "nose_width": (0.10, 0.24, 1.5),
    "nose_bridge": (0.035, 0.09, 0.5),
    "nose_lift": (0.12, 0.34, 0.7),
    "mouth_height": (0.19, 0.32, 1.0),
    "mouth_width": (0.19, 0.40, 1.5),
    "lip_upper": (0.02, 0.075, 1.0),
    "lip_lower": (0.03, 0.10, 1.0),
    "lip_redness": (0.25, 0.8, 0.5),
    "ear_size": (0.13, 0.25, 0.7),
    "ear_out": (0.02, 0.14, 0.7),
    "beard": (0.0, 1.0, 1.2),
    "beard_density": (0.3, 0.9, 0.3),
    "freckles": (-1.0, 1.0, 0.6),
    "moles": (-1.0, 1.0, 0.3),
    "age": (-0.6, 1.0, 0.7),
    "blush": (0.0, 0.35, 0.2),
    "glasses_habit": (-0.3, 0.4, 0.2),
}

HAIR_STYLES = (
    "bald", "buzz", "short", "short", "quiff", "quiff", "bun", "bob", "bob", "long", "long", "afro"
)  # fmt: skip
FRINGES = ("none", "full", "left", "right", "curtains")
BEARDS = ("none", "none", "none", "none", "stubble", "full", "goatee", "moustache")

SKIN_TONES = np.array(
    [
        (247, 215, 190),
        (236, 192, 158),
        (216, 164, 124),
        (178, 122, 86),
        (134, 86, 58),
        (98, 62, 44),
    ],
    dtype=float,
)
HAIR_COLOURS = np.array(
    [(32, 27, 28), (62, 42, 32), (104, 68, 42), (140, 72, 38), (188, 96, 44), (206, 166, 96),
     (224, 196, 132), (150, 147, 146)],
    dtype=float,
)  # fmt: skip
EYE_COLOURS = np.array(
    [(58, 36, 24), (96, 62, 34), (112, 104, 56), (74, 116, 86), (78, 122, 160), (110, 134, 150)],
    dtype=float,
)


def _along(colours: np.ndarray, place: float) -> np.ndarray:
    """Colour at `place` in [0, 1] along a list of colours, linearly interpolated."""
    positions = np.linspace(0.0, 1.0, len(colours))
    return np.array([np.interp(place, positions, colours[:, channel]) for channel in range(3)])


def _pick(choices: tuple[str, ...], place: float) -> str:
    return choices[min(int(place * len(choices)), len(choices) - 1)]


@dataclass(frozen=True)
class Identity:
    """One person who does not exist.

    Attributes
    ----------
    unit : tuple of float
        The traits, each scaled to [0, 1], in the order of ``TRAITS``.
    mark_seed : int
        Seed of the places of freckles, moles and curls, in [0, 2**31).
    """

    unit: tuple[float, ...]
    mark_seed: int

    def __post_init__(self) -> None:
        for (name, (low, high, _)), value in zip(TRAITS.items(), self.unit, strict=True):
            object.__setattr__(self, name, low + (high - low) * value)

    def __getattr__(self, name: str) -> float:
        # Reached only for names which __post_init__ did not set; declared for type checkers.
        raise AttributeError(name)

    @property
    def style(self) -> str:
        """Hair style, one of ``HAIR_STYLES``."""
        return _pick(HAIR_STYLES, self.hair_style)

    @property
    def fringe_kind(self) -> str:
        """Shape of the fringe, one of ``FRINGES``; bald and shorn people have none."""
        return "none" if self.style in ("bald", "buzz") else _pick(FRINGES, self.fringe)

    @property
    def beard_kind(self) -> str:
        """Kind of beard, one of ``BEARDS``."""
        return _pick(BEARDS, self.beard)

    @property
    def skin(self) -> np.ndarray:
        """Skin colour, shape (3,), float, range 0-255."""
        warmth = np.array((5.0, 0.0, -7.0)) * self.skin_warmth
        return np.clip(_along(SKIN_TONES, self.skin_tone) + warmth, 0, 255)

    @property
    def hair(self) -> np.ndarray:
        """Hair colour, shape (3,), float, range 0-255."""
        fair = 1 - 0.8 * max(0.0, self.skin_tone - 0.4) / 0.6  # dark skin goes with dark hair
        colour = _along(HAIR_COLOURS, self.hair_colour * fair) * self.hair_brightness
        return np.clip(colour, 0, 255)

    @property
    def iris(self) -> np.ndarray:
        """Eye colour, shape (3,), float, range 0-255."""
        return _along(EYE_COLOURS, self.eye_colour)


def draw_identity(generator: np.random.Generator) -> Identity:
    """Draw one person at random, each trait uniform in its range."""
    unit = tuple(float(value) for value in generator.random(len(TRAITS)))
    return Identity(unit, int(generator.integers(2**31)))


def choose_distinct(candidates: list[Identity], count: int) -> list[Identity]:
    """Choose people who differ: each next one is farthest from its nearest chosen one.

    Parameters
    ----------
    candidates : list of Identity
        The pool; its first person is always chosen.
    count : int
        How many people to choose, at most ``len(candidates)``.

    Returns
    -------
    list of Identity
        The chosen people, in order of choice.
    """
    weights = np.array([weight for _, _, weight in TRAITS.values()])
    points = np.array([candidate.unit for candidate in candidates]) * weights
    chosen = [0]
    nearest = np.linalg.norm(points - points[0], axis=1)
    while len(chosen) < count:
        chosen.append(int(nearest.argmax()))
        nearest = np.minimum(nearest, np.linalg.norm(points - points[chosen[-1]], axis=1))
    return [candidates[index] for index in chosen]
