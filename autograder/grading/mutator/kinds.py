"""What a kind of submission is: how it differs from the reference, and what that must cost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from autograder.exercises import ExerciseTable, Network
from autograder.grading.mutator.layers import Mutant, plain_layers
from autograder.grading.mutator.mistakes import MISTAKES
from autograder.grading.mutator.notebook import (
    Notebook,
    assigned_name,
    stub_lines,
    without_fit,
)
from autograder.grading.mutator.spelling import spell

Answers = dict[str, str]
Answer = Callable[[ExerciseTable, Notebook, Answers], Answers]
Change = Callable[[ExerciseTable, Notebook], Notebook]
Names = Callable[[ExerciseTable], set[str]]


@dataclass(frozen=True)
class Kind:
    """One kind of submission.

    Attributes
    ----------
    name, description : str
        ``name`` is the student id in the demo class.
    loses : callable
        Table -> grade ids (or patterns such as ``"*_test"``) of the automatically graded cells
        that must lose points. All others must keep full marks, unless `may_lose` names them.
    may_lose : callable
        Table -> grade ids of cells that the mistake may spoil or not, such as the accuracy of a
        network without its softmax.
    applies : callable
        Table -> whether this kind makes sense for the exercise.
    answers : callable
        (table, released notebook, reference answers) -> answers of this student.
    change_notebook : callable
        (table, filled notebook) -> notebook as it is handed in.
    raw_text : str or None
        What the file holds instead of a notebook.
    file_name : str
        ``{name}`` stands for the name of the assignment.
    """

    name: str
    description: str
    loses: Names = lambda table: set()
    may_lose: Names = lambda table: set()
    applies: Callable[[ExerciseTable], bool] = lambda table: True
    answers: Answer = lambda table, release, answers: answers
    change_notebook: Change = lambda table, notebook: notebook
    raw_text: str | None = None
    file_name: str = "{name}.ipynb"


def built_networks(table: ExerciseTable) -> list[Network]:
    """Networks that students of an exercise write layer by layer, in the order of the tasks."""
    return [
        network
        for key, network in table.networks.items()
        if f"network_{key}" in table.tasks and network.is_written
    ]


def last_network(table: ExerciseTable) -> Network:
    """Return the network that mistakes are made in."""
    return built_networks(table)[-1]


def last_task(table: ExerciseTable) -> str:
    """Return the task after which nothing else can be spoilt."""
    return list(table.tasks)[-1]


def respelled(style: str) -> Answer:
    """Make answers in which all networks are written in a style."""

    def answers(table: ExerciseTable, release: Notebook, right: Answers) -> Answers:
        changed = dict(right)
        for network in built_networks(table):
            gap = f"network_{network.name}_gap"
            variable = assigned_name(release, gap)
            changed[gap] = spell(plain_layers(network), network.input, variable, style)
        return changed

    return answers


def _place(mutants: list[Mutant], place: int) -> Mutant:
    return mutants[min(place, len(mutants) - 1)]


def mistaken(mistake: str, place: int) -> Answer:
    """Make answers with a mistake in the last network, at its place number `place`."""

    def answers(table: ExerciseTable, release: Notebook, right: Answers) -> Answers:
        network = last_network(table)
        mutant = _place(MISTAKES[mistake].apply(network), place)
        gap = f"network_{network.name}_gap"
        code = spell(mutant.layers, network.input, assigned_name(release, gap))
        return {**right, gap: code}

    return answers


def untrained(table: ExerciseTable, release: Notebook, right: Answers) -> Answers:
    """Leave out the `fit` of the last network."""
    gap = f"training_{last_network(table).name}_gap"
    return {**right, gap: without_fit(right[gap])}


def last_gap_holds(code: str) -> Answer:
    """Make answers whose last gap keeps its dots and then runs `code`."""

    def answers(table: ExerciseTable, release: Notebook, right: Answers) -> Answers:
        gap = f"{last_task(table)}_gap"
        return {**right, gap: "\n".join([*stub_lines(release, gap), code])}

    return answers


def style_kind(style: str, name: str, description: str) -> Kind:
    """Make a kind out of a way of writing networks; it costs nothing."""
    return Kind(
        name,
        description,
        applies=lambda table: bool(built_networks(table)),
        answers=respelled(style),
    )


def mistake_kind(mistake: str, also: str = "", place: int = 0) -> Kind:
    """Make a kind out of a mistake; `also` are tasks that it may spoil, ``X`` the network."""

    def names(table: ExerciseTable, tasks: str) -> set[str]:
        network = last_network(table).name
        return {f"{task.replace('X', network)}_test" for task in tasks.split()}

    return Kind(
        mistake,
        MISTAKES[mistake].description,
        loses=lambda table: names(table, "network_X"),
        may_lose=lambda table: names(table, also),
        applies=lambda table: (
            bool(built_networks(table)) and bool(MISTAKES[mistake].apply(last_network(table)))
        ),
        answers=mistaken(mistake, place),
    )


def answer_kind(name: str, description: str, task: str, answer: str) -> Kind:
    """Make a kind out of a wrong answer to one task; it spoils that task and nothing else."""
    return Kind(
        name,
        description,
        loses=lambda table: {f"{task}_test"},
        applies=lambda table: task in table.tasks,
        answers=lambda table, release, right: {**right, f"{task}_gap": answer},
    )


def last_gap_kind(name: str, description: str, code: str) -> Kind:
    """Make a kind that spoils the last gap and nothing else."""
    return Kind(
        name,
        description,
        loses=lambda table: {f"{last_task(table)}_test"},
        answers=last_gap_holds(code),
    )
