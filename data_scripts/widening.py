"""Turn the weights of a narrow network into those of a wide one that computes the same.

Net2Net: every unit of the narrow network is copied several times. A copy has the incoming weights
of its original; the outgoing weight of the original is shared out among the copies, so that the
next layer gets the same sum. The shares are unequal and go round from one receiving unit to the
next: equal copies would get equal gradients for ever, and under Adam proportional ones would too.
"""

from collections.abc import Iterator, Mapping

import numpy as np

Weights = Mapping[str, np.ndarray]


def owners(narrow: int, wide: int) -> np.ndarray:
    """Tell which narrow unit each wide unit is a copy of.

    Parameters
    ----------
    narrow, wide : int
        Numbers of units, ``1 <= narrow <= wide``.

    Returns
    -------
    numpy.ndarray
        int64, shape (wide,), range 0 to narrow - 1: 0, 1, ..., narrow - 1, 0, 1, ...

    Raises
    ------
    ValueError
        If the wide layer would have fewer units than the narrow one.
    """
    if not 1 <= narrow <= wide:
        raise ValueError(f"cannot widen {narrow} units to {wide}: expected 1 <= narrow <= wide")
    return np.arange(wide) % narrow


def shares(senders: np.ndarray, receivers: np.ndarray) -> np.ndarray:
    """Share out the outgoing weights of every narrow unit among its copies.

    The k copies get the odd numbers 1, 3, 5, ..., 2k - 1 out of k squared, which add up to one,
    exactly so in binary where k is a power of two. Which copy gets which of them moves on from
    receiver to receiver, and differs between the copies of one receiver.

    Parameters
    ----------
    senders, receivers : numpy.ndarray
        What ``owners`` says of the two layers, shapes (wide_in,) and (wide_out,).

    Returns
    -------
    numpy.ndarray
        float32, shape (wide_in, wide_out), in (0, 1]: over the copies of one sender each column
        adds up to one.
    """
    narrow = int(senders.max()) + 1
    copies = np.bincount(senders, minlength=narrow)[senders]
    turn = np.arange(len(senders)) // narrow
    shift = receivers + np.arange(len(receivers)) // (int(receivers.max()) + 1)
    place = (turn[:, None] + shift[None, :]) % copies[:, None]
    part: np.ndarray = (2 * place + 1) / (copies**2)[:, None]
    return part.astype(np.float32)


def widen_kernel(kernel: np.ndarray, wide_in: int | None, wide_out: int | None) -> np.ndarray:
    """Widen the kernel of one layer.

    Parameters
    ----------
    kernel : numpy.ndarray
        float32, shape (..., narrow_in, narrow_out). A dense layer on a flattened map of h x w
        places is given as (h * w, narrow_in, narrow_out).
    wide_in, wide_out : int or None
        Units wanted on both sides; None leaves a side as it is.

    Returns
    -------
    numpy.ndarray
        float32, shape (..., wide_in, wide_out).
    """
    narrow_in, narrow_out = kernel.shape[-2:]
    senders = owners(narrow_in, wide_in or narrow_in)
    receivers = owners(narrow_out, wide_out or narrow_out)
    part = shares(senders, receivers)
    wide = np.empty((*kernel.shape[:-2], len(senders), len(receivers)), np.float32)
    for rows, sent in _rounds(narrow_in, len(senders)):
        for columns, received in _rounds(narrow_out, len(receivers)):
            original = kernel[..., sent, received]
            np.multiply(original, part[rows, columns], out=wide[..., rows, columns])
    return wide


def _rounds(narrow: int, wide: int) -> Iterator[tuple[slice, slice]]:
    """Yield the copies that lie side by side, with their originals: `owners`, without an array."""
    for start in range(0, wide, narrow):
        end = min(start + narrow, wide)
        yield slice(start, end), slice(0, end - start)


def widen(narrow: Weights, widths: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Widen a chain of convolutional and dense layers, keeping what it computes.

    Parameters
    ----------
    narrow : mapping of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32, in the order of the layers. Between two
        layers there may be anything that treats units alike: ReLU, pooling, flattening.
    widths : mapping of str to int
        Units of every layer after widening, in the same order; the last layer must keep its own.

    Returns
    -------
    dict of str to numpy.ndarray
        The same names with the kernels and biases of the wide network, float32.

    Raises
    ------
    ValueError
        If a layer would become narrower, or the last one wider.
    """
    last = list(widths)[-1]
    if widths[last] != narrow[f"{last}.bias"].size:
        raise ValueError(
            f"the output layer {last} has {narrow[f'{last}.bias'].size} units and must keep them, "
            f"got {widths[last]}: copies of an output would change what the network says"
        )
    return widen_part(narrow, widths)


def widen_part(narrow: Weights, widths: Mapping[str, int]) -> dict[str, np.ndarray]:
    """Widen the first layers of a chain, as ``widen`` does with all; the last has copies too.

    Parameters
    ----------
    narrow, widths
        As in ``widen``.

    Returns
    -------
    dict of str to numpy.ndarray
        As ``widen``.
    """
    wide: dict[str, np.ndarray] = {}
    for before, name in zip([None, *widths], widths, strict=False):
        kernel, bias = widen_layer(narrow, widths, name, before)
        wide |= {f"{name}.kernel": kernel, f"{name}.bias": bias}
    return wide


def widen_layer(
    narrow: Weights, widths: Mapping[str, int], name: str, before: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """Widen one layer of a chain, as ``widen`` does with all.

    Parameters
    ----------
    narrow, widths
        As in ``widen``; nothing is asked of layers other than these two.
    name : str
        The layer.
    before : str or None
        The layer with weights before it; None for the first one, whose inputs stay as they are.

    Returns
    -------
    kernel, bias : numpy.ndarray
        float32.
    """
    kernel, bias = narrow[f"{name}.kernel"], narrow[f"{name}.bias"]
    units_in = narrow[f"{before}.bias"].size if before else None
    shape = kernel.shape
    if units_in and kernel.ndim == 2:  # dense; on a flattened map if there are more inputs
        kernel = kernel.reshape(-1, units_in, bias.size)
    kernel = widen_kernel(kernel, widths[before] if before else None, widths[name])
    if len(shape) == 2:
        kernel = kernel.reshape(-1, widths[name])
    return kernel, bias[owners(bias.size, widths[name])].astype(np.float32)


def quantise(weights: Weights) -> dict[str, np.ndarray]:
    """Round kernels to int8, with one scale an output channel.

    Parameters
    ----------
    weights : mapping of str to numpy.ndarray
        ``<layer>.kernel`` (..., units) and ``<layer>.bias`` (units,), floating point, finite.

    Returns
    -------
    dict of str to numpy.ndarray
        ``<layer>.kernel`` int8 in -127 to 127, ``<layer>.scale`` float32 (units,), positive, and
        ``<layer>.bias`` float32. No weight is off by more than half its channel's scale.
    """
    small: dict[str, np.ndarray] = {}
    for name, array in weights.items():
        if not name.endswith(".kernel"):
            small[name] = np.asarray(array, np.float32)
            continue
        largest = np.abs(array).reshape(-1, array.shape[-1]).max(axis=0)
        scale = np.where(largest > 0, largest / 127, 1.0).astype(np.float32)
        small[name] = np.clip(np.rint(array / scale), -127, 127).astype(np.int8)
        small[name.replace(".kernel", ".scale")] = scale
    return small


def dequantise(small: Weights) -> dict[str, np.ndarray]:
    """Undo ``quantise``, but for the rounding.

    Parameters
    ----------
    small : mapping of str to numpy.ndarray
        What ``quantise`` returned.

    Returns
    -------
    dict of str to numpy.ndarray
        ``<layer>.kernel`` and ``<layer>.bias``, float32.
    """
    weights: dict[str, np.ndarray] = {}
    for name, array in small.items():
        if name.endswith(".kernel"):
            array = array.astype(np.float32) * small[name.replace(".kernel", ".scale")]
        if not name.endswith(".scale"):
            weights[name] = np.asarray(array, np.float32)
    return weights
