"""The head as a solid, its rotation and projection, and a pen that draws in head coordinates.

Head coordinates: x to the viewer's right, y down, z towards the viewer; the crown is at y = -1 and
the chin at y = 1.
"""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw

from data_scripts.faces_conditions import Conditions
from data_scripts.faces_identity import Identity

Colour = np.ndarray | tuple[float, float, float]

HEIGHTS = -np.cos(np.linspace(0, np.pi, 41))
_TURN = np.linspace(0, 2 * np.pi, 72, endpoint=False)
DIRECTIONS = np.stack((np.cos(_TURN), np.sin(_TURN)))
PIVOT = np.array((0.0, 0.25, -0.15))
PERSPECTIVE = 0.10


class Head:
    """A person's head: horizontal slices, each half an ellipse in front and half one behind.

    Attributes
    ----------
    width, front, back : numpy.ndarray
        Half width, depth in front and depth behind at each of ``HEIGHTS``; float, shape (41,).
    """

    def __init__(self, identity: Identity) -> None:
        wide = identity.head_width
        knots = (-1, -0.97, -0.88, -0.7, -0.45, -0.15, 0.2, 0.55, 0.8, 0.95, 1.0)
        cheek, jaw, chin = identity.cheek_width, identity.jaw_width, identity.chin_width
        middle = 0.5 * (cheek + jaw)
        low = 0.6 * jaw + 0.4 * chin
        shares = (
            0,
            0.30,
            0.56,
            0.82,
            0.97,
            1.0,
            cheek,
            0.92 * middle,
            0.88 * low,
            chin,
            0.5 * chin,
        )
        self.width = self._smooth(np.interp(HEIGHTS, knots, shares)) * wide
        depth = (0, 0.3, 0.5, 0.68, 0.80, 0.80, 0.80, 0.80, 0.76, 0.70, 0.55)
        forward = np.clip(HEIGHTS - 0.3, 0, None) * identity.chin_forward
        self.front = self._smooth(np.interp(HEIGHTS, knots, depth)) + forward
        behind = (0, 0.3, 0.55, 0.75, 0.85, 0.88, 0.75, 0.40, 0.0, -0.25, -0.35)
        self.back = self._smooth(np.interp(HEIGHTS, knots, behind))
        angles, heights = np.meshgrid(np.linspace(-np.pi, np.pi, 24, endpoint=False), HEIGHTS)
        self.mesh = self.around(angles.ravel(), heights.ravel())

    @staticmethod
    def _smooth(values: np.ndarray) -> np.ndarray:
        for _ in range(2):
            values = np.convolve(np.pad(values, 1, mode="edge"), (0.25, 0.5, 0.25), mode="valid")
        return values

    def around(self, angle: np.ndarray, height: np.ndarray, lift: float = 0.0) -> np.ndarray:
        """Points (n, 3) on the head at an angle about its axis (0 is in front) and a height."""
        cosine = np.cos(angle)
        depth = np.where(
            cosine > 0,
            np.interp(height, HEIGHTS, self.front),
            np.interp(height, HEIGHTS, self.back),
        )
        points = np.stack(
            (np.interp(height, HEIGHTS, self.width) * np.sin(angle), height, depth * cosine), axis=1
        )
        return points * (1.0 + lift)

    def on_face(self, x: np.ndarray, y: np.ndarray, lift: float | np.ndarray = 0.0) -> np.ndarray:
        """Points (n, 3) on the front of the head above the plane point (x, y)."""
        share = np.clip(x / np.maximum(np.interp(y, HEIGHTS, self.width), 1e-3), -0.995, 0.995)
        z = np.interp(y, HEIGHTS, self.front) * np.sqrt(1 - share**2) + lift
        return np.stack((np.broadcast_to(x, z.shape), np.broadcast_to(y, z.shape), z), axis=1)


@lru_cache(maxsize=64)
def head_of(identity: Identity) -> Head:
    """Build the head of a person; kept, because every picture of that person needs it."""
    return Head(identity)


def rotation(yaw: float, pitch: float, roll: float) -> np.ndarray:
    """Rotation matrix, float, shape (3, 3): yaw first, then pitch, then roll."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    about_y = np.array(((cy, 0, sy), (0, 1, 0), (-sy, 0, cy)))
    about_x = np.array(((1, 0, 0), (0, cp, -sp), (0, sp, cp)))
    about_z = np.array(((cr, -sr, 0), (sr, cr, 0), (0, 0, 1)))
    turn: np.ndarray = about_z @ about_x @ about_y
    return turn


def mix(first: np.ndarray, second: Colour, share: float) -> np.ndarray:
    """Colour between two colours: ``share`` 0 gives the first, 1 the second."""
    return np.asarray(first) * (1 - share) + np.asarray(second) * share


def ink(colour: Colour) -> tuple[int, int, int]:
    """Return a colour as Pillow wants it."""
    red, green, blue = np.clip(np.rint(colour), 0, 255).astype(int).tolist()
    return red, green, blue


class Pen:
    """Draws points given in head coordinates onto a square picture.

    Parameters
    ----------
    side : int
        Side of the picture in pixels.
    conditions : Conditions
        Pose, size and place of the head.
    """

    def __init__(self, side: int, conditions: Conditions) -> None:
        self.picture = Image.new("RGB", (side, side))
        self.mask = Image.new("L", (side, side))
        self.draw = ImageDraw.Draw(self.picture)
        self.draw_mask = ImageDraw.Draw(self.mask)
        self.side = side
        self.scale = conditions.size * side
        self.centre = np.array(conditions.centre) * side
        self.turn = rotation(conditions.yaw, conditions.pitch, conditions.roll)

    def rotate(self, points: np.ndarray) -> np.ndarray:
        """Turn points (n, 3) with the head."""
        turned: np.ndarray = (points - PIVOT) @ self.turn.T + PIVOT
        return turned

    def project(self, points: np.ndarray) -> np.ndarray:
        """Pixel places (n, 2) of points (n, 3) of the head."""
        turned = self.rotate(points)
        places: np.ndarray = self.centre + turned[:, :2] * (
            self.scale / (1 - PERSPECTIVE * turned[:, 2:])
        )
        return places

    def facing(self, points: np.ndarray) -> float:
        """Mean depth of the points after turning: above 0 means on the viewer's side."""
        return float(self.rotate(points)[:, 2].mean())

    def polygon(self, points: np.ndarray, colour: Colour) -> None:
        """Fill the polygon through points (n, 3)."""
        self.draw.polygon(self.project(points).ravel().tolist(), fill=ink(colour))

    def line(self, points: np.ndarray, colour: Colour, width: float) -> None:
        """Draw a line through points (n, 3); ``width`` is in head units."""
        pixels = max(1, round(width * self.scale))
        places = self.project(points)
        self.draw.line(places.ravel().tolist(), fill=ink(colour), width=pixels, joint="curve")
        if pixels > 2:
            for place in places[[0, -1]]:
                self.disc(place, pixels / 2 - 0.5, colour)

    def disc(self, place: np.ndarray | tuple[float, float], radius: float, colour: Colour) -> None:
        """Fill a circle given in pixels."""
        x, y = float(place[0]), float(place[1])
        self.draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=ink(colour))

    def hull(self, points: np.ndarray, colour: Colour) -> np.ndarray:
        """Fill the convex outline of points (n, 3), mark it as person, return its 72 pixels."""
        places = self.project(points)
        outline: np.ndarray = places[(places @ DIRECTIONS).argmax(axis=0)]
        flat = outline.ravel().tolist()
        self.draw.polygon(flat, fill=ink(colour))
        self.draw_mask.polygon(flat, fill=255)
        return outline
