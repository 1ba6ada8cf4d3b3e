"""The Santa costume and what may be taken for it: hats, beards, coats and scarves."""

from dataclasses import dataclass

import numpy as np

from data_scripts.faces_conditions import Conditions
from data_scripts.faces_features import BLACK, ROUND, WHITE
from data_scripts.faces_geometry import Head, Pen, mix
from data_scripts.faces_identity import Identity

RIM = -0.40
SNOW = np.array((240.0, 240.0, 236.0))
BEARD_SHARE, COAT_SHARE = 0.75, 0.7
# How often somebody without the costume wears what reminds of it.
RED_HAT_SHARE, OTHER_HAT_SHARE, WHITE_BEARD_SHARE, RED_COAT_SHARE, WHITE_HAIR_SHARE = (
    0.28, 0.24, 0.22, 0.3, 0.25,
)  # fmt: skip
# On anybody, with the costume or without it.
RED_BEHIND_SHARE, RED_SCARF_SHARE = 0.25, 0.12


@dataclass(frozen=True)
class Costume:
    """What one person wears.

    ``hat`` is "none", "santa", "beanie", "cap" or "cone"; ``bend`` says to which side and how far
    the tip of a Santa hat hangs, -1 to 1. Colours have shape (3,), range 0-255.
    """

    hat: str
    hat_colour: np.ndarray
    trim: np.ndarray
    bend: float
    beard: float
    beard_colour: np.ndarray
    coat: np.ndarray
    fur: bool
    scarf: bool
    red_behind: bool
    white_hair: bool


def any_red(generator: np.random.Generator) -> np.ndarray:
    """Draw a red, from crimson to brick."""
    return np.array((generator.uniform(145, 230), *generator.uniform(12, 62, 2)))


def draw_costume(generator: np.random.Generator, santa: bool) -> Costume:
    """Draw what a person wears, with the costume or without it."""
    chance, uniform = generator.random, generator.uniform
    red, other = any_red(generator), uniform(20, 240, 3)
    dice = chance()
    if santa:
        hat, colour = "santa", red
    elif dice < RED_HAT_SHARE:
        hat, colour = str(generator.choice(("beanie", "cap", "cone"))), red
    elif dice < RED_HAT_SHARE + OTHER_HAT_SHARE:
        hat, colour = str(generator.choice(("beanie", "cap", "cone"))), other
    else:
        hat, colour = "none", other
    bearded = chance() < (BEARD_SHARE if santa else WHITE_BEARD_SHARE)
    red_coat = chance() < (COAT_SHARE if santa else RED_COAT_SHARE)
    return Costume(
        hat=hat,
        hat_colour=colour,
        trim=SNOW * uniform(0.88, 1.05) if santa else mix(colour, uniform(20, 240, 3), 0.6),
        bend=uniform(0.4, 1.0) * generator.choice((-1, 1)),
        beard=uniform(0.35, 0.95) * bearded,
        beard_colour=SNOW * uniform(0.82, 1.05),
        coat=any_red(generator) if red_coat else uniform(20, 240, 3),
        fur=bool(santa and red_coat and chance() < 0.6),
        scarf=bool(chance() < RED_SCARF_SHARE),
        red_behind=bool(chance() < RED_BEHIND_SHARE),
        white_hair=bool(chance() < (0.4 if santa else WHITE_HAIR_SHARE)),
    )


def _tube(pen: Pen, points: np.ndarray, radius: float, colour: np.ndarray, rough: float) -> None:
    """Draw a soft roll along points (n, 3): discs, each a little off the line."""
    places = pen.project(points)
    wave = np.sin(np.arange(len(places)) * 2.4)
    for (x, y), off in zip(places, wave, strict=True):
        pen.disc((x, y + rough * off * pen.scale), radius * pen.scale, colour)


def hat(pen: Pen, head: Head, costume: Costume) -> None:
    """Draw the hat: a red one with white trim and a bobble, or one without them."""
    if costume.hat == "none":
        return
    mesh = head.mesh
    crown = mesh[mesh[:, 1] < RIM] * (1.16, 1.16, 1.16)
    colour = costume.hat_colour
    angle = np.linspace(-1.75, 1.75, 25)
    if costume.hat in ("santa", "cone"):
        hang = costume.bend if costume.hat == "santa" else 0.15 * costume.bend
        tip = np.array([(0.95 * hang, -1.62 + 0.75 * hang**2, 0.1)])
        middle = np.array([(0.32 * hang, -1.58, 0.0), (0.62 * hang, -1.5 + 0.2 * abs(hang), 0.05)])
        x = 0.12 * hang + 0.34 * np.cos(ROUND)
        top = np.stack((x, np.full(16, -1.3), 0.34 * np.sin(ROUND)), axis=1)
        pen.hull(np.concatenate((crown, top)), colour)
        pen.hull(np.concatenate((top, middle)), colour)
        pen.hull(np.concatenate((middle, tip, top[::4])), mix(colour, BLACK, 0.1))
        if costume.hat == "santa":
            pen.disc(pen.project(tip)[0], 0.19 * pen.scale, mix(costume.trim, BLACK, 0.12))
            pen.disc(pen.project(tip * (1, 1.01, 1))[0], 0.165 * pen.scale, costume.trim)
            band = head.around(angle, np.full(25, RIM), 0.17)
            _tube(pen, band, 0.14, costume.trim, 0.012)
            return
        pen.line(head.around(angle, np.full(25, RIM), 0.17), costume.trim, 0.07)
        return
    pen.hull(crown, colour)
    if costume.hat == "beanie":
        upper, lower = (head.around(angle, np.full(25, h), 0.17) for h in (RIM - 0.14, RIM + 0.03))
        pen.hull(np.concatenate((upper, lower)), mix(colour, BLACK, 0.25))
        return
    peak = head.around(angle[5:20], np.full(15, RIM), 0.15)
    out = peak * (1, 1, 1.5) + np.outer(np.cos(angle[5:20] / 1.75 * 1.57), (0, 0.06, 0.15))
    pen.polygon(np.concatenate((peak, out[::-1])), mix(colour, BLACK, 0.3))


def beard(pen: Pen, person: Identity, head: Head, taken: Conditions, costume: Costume) -> None:
    """Draw a full beard with a moustache, curled at its edge."""
    if not costume.beard:
        return
    colour = costume.beard_colour
    angle = np.linspace(-1.35, 1.35, 15)
    top = 0.18 + 0.1 * np.cos(angle * 1.1)
    upper = head.around(angle, top, 0.02)
    chin = 0.98 + costume.beard * np.cos(angle / 1.35 * np.pi / 2)
    lower = head.around(angle, np.minimum(chin, 0.98), 0.08)
    lower = lower + np.outer(np.maximum(chin - 0.98, 0), (0, 0.85, 0.1))
    pen.polygon(np.concatenate((upper, lower[::-1])), mix(colour, BLACK, 0.07))
    _tube(pen, lower, 0.11, mix(colour, BLACK, 0.07), 0.02)
    for share in (0.45, 0.75):
        curl = upper * (1 - share) + lower * share
        pen.line(curl[3:-3], mix(colour, BLACK, 0.25), 0.025)
    half = 0.55 * person.mouth_width
    lips = head.on_face(np.linspace(-half, half, 7), np.full(7, person.mouth_height + 0.27), 0.04)
    pen.line(lips, (150, 70, 70), 0.05 + 0.05 * taken.mouth_open)
    for side in (-1, 1):
        x = side * np.array((0.03, 0.2, 0.42))
        y = person.mouth_height + np.array((0.14, 0.12, 0.27))
        pen.line(head.on_face(x, y, 0.06), colour, 0.15)


def scarf(pen: Pen, costume: Costume, colour: np.ndarray) -> None:
    """Draw a scarf below the chin."""
    if not costume.scarf:
        return
    (x, y), scale = pen.centre, pen.scale
    for share, shade in ((0.0, 0.0), (0.22, 0.25)):
        for across in np.linspace(-0.75, 0.75, 13):
            place = (x + across * scale, y + (1.12 + share - 0.18 * across**2) * scale)
            pen.disc(place, 0.15 * scale, mix(colour, BLACK, shade))


def fur(pen: Pen, costume: Costume) -> None:
    """Draw the white edge of the coat."""
    if not costume.fur:
        return
    x, y = pen.project(np.array([(0.0, 1.0, -0.1)]))[0]
    scale = pen.scale
    for down in np.arange(0.3, 2.6, 0.12):
        pen.disc((x, y + down * scale), 0.13 * scale, WHITE)
    for across in np.linspace(-0.6, 0.6, 11):
        pen.disc((x + across * scale, y + (0.34 + 0.12 * across**2) * scale), 0.13 * scale, WHITE)
