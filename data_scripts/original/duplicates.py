"""Find pictures that are there already: the same one, or the same scaled or compressed anew."""

import hashlib
from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 16
NEAR = 14
"""So many of 256 bits may differ between copies of one picture."""


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
    bits : numpy.ndarray of bool, shape (256,)
        Whether each pixel, in grey and at 17 x 16, is darker than its right neighbour: the
        difference hash. (ImageHash has it too, and would bring SciPy and PyWavelets along.)
    """
    with Image.open(path, formats=("PNG",)) as picture:
        face = picture.convert("RGB")
    digest = hashlib.sha256(repr(face.size).encode() + face.tobytes()).hexdigest()
    small = face.convert("L").resize((SIDE + 1, SIDE), Image.Resampling.BOX)
    grey = np.asarray(small, np.int16)
    return digest, (grey[:, 1:] > grey[:, :-1]).ravel()


class Seen:
    """The pictures that were taken so far."""

    def __init__(self) -> None:
        self._digests: list[str] = []
        self._bits: list[np.ndarray] = []
        self._known: dict[Path, tuple[str, np.ndarray]] = {}

    def __len__(self) -> int:
        return len(self._bits)

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
        digest, bits = self._known[path]
        if digest in self._digests:
            return False
        if self._bits and (np.stack(self._bits) != bits).sum(axis=1).min() <= NEAR:
            return False
        self._digests.append(digest)
        self._bits.append(bits)
        return True

    def forget_after(self, count: int) -> None:
        """Go back to the first `count` pictures that were taken."""
        del self._digests[count:], self._bits[count:]
