"""Drawings of things at home and to wear; see ``objects_pen`` for the coordinates."""

import numpy as np

from data_scripts.objects_pen import (
    BLACK,
    WHITE,
    Pen,
    band,
    box,
    ellipse,
    mix,
    shift,
    smooth,
    star,
    symmetric,
    turn,
)


def anchor(p: Pen) -> None:
    """Draw an anchor."""
    iron, reach = p.metal if p.chance() else p.a, p.any(0.58, 0.72)
    p.line(ellipse(0, -0.8, 0.15), iron, 0.1)
    p.rod([(0, -0.66), (0, 0.85)], iron, 0.14)
    p.rod([(-0.36, -0.42), (0.36, -0.42)], iron, 0.12)
    p.rod(ellipse(0, 0.2, reach, 0.68, 5, 175), iron, 0.14)
    for way in (-1, 1):
        barb = [(reach, -0.12), (reach + 0.24, 0.34), (reach - 0.26, 0.28)]
        p.fill(np.array(barb) * (way, 1), iron)


def bed(p: Pen) -> None:
    """Draw a bed with a pillow and a blanket, from the side."""
    high = p.any(0.55, 0.75)
    p.fill(box(-0.98, 0.1 - high, -0.84, 0.75, 0.05), p.wood)
    p.fill(box(0.84, -0.08, 0.98, 0.75, 0.05), p.wood)
    p.fill(box(-0.86, 0.3, 0.86, 0.52), p.wood)
    p.fill(box(-0.86, 0.08, 0.86, 0.34, 0.06), p.light)
    p.fill(box(-0.8, -0.16, -0.36, 0.1, 0.12), WHITE)
    start = p.any(-0.4, -0.2)
    p.fill(smooth([(start, -0.02), (0.2, -0.1), (0.82, -0.02), (0.87, 0.4), (start, 0.4)], steps=5),
           p.a)  # fmt: skip
    p.fill(box(start - 0.02, -0.04, start + 0.14, 0.4, 0.04), p.b)


def book(p: Pen) -> None:
    """Draw an open book with lines of text."""
    wide, lift = p.any(0.8, 0.95), p.any(0.08, 0.2)
    cover = [(0, -0.4), (wide + 0.05, -0.5), (wide + 0.05, 0.52), (0, 0.62)]
    for way in (-1, 1):
        p.fill(np.array(cover) * (way, 1), p.a)
        page = [(0, -0.42), (0.3, -0.5 - lift), (wide, -0.5), (wide, 0.42), (0.3, 0.42 - lift),
                (0, 0.52)]  # fmt: skip
        p.fill(np.array(page) * (way, 1), p.shade(p.light, 0.5))
        for number in range(5):
            y = -0.34 + 0.15 * number
            end = 0.85 * wide if number < 4 else 0.5 * wide
            p.line(np.array([(0.14, y - 0.03), (0.34, y - 0.09), (end, y - 0.02)]) * (way, 1),
                   p.dark, 0.03)  # fmt: skip
    p.line([(0, -0.42), (0, 0.55)], p.shade(p.a, -0.5), 0.04)


def boot(p: Pen) -> None:
    """Draw a boot from the side."""
    shaft = p.any(-0.95, -0.6)
    leather = p.tint(135, 85, 50, p.a)
    p.fill(smooth([(-0.45, shaft + 0.03), (0.12, shaft), (0.14, 0.0), (0.3, 0.28), (0.75, 0.42),
                   (0.88, 0.72), (-0.4, 0.74), (-0.42, 0.2)], steps=5), leather)  # fmt: skip
    p.fill(box(-0.48, shaft - 0.05, 0.18, shaft + 0.12, 0.06), p.b)
    p.fill([(-0.45, 0.7), (0.92, 0.7), (0.92, 0.82), (-0.05, 0.82), (-0.08, 0.95), (-0.45, 0.95)],
           p.dark)  # fmt: skip
    if p.chance(0.6):
        for y in np.linspace(shaft + 0.28, 0.2, 4):
            p.line([(-0.05, y), (0.16, y - 0.05)], p.light, 0.045)


def camera(p: Pen) -> None:
    """Draw a camera with a round lens."""
    high, lens = p.any(0.46, 0.56), p.any(0.34, 0.42)
    p.fill([(-0.3, -high), (-0.2, -high - 0.22), (0.2, -high - 0.22), (0.3, -high)], p.metal)
    p.fill(box(0.45, -high - 0.1, 0.7, -high + 0.05, 0.03), p.dark)
    p.fill(box(-0.9, -high, 0.9, high, 0.1), p.a)
    p.fill(box(-0.9, -high + 0.25, 0.9, high - 0.15), p.shade(p.dark, 0.05))
    p.disc(0, 0.06, lens, p.metal)
    p.disc(0, 0.06, 0.78 * lens, BLACK)
    p.disc(0, 0.06, 0.5 * lens, p.tint(70, 95, 140, p.b))
    p.disc(-0.1, -0.04, 0.08, WHITE, edge=False)
    p.fill(box(-0.78, -high + 0.06, -0.5, -high + 0.2, 0.02), p.light)


def candle(p: Pen) -> None:
    """Draw a burning candle in a holder."""
    half, top = p.any(0.13, 0.2), p.any(-0.5, -0.25)
    p.line(ellipse(0.52, 0.72, 0.2, 0.17), p.metal, 0.07)
    p.fill(ellipse(0, 0.8, 0.58, 0.16), p.metal)
    p.fill(ellipse(0, 0.75, 0.44, 0.09), p.shade(p.metal, -0.3))
    p.fill(box(-half, top, half, 0.78, 0.04), p.a)
    drip = [(-half, top), (half, top), (half, top + 0.3), (0.7 * half, top + 0.12),
            (0.2 * half, top + 0.22), (-0.3 * half, top + 0.1), (-half, top + 0.16)]  # fmt: skip
    p.fill(drip, p.shade(p.a, 0.35))
    p.line([(0, top), (0.02, top - 0.12)], BLACK, 0.035)
    flame = np.array([(0, -0.5), (0.12, -0.2), (0.09, -0.05), (-0.09, -0.05), (-0.12, -0.2)])
    p.fill(smooth(shift(flame, 0, top - 0.02)), (255, 175, 40))
    p.fill(smooth(shift(0.5 * flame, 0, top - 0.06)), (255, 240, 150), edge=False)


def chair(p: Pen) -> None:
    """Draw a chair seen from its side and a little from the front."""
    colour = p.wood if p.chance() else p.a
    back = p.any(-0.98, -0.75)
    for x, y in ((-0.42, 0.95), (0.14, 0.78)):
        p.fill(band([(x, back), (x, y)], 0.11), p.shade(colour, -0.15))
    for y in np.linspace(back + 0.12, -0.22, p.count(2, 4)):
        p.fill(band([(-0.42, y), (0.14, y - 0.06)], 0.13), colour)
    for x, y in ((-0.1, 1.0), (0.58, 0.86)):
        p.fill(band([(x, 0.15), (x, y)], 0.11), colour)
    p.fill([(-0.48, 0.02), (0.18, -0.06), (0.66, 0.12), (-0.06, 0.24)], p.b)
    p.fill([(-0.48, 0.02), (-0.06, 0.24), (-0.06, 0.34), (-0.48, 0.12)], p.shade(p.b, -0.35))
    p.fill([(-0.06, 0.24), (0.66, 0.12), (0.66, 0.22), (-0.06, 0.34)], p.shade(p.b, -0.2))


def clock(p: Pen) -> None:
    """Draw an alarm clock with two bells."""
    radius = p.any(0.58, 0.66)
    for way in (-1, 1):
        p.rod([(way * 0.3, 0.45), (way * 0.48, 0.95)], p.dark, 0.11)
        p.fill(turn(ellipse(0, -0.82, 0.27, 0.2, 180, 360), way * 36, (0, 0.05)), p.b)
    p.rod([(0, -0.6), (0, -0.85)], p.dark, 0.07)
    p.disc(0, 0.12, radius, p.a)
    p.disc(0, 0.12, 0.82 * radius, p.shade(p.light, 0.5))
    for number in range(12):
        angle = number * np.pi / 6
        out = radius * np.array((np.cos(angle), np.sin(angle)))
        inner = 0.6 if number % 3 == 0 else 0.68
        p.line(shift([inner * out, 0.75 * out], 0, 0.12), p.dark, 0.04)
    for long, wide in ((0.4, 0.07), (0.62, 0.045)):
        angle = p.any(0, 2 * np.pi)
        tip = long * radius * np.array((np.cos(angle), np.sin(angle))) + (0, 0.12)
        p.line([(0, 0.12), tip], BLACK, wide, round_=True)
    p.disc(0, 0.12, 0.05, p.b)


def crown(p: Pen) -> None:
    """Draw a crown with jewels."""
    gold, spikes = p.tint(240, 195, 60, p.a), p.count(3, 5)
    high = p.any(-0.72, -0.5)
    xs = np.linspace(-0.88, 0.88, spikes)
    half = (xs[1] - xs[0]) / 2
    points = [(-0.7, 0.6)]
    for number, x in enumerate(xs):
        points.append((x, high - 0.12 * (1 - abs(x))))
        if number < spikes - 1:
            points.append((0.86 * (x + half), 0.05))
    p.fill([*points, (0.7, 0.6)], gold)
    p.fill(box(-0.73, 0.38, 0.73, 0.64, 0.04), p.shade(gold, -0.15))
    for x in xs:
        p.disc(x, high - 0.12 * (1 - abs(x)), 0.09, p.b)
    for x in (-0.45, 0.0, 0.45):
        p.fill([(x, 0.4), (x + 0.1, 0.51), (x, 0.62), (x - 0.1, 0.51)], p.c)


def glasses(p: Pen) -> None:
    """Draw a pair of glasses."""
    wide, high = p.any(0.3, 0.38), p.any(0.24, 0.34)
    square, frame = p.chance(), p.dark if p.chance() else p.a
    for way in (-1, 1):
        x = way * 0.46
        shape = box(x - wide, -high, x + wide, high, 0.12) if square else ellipse(x, 0, wide, high)
        p.rod([(way * (0.44 + wide), -0.08), (way * 0.97, -0.2)], frame, 0.08)
        p.fill(shape, mix(p.light, p.a, 0.2), edge=False)
        p.line(np.concatenate((shape, shape[:2])), frame, 0.1)
        p.line([(x - 0.12, 0.08), (x + 0.08, -0.14)], WHITE, 0.05)
    p.line(smooth([(-0.17, -0.03), (0, -0.12), (0.17, -0.03)], closed=False), frame, 0.08)


def hourglass(p: Pen) -> None:
    """Draw an hourglass with running sand."""
    wide = p.any(0.42, 0.52)
    glass, sand = mix(p.light, (190, 220, 230), 0.5), p.tint(225, 190, 110, p.a)
    half = [(wide, -0.78), (wide, -0.5), (0.3, -0.18), (0.05, 0.0), (0.3, 0.18), (wide, 0.5),
            (wide, 0.78)]  # fmt: skip
    p.fill(symmetric(smooth(half, closed=False)), glass)
    level = p.any(0.3, 0.62)
    p.fill([(-0.95 * level * wide - 0.05, -0.62 * level), (0.95 * level * wide + 0.05,
            -0.62 * level), (0.04, -0.04), (-0.04, -0.04)], sand, edge=False)  # fmt: skip
    p.fill([(-0.9 * wide, 0.76), (0.9 * wide, 0.76), (0.5 * wide, 0.55), (0, 0.75 - 0.5 * level),
            (-0.5 * wide, 0.55)], sand, edge=False)  # fmt: skip
    p.line([(0, -0.05), (0, 0.6)], sand, 0.03)
    for y in (-1, 1):
        p.fill(box(-0.62, y * 0.86 - 0.09, 0.62, y * 0.86 + 0.09, 0.05), p.wood)
    for x in (-0.56, 0.56):
        p.rod([(x, -0.78), (x, 0.78)], p.wood, 0.06)


def key(p: Pen) -> None:
    """Draw a key with a round bow and a bit."""
    brass, radius = p.tint(215, 175, 80, p.a), p.any(0.26, 0.34)
    p.rod([(0, -0.4), (0, 0.95)], brass, 0.13)
    p.disc(0, -0.65, radius, brass)
    if p.chance(0.4):
        for x, y in ((-0.2, -0.55), (0.2, -0.55), (0, -0.85)):
            p.disc(x, y, 0.7 * radius, brass)
    p.cut(ellipse(0, -0.65, 0.55 * radius))
    teeth = p.count(2, 3)
    for number in range(teeth):
        y = 0.9 - 0.2 * number
        p.fill(box(0.0, y - 0.07, p.any(0.24, 0.42), y + 0.07), brass)
    p.fill(box(-0.12, -0.3, 0.12, -0.2), p.shade(brass, -0.2))


def kite(p: Pen) -> None:
    """Draw a kite with a tail of bows."""
    wide, middle = p.any(0.45, 0.6), p.any(-0.6, -0.4)
    tail = smooth([(0, 0.25), (0.18, 0.45), (-0.12, 0.65), (0.15, 0.82), (0.0, 1.0)], closed=False)
    p.line(tail, p.dark, 0.03)
    for place in (6, 13, 20):
        x, y = tail[place]
        p.fill([(x - 0.14, y - 0.08), (x + 0.14, y + 0.08), (x + 0.14, y - 0.08),
                (x - 0.14, y + 0.08)], p.c, edge=False)  # fmt: skip
    for way, colours in ((1, (p.a, p.b)), (-1, (p.b, p.a))):
        p.fill([(0, -1.0), (way * wide, middle), (0, middle)], colours[0])
        p.fill([(0, 0.28), (way * wide, middle), (0, middle)], colours[1])
    p.line([(0, -1.0), (0, 0.28)], p.dark, 0.03)
    p.line([(-wide, middle), (wide, middle)], p.dark, 0.03)


def lamp(p: Pen) -> None:
    """Draw a table lamp with a shade."""
    wide, narrow = p.any(0.58, 0.72), p.any(0.26, 0.38)
    low = p.any(-0.15, 0.05)
    p.fill(ellipse(0, 0.92, p.any(0.34, 0.46), 0.08), p.b)
    foot = [(0.05, low), (0.06, 0.2), (0.2, 0.45), (0.2, 0.65), (0.08, 0.8), (0.2, 0.92)]
    if p.chance():
        foot = [(0.05, low), (0.05, 0.5), (0.06, 0.85), (0.12, 0.92)]
    p.fill(symmetric(smooth(foot, closed=False)), p.b)
    p.fill([(-narrow, -0.95), (narrow, -0.95), (wide, low), (-wide, low)], p.a)
    p.line([(-wide, low), (wide, low)], p.shade(p.a, 0.5), 0.07)
    p.line([(-narrow, -0.95), (narrow, -0.95)], p.shade(p.a, 0.5), 0.05)
    p.line([(0.4 * wide, low), (0.4 * wide, low + 0.3)], p.dark, 0.025)
    p.disc(0.4 * wide, low + 0.33, 0.04, p.dark)


def light_bulb(p: Pen) -> None:
    """Draw a light bulb with its screw base."""
    wide = p.any(0.5, 0.6)
    glass = p.tint(250, 235, 150, p.a)
    side = [(0, -0.95), (0.75 * wide, -0.8), (wide, -0.38), (0.8 * wide, 0.05), (0.26, 0.42),
            (0.24, 0.52)]  # fmt: skip
    p.fill(symmetric(smooth(side, closed=False)), glass)
    wire = [(-0.1, 0.5), (-0.18, -0.2), (-0.06, -0.32), (0, -0.2), (0.06, -0.32), (0.18, -0.2),
            (0.1, 0.5)]  # fmt: skip
    p.line(wire, p.shade(glass, -0.65), 0.035)
    p.fill(ellipse(-0.55 * wide, -0.5, 0.07, 0.17, turned=20), WHITE, edge=False)
    p.fill([(-0.27, 0.48), (0.27, 0.48), (0.25, 0.82), (0.12, 0.97), (-0.12, 0.97), (-0.25, 0.82)],
           p.metal)  # fmt: skip
    for y in (0.56, 0.67, 0.78):
        p.line([(-0.29, y - 0.03), (0.29, y + 0.03)], p.shade(p.metal, -0.4), 0.04)


def padlock(p: Pen) -> None:
    """Draw a padlock, open or shut."""
    wide, high = p.any(0.5, 0.62), p.any(0.85, 0.98)
    lift = p.any(0.15, 0.25) if p.chance(0.3) else 0.0
    bow = ellipse(0, -0.42 - lift, 0.36, 0.42, 180, 360)
    p.line([(-0.36, 0.0), *bow, (0.36, 0.0 - 1.4 * lift)], p.metal, 0.16)
    p.fill(box(-wide, -0.12, wide, high, 0.12), p.tint(220, 175, 70, p.a))
    p.line([(-wide, 0.04), (wide, 0.04)], p.shade(p.a, -0.3), 0.04)
    p.disc(0, 0.34, 0.11, BLACK)
    p.fill([(-0.05, 0.36), (0.05, 0.36), (0.09, 0.64), (-0.09, 0.64)], BLACK, edge=False)


def scissors(p: Pen) -> None:
    """Draw open scissors."""
    spread = p.any(9, 22)
    for way in (1, -1):
        blade = np.array([(-0.07, 0.15), (0.07, 0.15), (0.05, -0.6), (-0.04, -1.0)])
        p.fill(turn(blade * (way, 1), way * spread, (0, 0.1)), p.shade(p.metal, 0.12 * way))
        ring = ellipse(-0.2 * way, 0.72, 0.2, 0.26, turned=12 * way)
        arm = np.array([(0.02 * way, 0.1), (-0.08 * way, 0.5)])
        p.line(turn(arm, way * spread * 0.8, (0, 0.1)), p.a, 0.12)
        p.line(turn(ring, way * spread * 0.8, (0, 0.1)), p.a, 0.12)
    p.disc(0, 0.08, 0.07, p.dark)


def shirt(p: Pen) -> None:
    """Draw a shirt with short sleeves."""
    wide, sleeve = p.any(0.46, 0.56), p.any(0.2, 0.45)
    side = [(0.2, -0.75), (0.5, -0.68), (0.98, -0.55 + sleeve), (0.78, -0.28 + sleeve),
            (wide, -0.2), (wide + 0.02, 0.85)]  # fmt: skip
    p.fill(symmetric(side), p.a)
    p.fill(ellipse(0, -0.76, 0.24, 0.17, 0, 180), p.shade(p.a, -0.5))
    kind = p.count(0, 2)
    if kind == 0:
        for y in (-0.1, 0.2, 0.5):
            p.fill(box(-wide + 0.01, y, wide - 0.01, y + 0.12), p.b, edge=False)
    elif kind == 1:
        p.fill(star(0, 0.05, 0.28, 0.12, 5), p.b)
    else:
        p.line([(0, -0.58), (0, 0.84)], p.shade(p.a, -0.4), 0.03)
        for y in (-0.4, -0.1, 0.2, 0.5):
            p.disc(0.06, y, 0.035, p.light, edge=False)


def telephone(p: Pen) -> None:
    """Draw a telephone with a dial and a receiver on top."""
    p.fill(smooth([(-0.45, -0.2), (0.45, -0.2), (0.62, 0.25), (0.82, 0.8), (-0.82, 0.8),
                   (-0.62, 0.25)], steps=4), p.a)  # fmt: skip
    for x in (-0.34, 0.34):
        p.fill(box(x - 0.09, -0.42, x + 0.09, -0.12), p.shade(p.a, -0.2))
    lift = p.any(0.0, 0.12)
    receiver = smooth([(-0.82, -0.38 - lift), (-0.55, -0.66 - lift), (0, -0.74 - lift),
                       (0.55, -0.66 - lift), (0.82, -0.38 - lift)], closed=False)  # fmt: skip
    p.fill(band(receiver, [0.3, 0.2, 0.18, 0.2, 0.3]), p.shade(p.a, -0.12))
    for way in (-1, 1):
        p.fill(ellipse(way * 0.8, -0.36 - lift, 0.2, 0.14, turned=way * 25), p.shade(p.a, -0.12))
    p.disc(0, 0.32, 0.35, p.light)
    for number in range(10):
        angle = np.radians(number * 30 + 20)
        p.disc(0.25 * np.cos(angle), 0.32 + 0.25 * np.sin(angle), 0.055, p.dark, edge=False)
    p.disc(0, 0.32, 0.12, p.b)


def television(p: Pen) -> None:
    """Draw a television with an aerial and knobs."""
    lean = p.any(0.2, 0.5)
    for way in (-1, 1):
        p.line([(0, -0.5), (way * lean, -0.98)], p.metal, 0.05, round_=True)
        p.disc(way * lean, -0.97, 0.05, p.dark)
        p.fill(band([(way * 0.5, 0.6), (way * 0.65, 0.92)], 0.1), p.dark)
    p.fill(box(-0.92, -0.52, 0.92, 0.68, 0.1), p.wood if p.chance() else p.a)
    p.fill(box(-0.8, -0.4, 0.48, 0.55, 0.16), p.dark)
    p.fill(box(-0.73, -0.33, 0.41, 0.48, 0.14), p.tint(150, 180, 190, p.c))
    p.line([(-0.6, 0.1), (-0.3, -0.22)], WHITE, 0.05)
    for y in (-0.25, 0.0):
        p.disc(0.7, y, 0.09, p.light)
    for y in (0.22, 0.32, 0.42):
        p.line([(0.58, y), (0.82, y)], p.dark, 0.035)


def tennis_racket(p: Pen) -> None:
    """Draw a tennis racket, sometimes with a ball."""
    wide, high = p.any(0.36, 0.44), p.any(0.48, 0.54)
    for share in np.linspace(-0.8, 0.8, 8):
        reach = np.sqrt(1 - share**2)
        p.line([(share * wide, -0.45 - reach * high), (share * wide, -0.45 + reach * high)],
               p.light, 0.02)  # fmt: skip
        p.line([(-reach * wide, -0.45 + share * high), (reach * wide, -0.45 + share * high)],
               p.light, 0.02)  # fmt: skip
    p.line(ellipse(0, -0.45, wide, high), p.a, 0.1)
    for way in (-1, 1):
        p.line([(way * 0.24, -0.03), (way * 0.03, 0.35)], p.a, 0.08, round_=True)
    p.fill(box(-0.08, 0.3, 0.08, 1.0, 0.05), p.b)
    if p.chance(0.4):
        p.disc(0.6, p.any(0.2, 0.7), 0.15, p.tint(205, 225, 70, p.c))


def umbrella(p: Pen) -> None:
    """Draw an open umbrella with a hooked handle."""
    top, hook = p.any(-0.92, -0.78), p.any(0.12, 0.18)
    p.rod([(0, top - 0.08), (0, 0.8)], p.dark, 0.06)
    p.line(ellipse(hook, 0.8, hook, hook, 180, 0), p.wood, 0.09, round_=True)
    ribs = p.count(4, 6)
    x = np.linspace(0.92, -0.92, 12 * ribs + 1)
    low = -0.02 - 0.1 * np.abs(np.sin(np.linspace(0, ribs * np.pi, len(x))))
    dome = ellipse(0, -0.02, 0.92, -0.02 - top, 180, 360)
    p.fill(np.concatenate((dome, np.stack((x, low), axis=1))), p.a)
    for number in range(1, ribs, 2):
        left, right = 0.92 - 1.84 * number / ribs, 0.92 - 1.84 * (number + 1) / ribs
        p.fill([(0, top), (left, -0.02), (0.5 * (left + right), -0.12), (right, -0.02)], p.b)
    p.rod([(0, top + 0.02), (0, top - 0.1)], p.dark, 0.05)


def windmill(p: Pen) -> None:
    """Draw a windmill with four sails."""
    p.fill([(-0.26, -0.3), (0.26, -0.3), (0.44, 1.0), (-0.44, 1.0)], p.a)
    p.fill(ellipse(0, -0.28, 0.32, 0.3, 180, 360), p.b)
    p.fill(np.concatenate((ellipse(0, 0.74, 0.13, 0.13, 180, 360), [(0.13, 1.0), (-0.13, 1.0)])),
           p.dark)  # fmt: skip
    p.fill(box(-0.08, 0.2, 0.08, 0.38), p.light)
    start = p.any(0, 90)
    for angle in range(0, 360, 90):
        hub = (0.0, -0.28)
        sail = turn(np.array([(0.18, -0.02), (0.74, -0.02), (0.74, 0.2), (0.18, 0.17)]) + hub,
                    start + angle, hub)  # fmt: skip
        p.fill(sail, p.light)
        p.line(turn(np.array([(0, 0), (0.76, 0)]) + hub, start + angle, hub), p.dark, 0.05)
        for share in (0.35, 0.5, 0.62):
            rung = np.array([(share, -0.02), (share, 0.18)]) + hub
            p.line(turn(rung, start + angle, hub), p.dark, 0.025)
    p.disc(0, -0.28, 0.07, p.dark)
