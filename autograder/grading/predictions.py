"""The grading process's side of `autograder.grading.verifier.predictions`: what is kept, on disk.

Names come from the verifier; messages are copied without a look inside, and read by it alone.
"""

import contextlib
import shutil
from pathlib import Path
from typing import Final

from autograder.grading.store import Store
from autograder.grading.verifier.copying import CopyError, copy_message

LARGEST: Final = 16_000_000
"""Bytes of the predictions of one model on one set of inputs; more is worked out each time."""

_MESSAGE: Final = "message"


class KeptPredictions:
    """Predictions by name.

    Parameters
    ----------
    store : Store
    """

    def __init__(self, store: Store) -> None:
        self._store = store

    def recall(self, name: str, target: Path) -> bool:
        """Copy what is kept under a name to a path that does not exist; False if nothing is."""
        found = self._store.get(name)
        if found is None:
            return False
        shutil.copytree(found / _MESSAGE, target)
        return True

    def keep(self, name: str, message: Path) -> None:
        """Keep a message of the verifier's; one that is too large or none is left."""

        def fill(folder: Path) -> None:
            copy_message(message, folder / _MESSAGE, LARGEST)

        with contextlib.suppress(CopyError, OSError):
            self._store.put(name, fill)
