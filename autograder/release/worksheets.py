"""Copy the exercises to a folder of one's own, without touching what is there already."""

import shutil
import sys
from pathlib import Path


def copy_new(release: Path, work: Path) -> list[Path]:
    """Copy the files of a release that a working folder lacks.

    Parameters
    ----------
    release : pathlib.Path
        The released assignments.
    work : pathlib.Path
        Where a student works; made when missing. Files in it are never overwritten.

    Returns
    -------
    list of pathlib.Path
        The files that were copied.

    Raises
    ------
    FileNotFoundError
        If there is no release.
    """
    if not release.is_dir():
        raise FileNotFoundError(f"there is no folder {release} with exercises")
    copied = []
    for path in sorted(release.rglob("*")):
        target = work / path.relative_to(release)
        if path.is_dir() or target.exists() or ".ipynb_checkpoints" in path.parts:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.part")
        shutil.copyfile(path, beside)
        beside.rename(target)
        copied.append(target)
    return copied


if __name__ == "__main__":
    source, destination = map(Path, sys.argv[1:])
    new = copy_new(source, destination)
    destination.mkdir(exist_ok=True)
    print(f"{len(new)} new files in {destination}/; what was there stays as it is")
