"""The course's figures: labelled axes, alternative text, colours that colour-blind people tell."""

import base64
import html
import io
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PALETTE = ("#0072B2", "#D55E00", "#009E73", "#000000")
"""Colours of series: those of Okabe and Ito (2008) with a contrast of 3 : 1 or more on white."""

FILL = "#56B4E9"
"""Their light blue, for areas with a dark edge."""

MARKERS = ("o", "s", "^", "D")
"""Series differ by marker as well, so that a figure can be read without colour."""

LINE_STYLES = {"train": "--", "validation": "-"}
"""Splits differ by line style."""

HATCHES = ("", "//", "..", "xx")
"""Bars differ by hatch as well."""

CURVES = {
    "loss": ("loss (cross-entropy)", (0, None)),
    "accuracy": ("accuracy (share of pictures)", (0, 1.02)),
}
"""Figures of an epoch that are drawn: what to write on the axis, and its limits."""


_SHARP = 64
"""Pixels that a picture of a sheet has at least in width; smaller ones are enlarged."""

_GAP, _BESIDE = 0.07, 0.65
"""Inches between the pictures of a sheet, and for the names of its rows."""


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

    display(bundle(figure, alternative_text), raw=True)  # type: ignore[no-untyped-call]


def bundle(figure: "Figure", alternative_text: str) -> dict[str, str]:
    """Return a figure as Jupyter displays it; parameters as of `show`.

    Returns
    -------
    dict of str to str
        By MIME type: a page with the picture (PNG) and its alternative text, and that text alone.
    """
    picture = base64.b64encode(_png(figure)).decode("ascii")
    # As HTML: JupyterLab does not show the alternative text of an image/png output.
    page = f'<img alt="{html.escape(alternative_text)}" src="data:image/png;base64,{picture}">'
    return {"text/html": page, "text/plain": alternative_text}


def _png(figure: "Figure") -> bytes:
    """Draw a figure once; ``savefig`` would do it twice, the first time only for its layout."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from PIL import Image

    figure.set_dpi(80)
    canvas: Any = FigureCanvasAgg(figure)
    canvas.draw()
    buffer = io.BytesIO()
    # At 4, files are as small as at the usual 6, in half the time.
    Image.fromarray(np.asarray(canvas.buffer_rgba())[..., :3]).save(
        buffer, format="png", compress_level=4
    )
    return buffer.getvalue()


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
    rows = [images[labels == person][:columns] for person in people]
    blank = np.full_like(images[0], 255)
    filled = [picture for row in rows for picture in (*row, *[blank] * (columns - len(row)))]
    figure = sheet(filled, columns, 0.83, row_names=[f"person {person}" for person in people])
    show(figure, f"{columns} pictures of each of {len(people)} people, a row a person. Pose, "
                 "light, background and expression differ from picture to picture.")  # fmt: skip


def sheet(
    images: Sequence[np.ndarray],
    columns: int,
    side: float,
    titles: Sequence[str] = (),
    row_names: Sequence[str] = (),
    fontsize: int = 8,
) -> "Figure":
    """Put pictures side by side into one, for axes of their own take 20 times as long to draw.

    Parameters
    ----------
    images : sequence of numpy.ndarray of uint8, shape (height, width, 3)
        All of one size.
    columns : int
        Pictures in a row.
    side : float
        Width of a picture in inches.
    titles : sequence of str
        What stands above the pictures, one a picture; may have several lines.
    row_names : sequence of str
        What stands beside the rows.
    fontsize : int
        Of all text, in points.

    Returns
    -------
    matplotlib.figure.Figure
        Its only axes count in pixels of the sheet.
    """
    from matplotlib.figure import Figure

    enlarged = -(-_SHARP // images[0].shape[1])
    height, width = (enlarged * length for length in images[0].shape[:2])
    inch = width / side
    lines = max((title.count("\n") + 1 for title in titles), default=0)
    gap, above = round(_GAP * inch), round((_GAP + 1.25 * fontsize / 72 * lines) * inch)
    columns = min(columns, len(images))
    rows = -(-len(images) // columns)
    canvas = np.full((rows * (height + above), columns * (width + gap), 3), 255, np.uint8)
    left = _BESIDE if row_names else 0.0
    size = (left + canvas.shape[1] / inch, canvas.shape[0] / inch)
    figure = Figure(figsize=size)
    axis = figure.add_axes((left / size[0], 0, 1 - left / size[0], 1))
    for number, image in enumerate(images):
        top = number // columns * (height + above) + above
        begin = number % columns * (width + gap) + gap // 2
        canvas[top : top + height, begin : begin + width] = image.repeat(enlarged, 0).repeat(
            enlarged, 1
        )
        if titles:
            axis.text(begin + width / 2, top - gap / 2, titles[number], ha="center", va="bottom",
                      fontsize=fontsize)  # fmt: skip
    for row, name in enumerate(row_names):
        middle = row * (height + above) + above + height / 2
        axis.text(-gap, middle, name, ha="right", va="center", fontsize=fontsize)
    axis.imshow(canvas, aspect="auto")
    axis.set_axis_off()
    return figure


def learning_curves(histories: Mapping[str, Any]) -> None:
    """Draw loss and accuracy by epoch, for training and validation.

    Parameters
    ----------
    histories : mapping of str to keras.callbacks.History
        What ``fit`` returned, by the name of the network.
    """
    show(*draw_learning_curves(histories))


def draw_learning_curves(histories: Mapping[str, Any]) -> tuple["Figure", str]:
    """Return the figure of `learning_curves` and its alternative text."""
    records = {name: history.history for name, history in histories.items()}
    keys = [key for key in CURVES if any(key in record for record in records.values())]
    figure, (axes,) = new_figure(4.5 * max(len(keys), 1), 3.4, 1, max(len(keys), 1))
    for axis, key in zip(axes, keys, strict=False):
        for number, (name, record) in enumerate(records.items()):
            _draw_curves(axis, record, key, name, number, _first_epoch(histories[name]))
        label, limits = CURVES[key]
        axis.set(xlabel="epoch", ylabel=label, ylim=limits)
        axis.xaxis.get_major_locator().set_params(integer=True)
    if keys:  # below the curves, where it covers none of them
        columns = min(max(len(records), 2), 2 * len(keys))
        figure.legend(*axes[0].get_legend_handles_labels(), fontsize=8, ncols=columns,
                      loc="outside lower center")  # fmt: skip
    endings = [_ending(name, record) for name, record in records.items()]
    what = " and ".join(keys).capitalize() or "Nothing"
    return figure, f"{what} by epoch. " + " ".join(endings)


def loss_panels(histories: Mapping[str, Any]) -> None:
    """Draw the losses of several networks side by side, a panel a network, on one scale.

    Parameters
    ----------
    histories : mapping of str to keras.callbacks.History
        What ``fit`` returned, by the name of the network; dashed is training, solid validation.
    """
    figure, (axes,) = new_figure(3.1 * len(histories), 3.2, 1, len(histories))
    top = 1.05 * max(max(record.history["loss"] + record.history.get("val_loss", []))
                     for record in histories.values())  # fmt: skip
    for number, (axis, (name, history)) in enumerate(zip(axes, histories.items(), strict=True)):
        _draw_curves(axis, history.history, "loss", name, number, _first_epoch(history))
        axis.set(title=name, xlabel="epoch", ylabel=CURVES["loss"][0], ylim=(0, top))
        axis.xaxis.get_major_locator().set_params(integer=True)
        axis.legend(labels=list(LINE_STYLES), fontsize=8, loc="upper right")
    endings = [_ending(name, history.history) for name, history in histories.items()]
    show(figure, "Loss by epoch, a panel a network. " + " ".join(endings))


def _first_epoch(history: Any) -> int:
    """Return the number of the first epoch; a training that went on does not begin with 1."""
    epochs = getattr(history, "epoch", None)
    return epochs[0] + 1 if epochs else 1


def _draw_curves(
    axis: Any, record: Mapping[str, Any], key: str, name: str, number: int, first: int
) -> None:
    color = PALETTE[number % len(PALETTE)]
    marker = MARKERS[number % len(MARKERS)]
    for split, prefix in (("train", ""), ("validation", "val_")):
        values = record.get(prefix + key)
        if values is None:
            continue
        filled = {"markerfacecolor": "white"} if split == "train" else {}
        axis.plot(range(first, first + len(values)), values, LINE_STYLES[split], color=color,
                  marker=marker, markersize=4, markevery=max(len(values) // 8, 1),
                  label=f"{name}, {split}", **filled)  # fmt: skip


def _ending(name: str, record: Mapping[str, Any]) -> str:
    """Say in a sentence how the curves of a network end."""
    parts = []
    for key in CURVES:
        both = [f"{record[prefix + key][-1]:.2f} on {split} images"
                for split, prefix in (("training", ""), ("validation", "val_"))
                if record.get(prefix + key)]  # fmt: skip
        if both:
            parts.append(f"{key} " + ", ".join(both))
    sentence = f"{name.capitalize()} after {len(record.get('loss', ()))} epochs: "
    if record.get("val_accuracy"):
        accuracies = list(record["val_accuracy"])
        parts.append(f"highest validation accuracy {max(accuracies):.2f}")
    return sentence + "; ".join(parts) + "."


def confusion_matrix(matrix: Any) -> None:
    """Draw a confusion matrix with its numbers.

    Parameters
    ----------
    matrix : array-like of int, shape (classes, classes)
        Rows are true labels, columns predicted ones.
    """
    counts = np.asarray(matrix)
    figure, ((axis,),) = new_figure(4.8, 4.4)
    image = axis.imshow(counts, cmap="Blues", vmin=0)
    for (row, column), count in np.ndenumerate(counts):
        shade = image.cmap(image.norm(count))
        axis.text(column, row, f"{count:g}", ha="center", va="center",
                  color=max(("white", "black"), key=lambda ink: contrast(ink, shade)))  # fmt: skip
    ticks = range(len(counts))
    axis.set(xlabel="predicted person", ylabel="true person", xticks=ticks, yticks=ticks)
    right = np.trace(counts) / max(counts.sum(), 1)
    recognised = ", ".join(
        f"person {person} {counts[person, person]:g} of {counts[person].sum():g}"
        for person in ticks
    )
    off = counts - np.diag(np.diag(counts))
    row, column = np.unravel_index(off.argmax(), off.shape)
    mistake = (
        f"The most common mistake is person {row} taken for person {column}, {off.max():g} times."
        if off.max() > 0
        else "There is no mistake."
    )
    show(figure, f"Confusion matrix of true and predicted people: {right:.0%} of the pictures are "
                 f"on the diagonal, recognised: {recognised}. {mistake}")  # fmt: skip


def contrast(one: Any, other: Any) -> float:
    """Return the contrast ratio of two colours, 1 to 21.

    Formula of the Web Content Accessibility Guidelines 2.2, "contrast ratio" and "relative
    luminance"; they ask for 4.5 for text and 3 for lines and areas.

    Parameters
    ----------
    one, other : color
        As Matplotlib knows them.
    """
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(color: Any) -> float:
    from matplotlib.colors import to_rgb

    channels = np.array(to_rgb(color))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ (0.2126, 0.7152, 0.0722))


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
    figure = sheet(list(images), columns, 1.42, titles)
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
                        hatch=HATCHES[number % len(HATCHES)], edgecolor="white")  # fmt: skip
        axis.bar_label(bars, fmt="%.2f", fontsize=8)
    axis.set(ylabel="accuracy (share of pictures)", ylim=(0, 1.2), xlabel="network")
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
    axis.set(xlabel="value of a feature at fc1, before the ReLU", ylabel="number of features")
    show(figure, f"Histogram of {values.size:,} feature values: {np.mean(values < 0):.0%} of them "
                 f"are negative, the middle one is {np.median(values):.2f}.")  # fmt: skip
