"""Measurements that survive an interrupted command: one JSON line each, appended as it is made."""

import json
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any


class Journal:
    """An append-only file of measurements.

    Parameters
    ----------
    path : pathlib.Path
        File of JSON lines; made with its folder when the first measurement is written.
    known : iterable of dict
        Measurements from elsewhere, which are not made again either.
    """

    def __init__(self, path: Path, known: Iterable[dict[str, Any]] = ()) -> None:
        self.path = path
        self._rows = [*known, *_read(path)]

    def measured(self, key: Mapping[str, Any], measure: Callable[[], dict[str, Any]]) -> Any:
        """Return a measurement, from the file if it is there, else made now and written down.

        Parameters
        ----------
        key : dict
            Everything that decides the result; plain JSON values.
        measure : callable
            Makes the measurement, a dict of plain JSON values.

        Returns
        -------
        dict
            The key and the measurement together.
        """
        for row in self._rows:
            if all(row.get(name) == value for name, value in key.items()):
                return row
        row = {**key, **measure()}
        self._append(row)
        return row

    def _append(self, row: dict[str, Any]) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        # A line that a killed process left without its end must not swallow this one.
        cut = self.path.exists() and not self.path.read_bytes().endswith(b"\n")
        with self.path.open("a", encoding="utf-8") as file:
            file.write(("\n" if cut else "") + json.dumps(row, sort_keys=True) + "\n")
            file.flush()
            os.fsync(file.fileno())
        self._rows.append(row)


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            row = json.loads(line)
        except json.JSONDecodeError:
            continue  # Cut off when a command was killed; it is measured again.
        if isinstance(row, dict):
            rows.append(row)
    return rows
