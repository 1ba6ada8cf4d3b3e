"""The course's figures: labelled axes, alternative text, colours that colour-blind people tell."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Okabe and Ito's palette (2008), without its yellow, which is too faint on white."""

LINE_STYLES = {"train": "--", "validation": "-"}
"""Splits differ by line style as well, so that a figure can be read without colour."""


def new_figure(width: float, height: float, rows: int = 1, columns: int = 1) -> Any:
    """Return a figure that is not registered with pyplot, and its axes.

    Parameters
    ----------
    width, height : float
        Size in inches.
    rows, columns : int
        Grid of axes.

    Returns
    -------
    figure : matplotlib.figure.Figure
    axes : numpy.ndarray of matplotlib.axes.Axes, shape (rows, columns)
    """
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False)


def show(figure: "Figure", alternative_text: str) -> None:
    """Display a figure with alternative text for people who cannot see it.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
    alternative_text : str
        What the figure shows, in a sentence or two.
    """
    from IPython.display import display

    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=80, metadata={"Software": None})
    picture = base64.b64encode(buffer.getvalue()).decode("ascii")
    # As HTML: JupyterLab does not show the alternative text of an image/png output.
    page = f'<img alt="{html.escape(alternative_text)}" src="data:image/png;base64,{picture}">'
    bundle = {"text/html": page, "text/plain": alternative_text}
    display(bundle, raw=True)  # type: ignore[no-untyped-call]


def sample_grid(images: np.ndarray, labels: np.ndarray, columns: int = 10) -> None:
    """Show some pictures of each person, a row a person.

    Parameters
    ----------
    images : numpy.ndarray of uint8, shape (n, height, width, 3)
    labels : numpy.ndarray of int, shape (n,)
    columns : int
        Pictures a person.
    """
    people = np.unique(labels)
    figure, axes = new_figure(columns * 0.9, len(people) * 0.95, len(people), columns)
    for row, person in zip(axes, people, strict=True):
        own = images[labels == person]
        for number, axis in enumerate(row):
            axis.set(xticks=[], yticks=[], frame_on=False)
            if number < len(own):
                axis.imshow(own[number])
        row[0].set_ylabel(f"person {person}", fontsize=8)
    show(figure, f"{columns} pictures of each of {len(people)} people, a row a person. Pose, "
                 "light, background and expression differ from picture to picture.")  # fmt: skip


def learning_curves(histories: Mapping[str, Any]) -> None:
    """Draw loss and accuracy by epoch, for training and validation.

    Parameters
    ----------
    histories : mapping of str to keras.callbacks.History
        What ``fit`` returned, by the name of the network.
    """
    figure, ((loss_axis, accuracy_axis),) = new_figure(9, 3.4, 1, 2)
    endings = []
    for color, (name, history) in zip(PALETTE, histories.items(), strict=False):
        record = history.history
        epochs = range(1, len(record["loss"]) + 1)
        for axis, key in ((loss_axis, "loss"), (accuracy_axis, "accuracy")):
            for split, prefix in (("train", ""), ("validation", "val_")):
                axis.plot(epochs, record[prefix + key], LINE_STYLES[split], color=color,
                          label=f"{name}, {split}")  # fmt: skip
        endings.append(
            f"{name}: {record['accuracy'][-1]:.2f} on training images, "
            f"{record['val_accuracy'][-1]:.2f} on validation images"
        )
    for axis in (loss_axis, accuracy_axis):
        axis.xaxis.get_major_locator().set_params(integer=True)
    loss_axis.set(xlabel="epoch", ylabel="loss (cross-entropy)", ylim=(0, None))
    accuracy_axis.set(xlabel="epoch", ylabel="accuracy", ylim=(0, 1.02))
    accuracy_axis.legend(fontsize=8, loc="lower right")
    show(figure, "Loss and accuracy by epoch. Accuracy in the last epoch: " + "; ".join(endings))


def confusion_matrix(matrix: Any) -> None:
    """Draw a confusion matrix with its numbers.

    Parameters
    ----------
    matrix : array-like of int, shape (classes, classes)
        Rows are true labels, columns predicted ones.
    """
    counts = np.asarray(matrix)
    figure, ((axis,),) = new_figure(4.8, 4.4)
    axis.imshow(counts, cmap="Blues", vmin=0)
    limit = counts.max() / 2
    for (row, column), count in np.ndenumerate(counts):
        axis.text(column, row, f"{count:g}", ha="center", va="center",
                  color="white" if count > limit else "black")  # fmt: skip
    ticks = range(len(counts))
    axis.set(xlabel="predicted person", ylabel="true person", xticks=ticks, yticks=ticks)
    right = np.trace(counts) / max(counts.sum(), 1)
    off = counts - np.diag(np.diag(counts))
    row, column = np.unravel_index(off.argmax(), off.shape)
    show(figure, f"Confusion matrix: {right:.0%} of the pictures are on the diagonal, recognised. "
                 f"The most common mistake is person {row} taken for person {column}, "
                 f"{off.max():g} times.")  # fmt: skip


def pictures(images: np.ndarray, titles: Sequence[str], what: str, columns: int = 6) -> None:
    """Show pictures, each with a line of text.

    Parameters
    ----------
    images : numpy.ndarray of uint8, shape (n, height, width, 3)
    titles : sequence of str
        One a picture.
    what : str
        What they are, for the alternative text.
    columns : int
        Pictures in a row.
    """
    rows = max(-(-len(images) // columns), 1)
    figure, axes = new_figure(columns * 1.5, rows * 1.75, rows, columns)
    for axis in axes.flat:
        axis.set(xticks=[], yticks=[], frame_on=False)
    for axis, image, title in zip(axes.flat, images, titles, strict=False):
        axis.imshow(image)
        axis.set_title(title, fontsize=8)
    show(figure, f"{what}: " + "; ".join(title.replace("\n", ", ") for title in titles))


def accuracy_bars(accuracies: Mapping[str, Mapping[str, float]]) -> None:
    """Draw the accuracies of several networks side by side.

    Parameters
    ----------
    accuracies : mapping of str to mapping of str to float
        By network, then by split (``train``, ``validation``, ``test``), each 0 to 1.
    """
    names = list(accuracies)
    splits = list(accuracies[names[0]])
    figure, ((axis,),) = new_figure(1.6 + 1.7 * len(names), 3.4)
    width = 0.8 / len(splits)
    for number, (color, split) in enumerate(zip(PALETTE, splits, strict=False)):
        places = np.arange(len(names)) + (number - (len(splits) - 1) / 2) * width
        values = [accuracies[name][split] for name in names]
        bars = axis.bar(places, values, width * 0.92, color=color, label=split,
                        hatch=("", "//", "..")[number % 3], edgecolor="white")  # fmt: skip
        axis.bar_label(bars, fmt="%.2f", fontsize=8)
    axis.set(ylabel="accuracy", ylim=(0, 1.12), xlabel="network")
    axis.set_xticks(range(len(names)), [f"network {name}" for name in names])
    axis.legend(fontsize=8, ncols=len(splits), loc="upper center")
    show(figure, "Accuracies: " + "; ".join(
        f"network {name}: " + ", ".join(f"{split} {value:.2f}" for split, value in row.items())
        for name, row in accuracies.items()))  # fmt: skip


def feature_histogram(features: np.ndarray) -> None:
    """Draw how often features take which value.

    Parameters
    ----------
    features : numpy.ndarray, shape (n, units)
    """
    figure, ((axis,),) = new_figure(6, 3)
    values = np.asarray(features).ravel()
    axis.hist(values, bins=80, color=PALETTE[0])
    axis.axvline(0, color="black", linewidth=0.8)
    axis.set(xlabel="value of a feature at fc1, before the ReLU", ylabel="how often")
    show(figure, f"Histogram of {values.size:,} feature values: {np.mean(values < 0):.0%} of them "
                 f"are negative, the middle one is {np.median(values):.2f}.")  # fmt: skip
