import re
import string

import pytest

from autograder.models import describe, messages

FIELDS = {
    *("where", "expected", "got", "name", "code", "detail", "evidence", "next", "previous"),
    *("setting_expected", "setting_got", "other", "classes", "input"),
}


@pytest.mark.parametrize("cause", messages.MESSAGES)
def test_every_message_uses_known_fields_and_ends_like_a_sentence(cause: str) -> None:
    text = messages.MESSAGES[cause]
    used = {field for _, field, _, _ in string.Formatter().parse(text) if field}
    assert used <= FIELDS
    assert text.rstrip().endswith((".", "}"))
    assert not re.search(r"<[a-z]+>", text)


@pytest.mark.parametrize("cause", messages.MESSAGES)
def test_every_message_can_be_filled(cause: str) -> None:
    assert "{" not in messages.explain(cause, dict.fromkeys(FIELDS, "x"))


@pytest.mark.parametrize(
    ("shapes", "counts", "words"),
    [
        (((4, 4, 2), (2, 2, 2)), (20, 20), "padding or strides"),
        (((4, 4, 2), (4, 4, 2)), (20, 52), "the kernel size, the bias or the number of channels"),
        (((4, 4, 2), (4, 4, 3)), (20, 30), "30 parameters instead of 20"),
        (((4, 4, 2), (4, 4, 2)), (20, 20), ""),
    ],
)
def test_shape_and_count_give_the_cause_away(
    shapes: tuple[object, object], counts: tuple[int, int], words: str
) -> None:
    text = messages.evidence_from_counts(*shapes, *counts, is_convolution=True)
    assert words in text
    assert bool(text) == bool(words)


def test_layers_in_words_and_as_code() -> None:
    settings = {"filters": 32, "kernel_size": (3, 3), "strides": (1, 1), "padding": "same"}
    assert describe.layer_in_words("Conv2D", settings) == (
        'a Conv2D layer with 32 filters, a kernel of 3 x 3 and padding="same"'
    )
    assert describe.layer_as_code("Conv2D", settings) == 'layers.Conv2D(32, 3, padding="same")'
    assert describe.layer_in_words("Activation", {"activation": "relu"}) == "a ReLU activation"
    assert describe.layer_in_words("Activation", {"activation": "elu"}) == "an elu activation"
    assert describe.layer_in_words("Flatten", {}) == "a Flatten layer"
    assert describe.layer_as_code("Dropout", {"rate": 0.3}) == "layers.Dropout(0.3)"
