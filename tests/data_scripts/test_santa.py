"""Tests of the people with and without a costume, on a few pictures only."""

import hashlib

import numpy as np
import pytest
from PIL import Image

from data_scripts import faces, hidden_sets, santa
from data_scripts.contact_sheets import santa_sheet
from data_scripts.faces_identity import draw_identity
from data_scripts.faces_production import course_people, seed_words, seeded_generator
from data_scripts.santa_costume import draw_costume

FEW = {"train": 3, "validation": 2, "test": 2}
DEVELOPMENT_SEED = 1000
# SHA-256 of two pictures, rendered with the locked versions of NumPy and Pillow.
PINNED = {
    True: "19f6eba7bc121990de4303e9283b84725d804dfc2e311d0e7b35803479be94dc",
    False: "7d9bd5e9e8be26d6578f56d25d06202105dbc5e8b68808ecf5483ed99c484758",
}


def load(cache_dir, **options):
    options = {"seed": DEVELOPMENT_SEED, "progress": False, "workers": 1, "per_class": FEW,
               **options}  # fmt: skip
    return santa.load_santa(cache_dir=cache_dir, **options)


def task(wears, start, stop, split="train", seed=DEVELOPMENT_SEED):
    return santa.Task((santa.PURPOSES[split], *seed_words(seed)), wears, start, stop)


def test_numbers_of_the_original():
    assert {split: 2 * count for split, count in santa.PER_CLASS.items()} == {
        "train": 542, "validation": 200, "test": 180
    }  # fmt: skip


def test_shapes_types_and_balance(tmp_path):
    data = load(tmp_path)
    for split, per_class in zip(("train", "valid", "test"), FEW.values(), strict=True):
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        assert x.shape == (2 * per_class, 64, 64, 3)
        assert x.dtype == y.dtype == np.uint8
        assert np.bincount(y).tolist() == [per_class, per_class]
    everything = np.concatenate([data.x_train, data.x_valid, data.x_test])
    assert len({picture.tobytes() for picture in everything}) == 14
    assert np.array_equal(load(tmp_path).x_test, data.x_test)


def test_labels_say_who_wears_the_costume(tmp_path):
    data = load(tmp_path)
    drawn = {picture.tobytes() for picture in santa.render_task(task(True, 0, 3))}
    assert {picture.tobytes() for picture in data.x_train[data.y_train == 1]} == drawn


def test_pixels_are_pinned():
    for wears, expected in PINNED.items():
        picture = santa.render_task(task(wears, 0, 1))
        assert hashlib.sha256(picture.tobytes()).hexdigest() == expected, wears


@pytest.mark.slow
def test_one_and_two_processes_give_the_same_bytes(tmp_path, monkeypatch):
    monkeypatch.setattr(santa, "BATCH", 1)
    alone, together = (load(tmp_path / str(count), workers=count) for count in (1, 2))
    for first, second in zip(alone, together, strict=True):
        assert first.tobytes() == second.tobytes()


def test_everybody_is_somebody_else():
    people = [
        draw_identity(seeded_generator(santa.PEOPLE, purpose, *seed_words(0), wears, number))
        for purpose in santa.PURPOSES.values()
        for wears in (0, 1)
        for number in range(20)
    ]
    assert len(set(people)) == len(people)
    assert not set(people) & set(course_people(faces.COURSE_SEED))


def test_costumes_and_what_may_be_taken_for_them():
    generator = np.random.default_rng(0)
    wearing, other = ([draw_costume(generator, flag) for _ in range(400)] for flag in (True, False))
    assert {costume.hat for costume in wearing} == {"santa"}
    assert {costume.hat for costume in other} == {"none", "beanie", "cap", "cone"}

    def red(colour):
        return colour[0] > 140 and max(colour[1:]) < 65

    assert 0.2 < np.mean([c.hat != "none" and red(c.hat_colour) for c in other]) < 0.4
    assert 0.15 < np.mean([c.beard > 0 for c in other]) < 0.3 < 0.6
    assert 0.6 < np.mean([c.beard > 0 for c in wearing]) < 0.9
    for group in (wearing, other):
        assert 0.15 < np.mean([c.red_behind for c in group]) < 0.35


@pytest.mark.slow
def test_colour_alone_does_not_decide():
    each = 60
    pictures = np.concatenate([santa.render_task(task(flag, 0, each)) for flag in (False, True)])
    labels = np.repeat((0, 1), each)
    training = np.tile(np.arange(each) < 40, 2)
    colours = pictures.reshape(len(pictures), -1, 3).astype(float)
    features = np.concatenate([colours.mean(1), colours.std(1)], axis=1)
    means = np.stack([features[training & (labels == k)].mean(0) for k in (0, 1)])
    nearest = ((features[~training][:, None] - means) ** 2).sum(-1).argmin(1)
    assert (nearest == labels[~training]).mean() < 0.8


def test_hidden_set_is_new_people(tmp_path):
    secret = 2**127 + 12345
    options = {"per_class": 2, "cache_dir": tmp_path, "workers": 1}
    x, y = hidden_sets.hidden_santa(secret, **options)
    again, _ = hidden_sets.hidden_santa(secret, **options)
    other, _ = hidden_sets.hidden_santa(secret + 2**100, **options)
    assert np.bincount(y).tolist() == [2, 2]
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    assert not any(str(secret) in path.name for path in tmp_path.iterdir())
    assert 2 * hidden_sets.SANTA_PER_CLASS >= 2000
    with pytest.raises(ValueError, match="128 bits"):
        hidden_sets.hidden_santa(2**128, per_class=1)


def test_image_folders(tmp_path):
    data = load(tmp_path / "cache")
    folder = santa.write_image_folders(tmp_path / "split", data)
    found = sorted(str(path.relative_to(folder).as_posix()) for path in folder.rglob("*.png"))
    assert len(found) == 14
    assert found[0] == "test/not_santa/image_0001.png"
    assert found[-1] == "validation/santa/image_0002.png"
    with Image.open(folder / "train" / "santa" / "image_0001.png") as picture:
        first = np.asarray(picture)
    assert np.array_equal(first, data.x_train[data.y_train == 1][0])
    with pytest.raises(FileExistsError, match="left as it is"):
        santa.write_image_folders(folder, data)


def test_contact_sheet():
    assert santa_sheet(rows=2, each=1).size == (132, 152)


def test_renderer_hash_covers_the_faces(monkeypatch):
    expected = santa.renderer_hash()
    monkeypatch.setattr(santa, "faces_hash", lambda: "another")
    assert santa.renderer_hash() != expected
    assert len(expected) == 64
