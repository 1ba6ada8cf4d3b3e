"""The command for original data: list, fetch, status, verify, delete."""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from data_scripts.original.errors import OriginalError
from data_scripts.original.ledger import Ledger, fits
from data_scripts.original.sources import (
    COMMAND,
    SOURCES,
    Source,
    folder_of,
    originals_folder,
)

TERMS = "--accept-terms"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters
    ----------
    arguments : sequence of str, optional
        By default those of the process.

    Returns
    -------
    int
        0 when all is well, 1 otherwise; the reason is on standard error then.
    """
    chosen = _parser().parse_args(arguments)
    try:
        return int(chosen.act(chosen))
    except OriginalError as error:
        print(error, file=sys.stderr)
    except OSError as error:
        print(f"The disk or a file is in the way: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Stopped. The same command goes on from here.", file=sys.stderr)
    return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=COMMAND,
        description="Fetch data sets of other people. The course needs none: it has its own.",
        epilog="docs/data.md says what comes from where, on which terms, and how to delete it.",
    )
    actions = parser.add_subparsers(required=True, metavar="ACTION")
    actions.add_parser("list", help="what there is, and on which terms").set_defaults(act=_list)
    fetch = actions.add_parser("fetch", help="download, check and lay out")
    fetch.add_argument("name", choices=SOURCES)
    fetch.add_argument(
        "--from", dest="given", metavar="PLACE",
        help="a file, folder or address to take it from, instead of its owner's",
    )  # fmt: skip
    fetch.add_argument(
        "--person", action="append", default=[], metavar="NAME",
        help="faces-lists: one of eight lists to use; give it eight times",
    )  # fmt: skip
    fetch.add_argument(
        "--workers", type=_workers, default=16, help="faces-lists: downloads at a time, 1 to 64"
    )
    fetch.add_argument(
        TERMS, action="store_true", dest="accepted",
        help="needed for photographs of real people: you have read their terms",
    )  # fmt: skip
    fetch.add_argument("--quiet", action="store_true", help="no progress bars")
    fetch.set_defaults(act=_fetch)
    for action, act, text in (
        ("status", _status, "what is on this machine"),
        ("verify", _verify, "compare files with their checksums"),
    ):
        parsed = actions.add_parser(action, help=text)
        parsed.add_argument("name", choices=SOURCES, nargs="?")
        parsed.set_defaults(act=act)
    delete = actions.add_parser("delete", help="remove a data set from this machine")
    delete.add_argument("name", choices=SOURCES)
    delete.set_defaults(act=_delete)
    return parser


def _workers(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("1 to 64")
    return number


def _list(_: argparse.Namespace) -> int:
    for source in SOURCES.values():
        print(f"{source.name}: {source.title}")
        print(f"  terms: {source.licence}")
        print(f"  size: {source.size}")
        print(f"  more: {source.page or 'no public place; give yours with --from'}")
    return 0


def _fetch(chosen: argparse.Namespace) -> int:
    source = SOURCES[chosen.name]
    if source.photographs and not chosen.accepted:
        read = f"docs/data.md and {source.page}" if source.page else "docs/data.md"
        raise OriginalError(
            f"{source.name} shows real people who were not asked. Terms: {source.licence}. Read "
            f"{read}; if you may use it, add {TERMS}."
        )
    print(f"{source.title}. Terms: {source.licence}.")
    print(_fetch_source(source, chosen))
    setting = "WEIGHTS=imagenet" if source.name == "weights" else "DATA=original"
    print(f"Notebooks use it with EIGHT_FACES_{setting}.")
    return 0


def _fetch_source(source: Source, chosen: argparse.Namespace) -> str:
    """Call the source's own module; imported here, since each needs other libraries."""
    progress = not chosen.quiet
    if source.name == "digits":
        from data_scripts.original.digits import COUNTS, fetch_digits

        fetch_digits(chosen.given, progress=progress)
        return ", ".join(f"{split}: {count} digits" for split, count in COUNTS.items())
    if source.name == "faces":
        from data_scripts.original.faces import fetch_faces

        sizes = fetch_faces(chosen.given, progress=progress)
        return "Eight people, " + " and ".join(f"{size} pixels" for size in sizes) + "."
    if source.name == "faces-lists":
        from data_scripts.original.oxford import fetch_from_lists

        return fetch_from_lists(
            chosen.given, people=chosen.person, workers=chosen.workers, progress=progress
        )
    if source.name == "objects":
        from data_scripts.original.objects import fetch_objects

        return fetch_objects(chosen.given, progress=progress)
    if source.name == "santa":
        from data_scripts.original.santa import fetch_santa

        return fetch_santa(chosen.given, progress=progress)
    from data_scripts.original.weights import fetch_weights

    return "\n".join(str(path) for path in fetch_weights(chosen.given, progress=progress))


def _status(chosen: argparse.Namespace) -> int:
    from data_scripts.original.download import place_of

    print(f"Folder: {originals_folder()}")
    entries = Ledger(originals_folder()).entries()
    for source in _sources(chosen):
        files = [place_of(source.name, file) for file in source.files if file.keras_folder]
        folder = folder_of(source.name)
        inside = [path for path in folder.rglob("*") if path.is_file()] if folder.is_dir() else []
        size = sum(path.stat().st_size for path in {*files, *inside} if path.is_file())
        print(f"{source.name}: {f'{size / 1e6:,.1f} MB' if size else 'not here'}")
        for key, entry in entries.items():
            if key.startswith(f"{source.name}/"):
                print(f"  {key.split('/')[1]}: {entry['checksum']}, from {entry['from']}")
    return 0


def _verify(chosen: argparse.Namespace) -> int:
    from data_scripts.original.download import place_of

    entries = Ledger(originals_folder()).entries()
    wrong = 0
    for source in _sources(chosen):
        for key, entry in entries.items():
            name = key.partition("/")[2]
            if not key.startswith(f"{source.name}/"):
                continue
            file = next((one for one in source.files if one.name == name), None)
            path = place_of(source.name, file) if file else folder_of(source.name) / name
            said = _state(path, entry["checksum"])
            wrong += said != "as it came"
            print(f"{key}: {said}")
    if not entries:
        print("Nothing has been fetched.")
    return 1 if wrong else 0


def _state(path: Path, checksum: str) -> str:
    if not path.is_file():
        return f"missing from {path.parent}; fetch it again"
    return "as it came" if fits(path, checksum) else "changed; delete it and fetch it again"


def _delete(chosen: argparse.Namespace) -> int:
    from data_scripts.original.download import place_of

    source = SOURCES[chosen.name]
    for file in source.files:
        if file.keras_folder:
            place_of(source.name, file).unlink(missing_ok=True)
    folder = folder_of(source.name)
    if folder.is_dir():
        shutil.rmtree(folder)
    Ledger(originals_folder()).forget(source.name)
    print(f"Nothing of {source.name} is left in {originals_folder()}.")
    return 0


def _sources(chosen: argparse.Namespace) -> list[Source]:
    return [SOURCES[chosen.name]] if chosen.name else list(SOURCES.values())


if __name__ == "__main__":
    sys.exit(main())
