"""Arrays that need not travel, since the reader has them already."""

import functools
import hashlib
import json
import os
import weakref
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from autograder.transport.arrays import digest_of, plain_array, raw_bytes
from autograder.transport.limits import RefusedError

_DEEPEST: Final = 6

_digests: dict[int, tuple["weakref.ref[np.ndarray]", str]] = {}


def arrays_in(values: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Find the arrays in values such as those of setup cells.

    Parameters
    ----------
    values : mapping of str to object
        Arrays, and tuples, lists and dicts that hold some.

    Returns
    -------
    dict of str to numpy.ndarray
        By the SHA-256 of their bytes, the same objects.
    """
    found: dict[str, np.ndarray] = {}
    for value in values.values():
        _collect(value, found, 0)
    return found


def _collect(value: Any, found: dict[str, np.ndarray], depth: int) -> None:
    if type(value) is np.ndarray:
        try:
            found[digest(value)] = value
        except RefusedError:
            return
    elif depth < _DEEPEST and isinstance(value, (list, tuple)):
        for item in value:
            _collect(item, found, depth + 1)
    elif depth < _DEEPEST and isinstance(value, dict):
        for item in value.values():
            _collect(item, found, depth + 1)


def digest(array: np.ndarray) -> str:
    """SHA-256 of an array's bytes; worked out once for one that nobody can change.

    Raises
    ------
    RefusedError
        If it does not hold numbers.
    """
    seen = _digests.get(id(array))
    if seen is not None and seen[0]() is array and not array.flags.writeable:
        return seen[1]
    found = digest_of(raw_bytes(plain_array(array)))
    if not array.flags.writeable:
        for key in [key for key, (reference, _) in _digests.items() if reference() is None]:
            del _digests[key]
        _digests[id(array)] = weakref.ref(array), found
    return found


def digest_of_weights(model: Any) -> str:
    """Return the SHA-256 of all weights of a model, in the order of its layers.

    Parameters
    ----------
    model : keras.Model
        Built, Sequential or functional.
    """
    from autograder.transport import describe

    digest = hashlib.sha256()
    for _, layer in describe.leaves(model):
        for weight in layer.weights:
            digest.update(raw_bytes(plain_array(describe.number(weight))).data)
    return digest.hexdigest()


def course_weights(*, make: bool = True) -> dict[str, Callable[[], np.ndarray]]:
    """Return the course's weights of VGG16 and VGG19, which honest feature models are made of.

    Parameters
    ----------
    make : bool
        As in `course_weight_digests`.

    Returns
    -------
    dict of str to callable
        By SHA-256, a function that makes the array.
    """
    digests = course_weight_digests(make=make)
    return {digest: functools.partial(_wide, name) for name, digest in digests.items()}


def course_weight_digests(*, make: bool = True) -> dict[str, str]:
    """Hash the course's weights: all arrays of VGG19, most of which are VGG16's as well.

    The hashes are kept in the data cache under the hash of the file of weights; the first time
    they take seconds and 470 MB.

    Parameters
    ----------
    make : bool
        Whether to work the hashes out when they are not in the cache; else there are none then.

    Returns
    -------
    dict of str to str
        SHA-256 by name, such as ``"fc1.kernel"``. Some arrays are equal, such as biases that are 0.
    """
    from data_scripts.cache import default_cache_dir
    from data_scripts.weights_file import weights_hash

    path = default_cache_dir() / f"vgg-arrays-{weights_hash()[:16]}.json"
    digests = _cached(path)
    if digests is None:
        if not make:
            return {}
        digests = _hashes()
        _cache(path, digests)
    return digests


def _cached(path: Path) -> dict[str, str] | None:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return dict(found)


def _cache(path: Path, digests: dict[str, str]) -> None:
    from data_scripts.cache import write_atomically

    if os.access(path.parent, os.W_OK):  # a sandbox sees it read-only
        write_atomically(path, json.dumps(digests).encode())


def _hashes() -> dict[str, str]:
    from data_scripts.narrow_vgg19 import FULL_WIDTHS

    names = [f"{layer}.{part}" for layer in FULL_WIDTHS for part in ("kernel", "bias")]
    return {name: digest_of(raw_bytes(plain_array(_wide(name)))) for name in names}


@functools.lru_cache(maxsize=1)
def _narrow() -> dict[str, np.ndarray]:
    from data_scripts.narrow_vgg19 import narrow_weights

    return narrow_weights()


def _wide(name: str) -> np.ndarray:
    """Make one array of a full network, as `data_scripts.narrow_vgg19.full_weights` does."""
    from data_scripts.narrow_vgg19 import FULL_WIDTHS
    from data_scripts.widening import widen_layer

    layer, part = name.split(".")
    layers = list(FULL_WIDTHS)
    place = layers.index(layer)
    kernel, bias = widen_layer(_narrow(), FULL_WIDTHS, layer, layers[place - 1] if place else None)
    return kernel if part == "kernel" else bias
