"""The secret seed of the hidden test images: made on the instructor's machine, never committed."""

import os
import secrets
from pathlib import Path

FOLDER = ".secret"
SEED_BITS = 128


def course_root(start: Path | None = None) -> Path:
    """Return the course directory.

    Parameters
    ----------
    start : pathlib.Path, optional
        Where to begin; the working directory if not given.

    Returns
    -------
    pathlib.Path
        ``EIGHT_FACES_COURSE`` if set, else the nearest folder at or above `start` that holds an
        ``nbgrader_config.py``.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    named = os.environ.get("EIGHT_FACES_COURSE")
    if named:
        return Path(named)
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "nbgrader_config.py").is_file():
            return folder
    raise FileNotFoundError(
        f"no course found at or above {here}: run this inside the folder with nbgrader_config.py, "
        "or set EIGHT_FACES_COURSE to it"
    )


def secret_seed(root: Path | None = None) -> int:
    """Return the course's secret seed, 0 to 2**128 - 1; make it the first time.

    Parameters
    ----------
    root : pathlib.Path, optional
        The course directory; found from the working directory if not given.

    Raises
    ------
    ValueError
        If the file does not hold a seed; it is not replaced, because grades depend on it.
    """
    path = (root or course_root()) / FOLDER / "seed"
    if not path.exists():
        write_seed(path.parents[1], secrets.randbits(SEED_BITS))
    text = path.read_text(encoding="ascii", errors="replace").strip()
    try:
        seed = int(text, 16)
    except ValueError:
        seed = -1
    if not 0 <= seed < 2**SEED_BITS:
        raise ValueError(
            f"{path} does not hold a secret seed (32 hexadecimal digits). Restore it from a "
            "backup; or delete it, and grade every submission again with a new one"
        )
    return seed


def write_seed(root: Path, seed: int) -> None:
    """Write a course's secret seed where there is none; one that is there stays.

    Parameters
    ----------
    root : pathlib.Path
        The course directory.
    seed : int
        0 to 2**128 - 1.
    """
    path = root / FOLDER / "seed"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = path.with_name(f"seed.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(f"{seed:032x}\n")
    try:
        os.link(beside, path)
    except FileExistsError:
        pass  # Another process was first; its seed is the one that counts.
    finally:
        beside.unlink()
