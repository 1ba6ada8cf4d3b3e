"""Drawings of animals; see ``objects_pen`` for the coordinates."""

import numpy as np

from data_scripts.objects_pen import (
    BLACK,
    WHITE,
    Pen,
    band,
    box,
    ellipse,
    flipped,
    shift,
    smooth,
    star,
    symmetric,
    turn,
)


def ant(p: Pen) -> None:
    """Draw an ant from above: three parts, six legs, two feelers."""
    body = p.tint(70, 35, 25, p.a)
    for y, reach, bend in ((-0.25, -0.62, -0.25), (0.0, 0.05, 0.1), (0.12, 0.62, 0.3)):
        leg = [(0.05, y), (0.42, y + bend - p.any(0, 0.1)), (0.72, y + reach)]
        for side in (leg, flipped(leg)):
            p.rod(side, body, 0.06)
    feeler = [(0.08, -0.6), (0.28, -0.8), (0.22 + p.any(0, 0.2), -1.0)]
    for side in (feeler, flipped(feeler)):
        p.rod(side, body, 0.045)
    p.fill(ellipse(0, 0.58, p.any(0.24, 0.32), 0.38), body)
    p.fill(ellipse(0, -0.05, 0.14, 0.26), body)
    p.fill(ellipse(0, -0.5, 0.22, 0.2), body)
    for x in (-0.15, 0.15):
        p.disc(x, -0.58, 0.05, WHITE, edge=False)
    p.line(ellipse(0, 0.55, 0.2, 0.08, 20, 160), p.shade(body, 0.4), 0.04)


def butterfly(p: Pen) -> None:
    """Draw a butterfly with spotted wings."""
    upper = [(0.04, -0.1), (0.25, -0.6), (0.75, -0.9), (0.98, -0.65), (0.8, -0.2), (0.35, 0.05)]
    lower = [(0.04, 0.0), (0.45, 0.0), (0.8, 0.25), (0.72, 0.7), (0.42, 0.85), (0.15, 0.4)]
    stretch = p.any(0.85, 1.02)
    for wing, colour in ((lower, p.b), (upper, p.a)):
        for points in (wing, flipped(wing)):
            p.fill(smooth(np.array(points) * (stretch, 1)), colour)
    for x, y, radius in ((0.62, -0.55, 0.14), (0.52, 0.42, 0.12), (0.35, -0.3, 0.08)):
        for side in (-1, 1):
            p.disc(side * x * stretch, y, radius, p.c)
    p.fill(ellipse(0, 0.0, 0.07, 0.5), p.dark)
    p.disc(0, -0.5, 0.1, p.dark)
    feeler = smooth([(0.04, -0.55), (0.15, -0.85), (0.32, -0.98)], closed=False)
    for line in (feeler, flipped(feeler)):
        p.line(line, p.dark, 0.035)


def cat(p: Pen) -> None:
    """Draw a sitting cat, seen from the front, with its tail round."""
    fur = p.tint(150, 120, 95, p.a)
    tail = [(0.3, 0.85), (0.75, 0.75), (0.85, 0.35), (0.7, p.any(-0.1, 0.1))]
    p.rod(smooth(tail, closed=False), p.shade(fur, -0.15), 0.15)
    p.fill(symmetric(smooth([(0.12, -0.2), (0.34, 0.2), (0.5, 0.75), (0.4, 0.98)], closed=False)),
           fur)  # fmt: skip
    for x in (-0.16, 0.16):
        p.fill(box(x - 0.11, 0.3, x + 0.11, 1.0, 0.1), p.shade(fur, 0.12))
    for side in (-1, 1):
        p.fill(np.array([(0.12, -0.75), (0.42, -1.0), (0.46, -0.45)]) * (side, 1), fur)
        p.fill(np.array([(0.22, -0.74), (0.38, -0.88), (0.4, -0.58)]) * (side, 1),
               (230, 160, 160), edge=False)  # fmt: skip
    p.fill(ellipse(0, -0.42, 0.46, 0.38), fur)
    for side in (-1, 1):
        p.fill(ellipse(side * 0.19, -0.48, 0.1, 0.09), p.tint(190, 210, 80, p.c), edge=False)
        p.fill(ellipse(side * 0.19, -0.48, 0.03, 0.085), BLACK, edge=False)
        for y in (-0.32, -0.25):
            p.line([(side * 0.15, -0.28), (side * 0.7, y - 0.06)], WHITE, 0.02)
    p.fill([(-0.06, -0.34), (0.06, -0.34), (0, -0.26)], (200, 100, 110), edge=False)
    p.line([(-0.1, -0.18), (0, -0.24), (0.1, -0.18)], BLACK, 0.025)


def crab(p: Pen) -> None:
    """Draw a crab with raised claws."""
    shell = p.tint(215, 80, 50, p.a)
    for y, reach in ((0.15, 0.25), (0.3, 0.5), (0.4, 0.75)):
        leg = [(0.4, y), (0.8, y - 0.05), (0.95, y + reach * p.any(0.6, 0.9))]
        for side in (leg, flipped(leg)):
            p.rod(side, p.shade(shell, -0.2), 0.08)
    lift = p.any(-0.1, 0.1)
    arm = [(0.4, 0.0), (0.72, -0.15), (0.7, -0.45 + lift)]
    claw = ellipse(0.66, -0.62 + lift, 0.24, 0.3)
    gap = [(0.62, -0.62 + lift), (0.5, -1.0 + lift), (0.72, -1.0 + lift)]
    for points, mouth, line in ((claw, gap, arm), (flipped(claw), flipped(gap), flipped(arm))):
        p.rod(line, shell, 0.13)
        p.fill(points, shell)
        p.cut(mouth)
    for x in (-0.17, 0.17):
        p.rod([(x, -0.1), (x, -0.38)], shell, 0.06)
        p.eye(x, -0.42, 0.09)
    p.fill(ellipse(0, 0.15, 0.56, p.any(0.34, 0.42)), shell)
    p.line(ellipse(0, 0.1, 0.25, 0.18, 25, 155), BLACK, 0.035)


def duck(p: Pen) -> None:
    """Draw a swimming duck from the side."""
    feathers, bill = p.tint(245, 210, 70, p.a), p.tint(240, 140, 40, p.b)
    body = [(-0.95, -0.05), (-0.6, 0.05), (-0.1, -0.02), (0.2, -0.1), (0.62, 0.2), (0.45, 0.62),
            (-0.1, 0.75), (-0.65, 0.6)]  # fmt: skip
    p.fill(smooth(body), feathers)
    p.fill(smooth([(0.62, -0.58), (0.95, -0.5), (0.98, -0.4), (0.6, -0.4)]), bill)
    p.fill(band([(0.3, 0.2), (0.32, -0.3)], [0.5, 0.34]), feathers, edge=False)
    p.disc(0.38, -0.5, p.any(0.28, 0.33), feathers)
    p.eye(0.48, -0.58, 0.07)
    wing = [(0.15, 0.2), (-0.2, 0.12), (-0.68, 0.15), (-0.4, 0.45), (0.0, 0.48)]
    p.fill(smooth(wing), p.shade(feathers, -0.22))


def elephant(p: Pen) -> None:
    """Draw an elephant from the side."""
    skin = p.tint(130, 130, 140, p.a)
    for x, far in ((-0.6, True), (0.05, True), (-0.42, False), (0.22, False)):
        tone = p.shade(skin, -0.3 if far else -0.05)
        p.fill(box(x - 0.13, 0.2, x + 0.13, 0.95, 0.05), tone)
    p.rod([(-0.78, 0.0), (-0.92, 0.35)], skin, 0.05)
    p.fill(smooth([(-0.82, 0.0), (-0.55, -0.45), (0.0, -0.5), (0.35, -0.35), (0.4, 0.3),
                   (-0.2, 0.48), (-0.75, 0.4)]), skin)  # fmt: skip
    bend = p.any(-0.15, 0.2)
    trunk = [(0.72, -0.2), (0.86, 0.2), (0.82, 0.6), (0.95 + 0.05 * bend, 0.8 - bend)]
    p.fill(band(smooth(trunk, closed=False), [0.34, 0.2, 0.15, 0.1]), skin)
    p.disc(0.56, -0.3, 0.36, skin)
    p.fill(smooth([(0.66, 0.1), (0.95, 0.28), (1.0, 0.12), (0.9, 0.16), (0.7, 0.0)]), WHITE)
    ear = [(0.5, -0.5), (0.2, -0.68), (0.0, -0.35), (0.12, 0.08), (0.38, 0.12), (0.52, -0.15)]
    p.fill(smooth(ear), p.shade(skin, -0.2))
    p.eye(0.7, -0.35, 0.05)


def fish(p: Pen) -> None:
    """Draw a fish with fins and scales."""
    high = p.any(0.34, 0.52)
    p.fill(smooth([(-0.5, 0.0), (-0.95, -0.45), (-0.85, 0.0), (-0.95, 0.45)]), p.b)
    p.fill(smooth([(-0.3, -0.8 * high), (-0.05, -high - 0.3), (0.3, -high - 0.1),
                   (0.35, -0.7 * high)]), p.b)  # fmt: skip
    p.fill([(-0.1, 0.8 * high), (0.0, high + 0.25), (0.2, 0.8 * high)], p.b)
    p.fill(smooth([(-0.6, 0), (-0.2, -0.9 * high), (0.35, -high), (0.8, -0.4 * high), (0.95, 0.05),
                   (0.75, 0.5 * high), (0.3, 0.95 * high), (-0.2, 0.8 * high)]), p.a)  # fmt: skip
    for x in (-0.2, 0.0, 0.2):
        for y in (-0.4, 0.0, 0.4):
            p.line(ellipse(x, y * high, 0.08, 0.1, 90, 270), p.shade(p.a, -0.4), 0.03)
    p.line(ellipse(0.3, 0, 0.18, 0.75 * high, -70, 70), p.shade(p.a, -0.45), 0.04)
    p.eye(0.68, -0.2 * high, 0.1)
    p.line([(0.95, 0.08), (0.78, 0.12)], BLACK, 0.035)


def flamingo(p: Pen) -> None:
    """Draw a flamingo on long legs, with an S-shaped neck."""
    pink = p.tint(240, 130, 150, p.a)
    p.rod([(-0.15, 0.1), (-0.12, 0.98), (0.05, 0.98)], p.shade(pink, -0.25), 0.05)
    if p.chance(0.6):
        p.rod([(-0.02, 0.1), (0.22, 0.5), (-0.1, 0.62)], p.shade(pink, -0.25), 0.05)
    else:
        p.rod([(0.0, 0.1), (0.12, 0.98), (0.28, 0.98)], p.shade(pink, -0.25), 0.05)
    neck = [(0.2, 0.0), (0.5, -0.15), (0.38, -0.42), (0.2, -0.62), (0.3, -0.88), (0.48, -0.84)]
    p.rod(smooth(neck, closed=False), pink, 0.1)
    p.fill(smooth([(-0.75, 0.12), (-0.35, -0.2), (0.15, -0.2), (0.34, 0.02), (0.1, 0.25),
                   (-0.35, 0.25)]), pink)  # fmt: skip
    p.fill(smooth([(-0.7, 0.12), (-0.3, -0.08), (0.05, 0.0), (-0.25, 0.15)]), p.shade(pink, -0.25))
    p.disc(0.46, -0.85, 0.11, pink)
    p.fill(smooth([(0.52, -0.9), (0.74, -0.82), (0.72, -0.6), (0.62, -0.72), (0.5, -0.78)]),
           p.light)  # fmt: skip
    p.fill(smooth([(0.72, -0.74), (0.73, -0.6), (0.64, -0.7)]), BLACK, edge=False)
    p.disc(0.48, -0.88, 0.025, BLACK, edge=False)


def giraffe(p: Pen) -> None:
    """Draw a giraffe from the side, with spots."""
    skin, spot = p.tint(235, 190, 100, p.a), p.tint(150, 90, 45, p.b)
    for x, tone in ((-0.5, -0.25), (0.02, -0.25), (-0.4, 0.0), (0.12, 0.0)):
        p.fill(band([(x, 0.3), (x, 1.0)], [0.14, 0.08, 0.09]), p.shade(skin, tone))
    p.rod([(-0.58, 0.15), (-0.7, 0.5)], spot, 0.04)
    p.fill(smooth([(-0.58, 0.15), (-0.3, 0.02), (0.1, 0.0), (0.26, 0.2), (0.15, 0.45),
                   (-0.5, 0.42)]), skin)  # fmt: skip
    head = (p.any(0.4, 0.55), -0.85)
    p.fill(band([(0.1, 0.25), head], [0.36, 0.2, 0.16]), skin)
    for x in (-0.04, 0.06):
        p.rod([(head[0] + x, head[1]), (head[0] + x - 0.02, head[1] - 0.17)], spot, 0.04)
    p.fill(smooth([(head[0] - 0.1, -0.9), (head[0] + 0.08, -0.95), (head[0] + 0.38, -0.76),
                   (head[0] + 0.34, -0.66), (head[0], -0.7)]), skin)  # fmt: skip
    p.disc(head[0] + 0.08, -0.85, 0.03, BLACK, edge=False)
    for share in (0.2, 0.4, 0.6, 0.8):
        x, y = 0.1 + share * (head[0] - 0.1), 0.25 + share * (head[1] - 0.25)
        p.fill(ellipse(x, y, 0.07 - 0.03 * share, 0.08), spot, edge=False)
    for x, y in ((-0.42, 0.18), (-0.2, 0.12), (-0.3, 0.33), (-0.05, 0.28), (0.1, 0.15)):
        p.fill(ellipse(x, y, 0.08, 0.065, turned=p.any(0, 90)), spot, edge=False)


def octopus(p: Pen) -> None:
    """Draw an octopus with curled arms."""
    skin = p.tint(190, 90, 130, p.a)
    for number, x in enumerate(np.linspace(-0.32, 0.32, 6).tolist()):
        way = np.sign(x)
        reach, sweep = 1.9 * x + 0.15 * way, p.any(-0.08, 0.12)
        arm = [(x, 0.1), (1.4 * x, 0.45), (reach, 0.6 + sweep + 0.12 * (number in (2, 3))),
               (reach + 0.22 * way, 0.75 + sweep), (reach + 0.28 * way, 0.5 + sweep)]  # fmt: skip
        curve = smooth(arm, closed=False)
        p.fill(band(curve, [0.2, 0.16, 0.12, 0.05]), p.shade(skin, -0.12 * (number % 2)))
    p.fill(smooth([(-0.3, 0.3), (-0.42, -0.1), (-0.45, -0.6), (0, -0.95), (0.45, -0.6),
                   (0.42, -0.1), (0.3, 0.3)]), skin)  # fmt: skip
    for x in (-0.18, 0.18):
        p.eye(x, -0.1, 0.12)
    for _ in range(4):
        p.disc(p.any(-0.25, 0.25), p.any(-0.75, -0.4), 0.05, p.shade(skin, 0.35), edge=False)


def owl(p: Pen) -> None:
    """Draw an owl from the front, with large eyes."""
    feathers = p.tint(140, 100, 65, p.a)
    wide = p.any(0.46, 0.56)
    for side in (-1, 1):
        p.fill(np.array([(0.1, -0.75), (0.5, -1.0), (0.5, -0.5)]) * (side, 1), feathers)
    p.fill(smooth([(0, -0.82), (wide, -0.6), (wide + 0.04, 0.1), (0.4, 0.8), (0, 0.92),
                   (-0.4, 0.8), (-wide - 0.04, 0.1), (-wide, -0.6)]), feathers)  # fmt: skip
    p.fill(ellipse(0, 0.35, 0.34, 0.46), p.shade(feathers, 0.45), edge=False)
    for y in (0.15, 0.35, 0.55):
        for x in (-0.18, 0, 0.18):
            p.line(ellipse(x, y, 0.07, 0.06, 20, 160), p.shade(feathers, -0.3), 0.03)
    for side in (-1, 1):
        wing = smooth([(0.42, -0.15), (0.68, 0.15), (0.5, 0.75), (0.38, 0.3)])
        p.fill(wing * (side, 1), p.shade(feathers, -0.3))
        p.disc(side * 0.22, -0.45, 0.24, p.light)
        p.disc(side * 0.22, -0.45, 0.16, p.tint(240, 170, 40, p.b))
        p.disc(side * 0.22, -0.45, 0.09, BLACK, edge=False)
        p.fill(ellipse(side * 0.15, 0.92, 0.11, 0.06), p.tint(230, 150, 50, p.b))
    p.fill([(-0.08, -0.36), (0.08, -0.36), (0, -0.15)], p.tint(230, 150, 50, p.b))


def penguin(p: Pen) -> None:
    """Draw a penguin with a white belly."""
    coat = p.tint(35, 38, 50, p.a)
    wide = p.any(0.4, 0.5)
    spread = p.any(0.0, 0.3)
    for side in (-1, 1):
        p.fill(smooth([(0.3, -0.3), (wide + 0.12 + spread, 0.25), (wide + 0.05 + spread, 0.45),
                       (wide - 0.1, 0.2)]) * (side, 1), p.shade(coat, -0.2))  # fmt: skip
        p.fill(ellipse(side * 0.2, 0.94, 0.2, 0.07), p.tint(240, 160, 50, p.b))
    p.fill(symmetric(smooth([(0, -0.98), (0.27, -0.86), (0.28, -0.5), (wide, 0.2), (0.36, 0.85),
                             (0, 0.95)], closed=False)), coat)  # fmt: skip
    p.fill(symmetric(smooth([(0, -0.4), (0.2, -0.3), (0.76 * wide, 0.25), (0.26, 0.78), (0, 0.85)],
                            closed=False)), p.light, edge=False)  # fmt: skip
    for side in (-1, 1):
        p.fill(ellipse(side * 0.11, -0.7, 0.11, 0.14), p.light, edge=False)
        p.disc(side * 0.1, -0.72, 0.045, BLACK, edge=False)
    p.fill([(-0.09, -0.62), (0.09, -0.62), (0, -0.45)], p.tint(240, 160, 50, p.b))


def rabbit(p: Pen) -> None:
    """Draw a sitting rabbit with long ears."""
    fur = p.tint(185, 160, 140, p.a)
    p.disc(-0.6, 0.6, 0.16, p.light)
    p.fill(smooth([(-0.6, 0.6), (-0.45, 0.1), (0.0, -0.1), (0.35, 0.1), (0.4, 0.9), (-0.4, 0.92)]),
           fur)  # fmt: skip
    lean = p.any(-12, 10)
    for angle in (lean - 24, lean):
        ear = turn(ellipse(0.3, -0.72, 0.1, p.any(0.28, 0.34)), angle, (0.3, -0.4))
        p.fill(ear, p.shade(fur, -0.1))
        inner = turn(ellipse(0.3, -0.72, 0.05, 0.22), angle, (0.3, -0.4))
        p.fill(inner, (235, 170, 170), edge=False)
    p.fill(smooth([(0.02, -0.2), (0.25, -0.48), (0.62, -0.35), (0.74, -0.1), (0.5, 0.08),
                   (0.15, 0.05)]), fur)  # fmt: skip
    p.eye(0.45, -0.24, 0.07)
    p.disc(0.73, -0.13, 0.05, (210, 110, 120), edge=False)
    for y in (-0.12, -0.02):
        p.line([(0.62, -0.06), (0.95, y)], WHITE, 0.02)
    p.line(ellipse(-0.15, 0.6, 0.28, 0.28, 180, 350), p.shade(fur, -0.3), 0.04)
    for x in (-0.15, 0.35):
        p.fill(ellipse(x, 0.9, 0.22, 0.09), p.shade(fur, 0.15))


def snail(p: Pen) -> None:
    """Draw a snail with a spiral shell."""
    skin = p.tint(190, 165, 110, p.b)
    p.fill(smooth([(-0.95, 0.72), (-0.4, 0.45), (0.3, 0.5), (0.55, 0.1), (0.66, -0.2), (0.9, -0.2),
                   (0.92, 0.15), (0.72, 0.62), (0.4, 0.75)]), skin)  # fmt: skip
    for x in (0.72, 0.88):
        top = (x + p.any(-0.02, 0.12), p.any(-0.65, -0.5))
        p.rod([(x, -0.1), top], skin, 0.05)
        p.disc(*top, 0.06, p.dark)
    radius = p.any(0.5, 0.58)
    p.disc(-0.2, 0.08, radius, p.a)
    angle = np.linspace(0.3, 5.2 * np.pi, 110)
    spiral = (radius * 0.93 * angle / angle[-1])[:, None] * np.stack(
        (np.cos(angle), np.sin(angle)), axis=1
    )
    p.line(shift(spiral, -0.2, 0.08), p.shade(p.a, -0.5), 0.06)


def snake(p: Pen) -> None:
    """Draw a winding snake with a forked tongue."""
    waves, swing = p.any(1.3, 1.8), p.any(1.1, 1.45)
    heading = swing * np.sin(2 * np.pi * waves * np.linspace(0, 1, 80) + p.any(0, 6.28))
    body = np.cumsum(np.stack((np.cos(heading), np.sin(heading)), axis=1), axis=0)
    body = (body - 0.5 * (body.max(axis=0) + body.min(axis=0))) * 1.6 / np.ptp(body[:, 0])
    body = body - (0.15, 0)
    skin = p.tint(95, 145, 70, p.a)
    p.fill(band(body, [0.04, 0.16, 0.22, 0.22, 0.2, 0.16]), skin)
    for place in range(8, 74, 7):
        p.fill(band(body[place : place + 4], 0.13), p.b, edge=False)
    end = body[-1]
    p.fill(turn(ellipse(end[0] + 0.08, end[1], 0.18, 0.13), p.any(-20, 20), tuple(end)), skin)
    p.eye(end[0] + 0.1, end[1] - 0.06, 0.05)
    tongue = np.array([(0.22, 0.02), (0.36, 0.02), (0.44, -0.05), (0.36, 0.02), (0.44, 0.09)])
    p.line(tongue + end, (200, 40, 50), 0.03)


def spider(p: Pen) -> None:
    """Draw a spider with eight bent legs."""
    body = p.tint(45, 38, 40, p.a)
    for angle, reach in ((-58, 0.95), (-22, 1.0), (18, 1.0), (52, 0.95)):
        angle = np.radians(angle + p.any(-6, 6))
        way = np.array((np.cos(angle), np.sin(angle)))
        knee = 0.55 * way + (0, -0.18)
        leg = np.array([(0.05, 0.0), knee, reach * way + (0, 0.06)])
        for side in (leg, flipped(leg)):
            p.rod(side, body, 0.05)
    p.fill(ellipse(0, 0.3, p.any(0.26, 0.34), 0.36), body)
    p.disc(0, -0.14, 0.19, body)
    for x, y in ((-0.09, -0.22), (0.09, -0.22), (-0.03, -0.27), (0.03, -0.27)):
        p.disc(x, y, 0.03, WHITE, edge=False)
    p.fill([(-0.1, 0.15), (0.1, 0.15), (-0.1, 0.48), (0.1, 0.48)], p.tint(200, 40, 40, p.b), False)


def starfish(p: Pen) -> None:
    """Draw a starfish with five round arms and dots."""
    inner = p.any(0.3, 0.42)
    points = star(0, 0, 0.98, inner, 5)
    rounded = []
    for number, point in enumerate(points):
        if number % 2:
            rounded.append(point)
        else:
            across = np.array((-point[1], point[0])) * 0.13
            rounded += [0.9 * point - across, point, 0.9 * point + across]
    p.fill(smooth(rounded), p.a)
    for place in points[::2]:
        for share in (0.25, 0.45, 0.65, 0.82):
            x, y = (share * place).tolist()
            p.disc(x, y, 0.055 - 0.025 * share, p.shade(p.a, 0.45), edge=False)


def turtle(p: Pen) -> None:
    """Draw a turtle from the side."""
    skin, shell = p.tint(130, 160, 80, p.b), p.tint(95, 110, 55, p.a)
    for x in (-0.5, 0.3):
        p.fill(box(x - 0.13, 0.2, x + 0.13, 0.72, 0.08), skin)
    p.fill([(-0.65, 0.3), (-0.98, 0.48), (-0.6, 0.45)], skin)
    head = (0.82, p.any(-0.15, 0.1))
    p.fill(band([(0.45, 0.3), head], [0.22, 0.2]), skin)
    p.fill(ellipse(*head, 0.17, 0.15), skin)
    p.eye(head[0] + 0.05, head[1] - 0.04, 0.045)
    p.fill(np.concatenate((ellipse(-0.1, 0.35, 0.68, p.any(0.72, 0.85), 180, 360),)), shell)
    p.fill(box(-0.8, 0.3, 0.6, 0.44, 0.06), p.shade(shell, -0.35))
    for x in (-0.42, -0.1, 0.22):
        tile = ellipse(x, 0.02 - 0.1 * (x == -0.1), 0.16, 0.2)[::8]
        p.fill(tile, p.shade(shell, 0.3), edge=True)
