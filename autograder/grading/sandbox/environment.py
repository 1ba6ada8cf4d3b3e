"""The environment of a sandbox: made from an allow-list, never handed down."""

import contextlib
import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from autograder import settings
from autograder.grading.sandbox.binds import CACHE, package_folder

THREADS = "EIGHT_FACES_THREADS"
"""The environment variable that says how many threads a computation has in a sandbox.

Always the same, however many workers and cores there are: with another number a training ends with
other weights. One is best where many submissions are graded at a time.
"""

_THREADED = ("TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS", "OMP_NUM_THREADS")
_ALLOWED = (
    "TZ",
    "MPLBACKEND",
    settings.QUICK,
    "EIGHT_FACES_WEIGHTS",
    "EIGHT_FACES_COURSE",
)
_TENSORFLOW = (
    "TF_CUDNN_DETERMINISTIC",
    "TF_CUDNN_USE_AUTOTUNE",
    "TF_DETERMINISTIC_OPS",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_FORCE_GPU_ALLOW_GROWTH",
    "TF_GPU_ALLOCATOR",
    "TF_ONEDNN_USE_SYSTEM_ALLOCATOR",
    "TF_USE_LEGACY_KERAS",
    "TF_XLA_FLAGS",
)
"""By name: Terraform's variables, passwords among them, begin with TF_ as well."""

_LOGGING = ("TF_CPP_MIN_LOG_LEVEL", "TF_CPP_MAX_VLOG_LEVEL", "TF_CPP_VMODULE")
_NEEDED_ELSEWHERE = ("SYSTEMROOT", "EIGHT_FACES_CACHE")  # without bubblewrap; the first on Windows


def inside(
    wanted: Mapping[str, str], home: Path, temporary: Path, *, confined: bool
) -> dict[str, str]:
    """Return the environment of a sandbox.

    Parameters
    ----------
    wanted : mapping
        Variables that may go in; those that are not allowed are left out.
    home, temporary : Path
        Home directory and directory of temporary files, as they are called inside.
    confined : bool
        Whether bubblewrap shows these folders under names of their own.
    """
    names = (*_ALLOWED, *_TENSORFLOW, *_LOGGING, *(() if confined else _NEEDED_ELSEWHERE))
    found = {name: wanted[name] for name in names if name in wanted}
    found |= dict.fromkeys(_THREADED, wanted.get(THREADS, "1"))
    found["PATH"] = os.pathsep.join([str(Path(sys.prefix) / "bin"), "/usr/bin", "/bin"])
    found["HOME"] = str(home)
    found["TMPDIR"] = str(temporary)
    found["LANG"] = "C.UTF-8"
    found[settings.UNATTENDED] = "1"
    found["MPLCONFIGDIR"] = str(home / ".config" / "matplotlib")
    if confined:
        found["EIGHT_FACES_CACHE"] = str(CACHE)
    elif "EIGHT_FACES_CACHE" not in found:
        from data_scripts.cache import default_cache_dir

        found["EIGHT_FACES_CACHE"] = str(default_cache_dir())
    if paths := _import_paths():
        found["PYTHONPATH"] = os.pathsep.join(paths)
    return found


def decisive(variables: Mapping[str, str]) -> dict[str, str]:
    """Return the variables on which it depends what a program gives in a sandbox; no paths."""
    names = ("TZ", THREADS, settings.QUICK, "EIGHT_FACES_WEIGHTS", *_TENSORFLOW)
    return {name: variables[name] for name in names if name in variables}


@contextlib.contextmanager
def decided_by(variables: Mapping[str, str]) -> Iterator[None]:
    """Have those of the `decisive` variables in this process's environment, and no others."""
    before = decisive(os.environ)
    _replace(before, variables)
    try:
        yield
    finally:
        _replace(variables, before)


def _replace(variables: Mapping[str, str], others: Mapping[str, str]) -> None:
    for name in variables:
        os.environ.pop(name, None)
    os.environ.update(others)


def _import_paths() -> list[str]:
    """Return where our packages lie if Python does not look there by itself."""
    folders = {str(package_folder(name).parent) for name in ("autograder", "data_scripts")}
    prefix = Path(sys.prefix).resolve()
    installed = {path for path in sys.path if path and Path(path).resolve().is_relative_to(prefix)}
    return sorted(folders - installed)
