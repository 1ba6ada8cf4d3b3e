"""Messages changed at random: a value, a problem or a `TransportError`, nothing else ever."""

import contextlib
import copy
import json
import random
import resource
import shutil
import time

import keras
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from keras import layers

from autograder.transport.read import Problem, Reader, ReadLimits, TransportError
from autograder.transport.revive import Function

JUNK = [None, True, -1, 0, 3, 2**31, 10**18, "", "x", "os.system", "float64", "none", "model",
        "keras", "Sequential", "Functional", "Lambda", "\u202e\ud800", "9" * 400, [], {}, [[]],
        {"kind": "none"}, {"kind": "list", "items": []}, {"class_name": "x", "config": {}},
        ["dense", 0, 0], [None, 4], 1e9]  # fmt: skip


MODELS = ("model", "same", "history", "functional")
ORDINARY = (int, float, str, list, tuple, dict, np.ndarray, np.generic, type(None), type(...))


def functional():
    x = inputs = keras.Input((4, 4, 1), name="input")
    for name in ("a", "b"):
        x = layers.Conv2D(2, 2, padding="same", name=name)(x)
    x = layers.Concatenate(name="both")([x, keras.activations.relu(x * 2.0)])
    inner = keras.Sequential([keras.Input((64,)), layers.Dense(2), layers.Dropout(0.5)])
    model = keras.Model(inputs, inner(layers.Flatten()(x)))
    model.compile(loss=keras.losses.MeanSquaredError(), metrics=["accuracy"])
    return model


@pytest.fixture(scope="module")
def values():
    sequential = keras.Sequential(
        [
            keras.Input((4,)),
            layers.Dense(3, activation="relu", kernel_regularizer="l2"),
            layers.BatchNormalization(),
        ]
    )
    sequential.compile("adam", "mse")
    history = keras.callbacks.History()
    history.set_model(sequential)
    history.history, history.epoch, history.params = {"loss": [0.5]}, [0], {"epochs": 1}
    return {
        "numbers": [1, 2.5, True, None, ..., np.float32(3), -(10**30)],
        "table": {"a": (1, "text"), 2: {"b": np.arange(3.0)}},
        "array": np.arange(12, dtype=np.int16).reshape(3, 4),
        "texts": np.array([["a", "bc"]]),
        "odd": {1, 2},
        "function": len,
        "model": sequential,
        "same": sequential,
        "history": history,
        "functional": functional(),
    }


def places(node, path=()):
    """Yield the paths of all parts of a JSON value."""
    yield path
    inner = (
        node.items() if isinstance(node, dict) else enumerate(node) if type(node) is list else ()
    )
    for key, value in inner:
        yield from places(value, (*path, key))


def change(tree, chance):
    """Change a JSON value at one place: replace, remove, repeat or exchange parts."""
    paths = [path for path in places(tree) if path]
    if not paths:
        return
    path = chance.choice(paths)
    parent = tree
    for key in path[:-1]:
        parent = parent[key]
    key, action = path[-1], chance.randrange(5)
    if action == 0:
        del parent[key]
    elif action == 1 and isinstance(parent, dict):
        parent[chance.choice(["kind", "config", "name", "extra", "sha256"])] = parent[key]
    elif action == 1:
        parent += [parent[key]] * chance.choice([1, 50])
    elif action == 2:
        other = tree
        for step in chance.choice(paths):
            other = other[step]
        parent[key] = copy.deepcopy(other)
    elif action == 3 and type(parent[key]) is int:
        parent[key] += chance.choice([-1, 1, 10**6])
    else:
        parent[key] = copy.deepcopy(chance.choice(JUNK))


def scramble(content, chance):
    """Change some bytes."""
    content = bytearray(content)
    for _ in range(chance.choice([1, 1, 3, 20])):
        here = chance.randrange(len(content) + 1)
        action = chance.randrange(4)
        if action == 0:
            content[here : here + chance.choice([1, 8])] = b""
        elif action == 1:
            content[here:here] = bytes(chance.choices(b'{}[]",:0\xff\x00', k=chance.choice([1, 9])))
        elif action == 2 and here < len(content):
            content[here] ^= 1 << chance.randrange(8)
        else:
            del content[here + len(content) // 2 :]
    return bytes(content)


def change_model(message, chance):
    """Change the description of a model, which is JSON within JSON."""
    node = message["values"][chance.choice(["model", "functional"])]
    key = chance.choice(["config", "config", "config", "compile"])
    tree = json.loads(node[key])
    for _ in range(chance.choice([1, 1, 2, 5])):
        change(tree, chance)
    node[key] = json.dumps(tree)


def change_header(content, chance):
    """Change the header of the file of arrays, keeping its length right, or not."""
    length = int.from_bytes(content[:8], "little")
    tree = json.loads(content[8 : 8 + length])
    change(tree, chance)
    text = json.dumps(tree).encode()
    told = len(text) + chance.choice([0, 0, 0, 1, -1, 2**40])
    return told.to_bytes(8, "little") + text + content[8 + length :]


def damaged(plain, whole, chance):
    """Return the two files of a message, damaged in one way."""
    way = chance.randrange(8)
    folder = plain if way < 4 else whole
    text = (folder / "values.json").read_bytes()
    arrays = (folder / "arrays.safetensors").read_bytes()
    if way == 0:
        return scramble(text, chance), arrays
    if way == 1:
        return text, scramble(arrays, chance)
    if way == 2:
        return text, change_header(arrays, chance)
    message = json.loads(text)
    if way < 5:
        for _ in range(chance.choice([1, 3])):
            change(message, chance)
    else:
        change_model(message, chance)
    return json.dumps(message).encode(), arrays


def check_values(found):
    """A message that could be read holds values of ordinary types, and problems with sentences."""
    for value in found.values():
        if isinstance(value, Problem):
            assert value.reason.isprintable()
        elif isinstance(value, keras.Model):
            assert type(value).__module__.startswith("keras.")
        else:
            assert isinstance(value, (*ORDINARY, keras.callbacks.History, Function))


def fuzz(notebook, values, examples):
    notebook.space.update(values)
    models = Reader({}, ReadLimits(), lambda *_: 1)  # builds only what was changed
    whole = notebook.export(*values)
    assert not any(isinstance(models.read(whole)[name], Problem) for name in MODELS)
    plain = notebook.export(*[name for name in values if name not in MODELS], forget=True)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def check(seed):
        text, arrays = damaged(plain, whole, random.Random(seed))
        folder = notebook.message({}, arrays, text)
        fresh = Reader({}, ReadLimits(), lambda *_: 1)
        start = time.monotonic()
        with contextlib.suppress(TransportError):
            check_values((models if b'"model"' in text else fresh).read(folder))
        assert time.monotonic() - start < 20
        shutil.rmtree(folder)

    check()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 300_000 + 700 * examples  # kilobytes; TensorFlow keeps some of every model


def test_damaged_messages_are_never_a_surprise(notebook, values):
    fuzz(notebook, values, 200)


@pytest.mark.full
def test_many_damaged_messages_are_never_a_surprise(notebook, values):
    fuzz(notebook, values, 2000)
