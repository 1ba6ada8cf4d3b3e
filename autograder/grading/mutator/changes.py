"""Ways of getting a list of layers wrong, each at every place where it is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from autograder.grading.mutator.layers import RELU, SOFTMAX, WITH_WEIGHTS, Layer, Variants


def _last_dense(layers: list[Layer]) -> int:
    return max(index for index, (kind, _) in enumerate(layers) if kind == "Dense")


def _without(layers: list[Layer], start: int, count: int = 1) -> list[Layer]:
    return layers[:start] + layers[start + count :]


def _having(layers: list[Layer], index: int, *new: Layer) -> list[Layer]:
    return layers[:index] + list(new) + layers[index:]


def _replaced(layers: list[Layer], index: int, *new: Layer) -> list[Layer]:
    return layers[:index] + list(new) + layers[index + 1 :]


def changed(
    kind: str, setting: str, change: Callable[[Any], Any], last: bool | None = None
) -> Variants:
    """Change one setting; `last` True means only the last Dense layer, False all others."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        for index, (own_kind, settings) in enumerate(layers):
            if own_kind != kind or (last is not None and last != (index == _last_dense(layers))):
                continue
            value = change(settings.get(setting))
            yield _replaced(layers, index, (kind, {**settings, setting: value}))

    return variants


def dropped(unwanted: Callable[[Layer], bool]) -> Variants:
    """Leave one layer out."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        for index, layer in enumerate(layers):
            if unwanted(layer):
                yield _without(layers, index)

    return variants


def exchanged(old: Layer | str, new: Layer) -> Variants:
    """Put one layer in the place of another."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        for index, layer in enumerate(layers):
            if layer == old or layer[0] == old:
                kept = layer[1] if layer[0] == "MaxPooling2D" else new[1]
                yield _replaced(layers, index, (new[0], kept))

    return variants


def blocks_dropped(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Leave a layer with weights out together with what follows it, up to the next one."""
    starts = [index for index, (kind, _) in enumerate(layers) if kind in WITH_WEIGHTS]
    for start, following in pairwise(starts):
        block = layers[start:following]
        if not any(kind == "Flatten" for kind, _ in block):
            yield _without(layers, start, len(block))


def inserted(new: Layer) -> Variants:
    """Put a layer before the last Dense layer."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        index = _last_dense(layers)
        before = layers[index - 1][0] if index else ""
        if new[0] != before:
            yield _having(layers, index, new)

    return variants


def extra_dense(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Put a Dense layer and its ReLU before the last Dense layer."""
    yield _having(layers, _last_dense(layers), ("Dense", {"units": 100}), RELU)


def after_the_last(new: Layer) -> Variants:
    """Put a layer behind the last one."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        yield [*layers, new]

    return variants


def relu_before_softmax(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Put a ReLU between the last Dense layer and its softmax."""
    if layers[-1] == SOFTMAX:
        yield _having(layers, len(layers) - 1, RELU)


def swapped_norm(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Swap batch normalisation and the layer after it, at each place and at all of them."""
    places = [i for i, (kind, _) in enumerate(layers[:-1]) if kind == "BatchNormalization"]
    everywhere = list(layers)
    for place in places:
        pair = layers[place + 1], layers[place]
        yield [*layers[:place], *pair, *layers[place + 2 :]]
        everywhere[place : place + 2] = pair
    if len(places) > 1:
        yield everywhere


def swapped(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Swap neighbours, except those that commute and BN with its activation."""
    for place, (first, second) in enumerate(pairwise(layers)):
        kinds = {first[0], second[0]}
        commute = RELU in (first, second) and kinds & {"Dropout", "MaxPooling2D"}
        is_norm = kinds == {"BatchNormalization", "Activation"}
        if commute or is_norm or kinds & {*WITH_WEIGHTS, "Flatten"}:
            continue
        yield [*layers[:place], second, first, *layers[place + 2 :]]


def misplaced_dropout(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Move a Dropout behind the next layer with weights."""
    for place, layer in enumerate(layers):
        if layer[0] != "Dropout":
            continue
        rest = _without(layers, place)
        later = [i for i in range(place, len(rest)) if rest[i][0] in WITH_WEIGHTS]
        if later and later[0] != _last_dense(rest):
            yield _having(rest, later[0] + 1, layer)
