"""The narrow VGG16 as it is trained: batch norm before every ReLU, mixed precision."""

from collections.abc import Mapping
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from data_scripts.narrow_vgg import NARROW_WIDTHS, fold

MAP = 7  # side of the last feature map at 224 pixels
CONVOLUTIONS = tuple(name for name in NARROW_WIDTHS if "conv" in name)
NORM_SUFFIX = "_norm"


class FusedBatchNormalization(keras.layers.BatchNormalization):  # type: ignore[misc]
    """Batch norm through TensorFlow's fused kernel, which takes bfloat16 as it is.

    Keras' own layer goes by way of float32 and makes a training step twice as long on two cores.
    """

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise a batch of maps (n, h, w, c) or of vectors (n, c)."""
        shape = tf.shape(inputs)
        maps = inputs if len(inputs.shape) == 4 else inputs[:, None, None, :]
        gamma, beta = tf.cast(self.gamma.value, tf.float32), tf.cast(self.beta.value, tf.float32)
        fused = tf.compat.v1.nn.fused_batch_norm
        if training:
            out, mean, variance = fused(maps, gamma, beta, epsilon=self.epsilon, is_training=True)
            keep = self.momentum
            self.moving_mean.assign(self.moving_mean * keep + mean * (1 - keep))
            self.moving_variance.assign(self.moving_variance * keep + variance * (1 - keep))
        else:
            out, _, _ = fused(
                maps, gamma, beta, self.moving_mean.value, self.moving_variance.value,
                epsilon=self.epsilon, is_training=False,
            )  # fmt: skip
        return tf.reshape(out, shape)


def _block(x: Any, layer: keras.layers.Layer) -> Any:
    x = FusedBatchNormalization(momentum=0.9, name=layer.name + NORM_SUFFIX)(layer(x))
    return keras.layers.ReLU()(x)


def build_training_network(kinds: int, *, flat: bool, dropout: float) -> keras.Model:
    """Build the network in one of its two stages.

    Parameters
    ----------
    kinds : int
        Units of the last layer.
    flat : bool
        Whether fc1 sees the whole 7x7 map, as in VGG16 (pictures of 224 pixels), or its average
        over all places (pictures of any size: cheap ones to begin with).
    dropout : float
        Share of fc1's units which are left out in training.

    Returns
    -------
    keras.Model
        Input as ``narrow_vgg.preprocess`` makes it, output (kinds,) logits, float32.
    """
    side = 32 * MAP if flat else None
    inputs = x = keras.Input((side, side, 3))
    for name in CONVOLUTIONS:
        if name.endswith("conv1") and name != "block1_conv1":
            x = keras.layers.MaxPooling2D()(x)
        conv = keras.layers.Conv2D(
            NARROW_WIDTHS[name], 3, padding="same", use_bias=False, name=name,
            kernel_initializer="he_normal",
        )  # fmt: skip
        x = _block(x, conv)
    x = keras.layers.MaxPooling2D()(x)
    x = keras.layers.Flatten()(x) if flat else keras.layers.GlobalAveragePooling2D()(x)
    x = _block(x, keras.layers.Dense(NARROW_WIDTHS["fc1"], use_bias=False, name="fc1"))
    x = keras.layers.Dropout(dropout)(x)
    x = _block(x, keras.layers.Dense(NARROW_WIDTHS["fc2"], use_bias=False, name="fc2"))
    x = keras.layers.Dense(kinds, name="predictions", dtype="float32")(x)
    return keras.Model(inputs, x)


def begin_with(model: keras.Model, weights: Mapping[str, np.ndarray]) -> None:
    """Give the convolutions of a training network those of a folded one.

    Parameters
    ----------
    model : keras.Model
        As ``build_training_network`` makes it; changed.
    weights : mapping of str to numpy.ndarray
        As ``folded_weights`` returns them; dense layers are left out.
    """
    for name in CONVOLUTIONS:
        model.get_layer(name).set_weights([weights[f"{name}.kernel"]])
        norm = model.get_layer(name + NORM_SUFFIX)
        gamma, _, mean, variance = norm.get_weights()
        norm.set_weights([gamma, weights[f"{name}.bias"], mean, variance])


def spread_over_map(averaging: keras.Model, flat: keras.Model) -> None:
    """Move weights from the averaging stage to the flat one without changing the function.

    Averaging over 49 places and then applying fc1 is the same as applying a forty-ninth of fc1
    at every place and adding up.

    Parameters
    ----------
    averaging, flat : keras.Model
        The two stages, as ``build_training_network`` makes them; `flat` is changed.
    """
    for layer in flat.layers:
        if not layer.weights:
            continue
        values = averaging.get_layer(layer.name).get_weights()
        if layer.name == "fc1":
            values = [np.tile(values[0] / MAP**2, (MAP**2, 1))]
        layer.set_weights(values)


def folded_weights(flat: keras.Model) -> dict[str, np.ndarray]:
    """Read a trained network's weights with every batch norm folded into its layer.

    Where it tells fewer kinds apart than ``predictions`` has units, the units are repeated.

    Parameters
    ----------
    flat : keras.Model
        The second stage, trained; its last layer divides the 1,000 units of ``predictions``.

    Returns
    -------
    dict of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32, for the layers of ``NARROW_WIDTHS``.
    """
    weights: dict[str, np.ndarray] = {}
    for name in NARROW_WIDTHS:
        values = flat.get_layer(name).get_weights()
        if name != "predictions":
            norm = flat.get_layer(name + NORM_SUFFIX)
            parts = dict(
                zip(("gamma", "beta", "mean", "variance"), norm.get_weights(), strict=True)
            )
            values = fold(values[0], parts, norm.epsilon)
        times = NARROW_WIDTHS[name] // values[1].size
        if times > 1:
            values = [np.tile(values[0], times), np.tile(values[1], times)]
        weights[f"{name}.kernel"], weights[f"{name}.bias"] = values
    return weights
