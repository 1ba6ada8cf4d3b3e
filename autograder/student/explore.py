"""Figures of the notebooks that look around: pixels, classes, filters, feature maps, features."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from autograder.student.plots import FILL, MARKERS, PALETTE, new_figure, sheet, show

BINS = 32
"""Of a histogram of pixels; each holds eight of the 256 values."""

MOST_NAMED = 12
"""Classes whose names fit under a bar; of more, only their number is written."""


def pixel_histograms(sets: Mapping[str, np.ndarray]) -> None:
    """Draw how often pixels have which value, a panel a data set.

    Parameters
    ----------
    sets : mapping of str to numpy.ndarray of uint8
        Pictures by the name of their set; all shapes.
    """
    figure, (axes,) = new_figure(2.7 * len(sets), 2.8, 1, len(sets))
    said = []
    for axis, (name, images) in zip(axes, sets.items(), strict=True):
        counts, edges = np.histogram(images, bins=BINS, range=(0, 256))
        shares = counts / max(counts.sum(), 1)
        axis.stairs(shares, edges, fill=True, facecolor=FILL, edgecolor="black", linewidth=0.6)
        axis.set(title=name, xlabel="value of a pixel", xlim=(0, 256))
        dark, light = shares[0], shares[-1]
        said.append(f"{name}: mean {np.mean(images):.0f}, {dark:.0%} of the values under 8, "
                    f"{light:.0%} above 247")  # fmt: skip
    axes[0].set_ylabel("share of the values")
    show(figure, "Histograms of pixel values. " + "; ".join(said) + ".")


def class_sizes(sets: Mapping[str, tuple[np.ndarray, Sequence[str]]]) -> None:
    """Draw how many pictures each class has, a panel a data set.

    Parameters
    ----------
    sets : mapping of str to (labels, names)
        By the name of the set: labels, int, from 0, shape (n,), and the classes' names.
    """
    figure, (axes,) = new_figure(3.2 * len(sets), 2.8, 1, len(sets))
    said = []
    for axis, (title, (labels, names)) in zip(axes, sets.items(), strict=True):
        counts = np.bincount(labels, minlength=len(names))
        axis.bar(range(len(names)), counts, color=FILL, edgecolor="black", linewidth=0.4)
        axis.set(title=f"{title}: {len(names)} classes", ylabel="pictures")
        if len(names) <= MOST_NAMED:
            axis.set_xticks(range(len(names)), names, fontsize=7)
        axis.set_xlabel("class")
        axis.yaxis.get_major_locator().set_params(integer=True)
        most, least = int(counts.argmax()), int(counts.argmin())
        said.append(
            f"{title}: {len(names)} classes, from {counts[least]} pictures ({names[least]}) to "
            f"{counts[most]} ({names[most]})"
        )
    show(figure, "Pictures of each class. " + "; ".join(said) + ".")


def filters(layer: Any, columns: int = 16) -> None:
    """Draw the kernels of a convolution that looks at pictures with three colours.

    Of equal ones the first is drawn.

    Parameters
    ----------
    layer : keras.layers.Conv2D
        Its kernel has the shape (height, width, 3, filters).
    columns : int
        Filters in a row.

    Raises
    ------
    ValueError
        If the kernel has another number of channels than three.
    """
    kernel = np.asarray(layer.get_weights()[0])
    if kernel.ndim != 4 or kernel.shape[2] != 3:
        raise ValueError(
            f"{layer.name} has a kernel of the shape {kernel.shape}; only one with three channels, "
            "(height, width, 3, filters), can be shown in colours: the first of a network"
        )
    reach = np.abs(kernel).max(axis=(0, 1, 2))
    shown = np.moveaxis(0.5 + 0.5 * kernel / np.maximum(reach, 1e-12), 3, 0)
    chosen = _distinct(shown, range(len(shown)), len(shown))
    height, width = kernel.shape[:2]
    what = (
        f"The {len(chosen)} different ones of the {len(shown)} filters of {layer.name}, "
        f"{height} x {width} pixels each, every filter on its own scale: grey is 0, light colours "
        "are positive, dark ones negative."
    )
    _grid([shown[n] for n in chosen], [f"filter {n}" for n in chosen], columns, what)


def feature_maps(name: str, values: np.ndarray, most: int = 16, columns: int = 8) -> None:
    """Draw the feature maps with which a layer answers one picture, the strongest first.

    Of equal ones the first is drawn: units of the course's weights have copies.

    Parameters
    ----------
    name : str
        Of the layer.
    values : numpy.ndarray, shape (height, width, maps)
        What the layer gave for the picture.
    most : int
        Maps that are shown.
    columns : int
        Maps in a row.
    """
    maps = np.moveaxis(values, 2, 0)
    order = np.argsort(-np.abs(maps).mean(axis=(1, 2)), kind="stable")
    chosen = _distinct(maps, order, most)
    height, width, number = values.shape
    what = (
        f"{len(chosen)} of the {number} feature maps of {name}, {height} x {width} numbers each, "
        f"the strongest first; {np.mean(values <= 0):.0%} of all its numbers are 0."
    )
    _grid([maps[n] for n in chosen], [f"map {n}" for n in chosen], columns, what)


def _distinct(arrays: np.ndarray, order: Iterable[int], most: int) -> list[int]:
    """Return the first of the arrays, in this order, that differ from one another."""
    chosen: list[int] = []
    for number in order:
        close = 1e-3 * np.abs(arrays[number]).max()
        if all(np.abs(arrays[number] - arrays[other]).max() > close for other in chosen):
            chosen.append(int(number))
        if len(chosen) == most:
            break
    return chosen


def _grid(images: Sequence[np.ndarray], titles: Sequence[str], columns: int, what: str) -> None:
    coloured = [image if image.ndim == 3 else _coloured(image) for image in images]
    bytes_ = [np.rint(255 * image.clip(0, 1)).astype(np.uint8) for image in coloured]
    show(sheet(bytes_, columns, 0.78, titles, fontsize=6), what)


def _coloured(values: np.ndarray) -> np.ndarray:
    """Colour numbers, from their smallest to their largest; RGB from 0 to 1."""
    from matplotlib import colormaps

    span = max(float(np.ptp(values)), 1e-12)
    # A map that colour-blind people read as others do.
    rgb: np.ndarray = colormaps["cividis"]((values - values.min()) / span)[..., :3]
    return rgb


def project(features: np.ndarray, axes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions in which features differ most, and look along them (PCA).

    Parameters
    ----------
    features : numpy.ndarray, shape (n, units)
    axes : int
        Directions to keep, at most n.

    Returns
    -------
    points : numpy.ndarray, float64, shape (n, axes)
        Mean 0; the first direction first.
    shares : numpy.ndarray, float64, shape (axes,)
        Share of the whole variance in each of them, 0 to 1.
    """
    centred = np.asarray(features, np.float64) - np.mean(features, axis=0, dtype=np.float64)
    # The small matrix of the pictures' products has the same directions as that of the units.
    variances, vectors = np.linalg.eigh(centred @ centred.T)
    variances, vectors = variances[::-1], vectors[:, ::-1]
    whole = max(float(variances.clip(0).sum()), 1e-12)
    kept = variances[:axes].clip(0)
    points = vectors[:, :axes] * np.sqrt(kept)
    sign = np.sign(points[np.abs(points).argmax(axis=0), range(points.shape[1])])
    return points * np.where(sign == 0, 1, sign), kept / whole


def scatter(points: np.ndarray, labels: np.ndarray, shares: Sequence[float]) -> None:
    """Draw features in two dimensions, each class with its own marker and its number.

    Parameters
    ----------
    points : numpy.ndarray, shape (n, 2)
    labels : numpy.ndarray of int, shape (n,)
    shares : sequence of float
        Share of the variance along each axis, 0 to 1.
    """
    figure, ((axis,),) = new_figure(6.4, 4.8)
    classes = np.unique(labels)
    centres = np.array([points[labels == label].mean(axis=0) for label in classes])
    for label in classes:
        own = points[labels == label]
        colour, turn = PALETTE[label % len(PALETTE)], label // len(PALETTE)
        axis.scatter(*own.T, s=16, marker=MARKERS[(label + turn) % len(MARKERS)],
                     facecolors=colour if turn % 2 == 0 else "none", edgecolors=colour,
                     linewidths=0.8, label=f"person {label}")  # fmt: skip
    for label, centre in zip(classes, centres, strict=True):
        axis.annotate(str(label), centre, ha="center", va="center", fontweight="bold",
                      bbox={"boxstyle": "round,pad=0.2", "facecolor": "white"})  # fmt: skip
    axis.set(xlabel=f"first direction ({shares[0]:.0%} of the variance)",
             ylabel=f"second direction ({shares[1]:.0%})")  # fmt: skip
    figure.legend(fontsize=8, ncols=4, loc="outside lower center")
    distances = np.linalg.norm(points[:, None] - centres, axis=2)
    right = float(np.mean(classes[distances.argmin(axis=1)] == labels))
    what = f"Features of {len(points)} pictures in two dimensions, {len(classes)} classes"
    show(figure, f"{what}: {right:.0%} of the pictures lie nearest to the centre of their class.")


def nearest(features: np.ndarray, wanted: np.ndarray, most: int = 5) -> np.ndarray:
    """Find the features that point most nearly in the same direction (cosine similarity).

    Parameters
    ----------
    features : numpy.ndarray, shape (n, units)
        Among which to look.
    wanted : numpy.ndarray, shape (m, units)
    most : int
        Neighbours of each.

    Returns
    -------
    numpy.ndarray of int, shape (m, most)
        Rows of `features`, the nearest first.
    """
    one, other = (each / np.linalg.norm(each, axis=1, keepdims=True).clip(1e-12)
                  for each in (np.asarray(wanted), np.asarray(features)))  # fmt: skip
    return np.argsort(-(one @ other.T), axis=1, kind="stable")[:, :most]


def ladder(runs: Mapping[str, Sequence[float]], own: Mapping[str, float] | None = None) -> None:
    """Draw the accuracies of several networks: a bar for the mean, a line from worst to best run.

    Parameters
    ----------
    runs : mapping of str to sequence of float
        Accuracies of one or more trainings by the name of the network, 0 to 1.
    own : mapping of str to float, optional
        Accuracies of one's own networks, 0 to 1, by the name of the network that they are marked
        at.

    Raises
    ------
    ValueError
        If there is no network of the name of one's own, or its accuracy is not from 0 to 1.
    """
    own = dict(own or {})
    for name, accuracy in own.items():
        if name not in runs:
            raise ValueError(f"there is no network {name!r} in this figure, only {', '.join(runs)}")
        if not 0 <= accuracy <= 1:
            raise ValueError(f"an accuracy is from 0 to 1, but that of {name} is {accuracy!r}; "
                             "is it in percent? Then divide by 100")  # fmt: skip
    rows = np.array([[np.mean(values), min(values), max(values)] for values in runs.values()])
    means, worst, best = rows.T
    figure, ((axis,),) = new_figure(1.6 + 0.9 * len(runs), 3.6)
    axis.bar(range(len(runs)), means, 0.62, color=FILL, edgecolor="black", linewidth=0.8,
             yerr=(means - worst, best - means), capsize=4)  # fmt: skip
    for place, (name, mean, top) in enumerate(zip(runs, means, best, strict=True)):
        above = max(top, own.get(name, 0.0)) + 0.02
        axis.annotate(f"{mean:.2f}", (place, above), ha="center", fontweight="bold")
    if own:
        places = [list(runs).index(name) for name in own]
        axis.plot(places, list(own.values()), "D", color="black", markerfacecolor="white",
                  label="your own")  # fmt: skip
        axis.legend(loc="lower right")
    axis.set(ylim=(0, 1.1), xlabel="network", ylabel="accuracy (share of pictures)")
    axis.set_xticks(range(len(runs)), list(runs))
    said = "; ".join(
        f"{name} {mean:.2f}, from {least:.2f} to {most:.2f}"
        + (f", your own {own[name]:.2f}" if name in own else "")
        for name, (mean, least, most) in zip(runs, rows, strict=True)
    )
    show(figure, f"Mean accuracy by network, with its worst and its best run: {said}.")
