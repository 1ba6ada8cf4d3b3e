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
from data_scripts.weights_file import PEOPLE, STEMS, weights_hash

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
    return {
        digest: functools.partial(_wide, subject, name)
        for subject in STEMS
        for name, digest in course_weight_digests(subject, make=make).items()
    }


def course_weight_digests(subject: str = PEOPLE, *, make: bool = True) -> dict[str, str]:
    """Hash the course's weights: those of people for VGG19, most of which are VGG16's as well.

    Those of things are VGG16's alone. The hashes are kept in the data cache under the hash of the
    file of weights; the first time they take seconds and 470 MB.

    Parameters
    ----------
    subject : {"people", "things"}
        What the weights were trained on.
    make : bool
        Whether to work the hashes out when they are not in the cache; else there are none then.

    Returns
    -------
    dict of str to str
        SHA-256 by name, such as ``"fc1.kernel"``. Some arrays are equal, such as biases that are 0.
    """
    from data_scripts.cache import default_cache_dir
    from data_scripts.cache_endings import HASHES

    path = default_cache_dir() / f"vgg-arrays-{weights_hash(subject)[:16]}{HASHES}"
    digests = _cached(path)
    if digests is None:
        if not make:
            return {}
        digests = _hashes(subject)
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


def _hashes(subject: str) -> dict[str, str]:
    names = [f"{layer}.{part}" for layer in _widths(subject) for part in ("kernel", "bias")]
    return {name: digest_of(raw_bytes(plain_array(_wide(subject, name)))) for name in names}


def _widths(subject: str) -> dict[str, int]:
    """Return the widths of the largest network that a subject's weights are widened to."""
    from data_scripts import narrow_vgg, narrow_vgg19

    return narrow_vgg19.FULL_WIDTHS if subject == PEOPLE else narrow_vgg.FULL_WIDTHS


@functools.lru_cache(maxsize=len(STEMS))
def _narrow(subject: str) -> dict[str, np.ndarray]:
    from data_scripts import narrow_vgg, narrow_vgg19

    return (
        narrow_vgg19.narrow_weights() if subject == PEOPLE else narrow_vgg.narrow_weights(subject)
    )


def _wide(subject: str, name: str) -> np.ndarray:
    """Make one array of a full network, as `full_weights` of its module does."""
    from data_scripts.widening import widen_layer

    widths = _widths(subject)
    layer, part = name.split(".")
    layers = list(widths)
    place = layers.index(layer)
    before = layers[place - 1] if place else None
    kernel, bias = widen_layer(_narrow(subject), widths, layer, before)
    return kernel if part == "kernel" else bias
