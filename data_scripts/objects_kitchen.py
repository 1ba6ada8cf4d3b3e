"""Drawings of things in a kitchen and on a plate; see ``objects_pen`` for the coordinates."""

import numpy as np

from data_scripts.objects_pen import (
    WHITE,
    Pen,
    band,
    box,
    ellipse,
    mix,
    shift,
    smooth,
    symmetric,
    turn,
)


def bottle(p: Pen) -> None:
    """Draw a bottle with a long neck and a label."""
    wide, neck, shoulder = p.any(0.24, 0.36), p.any(0.08, 0.12), p.any(-0.35, -0.05)
    side = [(neck, -0.92), (neck, shoulder - 0.2), (wide, shoulder + 0.15), (wide, 0.9),
            (wide - 0.05, 0.97)]  # fmt: skip
    p.fill(symmetric(smooth(side, closed=False)), p.a)
    p.fill(box(-neck - 0.03, -1.0, neck + 0.03, -0.84, 0.03), p.b)
    top = shoulder + p.any(0.3, 0.45)
    p.fill(box(-wide, top, wide, top + p.any(0.3, 0.5)), p.light)
    p.line([(-0.6 * wide, top + 0.14), (0.6 * wide, top + 0.14)], p.c, 0.06)
    p.line([(-0.72 * wide, shoulder + 0.2), (-0.72 * wide, top - 0.02)], WHITE, 0.05)


def corkscrew(p: Pen) -> None:
    """Draw a corkscrew: a bar across, a spiral below."""
    half = p.any(0.4, 0.6)
    p.fill(box(-half, -0.95, half, -0.68, 0.12), p.wood)
    p.rod([(0, -0.7), (0, -0.1)], p.metal, 0.1)
    turns, wide = p.count(4, 5), p.any(0.14, 0.2)
    y = np.linspace(-0.15, 0.95, 90)
    fade = np.clip((1.0 - y) / 0.3, 0.05, 1)
    x = wide * fade * np.sin((y + 0.15) / 1.1 * turns * 2 * np.pi)
    p.rod(np.stack((x, y), axis=1), p.shade(p.metal, -0.15), 0.09)


def cup(p: Pen) -> None:
    """Draw a cup with a handle, seen a little from above."""
    top, low, high = p.any(0.5, 0.62), p.any(0.36, 0.55), p.any(0.55, 0.7)
    p.rod(ellipse(top - 0.02, 0.02, 0.34, 0.36 * high / 0.6, -95, 95), p.a, p.any(0.1, 0.15))
    side = [(top, -high), (0.5 * (top + low) + 0.02, 0.1), (low, high - 0.1), (0.7 * low, high)]
    p.fill(symmetric(smooth(side, closed=False)), p.a)
    lip = p.any(0.1, 0.18)
    p.fill(ellipse(0, -high, top, lip), p.shade(p.a, 0.35))
    p.fill(ellipse(0, -high + 0.02, 0.88 * top, 0.75 * lip), p.tint(80, 50, 30, p.dark))
    if p.chance():
        p.fill(box(-top * 0.9, -0.05, top * 0.9, 0.15), p.b, edge=False)


def fork(p: Pen) -> None:
    """Draw a fork with three or four prongs."""
    prongs, half = p.count(3, 4), p.any(0.2, 0.27)
    p.fill(band([(0, 0.0), (0, 0.95)], [0.08, 0.09, 0.16, 0.18]), p.metal)
    head = [(half, -0.5), (half, -0.3), (0.06, 0.02)]
    p.fill(symmetric(smooth(head, closed=False)), p.metal)
    for x in np.linspace(-half + 0.045, half - 0.045, prongs):
        p.fill(band([(x, -0.96), (x, -0.42)], [0.03, 0.09, 0.09]), p.metal)
    if p.chance(0.4):
        p.fill(box(-0.11, 0.3, 0.11, 1.0, 0.08), p.a)


def frying_pan(p: Pen) -> None:
    """Draw a frying pan seen from above, with a long handle."""
    radius = p.any(0.5, 0.58)
    p.fill(band([(-0.1, 0.35), (0.95, 0.35 - p.any(0.2, 0.9))], [0.16, 0.12, 0.2]), p.b)
    p.disc(-0.42, 0.35, radius, p.metal)
    p.disc(-0.42, 0.35, 0.84 * radius, p.shade(p.dark, 0.1))
    if p.chance(0.45):
        egg = ellipse(0, 0, 1) * (1 + 0.12 * np.sin(5 * np.linspace(0, 6.28, 41)))[:, None]
        p.fill(0.27 * egg + (-0.42, 0.38), WHITE)
        p.disc(-0.4, 0.36, 0.11, (245, 190, 40))


def kettle(p: Pen) -> None:
    """Draw a kettle with a spout and a handle over its lid."""
    wide, high = p.any(0.55, 0.65), p.any(0.75, 0.95)
    p.rod(ellipse(0, 0.0, 0.48, high, -168, -12), p.b, p.any(0.1, 0.14))
    spout = [(0.35, 0.55), (0.72, 0.1), (0.98, -0.28)]
    p.fill(band(smooth(spout, closed=False), [0.42, 0.2, 0.14]), p.a)
    side = [(0.22, -0.28), (0.48, 0.0), (wide, 0.6), (wide - 0.08, 0.84), (0.35, 0.86)]
    p.fill(symmetric(smooth(side, closed=False)), p.a)
    p.fill(symmetric([(0.3, -0.2), (0.2, -0.35)]), p.shade(p.a, -0.25))
    p.disc(0, -0.42, 0.09, p.b)
    p.line([(-wide + 0.15, 0.7), (wide - 0.15, 0.7)], p.shade(p.a, -0.3), 0.05)


def knife(p: Pen) -> None:
    """Draw a kitchen knife with a broad blade."""
    wide, long = p.any(0.14, 0.22), p.any(0.3, 0.42)
    blade = [(-0.1, long), (-0.1, -0.9), (wide * 0.4, -0.7), (wide, -0.3), (wide + 0.02, long)]
    p.fill(blade, p.metal)
    p.line([(-0.04, long), (-0.04, -0.75)], p.shade(p.metal, 0.5), 0.04)
    p.fill(box(-0.13, long, 0.09, 1.0, 0.06), p.tint(70, 45, 30, p.a))
    for y in (long + 0.14, 0.68, 0.88):
        p.disc(-0.02, y, 0.03, p.light, edge=False)


def pot(p: Pen) -> None:
    """Draw a cooking pot with two handles and a lid."""
    wide, top, low = p.any(0.58, 0.7), p.any(-0.3, -0.1), p.any(0.5, 0.7)
    for side in (-1, 1):
        p.rod(ellipse(side * wide, top + 0.25, 0.22, 0.12), p.dark, 0.08)
    p.fill(box(-wide, top, wide, low, 0.14), p.a)
    lid = symmetric([(0.0, top - 0.26), (0.35, top - 0.22), (wide + 0.03, top)])
    p.fill(lid, p.shade(p.a, 0.25))
    p.fill(box(-wide - 0.04, top - 0.05, wide + 0.04, top + 0.05, 0.04), p.shade(p.a, -0.2))
    p.fill(box(-0.04, top - 0.36, 0.04, top - 0.22), p.dark)
    p.fill(ellipse(0, top - 0.38, 0.15, 0.07), p.dark)


def rolling_pin(p: Pen) -> None:
    """Draw a rolling pin: a thick roll between two knobs."""
    thick, half = p.any(0.24, 0.34), p.any(0.5, 0.6)
    for side in (-1, 1):
        p.fill(band([(side * half, 0), (side * 0.95, 0)], [0.1, 0.17, 0.15]), p.b)
        p.fill(ellipse(side * 0.92, 0, 0.09, 0.1), p.b)
    p.fill(box(-half, -thick, half, thick, 0.07), p.wood)
    p.line([(-half + 0.06, -0.4 * thick), (half - 0.06, -0.4 * thick)], p.shade(p.wood, 0.4), 0.06)


def spoon(p: Pen) -> None:
    """Draw a spoon with an oval bowl."""
    wide = p.any(0.24, 0.32)
    p.fill(band([(0, -0.3), (0, 1.0)], [0.09, 0.08, 0.11, 0.2]), p.metal)
    p.fill(ellipse(0, -0.58, wide, p.any(0.36, 0.42)), p.metal)
    p.fill(ellipse(0.02, -0.56, 0.72 * wide, 0.27), p.shade(p.metal, -0.3), edge=False)
    p.fill(ellipse(-0.08, -0.66, 0.07, 0.12), WHITE, edge=False)


def toaster(p: Pen) -> None:
    """Draw a toaster with two slices of bread."""
    for x in (-0.3, 0.26):
        jump = p.any(0.3, 0.55)
        bread = [(-0.22, 0.3), (-0.22, -0.1), (-0.27, -0.25), (-0.1, -0.35), (0.1, -0.35),
                 (0.27, -0.25), (0.22, -0.1), (0.22, 0.3)]  # fmt: skip
        p.fill(shift(bread, x, -jump), p.tint(205, 150, 85, p.wood))
        p.fill(shift(0.78 * np.array(bread), x, -jump), (240, 215, 165), edge=False)
    side = [(0.62, -0.32), (0.78, -0.1), (0.82, 0.62)]
    p.fill(symmetric(side), p.a)
    p.line([(-0.55, -0.29), (0.55, -0.29)], p.dark, 0.07)
    p.fill(box(-0.86, 0.58, 0.86, 0.72, 0.05), p.dark)
    p.line([(0.62, -0.05), (0.62, 0.42)], p.dark, 0.05)
    p.fill(box(0.54, p.any(-0.02, 0.3), 0.8, 0.42, 0.04), p.b)
    for x in (-0.4, -0.15, 0.1):
        p.line([(x, 0.05), (x, 0.4)], p.shade(p.a, -0.3), 0.06)


def whisk(p: Pen) -> None:
    """Draw a whisk: a handle and loops of wire."""
    p.fill(box(-0.09, 0.2, 0.09, 1.0, 0.08), p.a)
    p.fill(box(-0.11, 0.15, 0.11, 0.3), p.metal)
    wide = p.any(0.32, 0.45)
    for share in (1.0, 0.62, 0.22):
        x = share * wide
        loop = [(-0.06 * share, 0.2), (-x, -0.45), (-0.7 * x, -0.85), (0, -0.98), (0.7 * x, -0.85),
                (x, -0.45), (0.06 * share, 0.2)]  # fmt: skip
        p.rod(smooth(loop, closed=False), p.metal, 0.045)


def wine_glass(p: Pen) -> None:
    """Draw a wine glass with wine in it."""
    wide, stem = p.any(0.36, 0.48), p.any(0.0, 0.15)
    glass = mix(p.light, p.a, 0.25)
    p.fill(symmetric([(0.05, stem), (0.05, 0.82), (0.38, 0.92), (0.38, 0.97)]), glass)
    side = [(0.85 * wide, -0.95), (wide, -0.5), (0.8 * wide, -0.1), (0.04, stem + 0.04)]
    p.fill(symmetric(smooth(side, closed=False)), glass)
    level = p.any(-0.7, -0.45)
    wine = [(0.9 * wide, level), (0.92 * wide, -0.45), (0.72 * wide, -0.13), (0.03, stem)]
    p.fill(symmetric(smooth(wine, closed=False)), p.tint(120, 15, 40, p.a), edge=False)
    p.line([(-0.62 * wide, -0.8), (-0.7 * wide, -0.4)], WHITE, 0.05)


def apple(p: Pen) -> None:
    """Draw an apple with a stalk and a leaf."""
    wide = p.any(0.68, 0.8)
    side = [(0, -0.48), (0.3, -0.62), (0.95 * wide, -0.4), (wide, 0.1), (0.72 * wide, 0.62),
            (0.3, 0.82), (0, 0.74)]  # fmt: skip
    skin = p.tint(200, 35, 35, p.a) if p.chance(0.6) else p.tint(130, 180, 50, p.a)
    p.fill(symmetric(smooth(side, closed=False)), skin)
    p.fill(ellipse(0, -0.5, 0.2, 0.07), p.shade(skin, -0.4), edge=False)
    p.rod(smooth([(0, -0.48), (0.04, -0.75), (0.14, -0.95)], closed=False), (95, 65, 35), 0.07)
    if p.chance(0.8):
        p.fill(smooth([(0.06, -0.68), (0.3, -0.95), (0.62, -0.86), (0.36, -0.66)]),
               p.tint(80, 150, 50, p.b))  # fmt: skip
    p.fill(ellipse(-0.42, -0.2, 0.1, 0.2, turned=25), p.shade(skin, 0.5), edge=False)


def banana(p: Pen) -> None:
    """Draw a bent banana, or two that hang together."""
    skin = p.tint(240, 205, 60, p.a)
    for number in range(p.count(1, 2)):
        arc = ellipse(0.0, -0.75, 0.92, 1.1, 150 - 22 * number, 18)
        p.fill(band(arc, [0.08, 0.26, 0.38, 0.4, 0.36, 0.22, 0.07]), p.shade(skin, -0.2 * number))
        p.line(ellipse(0.0, -0.7, 0.88, 1.06, 140 - 22 * number, 30), p.shade(skin, -0.3), 0.03)
    p.fill(band([(0.86, -0.5), (0.92, -0.25)], [0.16, 0.14]), p.shade(skin, -0.6))
    p.disc(-0.82, -0.18, 0.07, p.dark)


def cake(p: Pen) -> None:
    """Draw a round cake with icing and candles."""
    wide, high = p.any(0.7, 0.82), p.any(0.3, 0.42)
    p.fill(ellipse(0, high + 0.28, wide + 0.14, 0.2), p.light)
    p.fill(np.concatenate((ellipse(0, high + 0.18, wide, 0.2, 0, 180), [(-wide, 0), (wide, 0)])),
           p.a)  # fmt: skip
    p.line(ellipse(0, 0.3, wide, 0.2, 0, 180), p.c, 0.07)
    x = np.linspace(-wide, wide, 60)
    drip = 0.2 * np.sqrt(np.clip(1 - (x / wide) ** 2, 0, 1)) + 0.06 * np.sin(14 * x) + 0.1
    p.fill(np.concatenate((np.stack((x, drip), axis=1), ellipse(0, 0, wide, 0.2, 0, -180))), p.b)
    for x in np.linspace(-0.5, 0.5, p.count(3, 5)).tolist():
        y = p.any(-0.1, 0.02)
        p.fill(box(x - 0.04, y - 0.5, x + 0.04, y), p.c)
        p.fill(smooth([(x, y - 0.75), (x + 0.07, y - 0.58), (x, y - 0.5), (x - 0.07, y - 0.58)]),
               (255, 190, 50))  # fmt: skip


def carrot(p: Pen) -> None:
    """Draw a carrot with its leaves."""
    leaf = p.tint(70, 150, 60, p.b)
    for angle in np.linspace(-38, 38, p.count(4, 6)):
        stalk = turn([(0, -0.35), (0.03, -0.7), (0, -1.0)], angle, (0, -0.35))
        p.fill(band(smooth(stalk, closed=False), [0.06, 0.2, 0.14, 0.04]), leaf)
    wide = p.any(0.24, 0.32)
    side = [(0.1, -0.42), (wide, -0.32), (0.85 * wide, 0.0), (0.4 * wide, 0.6), (0.0, 1.0)]
    root = p.tint(240, 130, 40, p.a)
    p.fill(symmetric(smooth(side, closed=False)), root)
    for y in (-0.15, 0.1, 0.35, 0.55):
        x, length = (1 if p.chance() else -1) * (0.75 - 0.6 * y) * wide, p.any(0.1, 0.18)
        p.line([(x, y), (x - np.sign(x) * length, y + 0.02)], p.shade(root, -0.35), 0.035)


def cherries(p: Pen) -> None:
    """Draw two cherries on one stalk."""
    skin, stalk = p.tint(175, 20, 45, p.a), p.tint(90, 130, 50, p.dark)
    top = (p.any(-0.1, 0.2), -0.9)
    leaf = smooth([(0, 0), (0.3, -0.18), (0.65, 0.05), (0.3, 0.16)]) + top
    p.fill(leaf, p.tint(70, 145, 55, p.b))
    for x, y in ((-0.45, p.any(0.35, 0.55)), (0.42, p.any(0.45, 0.65))):
        line = [(x, y - 0.2), (0.7 * x, -0.3), top]
        p.rod(smooth(line, closed=False), stalk, 0.06)
        radius = p.any(0.3, 0.37)
        p.disc(x, y, radius, skin)
        p.fill(ellipse(x - 0.12, y - 0.13, 0.07, 0.1, turned=30), WHITE, edge=False)


def grapes(p: Pen) -> None:
    """Draw a bunch of grapes."""
    skin = p.tint(105, 50, 120, p.a) if p.chance() else p.tint(150, 185, 80, p.a)
    p.rod([(0, -0.55), (0.05, -0.98)], (110, 80, 40), 0.09)
    p.fill(smooth([(0.02, -0.7), (0.3, -0.98), (0.62, -0.78), (0.5, -0.5), (0.2, -0.52)]),
           p.tint(90, 150, 60, p.b))  # fmt: skip
    radius = p.any(0.16, 0.19)
    for row, number in enumerate((4, 5, 4, 3, 2, 1)):
        for across in ((np.arange(number) - (number - 1) / 2) * 1.75 * radius).tolist():
            x = across + p.any(-0.03, 0.03)
            y = -0.42 + row * 1.5 * radius + p.any(-0.03, 0.03)
            p.disc(x, y, radius, p.shade(skin, p.any(-0.3, 0.12)))
            p.disc(x - 0.35 * radius, y - 0.35 * radius, 0.25 * radius, p.shade(skin, 0.6), False)


def hamburger(p: Pen) -> None:
    """Draw a hamburger: bun, salad, meat, cheese, bun."""
    wide = p.any(0.75, 0.88)
    bun = p.tint(215, 150, 80, p.wood)
    p.fill(box(-0.94 * wide, 0.38, 0.94 * wide, 0.68, 0.14), bun)
    p.fill(box(-wide, 0.16, wide, 0.42, 0.12), p.tint(95, 55, 35, p.a))
    p.fill([(-wide, 0.1), (wide, 0.1), (0.6 * wide, 0.2), (0.35 * wide, 0.34), (0.1, 0.2),
            (-0.5 * wide, 0.2)], p.tint(250, 195, 50, p.b))  # fmt: skip
    across = np.linspace(-wide - 0.05, wide + 0.05, 50)
    leaf = np.stack((across, 0.08 + 0.06 * np.sin(16 * across)), axis=1)
    p.fill(np.concatenate((leaf, [(wide, -0.06), (-wide, -0.06)])), p.tint(100, 170, 60, p.c))
    top = ellipse(0, -0.05, wide, p.any(0.5, 0.62), -180, 0)
    p.fill(top, bun)
    for _ in range(p.count(9, 16)):
        x, y = p.any(-0.65, 0.65) * wide, p.any(-0.42, -0.15)
        p.fill(ellipse(x, y, 0.05, 0.03, turned=p.any(-60, 60)), p.shade(bun, 0.65), edge=False)


def ice_cream(p: Pen) -> None:
    """Draw scoops of ice cream in a cone."""
    half = p.any(0.34, 0.42)
    cone = p.tint(220, 165, 95, p.wood)
    colours, scoops = (p.a, p.b, p.c), p.count(1, 3)
    for number in range(scoops):
        y = -0.2 - 0.36 * number
        radius = 1.12 * half * (1 - 0.1 * number)
        edge = 1 + 0.05 * np.sin(np.linspace(0, 2 * np.pi, 41) * 9)
        p.fill(ellipse(0, 0, radius) * edge[:, None] + (0, y), colours[number])
    p.fill([(-half, -0.05), (half, -0.05), (0.0, 1.0)], cone)
    for share in (0.25, 0.5, 0.75):
        x, y = half * (1 - share), -0.05 + share * 1.05
        for side in (-1, 1):
            start = (side * (2 * share - 1) * half, -0.05)
            p.line([start, (side * x, y)], p.shade(cone, -0.35), 0.03)
    p.fill(box(-half - 0.04, -0.12, half + 0.04, 0.02, 0.05), cone)


def mushroom(p: Pen) -> None:
    """Draw a mushroom with a spotted cap."""
    cap, stem = p.any(0.72, 0.9), p.any(0.16, 0.25)
    side = [(stem, -0.2), (0.9 * stem, 0.4), (1.35 * stem, 0.85), (0.9 * stem, 0.95)]
    p.fill(symmetric(smooth(side, closed=False)), p.light)
    p.fill(ellipse(0, 0.12, 1.7 * stem, 0.12), p.shade(p.light, -0.15))
    top = p.any(-0.85, -0.7)
    outline = [(0, top), (0.55 * cap, 0.8 * top), (cap, -0.1), (0.9 * cap, 0.04), (0, 0.0)]
    red = p.tint(200, 40, 35, p.a)
    p.fill(symmetric(smooth(outline, closed=False)), red)
    for x, y in ((-0.5, -0.2), (-0.18, -0.5), (0.22, -0.22), (0.5, -0.38), (0.12, -0.65)):
        p.fill(ellipse(x * cap, y, p.any(0.07, 0.13), 0.08), WHITE, edge=False)


def pineapple(p: Pen) -> None:
    """Draw a pineapple with its crown of leaves."""
    leaf = p.tint(75, 130, 65, p.b)
    for angle in (*np.linspace(-62, 62, 9).tolist(), -22, 0, 22):
        blade = turn([(-0.1, -0.25), (0, -0.95 + 0.004 * abs(angle)), (0.1, -0.25)], angle,
                     (0, -0.3))  # fmt: skip
        p.fill(blade, p.shade(leaf, p.any(-0.3, 0.15)))
    wide, skin = p.any(0.38, 0.48), p.tint(225, 165, 60, p.a)
    p.fill(ellipse(0, 0.36, wide, 0.62), skin)
    for slope in (-1, 1):
        for start in np.linspace(-0.75, 0.75, 7):
            t = np.linspace(-1, 1, 30)
            x, y = t, 0.36 + start * 1.3 + slope * t * 0.9
            inside = (x / wide) ** 2 + ((y - 0.36) / 0.62) ** 2 < 0.97
            if inside.sum() > 1:
                p.line(np.stack((x, y), axis=1)[inside], p.shade(skin, -0.45), 0.035)
