"""Models that were built already, by what they were built from."""

import hashlib
import json
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from autograder.transport.limits import Node


class Models:
    """Keeps models, the last used ones, as long as they are not too large together.

    Parameters
    ----------
    most : int
        Parameters of all models that are kept.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._models: OrderedDict[str, tuple[int, Any]] = OrderedDict()

    def get(self, node: Node, parameters: int, build: Callable[[], Any]) -> Any:
        """Return the model of a node, building it if it is not kept.

        Parameters
        ----------
        node : dict
        parameters : int
            How many it has.
        build : callable
            Builds it; what it raises is not kept.
        """
        text = json.dumps(node, sort_keys=True).encode()
        digest = hashlib.sha256(text).hexdigest()
        if digest not in self._models:
            self._make_room(parameters)
            self._models[digest] = parameters, build()
        self._models.move_to_end(digest)
        return self._models[digest][1]

    def _make_room(self, parameters: int) -> None:
        kept = sum(size for size, _ in self._models.values())
        while self._models and kept + parameters > self._most:
            _, (size, _) = self._models.popitem(last=False)
            kept -= size
