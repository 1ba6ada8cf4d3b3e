"""What the figures of docs/measurements.md are worked out with."""

import re

import numpy as np

from data_scripts import measure_pictures


def test_thumbnails_are_means_of_squares():
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 64, 3), dtype=np.uint8)
    grey, coloured = (measure_pictures.thumbnails(images, channels) for channels in (1, 3))
    assert (grey.shape, coloured.shape) == ((3, 256), (3, 768))
    np.testing.assert_allclose(grey[1, 17], images[1, 4:8, 4:8].mean() / 255, rtol=1e-5)
    expected = images[2, 60:, 60:].mean((0, 1)) / 255
    np.testing.assert_allclose(coloured[2, -3:], expected, rtol=1e-5)


def test_a_linear_classifier_learns_what_can_be_learned():
    generator = np.random.default_rng(1)
    labels = generator.integers(0, 3, 1240)
    rows = generator.normal(0, 0.1, (1240, 4)).astype(np.float32)
    rows[np.arange(1240), labels] += 1
    for given, right in ((labels, True), (generator.permutation(labels), False)):
        said = measure_pictures.linear_accuracy((rows[:1200], given[:1200]),
                                                (rows[1200:], given[1200:]))  # fmt: skip
        found = re.fullmatch(r"(.*) of 1200 training, (.*) of 40 test pictures", said)
        assert [float(share) > 0.95 for share in found.groups()] == [right, right]
