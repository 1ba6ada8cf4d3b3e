"""Small networks, and messages that ask for their training."""

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from autograder.transport import fitting
from autograder.transport.encode import Encoder
from autograder.transport.limits import ReadLimits
from autograder.transport.write import write_message


@pytest.fixture(scope="session")
def data() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(90, 6)).astype("float32")
    return x, (x[:, 0] + x[:, 1] > 0).astype("int64")


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., Path]:
    """Write the request of a ``fit`` as a student's kernel does; returns its folder."""
    import keras

    signature = inspect.signature(keras.Model.fit)

    def write(model: Any, *arguments: Any, **keywords: Any) -> Path:
        given = signature.bind(model, *arguments, **keywords)
        given.apply_defaults()
        encoder = Encoder((), ReadLimits(), rich=True)
        values = fitting.describe_training(model, given.arguments)
        nodes = {name: encoder.encode(value) for name, value in values.items()}
        folder = tmp_path / f"request-{len(list(tmp_path.iterdir()))}"
        write_message(nodes, encoder.arrays, folder)
        return folder

    return write
