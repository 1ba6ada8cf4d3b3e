"""Matplotlib's list of fonts: taken along, so that not every kernel looks for them again."""

import os
import shutil
from pathlib import Path


def copy_font_list(home: Path) -> None:
    """Copy this user's newest list of fonts, if there is one, to a fresh home directory.

    Parameters
    ----------
    home : Path
        The home directory; matplotlib's folder is ``.config/matplotlib`` in it.
    """
    lists = sorted(_folder().glob("fontlist-*.json"), key=lambda path: path.stat().st_mtime)
    if lists:
        target = home / ".config" / "matplotlib"
        target.mkdir(parents=True)
        shutil.copyfile(lists[-1], target / lists[-1].name)


def _folder() -> Path:
    if chosen := os.environ.get("MPLCONFIGDIR"):
        return Path(chosen)
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "matplotlib"
