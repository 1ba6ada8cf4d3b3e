"""The declarative tables of the exercises: networks, course constants, tasks and hints.

One TOML file an exercise is the only place that knows what its networks look like. Students,
tests, grading and the demo class all read it through `load`.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources
from typing import Any

from autograder.exercises.shapes import (
    LayerCounts,
    Shape,
    complete_settings,
    layer_counts,
    output_shape,
)

__all__ = [
    "Counts",
    "ExerciseTable",
    "LayerSpec",
    "Network",
    "Task",
    "Training",
    "chain",
    "counts_of",
    "load",
    "names",
]


@dataclass(frozen=True)
class Counts:
    """Parameter counts of a network."""

    total: int
    trainable: int
    non_trainable: int


@dataclass(frozen=True)
class LayerSpec:
    """One layer of a table.

    Attributes
    ----------
    kind : str
        Name of the Keras class, such as ``"Dense"``.
    settings : dict
        All settings, defaults included; sizes are pairs of int.
    output_shape : tuple of int
        Without the batch.
    parameters : int
        Trainable and non-trainable together.
    trainable : bool
        False for a layer that must be frozen.
    """

    kind: str
    settings: dict[str, Any]
    output_shape: Shape
    parameters: int
    trainable: bool = True

    @property
    def arguments(self) -> dict[str, Any]:
        """Settings, and ``trainable`` where it is not as usual: what Keras is to be told."""
        return dict(self.settings) if self.trainable else {**self.settings, "trainable": False}


@dataclass(frozen=True)
class Training:
    """Course constants of a training; `learning_rate` is the optimiser's step size."""

    optimizer: str
    learning_rate: float
    loss: str
    batch_size: int
    epochs: int


@dataclass(frozen=True)
class Network:
    """A network that students build.

    Attributes
    ----------
    name, title : str
        Key in the table, and what to call it in text.
    input : tuple of int
        Input shape without the batch.
    layers : tuple of LayerSpec
    parameters : Counts
    may_be_frozen : bool
        True where nothing is trained, so that frozen weights are no mistake.
    """

    name: str
    title: str
    input: Shape
    layers: tuple[LayerSpec, ...]
    parameters: Counts
    may_be_frozen: bool = False

    @property
    def is_written(self) -> bool:
        """Whether students write all of its layers; frozen ones come with a pretrained network."""
        return all(spec.trainable for spec in self.layers)


@dataclass(frozen=True)
class Images:
    """What networks learn from, and what their accuracy is measured on.

    Attributes
    ----------
    train, others : int
        Images of the training set, and of the validation and the test set each.
    new : str
        What to call the images that only the grading has.
    """

    train: int = 2000
    others: int = 400
    new: str = "new pictures of the same people"


@dataclass(frozen=True)
class Task:
    """One gap of a notebook; hints go from vague to concrete and are shown one at a time."""

    name: str
    title: str
    hints: tuple[str, ...]


@dataclass(frozen=True)
class ExerciseTable:
    """Everything that is declared about one exercise.

    Attributes
    ----------
    training : Training
        Course constants of the exercise.
    trainings : dict of str to Training
        Those of each network: the exercise's, but for what its own entry says.
    """

    name: str
    title: str
    seed: int
    training: Training
    trainings: dict[str, Training]
    images: Images
    networks: dict[str, Network]
    tasks: dict[str, Task]


def names() -> list[str]:
    """Names of all exercises, in the order of the course."""
    folder = resources.files(__name__)
    return sorted(
        entry.name.removesuffix(".toml")
        for entry in folder.iterdir()
        if entry.name.endswith(".toml")
    )


@functools.cache
def load(name: str) -> ExerciseTable:
    """Read the table of an exercise and check its arithmetic.

    Parameters
    ----------
    name : str
        Name of the exercise, such as ``"03_faces_fc"``.

    Returns
    -------
    ExerciseTable
        Shapes and parameters of each layer are computed, not declared.

    Raises
    ------
    KeyError
        If there is no exercise of that name; the message lists those that exist.
    ValueError
        If the table is wrong, for example when its declared counts are not those of its layers.
    """
    if name not in names():
        raise KeyError(f"there is no exercise {name!r}; there are {', '.join(names())}")
    return parse(name, _text(name))


def parse(name: str, text: str) -> ExerciseTable:
    """Make the table of the exercise `name` out of TOML text; errors as in `load`."""
    table = tomllib.loads(text)
    try:
        parts, training = table.get("parts", {}), table["training"]
        return ExerciseTable(
            name=name,
            title=table["title"],
            seed=table["seed"],
            training=Training(**training),
            trainings={
                key: Training(**training | entry.get("training", {}))
                for key, entry in table["networks"].items()
            },
            images=Images(**table.get("images", {})),
            networks={key: _network(key, entry, parts) for key, entry in table["networks"].items()},
            tasks={
                key: Task(key, entry["title"], tuple(entry["hints"]))
                for key, entry in table["tasks"].items()
            },
        )
    except KeyError as missing:
        raise ValueError(f"{name}.toml: {missing} is missing") from missing
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}.toml: {error}") from error


def chain(shape: Shape, layers: list[tuple[str, dict[str, Any]]]) -> tuple[LayerSpec, ...]:
    """Work out shapes and parameters of layers that follow one another.

    Parameters
    ----------
    shape : tuple of int
        Input shape without the batch.
    layers : list of (kind, settings)
        Settings may leave defaults out; ``trainable`` is True unless they say otherwise.

    Returns
    -------
    tuple of LayerSpec

    Raises
    ------
    ValueError
        If a layer is unknown or does not fit what comes before it.
    """
    return tuple(spec for spec, _ in _chained(shape, layers))


def counts_of(shape: Shape, layers: list[tuple[str, dict[str, Any]]]) -> Counts:
    """Parameter counts of layers that follow one another on an input of `shape`."""
    counts = [count for _, count in _chained(shape, layers)]
    trainable = sum(count.trainable for count in counts)
    non_trainable = sum(count.non_trainable for count in counts)
    return Counts(trainable + non_trainable, trainable, non_trainable)


def _chained(
    shape: Shape, layers: list[tuple[str, dict[str, Any]]]
) -> list[tuple[LayerSpec, LayerCounts]]:
    result = []
    for position, (kind, given) in enumerate(layers, start=1):
        trainable = bool(given.get("trainable", True))
        given = {name: value for name, value in given.items() if name != "trainable"}
        try:
            settings = complete_settings(kind, given)
            counts = layer_counts(kind, settings, shape)
            if not trainable:
                counts = LayerCounts(0, counts.total)
            shape = output_shape(kind, settings, shape)
        except ValueError as error:
            raise ValueError(f"layer {position}: {error}") from error
        result.append((LayerSpec(kind, settings, shape, counts.total, trainable), counts))
    return result


def _network(key: str, entry: Mapping[str, Any], parts: Mapping[str, Any]) -> Network:
    if "same_as" in entry:
        origin = load(entry["same_as"]["exercise"]).networks[entry["same_as"]["network"]]
        return replace(origin, name=key, title=entry["title"])
    shape = tuple(entry["input"])
    layers = [
        (row["layer"], {setting: row[setting] for setting in row if setting != "layer"})
        for row in _rows(entry["layers"], parts)
    ]
    try:
        specs, counts = chain(shape, layers), counts_of(shape, layers)
    except ValueError as error:
        raise ValueError(f"network {key}, {error}") from error
    declared = Counts(**entry["parameters"])
    if declared != counts:
        raise ValueError(f"network {key} declares {declared}, but its layers have {counts}")
    may_be_frozen = entry.get("may_be_frozen", False)
    return Network(key, entry["title"], shape, specs, counts, may_be_frozen)


def _rows(rows: Sequence[Mapping[str, Any]], parts: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Put the rows of a part where a row names it; what else stands there holds for all of them.

    The part is one of this table, or `of` another exercise.
    """
    result: list[dict[str, Any]] = []
    for row in rows:
        if "part" not in row:
            result.append(dict(row))
            continue
        own = _parts(row["of"]) if "of" in row else parts
        common = {setting: row[setting] for setting in row if setting not in ("part", "of")}
        result += [{**each, **common} for each in _rows(own[row["part"]], own)]
    return result


@functools.cache
def _parts(name: str) -> Mapping[str, Any]:
    return dict(tomllib.loads(_text(name))["parts"])


def _text(name: str) -> str:
    return (resources.files(__name__) / f"{name}.toml").read_text(encoding="utf-8")
