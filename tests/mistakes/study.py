"""Every mistake at every place where it is possible: what is said of it, and what it is worth."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import keras

from autograder.exercises import load, names
from autograder.grading import hidden
from autograder.grading.mutator import MISTAKES, spell
from autograder.grading.mutator.wrong_trainings import WRONG_TRAININGS
from autograder.grading.mutator.wrong_values import WRONG_VALUES, Scene, WrongValue
from autograder.models.compare import compare
from autograder.student.checks import CHECKS, find_check, networks
from autograder.student.outcome import CheckOutcome, Share
from tests.mistakes import scenes
from tests.weightless import weightless


@dataclass
class Row:
    """One kind of mistake.

    Attributes
    ----------
    name, description : str
        What it is called, and what it is.
    places : list of str
        Networks or tasks in which it was made, without repetition.
    mutants, named, accepted : int
        How often it was made, how often the place and the cause were right, and how often the
        tests gave all points.
    misses : list of str
        Where place or cause were not right, with what was said instead.
    example : str
        What a student reads of the first one.
    """

    name: str
    description: str
    places: list[str] = field(default_factory=list)
    mutants: int = 0
    named: int = 0
    accepted: int = 0
    misses: list[str] = field(default_factory=list)
    example: str = ""

    def add(self, where: str, message: str, is_named: bool, said: str, share: float) -> None:
        """Count one mutant."""
        if where not in self.places:
            self.places.append(where)
        self.mutants += 1
        self.named += is_named
        self.accepted += share == 1.0
        self.example = self.example or message
        if not is_named:
            self.misses.append(f"{where}: {said}")


def run_code(code: str) -> Any:
    """Run the code of a cell, taking no memory for weights, and return its ``model``."""
    given: dict[str, Any] = {"keras": keras, "layers": keras.layers}
    with weightless():
        exec(code, given)
    return given["model"]


def outcome_of(check: Callable[[], float]) -> tuple[str, str, float]:
    """Run a check; return the cause that it names, its message, and the share of the points."""
    try:
        share = check()
    except CheckOutcome as outcome:
        return outcome.cause, str(outcome), 0.0
    if isinstance(share, Share) and share.causes:
        return share.causes[0], "\n".join(share.remarks), float(share)
    return "", "", float(share)


@functools.cache
def of_networks() -> list[Row]:
    """Make every mistake of a network in every network."""
    all_networks = scenes.networks()
    rows = []
    for mistake in MISTAKES.values():
        row = Row(mistake.name, mistake.description)
        for label, network in all_networks.items():
            for mutant in mistake.apply(network):
                model = run_code(spell(mutant.layers, mutant.input, "model"))
                difference = compare(model, network).difference
                share = _hidden_share(label, network.name, model)
                if difference is None:
                    row.add(label, "", False, "accepted", share)
                    continue
                is_named = (
                    difference.cause in mutant.causes and difference.position == mutant.position
                )
                said = f"{difference.cause} at layer {difference.position}"
                if difference.position != mutant.position:
                    said += f", not {mutant.position}"
                row.add(label, difference.message, is_named, said, share)
        rows.append(row)
    return rows


def _hidden_share(label: str, variant: str, model: Any) -> float:
    """Ask the hidden tests what a network is worth; one of no exercise is compared alone."""
    exercise = scenes.exercise_of(label)
    if not exercise:
        return compare(model, scenes.frozen_base()).fraction
    return outcome_of(lambda: hidden.network(exercise, variant, model))[2]


@functools.cache
def of_trainings() -> list[Row]:
    """Make every mistake in compile and fit with every network that students train."""
    models = {
        (name, key): scenes.built(network)
        for name in names()
        for key, network in load(name).networks.items()
        if f"training_{key}" in load(name).tasks
    }
    rows = []
    for mistake in WRONG_TRAININGS.values():
        row = Row(mistake.name, mistake.description)
        for (name, key), model in models.items():
            if not mistake.applies(load(name).trainings[key]):
                continue
            history = mistake.pretend(model, load(name), key)
            cause, message, share = outcome_of(
                functools.partial(
                    networks.training, "Training", key, history, model=model, exercise=name
                )
            )
            row.add(
                scenes.label(name, key), message, cause == mistake.cause, cause or "accepted", share
            )
        rows.append(row)
    return rows


@functools.cache
def of_values() -> list[Row]:
    """Make every mistake in arrays, results and features in every task that has such."""
    all_scenes = scenes.scenes()
    rows = []
    for mistake in WRONG_VALUES.values():
        row = Row(mistake.name, mistake.description)
        for scene in all_scenes:
            for wrong, place in _made(mistake, scene):
                cause, message, share = outcome_of(functools.partial(check, wrong))
                is_named = cause == mistake.cause and place in message
                where = f"{scene.exercise[:2]} {scene.task}".strip()
                row.add(where, message, is_named, cause or "accepted", share)
        rows.append(row)
    return rows


def _made(mistake: WrongValue, scene: Scene) -> Iterator[tuple[Scene, str]]:
    same_check = {"comparison": "accuracies"}
    word = scene.task if scene.task in CHECKS else scene.task.rpartition("_")[0]
    kind = same_check.get(word, word)
    if kind == mistake.check:
        yield from mistake.make(scene)


def check(scene: Scene) -> float:
    """Check the values of a scene as its exercise does."""
    function, variant = find_check(scene.task)
    return function(load(scene.exercise).tasks[scene.task].title, variant, *scene.values,
                    **scene.given)  # fmt: skip
