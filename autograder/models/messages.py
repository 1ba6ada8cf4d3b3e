"""Every text that a comparison can show, keyed by cause. Plain text, written to a beginner.

The first line of a text says what was expected and what was found, the next ones why that is
likely to have happened and what to try. Fields in braces are filled by
`autograder.models.compare`:

where, expected, got, name, code, detail, evidence, next, previous, setting_expected,
setting_got, other, other_where, classes, input
"""

from __future__ import annotations

from collections.abc import Mapping

from autograder.models.describe import number, shape_in_words

_WRONG = (
    "{where} should be {expected}; yours{name} has {setting_got} instead of {setting_expected}.\n"
    "{evidence}"
)
_MISSING = "{where} should be {expected}, but it is missing: your model {next}.\n"
_TRY = "Try: {code}."

MESSAGES: dict[str, str] = {
    # no comparison is possible
    "not_a_model": (
        "Expected a Keras model, got {detail}.\n"
        "Try: make the model with keras.Sequential([...]) or keras.Model(inputs, outputs), and "
        "give it the name that the notebook asks for."
    ),
    "subclassed_model": (
        "Your model is a class of your own ({detail}), and its layers can't be seen from "
        "outside.\n"
        "Try: keras.Sequential([...]) or the functional API, keras.Model(inputs, outputs)."
    ),
    "empty_model": (
        "Your model has no layers yet. Expected are {input} as input and then {expected}.\n"
        "Try: put the layers into the list in keras.Sequential([...])."
    ),
    "not_built": (
        "Your model does not know the shape of its input yet, so its layers have no weights and "
        "can't be counted.\n"
        "Try: begin the list of layers with keras.Input(shape={input})."
    ),
    "branches": (
        "The network that is asked for is one line of layers, each with one input and one output; "
        "in yours, {detail}.\n"
        "Try: with the functional API, call every layer on the output of the layer before it."
    ),
    "shared_layer": (
        'Your layer "{detail}" is used twice, so both places share the same weights.\n'
        "Try: make a new layer for each place."
    ),
    "unreadable": (
        "Your model could not be read ({detail}).\n"
        "Try: keras.Sequential([...]) with the layers of keras.layers."
    ),
    # the input
    "wrong_input_shape": (
        "The input should have the shape {input}; yours has {detail}.\n"
        "{evidence}"
        "Try: keras.Input(shape={input}); the number of images is not part of it."
    ),
    # settings
    "wrong_units": _WRONG + "The number of units is the number of outputs. " + _TRY,
    "wrong_classes": (
        _WRONG + "The last layer gives one number for each class, and there are {classes}. " + _TRY
    ),
    "wrong_filters": _WRONG + "Each filter makes one channel of the output. " + _TRY,
    "filters_and_kernel_exchanged": (
        "{where} should be {expected}; yours{name} is {got}.\n"
        "Number of filters and kernel size are exchanged: the number of filters comes first. "
        + _TRY
    ),
    "wrong_kernel": _WRONG + "The kernel size is the second argument of Conv2D. " + _TRY,
    "wrong_padding": (
        _WRONG + 'With padding="same" height and width stay; with "valid", which is what you get '
        "if you say nothing, the border is lost. " + _TRY
    ),
    "wrong_strides": _WRONG + "Leave strides out to get the ordinary steps. " + _TRY,
    "wrong_pool": _WRONG + "Windows of 2 x 2 halve height and width. " + _TRY,
    "wrong_rate": (
        _WRONG + "The rate is the share of the values that are dropped, between 0 and 1. " + _TRY
    ),
    "wrong_scale": (
        _WRONG + "Pixels go from 0 to 255, and 1 / 255 brings them to numbers from 0 to 1. " + _TRY
    ),
    "wrong_activation": (
        "{where} should be {expected}; yours{name} is {got}.\n"
        "{evidence}" + _TRY + " Or write its name as activation=... in the layer before it."
    ),
    "sigmoid_instead_of_softmax": (
        "{where} should be {expected}; yours{name} is {got}.\n"
        "A sigmoid looks at each class alone, so the outputs don't add up to 1; softmax makes "
        "probabilities of all classes together. " + _TRY
    ),
    "softmax_on_one_output": (
        "{where} should be {expected}; yours{name} is {got}.\n"
        "Softmax shares 1 among all outputs, so that a single one is always 1, whatever the "
        "picture shows. Yes or no needs a sigmoid. " + _TRY
    ),
    "no_bias": (
        "{where} should be {expected}; yours{name} has no bias.\n"
        "{evidence}Try: leave use_bias=False out."
    ),
    "wrong_setting": (
        "{where} should be {expected}; yours{name} has {setting_got}.\n"
        "{evidence}Leave that setting out. " + _TRY
    ),
    # missing layers
    "missing_activation": (
        _MISSING + "Without an activation between them, layers with weights can do no more than "
        "a single one. " + _TRY + " Or write activation=... in the layer before it."
    ),
    "missing_softmax": (
        _MISSING + "Without softmax the outputs are any numbers, and not probabilities that add "
        "up to 1. Try: {code} after the last Dense layer."
    ),
    "missing_sigmoid": (
        _MISSING + "Without a sigmoid the output is any number, and not a probability between 0 "
        "and 1. Try: {code} after the last Dense layer."
    ),
    "missing_flatten": (
        _MISSING + "A Dense layer on a block of features works on each pixel by itself; Flatten "
        "makes one row out of the block. " + _TRY
    ),
    "missing_dropout": _MISSING + "Dropout is a layer of its own. " + _TRY,
    "missing_batch_norm": (
        _MISSING + "It belongs between the layer with weights and its activation; for that the "
        "activation must be a layer of its own. " + _TRY
    ),
    "missing_pooling": (
        _MISSING
        + "Pooling halves height and width, so everything after it is too large now. "
        + _TRY
    ),
    "missing_rescaling": (
        _MISSING + "Pixels from 0 to 255 are far too large for weights that have just been drawn. "
        "As a layer it divides one batch at a time, so that the pictures can stay the small "
        "numbers that they are. " + _TRY
    ),
    "missing_layer": _MISSING + "Everything else is compared after that. " + _TRY,
    # layers too many, or elsewhere
    "extra_layer": (
        "{where} should be {expected}, but your model has {got}{name} there, which was not asked "
        "for.\nTry: take it out, or move it to where it belongs."
    ),
    "extra_activation": (
        "{where} should be {expected}, but your model has {got}{name} there, which was not asked "
        "for.\n"
        'It may hide as activation="..." in the layer before it. Try: take it out.'
    ),
    "extra_softmax": (
        "Your model has {got}{name} where {expected} should come.\n"
        "Softmax after softmax makes all probabilities nearly equal, so the network hardly "
        'learns. One may hide as activation="softmax" in the last Dense layer. '
        "Try: take one of them out."
    ),
    "order_swapped": (
        "{where} should be {expected}, and after it comes {other}; in your model they stand the "
        "other way round.\nTry: swap the two."
    ),
    "batch_norm_after_activation": (
        "{where} should be {expected}, and after it comes {other}; in your model the activation "
        "comes first.\n"
        "Batch normalisation stands before the activation here. Try: take activation=... out of "
        "the layer with weights, and add {code} and then the activation."
    ),
    "misplaced_layer": (
        "{where} should be {expected}; in your model it stands elsewhere: {got}{name} comes after "
        "{previous}.\nTry: move it."
    ),
    "layer_too_early": (
        "{where} should be {expected}; your model has {got}{name} there, which belongs further "
        "back in the network.\nTry: move it."
    ),
    "wrong_layer": "{where} should be {expected}; yours{name} is {got}.\n{evidence}" + _TRY,
    "not_allowed_layer": (
        "{where} should be {expected}; yours{name} is {got}, which does not come from "
        "keras.layers or runs code of its own.\n"
        "Only built-in layers can be graded. " + _TRY
    ),
    # all layers are right, and still
    "frozen_layer": (
        "{where} is {expected}, as it should be, but yours{name} is frozen: trainable is False, "
        "so it would not learn.\n"
        "{evidence}Try: trainable = True for this layer, and compile again afterwards."
    ),
    "not_frozen": (
        "{where} is {expected}, as it should be, but yours{name} would learn: trainable is True.\n"
        "{evidence}Pretrained layers that may learn forget what they know while the new ones "
        "still guess. Try: trainable = False for this layer, or for all of the pretrained model, "
        "before compile."
    ),
    "wrong_count": (
        "All layers are right, but the model has {got} parameters instead of {expected}.\n"
        "Try: make the model anew from its first line, in case a cell ran twice."
    ),
    "logits_without_softmax": (
        "Everything is right but the last activation: the network has no softmax, and the loss "
        "was given from_logits=True, so it learns as it should.\n"
        "Its outputs are then no probabilities, though, and probabilities are what the task asks "
        "for: half of the points of the output activation. Try: {code} at the end, and no "
        "from_logits."
    ),
}

NOTES: dict[str, str] = {
    "commuted": (
        "You put {got} before {expected}. Both orders give the same result, so this counts as "
        "right."
    ),
    "remark": (
        '"{name}" has {detail} set, which was not asked for. It counts as right, but may change '
        "how well the network learns."
    ),
    "redundant_softmax_logits": (
        "Your network ends with softmax and the loss has from_logits=True: the loss then applies "
        "softmax a second time, and the network hardly learns. Leave from_logits out."
    ),
}


def explain(cause: str, fields: Mapping[str, str]) -> str:
    """Fill the text of a cause; fields that the text does not use are ignored.

    Raises
    ------
    KeyError
        If there is no such cause, or a field that the text uses is missing.
    """
    lines = MESSAGES[cause].format_map(fields).splitlines()
    return "\n".join(line.strip() for line in lines if line.strip())


def note(key: str, **fields: str) -> str:
    """Fill one of the notes, which go with a model that counts as right."""
    return NOTES[key].format_map(fields)


def evidence_from_counts(
    shape_expected: object,
    shape_got: object,
    count_expected: int,
    count_got: int,
    is_convolution: bool = False,
) -> str:
    """Say what a layer's output shape and parameter count give away.

    Parameters
    ----------
    shape_expected, shape_got : tuple of int or None
        Output shapes without the batch; None where unknown.
    count_expected, count_got : int
        Parameters of the layer.
    is_convolution : bool
        Both layers are convolutions, which have more that can be wrong.

    Returns
    -------
    str
        One sentence with a blank after it, or nothing if both are right.
    """
    shapes = f"{shape_in_words(shape_got)} instead of {shape_in_words(shape_expected)}"
    counts = f"{number(count_got)} parameters instead of {number(count_expected)}"
    if shape_got != shape_expected and count_got == count_expected:
        if not count_expected:
            return f"Its output shape is {shapes}. "
        return (
            f"Its number of parameters is right, but its output shape is {shapes}: that comes "
            "from padding or strides. "
        )
    if shape_got == shape_expected and count_got != count_expected:
        cause = "the kernel size, the bias or the number of channels that go in"
        because = f": that comes from {cause}" if is_convolution else ""
        return f"Its output shape is right, but it has {counts}{because}. "
    if shape_got != shape_expected:
        return f"It has {counts}, and its output shape is {shapes}. "
    return ""
