"""Drawings of tools and musical instruments; see ``objects_pen`` for the coordinates."""

import numpy as np

from data_scripts.objects_pen import (
    BLACK,
    WHITE,
    Pen,
    band,
    box,
    ellipse,
    smooth,
    symmetric,
    turn,
)  # fmt: skip


def axe(p: Pen) -> None:
    """Draw an axe with a curved handle."""
    handle = smooth([(0.0, -0.9), (0.02, 0.0), (-0.08, 0.6), (0.0, 1.0)], closed=False)
    p.fill(band(handle, [0.12, 0.12, 0.14, 0.18]), p.wood)
    flare = p.any(0.28, 0.4)
    blade = [(-0.16, -0.82), (0.12, -0.82), (0.4, -0.72 - flare * 0.4), (0.62, -0.7 - flare * 0.6)]
    edge = [(0.74, -0.55), (0.66, -0.3 + flare * 0.6)]
    p.fill([*blade, *edge, (0.36, -0.38), (0.12, -0.36), (-0.16, -0.36)], p.metal)
    p.line([blade[-1], *edge], p.shade(p.metal, 0.6), 0.07)
    if p.chance(0.4):
        p.line([(-0.02, 0.6), (0.0, 0.98)], p.a, 0.17)


def broom(p: Pen) -> None:
    """Draw a broom with bristles."""
    p.rod([(0, -1.0), (0, 0.3)], p.wood, 0.09)
    wide, straw = p.any(0.34, 0.46), p.tint(215, 180, 95, p.a)
    x = np.linspace(-wide, wide, 17)
    low = np.stack((x, 0.92 + 0.05 * (np.arange(17) % 2)), axis=1)
    p.fill(np.concatenate((low, [(0.2, 0.28), (-0.2, 0.28)])), straw)
    for share in np.linspace(-0.8, 0.8, 7):
        p.line([(0.2 * share, 0.35), (wide * share, 0.9)], p.shade(straw, -0.35), 0.025)
    p.fill(box(-0.23, 0.2, 0.23, 0.36, 0.05), p.b)
    p.line([(-0.66 * wide, 0.55), (0.66 * wide, 0.55)], p.b, 0.05)


def gear(p: Pen) -> None:
    """Draw a gear wheel with a hole."""
    teeth, inner = p.count(8, 14), p.any(0.68, 0.78)
    step, points = 2 * np.pi / teeth, []
    for number in range(teeth):
        for place, radius in ((0.0, inner), (0.22, inner), (0.3, 0.97), (0.7, 0.97), (0.78, inner)):
            angle = (number + place) * step
            points.append((radius * np.cos(angle), radius * np.sin(angle)))
    p.fill(points, p.metal if p.chance() else p.a)
    hole = p.any(0.18, 0.3)
    if p.chance():
        for number in range(5):
            x, y = 0.48 * np.cos(number * 1.257), 0.48 * np.sin(number * 1.257)
            p.cut(ellipse(x, y, 0.12))
        hole = 0.18
    p.cut(ellipse(0, 0, hole))


def hammer(p: Pen) -> None:
    """Draw a claw hammer."""
    p.fill(band([(0, -0.6), (0, 1.0)], [0.12, 0.13, 0.17, 0.19]), p.wood)
    if p.chance():
        p.fill(box(-0.1, 0.35, 0.1, 1.0, 0.07), p.a)
    claw = [(-0.1, -0.86), (-0.45, -0.8), (-0.72, -0.52), (-0.4, -0.6), (-0.1, -0.54)]
    p.fill(smooth(claw), p.metal)
    p.fill(box(-0.16, -0.86, 0.3, -0.54, 0.03), p.metal)
    p.fill(box(0.26, -0.92, p.any(0.5, 0.6), -0.48, 0.05), p.metal)


def ladder(p: Pen) -> None:
    """Draw a ladder with rungs."""
    top, low = p.any(0.24, 0.34), p.any(0.34, 0.44)
    colour, rungs = (p.wood, p.metal, p.a)[p.count(0, 2)], p.count(5, 8)
    for y in np.linspace(-0.78, 0.8, rungs):
        half = top + (low - top) * (y + 1) / 2
        p.rod([(-half, y), (half, y)], p.shade(colour, -0.15), 0.075)
    for side in (-1, 1):
        p.rod([(side * top, -0.97), (side * low, 0.97)], colour, 0.11)


def pliers(p: Pen) -> None:
    """Draw open pliers with two handles."""
    spread = p.any(10, 20)
    for way in (1, -1):
        jaw = np.array([(-0.02, -0.98), (0.1, -0.9), (0.2, -0.45), (0.16, -0.15), (-0.1, -0.2),
                        (-0.04, -0.5)])  # fmt: skip
        arm = smooth([(-0.05, -0.25), (-0.28, 0.2), (-0.3, 0.6), (-0.2, 1.0)], closed=False)
        flip = np.array((way, 1))
        about = (0.0, -0.25)
        p.fill(turn(band(arm, [0.16, 0.17, 0.18, 0.16]) * flip, way * spread * 0.5, about), p.a)
        p.fill(turn(jaw * flip, way * spread * 0.5, about), p.metal)
    p.disc(0, -0.22, 0.17, p.metal)
    p.disc(0, -0.22, 0.06, p.dark)


def saw(p: Pen) -> None:
    """Draw a hand saw with teeth."""
    teeth = p.count(14, 22)
    x = np.linspace(0.98, -0.42, 2 * teeth)
    low = np.stack((x, 0.3 + 0.09 * (np.arange(2 * teeth) % 2)), axis=1)
    p.fill(np.concatenate(([(-0.42, -0.32), (0.98, p.any(0.0, 0.12))], low)), p.metal)
    grip = smooth([(-0.36, -0.42), (-0.7, -0.48), (-0.96, -0.2), (-0.9, 0.3), (-0.68, 0.52),
                   (-0.36, 0.42), (-0.45, 0.0)])  # fmt: skip
    p.fill(grip, p.wood if p.chance() else p.a)
    p.cut(ellipse(-0.68, 0.0, 0.12, 0.24))


def screwdriver(p: Pen) -> None:
    """Draw a screwdriver with a ribbed handle."""
    wide = p.any(0.15, 0.22)
    p.fill(band([(0, 0.2), (0, -0.85)], 0.09), p.metal)
    p.fill([(-0.05, -0.82), (0.05, -0.82), (0.09, -0.92), (0.06, -1.0), (-0.06, -1.0),
            (-0.09, -0.92)], p.metal)  # fmt: skip
    side = [(0.08, 0.08), (wide, 0.25), (0.8 * wide, 0.42), (wide, 0.6), (wide, 0.88), (0.1, 1.0)]
    p.fill(symmetric(smooth(side, closed=False)), p.a)
    for x in (-0.5, 0.0, 0.5):
        p.line([(x * wide, 0.5), (x * wide, 0.9)], p.b, 0.045)


def shovel(p: Pen) -> None:
    """Draw a shovel with a D-shaped grip."""
    p.fill(band([(0, -0.75), (0, 0.3)], 0.1), p.wood)
    p.line([(0, -0.7), (-0.2, -0.96), (0.2, -0.96), (0, -0.7)], p.b, 0.09, round_=True)
    wide = p.any(0.28, 0.38)
    blade = [(0.08, 0.2), (wide, 0.26), (wide, 0.66), (0.6 * wide, 0.88), (0, 1.0)]
    p.fill(symmetric(blade), p.metal if p.chance() else p.a)
    p.line([(0, 0.25), (0, 0.6)], p.shade(p.metal, -0.35), 0.07)


def bell(p: Pen) -> None:
    """Draw a bell with its clapper."""
    gold, wide = p.tint(225, 180, 70, p.a), p.any(0.62, 0.75)
    p.line(ellipse(0, -0.84, 0.14, 0.13), p.dark, 0.07)
    p.disc(p.any(-0.12, 0.12), 0.78, 0.16, p.dark)
    side = [(0, -0.76), (0.3, -0.64), (0.42, -0.2), (0.55 * wide + 0.05, 0.25), (wide, 0.6),
            (wide + 0.02, 0.72)]  # fmt: skip
    p.fill(symmetric(smooth(side, closed=False)), gold)
    p.fill(box(-wide - 0.05, 0.6, wide + 0.05, 0.76, 0.07), p.shade(gold, -0.2))
    p.line([(-0.44, 0.1), (0.44, 0.1)], p.shade(gold, -0.35), 0.05)
    p.line([(-0.28, -0.45), (-0.36, 0.0)], WHITE, 0.06, round_=True)


def drum(p: Pen) -> None:
    """Draw a drum with cords and two sticks."""
    wide, high = p.any(0.62, 0.75), p.any(0.4, 0.5)
    top = p.any(0.16, 0.22)
    low = ellipse(0, high + 0.1, wide, top, 0, 180)
    p.fill(np.concatenate((low, [(-wide, -0.2), (wide, -0.2)])), p.a)
    x = np.linspace(-wide, wide, 9)
    bow = 0.9 * top * np.sqrt(np.clip(1 - (x / wide) ** 2, 0, 1))
    y = np.where(np.arange(9) % 2, high + 0.1, -0.2) + bow
    p.line(np.stack((x, y), axis=1), p.light, 0.04)
    p.line(low, p.b, 0.1)
    p.fill(ellipse(0, -0.2, wide + 0.03, top + 0.03), p.b)
    p.fill(ellipse(0, -0.22, 0.92 * wide, 0.85 * top), p.light)
    for way, lean in ((1, p.any(0.3, 0.6)), (-1, p.any(0.3, 0.6))):
        tip = (way * 0.12, -0.25)
        p.rod([tip, (way * (0.12 + lean), -0.95)], p.wood, 0.06)
        p.disc(*tip, 0.06, p.wood)


def guitar(p: Pen) -> None:
    """Draw a guitar."""
    wide = p.any(0.38, 0.46)
    body = [(0, -0.1), (0.26, -0.08), (0.7 * wide, 0.1), (0.6 * wide, 0.3), (wide, 0.55),
            (0.85 * wide, 0.88), (0, 1.0)]  # fmt: skip
    p.fill(symmetric(smooth(body, closed=False)), p.tint(190, 125, 65, p.a))
    p.disc(0, 0.32, 0.13, p.dark)
    p.fill(box(-0.07, -0.8, 0.07, 0.22), p.tint(80, 55, 40, p.b))
    p.fill([(-0.06, -0.78), (-0.12, -1.0), (0.12, -1.0), (0.06, -0.78)], p.dark)
    for side in (-1, 1):
        for y in (-0.95, -0.86):
            p.disc(side * 0.14, y, 0.035, p.metal)
    for y in np.linspace(-0.7, 0.1, 7):
        p.line([(-0.07, y), (0.07, y)], p.metal, 0.02)
    p.fill(box(-0.17, 0.66, 0.17, 0.74), p.dark)
    for x in (-0.04, 0, 0.04):
        p.line([(x, -0.8), (x, 0.7)], p.light, 0.013)


def harp(p: Pen) -> None:
    """Draw a harp with its strings."""
    frame = p.tint(205, 160, 70, p.a)
    for share in np.linspace(0.1, 0.9, p.count(9, 12)):
        x = -0.5 + 0.95 * share
        p.line([(x, -0.72 + 0.32 * np.sin(np.pi * share)), (x, 0.85 - 1.15 * share)], p.light, 0.02)
    p.rod([(-0.6, -0.9), (-0.56, 0.9)], frame, 0.13)
    neck = [(-0.6, -0.88), (-0.3, -0.65), (0.1, -0.45), (0.4, -0.7), (0.6, -0.75)]
    p.rod(smooth(neck, closed=False), frame, 0.13)
    p.fill(band([(0.6, -0.72), (-0.5, 0.9)], [0.14, 0.2, 0.3]), frame)
    p.fill(box(-0.78, 0.82, -0.2, 0.98, 0.05), p.shade(frame, -0.25))
    p.disc(-0.6, -0.88, 0.12, p.shade(frame, 0.25))


def piano(p: Pen) -> None:
    """Draw a grand piano from the side, its lid open."""
    coat = p.tint(35, 32, 36, p.a)
    lift = p.any(-0.98, -0.8)
    p.fill([(-0.55, -0.1), (0.72, lift), (0.95, lift + 0.2), (0.9, -0.1)], p.shade(coat, 0.12))
    p.line([(0.35, -0.1), (0.5, lift + 0.35)], p.wood, 0.04)
    for x in (-0.62, 0.15, 0.75):
        p.fill(band([(x, 0.25), (x, 0.95)], [0.14, 0.08]), coat)
        p.disc(x, 0.95, 0.05, p.metal)
    p.fill(smooth([(-0.6, -0.14), (0.9, -0.12), (0.96, 0.1), (0.8, 0.32), (-0.6, 0.32)]), coat)
    p.fill(box(-0.98, 0.08, -0.45, 0.32), coat)
    p.fill(box(-0.98, -0.02, -0.48, 0.12), WHITE)
    for x in np.linspace(-0.93, -0.53, 7):
        p.line([(x, -0.02), (x, 0.07)], BLACK, 0.035)
    p.fill([(-0.5, -0.12), (-0.42, -0.5), (-0.28, -0.5), (-0.3, -0.12)], p.light)
    p.line([(-0.2, 0.35), (-0.2, 0.85)], p.tint(210, 175, 80, p.b), 0.05)


def saxophone(p: Pen) -> None:
    """Draw a saxophone: a bent pipe that opens into a bell."""
    gold = p.tint(225, 175, 60, p.a)
    pipe = [(-0.72, -0.72), (-0.5, -0.92), (-0.25, -0.78), (-0.12, -0.2), (0.0, 0.55), (0.22, 0.85),
            (0.48, 0.7), (0.55, 0.2), (0.72, -0.12)]  # fmt: skip
    p.fill(band(smooth(pipe, closed=False), [0.06, 0.09, 0.14, 0.2, 0.26, 0.3, 0.34, 0.42, 0.6]),
           gold)  # fmt: skip
    p.fill(ellipse(0.74, -0.14, 0.33, 0.13, turned=28), p.shade(gold, -0.45))
    p.fill(band([(-0.72, -0.72), (-0.85, -0.55)], [0.07, 0.11]), BLACK)
    for share in np.linspace(0.25, 0.95, p.count(4, 6)):
        x, y = -0.2 + 0.22 * share, -0.55 + 1.1 * share
        p.disc(x, y, 0.075, p.shade(gold, 0.45))
        p.line([(x + 0.1, y), (x + 0.24, y - 0.04)], p.metal, 0.04, round_=True)


def trumpet(p: Pen) -> None:
    """Draw a trumpet with three valves."""
    gold = p.tint(230, 185, 70, p.a)
    low = p.any(0.26, 0.34)
    loop = [(-0.55, -0.12), (0.25, -0.12), (0.38, 0.5 * low - 0.06), (0.25, low), (-0.45, low),
            (-0.58, 0.5 * low - 0.06), (-0.45, -0.12)]  # fmt: skip
    p.line(loop, p.shade(gold, -0.25), 0.09, round_=True)
    p.fill(band([(-0.88, -0.12), (0.35, -0.12), (0.62, -0.12), (0.8, -0.12), (0.96, -0.12)],
                [0.07, 0.09, 0.13, 0.26, 0.72]), gold)  # fmt: skip
    p.fill(ellipse(0.95, -0.12, 0.07, 0.36), p.shade(gold, -0.4))
    p.fill(box(-0.98, -0.2, -0.87, -0.04, 0.03), p.metal)
    for x in (-0.22, -0.06, 0.1):
        p.fill(box(x - 0.06, -0.26, x + 0.06, low + 0.1, 0.03), p.shade(gold, 0.2))
        p.line([(x, -0.26), (x, -0.4)], p.metal, 0.04)
        p.fill(ellipse(x, -0.42, 0.07, 0.035), p.light)


def accordion(p: Pen) -> None:
    """Draw an accordion with open bellows, keys and buttons."""
    folds, high = p.count(6, 9), p.any(0.5, 0.62)
    x = np.linspace(-0.42, 0.42, 2 * folds + 1)
    bow = 0.1 * (1 - (x / 0.42) ** 2)
    y = high - 0.05 + bow - 0.07 * (np.arange(2 * folds + 1) % 2)
    rim = np.stack((x, y), axis=1)
    p.fill(np.concatenate((rim, rim[::-1] * (1, -1))), p.b)
    for place, height in zip(x[1::2], y[1::2], strict=True):
        p.line([(place, -height), (place, height)], p.shade(p.b, -0.5), 0.035)
    for side in (-1, 1):
        p.fill(turn(box(0.38, -high - 0.06, 0.94, high + 0.06, 0.07) * (side, 1), side * 4), p.a)
    p.fill(box(0.62, -high + 0.02, 0.9, high - 0.02), WHITE)
    for y_ in np.linspace(-high + 0.1, high - 0.1, 9):
        p.line([(0.72, y_), (0.9, y_)], BLACK, 0.045)
    for x_ in (-0.8, -0.68, -0.56):
        for y_ in np.linspace(-0.4, 0.4, 6):
            p.disc(x_, y_, 0.04, p.light, edge=False)


def magnet(p: Pen) -> None:
    """Draw a horseshoe magnet with light ends."""
    radius, thick = p.any(0.45, 0.52), p.any(0.28, 0.38)
    arc = np.concatenate(([(-radius, 0.85)], ellipse(0, -0.25, radius, radius, 180, 360),
                          [(radius, 0.85)]))  # fmt: skip
    p.fill(band(arc, thick), p.tint(210, 45, 45, p.a))
    for side in (-1, 1):
        left = side * radius - thick / 2
        p.fill(box(left, 0.5, left + thick, 0.86), p.light)
    if p.chance(0.4):
        for x in (-0.25, 0.0, 0.25):
            p.line([(x - 0.05, 0.72), (x + 0.05, 0.62), (x - 0.03, 0.5)], p.c, 0.035)
