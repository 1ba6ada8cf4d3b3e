"""The ladder: how much each exercise gains over the one before, on people nobody tuned for.

Run as ``python -m autograder.grading.ladder --people-seeds 1 2 3``.
"""

import argparse
import json
import statistics
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from autograder import exercises
from autograder.grading import fingerprint, inputs
from autograder.grading.journal import Journal
from autograder.grading.secret import course_root
from data_scripts.cache import write_atomically

RUNGS = {
    "03a": ("03_faces_fc", "a"),
    "03b": ("03_faces_fc", "b"),
    "04a": ("04_faces_cnn", "a"),
    "05c": ("05_faces_cnn_tricks", "c"),
    "07b": ("07_faces_fine_tuning", "b"),
}
TITLES = {
    "03a": "03a\none layer",
    "03b": "03b\nthree layers",
    "04a": "04\nconvolutional",
    "05c": "05c\ndropout and\nbatch norm",
    "07b": "07b\nfeatures\nand head",
}
FIRST_RUNG = (0.40, 0.65)
STEPS = {"03b": ("03a", 0.05), "04a": ("03b", 0.08), "05c": ("04a", 0.03), "07b": ("05c", 0.03)}
"""Gain that each rung should have over another one."""


def measure(journal: Journal, rungs: Sequence[str], people_seeds: Sequence[int]) -> dict[str, Any]:
    """Train each rung once on each set of people, and return the test accuracies.

    Parameters
    ----------
    journal : Journal
        Where finished trainings are kept.
    rungs : sequence of str
        Keys of `RUNGS`.
    people_seeds : sequence of int
        Which people; the course's own are those of seed 0.

    Returns
    -------
    dict
        Test accuracy (400 pictures), 0 to 1, by rung and people seed.
    """
    table: dict[str, dict[str, float]] = {rung: {} for rung in rungs}
    for people_seed in people_seeds:
        for rung in rungs:
            key = {
                "rung": rung,
                "people_seed": people_seed,
                "inputs_hash": fingerprint.inputs_hash(RUNGS[rung][0]),
            }
            row = journal.measured(key, partial(train_cell, rung, people_seed))
            table[rung][str(people_seed)] = row["test"]
            print(f"people {people_seed}, {rung}: {row['test']:.4f}", flush=True)
    return table


def train_cell(rung: str, people_seed: int) -> dict[str, Any]:
    """Train one rung with the course seed, and measure it on the three splits."""
    from autograder.grading.trainings import scores, train

    exercise, network = RUNGS[rung]
    splits = inputs.training_inputs(exercise, people_seed)
    model = train(exercise, network, splits, seed=exercises.load(exercise).seed)
    sets = [
        (splits.x_train, splits.y_train),
        (splits.x_valid, splits.y_valid),
        (splits.x_test, splits.y_test),
    ]
    return dict(
        zip(("train", "validation", "test"), scores(exercise, network, model, sets), strict=True)
    )


def judge(means: Mapping[str, float]) -> list[dict[str, Any]]:
    """Compare mean accuracies with what the ladder should show.

    Parameters
    ----------
    means : mapping of str to float
        Mean test accuracy by rung; rungs may be missing.

    Returns
    -------
    list of dict
        ``what``, ``wanted``, ``got`` and ``met`` of each requirement that can be judged.
    """
    verdicts = []
    if "03a" in means:
        low, high = FIRST_RUNG
        got = round(means["03a"], 4)
        wanted = f"{low:.2f} to {high:.2f}"
        verdicts.append({"what": "03a", "wanted": wanted, "got": got, "met": low <= got <= high})
    for rung, (below, gain) in STEPS.items():
        if rung in means and below in means:
            got = round(means[rung] - means[below], 4)
            wanted = f"at least {gain:.2f}"
            what = f"{rung} less {below}"
            verdicts.append({"what": what, "wanted": wanted, "got": got, "met": got >= gain})
    return verdicts


def draw(table: Mapping[str, Mapping[str, float]], path: Path) -> None:
    """Draw the ladder: a bar for the mean of each rung, a mark for each set of people.

    Parameters
    ----------
    table : mapping
        Test accuracies by rung and people seed.
    path : pathlib.Path
        A PNG file.
    """
    from autograder.student.plots import FILL, new_figure

    figure, axes = new_figure(7.5, 4.2)
    axis = axes[0, 0]
    markers = "os^Dv"
    for place, accuracies in enumerate(table.values()):
        mean = statistics.fmean(accuracies.values())
        axis.bar(place, mean, width=0.62, color=FILL, edgecolor="black", linewidth=0.8)
        for number, value in enumerate(accuracies.values()):
            axis.plot(place - 0.12 + 0.12 * number, value, markers[number % len(markers)],
                      color="black", markersize=5, fillstyle="none")  # fmt: skip
        top = max(*accuracies.values(), mean)
        axis.annotate(f"{mean:.3f}", (place, top + 0.025), ha="center", fontweight="bold")
    seeds = list(next(iter(table.values())))
    for number, seed in enumerate(seeds):
        axis.plot([], [], markers[number % len(markers)], color="black", fillstyle="none",
                  label=f"people {seed}")  # fmt: skip
    axis.axhline(1 / 8, color="black", linestyle=":", linewidth=1.2, label="guessing, 0.125")
    axis.set_xticks(range(len(table)), [TITLES[rung] for rung in table])
    axis.set(ylim=(0, 1.08), xlabel="exercise", ylabel="test accuracy (400 pictures)")
    axis.set_title("Mean over three sets of eight people (bars) and each set (marks)", fontsize=11)
    axis.spines[["top", "right"]].set_visible(False)
    axis.legend(loc="upper left", frameon=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120, metadata={"Software": None})


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, write ``docs/ladder.json`` and draw ``docs/images/ladder.png``.

    Returns
    -------
    int
        0, also where a step is missed: the ladder is reported as it comes out.
    """
    parser = argparse.ArgumentParser(description="Measure the ladder of the exercises.")
    parser.add_argument("--people-seeds", type=int, nargs="+", default=[1, 2, 3])
    parser.add_argument("--rungs", nargs="+", choices=RUNGS, default=list(RUNGS))
    chosen = parser.parse_args(arguments)
    root = course_root()
    journal = Journal(root / "build" / "ladder.jsonl")
    table = measure(journal, chosen.rungs, chosen.people_seeds)
    means = {rung: statistics.fmean(values.values()) for rung, values in table.items()}
    verdicts = judge(means)
    document = {
        "statistic": "accuracy on 400 test pictures of one training with the course seed",
        "accuracies": table,
        "means": {rung: round(mean, 4) for rung, mean in means.items()},
        "requirements": verdicts,
        "inputs": {rung: fingerprint.ingredients(RUNGS[rung][0]) for rung in table},
    }
    (root / "docs").mkdir(exist_ok=True)
    text = json.dumps(document, indent=2) + "\n"
    write_atomically(root / "docs" / "ladder.json", text.encode("utf-8"))
    draw(table, root / "docs" / "images" / "ladder.png")
    for verdict in verdicts:
        word = "met" if verdict["met"] else "MISSED"
        print(f"{verdict['what']}: {verdict['got']:.3f}, wanted {verdict['wanted']}: {word}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
