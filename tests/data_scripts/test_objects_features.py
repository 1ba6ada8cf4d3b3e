"""Features of the objects at fc2: as the full network gives them, and computed once."""

from pathlib import Path

import keras
import numpy as np
import pytest

from data_scripts import objects_features
from data_scripts.features import prepare_images

PICTURES = np.random.default_rng(0).integers(0, 256, (5, 224, 224, 3), dtype=np.uint8)


def test_features_are_sums_after_a_relu() -> None:
    found = objects_features.features_at_fc2(PICTURES)
    assert found.shape == (5, 4096)
    assert found.dtype == np.float32
    assert found.min() == 0 < found.max()
    assert len(np.unique(found.round(4), axis=0)) == 5


@pytest.mark.full
def test_the_full_network_gives_the_same_within_rounding() -> None:
    from autograder.student.vgg import vgg16

    vgg = vgg16("course", subject="things")
    full = keras.Model(vgg.input, vgg.get_layer("fc2").output)
    expected = full.predict(np.asarray(prepare_images(PICTURES)), verbose=0)
    found = objects_features.features_at_fc2(PICTURES)
    assert np.linalg.norm(found - expected) < 1e-4 * np.linalg.norm(expected)


def test_each_picture_is_looked_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    splits = PICTURES[:3], PICTURES[3:4], PICTURES[4:]
    monkeypatch.delenv("EIGHT_FACES_WEIGHTS", raising=False)

    def load() -> objects_features.ObjectFeatures:
        return objects_features.load_object_features(*splits, cache_dir=tmp_path, progress=False)

    first = load()
    assert [len(part) for part in first] == [3, 1, 1]
    np.testing.assert_allclose(
        np.concatenate(first), objects_features.features_at_fc2(PICTURES), atol=1e-4
    )
    monkeypatch.delattr(objects_features, "_network")
    for again, before in zip(load(), first, strict=True):
        np.testing.assert_array_equal(again, before)
