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


def everywhere(variants: Variants, wanted: Callable[[Layer], bool]) -> Variants:
    """Make a change at all places at once, where there are several.

    ``variants`` must change or drop single layers, and only those that are ``wanted``.
    """

    def all_at_once(layers: list[Layer]) -> Iterator[list[Layer]]:
        places = [index for index, layer in enumerate(layers) if wanted(layer)]
        if len(places) < 2:
            return
        result: list[Layer] = []
        for index, layer in enumerate(layers):
            if index in places:
                single = next(variants([layer]), [layer])
                result += single
            else:
                result.append(layer)
        yield result

    return all_at_once


def both(*makers: Variants) -> Variants:
    """Make the variants of several changes, one after the other."""
    return lambda layers: (variant for maker in makers for variant in maker(layers))


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


def output_dropped(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Leave the last Dense layer out with what follows it."""
    index = _last_dense(layers)
    if index:
        yield layers[:index]


def blocks_doubled(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Write a layer with weights twice, together with the activation after it."""
    for index, (kind, settings) in enumerate(layers[:-1]):
        if kind in WITH_WEIGHTS and layers[index + 1] == RELU:
            yield _having(layers, index + 2, (kind, settings), RELU)


def relu_before_weights(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Put a ReLU before the layer with weights that it should follow."""
    for place, (first, second) in enumerate(pairwise(layers)):
        if first[0] in WITH_WEIGHTS and second == RELU:
            yield [*layers[:place], second, first, *layers[place + 2 :]]


def filters_for_kernel(layers: list[Layer]) -> Iterator[list[Layer]]:
    """Exchange filters and kernel size."""
    for index, (kind, settings) in enumerate(layers):
        if kind == "Conv2D":
            filters, kernel = settings["filters"], settings["kernel_size"]
            new = {**settings, "filters": kernel[0], "kernel_size": (filters, filters)}
            yield _replaced(layers, index, (kind, new))


def freezing(trainable: bool) -> Variants:
    """Freeze layers that should learn (False) or let frozen ones learn (True): each, and all."""

    def variants(layers: list[Layer]) -> Iterator[list[Layer]]:
        weighty = (*WITH_WEIGHTS, "BatchNormalization")
        places = [
            index
            for index, (kind, settings) in enumerate(layers)
            if kind in weighty and settings.get("trainable", True) != trainable
        ]
        for chosen in ([place] for place in places):
            yield _frozen(layers, chosen, trainable)
        if len(places) > 1:
            yield _frozen(layers, places, trainable)

    return variants


def _frozen(layers: list[Layer], places: list[int], trainable: bool) -> list[Layer]:
    return [
        (kind, {**settings, "trainable": trainable}) if index in places else (kind, settings)
        for index, (kind, settings) in enumerate(layers)
    ]


def input_shapes(shape: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
    """Make input shapes: flattened or not, with the number of images, axes exchanged, grey."""
    yield (2000, *shape)
    if len(shape) == 1:
        yield (48, 48, 3)
        return
    yield (shape[-1], *shape[:-1])
    yield (*shape[:-1], 1)
    yield (shape[0] // 2, shape[1] // 2, shape[2])
    yield (shape[0] * shape[1] * shape[2],)


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
