"""Tests of the rendered objects, on a few pictures only."""

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from data_scripts import contact_sheets, hidden_sets, objects, objects_production
from data_scripts.objects_categories import CATEGORIES, LOOSE, NAMES, UPRIGHT
from data_scripts.objects_production import Picture, plan_set, render_task, split_words
from data_scripts.objects_scene import TILT

REPOSITORY = Path(__file__).resolve().parents[2]
DEVELOPMENT_SEED = 1000
# SHA-256 of three pictures, rendered with the locked versions of NumPy and Pillow.
PINNED = {
    "cup": "56ff75aedd68656dfed51286cc615984f5ce42673ebba7078c4ab01220a9419c",
    "bicycle": "ac0cb7ed23a514e8b4d47cf889713ab172eb537bce4fb5083d56ce9c07714ddf",
    "saxophone": "35d42a9121bd388021ca268f8b9b0cefa8aafebe8b93c98832ea45b557c3d74d",
}


def words(split="train", seed=DEVELOPMENT_SEED):
    return split_words(split, seed)


@pytest.fixture
def few(monkeypatch):
    """Sets of one picture a split and category, of five categories."""

    def sizes(share=1):
        counts = np.zeros(len(NAMES), int)
        counts[::20] = 1
        return {"train": 2 * counts, "valid": counts, "test": counts}

    monkeypatch.setattr(objects, "split_sizes", sizes)


def load(cache_dir, **options):
    options = {"seed": DEVELOPMENT_SEED, "progress": False, "workers": 1, **options}
    return objects.load_objects(cache_dir=cache_dir, **options)


def test_97_named_categories():
    assert len(CATEGORIES) == len(UPRIGHT) + len(LOOSE) == 97
    assert list(NAMES) == sorted(NAMES)
    assert {stance for _, stance in CATEGORIES.values()} == set(TILT)
    left_out = {"airplane", "airplanes", "motorbike", "motorbikes", "face", "faces"}
    assert not left_out & set(NAMES)


def test_numbers_of_the_original():
    sizes = objects_production.category_sizes()
    assert (sizes.min(), sizes.max(), sizes.sum()) == (31, 239, 6209)
    assert len(set(sizes.tolist())) > 50
    splits = objects_production.split_sizes()
    assert {split: counts.sum() for split, counts in splits.items()} == {
        "train": 4346, "valid": 931, "test": 932
    }  # fmt: skip
    assert np.array_equal(sum(splits.values()), sizes)
    for split, share in (("train", 0.7), ("valid", 0.15), ("test", 0.15)):
        assert np.abs(splits[split] - share * sizes).max() < 1.5
        assert splits[split].min() >= 4


def test_a_share_has_every_category():
    splits = objects_production.split_sizes(10)
    assert all(counts.min() >= 1 for counts in splits.values())
    assert splits["valid"].min() == 1
    assert 97 <= splits["train"].sum() < 500


def test_no_picture_is_planned_twice():
    splits = objects_production.split_sizes()
    planned = [p for split, counts in splits.items() for p in plan_set(counts, words(split))]
    assert len(set(planned)) == len(planned) == 6209
    labels = [picture.label for picture in planned[:4346]]
    assert labels != sorted(labels)


def test_pixels_are_pinned():
    for name, expected in PINNED.items():
        picture = render_task([Picture(words(), NAMES.index(name), 0)])
        assert hashlib.sha256(picture.tobytes()).hexdigest() == expected, name


@pytest.mark.slow
def test_every_category_can_be_drawn_and_differs():
    pictures = render_task([Picture(words(), label, 1) for label in range(97)])
    assert pictures.shape == (97, 224, 224, 3)
    assert pictures.dtype == np.uint8
    assert len({picture.tobytes() for picture in pictures}) == 97
    assert pictures.std(axis=(1, 2, 3)).min() > 5


def test_shapes_types_and_views(few, tmp_path):
    data = load(tmp_path)
    for split, count in (("train", 10), ("valid", 5), ("test", 5)):
        x, y = getattr(data, f"x_{split}"), getattr(data, f"y_{split}")
        assert x.shape == (count, 224, 224, 3)
        assert x.dtype == y.dtype == np.uint8
        assert sorted(set(y.tolist())) == [0, 20, 40, 60, 80]
        assert not x.flags.writeable
        assert type(x) is np.ndarray
    assert data.names == NAMES
    everything = np.concatenate([data.x_train, data.x_valid, data.x_test])
    assert len({picture.tobytes() for picture in everything}) == 20
    label = int(data.y_test[0])
    assert np.array_equal(data.x_test[0], render_task([Picture(words("test"), label, 0)])[0])


@pytest.mark.slow
def test_one_and_two_processes_give_the_same_bytes(few, tmp_path, monkeypatch):
    monkeypatch.setattr(objects_production, "BATCH", 4)
    alone, together = (load(tmp_path / str(count), workers=count) for count in (1, 2))
    assert alone.x_train.tobytes() == together.x_train.tobytes()
    assert alone.x_test.tobytes() == together.x_test.tobytes()


def test_hidden_set_is_new_pictures_of_the_same_categories(tmp_path, monkeypatch):
    monkeypatch.setattr(
        objects_production, "category_sizes", lambda: np.array([3, 2, 1] + [0] * 94)
    )
    secret = 2**127 + 12345
    x, y = hidden_sets.hidden_objects(secret, count=4, cache_dir=tmp_path, workers=1)
    again, _ = hidden_sets.hidden_objects(secret, count=4, cache_dir=tmp_path, workers=1)
    other, _ = hidden_sets.hidden_objects(secret + 2**100, count=4, cache_dir=tmp_path, workers=1)
    assert np.bincount(y).tolist() == [2, 2, 1]
    assert np.array_equal(x, again)
    assert not np.array_equal(x, other)
    numbers = [Picture(words(seed=0), label, number) for label in range(3) for number in range(2)]
    shown = {picture.tobytes() for picture in render_task(numbers)}
    assert not shown & {picture.tobytes() for picture in x}
    assert not any(str(secret) in path.name for path in tmp_path.iterdir())


def test_hidden_set_has_at_least_2000_pictures_of_all_categories():
    sizes = objects_production.category_sizes()
    counts = -(-sizes * hidden_sets.OBJECT_PICTURES // 6209)
    assert counts.min() >= 10
    assert 2000 <= counts.sum() < 2100
    with pytest.raises(ValueError, match="128 bits"):
        hidden_sets.hidden_objects(2**128)


def test_image_folders(few, tmp_path):
    data = load(tmp_path / "cache")
    folder = objects.write_image_folders(tmp_path / "folders", data, per_category=3)
    names = [NAMES[label] for label in (0, 20, 40, 60, 80)]
    assert sorted(path.name for path in folder.iterdir()) == names
    for label, name in zip((0, 20, 40, 60, 80), names, strict=True):
        files = sorted((folder / name).iterdir())
        assert [file.name for file in files] == [f"image_{n:04d}.png" for n in (1, 2, 3)]
        first = data.x_train[np.flatnonzero(data.y_train == label)[0]]
        with Image.open(files[0]) as picture:
            assert np.array_equal(np.asarray(picture), first)
    with pytest.raises(FileExistsError, match="left as it is"):
        objects.write_image_folders(folder, data)


def test_failed_writing_leaves_no_folder(few, tmp_path, monkeypatch):
    data = load(tmp_path / "cache")

    def fail(self, *arguments, **options):
        raise OSError("disk full")

    monkeypatch.setattr(Image.Image, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        objects.write_image_folders(tmp_path / "folders", data)
    assert [path.name for path in tmp_path.iterdir()] == ["cache"]


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_memory_is_bounded(tmp_path):
    """Build and use 300 MB of pictures: what is not on the file stays far below."""
    program = (
        "import sys, numpy as np\n"
        "from data_scripts.mapped import mapped_pictures\n"
        "batch = np.full((20, 224, 224, 3), 7, np.uint8)\n"
        "build = lambda: (batch for _ in range(100))\n"
        "x = mapped_pictures('much', (2000, 224, 224, 3), build, sys.argv[1])\n"
        "total = sum(int(x[i : i + 50].sum()) for i in range(0, 2000, 50))\n"
        "assert total == 7 * x.size\n"
        "status = open('/proc/self/status').read()\n"
        "print(next(line.split()[1] for line in status.splitlines() if 'RssAnon' in line))\n"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    kilobytes = int(subprocess.check_output(command, cwd=REPOSITORY, text=True))
    assert kilobytes < 100_000


def _edges(pictures):
    """Root of the strength of edges, in 7 x 7 places and 6 directions, normalised."""
    grey = pictures.astype(np.float32).mean(-1).reshape(-1, 56, 4, 56, 4).mean((2, 4))
    down, across = np.gradient(grey, axis=(1, 2))
    strength = np.hypot(across, down)
    direction = (np.arctan2(down, across) % np.pi / np.pi * 6).astype(int) % 6
    cells = [(strength * (direction == k)).reshape(-1, 7, 8, 7, 8).sum((2, 4)) for k in range(6)]
    features = np.sqrt(np.stack(cells, -1).reshape(len(pictures), -1))
    return features / np.linalg.norm(features, axis=1, keepdims=True)


def _nearest_mean_accuracy(features, labels, training):
    means = np.stack([features[training & (labels == k)].mean(0) for k in range(labels.max() + 1)])
    distances = ((features[~training][:, None] - means) ** 2).sum(-1)
    return (distances.argmin(1) == labels[~training]).mean()


@pytest.mark.slow
def test_categories_differ_by_shape_and_not_by_colour():
    shown, each = range(0, 97, 5), 20
    pictures = render_task([Picture(words(), label, n) for label in shown for n in range(each)])
    labels = np.repeat(np.arange(len(shown)), each)
    training = np.tile(np.arange(each) < 14, len(shown))
    colours = pictures.reshape(len(pictures), -1, 3).mean(1)
    chance = 1 / len(shown)
    assert _nearest_mean_accuracy(_edges(pictures), labels, training) > 4 * chance
    assert _nearest_mean_accuracy(colours, labels, training) < 2.5 * chance


def test_renderer_hash_covers_all_drawing_modules(tmp_path, monkeypatch):
    expected = objects.renderer_hash()
    folder = Path(objects.__file__).parent
    modules = {path.stem.removeprefix("objects_") for path in folder.glob("objects_*.py")}
    modules.remove("features")  # which draws nothing
    assert modules == set(objects.DRAWING_MODULES)
    for module in modules:
        source = (folder / f"objects_{module}.py").read_bytes()
        (tmp_path / f"objects_{module}.py").write_bytes(source.replace(b"\n", b"\r\n"))
    monkeypatch.setattr(objects, "__file__", str(tmp_path / "objects.py"))
    assert objects.renderer_hash() == expected


def test_contact_sheet_of_some_categories(tmp_path, capsys):
    file = tmp_path / "sheet.png"
    contact_sheets.main(["objects", str(file), "--names", "cup", "axe"])
    with Image.open(file) as page:
        assert page.size == (900, 324)
    assert "900 x 324" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["objects_sheet", "santa_sheet", "invented_things_sheet"])
def test_sheets_in_the_docs_are_small(name):
    file = REPOSITORY / "docs" / "images" / f"{name}.png"
    assert file.stat().st_size < 300_000
    with Image.open(file) as page:
        assert min(page.size) > 500
