"""VGG16 at a quarter of its width: the network itself, its weights on disk, its full-width form."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import load

from data_scripts.weights_file import PEOPLE, weights_content
from data_scripts.widening import dequantise, owners, widen_part

if TYPE_CHECKING:
    import keras

SIDE = 224
# Units of every layer of VGG16, and of ours; a 2x2 max pooling follows each block.
FULL_WIDTHS = {
    "block1_conv1": 64, "block1_conv2": 64,
    "block2_conv1": 128, "block2_conv2": 128,
    "block3_conv1": 256, "block3_conv2": 256, "block3_conv3": 256,
    "block4_conv1": 512, "block4_conv2": 512, "block4_conv3": 512,
    "block5_conv1": 512, "block5_conv2": 512, "block5_conv3": 512,
    "fc1": 4096, "fc2": 4096, "predictions": 1000,
}  # fmt: skip
NARROW_WIDTHS = {
    **{name: width // 4 for name, width in FULL_WIDTHS.items() if "conv" in name},
    "fc1": 1024, "fc2": 512, "predictions": 1000,
}  # fmt: skip


def preprocess(images: Any, size: int = SIDE) -> Any:
    """Resize pictures and apply VGG16's own preprocessing.

    Parameters
    ----------
    images : array or tensor
        RGB pictures, shape (n, height, width, 3), any dtype, range 0-255.
    size : int
        Side wanted, in pixels.

    Returns
    -------
    tensor
        float32, shape (n, size, size, 3): blue, green, red, each less ImageNet's mean of it,
        about -124 to 151.
    """
    import keras

    resized = keras.ops.image.resize(
        keras.ops.cast(images, "float32"), (size, size), interpolation="bilinear"
    )
    return keras.applications.vgg16.preprocess_input(resized)


def build_network(
    widths: Mapping[str, int], *, ends_at: str = "predictions", side: int = SIDE
) -> "keras.Model":
    """Build a VGG16 or VGG19 of any width, without batch norm, for inference.

    Parameters
    ----------
    widths : mapping of str to int
        Units of every layer, names and order as in ``FULL_WIDTHS``; dense layers may be left out.
    ends_at : str
        The dense layer whose values before its activation are the output.
    side : int
        Height and width of the input; the dense layers need 224.

    Returns
    -------
    keras.Model
        Input (side, side, 3); output (widths[ends_at],), before any activation. Without dense
        layers the last map after its pooling, (side // 32, side // 32, units).
    """
    import keras

    inputs = x = keras.Input((side, side, 3))
    flat = False
    for name, width in widths.items():
        if "conv" in name:
            if name.endswith("conv1") and name != "block1_conv1":
                x = keras.layers.MaxPooling2D()(x)
            x = keras.layers.Conv2D(width, 3, padding="same", activation="relu", name=name)(x)
            continue
        if not flat:
            x, flat = keras.layers.Flatten()(keras.layers.MaxPooling2D()(x)), True
        x = keras.layers.Dense(width, name=name)(x)
        if name == ends_at:
            break
        x = keras.layers.Activation("relu")(x)
    if not flat:
        x = keras.layers.MaxPooling2D()(x)
    return keras.Model(inputs, x, name="narrow_vgg")


def set_layer_weights(model: "keras.Model", weights: Mapping[str, np.ndarray]) -> None:
    """Give every layer of a model the kernel and bias stored under its name.

    Parameters
    ----------
    model : keras.Model
        Its layers with weights are called as in `weights`; other weights are left out.
    weights : mapping of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32.
    """
    for layer in model.layers:
        if layer.weights:
            layer.set_weights([weights[f"{layer.name}.kernel"], weights[f"{layer.name}.bias"]])


def fold(kernel: np.ndarray, norm: Mapping[str, np.ndarray], epsilon: float) -> tuple[Any, Any]:
    """Fold a batch norm into the layer without bias that it follows.

    Parameters
    ----------
    kernel : numpy.ndarray
        float, shape (..., units).
    norm : mapping of str to numpy.ndarray
        ``gamma``, ``beta``, ``mean`` and ``variance`` (moving averages), each of shape (units,).
    epsilon : float
        The batch norm's epsilon.

    Returns
    -------
    kernel, bias : numpy.ndarray
        float32, shapes (..., units) and (units,): layer and batch norm at test time in one.
    """
    factor = norm["gamma"] / np.sqrt(norm["variance"].astype(np.float64) + epsilon)
    bias = norm["beta"] - norm["mean"] * factor
    return (kernel * factor).astype(np.float32), bias.astype(np.float32)


def narrow_weights(subject: str = PEOPLE) -> dict[str, np.ndarray]:
    """Read the course weights of the narrow network.

    Parameters
    ----------
    subject : {"people", "things"}
        What they were trained on.

    Returns
    -------
    dict of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32, shapes as ``NARROW_WIDTHS`` says.

    Raises
    ------
    FileNotFoundError
        If the package was installed without them, and they can't be fetched.
    """
    stored = dequantise(load(weights_content(subject)))
    names = [f"{layer}.{part}" for layer in NARROW_WIDTHS for part in ("kernel", "bias")]
    return {name: stored[name] for name in names}


def part_of(widths: Mapping[str, int], include_top: bool) -> dict[str, int]:
    """Leave out the dense layers of a network's widths, or nothing."""
    return {name: width for name, width in widths.items() if include_top or "conv" in name}


def full_weights(*, include_top: bool = True, subject: str = PEOPLE) -> dict[str, np.ndarray]:
    """Widen the course weights to the genuine VGG16: same names; 553 MB, 59 MB without its top."""
    return widen_part(narrow_weights(subject), part_of(FULL_WIDTHS, include_top))


def narrow_feature_model() -> "keras.Model":
    """Build the narrow network with course weights, up to fc1 before its ReLU.

    Returns
    -------
    keras.Model
        Input (224, 224, 3) float32 as ``preprocess`` makes it; output (1024,) float32.
    """
    model = build_network(NARROW_WIDTHS, ends_at="fc1")
    set_layer_weights(model, narrow_weights())
    return model


def widen_features(features: np.ndarray) -> np.ndarray:
    """Repeat narrow features of fc1 or fc2 as the full network would compute them.

    Parameters
    ----------
    features : numpy.ndarray
        float32, shape (n, units); those of a full network come back as they are.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 4096).
    """
    return np.ascontiguousarray(features[:, owners(features.shape[1], FULL_WIDTHS["fc1"])])
