"""The catalogue of mistakes that people make when they write a network down."""

from __future__ import annotations

from collections.abc import Callable

from autograder.grading.mutator.changes import (
    after_the_last,
    blocks_doubled,
    blocks_dropped,
    both,
    changed,
    dropped,
    everywhere,
    exchanged,
    extra_dense,
    filters_for_kernel,
    freezing,
    input_shapes,
    inserted,
    misplaced_dropout,
    output_dropped,
    relu_before_softmax,
    relu_before_weights,
    swapped,
    swapped_norm,
)
from autograder.grading.mutator.layers import (
    RELU,
    SIGMOID,
    SOFTMAX,
    WITH_WEIGHTS,
    Layer,
    Mistake,
    Variants,
)


def _mistake(
    name: str,
    description: str,
    causes: str,
    variants: Variants,
) -> Mistake:
    return Mistake(name, description, frozenset(causes.split()), variants)


def _kind(kind: str) -> Callable[[Layer], bool]:
    return lambda layer: layer[0] == kind


def _forgotten(unwanted: Callable[[Layer], bool]) -> Variants:
    """Leave out one layer, or all of its kind."""
    return both(dropped(unwanted), everywhere(dropped(unwanted), unwanted))


_no_padding = changed("Conv2D", "padding", lambda _: "valid")

MISTAKES: dict[str, Mistake] = {
    mistake.name: mistake
    for mistake in (
        Mistake(
            "wrong_input",
            "another input shape: (not) flattened, with the number of images, axes exchanged",
            frozenset({"wrong_input_shape"}),
            inputs=input_shapes,
        ),
        _mistake(
            "wrong_units",
            "a hidden Dense layer has three quarters of the units",
            "wrong_units",
            changed("Dense", "units", lambda units: units * 3 // 4, last=False),
        ),
        _mistake(
            "wrong_classes",
            "the last Dense layer has two units too many",
            "wrong_classes",
            changed("Dense", "units", lambda units: units + 2, last=True),
        ),
        _mistake(
            "wrong_filters",
            "a convolution has half the filters too many",
            "wrong_filters",
            changed("Conv2D", "filters", lambda filters: filters * 3 // 2),
        ),
        _mistake(
            "wrong_kernel",
            "a convolution has a kernel of 5 x 5",
            "wrong_kernel",
            changed("Conv2D", "kernel_size", lambda _: (5, 5)),
        ),
        _mistake(
            "wrong_padding",
            "a convolution, or each of them, has no padding",
            "wrong_padding",
            both(_no_padding, everywhere(_no_padding, _kind("Conv2D"))),
        ),
        _mistake(
            "wrong_strides",
            "a convolution has strides of 2, or a pooling strides of 1",
            "wrong_strides",
            both(
                changed("Conv2D", "strides", lambda _: (2, 2)),
                changed("MaxPooling2D", "strides", lambda _: (1, 1)),
            ),
        ),
        _mistake(
            "filters_for_kernel",
            "number of filters and kernel size are exchanged",
            "filters_and_kernel_exchanged",
            filters_for_kernel,
        ),
        _mistake(
            "wrong_pool",
            "a pooling has windows of 3 x 3",
            "wrong_pool",
            changed("MaxPooling2D", "pool_size", lambda _: (3, 3)),
        ),
        _mistake(
            "wrong_rate",
            "a dropout has another rate, such as the share that is kept",
            "wrong_rate",
            both(
                changed("Dropout", "rate", lambda rate: round(rate - 0.1, 2)),
                changed("Dropout", "rate", lambda rate: round(1 - rate, 2)),
            ),
        ),
        _mistake(
            "pixels_as_they_are",
            "the pixels were not scaled",
            "missing_rescaling",
            dropped(_kind("Rescaling")),
        ),
        _mistake(
            "wrong_scale",
            "the pixels were scaled to numbers from 0 to 2",
            "wrong_scale",
            changed("Rescaling", "scale", lambda scale: 2 * scale),
        ),
        _mistake(
            "no_bias",
            "a layer has no bias",
            "no_bias",
            lambda layers: (
                variant
                for kind in WITH_WEIGHTS
                for variant in changed(kind, "use_bias", lambda _: False)(layers)
            ),
        ),
        _mistake(
            "missing_relu",
            "a ReLU was forgotten, or each of them",
            "missing_activation",
            _forgotten(lambda layer: layer == RELU),
        ),
        _mistake(
            "sigmoid_instead_of_relu",
            "a hidden layer has a sigmoid",
            "wrong_activation",
            exchanged(RELU, SIGMOID),
        ),
        _mistake(
            "softmax_instead_of_relu",
            "a hidden layer has a softmax",
            "wrong_activation",
            exchanged(RELU, SOFTMAX),
        ),
        _mistake(
            "relu_before_layer",
            "a ReLU before the layer that it should follow",
            "order_swapped layer_too_early extra_activation",
            relu_before_weights,
        ),
        _mistake(
            "no_softmax",
            "the last activation was forgotten",
            "missing_softmax",
            dropped(lambda layer: layer == SOFTMAX),
        ),
        _mistake(
            "sigmoid_instead_of_softmax",
            "the last activation is a sigmoid",
            "sigmoid_instead_of_softmax",
            exchanged(SOFTMAX, SIGMOID),
        ),
        _mistake(
            "no_sigmoid",
            "the last activation of a network that answers yes or no was forgotten",
            "missing_sigmoid",
            dropped(lambda layer: layer == SIGMOID),
        ),
        _mistake(
            "softmax_instead_of_sigmoid",
            "softmax on a single output",
            "softmax_on_one_output",
            exchanged(SIGMOID, SOFTMAX),
        ),
        _mistake(
            "softmax_twice",
            "softmax as an argument and as a layer",
            "extra_softmax",
            lambda layers: after_the_last(SOFTMAX)(layers) if layers[-1] == SOFTMAX else iter(()),
        ),
        _mistake(
            "relu_before_softmax",
            "a ReLU between the last Dense layer and its softmax",
            "extra_activation",
            relu_before_softmax,
        ),
        _mistake(
            "relu_at_the_end",
            "a ReLU on the features that are to be taken before it",
            "extra_activation",
            lambda layers: after_the_last(RELU)(layers) if layers[-1][0] == "Dense" else iter(()),
        ),
        _mistake(
            "missing_dropout",
            "a dropout was forgotten, or each of them",
            "missing_dropout",
            both(
                dropped(_kind("Dropout")), everywhere(dropped(_kind("Dropout")), _kind("Dropout"))
            ),
        ),
        _mistake(
            "missing_batch_norm",
            "a batch normalisation was forgotten, or each of them",
            "missing_batch_norm",
            both(
                dropped(_kind("BatchNormalization")),
                everywhere(dropped(_kind("BatchNormalization")), _kind("BatchNormalization")),
            ),
        ),
        _mistake(
            "missing_pooling",
            "a pooling was forgotten",
            "missing_pooling",
            dropped(_kind("MaxPooling2D")),
        ),
        _mistake(
            "missing_flatten", "Flatten was forgotten", "missing_flatten", dropped(_kind("Flatten"))
        ),
        _mistake(
            "missing_layer",
            "a layer with weights was forgotten, its activation not",
            "missing_layer",
            dropped(lambda layer: layer[0] in WITH_WEIGHTS),
        ),
        _mistake(
            "missing_block",
            "a layer with weights was forgotten with all that belongs to it",
            "missing_layer missing_pooling",
            blocks_dropped,
        ),
        _mistake(
            "missing_output",
            "the network ends before its last Dense layer",
            "missing_layer",
            output_dropped,
        ),
        _mistake(
            "block_twice",
            "a layer with weights and its activation are there twice",
            "extra_layer extra_activation",
            blocks_doubled,
        ),
        _mistake(
            "extra_layer", "a Dense layer too many, with its ReLU", "extra_layer", extra_dense
        ),
        _mistake(
            "extra_dropout",
            "a dropout before the last Dense layer",
            "extra_layer",
            inserted(("Dropout", {"rate": 0.25})),
        ),
        _mistake(
            "extra_batch_norm",
            "a batch normalisation before the last Dense layer",
            "extra_layer",
            inserted(("BatchNormalization", {})),
        ),
        _mistake(
            "batch_norm_after_relu",
            "batch normalisation after the activation",
            "batch_norm_after_activation",
            swapped_norm,
        ),
        _mistake("swapped", "two neighbours swapped", "order_swapped", swapped),
        _mistake(
            "misplaced_dropout",
            "a dropout one layer with weights too late",
            "misplaced_layer order_swapped",
            misplaced_dropout,
        ),
        _mistake(
            "average_pooling",
            "average pooling in the place of maximum pooling",
            "wrong_layer",
            exchanged("MaxPooling2D", ("AveragePooling2D", {})),
        ),
        _mistake(
            "global_pooling",
            "global pooling in the place of Flatten",
            "wrong_layer",
            exchanged("Flatten", ("GlobalAveragePooling2D", {})),
        ),
        Mistake(
            "not_frozen",
            "pretrained layers that may still learn, one or all of them",
            frozenset({"not_frozen"}),
            freezing(trainable=True),
            in_training=True,
        ),
        Mistake(
            "left_frozen",
            "layers that should learn are frozen, one or all of them",
            frozenset({"frozen_layer"}),
            freezing(trainable=False),
            in_training=True,
        ),
    )
}
