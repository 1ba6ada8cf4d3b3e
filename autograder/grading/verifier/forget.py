"""Bring the process back to what it was before a submission; what was imported stays."""

import gc
import os
import random
import sys
from typing import Any

SETTINGS = "EIGHT_FACES_"
"""Beginning of the names of the course's environment variables."""


class Collection:
    """Collects garbage, again and again.

    What was imported stays for good: looking through TensorFlow's 300,000 objects each time takes
    longer than most tests.
    """

    def __init__(self) -> None:
        self._modules = 0

    def __call__(self) -> None:
        """Collect what came since the last import."""
        gc.collect()
        if len(sys.modules) > self._modules:
            gc.freeze()
            self._modules = len(sys.modules)


class Start:
    """What the process was like when it started."""

    def __init__(self) -> None:
        self._settings = _settings()
        self._folder = os.getcwd()  # noqa: PTH109 - given to chdir as it is
        self._path = list(sys.path)
        self._collect = Collection()

    def restore(self) -> None:
        """Undo what cells did to the process and to the libraries that they imported."""
        # Variables that libraries set for themselves when they are imported stay.
        for name in _settings():
            del os.environ[name]
        os.environ.update(self._settings)
        os.chdir(self._folder)
        sys.path[:] = self._path
        random.seed()
        numpy, keras = sys.modules.get("numpy"), sys.modules.get("keras")
        if numpy is not None:
            numpy.random.seed()
        if keras is not None:
            _restore_keras(keras)
        self._collect()


def _settings() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name.startswith(SETTINGS)}


def _restore_keras(keras: Any) -> None:
    keras.utils.clear_session(free_memory=False)  # `restore` collects
    keras.config.set_floatx("float32")
    keras.config.set_image_data_format("channels_last")
    keras.config.set_dtype_policy("float32")
