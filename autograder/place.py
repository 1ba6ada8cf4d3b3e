"""Where a notebook runs: what is there, what is missing, and where pictures are kept.

The first cell of every notebook calls `prepare`. This module imports nothing but Python itself, so
that it can say what is missing on a bare machine, and it answers in a fraction of a second.
"""

import os
import re
import sys
import tempfile
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from shutil import disk_usage

ADDRESS = "EIGHT_FACES_ADDRESS"
"""The environment variable that holds where the course's package and weights are."""

CACHE = "EIGHT_FACES_CACHE"
"""The environment variable that holds the folder of rendered pictures and features."""

DRIVE = "EIGHT_FACES_DRIVE"
"""The environment variable that asks for a folder in the student's Google Drive (Colab only)."""

DATA = "EIGHT_FACES_DATA"
"""The environment variable that chooses the pictures."""

WEIGHTS = "EIGHT_FACES_WEIGHTS"
"""The environment variable that chooses the weights of VGG16 and VGG19."""

PACKAGE = "package"
"""Folder of the student tree that holds the wheel and the weights."""

INSTALL = "install.txt"
"""File in it that names the wheel to install."""

DISTRIBUTION = "eight-faces"
PYTHONS = ((3, 11), (3, 14))
"""The first Python that will do, and the first that is too new."""

TENSORFLOW = ("tensorflow", "tensorflow-cpu", "tensorflow-intel", "tensorflow-macos", "tf-nightly")
"""Distributions that bring TensorFlow."""

MODULES = {"ipython": "IPython", "pillow": "PIL"}
"""Modules that are called otherwise than their distributions."""

ROOM = 300_000_000
"""Bytes that pictures and features need, with some to spare."""

DRIVE_FOLDER = "/content/drive"
DEVICES = Path("/dev")


class PlaceError(RuntimeError):
    """The notebook can't run here; notebooks show the message without a traceback."""

    def _render_traceback_(self) -> list[str]:
        """Return the lines that IPython shows instead of a traceback."""
        return [f"Not ready: {self}"]


def prepare(address: str = "", *, weights: str = "", drive: bool | None = None) -> None:
    """Look at the place where the notebook runs, choose the data folder, and say what was found.

    Nothing is installed or downloaded.

    Parameters
    ----------
    address : str
        Where the course's package and weights are: the address of a web folder, a path, or ``..``
        for the folder above the notebook's. It is used only where an exercise needs the weights.
    weights : {"", "course", "imagenet"}
        Weights of VGG16 in this course; what ``EIGHT_FACES_WEIGHTS`` says wins.
    drive : bool, optional
        Whether to keep pictures in the student's Google Drive, in Colab. By default what
        ``EIGHT_FACES_DRIVE`` says.

    Raises
    ------
    PlaceError
        If Python is too old or too new, TensorFlow or another package is missing or too old, the
        disk is full, or Google Drive can't be reached.
    """
    address, weights = (_unless_empty_field(text) for text in (address, weights))
    _require_python()
    _require_packages()
    if weights:
        os.environ.setdefault(WEIGHTS, weights)
    if found := _nearest(address):
        os.environ[ADDRESS] = found
    folder = _data_folder(_wants_drive() if drive is None else drive)
    _require_room(folder)
    print(
        f"Ready: Python {_python()}, TensorFlow {_tensorflow()}, {'a' if _gpu() else 'no'} GPU. "
        f"{_source()} Data folder: {_short(folder)}"
    )


def _unless_empty_field(text: str) -> str:
    """Take a field that no release has filled in for nothing, as in a checkout of the course."""
    return "" if text.startswith("{{") else text


def in_colab() -> bool:
    """Tell whether the notebook runs in Google Colab."""
    return "google.colab" in sys.modules


def _python() -> str:
    return ".".join(map(str, sys.version_info[:3]))


def _require_python() -> None:
    first, too_new = PYTHONS
    if not first <= tuple(sys.version_info[:2]) < too_new:
        raise PlaceError(
            f"the course needs Python {first[0]}.{first[1]} to {too_new[0]}.{too_new[1] - 1}, but "
            f"this kernel runs Python {_python()}. Choose another kernel (menu Kernel, Change "
            "Kernel), or install the course for another Python."
        )


def _require_packages() -> None:
    """Look for what the course's package says it requires, without importing any of it."""
    if find_spec("tensorflow") is None or _version(*TENSORFLOW) is None:
        raise PlaceError(
            "TensorFlow is missing here; it runs the networks. Add a cell with "
            "`%pip install tensorflow`, run it, restart the kernel (menu Kernel) and begin again."
        )
    missing, old = [], []
    for name, least in _required().items():
        found = _version(*TENSORFLOW) if name in TENSORFLOW else _version(name)
        if found is None and find_spec(MODULES.get(name, name)) is None:
            missing.append(f'"{name}>={least}"')
        elif found is not None and _numbers(found) < _numbers(least):
            old.append(f"{name} is {found}, {least} or newer is needed")
    if missing or old:
        wanted = " ".join([*missing, *(f"--upgrade {line.split()[0]}" for line in old)])
        what = "; ".join([*(f"{name} is missing" for name in missing), *old])
        raise PlaceError(
            f"{what}. Add a cell with `%pip install {wanted}`, run it, restart the kernel (menu "
            "Kernel) and begin again."
        )


def _required() -> dict[str, str]:
    """Return the lowest versions that the course's package declares, TensorFlow included."""
    from importlib import metadata  # a tenth of the time that a notebook's imports take

    try:
        lines = metadata.requires(DISTRIBUTION) or []
    except metadata.PackageNotFoundError:  # on the path, not installed
        return {}
    required = {}
    for line in lines:
        match = re.match(r"([\w.-]+)\s*>=\s*([\d.]+)", line)
        if match and ("extra ==" not in line or match[1] in TENSORFLOW):
            required[match[1].lower()] = match[2]
    if found := [name for name in TENSORFLOW if name in required]:
        # One of them is enough, and they have the same number.
        required = {name: least for name, least in required.items() if name not in found[1:]}
    return required


def _version(*distributions: str) -> str | None:
    from importlib import metadata

    for name in distributions:
        try:
            return metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return None


def _numbers(version: str) -> tuple[int, ...]:
    """Return the leading numbers of a version; enough for `major.minor`."""
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _tensorflow() -> str:
    return _version(*TENSORFLOW) or "of unknown version"


def _gpu() -> bool:
    """Tell whether there is a GPU that TensorFlow may use, without importing it."""
    if _version("tensorflow-cpu") is not None:
        return False
    return any(DEVICES.glob("nvidia[0-9]*")) or (DEVICES / "dxg").exists()


def _source() -> str:
    data = os.environ.get(DATA) or "embedded"
    pictures = "drawn by the course" if data == "embedded" else f"{data} data"
    return f"Pictures: {pictures}; pretrained weights: {os.environ.get(WEIGHTS) or 'course'}."


def _nearest(address: str) -> str:
    """Prefer the package that lies beside the notebooks, as in a bundle, to one far away."""
    beside = Path("..").resolve()
    if (beside / PACKAGE / INSTALL).is_file():
        return str(beside)
    if not address or "://" in address:
        return address
    return str(Path(address).expanduser().resolve())


def _wants_drive() -> bool:
    return os.environ.get(DRIVE, "") not in ("", "0")


def _data_folder(drive: bool) -> Path:
    """Choose where pictures are kept, and leave it in the environment for all who need it."""
    from data_scripts.cache import default_cache_dir

    if drive and in_colab():
        folder = _mounted_drive() / "eight-faces"
    elif os.environ.get(CACHE):
        return Path(os.environ[CACHE])
    else:
        folder = default_cache_dir()
        if _can_write(folder) or _holds_pictures(folder):
            return folder
        folder = Path(tempfile.gettempdir()) / "eight-faces"
    os.environ[CACHE] = str(folder)
    return folder


def _mounted_drive() -> Path:
    try:
        import_module("google.colab.drive").mount(DRIVE_FOLDER)
    except Exception as error:  # whatever Colab raises when the student says no
        raise PlaceError(
            f"Google Drive could not be opened ({error}). Run this cell again and allow it, or "
            f"remove {DRIVE}: then the pictures are drawn again in each session."
        ) from None
    return Path(DRIVE_FOLDER) / "MyDrive"


def _existing(folder: Path) -> Path:
    """Return the folder, or the nearest one above it that exists."""
    return next(path for path in (folder, *folder.absolute().parents) if path.exists())


def _can_write(folder: Path) -> bool:
    return os.access(_existing(folder), os.W_OK)


def _holds_pictures(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("faces-*.arrays"))


def _require_room(folder: Path) -> None:
    if _holds_pictures(folder):
        return
    free = disk_usage(_existing(folder)).free
    if free < ROOM:
        raise PlaceError(
            f"the disk is nearly full. The pictures need {ROOM // 10**6} MB, and "
            f"{_short(folder)} has {free // 10**6} MB left. Delete what you no longer need, or "
            f"choose a folder on another disk: add a cell with `%env {CACHE}=FOLDER` above this "
            "one."
        )


def _short(folder: Path) -> str:
    try:
        return f"~/{folder.relative_to(Path.home()).as_posix()}"
    except (ValueError, RuntimeError):
        return str(folder)
