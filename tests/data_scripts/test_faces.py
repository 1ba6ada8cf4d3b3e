"""Tests of the rendered data sets, on a few pictures only."""

import numpy as np
import pytest
from PIL import Image

from data_scripts import faces, faces_production, hidden_sets
from data_scripts.faces_identity import TRAITS

FEW = {"train": 6, "valid": 2, "test": 3}
DEVELOPMENT_SEED = 1000


@pytest.fixture(autouse=True)
def own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path))
    return tmp_path


def load(size=48, **options):
    options = {"progress": False, "splits": FEW, "workers": 1, **options}
    return faces.load_faces(size, people_seed=DEVELOPMENT_SEED, **options)


@pytest.mark.parametrize("size", [48, 100])
def test_shapes_types_and_balance(size):
    data = load(size)
    for split, per_person in FEW.items():
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        assert x.shape == (8 * per_person, size, size, 3)
        assert x.dtype == y.dtype == np.uint8
        assert np.bincount(y).tolist() == [per_person] * 8
    assert not np.array_equal(data.y_train, np.sort(data.y_train))


def test_default_sizes():
    assert faces.SPLITS == {"train": 250, "valid": 50, "test": 50}


def test_one_and_two_processes_give_the_same_bytes(tmp_path):
    alone = load(cache_dir=tmp_path / "alone", workers=1)
    together = load(cache_dir=tmp_path / "together", workers=2)
    for first, second in zip(alone, together, strict=True):
        assert first.tobytes() == second.tobytes()


def test_a_failing_pool_falls_back_to_one_process(monkeypatch, tmp_path):
    def no_pool(*arguments, **options):
        raise OSError("no processes here")

    expected = load(cache_dir=tmp_path / "alone")
    monkeypatch.setattr(faces_production, "ProcessPoolExecutor", no_pool)
    data = load(cache_dir=tmp_path / "fallback", workers=2)
    assert np.array_equal(data.x_train, expected.x_train)


def test_both_sizes_show_the_same_pictures():
    large, small = load(100), load(48)
    assert np.array_equal(large.y_test, small.y_test)
    for big, little in zip(large.x_test, small.x_test, strict=True):
        reduced = Image.fromarray(big).resize((48, 48), Image.Resampling.BOX)
        assert np.abs(np.asarray(reduced, float) - little).mean() < 8


def test_pictures_differ_from_one_another():
    data = load()
    everything = np.concatenate([data.x_train, data.x_valid, data.x_test])
    assert len({picture.tobytes() for picture in everything}) == len(everything)


def test_people_differ_from_one_another():
    units = np.array([person.unit for person in faces_production.course_people(DEVELOPMENT_SEED)])
    distances = np.linalg.norm(units[:, None] - units[None], axis=2) + 9 * np.eye(8)
    assert units.shape == (8, len(TRAITS))
    assert distances.min() > 1.0


def test_hidden_set_is_new_pictures_of_the_same_people(own_cache):
    options = {"people_seed": DEVELOPMENT_SEED, "per_person": 3, "workers": 1}
    secret = 2**127 + 12345
    x, y = hidden_sets.render_hidden(48, secret, **options)
    again, _ = hidden_sets.render_hidden(48, secret, **options)
    other, _ = hidden_sets.render_hidden(48, secret + 2**100, **options)
    assert x.shape == (24, 48, 48, 3)
    assert x.dtype == np.uint8
    assert np.bincount(y).tolist() == [3] * 8
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    shown = {picture.tobytes() for picture in load().x_test}
    assert not shown & {picture.tobytes() for picture in x}
    names = [path.name for path in own_cache.iterdir()]
    assert any(name.startswith("hidden-") for name in names)
    assert not any(str(secret) in name for name in names)


def test_secret_seed_has_at_most_128_bits():
    with pytest.raises(ValueError, match="128 bits"):
        hidden_sets.render_hidden(48, 2**128, per_person=1)


def test_other_people():
    x, y = faces.render_other_people(5, 2, seed=7, size=48, progress=False, workers=1)
    fewer, _ = faces.render_other_people(3, 2, seed=7, size=48, progress=False, workers=1)
    assert x.shape == (10, 48, 48, 3)
    assert x.dtype == np.uint8
    assert y.tolist() == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    assert np.array_equal(x[:6], fewer)
    others = {
        faces_production.other_person(seed, number) for seed in (0, 1000) for number in range(20)
    }
    assert not others & set(faces_production.course_people(1000))
    assert len(others) == 40


def test_renderer_hash_ignores_line_endings(tmp_path, monkeypatch):
    expected = faces.renderer_hash()
    for module in faces.DRAWING_MODULES:
        source = (faces.Path(faces.__file__).with_name(f"faces_{module}.py")).read_bytes()
        (tmp_path / f"faces_{module}.py").write_bytes(source.replace(b"\n", b"\r\n"))
    monkeypatch.setattr(faces, "__file__", str(tmp_path / "faces.py"))
    assert faces.renderer_hash() == expected
    assert len(expected) == 64


def test_unknown_size_is_refused():
    with pytest.raises(ValueError, match="size"):
        faces.load_faces(64)
