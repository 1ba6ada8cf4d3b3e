"""Folders of pictures become arrays; what is broken is named and left out."""

import io
import shutil

import numpy as np
import pytest
from PIL import Image

from data_scripts.original.errors import DataError
from data_scripts.original.image_folders import describe, load_image_folders, read_picture
from data_scripts.original.splits import cuts, dealt_order


def folders(base, picture, **counts):
    for number, (name, count) in enumerate(counts.items()):
        (base / name).mkdir(parents=True)
        for index in range(count):
            content = picture(100 * number + index, kind="jpeg" if index % 2 else "png")
            (base / name / f"image_{index:04d}.jpg").write_bytes(content)
    return base


@pytest.fixture
def mine(tmp_path, picture):
    return folders(tmp_path / "mine", picture, cat=3, ant=2, bee=4)


@pytest.mark.parametrize("on_disk", [False, True])
def test_own_folders(mine, tmp_path, on_disk):
    into = tmp_path / "images.npy" if on_disk else None
    found = load_image_folders(mine, 32, into=into)
    assert found.images.shape == (9, 32, 32, 3)
    assert found.images.dtype == np.uint8
    assert found.names == ("ant", "bee", "cat")
    assert found.labels.tolist() == [0] * 2 + [1] * 4 + [2] * 3
    assert [file.parent.name for file in found.files] == [found.names[n] for n in found.labels]
    assert found.skipped == ()
    assert isinstance(found.images.base, np.memmap) == on_disk or isinstance(
        found.images, np.memmap
    )
    for image, file in zip(found.images, found.files, strict=True):
        np.testing.assert_array_equal(image, read_picture(file, 32))
    assert sorted(path.name for path in tmp_path.iterdir()) == (
        ["images.npy", "mine"] if on_disk else ["mine"]
    )


@pytest.mark.parametrize("on_disk", [False, True])
def test_broken_pictures_are_named_and_left_out(mine, tmp_path, on_disk):
    (mine / "ant" / "cut.jpg").write_bytes((mine / "ant" / "image_0001.jpg").read_bytes()[:900])
    (mine / "bee" / "notes.txt").write_text("no picture")
    (mine / "bee" / ".DS_Store").write_text("overlooked")
    into = tmp_path / "images.npy" if on_disk else None
    found = load_image_folders(mine, 32, into=into)
    assert len(found.images) == len(found.labels) == len(found.files) == 9
    assert [path.name for path, _ in found.skipped] == ["cut.jpg", "notes.txt"]
    said = describe(found.skipped, mine)
    assert said.splitlines()[0].startswith('  left out: "ant/cut.jpg": image file is truncated')
    assert "no picture (UnidentifiedImageError)" in said
    np.testing.assert_array_equal(found.images[-1], read_picture(found.files[-1], 32))


@pytest.mark.parametrize(
    ("name", "change", "said"),
    [
        ("two", lambda base: [p.unlink() for p in (base / "cat").iterdir()]
         and (base / "cat").rmdir(), r"at least 3 of them; it holds 2 \(ant, bee\)"),
        ("empty", lambda base: (base / "dog").mkdir(), r"dog is empty"),
        ("hidden", lambda base: [(base / "dog").mkdir(), (base / "dog" / ".x").touch()],
         r"dog is empty"),
        ("all broken", lambda base: [(base / "dog").mkdir(), (base / "dog" / "x.jpg").touch()],
         r"No picture of dog in .*mine can be read"),
    ],
)  # fmt: skip
def test_unusable_folders(mine, name, change, said):
    change(mine)
    with pytest.raises(DataError, match=said):
        load_image_folders(mine, 32)


def test_no_folder(tmp_path):
    with pytest.raises(DataError, match="There is no folder"):
        load_image_folders(tmp_path / "nowhere", 32)


def test_excluded_classes(mine):
    assert load_image_folders(mine, 8, exclude=["bee"], least_classes=2).names == ("ant", "cat")


def saved(image, path, **options):
    image.save(path, **options)
    return path


def test_kinds_of_pictures(tmp_path):
    grey = Image.new("L", (20, 10), 200)
    np.testing.assert_array_equal(read_picture(saved(grey, tmp_path / "a.png"), 4), 200)
    clear = Image.new("RGBA", (9, 9), (0, 0, 0, 0))
    np.testing.assert_array_equal(read_picture(saved(clear, tmp_path / "b.png"), 4), 255)
    palette = Image.new("P", (9, 9), 0)
    palette.putpalette([10, 20, 30])
    assert read_picture(saved(palette, tmp_path / "c.gif"), 2)[0, 0].tolist() == [10, 20, 30]
    palette.info["transparency"] = bytes([0])
    np.testing.assert_array_equal(read_picture(saved(palette, tmp_path / "d.png"), 2), 255)
    turned = Image.new("RGB", (20, 10))
    turned.paste("white", (0, 0, 10, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held upright
    upright = read_picture(saved(turned, tmp_path / "e.png", exif=exif), 10)
    assert upright[:4].min() > 200
    assert upright[6:].max() < 50


def test_enormous_picture(tmp_path):
    stream = io.BytesIO()
    Image.new("1", (20_000, 10_000)).save(stream, "png")
    (tmp_path / "bomb.png").write_bytes(stream.getvalue())
    with pytest.raises(DataError, match="decompression bomb"):
        read_picture(tmp_path / "bomb.png", 8)


def test_other_formats_of_pillow_are_not_read(tmp_path):
    path = saved(Image.new("RGB", (9, 9)), tmp_path / "a.jpg", format="tiff")
    with pytest.raises(DataError, match="no picture"):
        read_picture(path, 8)


def test_deal_is_stratified_wherever_it_is_cut():
    counts = np.random.default_rng(3).integers(31, 130, 97)
    labels = np.repeat(np.arange(97), counts)
    order = dealt_order(labels)
    assert sorted(order) == list(range(len(labels)))
    np.testing.assert_array_equal(order, dealt_order(labels))
    assert not np.array_equal(order, dealt_order(labels, seed=1))
    for cut in (*cuts(len(labels)), len(labels) // 3):
        shares = np.bincount(labels[order[:cut]], minlength=97)
        assert np.abs(shares - counts * cut / len(labels)).max() < 2


def test_split_of_the_original_course():
    assert cuts(6209) == (4346, 4346 + 931)
    assert 6209 - cuts(6209)[1] == 932


def test_full_disk(mine, tmp_path, monkeypatch):
    usage = shutil.disk_usage(tmp_path)._replace(free=1_000_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    with pytest.raises(DataError, match=r"need 1 MB in .*and 1 MB are free"):
        load_image_folders(mine, 200, into=tmp_path / "images.npy")
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]
    assert len(load_image_folders(mine, 200).images) == 9
