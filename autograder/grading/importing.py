"""Import large libraries in less time."""

import contextlib
import gc
import sys
from collections.abc import Iterator


@contextlib.contextmanager
def importing() -> Iterator[None]:
    """Look for no garbage meanwhile, nor ever again among what was imported.

    Libraries make hundreds of thousands of objects that stay. To go through all of them again and
    again takes a sixth of the time in which TensorFlow is imported.
    """
    before = len(sys.modules)
    gc.disable()
    try:
        yield
    finally:
        if len(sys.modules) > before:
            gc.freeze()
        gc.enable()
