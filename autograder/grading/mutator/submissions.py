"""The submissions of a demo class: right ones, wrong ones, and damaged files."""

from __future__ import annotations

import json
from pathlib import Path

from autograder.exercises import ExerciseTable, load
from autograder.grading.mutator import saved
from autograder.grading.mutator.kinds import (
    Change,
    Kind,
    answer_kind,
    built_networks,
    last_gap_kind,
    last_network,
    mistake_kind,
    style_kind,
    untrained,
)
from autograder.grading.mutator.notebook import Notebook, fill, read, reference_answers, write
from autograder.grading.thresholds import gives_points

EVERYTHING = "*_test"
"""Pattern of all automatically graded cells."""


def write_submission(
    kind: str, source_notebook: Path, release_notebook: Path, folder: Path
) -> Path:
    """Write one submission of a demo class.

    Parameters
    ----------
    kind : str
        Name of one of `KINDS` that applies to the exercise.
    source_notebook, release_notebook : pathlib.Path
        The exercise, named ``<assignment>.ipynb`` both times.
    folder : pathlib.Path
        Where the file goes, such as ``submitted/<student>/<assignment>``; made if missing.

    Returns
    -------
    pathlib.Path
        The file that was written.

    Raises
    ------
    KeyError
        If there is no such kind.
    ValueError
        If the kind does not apply to the exercise.
    """
    chosen, table = KINDS[kind], load(release_notebook.stem)
    if not chosen.applies(table):
        raise ValueError(f"a submission {kind!r} makes no sense for {table.name}")
    path = folder / chosen.file_name.format(name=table.name)
    if chosen.raw_text is not None:
        folder.mkdir(parents=True, exist_ok=True)
        path.write_text(chosen.raw_text, encoding="utf-8")
        return path
    release = read(release_notebook)
    answers = chosen.answers(table, release, reference_answers(read(source_notebook)))
    return write(chosen.change_notebook(table, fill(release, answers)), path)


def applicable(table: ExerciseTable) -> list[Kind]:
    """List the kinds that make sense for an exercise, in the order of `KINDS`."""
    return [kind for kind in KINDS.values() if kind.applies(table)]


def _everything(table: ExerciseTable) -> set[str]:
    return {EVERYTHING}


def _saved(change: saved.Damage) -> Change:
    return lambda table, notebook: change(notebook)


def _some_test(table: ExerciseTable) -> str:
    """Grade id of the test cell that is deleted or copied."""
    networks = built_networks(table)
    task = f"network_{networks[-1].name}" if networks else next(iter(table.tasks))
    return f"{task}_test"


def _delete(table: ExerciseTable, notebook: Notebook) -> Notebook:
    return saved.without_cell(notebook, _some_test(table))


def _copy(table: ExerciseTable, notebook: Notebook) -> Notebook:
    return saved.with_copied_cell(notebook, _some_test(table))


def _is_trained(table: ExerciseTable) -> bool:
    return bool(built_networks(table)) and f"training_{last_network(table).name}" in table.tasks


def _training_tests(table: ExerciseTable) -> set[str]:
    name = last_network(table).name
    accuracy = {f"accuracy_{name}_test"} if gives_points(table.name, name) else set()
    return {f"training_{name}_test"} | accuracy


_FOREIGN = json.dumps(
    {
        "cells": [
            {"cell_type": "markdown", "id": "recipe", "metadata": {}, "source": "# Apple cake"},
            {
                "cell_type": "code",
                "execution_count": None,
                "id": "apples",
                "metadata": {},
                "outputs": [],
                "source": "apples = 5",
            },
        ],
        "metadata": {},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
)

_KINDS = (
    Kind("reference", "the answers of the source notebook"),
    style_kind("functional", "functional_api", "networks written with the functional API"),
    style_kind("activation_argument", "activation_argument", "activations as arguments"),
    style_kind("add_calls", "add_calls", "networks built with model.add"),
    mistake_kind("wrong_units"),
    mistake_kind("wrong_filters"),
    mistake_kind("wrong_kernel"),
    mistake_kind("wrong_rate"),
    mistake_kind("wrong_padding", also="accuracy_X"),
    mistake_kind("missing_relu", also="accuracy_X"),
    mistake_kind("no_softmax", also="training_X accuracy_X probabilities"),
    mistake_kind("sigmoid_instead_of_softmax", also="accuracy_X probabilities"),
    mistake_kind("missing_dropout", also="accuracy_X"),
    mistake_kind("missing_batch_norm", also="accuracy_X"),
    mistake_kind("batch_norm_after_relu", also="accuracy_X"),
    mistake_kind("missing_layer", also="accuracy_X", place=1),
    mistake_kind("extra_layer", also="accuracy_X"),
    mistake_kind("swapped", also="accuracy_X"),
    mistake_kind("misplaced_dropout", also="accuracy_X"),
    mistake_kind("average_pooling", also="accuracy_X"),
    answer_kind(
        "divided_by_255",
        "pixels divided by 255 before preprocess_input",
        "preprocessing",
        '    resized = np.array(keras.ops.image.resize(images.astype("float32"), (224, 224)))\n'
        "    prepared = keras.applications.vgg16.preprocess_input(resized / 255)",
    ),
    answer_kind(
        "features_after_relu",
        "features after the ReLU of fc1",
        "feature_model",
        'feature_model = keras.Model(vgg.input, vgg.get_layer("fc1").output)',
    ),
    Kind(
        "untrained",
        "the last network is compiled and never trained",
        loses=_training_tests,
        applies=_is_trained,
        answers=untrained,
    ),
    Kind(
        "nothing_done",
        "the notebook as it was handed out",
        loses=_everything,
        answers=lambda table, release, answers: {},
    ),
    last_gap_kind("syntax_error", "a bracket is missing in the last gap", "result = max(1, 2"),
    last_gap_kind("endless_loop", "the last gap never ends", "while True:\n    pass"),
    last_gap_kind("kernel_killed", "the last gap ends Python", "import os\n\nos._exit(1)"),
    Kind("deleted_test_cell", "a test cell is missing", change_notebook=_delete),
    Kind("copied_test_cell", "a test cell is there twice", change_notebook=_copy),
    Kind("colab_saved", "saved by Google Colab", change_notebook=_saved(saved.as_saved_by_colab)),
    Kind(
        "vscode_saved",
        "saved by Visual Studio Code",
        change_notebook=_saved(saved.as_saved_by_vscode),
    ),
    Kind(
        "newer_schema",
        "an nbgrader schema from the future",
        change_notebook=_saved(saved.with_newer_schema),
    ),
    Kind(
        "changed_kernelspec",
        "a kernel that exists nowhere else",
        change_notebook=_saved(saved.with_other_kernel),
    ),
    Kind("renamed_file", "the name of a second download", file_name="{name} (1).ipynb"),
    Kind(
        "not_json",
        "a text file with the name of the notebook",
        loses=_everything,
        raw_text="My answers are in the other file.\n",
    ),
    Kind("empty_file", "a file of no bytes", loses=_everything, raw_text=""),
    Kind("other_notebook", "another notebook", loses=_everything, raw_text=_FOREIGN),
)

KINDS: dict[str, Kind] = {kind.name: kind for kind in _KINDS}
"""Every kind of submission, by name."""
