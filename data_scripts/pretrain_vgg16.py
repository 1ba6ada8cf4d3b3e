"""Train the course weights for VGG16 on rendered people, or things, that are in no exercise.

Run ``python -m data_scripts.pretrain_vgg16 people`` or ``things``; see docs/course-weights.md. A
run that was stopped goes on after the last whole epoch when it is started again.
"""

import argparse
import hashlib
import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf
from safetensors.numpy import save

from data_scripts.cache import default_cache_dir, write_atomically
from data_scripts.narrow_vgg import (
    NARROW_WIDTHS,
    build_network,
    narrow_weights,
    set_layer_weights,
)
from data_scripts.pretrain_data import PLANS, SUBJECTS, Phase, Pictures, Plan, batches, pictures_of
from data_scripts.pretrain_network import (
    begin_with,
    build_training_network,
    folded_weights,
    spread_over_map,
)
from data_scripts.weights_file import file_of, manifest_of
from data_scripts.widening import dequantise, quantise


def run_phase(
    model: keras.Model, number: int, plan: Plan, training: Pictures, held_out: Pictures, work: Path
) -> None:
    """Train through one phase, or read its result if an earlier run finished it."""
    phase = plan.phases[number]
    done = work / f"phase-{number}.weights.h5"
    if done.exists():
        model.load_weights(done)
        return
    each = phase.steps or len(training[1]) // phase.batch
    warm = each * phase.epochs // 20
    rate = keras.optimizers.schedules.CosineDecay(
        phase.rate / 10, each * phase.epochs - warm, alpha=phase.left,
        warmup_target=phase.rate, warmup_steps=warm,
    )  # fmt: skip
    model.compile(
        keras.optimizers.AdamW(rate, weight_decay=plan.weight_decay),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
    )
    model.fit(
        batches(training, phase, plan.seed + number).take(each),
        validation_data=batches(held_out, phase, None),
        epochs=phase.epochs,
        verbose=2,
        callbacks=[keras.callbacks.BackupAndRestore(work / f"phase-{number}")],
    )
    model.save_weights(work / "unfinished.weights.h5")
    (work / "unfinished.weights.h5").replace(done)


def train(plan: Plan, training: Pictures, held_out: Pictures, work: Path) -> keras.Model:
    """Go through all phases of a plan; the last one must be flat.

    Returns
    -------
    keras.Model
        The trained network of the flat stage.
    """
    policy = "mixed_bfloat16" if "bf16" in Path("/proc/cpuinfo").read_text() else "float32"
    keras.mixed_precision.set_global_policy(policy)  # without instructions for it it is slower
    keras.utils.set_random_seed(plan.seed)
    model = build_training_network(plan.kinds, flat=False, dropout=plan.dropout)
    if plan.begins_with_people:
        begin_with(model, narrow_weights())
    flat = False
    for number, phase in enumerate(plan.phases):
        if phase.flat and not flat:
            averaging, flat = model, True
            model = build_training_network(plan.kinds, flat=True, dropout=plan.dropout)
            spread_over_map(averaging, model)
        print(f"phase {number}: {phase}", flush=True)
        run_phase(model, number, plan, training, held_out, work)
    keras.mixed_precision.set_global_policy("float32")
    return model


def examine(weights: dict[str, np.ndarray], held_out: Pictures) -> tuple[float, np.ndarray]:
    """Accuracy of the folded network on held-out pictures, and its fc1 features of them.

    Parameters
    ----------
    weights : dict of str to numpy.ndarray
        Folded weights, float32.
    held_out : tuple of numpy.ndarray
        Pictures and labels.

    Returns
    -------
    accuracy : float
        In [0, 1].
    features : numpy.ndarray
        Before the ReLU, float32, shape (n, 1024).
    """
    model = build_network(NARROW_WIDTHS)
    set_layer_weights(model, weights)
    both = keras.Model(model.input, [model.get_layer("fc1").output, model.output])
    outputs = both.predict(batches(held_out, Phase(224, 0, 0.0), None), verbose=0)
    return float((outputs[1].argmax(axis=1) == held_out[1]).mean()), outputs[0]


def describe(plan: Plan, model: keras.Model, held_out: Pictures, seconds: float) -> dict[str, Any]:
    """Measure what the manifest tells, and add the quantised weights under "content"."""
    exact = folded_weights(model)
    small = quantise(exact)
    accuracy, features = examine(exact, held_out)
    rounded_accuracy, rounded = examine(dequantise(small), held_out)
    content = save(small, metadata={"format": "int8 per output channel, batch norm folded"})
    return {
        "made_by": f"python -m data_scripts.pretrain_vgg16 {plan.subject}",
        "plan": asdict(plan),
        "renderer": SUBJECTS[plan.subject].renderer_hash(),
        "training_pictures": plan.kinds * plan.per_kind,
        "held_out_pictures": plan.kinds * plan.held_out,
        "held_out_accuracy": round(accuracy, 4),
        "held_out_accuracy_int8": round(rounded_accuracy, 4),
        "fc1_relative_error_int8": float(
            np.linalg.norm(rounded - features) / np.linalg.norm(features)
        ),
        "fc1_rank": int(np.linalg.matrix_rank(rounded)),
        "minutes": round(seconds / 60, 1),
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__},
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "content": content,
    }


def main() -> None:
    """Render, train, fold, quantise, measure, write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("subject", choices=PLANS)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "course_weights")
    arguments = parser.parse_args()
    plan, out, began = PLANS[arguments.subject], arguments.out, time.monotonic()
    training, held_out = pictures_of(plan)
    print(f"rendered after {time.monotonic() - began:.0f} s", flush=True)
    work = default_cache_dir() / f"pretraining-{plan.key()}"
    work.mkdir(parents=True, exist_ok=True)
    model = train(plan, training, held_out, work)
    result = describe(plan, model, held_out, time.monotonic() - began)
    out.mkdir(parents=True, exist_ok=True)
    write_atomically(out / file_of(plan.subject), result.pop("content"))
    text = json.dumps(result, indent=2) + "\n"
    write_atomically(out / manifest_of(plan.subject), text.encode())
    print(text)


if __name__ == "__main__":
    main()
