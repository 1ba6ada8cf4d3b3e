"""VGG19 out of the course's weights of VGG16: three more convolutions, which change nothing.

VGG19 has one convolution more in each of the blocks 3, 4 and 5. What reaches it has been through a
ReLU and is not negative, so a kernel with a 1 in its middle, no bias and another ReLU pass it on as
it is. The three are added to the narrow network and widened with the rest, so that what a unit of
them sends or gets is shared out unequally among the copies, as everywhere else.
"""

from collections.abc import Mapping

import numpy as np

from data_scripts import narrow_vgg
from data_scripts.widening import owners, widen_part

ADDED = {f"block{block}_conv4": f"block{block}_conv3" for block in (3, 4, 5)}
"""The layers that VGG16 has not, by name, and the layer that each of them follows."""


def _with_added(widths: Mapping[str, int]) -> dict[str, int]:
    followed = {before: name for name, before in ADDED.items()}
    result = {}
    for name, width in widths.items():
        result[name] = width
        if name in followed:
            result[followed[name]] = width
    return result


FULL_WIDTHS = _with_added(narrow_vgg.FULL_WIDTHS)
NARROW_WIDTHS = _with_added(narrow_vgg.NARROW_WIDTHS)


def narrow_weights() -> dict[str, np.ndarray]:
    """Read the course weights, with the three layers added.

    Returns
    -------
    dict of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32, in the order of ``NARROW_WIDTHS``.

    Raises
    ------
    FileNotFoundError
        As ``data_scripts.narrow_vgg.narrow_weights``.
    """
    weights = narrow_vgg.narrow_weights()
    for name in ADDED:
        units = NARROW_WIDTHS[name]
        kernel = np.zeros((3, 3, units, units), np.float32)
        kernel[1, 1] = np.eye(units)
        weights |= {f"{name}.kernel": kernel, f"{name}.bias": np.zeros(units, np.float32)}
    return {f"{name}.{part}": weights[f"{name}.{part}"] for name in NARROW_WIDTHS
            for part in ("kernel", "bias")}  # fmt: skip


def full_weights(*, include_top: bool = True) -> dict[str, np.ndarray]:
    """Widen them to the genuine VGG19: same names; 575 MB, or 80 MB without its top."""
    return widen_part(narrow_weights(), narrow_vgg.part_of(FULL_WIDTHS, include_top))


def base_features(images: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
    """Compute what VGG19 without its top makes of pictures, by way of the narrow network.

    Parameters
    ----------
    images : numpy.ndarray
        RGB, shape (n, side, side, 3), n at least 1, side a multiple of 32, uint8 or float, 0-255.
    batch_size : int
        Pictures a step.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, side // 32, side // 32, 512), not negative: as the full network with the
        course's weights gives it after ``preprocess_input``, within rounding.
    """
    import keras

    prepared = keras.applications.vgg19.preprocess_input(images.astype(np.float32))
    return features_of_prepared(prepared, batch_size=batch_size)


def features_of_prepared(pictures: np.ndarray, *, batch_size: int = 32) -> np.ndarray:
    """Compute the same as `base_features` of pictures that went through ``preprocess_input``."""
    widths = narrow_vgg.part_of(NARROW_WIDTHS, include_top=False)
    model = narrow_vgg.build_network(widths, side=pictures.shape[1])
    narrow_vgg.set_layer_weights(model, narrow_weights())
    computed = [
        np.asarray(model.predict_on_batch(pictures[first : first + batch_size]))
        for first in range(0, len(pictures), batch_size)
    ]
    last = list(widths)[-1]
    return np.concatenate(computed)[..., owners(widths[last], FULL_WIDTHS[last])]
