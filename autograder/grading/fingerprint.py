"""Names, by hash, for everything that an accuracy depends on."""

import hashlib
import json
from dataclasses import asdict
from typing import Any

from autograder import exercises
from autograder.grading.inputs import KINDS, PRETRAINED, subject_of
from data_scripts import digits, faces, objects, santa, weights_file


def ingredients(assignment: str) -> dict[str, str]:
    """Return the hashes that decide the accuracies of an assignment.

    Parameters
    ----------
    assignment : str

    Returns
    -------
    dict of str to str
        ``table`` (networks, course constants and seed; titles and hints don't matter),
        ``renderer``, and ``weights`` where the inputs are features.
    """
    table = exercises.load(assignment)
    decisive: dict[str, Any] = {
        "seed": table.seed,
        "training": asdict(table.training),
        "networks": {
            key: [network.input, [[layer.kind, layer.settings] for layer in network.layers]]
            for key, network in table.networks.items()
        },
    }
    own = {key: asdict(one) for key, one in table.trainings.items() if one != table.training}
    if own:
        decisive["trainings"] = own
    kind = KINDS[assignment]
    renderer = {"digits": digits, "objects": objects, "santa": santa}.get(
        kind, faces
    ).renderer_hash()
    hashes = {"table": _hash(decisive), "renderer": renderer}
    if kind in PRETRAINED:
        hashes["weights"] = weights_file.weights_hash(subject_of(assignment))
    return hashes


def inputs_hash(assignment: str) -> str:
    """One hash of all `ingredients` of an assignment."""
    return _hash(ingredients(assignment))


def _hash(value: Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()
