"""Networks that take no memory for their weights, where shapes are all that counts."""

import contextlib
from collections.abc import Iterator

import keras
from keras.src.backend.common import global_state


@contextlib.contextmanager
def weightless() -> Iterator[None]:
    """Build networks here: their weights get shapes and no values.

    Keras notes such weights and would give all of them memory at the end of the next scope of its
    own, such as that in which a Lambda layer finds its shape: of hundreds of networks, some of them
    VGG16, that were 22 GB.
    """
    try:
        with keras.StatelessScope(initialize_variables=False):
            yield
    finally:
        global_state.set_global_attribute("uninitialized_variables", [])
