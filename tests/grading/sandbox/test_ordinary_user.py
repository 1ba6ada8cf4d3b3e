"""The tests of this folder again, as a user without rights."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

NOBODY = 65534
HERE = Path(__file__).parent

# A Python below a home directory that only root may enter is shown to the other user as well.
SHOW_PYTHON = (
    'set -e; mount --bind "$1" "$2"; mount -t tmpfs -o mode=755 none "$3"; mkdir -p "$1"; '
    'mount --move "$2" "$1"; shift 3; exec "$@"'
)


SOME = (
    "test_confinement or fork or unreadable or (kernel_starts and True) or is_interrupted "
    "or (end_with_the_program and double) or whatever_is_in_it "
    "or (test_warm and not test_warm_kernel and not bomb)"
)


@pytest.mark.usefixtures("real_sandbox")
@pytest.mark.parametrize(
    "chosen",
    [
        pytest.param(SOME, marks=pytest.mark.slow, id="some"),
        pytest.param("test", marks=pytest.mark.full, id="all"),
    ],
)
def test_works_for_an_ordinary_user(chosen, repository):
    if not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("this run is one of an ordinary user already")
    if not shutil.which("setpriv") or not shutil.which("unshare"):
        pytest.skip("setpriv and unshare are needed to become another user")
    with tempfile.TemporaryDirectory(prefix="ef-user-") as folder:
        os.chown(folder, NOBODY, NOBODY)
        place = Path(folder, "python")
        place.mkdir()
        command = [
            *_with_python(place),
            *("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--"),
            *("env", f"HOME={folder}", f"MPLCONFIGDIR={folder}/matplotlib"),
            *(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"),
            *("--basetemp", f"{folder}/pytest", "--ignore", __file__),
            *("-k", chosen, str(HERE)),
        ]
        done = subprocess.run(command, cwd=repository, capture_output=True, text=True)
        if "mount:" in done.stderr:
            pytest.skip(f"this machine lets even root not mount: {done.stderr.strip()}")
    said = done.stdout + done.stderr
    assert done.returncode == 0, said
    assert " passed" in said
    assert "bubblewrap" not in said, said


def _with_python(place):
    """Return what must come before a command so that this Python can be read by everybody."""
    prefix = Path(sys.base_prefix).resolve()
    closed = [folder for folder in prefix.parents if not folder.stat().st_mode & 0o001]
    if not closed:
        return []
    return [
        *("unshare", "--mount", "--", "/bin/sh", "-c", SHOW_PYTHON, "sh"),
        *(str(prefix), str(place), str(closed[-1])),
    ]
