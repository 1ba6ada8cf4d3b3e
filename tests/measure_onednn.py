"""Measure what oneDNN saves in trainings, one thread each: ``python -m tests.measure_onednn``.

Random numbers of the right shape; processor time, which other programs disturb least.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from autograder.exercises import load, names

LARGEST: Final = 30_000_000
"""Parameters; VGG16 as a whole, with a hundred million, is never trained."""

SWITCH: Final = "TF_ENABLE_ONEDNN_OPTS"
RUNS: Final = 3


def of_exercise(exercise: str, pictures: int, batch: int) -> dict[str, tuple[float, float]]:
    """Return milliseconds a picture, of training and of ``evaluate``, by network."""
    import keras
    import numpy as np
    import tensorflow as tf

    from autograder.grading import reference

    keras.utils.set_random_seed(0)
    tf.config.experimental.enable_op_determinism()
    generator = np.random.default_rng(0)
    found = {}
    for key, network in load(exercise).networks.items():
        model: Any = reference.build(network)
        if model.count_params() > LARGEST:
            continue
        x = generator.random((pictures, *model.input_shape[1:]), np.float32)
        y = generator.random((pictures, *model.output_shape[1:]), np.float32)
        model.compile("adam", "mse")
        fit, evaluate = (
            functools.partial(method, x, y, batch_size=batch, verbose=0)
            for method in (model.fit, model.evaluate)
        )
        found[key] = (_milliseconds(fit, pictures), _milliseconds(evaluate, pictures))
    return found


def _milliseconds(run: Callable[[], object], pictures: int) -> float:
    run()  # TensorFlow traces the first time
    times = []
    for _ in range(RUNS):
        before = time.process_time()
        run()
        times.append(time.process_time() - before)
    return statistics.median(times) / pictures * 1000


def main() -> None:
    """Print a table: each network with and without oneDNN."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("exercises", nargs="*", default=names())
    parser.add_argument("--pictures", type=int, default=128)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--print-json", action="store_true", help="one side, for the table")
    chosen = parser.parse_args()
    if chosen.print_json:
        (exercise,) = chosen.exercises
        print(json.dumps(of_exercise(exercise, chosen.pictures, chosen.batch)))
        return
    print("network                     train, ms a picture      evaluate, ms a picture")
    print("                            without   with  ratio    without   with  ratio")
    for exercise in chosen.exercises:
        without, with_it = (_side(exercise, chosen, switch) for switch in "01")
        for key, sides in without.items():
            texts = [
                f"{before:7.2f} {after:6.2f} {after / before:6.2f}"
                for before, after in zip(sides, with_it[key], strict=True)
            ]
            print(f"{exercise[:22]:22} {key:6} {'    '.join(texts)}", flush=True)


def _side(exercise: str, chosen: argparse.Namespace, switch: str) -> dict[str, list[float]]:
    sizes = [f"--pictures={chosen.pictures}", f"--batch={chosen.batch}"]
    done = subprocess.run(
        [sys.executable, "-m", "tests.measure_onednn", "--print-json", *sizes, exercise],
        env={**os.environ, SWITCH: switch, "TF_NUM_INTRAOP_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    found: dict[str, list[float]] = json.loads(done.stdout.splitlines()[-1])
    return found


if __name__ == "__main__":
    main()
