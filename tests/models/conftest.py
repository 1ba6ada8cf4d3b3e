"""Building models from code, as a notebook cell does."""

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture
def run_code() -> Callable[[str], Any]:
    """Run the code of a cell and return what it calls ``model``."""
    import keras

    def run(code: str) -> Any:
        names: dict[str, Any] = {"keras": keras, "layers": keras.layers}
        exec(code, names)
        return names["model"]

    return run
