"""Features: preparation, batches, cache and quick runs, all with the narrow network."""

import hashlib
from pathlib import Path

import keras
import numpy as np
import pytest

from data_scripts import faces, features, hidden_sets, narrow_vgg, weights_file


@pytest.fixture
def few_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    """Render 20 pictures in place of 2,800."""
    monkeypatch.delenv("EIGHT_FACES_QUICK", raising=False)
    monkeypatch.delenv("EIGHT_FACES_WEIGHTS", raising=False)
    generator = np.random.default_rng(0)

    def load_faces(size: int = 48, **settings: object) -> faces.Faces:
        arrays = []
        for count in (10, 6, 4):
            arrays += [
                generator.integers(0, 256, (count, size, size, 3), dtype=np.uint8),
                np.arange(count, dtype=np.uint8) % 8,
            ]
        return faces.Faces(*arrays)

    def render_hidden(
        size: int, secret_seed: int, *, per_person: int, **settings: object
    ) -> tuple[np.ndarray, np.ndarray]:
        labels = np.repeat(np.arange(8, dtype=np.uint8), per_person // 25)
        return generator.integers(0, 256, (len(labels), size, size, 3), dtype=np.uint8), labels

    monkeypatch.setattr(features, "load_faces", load_faces)
    monkeypatch.setattr(hidden_sets, "render_hidden", render_hidden)


def _no_network() -> keras.Model:
    raise AssertionError("nothing was to be computed")


def test_prepared_images_are_what_vgg16_expects() -> None:
    images = np.full((2, 100, 100, 3), (255, 0, 10), np.uint8)
    prepared = features.prepare_images(images)
    assert prepared.shape == (2, 224, 224, 3)
    assert prepared.dtype == np.float32
    expected = np.array([10 - 103.939, 0 - 116.779, 255 - 123.68])  # blue, green, red
    np.testing.assert_allclose(prepared[1, 100, 100], expected, atol=1e-3)


def test_batches_do_not_change_the_features() -> None:
    images = np.random.default_rng(1).integers(0, 256, (5, 100, 100, 3), dtype=np.uint8)
    model = narrow_vgg.narrow_feature_model()
    whole = features.extract_features(images, model=model, progress=False)
    parts = features.extract_features(images, model=model, batch_size=2, progress=False)
    assert whole.shape == (5, 1024)
    np.testing.assert_allclose(parts, whole, rtol=1e-3, atol=1e-3)
    assert whole.min() < 0, "these are values before the ReLU"
    assert features.extract_features(images[:0], model=model, progress=False).shape[0] == 0


@pytest.mark.usefixtures("few_faces")
def test_features_are_computed_once_and_keep_the_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first = features.load_features(cache_dir=tmp_path)
    assert "computing features" in capsys.readouterr().out
    assert [array.shape for array in first] == [(10, 4096), (10,), (6, 4096), (6,), (4, 4096), (4,)]
    assert first.x_train.dtype == np.float32
    assert first.y_train.tolist() == [0, 1, 2, 3, 4, 5, 6, 7, 0, 1]
    monkeypatch.setattr(narrow_vgg, "narrow_feature_model", _no_network)
    again = features.load_features(cache_dir=tmp_path)
    np.testing.assert_array_equal(again.x_test, first.x_test)
    assert capsys.readouterr().out == ""


@pytest.mark.usefixtures("few_faces")
def test_other_weights_or_pictures_have_their_own_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def built() -> int:
        features.load_features(cache_dir=tmp_path, progress=False)
        return len(list(tmp_path.glob("features-0-*.arrays")))

    assert built() == 1
    monkeypatch.setattr(features, "renderer_hash", lambda: "another renderer")
    assert built() == 2
    monkeypatch.setattr(weights_file, "weights_hash", lambda: "other weights")
    assert built() == 3


@pytest.mark.usefixtures("few_faces")
def test_quick_runs_take_the_first_tenth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = features.load_features(cache_dir=tmp_path, progress=False)
    monkeypatch.setenv("EIGHT_FACES_QUICK", "1")
    quick = features.load_features(cache_dir=tmp_path, progress=False)
    assert quick.x_train.shape == (1, 4096)
    assert quick.y_train[0] == whole.y_train[0]
    x, y = hidden_sets.hidden_features(7, cache_dir=tmp_path)
    assert (x.shape, y.tolist()) == ((8, 4096), list(range(8)))


@pytest.mark.usefixtures("few_faces")
def test_features_by_picture_are_found_by_what_a_notebook_prepares(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    shown = features.load_faces(100)
    monkeypatch.setattr(features, "load_faces", lambda *size, **settings: shown)
    assert features.features_by_picture(make=False) == {}
    assert list(tmp_path.iterdir()) == []
    made = features.features_by_picture()
    assert len(made) == 10 + 6 + 4
    # As the solution of exercise 06 has it, one picture at a time.
    for images in (shown.x_train, shown.x_valid, shown.x_test):
        for image in images:
            resized = np.array(keras.ops.image.resize(image[None].astype("float32"), (224, 224)))
            prepared = keras.applications.vgg16.preprocess_input(resized)
            row = made[hashlib.sha256(np.ascontiguousarray(prepared[0])).digest()]
            assert (row.shape, row.dtype) == ((1024,), np.float32)
    expected = features.extract_features(
        shown.x_test, model=narrow_vgg.narrow_feature_model(), progress=False
    )
    np.testing.assert_allclose(list(made.values())[-4:], expected, rtol=1e-4, atol=1e-4)
    monkeypatch.setattr(narrow_vgg, "narrow_feature_model", _no_network)
    again = features.features_by_picture(make=False)
    assert [*again] == [*made]
    assert all(np.array_equal(again[key], made[key]) for key in made)


@pytest.mark.usefixtures("few_faces")
def test_hidden_features_do_not_show_their_seed(tmp_path: Path) -> None:
    secret = 987654321123456789
    x, y = hidden_sets.hidden_features(secret, cache_dir=tmp_path)
    assert x.shape == (80, 4096)
    assert np.bincount(y).tolist() == [10] * 8
    assert not [path for path in tmp_path.iterdir() if str(secret) in path.name]
