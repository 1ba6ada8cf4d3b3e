"""What a mistake in a network is, and what it makes of a table."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.exercises import Network
from autograder.exercises.shapes import DEFAULTS, complete_settings, output_shape

Layer = tuple[str, dict[str, Any]]
"""Kind and settings of a layer; extra settings such as ``use_bias`` are those of Keras."""

RELU: Layer = ("Activation", {"activation": "relu"})
SIGMOID: Layer = ("Activation", {"activation": "sigmoid"})
SOFTMAX: Layer = ("Activation", {"activation": "softmax"})
WITH_WEIGHTS = ("Dense", "Conv2D")
Variants = Callable[[list[Layer]], Iterator[list[Layer]]]
"""Makes one wrong network for each place at which a change is possible."""
Inputs = Callable[[tuple[int, ...]], Iterator[tuple[int, ...]]]
"""Makes wrong input shapes out of the right one."""


@dataclass(frozen=True)
class Mutant:
    """A network with one mistake in it.

    Attributes
    ----------
    layers : list of Layer
        The layers, wrong ones included.
    position : int
        Layer of the table, from 1, at which a comparison finds the first difference.
    causes : frozenset of str
        Keys of `autograder.models.messages.MESSAGES` that name the mistake rightly.
    input : tuple of int
        Input shape without the batch, which may be the mistake.
    """

    layers: list[Layer]
    position: int
    causes: frozenset[str]
    input: tuple[int, ...]


@dataclass(frozen=True)
class Mistake:
    """A kind of mistake: what it is called, what it is, and how it is made at every place."""

    name: str
    description: str
    causes: frozenset[str]
    variants: Variants = lambda layers: iter(())
    inputs: Inputs = lambda shape: iter(())
    in_training: bool = False
    """Whether it is none where nothing is trained."""

    def apply(self, network: Network) -> list[Mutant]:
        """Make the mistake at each place of a network where it is possible.

        Parameters
        ----------
        network : Network
            A network of the tables.

        Returns
        -------
        list of Mutant
            Empty where the mistake can't be made; only networks that Keras can build.
        """
        if self.in_training and network.may_be_frozen:
            return []
        right = plain_layers(network)
        mutants = []
        for layers in self.variants(right):
            if layers != right and fits(network.input, layers):
                position = _first_difference(right, layers)
                mutants.append(Mutant(layers, position, self.causes, network.input))
        return mutants + [
            Mutant(right, 0, self.causes, shape)
            for shape in self.inputs(network.input)
            if shape != network.input and fits(shape, right)
        ]


def plain_layers(network: Network) -> list[Layer]:
    """Copy the layers of a network as (kind, settings)."""
    return [(spec.kind, spec.arguments) for spec in network.layers]


def fits(shape: tuple[int, ...], layers: Sequence[Layer]) -> bool:
    """Tell whether the layers can follow one another on an input of `shape`."""
    for kind, settings in layers:
        if kind == "GlobalAveragePooling2D":
            shape = shape[-1:]
            continue
        if kind == "AveragePooling2D":
            kind = "MaxPooling2D"
        known = {name: value for name, value in settings.items() if name in DEFAULTS[kind]}
        try:
            shape = output_shape(kind, complete_settings(kind, known), shape)
        except ValueError:
            return False
    return True


def _first_difference(right: list[Layer], wrong: list[Layer]) -> int:
    for index, (one, other) in enumerate(zip(right, wrong, strict=False)):
        if one != other:
            return index + 1
    return min(len(right), len(wrong)) + 1
