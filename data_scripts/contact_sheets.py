"""Make contact sheets: ``python -m data_scripts.contact_sheets objects|santa|things FILE.png``."""

import argparse
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from data_scripts import invented_things, santa
from data_scripts.faces_production import seed_words
from data_scripts.objects_categories import NAMES
from data_scripts.objects_production import plan_set, render_task, split_words
from data_scripts.objects_renderer import SIDE

CAPTION, GAP = 12, 4
OWN_SEED = 900  # pictures of a sheet are in nobody's set


def sheet(
    blocks: Sequence[tuple[str, Sequence[np.ndarray]]], *, side: int, columns: int
) -> Image.Image:
    """Lay out named rows of pictures.

    Parameters
    ----------
    blocks : sequence of (str, sequence of numpy.ndarray)
        A name, and its pictures, uint8, shape (height, width, 3); equally many each.
    side : int
        Side of a picture on the sheet, in pixels.
    columns : int
        Blocks beside each other.

    Returns
    -------
    PIL.Image.Image
    """
    wide = len(blocks[0][1]) * side + GAP
    rows = -(-len(blocks) // columns)
    page = Image.new("RGB", (columns * wide - GAP, rows * (side + CAPTION)), "white")
    draw = ImageDraw.Draw(page)
    for number, (name, pictures) in enumerate(blocks):
        left, top = (number % columns) * wide, (number // columns) * (side + CAPTION)
        draw.text((left + 1, top), name, fill="black")
        for place, picture in enumerate(pictures):
            small = Image.fromarray(picture).resize((side, side), Image.Resampling.LANCZOS)
            page.paste(small, (left + place * side, top + CAPTION))
    return page


def objects_sheet(
    names: Sequence[str] = NAMES, *, each: int = 2, side: int = 52, columns: int = 8
) -> Image.Image:
    """Show some pictures of each category, with its name above them."""
    words = split_words("train", OWN_SEED)
    counts = np.array([each * (name in names) for name in NAMES])
    pictures = sorted(plan_set(counts, words))
    drawn = render_task(pictures).reshape(len(names), each, SIDE, SIDE, 3)
    shown = [name for name in NAMES if name in names]
    blocks = [(name.replace("_", " "), list(row)) for name, row in zip(shown, drawn, strict=True)]
    return sheet(blocks, side=side, columns=columns)


def santa_sheet(*, rows: int = 8, each: int = 7, side: int = 64) -> Image.Image:
    """Show people with the costume on the left and without it on the right."""
    words = (santa.PURPOSES["train"], *seed_words(OWN_SEED))
    blocks = []
    drawn = [santa.render_task(santa.Task(words, wears, 0, rows * each)) for wears in (True, False)]
    for row in range(rows):
        for name, pictures in zip(("santa", "not santa"), drawn, strict=True):
            blocks.append((name if row == 0 else "", list(pictures[row * each : (row + 1) * each])))
    return sheet(blocks, side=side, columns=2)


def things_sheet(*, rows: int = 8, each: int = 6, side: int = 64) -> Image.Image:
    """Show pictures of invented things, a row each, two beside each other."""
    blocks = [
        ("", list(invented_things.render_task([(number, picture) for picture in range(each)])))
        for number in range(2 * rows)
    ]
    return sheet(blocks, side=side, columns=2)


def save(page: Image.Image, path: Path, most_bytes: int = 300_000) -> None:
    """Save a sheet as PNG with as many colours, at most 256, as fit into ``most_bytes``."""
    for colours in (256, 128, 64, 32, 16):
        reduced = page.quantize(colours, dither=Image.Dither.NONE)
        reduced.save(path, optimize=True)
        if path.stat().st_size < most_bytes:
            return
    raise ValueError(f"{path} has more than {most_bytes} bytes; show fewer or smaller pictures")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write a contact sheet to a file."""
    parser = argparse.ArgumentParser(prog="python -m data_scripts.contact_sheets")
    parser.add_argument("which", choices=("objects", "santa", "things"))
    parser.add_argument("file", type=Path, help="the PNG file to write")
    parser.add_argument("--names", nargs="*", choices=NAMES, metavar="NAME",
                        help="only these categories, larger and six pictures of each")  # fmt: skip
    given = parser.parse_args(arguments)
    if given.which == "santa":
        page = santa_sheet()
    elif given.which == "things":
        page = things_sheet()
    elif given.names:
        page = objects_sheet(given.names, each=6, side=150, columns=1)
    else:
        page = objects_sheet()
    save(page, given.file, 300_000 if not given.names else 10_000_000)
    print(f"{given.file}: {page.width} x {page.height}, {given.file.stat().st_size} bytes")


if __name__ == "__main__":
    main()
