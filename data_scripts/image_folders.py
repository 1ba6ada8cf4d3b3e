"""Write pictures into folders, a folder a class."""

import os
import shutil
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from PIL import Image


def write_folders(path: str | Path, pictures: Iterable[tuple[str, np.ndarray]]) -> Path:
    """Write pictures as PNG files, all of them or none.

    Parameters
    ----------
    path : str or pathlib.Path
        The folder to make; it must not be there yet, or be empty.
    pictures : iterable of (str, numpy.ndarray)
        Each picture's place below it, such as ``cup/image_0001.png``, and its pixels, uint8,
        shape (height, width, 3).

    Returns
    -------
    pathlib.Path
        The folder.

    Raises
    ------
    FileExistsError
        When the folder holds something already.
    """
    target = Path(path)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise FileExistsError(
            f"{target} is there already and is left as it is. Name a folder that does not exist."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.{os.getpid()}.part")
    try:
        for place, pixels in pictures:
            file = beside / place
            file.parent.mkdir(parents=True, exist_ok=True)
            # The lowest compression: noise hardly gets smaller, and it is three times as fast.
            Image.fromarray(pixels).save(file, format="PNG", compress_level=1)
        if target.exists():
            target.rmdir()
        beside.replace(target)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return target
