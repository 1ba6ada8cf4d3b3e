"""Do a training, always in the same way."""

import math
import os
import tempfile
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.grading.trainer.request import Request
from autograder.transport import describe
from autograder.transport.known import digest_of_weights

SEED: Final = 20_26
"""Seed of everything random in a training but what the network itself brings along."""

_LARGE: Final = 1 << 16  # numbers in an array whose update is worth compiling
_STEPS: Final = 32  # of a training that TensorFlow does before Python hears of them


def circumstances() -> dict[str, Any]:
    """Return what else decides what comes of a training: versions, threads, seed."""
    import keras
    import tensorflow as tf

    return {
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "numpy": np.__version__,
        "threads": os.environ.get("TF_NUM_INTRAOP_THREADS", ""),
        "seed": SEED,
        "compiled_updates": _LARGE,
    }


def train(request: Request) -> dict[str, Any]:
    """Train the network of a request.

    Returns
    -------
    dict
        ``weights``, all variables of the network in the order of its layers; ``optimizer``, its
        state; ``epoch`` and ``logs``, numbers and figures of the epochs; ``steps`` of an epoch;
        ``saved_epoch`` and ``saved``, when ModelCheckpoint last saved (-1 for never) and
        ``weights`` and ``optimizer`` then; ``digest``, SHA-256 of the weights.
    """
    import keras
    import tensorflow as tf

    keras.utils.set_random_seed(SEED)
    tf.config.experimental.enable_op_determinism()
    model = request.model
    with tempfile.TemporaryDirectory() as folder:
        record = _recorder(Path(folder, "saved.weights.h5"))
        callbacks = [_callback(one, record.path) for one in request.callbacks]
        _compile_updates(model.optimizer)
        # Keras would round a number of steps up to a multiple.
        if request.arguments["steps_per_epoch"] is request.arguments["validation_steps"] is None:
            model.steps_per_execution = _STEPS
        model.fit(**request.arguments, callbacks=[*callbacks, record], verbose=0)
    return {
        **_state(model),
        "epoch": record.epochs,
        "logs": record.logs,
        "steps": record.params["steps"],
        "saved_epoch": record.saved_epoch,
        "saved": record.saved,
        "digest": digest_of_weights(model),
    }


def _compile_updates(optimizer: Any) -> None:
    """Let an optimizer go over a large array once in a step, not once for each operation.

    Memory is what a step of Adam waits for: it takes longer than the rest of a step of a dense
    network. What is worked out is the same up to rounding.
    """
    import tensorflow as tf

    update = optimizer.update_step

    def update_step(gradient: Any, variable: Any, learning_rate: Any) -> None:
        if not isinstance(gradient, tf.Tensor) or math.prod(variable.shape) < _LARGE:
            update(gradient, variable, learning_rate)
            return

        @tf.function(jit_compile=True)  # type: ignore[untyped-decorator]
        def compiled(gradient: Any, learning_rate: Any) -> None:
            update(gradient, variable, learning_rate)

        compiled(gradient, tf.convert_to_tensor(learning_rate))

    optimizer.update_step = update_step


def _callback(described: dict[str, Any], path: Path) -> Any:
    import keras

    settings = {key: value for key, value in described.items() if key != "kind"}
    if described["kind"] == "ModelCheckpoint":
        settings |= {"filepath": str(path), "save_weights_only": True}
    return getattr(keras.callbacks, described["kind"])(**settings)


def _recorder(saved_to: Path) -> Any:
    import keras

    class Record(keras.callbacks.Callback):  # type: ignore[misc]
        """Notes the figures of every epoch, and the variables whenever ModelCheckpoint saved."""

        def __init__(self) -> None:
            super().__init__()
            self.path = saved_to
            self.epochs: list[int] = []
            self.logs: list[dict[str, float]] = []
            self.saved_epoch = -1
            self.saved: dict[str, list[np.ndarray]] = {}

        def on_epoch_end(self, epoch: int, logs: dict[str, Any] | None = None) -> None:
            self.epochs.append(int(epoch))
            self.logs.append({key: float(value) for key, value in (logs or {}).items()})
            if self.path.exists():
                self.path.unlink()
                self.saved_epoch = int(epoch)
                self.saved = _state(self.model)

    return Record()


def _state(model: Any) -> dict[str, list[np.ndarray]]:
    return {
        "weights": [describe.number(variable) for variable in describe.variables(model)],
        "optimizer": [describe.number(variable) for variable in model.optimizer.variables],
    }
