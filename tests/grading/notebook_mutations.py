"""Mutated submissions: an honest notebook after a few changes drawn from a seed.

Each mutation is known to be harmless or not. A submission that met harmless ones only must keep all
of its marks, however it looks: outputs, ids, encodings, metadata and the course's own cells are
nothing that an honest student answers for.
"""

import codecs
import copy
import json
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Tree = dict[str, Any]
Change = Callable[[random.Random, Any], Any]

GAPS = ("answer_gap", "list_gap", "why")
TESTS = ("answer_test", "list_test", "noise_test")
LOCKED = ("setup", "course_values")

RAW = {
    "deep_lists": "[" * 450 + "]" * 450,
    "deeper_lists": "[" * 900 + "]" * 900,
    "deepest_lists": "[" * 20_000 + "]" * 20_000,
    "deep_objects": '{"a":' * 450 + "1" + "}" * 450,
    "deeper_objects": '{"a":' * 900 + "1" + "}" * 900,
    "nan": "NaN",
    "infinity": "-Infinity",
    "overflow": "1e999",
    "digits": "9" * 4000,
    "too_many_digits": "9" * 5000,
    "half_character": r'"\ud83d"',
    "other_half": r'"a\ude00b"',
    "many_lists": "[" + ",".join(["[]"] * 5_000) + "]",
    "many_objects": "[" + ",".join(["{}"] * 5_000) + "]",
}
"""JSON that Python would not write, or not so; stands in for a token in the text."""

ODD: tuple[Any, ...] = (
    *(None, True, False, 0, -1, 4, 2**70, -0.0, 1e308),
    *("", " ", "x", "code", "x" * 5_000, "\x00", "\u2028", "é" * 300, "../../etc", "%s{}", "\r\n"),
    *([], [[]], [None], ["a", 1], {}, {"": ""}, {"a": {"b": []}}, {"nbgrader": {}}),
    *(f"@raw:{name}@" for name in RAW),
)
"""Values of every kind, to stand where another one was."""


@dataclass(frozen=True)
class Mutation:
    """One kind of change; the stages come one after the other."""

    name: str
    stage: str
    harmless: bool
    change: Change


@dataclass(frozen=True)
class Mutated:
    """A mutated submission; the same seed makes the same one."""

    seed: int
    names: tuple[str, ...]
    harmless: bool
    data: bytes

    def __str__(self) -> str:
        return f"seed {self.seed}: {', '.join(self.names)}"


STAGES = ("tree", "size", "text", "bytes")
"""What a mutation changes: cells and values, how many cells there are, the JSON, the file."""

LARGEST = 8_000_000
"""Bytes of a file that are read in the tests; no larger one is harmless."""

MUTATIONS: list[Mutation] = []


def mutation(stage: str = "tree", *, harmless: bool = False) -> Callable[[Change], Change]:
    """Register a function as a mutation."""

    def register(change: Change) -> Change:
        MUTATIONS.append(Mutation(change.__name__, stage, harmless, change))
        return change

    return register


def mutated(honest: Tree, seed: int) -> Mutated:
    """Mutate a notebook; every kind comes up once in as many seeds as there are kinds."""
    draw = random.Random(seed)
    chosen = [MUTATIONS[seed % len(MUTATIONS)]]
    # Half of the submissions get harmless ones besides, so that there is something to ask of them.
    pool = [kind for kind in MUTATIONS if kind.harmless] if seed % 2 else MUTATIONS
    chosen += draw.sample(pool, draw.choice((0, 1, 1, 2, 4)))
    steps = [[kind for kind in chosen if kind.stage == stage] for stage in STAGES]
    tree = copy.deepcopy(honest)
    for kind in steps[0] + steps[1]:
        kind.change(draw, tree)
    text = written(tree)
    for kind in steps[2]:
        text = kind.change(draw, text)
    data = text.encode("utf-8", "surrogatepass")
    for kind in steps[3]:
        data = kind.change(draw, data)
    harmless = all(kind.harmless for kind in chosen) and len(data) <= LARGEST
    return Mutated(seed, tuple(kind.name for step in steps for kind in step), harmless, data)


def written(tree: Tree) -> str:
    """Write a notebook as JSON, with the raw pieces that it asks for."""
    text = json.dumps(tree, ensure_ascii=False)
    return re.sub(r'"@raw:(\w+)@"', lambda found: RAW[found[1]], text)


def named(tree: Tree, *names: str) -> list[Tree]:
    """Return the cells of the course with these names that are still whole."""
    return [cell for cell in whole_cells(tree) if cell.get("id") in names or mark(cell) in names]


def whole_cells(tree: Tree) -> list[Tree]:
    """Return the cells that are objects with metadata."""
    dicts = [cell for cell in cells_of(tree) if isinstance(cell, dict)]
    return [cell for cell in dicts if isinstance(cell.get("metadata"), dict)]


def cells_of(tree: Tree) -> list[Any]:
    """Return the list of cells, to be changed in place; one to no effect when there is none."""
    cells = tree.get("cells")
    return cells if isinstance(cells, list) else []


def head(tree: Tree) -> Tree:
    """Return the notebook's metadata, to be changed in place; one to no effect when missing."""
    metadata = tree.get("metadata")
    return metadata if isinstance(metadata, dict) else {}


def mark(cell: Tree) -> str:
    """Return the grade id of a cell, or nothing."""
    found = cell["metadata"].get("nbgrader")
    return str(found.get("grade_id", "")) if isinstance(found, dict) else ""


def small(found: list[Any]) -> list[Any]:
    """Keep what may be repeated thousands of times."""
    texts = [json.dumps(value) for value in found]
    return [v for v, t in zip(found, texts, strict=True) if len(t) < 2_000 and "@raw:" not in t]


def some(draw: random.Random, found: list[Tree], most: int) -> list[Tree]:
    """Draw a few of the cells, or fewer when there are not as many."""
    return draw.sample(found, min(most, len(found)))


def odd(draw: random.Random) -> Any:
    """Draw an odd value."""
    return copy.deepcopy(draw.choice(ODD))


def shallow(draw: random.Random) -> Any:
    """Draw an odd value that every JSON reader accepts."""
    refused = ("deep", "too_many")
    return copy.deepcopy(draw.choice([v for v in ODD if not any(r in str(v) for r in refused)]))


# ---- harmless: nothing that a student answers for --------------------------------------------


@mutation(harmless=True)
def outputs_of_any_kind(draw: random.Random, tree: Tree) -> None:
    for cell in whole_cells(tree):
        if cell.get("cell_type") == "code" and draw.random() < 0.6:
            cell["outputs"] = draw.choice(
                [shallow(draw), [shallow(draw)], [{"output_type": shallow(draw), "data": 1}]]
            )
            cell["execution_count"] = shallow(draw)


@mutation(harmless=True)
def long_outputs(draw: random.Random, tree: Tree) -> None:
    text = draw.choice(["ä", "line\n", "<b>", "\x1b[31m", "\\ud83d"]) * 8_000
    for cell in some(draw, whole_cells(tree), 1):
        cell["outputs"] = [{"output_type": "stream", "name": "stdout", "text": text}]


@mutation(harmless=True)
def notebook_metadata(draw: random.Random, tree: Tree) -> None:
    keys = ("language", "language_info", "title", "authors", "eight_faces", "orig_nbformat")
    for key in (*keys, "widgets", "colab", "accelerator", "executionInfo", "toc", "", "signature"):
        if draw.random() < 0.4:
            head(tree)[key] = shallow(draw)


@mutation(harmless=True)
def kernelspec(draw: random.Random, tree: Tree) -> None:
    head(tree)["kernelspec"] = draw.choice(
        [shallow(draw), {"name": shallow(draw)}, {"name": "julia", "display_name": shallow(draw)}]
    )


@mutation(harmless=True)
def no_notebook_metadata(draw: random.Random, tree: Tree) -> None:
    tree["metadata"] = draw.choice([{}, {"": {}}, {"kernelspec": {}}])


@mutation(harmless=True)
def cell_metadata(draw: random.Random, tree: Tree) -> None:
    keys = (
        "tags",
        "name",
        "collapsed",
        "scrolled",
        "editable",
        "executionInfo",
        "vscode",
        "jupyter",
    )
    for cell in whole_cells(tree):
        for key in draw.sample(keys, 3):
            cell["metadata"][key] = shallow(draw)


@mutation(harmless=True)
def skipping_tags(draw: random.Random, tree: Tree) -> None:
    tags = ["skip-execution", "remove_cell", "setup", "mark_scheme", "raises-exception"]
    for cell in whole_cells(tree):
        cell["metadata"]["tags"] = draw.sample(tags, 2)


@mutation(harmless=True)
def cell_ids(draw: random.Random, tree: Tree) -> None:
    kinds = (None, "same", "", "x" * 200, 7, [], {}, "ä b", "list_test", "setup", "title")
    for cell in whole_cells(tree):
        if mark(cell) and draw.random() < 0.6:
            cell["id"] = draw.choice(kinds)


@mutation(harmless=True)
def no_cell_ids(draw: random.Random, tree: Tree) -> None:
    for cell in whole_cells(tree):
        if mark(cell):
            cell.pop("id", None)
    tree["nbformat_minor"] = draw.choice([0, 4, 5])


@mutation(harmless=True)
def format_numbers(draw: random.Random, tree: Tree) -> None:
    tree["nbformat"] = draw.choice([shallow(draw), 3, 4, 5, "4"])
    tree["nbformat_minor"] = draw.choice([shallow(draw), 0, 6, "5"])


@mutation(harmless=True)
def no_format_numbers(draw: random.Random, tree: Tree) -> None:
    tree.pop("nbformat", None)
    tree.pop("nbformat_minor", None)


@mutation(harmless=True)
def unknown_keys(draw: random.Random, tree: Tree) -> None:
    for place in (tree, *some(draw, whole_cells(tree), 2)):
        for key in draw.sample(("worksheet", "x", "", "__class__", "prompt_number", "input"), 2):
            place[key] = shallow(draw)


@mutation(harmless=True)
def sources_as_lines(draw: random.Random, tree: Tree) -> None:
    for cell in whole_cells(tree):
        if isinstance(cell.get("source"), str):
            cell["source"] = cell["source"].splitlines(keepends=True)


@mutation(harmless=True)
def attachments(draw: random.Random, tree: Tree) -> None:
    for cell in whole_cells(tree):
        if cell.get("cell_type") == "markdown":
            cell["attachments"] = draw.choice(
                [shallow(draw), {"a.png": shallow(draw)}, {"a.png": {"image/png": shallow(draw)}}]
            )


@mutation(harmless=True)
def own_cells(draw: random.Random, tree: Tree) -> None:
    for _ in range(draw.choice((1, 3, 40))):
        own = {"cell_type": "markdown", "metadata": {}, "source": "My notes", "id": f"own{_}"}
        cells_of(tree).insert(draw.randint(0, len(cells_of(tree))), own)


@mutation(harmless=True)
def damaged_cells(draw: random.Random, tree: Tree) -> None:
    for _ in range(draw.choice((1, 3, 40))):
        broken = draw.choice([shallow(draw), {"cell_type": shallow(draw), "source": "x"}])
        cells_of(tree).insert(draw.randint(0, len(cells_of(tree))), broken)


@mutation(harmless=True)
def changed_course_cells(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *draw.sample(TESTS + LOCKED, 2)):
        cell["source"] = draw.choice(["", "1 / 0", "points(4, of=4)", "answer = 0", "x" * 9_000])


@mutation(harmless=True)
def deleted_course_cells(draw: random.Random, tree: Tree) -> None:
    names = draw.sample(TESTS + LOCKED, draw.choice((1, 2, 5)))
    for cell in named(tree, *names):
        cells_of(tree).remove(cell)


@mutation(harmless=True)
def copied_course_cells(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *draw.sample(TESTS + LOCKED, 2)):
        # Beside the original; a copy elsewhere may be run before what it needs.
        place = cells_of(tree).index(cell) + 1
        cells_of(tree)[place:place] = [copy.deepcopy(cell)] * draw.choice((1, 2, 5))


@mutation(harmless=True)
def marks_of_course_cells(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *TESTS, *LOCKED):
        if isinstance(cell["metadata"].get("nbgrader"), dict):
            for key in ("points", "grade", "solution", "locked", "schema_version", "checksum"):
                if draw.random() < 0.4:
                    cell["metadata"]["nbgrader"][key] = shallow(draw)


@mutation(harmless=True)
def made_up_marks(draw: random.Random, tree: Tree) -> None:
    own = {"grade": True, "solution": True, "locked": False, "task": draw.random() < 0.5}
    marks = {"grade_id": draw.choice(["mine", "x" * 300, "title"]), "points": 1000, **own}
    cell = {"cell_type": "markdown", "source": "Mine.", "metadata": {"nbgrader": marks}}
    cells_of(tree).append({**cell, "id": "mine"})


@mutation(harmless=True)
def kinds_of_course_cells(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *draw.sample(TESTS + LOCKED, 2)):
        cell["cell_type"] = draw.choice(["raw", "markdown"])


@mutation(harmless=True)
def order_of_keys(draw: random.Random, tree: Tree) -> None:
    for place in (tree, *whole_cells(tree)):
        items = list(place.items())
        draw.shuffle(items)
        place.clear()
        place.update(items)


# ---- changes that may cost marks, and must cost nothing else ----------------------------------


def places(value: Any) -> list[tuple[Any, Any]]:
    """List every container and key inside a tree."""
    found = []
    left = [value]
    while left:
        inside = left.pop()
        keys = range(len(inside)) if isinstance(inside, list) else list(inside)
        for key in keys:
            found.append((inside, key))
            if isinstance(inside[key], dict | list):
                left.append(inside[key])
    return found


@mutation()
def any_value_replaced(draw: random.Random, tree: Tree) -> None:
    for _ in range(draw.choice((1, 2, 5))):
        inside, key = draw.choice(places(tree) or [(tree, "cells")])
        inside[key] = odd(draw)


@mutation()
def any_value_deleted(draw: random.Random, tree: Tree) -> None:
    for _ in range(draw.choice((1, 2, 5))):
        if found := places(tree):
            inside, key = draw.choice(found)
            del inside[key]


@mutation()
def any_value_wrapped(draw: random.Random, tree: Tree) -> None:
    inside, key = draw.choice(places(tree) or [(tree, "cells")])
    value = inside.get(key) if isinstance(inside, dict) else inside[key]
    inside[key] = draw.choice([[value], {"a": value}, json.dumps(value), str(value), [value] * 9])


@mutation()
def any_key_renamed(draw: random.Random, tree: Tree) -> None:
    found = [place for place in places(tree) if isinstance(place[0], dict)]
    if found:
        inside, key = draw.choice(found)
        inside[draw.choice(["", key.upper(), key + " ", "id", "source", "nbgrader"])] = inside.pop(
            key
        )


@mutation()
def two_values_swapped(draw: random.Random, tree: Tree) -> None:
    found = places(tree)
    if len(found) > 1:
        (inside, key), (other, name) = draw.sample(found, 2)
        inside[key], other[name] = copy.deepcopy(other[name]), copy.deepcopy(inside[key])


@mutation()
def cells_in_another_order(draw: random.Random, tree: Tree) -> None:
    draw.shuffle(cells_of(tree))


@mutation()
def cells_thinned_out(draw: random.Random, tree: Tree) -> None:
    cells = cells_of(tree)
    cells[:] = [cell for cell in cells if draw.random() < 0.6]


@mutation()
def copied_gaps(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *draw.sample(GAPS, 2)):
        double = copy.deepcopy(cell)
        double["source"] = draw.choice(["", "answer = 1", "numbers = []", "..."])
        cells_of(tree).insert(draw.randint(0, len(cells_of(tree))), double)


@mutation("size")
def very_many_cells(draw: random.Random, tree: Tree) -> None:
    cells = cells_of(tree)
    cells += [draw.choice([*small(cells), {}, None])] * draw.choice((300, 4_980, 6_000))


@mutation("size")
def many_cells_with_one_mark(draw: random.Random, tree: Tree) -> None:
    found = small(named(tree, *GAPS, *TESTS))
    if found:
        cells_of(tree).extend([draw.choice(found)] * 400)


@mutation()
def marks_exchanged(draw: random.Random, tree: Tree) -> None:
    found = named(tree, *GAPS, *TESTS, *LOCKED)
    if len(found) > 1:
        one, two = draw.sample(found, 2)
        one["metadata"], two["metadata"] = two["metadata"], one["metadata"]


@mutation()
def marks_of_any_kind(draw: random.Random, tree: Tree) -> None:
    for cell in whole_cells(tree):
        if draw.random() < 0.4:
            cell["metadata"]["nbgrader"] = odd(draw)
        elif isinstance(cell["metadata"].get("nbgrader"), dict):
            key = draw.choice(["grade_id", "grade", "points", "solution", "task", "schema_version"])
            cell["metadata"]["nbgrader"][key] = odd(draw)


@mutation()
def a_test_as_answer(draw: random.Random, tree: Tree) -> None:
    for cell in named(tree, *GAPS):
        cell["source"] = draw.choice(
            [
                "points = lambda *a, **k: 4.0",
                "4.0",
                "raise SystemExit",
                "get_ipython().exit_now = 1",
            ]
        )


@mutation()
def all_cells_of_one_kind(draw: random.Random, tree: Tree) -> None:
    kind = draw.choice(["code", "markdown", "raw", "heading", ""])
    for cell in whole_cells(tree):
        cell["cell_type"] = kind


@mutation()
def worksheets_of_old(draw: random.Random, tree: Tree) -> None:
    cells = tree.pop("cells", [])
    sheets = [{"cells": cells}, {"cells": odd(draw)}, odd(draw)]
    tree["worksheets"] = sheets[: draw.choice((1, 2, 3))]
    tree["nbformat"] = draw.choice([3, 2, 1, odd(draw)])


@mutation()
def deep_metadata(draw: random.Random, tree: Tree) -> None:
    deep = f"@raw:{draw.choice([name for name in RAW if name.startswith('deep')])}@"
    head(tree)["x"] = deep
    head(tree)["kernelspec"] = {"name": "python3", "display_name": deep}
    for cell in some(draw, whole_cells(tree), 2):
        cell["metadata"]["x"] = deep


# ---- the text of the file ---------------------------------------------------------------------


@mutation("text", harmless=True)
def pretty_printed(draw: random.Random, text: str) -> str:
    try:
        shown = json.dumps(json.loads(text), indent=draw.choice((1, 4, "\t")))
    except (ValueError, RecursionError):
        return text
    return shown.replace("\n", draw.choice(("\n", "\r\n", "\n\n")))


@mutation("text", harmless=True)
def white_space_around(draw: random.Random, text: str) -> str:
    space = draw.choice((" ", "\n", "\r\n", "\t")) * draw.choice((1, 20_000))
    return space + text + space


@mutation("text", harmless=True)
def keys_twice(draw: random.Random, text: str) -> str:
    first = draw.choice(('"cells": []', '"cells": 7', '"metadata": []', '"nbformat": {}'))
    return "{" + first + "," + text.lstrip()[1:] if text.lstrip().startswith("{") else text


@mutation("text")
def keys_twice_the_last_one_empty(draw: random.Random, text: str) -> str:
    last = draw.choice(('"cells": []', '"cells": 7', '"metadata": []', '"worksheets": []'))
    return text.rstrip()[:-1] + "," + last + "}"


@mutation("text")
def cut_off(draw: random.Random, text: str) -> str:
    return text[: draw.randint(0, len(text))]


@mutation("text")
def text_around(draw: random.Random, text: str) -> str:
    around = ("<html>", "null", "[", "{}", "<<<<<<< HEAD\n", "// notebook\n", "\ufeff", "\x00", "}")
    return draw.choice((draw.choice(around) + text, text + draw.choice(around)))


@mutation("text")
def characters_exchanged(draw: random.Random, text: str) -> str:
    letters = list(text)
    strange = '{}[]",:\\0\x00\ud83dé\u202e'
    for _ in range(draw.choice((1, 3, 30))):
        if letters:
            letters[draw.randrange(len(letters))] = draw.choice(strange)
    return "".join(letters)


@mutation("text")
def words_exchanged(draw: random.Random, text: str) -> str:
    words = ("cells", "cell_type", "code", "metadata", "nbgrader", "grade_id", "source", "true")
    return text.replace(draw.choice(words), draw.choice(("", "null", "code", "0", r"\ud800")))


# ---- the bytes of the file --------------------------------------------------------------------


@mutation("bytes", harmless=True)
def other_encodings(draw: random.Random, data: bytes) -> bytes:
    try:
        text = data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:  # another mutation was here before
        return data
    if text.startswith("\ufeff"):  # as well
        return data
    return text.encode(draw.choice(("utf-16", "utf-32", "utf-8-sig")), "surrogatepass")


@mutation("bytes")
def encodings_without_a_mark(draw: random.Random, data: bytes) -> bytes:
    text = data.decode("utf-8", "replace")
    return text.encode(draw.choice(("utf-16-le", "utf-32-be", "cp1252", "utf-7")), "replace")


@mutation("bytes")
def wrong_marks_of_order(draw: random.Random, data: bytes) -> bytes:
    marks = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF32_BE, codecs.BOM_UTF16_BE)
    return draw.choice(marks) * draw.choice((1, 2)) + data


@mutation("bytes")
def bytes_exchanged(draw: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(draw.choice((1, 5, 100))):
        if changed:
            changed[draw.randrange(len(changed))] = draw.randrange(256)
    return bytes(changed)


@mutation("bytes")
def a_piece_moved(draw: random.Random, data: bytes) -> bytes:
    begin, end, place = sorted(draw.randint(0, len(data)) for _ in range(3))
    piece = data[begin:end]
    return draw.choice((data[:begin] + data[end:], data[:place] + piece + data[place:]))


@mutation("bytes")
def nothing_but_rubbish(draw: random.Random, data: bytes) -> bytes:
    size = draw.choice((0, 1, 1_000, 200_000))
    return draw.choice((draw.randbytes(size), b"\x00" * size, b"[" * size, b'{"a":' * size))


@mutation("bytes")
def too_large(draw: random.Random, data: bytes) -> bytes:
    return data + b" " * LARGEST


assert len({kind.name for kind in MUTATIONS}) == len(MUTATIONS)
