"""Hair, hats, glasses and what hides a part of the face."""

import numpy as np

from data_scripts.faces_conditions import Conditions
from data_scripts.faces_features import BLACK, ROUND, WHITE
from data_scripts.faces_geometry import Head, Pen, mix
from data_scripts.faces_identity import Identity

# style: (thickness of the cap, how far it hangs down, angle where the face ends)
STYLE_SHAPES = {
    "bald": (0.0, 0.0, 1.7),
    "buzz": (0.02, 0.30, 1.45),
    "short": (0.09, 0.40, 1.40),
    "quiff": (0.08, 0.30, 1.40),
    "bob": (0.16, 0.75, 1.12),
    "long": (0.13, 1.45, 1.08),
    "afro": (0.34, 0.45, 1.30),
    "bun": (0.06, 0.25, 1.35),
}


def hairline(person: Identity, taken: Conditions, angle: np.ndarray, edge: float) -> np.ndarray:
    """Height of the hairline at angles round the head; ``edge`` is where the face ends."""
    turned = np.clip(np.abs(angle) / edge, 0, 1)
    heights: np.ndarray = person.hairline + 0.5 * taken.hair_shift + 0.62 * turned**4
    return heights


def behind(pen: Pen, person: Identity, head: Head, taken: Conditions) -> None:
    """Draw the hair which hangs behind neck and shoulders."""
    thickness, hang, _ = STYLE_SHAPES[person.style]
    if hang < 0.7:
        return
    hang = hang + 2 * taken.hair_shift
    wide = person.head_width * (1.05 + thickness * person.hair_volume * taken.hair_puff)
    x = wide * np.cos(ROUND)
    rings = [
        np.stack((share * x, np.full(16, height), 0.45 * np.sin(ROUND) - 0.4), axis=1)
        for share, height in ((1.0, 0.0), (1.03, 0.6 * hang), (0.9, hang))
    ]
    outline = pen.hull(np.concatenate(rings), mix(person.hair, BLACK, 0.25))
    curls(pen, person, outline, mix(person.hair, BLACK, 0.25))


def curls(pen: Pen, person: Identity, outline: np.ndarray, colour: np.ndarray) -> None:
    """Roughen an outline with locks; straight hair stays smooth."""
    strength = person.curl if person.style != "afro" else 1.0
    if strength < 0.45 or person.style in ("bald", "buzz", "bun"):
        return
    generator = np.random.default_rng(person.mark_seed)
    places = outline[::2] + (outline.mean(axis=0) - outline[::2]) * 0.06
    sizes = generator.uniform(0.5, 1.1, len(places)) * 0.13 * strength * pen.scale
    for place, radius in zip(places, sizes.tolist(), strict=True):
        pen.disc(place, radius, colour)


def cap(pen: Pen, person: Identity, head: Head, taken: Conditions) -> None:
    """Draw the hair on the head, then the skin of the face in front of it."""
    thickness, hang, edge = STYLE_SHAPES[person.style]
    if person.style == "bald":
        return
    thickness = thickness * person.hair_volume * taken.hair_puff
    mesh = head.mesh
    low = 0.62 + person.hairline if hang < 0.5 else 0.85 * min(hang, 1.0)
    shell = mesh[(mesh[:, 1] < low) | ((mesh[:, 2] < -0.35) & (mesh[:, 1] < 0.45))]
    shell = shell * (1 + thickness, 1 + 0.8 * thickness, 1 + thickness)
    if person.style in ("buzz", "short", "quiff", "bun"):
        shell = shell * np.where(shell[:, 1:2] > -0.1, (1 - 0.6 * thickness, 1, 1), 1.0)
    colour = person.hair
    if person.style == "bun":
        knot = np.stack(
            (0.27 * np.cos(ROUND), -1.1 + 0.22 * np.sin(ROUND), 0 * ROUND - 0.15), axis=1
        )
        pen.hull(knot, mix(colour, BLACK, 0.12))
    outline = pen.hull(shell, colour)
    curls(pen, person, outline, colour)
    if person.style == "quiff":
        x = np.array((-0.5, -0.55, -0.2, 0.25, 0.55, 0.5)) * person.head_width / 0.74
        y = np.array((-0.72, -1.05, -1.28, -1.36, -1.2, -0.72))
        z = np.array((0.4, 0.35, 0.35, 0.35, 0.35, 0.4)) + taken.hair_shift
        pen.hull(np.stack((x, y - 0.08 * (taken.hair_puff - 1), z), axis=1), colour)
    strands(pen, person, head, thickness, edge)
    angle = np.tile(np.linspace(-edge, edge, 21), 12)
    top = hairline(person, taken, angle, edge)
    height = top + (1.0 - top) * np.repeat(np.linspace(0, 1, 12), 21)
    pen.hull(head.around(angle, height, 0.004), person.skin)


def strands(pen: Pen, person: Identity, head: Head, thickness: float, edge: float) -> None:
    """Draw lighter and darker strands from the crown downwards."""
    heights = np.linspace(-0.97, person.hairline, 7)
    for number, angle in enumerate(np.linspace(-1.2 * edge, 1.2 * edge, 9)):
        points = head.around(np.full(7, angle), heights, 0.95 * thickness)
        if pen.facing(points) > 0:
            shade = mix(person.hair, WHITE, 0.12) if number % 2 else mix(person.hair, BLACK, 0.22)
            pen.line(points, shade, 0.02)


def fringe(pen: Pen, person: Identity, head: Head, taken: Conditions) -> None:
    """Draw the hair which falls over the forehead."""
    kind = person.fringe_kind
    if kind == "none":
        return
    angle = np.linspace(-1.15, 1.15, 15)
    share = angle / 1.15
    top = hairline(person, taken, angle, STYLE_SHAPES[person.style][2]) - 0.12
    brow = person.eye_height - person.brow_gap - 0.03
    room = brow - (person.hairline - 0.05)
    if kind == "full":
        fall = 0.85 + 0.12 * np.cos(9 * angle)
    elif kind == "curtains":
        fall = 0.05 + 1.0 * np.abs(share) ** 1.2
    else:
        way = share if kind == "left" else -share
        fall = np.clip(0.45 + 0.75 * way, 0, 1.15) * (way > -0.75)
    low = person.hairline - 0.05 + room * fall + taken.hair_shift
    points = head.around(
        np.concatenate((angle, angle[::-1])),
        np.concatenate((top, np.maximum(low, top)[::-1])),
        0.05,
    )
    pen.polygon(points, mix(person.hair, BLACK, 0.08))


def hat(pen: Pen, person: Identity, head: Head, taken: Conditions, colour: np.ndarray) -> None:
    """Draw a beanie or a cap with a peak."""
    if taken.hat == "none":
        return
    mesh = head.mesh
    rim = -0.42
    pen.hull(mesh[mesh[:, 1] < rim] * (1.14, 1.16, 1.14), colour)
    angle = np.linspace(-1.5, 1.5, 13)
    if taken.hat == "beanie":
        band = (head.around(angle, np.full(13, h), 0.16) for h in (rim - 0.14, rim + 0.02))
        upper, lower = band
        pen.hull(np.concatenate((upper, lower)), mix(colour, BLACK, 0.25))
    else:
        peak = head.around(angle, np.full(13, rim), 0.14)
        out = peak * (1, 1, 1.5) + np.outer(np.cos(angle / 1.5 * np.pi / 2), (0, 0.06, 0.15))
        pen.polygon(np.concatenate((peak, out[::-1])), mix(colour, BLACK, 0.3))


def eyewear(
    pen: Pen, person: Identity, head: Head, taken: Conditions, generator: np.random.Generator
) -> None:
    """Draw glasses or sunglasses."""
    if taken.eyewear == "none":
        return
    colour = generator.uniform(10, 130, 3)
    wide = generator.uniform(0.19, 0.25)
    high = generator.uniform(0.12, 0.19)
    corner = generator.choice((0.55, 1.0))
    spacing = 0.5 * (person.eye_spacing + 0.32)
    for side in (-1, 1):
        x = side * spacing + wide * np.sign(np.cos(ROUND)) * np.abs(np.cos(ROUND)) ** corner
        y = (
            person.eye_height
            + 0.02
            + high * np.sign(np.sin(ROUND)) * np.abs(np.sin(ROUND)) ** corner
        )
        rim = np.stack((x, y, np.full(16, 0.88) - 0.12 * np.abs(x)), axis=1)
        if taken.eyewear == "sunglasses":
            pen.polygon(rim, mix(colour, BLACK, 0.7))
        pen.line(np.concatenate((rim, rim[:1])), colour, 0.035)
        temple = head.around(np.array([side * 1.6]), np.array([person.eye_height + 0.02]), 0.04)
        if pen.facing(temple) > -0.15:
            pen.line(np.concatenate((rim[[0 if side > 0 else 8]], temple)), colour, 0.035)
    bridge_x = np.array((-spacing + wide, spacing - wide))
    if bridge_x[0] < bridge_x[1]:
        pen.line(
            np.stack((bridge_x, np.full(2, person.eye_height), np.full(2, 0.9)), axis=1),
            colour,
            0.035,
        )
