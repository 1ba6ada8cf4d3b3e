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
    """Return the course's weights of VGG16, which an honest feature model is made of.

    Parameters
    ----------
    make : bool
        As in `course_weight_names`.

    Returns
    -------
    dict of str to callable
        By SHA-256, a function that makes the array.
    """
    names = course_weight_names(make=make)
    return {digest: functools.partial(_wide, name) for digest, name in names.items()}


def course_weight_names(*, make: bool = True) -> dict[str, str]:
    """Name the course's weights of VGG16 by their hashes.

    The hashes are kept in the data cache under the hash of the file of weights; the first time
    they take seconds and 553 MB.

    Parameters
    ----------
    make : bool
        Whether to work the hashes out when they are not in the cache; else there are none then.

    Returns
    -------
    dict of str to str
        By SHA-256, such as ``"fc1.kernel"``.
    """
    from data_scripts.cache import default_cache_dir
    from data_scripts.weights_file import weights_hash

    path = default_cache_dir() / f"vgg16-arrays-{weights_hash()[:16]}.json"
    digests = _cached(path)
    if digests is None:
        if not make:
            return {}
        digests = _hashes()
        _cache(path, digests)
    return {digest: name for name, digest in digests.items()}


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
    from data_scripts.narrow_vgg import FULL_WIDTHS

    names = [f"{layer}.{part}" for layer in FULL_WIDTHS for part in ("kernel", "bias")]
    return {name: digest_of(raw_bytes(plain_array(_wide(name)))) for name in names}


@functools.lru_cache(maxsize=1)
def _narrow() -> dict[str, np.ndarray]:
    from data_scripts.narrow_vgg import narrow_weights

    return narrow_weights()


def _wide(name: str) -> np.ndarray:
    """Make one array of the full VGG16, as `data_scripts.narrow_vgg.full_weights` does with all.

    The layer is widened between two stand-ins for its neighbours, of which only the widths count.
    """
    from data_scripts.narrow_vgg import FULL_WIDTHS
    from data_scripts.widening import widen

    narrow, layers = _narrow(), list(FULL_WIDTHS)
    layer, place = name.split(".")[0], layers.index(name.split(".")[0])
    bias = narrow[f"{layer}.bias"]
    weights = {
        f"{layer}.kernel": narrow[f"{layer}.kernel"],
        f"{layer}.bias": bias,
        "after.kernel": np.zeros((bias.size, 1), np.float32),
        "after.bias": np.zeros(1, np.float32),
    }
    widths = {layer: FULL_WIDTHS[layer], "after": 1}
    if place:
        before = layers[place - 1]
        bias = narrow[f"{before}.bias"]
        stand_in = {"before.bias": bias, "before.kernel": np.zeros((1, bias.size), np.float32)}
        weights |= stand_in
        widths = {"before": FULL_WIDTHS[before], **widths}
    return widen(weights, widths)[name]
