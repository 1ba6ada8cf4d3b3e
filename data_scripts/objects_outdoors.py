"""Drawings of plants and vehicles; see ``objects_pen`` for the coordinates."""

from itertools import pairwise

import numpy as np

from data_scripts.objects_pen import (
    BLACK,
    WHITE,
    Pen,
    band,
    box,
    ellipse,
    flipped,
    mix,
    shift,
    smooth,
    symmetric,
    turn,
)


def cactus(p: Pen) -> None:
    """Draw a cactus with two arms, in a pot or in sand."""
    green, wide = p.tint(75, 140, 75, p.a), p.any(0.28, 0.38)
    left, right = p.any(-0.2, 0.1), p.any(-0.35, 0.05)
    for way, y in ((-1, left), (1, right)):
        arm = [(0.0, y + 0.2), (way * 0.52, y + 0.2), (way * 0.56, y - 0.4)]
        p.rod(smooth(arm, closed=False), green, 0.75 * wide)
    p.fill(box(-wide / 1.6, -0.95, wide / 1.6, 0.6, wide / 1.7), green)
    for x in (-0.1, 0.0, 0.1):
        p.line([(x, -0.8), (x, 0.5)], p.shade(green, -0.35), 0.03)
    for y in np.linspace(-0.7, 0.4, 5):
        for x in (-0.14, 0.05, 0.14):
            p.line([(x, y), (x + 0.05, y - 0.06)], WHITE, 0.02)
    if p.chance(0.7):
        p.fill([(-0.4, 0.55), (0.4, 0.55), (0.3, 1.0), (-0.3, 1.0)], p.b)
        p.fill(box(-0.45, 0.5, 0.45, 0.64), p.shade(p.b, 0.2))
    else:
        p.fill(ellipse(0, 0.65, 0.85, 0.2), p.b)


def fir_tree(p: Pen) -> None:
    """Draw a fir tree in tiers."""
    green = p.tint(45, 105, 65, p.a)
    p.fill(box(-0.1, 0.6, 0.1, 1.0), p.wood)
    tiers, wide = p.count(3, 5), p.any(0.55, 0.75)
    for number in range(tiers, 0, -1):
        share = number / tiers
        low, top = -1.0 + 1.72 * share, -1.0 + 1.5 * (share - 1.25 / tiers)
        half = wide * (0.25 + 0.75 * share)
        x = np.linspace(half, -half, 13)
        hem = np.stack((x, low + 0.06 * (np.arange(13) % 2)), axis=1)
        p.fill(np.concatenate(([(0, max(top, -1.0))], hem)), p.shade(green, 0.12 * (number % 2)))


def palm_tree(p: Pen) -> None:
    """Draw a palm tree with a bent trunk."""
    bend = p.any(0.05, 0.35)
    trunk = smooth([(-bend, 1.0), (-0.6 * bend, 0.4), (0.0, -0.35)], closed=False)
    bark = p.tint(150, 115, 75, p.wood)
    p.fill(band(trunk, [0.24, 0.16, 0.12]), bark)
    for x, y in trunk[1:-1:1]:
        p.line([(x - 0.06, y), (x + 0.06, y)], p.shade(bark, -0.35), 0.025)
    green = p.tint(70, 145, 70, p.a)
    for angle in (-170, -140, -105, -75, -40, -10, 15, 165):
        angle_ = np.radians(angle + p.any(-8, 8))
        reach = np.array((np.cos(angle_), np.sin(angle_)))
        middle = 0.55 * reach + (0, -0.52)
        end = 0.98 * reach + (0, -0.2)
        leaf = smooth([(0, -0.38), middle, end], closed=False)
        p.fill(band(leaf, [0.05, 0.22, 0.18, 0.02]), p.shade(green, p.any(-0.3, 0.1)))
    for x in (-0.09, 0.08):
        p.disc(x, -0.28, 0.09, (105, 75, 45))


def sunflower(p: Pen) -> None:
    """Draw a sunflower with its stalk and leaves."""
    green = p.tint(85, 145, 60, p.b)
    p.rod(smooth([(0, -0.2), (0.04, 0.4), (0, 1.0)], closed=False), green, 0.09)
    for way, y in ((1, 0.5), (-1, 0.7)):
        leaf = smooth([(0, y), (0.25, y - 0.25), (0.62, y - 0.2), (0.35, y + 0.06)])
        p.fill(leaf * (way, 1), green)
    petals, yellow = p.count(13, 19), p.tint(245, 195, 40, p.a)
    long = p.any(0.56, 0.64)
    for ring, reach in ((0, long), (1, 0.9 * long)):
        for number in range(petals):
            angle = (number + ring / 2) * 360 / petals
            petal = turn(ellipse(reach - 0.2, 0, 0.24, 0.09), angle)
            p.fill(shift(petal, 0, -0.35), p.shade(yellow, 0.2 * ring - 0.15))
    p.disc(0, -0.35, p.any(0.23, 0.3), p.tint(100, 65, 35, p.dark))
    for number in range(26):
        radius, angle = 0.2 * np.sqrt(number / 26), number * 2.4
        p.disc(radius * np.cos(angle), -0.35 + radius * np.sin(angle), 0.018, p.light, edge=False)


def tulip(p: Pen) -> None:
    """Draw a tulip with two long leaves."""
    green, cup = p.tint(80, 150, 75, p.b), p.any(0.32, 0.4)
    p.rod([(0, -0.3), (p.any(-0.05, 0.05), 1.0)], green, 0.08)
    for way in (-1, 1):
        leaf = [(0.0, 0.98), (0.26, 0.5), (p.any(0.3, 0.55), p.any(-0.1, 0.15)), (0.34, 0.65)]
        p.fill(smooth(np.array(leaf)) * (way, 1), p.shade(green, -0.12 * (way + 1)))
    red = p.tint(215, 50, 70, p.a)
    p.fill(smooth([(-0.2, -0.6), (0, -1.0), (0.2, -0.6), (0, -0.2)]), p.shade(red, -0.25))
    for way in (-1, 1):
        petal = [(0, -0.12), (cup, -0.3), (1.08 * cup, -0.65), (0.8 * cup, -0.98), (0.1, -0.6)]
        p.fill(smooth(np.array(petal)) * (way, 1), p.shade(red, 0.08 * way))


def bicycle(p: Pen) -> None:
    """Draw a bicycle from the side."""
    radius, tyre = p.any(0.36, 0.41), p.dark
    back, front, pedal = (-0.55, 0.4), (0.56, 0.4), (-0.08, 0.42)
    seat, head = (-0.24, -0.22), (0.38, -0.25)
    for x, y in (back, front):
        rim = ellipse(x, y, radius)
        p.line(rim, tyre, 0.075)
        for angle in np.radians(np.arange(0, 180, 30)):
            spoke = radius * np.array((np.cos(angle), np.sin(angle)))
            p.line([shift(spoke, x, y), (x, y) - spoke], p.metal, 0.018)
    frame = [back, seat, pedal, back]
    for line in (frame, [seat, head], [pedal, head], [front, head, (0.33, -0.42)]):
        p.line(line, p.a, 0.075, round_=True)
    p.line([seat, (-0.29, -0.4)], p.metal, 0.05)
    p.fill(ellipse(-0.3, -0.42, 0.17, 0.055), p.dark)
    bar = [(0.33, -0.42), (0.48, -0.5), (0.55, -0.38)]
    if p.chance():
        bar = [(0.33, -0.42), (0.16, -0.54)]
    p.line(bar, p.dark, 0.06, round_=True)
    p.disc(*pedal, 0.11, p.metal)
    p.line([(pedal[0] - 0.1, 0.56), (pedal[0] + 0.1, 0.28)], p.dark, 0.04)


def bus(p: Pen) -> None:
    """Draw a bus from the side, with a row of windows."""
    high = p.any(-0.5, -0.35)
    p.fill(box(-0.96, high, 0.96, 0.42, 0.09), p.a)
    windows = p.count(4, 6)
    pane = p.tint(170, 205, 225, p.dark)
    edges = np.linspace(-0.88, 0.66, windows + 1)
    for left, right in pairwise(edges.tolist()):
        p.fill(box(left, high + 0.12, right - 0.05, high + 0.42, 0.03), pane)
    p.fill(box(0.68, high + 0.12, 0.92, 0.36, 0.03), pane)
    p.line([(0.8, high + 0.12), (0.8, 0.36)], p.shade(p.a, -0.3), 0.03)
    p.fill(box(-0.95, 0.12, 0.64, 0.22), p.b, edge=False)
    for x in (-0.58, 0.42):
        p.disc(x, 0.44, 0.2, p.dark)
        p.disc(x, 0.44, 0.09, p.metal)


def car(p: Pen) -> None:
    """Draw a car from the side."""
    roof, front = p.any(-0.45, -0.3), p.any(0.3, 0.5)
    body = [(-0.95, 0.3), (-0.96, 0.0), (-0.82, -0.06), (-0.55, roof), (0.12, roof - 0.02),
            (front, -0.05), (0.88, 0.02), (0.97, 0.3)]  # fmt: skip
    p.fill(body, p.a)
    pane = p.tint(175, 210, 230, p.dark)
    p.fill([(-0.68, -0.05), (-0.48, roof + 0.08), (-0.18, roof + 0.07), (-0.18, -0.05)], pane)
    p.fill([(-0.1, -0.05), (-0.1, roof + 0.07), (0.08, roof + 0.07), (front - 0.12, -0.05)], pane)
    for x in (-0.58, 0.55):
        p.disc(x, 0.32, 0.2, p.dark)
        p.disc(x, 0.32, 0.1, p.metal)
    p.fill(box(0.86, 0.06, 0.97, 0.15, 0.03), (250, 235, 150))
    p.fill(box(-0.97, 0.05, -0.88, 0.15, 0.03), (210, 40, 40))
    p.line([(-0.14, 0.02), (-0.14, 0.26)], p.shade(p.a, -0.35), 0.025)
    p.line([(-0.06, 0.06), (0.04, 0.06)], p.shade(p.a, -0.5), 0.035)


def helicopter(p: Pen) -> None:
    """Draw a helicopter from the side."""
    p.fill(band([(-0.05, -0.05), (-0.9, -0.22)], [0.36, 0.12, 0.09]), p.a)
    p.fill([(-0.84, -0.18), (-0.98, -0.5), (-0.88, -0.5), (-0.72, -0.2)], p.b)
    p.line([(-0.98, -0.42), (-0.86, -0.02)], p.dark, 0.045, round_=True)
    for x in (0.1, 0.5):
        p.line([(x, 0.3), (x, 0.58)], p.dark, 0.05)
    p.line(smooth([(-0.15, 0.6), (0.5, 0.6), (0.82, 0.5)], closed=False), p.dark, 0.06, round_=True)
    p.fill(smooth([(-0.3, -0.1), (0.1, -0.38), (0.6, -0.25), (0.82, 0.12), (0.6, 0.36), (0.0, 0.36),
                   (-0.28, 0.2)]), p.a)  # fmt: skip
    p.fill(smooth([(0.36, -0.25), (0.62, -0.16), (0.78, 0.1), (0.36, 0.1)]),
           p.tint(175, 215, 235, p.light))  # fmt: skip
    p.line([(0.15, -0.3), (0.15, -0.55)], p.dark, 0.08)
    long = p.any(0.7, 0.85)
    p.fill(ellipse(0.15, -0.56, long, 0.045), p.dark)


def hot_air_balloon(p: Pen) -> None:
    """Draw a hot-air balloon with stripes and a basket."""
    wide, stripes = p.any(0.6, 0.72), p.count(2, 3)
    half = [(0, -1.0), (0.62 * wide, -0.88), (wide, -0.4), (0.75 * wide, 0.1), (0.17, 0.5)]
    side = smooth(half, closed=False)
    for number in range(stripes, -1, -1):
        share = (2 * number + 1) / (2 * stripes + 1)
        p.fill(symmetric(side * (share, 1)), (p.a, p.b)[number % 2], edge=number == stripes)
    for x in (-0.15, 0.15):
        p.line([(x, 0.48), (0.8 * x, 0.75)], p.dark, 0.03)
    p.fill(box(-0.16, 0.72, 0.16, 0.98, 0.03), p.wood)
    p.line([(-0.16, 0.8), (0.16, 0.8)], p.shade(p.wood, -0.4), 0.03)


def locomotive(p: Pen) -> None:
    """Draw a steam locomotive from the side."""
    p.fill(box(-0.9, 0.25, 0.86, 0.42), p.dark)
    p.fill(box(-0.35, -0.22, 0.8, 0.28, 0.08), p.a)
    for x in (-0.05, 0.3):
        p.line([(x, -0.2), (x, 0.26)], p.b, 0.05)
    p.fill(box(-0.86, -0.62, -0.3, 0.3), p.b)
    p.fill(box(-0.72, -0.48, -0.44, -0.15), p.tint(190, 215, 225, p.light))
    p.fill(box(-0.95, -0.72, -0.22, -0.58, 0.04), p.dark)
    flare = p.any(0.12, 0.2)
    p.fill([(0.5, -0.2), (0.5 - flare + 0.1, -0.78), (0.66 + flare - 0.1, -0.78), (0.66, -0.2)],
           p.dark)  # fmt: skip
    p.fill(ellipse(0.15, -0.24, 0.12, 0.14, 180, 360), p.c)
    p.fill([(0.8, 0.25), (0.99, 0.66), (0.68, 0.66)], p.metal)
    for x, radius in ((-0.62, 0.24), (-0.12, 0.24), (0.32, 0.17), (0.66, 0.15)):
        p.disc(x, 0.7 - radius, radius, p.dark)
        p.disc(x, 0.7 - radius, 0.6 * radius, p.c)
    p.line([(-0.62, 0.5), (-0.12, 0.5)], p.metal, 0.05, round_=True)
    if p.chance():
        for x, y, radius in ((0.45, -0.86, 0.1), (0.25, -0.93, 0.12)):
            p.disc(x, y, radius, p.light, edge=False)


def rocket(p: Pen) -> None:
    """Draw a rocket with fins, a window and fire."""
    wide = p.any(0.24, 0.34)
    p.fill(smooth([(-0.16, 0.6), (0.16, 0.6), (0.12, 0.85), (0, 1.0), (-0.12, 0.85)]),
           p.tint(250, 150, 40, p.c))  # fmt: skip
    fin = [(0.6 * wide, 0.1), (wide + 0.26, 0.45), (wide + 0.26, 0.78), (0.6 * wide, 0.6)]
    p.fill(fin, p.b)
    p.fill(flipped(fin), p.b)
    hull = [(0, -1.0), (0.6 * wide, -0.65), (wide, -0.15), (0.95 * wide, 0.3), (0.6 * wide, 0.66)]
    p.fill(symmetric(smooth(hull, closed=False)), p.a)
    nose = smooth(hull, closed=False)[:8]
    p.fill(symmetric(nose), p.b)
    p.disc(0, -0.2, 0.15, p.metal)
    p.disc(0, -0.2, 0.1, p.tint(120, 180, 220, p.dark))
    p.line([(0, 0.25), (0, 0.75)], p.shade(p.b, -0.2), 0.06)


def sailboat(p: Pen) -> None:
    """Draw a boat with two sails."""
    top = p.any(-0.98, -0.85)
    p.line([(0, top), (0, 0.5)], p.wood, 0.06)
    p.fill([(0.06, top + 0.08), (p.any(0.65, 0.8), 0.36), (0.06, 0.36)], p.a)
    p.fill([(-0.06, top + 0.2), (-p.any(0.45, 0.6), 0.36), (-0.06, 0.36)], p.shade(p.a, 0.3))
    p.fill([(0.04, top), (0.3, top + 0.07), (0.04, top + 0.14)], p.c)
    p.fill(smooth([(-0.85, 0.45), (0.9, 0.45), (0.62, 0.8), (-0.6, 0.82)]), p.b)
    p.fill(box(-0.86, 0.42, 0.9, 0.52), p.shade(p.b, -0.25), edge=False)
    if p.chance():
        x = np.linspace(-1, 1, 50)
        wave = np.stack((x, 0.82 + 0.04 * np.sin(18 * x)), axis=1)
        p.fill(np.concatenate((wave, [(1, 1.0), (-1, 1.0)])), p.tint(70, 130, 180, p.c))


def tractor(p: Pen) -> None:
    """Draw a tractor with one large and one small wheel."""
    p.line([(0.45, -0.1), (0.45, -0.62)], p.dark, 0.07)
    p.fill(box(-0.1, -0.15, 0.86, 0.3, 0.06), p.a)
    for x in (0.55, 0.65, 0.75):
        p.line([(x, -0.05), (x, 0.2)], p.shade(p.a, -0.4), 0.04)
    roof = p.any(-0.85, -0.7)
    for x in (-0.68, -0.06):
        p.line([(x, roof), (x, 0.1)], p.dark, 0.06)
    p.fill(box(-0.66, roof, -0.08, 0.0), mix(p.light, (170, 200, 220), 0.5))
    p.fill(box(-0.78, roof - 0.08, 0.06, roof + 0.06, 0.04), p.b)
    p.fill(box(-0.72, -0.05, 0.0, 0.35), p.a)
    for x, radius in ((-0.45, p.any(0.46, 0.52)), (0.62, 0.28)):
        y = 0.84 - radius
        for angle in range(0, 360, 20):
            p.fill(turn(box(x + radius - 0.04, y - 0.05, x + radius + 0.05, y + 0.05), angle,
                        (x, y)), p.dark, edge=False)  # fmt: skip
        p.disc(x, y, radius, p.dark)
        p.disc(x, y, 0.55 * radius, p.c)
        p.disc(x, y, 0.16 * radius, p.dark)


def wheelbarrow(p: Pen) -> None:
    """Draw a wheelbarrow from the side."""
    p.line([(0.68, 0.6), (-0.98, p.any(-0.2, 0.0))], p.wood, 0.09, round_=True)
    p.line([(-0.3, 0.25), (-0.42, 0.82)], p.metal, 0.08, round_=True)
    p.line([(-0.5, 0.82), (-0.3, 0.82)], p.metal, 0.06)
    if p.chance():
        earth = smooth([(-0.55, -0.3), (-0.1, -0.68), (0.4, -0.62), (0.75, -0.3)])
        p.fill(earth, p.tint(110, 80, 55, p.b))
    p.fill([(-0.7, -0.35), (0.88, -0.35), (0.45, 0.35), (-0.35, 0.3)], p.a)
    p.line([(-0.74, -0.35), (0.92, -0.35)], p.shade(p.a, 0.35), 0.07)
    radius = p.any(0.24, 0.3)
    p.disc(0.68, 0.86 - radius, radius, p.dark)
    p.disc(0.68, 0.86 - radius, 0.5 * radius, p.metal)
    p.disc(0.68, 0.86 - radius, 0.06, BLACK)
