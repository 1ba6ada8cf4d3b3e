"""Measure what features cost and how rich they are: ``python -m data_scripts.measure_features``."""

import argparse
import time
from collections.abc import Callable

import numpy as np

from data_scripts import features, narrow_vgg
from data_scripts.faces import COURSE_SEED, load_faces
from data_scripts.full_features import full_feature_model

ONE_BY_ONE = 32
"""Pictures that are tried as the original notebook does it, with a ``predict`` for each."""


def seconds_an_image(run: Callable[[np.ndarray], object], images: np.ndarray) -> float:
    """Time a function on pictures, after a first batch that does not count.

    Parameters
    ----------
    run : callable
        What is timed; takes the pictures.
    images : numpy.ndarray
        uint8, shape (n, 100, 100, 3), n a multiple of the batch size.

    Returns
    -------
    float
        Seconds of wall time an image; other programs on the machine make it longer.
    """
    run(images[: features.BATCH])
    began = time.perf_counter()
    run(images)
    return (time.perf_counter() - began) / len(images)


def main() -> None:
    """Print times an image, the distance of both ways, and ranks."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=int, default=4 * features.BATCH)
    parser.add_argument("--people-seed", type=int, default=COURSE_SEED)
    chosen = parser.parse_args()
    faces = load_faces(100, people_seed=chosen.people_seed)
    images = faces.x_train[: chosen.images]

    full = full_feature_model("course")
    narrow = narrow_vgg.narrow_feature_model()
    prepared = features.prepare_images(images)

    def extract(model: object) -> Callable[[np.ndarray], object]:
        return lambda pictures: features.extract_features(pictures, model=model, progress=False)

    def predict(pictures: np.ndarray) -> object:
        return full.predict(prepared[: len(pictures)], batch_size=features.BATCH, verbose=0)

    plain = [seconds_an_image(predict, images)]
    ours = [seconds_an_image(extract(full), images)]
    plain.append(seconds_an_image(predict, images))
    ours.append(seconds_an_image(extract(full), images))
    print(f"plain predict, full network: {min(plain):.4f} s an image (pictures prepared before)")
    print(f"extract_features, full network: {min(ours):.4f} s an image")
    print(f"ratio: {min(ours) / min(plain):.2f}")
    quick = seconds_an_image(extract(narrow), images)
    print(f"narrow network: {quick:.4f} s an image")

    def one_by_one(pictures: np.ndarray) -> None:
        for picture in pictures[:ONE_BY_ONE]:
            full.predict(features.prepare_images(picture[None]), verbose=0)

    single = seconds_an_image(one_by_one, images) * len(images) / ONE_BY_ONE
    print(f"full network, one picture after the other: {single:.4f} s an image")
    print(
        f"ratio to extract_features: {single / min(ours):.1f}, narrow network {single / quick:.1f}"
    )

    few = images[:8]
    wide = features.extract_features(few, model=full, progress=False)
    same = narrow_vgg.widen_features(features.extract_features(few, model=narrow, progress=False))
    print(f"relative distance: {np.linalg.norm(same - wide) / np.linalg.norm(wide):.1e}")

    x = features.load_features(people_seed=chosen.people_seed, weights="course").x_train
    narrow_units = x[:, : narrow_vgg.NARROW_WIDTHS["fc1"]]
    print(f"rank of {x.shape} features: {np.linalg.matrix_rank(x)}")
    print(f"rank of {narrow_units.shape} narrow features: {np.linalg.matrix_rank(narrow_units)}")
    parts = np.linalg.svd(narrow_units - narrow_units.mean(axis=0), compute_uv=False) ** 2
    enough = int(np.searchsorted(np.cumsum(parts) / parts.sum(), 0.99)) + 1
    print(f"principal components that hold 99 % of the variance: {enough}")


if __name__ == "__main__":
    main()
