"""Measure what rendered pictures cost and how hard they are.

Run ``python -m data_scripts.measure_pictures objects`` or ``santa``; see docs/measurements.md.
"""

import argparse
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import keras
import numpy as np

from data_scripts import narrow_vgg, narrow_vgg19, objects, objects_production, santa
from data_scripts.faces_production import seed_words
from data_scripts.features import extract_features

SIDE = 16
BLOCK = 100  # pictures that are made small at a time
EPOCHS, BATCH, RATE = 30, 32, 1e-3


def thumbnails(images: np.ndarray, channels: int) -> np.ndarray:
    """Make pictures small, each a row of numbers.

    Parameters
    ----------
    images : numpy.ndarray
        uint8, shape (n, side, side, 3), side a multiple of 16.
    channels : int
        1 for grey, 3 for colours.

    Returns
    -------
    numpy.ndarray
        float32, shape (n, 16 * 16 * channels), range 0 to 1: means of squares.
    """
    rows, zoom = [], images.shape[1] // SIDE
    for first in range(0, len(images), BLOCK):
        block = images[first : first + BLOCK].astype(np.float32) / 255
        small = block.reshape(len(block), SIDE, zoom, SIDE, zoom, 3).mean((2, 4))
        small = small if channels == 3 else small.mean(-1)
        rows.append(small.reshape(len(block), -1))
    return np.concatenate(rows)


def features(images: np.ndarray) -> np.ndarray:
    """Compute features as 08 and 09 do: fc1 of VGG16 at 224 pixels, else VGG19 without its top."""
    if images.shape[1] == narrow_vgg.SIDE:
        return extract_features(images, model=narrow_vgg.narrow_feature_model(), progress=False)
    return narrow_vgg19.base_features(images).reshape(len(images), -1)


def linear_accuracy(train: tuple[np.ndarray, np.ndarray], test: tuple[np.ndarray, ...]) -> str:
    """Train one Dense layer with softmax on standardised rows; tell its accuracies.

    Parameters
    ----------
    train, test : tuple of numpy.ndarray
        Rows, float32, shape (n, numbers), and labels from 0, shape (n,).
    """
    (x, y), (x_test, y_test) = train, test
    mean, scale = x.mean(0), x.std(0) + 1e-4
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [keras.Input(x.shape[1:]), keras.layers.Dense(int(y.max()) + 1, activation="softmax")]
    )
    model.compile(keras.optimizers.Adam(RATE), "sparse_categorical_crossentropy")
    model.fit((x - mean) / scale, y, batch_size=BATCH, epochs=EPOCHS, verbose=0)
    found = []
    for rows, labels in ((x, y), (x_test, y_test)):
        said = model.predict((rows - mean) / scale, verbose=0).argmax(1)
        found.append(f"{(said == labels).mean():.3f}")
    return f"{found[0]} of {len(y)} training, {found[1]} of {len(y_test)} test pictures"


def milliseconds(which: str, count: int) -> float:
    """Time rendering in this process, after a first picture that does not count."""
    if which == "objects":
        plan = objects_production.plan_set(
            objects_production.split_sizes()["train"], objects_production.split_words("train", 0)
        )
        objects_production.render_task(plan[:1])
        began = time.perf_counter()
        objects_production.render_task(plan[:count])
        return 1000 * (time.perf_counter() - began) / count
    words = (santa.PURPOSES["train"], *seed_words(0))
    santa.render_task(santa.Task(words, True, 0, 1))
    began = time.perf_counter()
    for wears in (False, True):
        santa.render_task(santa.Task(words, wears, 0, count // 2))
    return 1000 * (time.perf_counter() - began) / count


def main() -> None:
    """Print times, sizes, and the accuracies of simple classifiers."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("objects", "santa"))
    parser.add_argument("--render", action="store_true", help="the whole set, with two processes")
    parser.add_argument("--features", type=int, default=0, metavar="N",
                        help="also the networks' features of N pictures")  # fmt: skip
    chosen = parser.parse_args()
    print(f"{milliseconds(chosen.which, 200):.1f} ms a picture in one process")
    with TemporaryDirectory() as folder:
        began = time.perf_counter()
        data = _load(chosen.which, folder if chosen.render else None)
        seconds = time.perf_counter() - began
        if chosen.render:
            size = sum(file.stat().st_size for file in Path(folder).iterdir())
            print(f"all in two processes: {seconds:.0f} s, {size / 1e6:.1f} MB on the disk")
        show_accuracies(data, chosen.features)


def _load(which: str, cache_dir: str | None) -> objects.Objects | santa.Santa:
    if which == "objects":
        return objects.load_objects(cache_dir=cache_dir, workers=2, progress=False)
    return santa.load_santa(cache_dir=cache_dir, workers=2, progress=False)


def show_accuracies(data: objects.Objects | santa.Santa, count: int) -> None:
    """Print the accuracies of linear classifiers on thumbnails, and on features of some."""
    for name, channels in (("grey", 1), ("coloured", 3)):
        rows = [thumbnails(images, channels) for images in (data.x_train, data.x_test)]
        found = linear_accuracy((rows[0], data.y_train), (rows[1], data.y_test))
        print(f"{name} thumbnails: {found}", flush=True)
    if count:
        rows = [features(images[:count]) for images in (data.x_train, data.x_test)]
        found = linear_accuracy((rows[0], data.y_train[:count]), (rows[1], data.y_test[:count]))
        print(f"features of the course's network: {found}", flush=True)


if __name__ == "__main__":
    main()
