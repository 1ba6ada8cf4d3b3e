"""The parts of the face: ears, eyes, brows, nose, mouth, beard and marks on the skin."""

import numpy as np

from data_scripts.faces_conditions import Conditions
from data_scripts.faces_geometry import Head, Pen, mix
from data_scripts.faces_identity import Identity

ROUND = np.linspace(0, 2 * np.pi, 16, endpoint=False)
SPAN = np.linspace(-1, 1, 11)
BLACK = (20, 14, 14)
WHITE = np.array((246, 242, 236))


def ear(pen: Pen, head: Head, person: Identity, side: int) -> None:
    """Draw the ear on one side (-1 left, 1 right of the picture)."""
    size, out = person.ear_size, person.ear_out
    root = head.around(np.array([side * 1.65]), np.array([0.1]))
    for share, colour in (
        (1.0, mix(person.skin, BLACK, 0.08)),
        (0.55, mix(person.skin, BLACK, 0.3)),
    ):
        rim = np.stack(
            (
                side * (0.03 + out * (0.5 + 0.7 * share * np.cos(ROUND))),
                size * share * np.sin(ROUND) - 0.03 * np.cos(ROUND),
                np.full(16, -0.02 * share) + 0.08 * share * np.cos(ROUND + np.pi),
            ),
            axis=1,
        )
        if share == 1.0:
            pen.hull(root + rim, colour)
        else:
            pen.polygon(root + rim, colour)


def eye(pen: Pen, head: Head, person: Identity, taken: Conditions, side: int) -> None:
    """Draw one eye with its lids."""
    centre_x, centre_y = side * person.eye_spacing, person.eye_height
    half = person.eye_width
    opening = person.eye_opening * taken.eye_open
    tilt = -side * person.eye_tilt * SPAN * half
    bow = 1 - np.abs(SPAN) ** 2.2
    upper = centre_y + tilt - opening * bow
    lower = centre_y + tilt + 0.75 * opening * bow
    x = centre_x + half * SPAN
    hollow = mix(person.skin, (90, 40, 40), 0.16 + 0.14 * max(person.age, 0))
    around = head.on_face(
        centre_x + 1.25 * half * np.cos(ROUND),
        centre_y - 0.01 + 2.0 * person.eye_opening * np.sin(ROUND),
    )
    pen.polygon(around, hollow)
    rim = head.on_face(np.concatenate((x, x[::-1])), np.concatenate((upper, lower[::-1])), 0.01)
    pen.polygon(rim, WHITE)
    iris_radius = 0.62 * half * 0.9
    iris_x = centre_x + taken.gaze[0] * half * 0.5
    iris_y = centre_y + taken.gaze[1] * opening * 0.6
    for radius, colour in ((iris_radius, person.iris), (0.5 * iris_radius, np.array(BLACK))):
        disc_x = iris_x + radius * np.cos(ROUND)
        disc_y = np.clip(
            iris_y + radius * np.sin(ROUND),
            np.interp(disc_x, x, upper),
            np.interp(disc_x, x, lower),
        )
        pen.polygon(head.on_face(disc_x, disc_y, 0.012), colour)
    if opening > 0.03:
        glint = pen.project(
            head.on_face(np.array([iris_x + 0.02]), np.array([iris_y - 0.3 * opening]), 0.02)
        )[0]
        pen.disc(glint, pen.scale * 0.018, WHITE)
    pen.line(head.on_face(x, upper, 0.012), mix(person.skin, BLACK, 0.85), 0.028)
    pen.line(head.on_face(x, lower, 0.012), mix(person.skin, BLACK, 0.35), 0.012)
    if person.lid > 0.35:
        crease = upper - 0.025 - 0.03 * person.lid
        pen.line(head.on_face(x, crease, 0.012), mix(person.skin, BLACK, 0.3), 0.012)
    if person.age > 0.3:
        bag = lower + 0.05 + 0.02 * bow
        pen.line(head.on_face(x[2:-2], bag[2:-2], 0.01), mix(person.skin, BLACK, 0.22), 0.014)


def brow(pen: Pen, head: Head, person: Identity, taken: Conditions, side: int) -> None:
    """Draw one eyebrow."""
    along = np.linspace(-1, 1, 9)
    x = side * (person.eye_spacing + 0.02 + person.brow_length * along)
    height = person.eye_height - person.brow_gap - 0.035 * taken.brow_raise
    y = height - person.brow_tilt * person.brow_length * along - person.brow_arch * (1 - along**2)
    thick = 0.5 * person.brow_thickness * (1.15 - 0.55 * (along + 1) / 2 - 0.5 * np.abs(along) ** 6)
    points = head.on_face(
        np.concatenate((x, x[::-1])), np.concatenate((y - thick, (y + thick)[::-1]))
    )
    pen.polygon(points, mix(mix(person.hair, BLACK, 0.35), person.skin, 0.12))


def nose(pen: Pen, head: Head, person: Identity, taken: Conditions) -> None:
    """Draw the nose; it stands out from the face, so it shifts when the head turns."""
    top = person.eye_height + 0.02
    tip = person.eye_height + person.nose_length
    wing, bridge, lift = 0.5 * person.nose_width, 0.5 * person.nose_bridge, person.nose_lift
    skin = person.skin
    shaded = 1 if taken.light[0] < 0 else -1
    side_x = np.array((0, shaded * bridge, shaded * 1.2 * bridge, shaded * wing * 1.05, 0))
    side_y = np.array((top, top, 0.4 * top + 0.6 * tip, tip + 0.02, tip + 0.05))
    side_z = np.array((0.05, 0.02, 0.05, 0.04, lift))
    pen.polygon(
        head.on_face(side_x, side_y, side_z), mix(skin, BLACK, 0.10 + 0.14 * taken.light_strength)
    )
    ball_x = wing * np.cos(ROUND)
    ball_y = tip + 0.062 * np.sin(ROUND)
    ball_z = lift * (0.45 + 0.55 * (1 - np.abs(np.cos(ROUND))))
    pen.polygon(head.on_face(ball_x, ball_y + 0.02, ball_z), mix(skin, (120, 40, 40), 0.30))
    pen.polygon(
        head.on_face(0.86 * ball_x, ball_y - 0.012, ball_z), mix(skin, (255, 210, 190), 0.10)
    )
    for side in (-1, 1):
        hole = head.on_face(
            side * 0.5 * wing + 0.26 * wing * np.cos(ROUND),
            tip + 0.045 + 0.016 * np.sin(ROUND),
            np.full(16, 0.5 * lift),
        )
        pen.polygon(hole, mix(skin, BLACK, 0.62))
    shine = np.array((-0.25, 0.25)) * bridge - shaded * 0.3 * bridge
    ridge_y = np.array((top + 0.06, tip - 0.07))
    pen.line(
        head.on_face(shine, ridge_y, np.array((0.06, 0.8 * lift))), mix(skin, WHITE, 0.22), 0.035
    )


def mouth(pen: Pen, head: Head, person: Identity, taken: Conditions) -> None:
    """Draw the lips, and the teeth when the mouth is open."""
    centre = person.eye_height + person.nose_length + person.mouth_height
    half = person.mouth_width * (1 + 0.16 * taken.smile)
    x = half * SPAN
    corner = -0.075 * taken.smile * np.abs(SPAN) ** 1.6
    bow = 1 - SPAN**2
    gap = 0.085 * taken.mouth_open * bow
    dip = 0.014 * np.exp(-((SPAN / 0.22) ** 2))
    line_upper, line_lower = centre + corner - 0.4 * gap, centre + corner + gap
    top = line_upper - person.lip_upper * bow**0.7 + dip
    bottom = line_lower + person.lip_lower * bow**0.8
    lips = mix(person.skin, (176, 48, 58), 0.22 + person.lip_redness * 0.7)
    both = np.concatenate((x, x[::-1]))
    pen.polygon(
        head.on_face(both, np.concatenate((top, line_upper[::-1])), 0.03), mix(lips, BLACK, 0.14)
    )
    pen.polygon(head.on_face(both, np.concatenate((line_lower, bottom[::-1])), 0.03), lips)
    if taken.mouth_open > 0.08:
        inside = np.concatenate((line_upper, line_lower[::-1]))
        pen.polygon(head.on_face(both, inside, 0.025), (72, 22, 28))
        teeth = np.concatenate((line_upper, (line_upper + 0.55 * (line_lower - line_upper))[::-1]))
        pen.polygon(head.on_face(0.9 * both, teeth, 0.028), WHITE)
    else:
        pen.line(head.on_face(x, line_upper, 0.03), mix(lips, BLACK, 0.55), 0.018)
    shadow = bottom[3:-3] + 0.045
    pen.line(head.on_face(0.8 * x[3:-3], shadow, 0.01), mix(person.skin, BLACK, 0.14), 0.02)
    if person.age > 0.0 or taken.smile > 0.6:
        for side in (-1, 1):
            fold_x = side * np.array((0.6 * person.nose_width + 0.03, half + 0.05, half + 0.07))
            fold_y = np.array((centre - person.mouth_height + 0.02, centre - 0.07, centre + 0.03))
            depth = 0.10 + 0.16 * max(person.age, 0)
            pen.line(head.on_face(fold_x, fold_y, 0.01), mix(person.skin, BLACK, depth), 0.018)


def beard(pen: Pen, head: Head, person: Identity) -> None:
    """Draw the beard, if the person wears one; to be called before the mouth."""
    kind = person.beard_kind
    if kind == "none":
        return
    centre = person.eye_height + person.nose_length + person.mouth_height
    half = person.mouth_width
    density = 0.30 if kind == "stubble" else 0.55 + 0.4 * person.beard_density
    tone = mix(person.hair, BLACK, 0.25)
    if tone.sum() > 0.8 * person.skin.sum():  # a beard as light as the skin would not be seen
        tone = tone * 0.8 * person.skin.sum() / tone.sum()
    colour = mix(person.skin, tone, density)
    if kind in ("stubble", "full"):
        angles = np.linspace(-1.45, 1.45, 25)
        turned = np.abs(angles) / 1.45
        top = np.interp(
            turned, (0, 0.28, 0.5, 0.8, 1), (centre - 0.12, centre - 0.10, 0.52, 0.42, 0.15)
        )
        growth = 0.0 if kind == "stubble" else 0.05
        upper = head.around(angles, top, 0.5 * growth)
        lower = head.around(angles, np.interp(turned, (0, 0.4, 1), (1.0, 0.97, 0.5)), growth)
        pen.polygon(np.concatenate((upper, lower[::-1])), colour)
    if kind in ("goatee", "full"):
        tuft = (0.62 * half + 0.04) * np.cos(ROUND)
        pen.polygon(head.on_face(tuft, centre + 0.19 + 0.15 * np.sin(ROUND), 0.03), colour)
    if kind in ("goatee", "moustache", "full"):
        lip = 0.5 * (1 - np.abs(SPAN) ** 3)
        upper = centre - person.lip_upper - 0.045 - 0.09 * lip + 0.07 * SPAN**2
        lower = centre - person.lip_upper + 0.01 + 0.07 * SPAN**2
        x = 1.08 * half * SPAN
        both = np.concatenate((x, x[::-1]))
        pen.polygon(head.on_face(both, np.concatenate((upper, lower[::-1])), 0.05), colour)


def marks(pen: Pen, head: Head, person: Identity) -> None:
    """Draw cheeks, freckles, moles and the lines of age."""
    generator = np.random.default_rng(person.mark_seed)
    if person.blush > 0.08:
        for side in (-1, 1):
            cheek_x = side * (person.eye_spacing + 0.08) + 0.13 * np.cos(ROUND)
            pen.polygon(
                head.on_face(cheek_x, person.eye_height + 0.34 + 0.09 * np.sin(ROUND)),
                mix(person.skin, (214, 90, 84), person.blush),
            )
    if person.freckles > 0.35:
        count = int(14 + 26 * person.freckles)
        x = generator.uniform(-0.45, 0.45, count)
        y = person.eye_height + 0.14 + generator.uniform(0, 0.3, count)
        for place in pen.project(head.on_face(x, y)):
            pen.disc(place, 0.014 * pen.scale, mix(person.skin, (120, 60, 30), 0.5))
    if person.moles > 0.1:
        x, y = generator.uniform(-0.45, 0.45, 2), generator.uniform(0.1, 0.85, 2)
        for place in pen.project(head.on_face(x, y)):
            pen.disc(place, 0.026 * pen.scale, mix(person.skin, BLACK, 0.7))
    if person.age > 0.45:
        for height in (-0.40, -0.33):
            x = 0.3 * SPAN
            y = person.eye_height + height + 0.02 * SPAN**2
            pen.line(head.on_face(x, y), mix(person.skin, BLACK, 0.16), 0.014)
