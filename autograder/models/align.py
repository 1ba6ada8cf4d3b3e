"""Which layer of a model stands for which layer of the table.

A global alignment: one missing layer is then one missing layer, and not a reason to call
everything after it different.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

_GAP_COST = 10
_GAP_COST_WITH_WEIGHTS = 12  # layers with weights are the backbone that others shift along
_BACKBONE = ("Dense", "Conv2D")
_OTHER_KIND_COST = 19
_OTHER_SETTINGS_COST = 11
_COST_OF_A_SETTING = 2
_LARGEST_SETTINGS_COST = 17

Pair = tuple[int | None, int | None]


class Plain(Protocol):
    """What the table's and the model's layers have in common."""

    @property
    def kind(self) -> str:
        """Layer kind."""

    @property
    def settings(self) -> dict[str, Any]:
        """Settings that decide whether two layers are equal."""


def differing_settings(expected: Mapping[str, Any], got: Mapping[str, Any]) -> list[str]:
    """Names of the settings that differ; those of the table first, in its order."""
    names = [*expected, *(name for name in got if name not in expected)]
    return [name for name in names if not _same(expected.get(name), got.get(name))]


def equal(expected: Plain, got: Plain) -> bool:
    """Tell whether two layers are of the same kind and have the same settings."""
    return expected.kind == got.kind and not differing_settings(expected.settings, got.settings)


def align(expected: Sequence[Plain], got: Sequence[Plain]) -> list[Pair]:
    """Align the layers of a model with those of a table at the smallest cost.

    Parameters
    ----------
    expected, got : sequence of layers
        Of the table and of the model.

    Returns
    -------
    list of (int or None, int or None)
        Positions (from 0) in `expected` and `got`; None stands for a layer that the other side
        does not have. Among equally cheap alignments, the one whose first difference comes
        last; a missing layer comes before an extra one.
    """
    rows, columns = len(expected), len(got)
    cost = [[0] * (columns + 1) for _ in range(rows + 1)]
    for row in reversed(range(rows)):
        cost[row][columns] = cost[row + 1][columns] + _gap(expected[row])
    for column in reversed(range(columns)):
        cost[rows][column] = cost[rows][column + 1] + _gap(got[column])
    for row in reversed(range(rows)):
        for column in reversed(range(columns)):
            cost[row][column] = min(
                _cost(expected[row], got[column]) + cost[row + 1][column + 1],
                _gap(expected[row]) + cost[row + 1][column],
                _gap(got[column]) + cost[row][column + 1],
            )
    pairs: list[Pair] = []
    row = column = 0
    while row < rows and column < columns:
        if cost[row][column] == _cost(expected[row], got[column]) + cost[row + 1][column + 1]:
            pairs.append((row, column))
            row, column = row + 1, column + 1
        elif cost[row][column] == _gap(expected[row]) + cost[row + 1][column]:
            pairs.append((row, None))
            row += 1
        else:
            pairs.append((None, column))
            column += 1
    pairs += [(position, None) for position in range(row, rows)]
    pairs += [(None, position) for position in range(column, columns)]
    return pairs


def _gap(layer: Plain) -> int:
    return _GAP_COST_WITH_WEIGHTS if layer.kind in _BACKBONE else _GAP_COST


def _cost(expected: Plain, got: Plain) -> int:
    if expected.kind != got.kind:
        return _OTHER_KIND_COST
    count = len(differing_settings(expected.settings, got.settings))
    if not count:
        return 0
    return min(_OTHER_SETTINGS_COST + _COST_OF_A_SETTING * count, _LARGEST_SETTINGS_COST)


def _same(expected: Any, got: Any) -> bool:
    if isinstance(expected, float) and isinstance(got, (int, float)):
        return math.isclose(expected, got, abs_tol=1e-6)
    return bool(expected == got)
