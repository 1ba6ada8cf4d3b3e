"""Comparing a student's model with the network that the exercise asks for."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from autograder.exercises import Network
from autograder.models import describe, messages
from autograder.models.align import Plain, align, equal
from autograder.models.canonical import CanonicalLayer, canonical_layers
from autograder.models.diagnose import Diagnosis, diagnose
from autograder.models.graph import UnreadableModelError, input_shape
from autograder.models.trainable import parameters_that_learn

#: Share of a structure's points without softmax but with ``from_logits=True``: the output
#: activation is a quarter of the points, and half of that quarter is given.
LOGITS_FRACTION = 0.875

_COMMUTE_WITH_RELU = ("Dropout", "MaxPooling2D")

AnyLayer = TypeVar("AnyLayer", bound=Plain)


@dataclass(frozen=True)
class Difference:
    """The first difference that matters.

    Attributes
    ----------
    position : int
        Layer of the table, from 1 and with activations counted; 0 stands for the input or the
        model as a whole.
    layer_name : str
        Name in the student's model of the layer that differs, empty if it is missing.
    expected, got : str
        Both sides in words.
    cause : str
        Key of `autograder.models.messages.MESSAGES`.
    message : str
        The whole message for the student.
    """

    position: int
    layer_name: str
    expected: str
    got: str
    cause: str
    message: str


@dataclass(frozen=True)
class Comparison:
    """Result of `compare`.

    Attributes
    ----------
    matches : bool
        True if the model is the network.
    difference : Difference or None
        None exactly if `matches`.
    notes : list of str
        Things worth saying that cost nothing.
    logits : bool
        True if only the final softmax is missing and the loss has ``from_logits=True``.
    fraction : float
        Share of the points: 1.0, `LOGITS_FRACTION` or 0.0.
    """

    matches: bool
    difference: Difference | None = None
    notes: list[str] = field(default_factory=list)
    logits: bool = False
    fraction: float = 0.0


def compare(model: Any, network: Network) -> Comparison:
    """Compare a model with a network of the tables.

    Where a table says which layers are frozen, ``trainable`` of each layer with weights is
    compared as well. Names, input layers, initialisers and seeds don't matter, nor how the model
    was written, nor the order of neighbours that commute (ReLU with Dropout or MaxPooling2D).
    Order otherwise, shapes, rates, activations and counts do.

    Parameters
    ----------
    model : object
        Whatever the student made; anything but a model gives a difference, never an error.
    network : Network
        What the exercise asks for.

    Returns
    -------
    Comparison
    """
    try:
        return _compare(model, network)
    except UnreadableModelError as problem:
        return _whole_model(problem.cause, problem.detail, network)
    except Exception as error:  # a check must explain, whatever it is given
        return _whole_model("unreadable", f"{type(error).__name__}: {error}", network)


def _compare(model: Any, network: Network) -> Comparison:
    shape = input_shape(model)
    if shape != network.input:
        return _wrong_input(shape, network)
    original = canonical_layers(model)
    got = relu_first(original)
    wanted = replace(network, layers=tuple(relu_first(network.layers)))
    pairs = align(wanted.layers, got)
    diagnosis = diagnose(wanted, got, pairs, _places(network, wanted))
    if diagnosis is None:
        return _same_layers(model, network, original)
    uses_logits = diagnosis.cause == "missing_softmax" and has_logits_loss(model)
    if uses_logits and all(None not in pair or pair[0] == diagnosis.index for pair in pairs):
        differs_elsewhere = any(
            left is not None and right is not None and not equal(wanted.layers[left], got[right])
            for left, right in pairs
        )
        if not differs_elsewhere:
            difference = _difference(diagnosis, "logits_without_softmax")
            return Comparison(False, difference, logits=True, fraction=LOGITS_FRACTION)
    return Comparison(False, _difference(diagnosis, diagnosis.cause))


def relu_first(layers: Sequence[AnyLayer]) -> list[AnyLayer]:
    """Move every ReLU in front of the Dropout and MaxPooling2D layers right before it."""
    result: list[AnyLayer] = []
    for layer in layers:
        place = len(result)
        if layer.kind == "Activation" and layer.settings == {"activation": "relu"}:
            while place and result[place - 1].kind in _COMMUTE_WITH_RELU:
                place -= 1
            if place and result[place - 1].kind == "Activation":
                place = len(result)  # a second activation there would hide a missing layer here
        result.insert(place, layer)
    return result


def _places(network: Network, wanted: Network) -> list[int]:
    """Where each layer of `wanted` stands in `network`, the same layers in another order."""
    own = {id(spec): place for place, spec in enumerate(network.layers)}
    return [own[id(spec)] for spec in wanted.layers]


def _same_layers(model: Any, network: Network, got: list[CanonicalLayer]) -> Comparison:
    """Check what is left when every layer is right, and collect the notes.

    Those that commute may be in another order than in the table; none of them has parameters.
    """
    if not network.may_be_frozen:
        for position, (spec, layer) in enumerate(zip(network.layers, got, strict=True), start=1):
            if spec.parameters and layer.trainable != spec.trainable:
                return _wrongly_trainable(model, network, position, layer)
    expected_count, count = network.parameters.total, sum(layer.parameters for layer in got)
    if count != expected_count or model.count_params() != expected_count:
        return _whole_model("wrong_count", "", network, describe.number(model.count_params()))
    return Comparison(True, notes=_notes(model, network, got), fraction=1.0)


def _wrongly_trainable(
    model: Any, network: Network, position: int, layer: CanonicalLayer
) -> Comparison:
    """Say that a right layer is frozen, or that one is not that should be."""
    spec = network.layers[position - 1]
    cause = "not_frozen" if layer.trainable else "frozen_layer"
    expected, got = network.parameters.trainable, parameters_that_learn(model)
    fields = {
        "where": f"Layer {position}",
        "expected": describe.layer_in_words(spec.kind, spec.settings),
        "name": f' ("{layer.name}")',
        "evidence": (
            f"{describe.number(got)} parameters would learn instead of "
            f"{describe.number(expected)}. "
        ),
    }
    return Comparison(
        False,
        Difference(
            position,
            layer.name,
            fields["expected"],
            "trainable" if layer.trainable else "frozen",
            cause,
            messages.explain(cause, fields),
        ),
    )


def _notes(model: Any, network: Network, got: list[CanonicalLayer]) -> list[str]:
    found, moved = [], ""
    for spec, layer in zip(network.layers, got, strict=True):
        if equal(spec, layer):
            moved = ""
            continue
        moved = moved or layer.kind  # what comes earlier than in the table
        if moved == layer.kind == "Activation":
            other = describe.layer_in_words(spec.kind, spec.settings)
            found.append(messages.note("commuted", got="the ReLU", expected=other))
        elif "Activation" not in (moved, layer.kind):
            other = describe.layer_in_words(layer.kind, layer.settings)
            found.append(messages.note("commuted", got=other, expected="the ReLU"))
    for layer in got:
        if layer.remarks:
            listed = ", ".join(layer.remarks)
            found.append(messages.note("remark", name=layer.name, detail=listed))
    if got and got[-1].settings.get("activation") == "softmax" and has_logits_loss(model):
        found.append(messages.note("redundant_softmax_logits"))
    return found


def last_activation(model: Any) -> str:
    """Return the activation that a model ends with; empty for none, or if it can't be read."""
    try:
        layers = canonical_layers(model)
    except UnreadableModelError:
        return ""
    return str(layers[-1].settings.get("activation", "")) if layers else ""


def has_logits_loss(model: Any) -> bool:
    """Tell whether the model is compiled with a loss that applies softmax itself."""
    if not getattr(model, "compiled", False):
        return False
    read_config = getattr(getattr(model, "loss", None), "get_config", None)
    return bool(read_config().get("from_logits", False)) if callable(read_config) else False


def _difference(diagnosis: Diagnosis, cause: str) -> Difference:
    fields = diagnosis.fields
    return Difference(
        position=diagnosis.index + 1,
        layer_name=diagnosis.layer_name,
        expected=fields["expected"],
        got=fields["got"],
        cause=cause,
        message=messages.explain(cause, fields),
    )


def _wrong_input(shape: tuple[int | None, ...], network: Network) -> Comparison:
    evidence = ""
    if shape[1:] == network.input:
        evidence = f"It looks as if the number of images ({shape[0]}) were included. "
    elif None not in shape and math.prod(shape) == math.prod(network.input):  # type: ignore[arg-type]
        flattened = len(network.input) == 1
        evidence = (
            "The images are flattened before they reach this network. "
            if flattened
            else "The order is height, width, colours. "
            if len(shape) == 3
            else "This network expects images that are not flattened. "
        )
    return _whole_model(
        "wrong_input_shape", describe.shape_in_words(shape), network, evidence=evidence
    )


def _whole_model(
    cause: str, detail: str, network: Network, got: str = "", evidence: str = ""
) -> Comparison:
    expected = f"{len(network.layers)} layers"
    if cause == "wrong_count":
        expected = describe.number(network.parameters.total)
    elif cause == "wrong_input_shape":
        expected = describe.shape_in_words(network.input)
    fields = {
        "detail": detail,
        "input": describe.shape_in_words(network.input),
        "expected": expected,
        "got": got,
        "evidence": evidence,
    }
    message = messages.explain(cause, fields)
    return Comparison(False, Difference(0, "", expected, got or detail, cause, message))
