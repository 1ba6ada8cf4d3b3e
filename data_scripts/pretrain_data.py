"""What the course weights are trained on, and the plan of the training."""

import hashlib
import json
from dataclasses import asdict, dataclass, field

import numpy as np
import tensorflow as tf

from data_scripts.cache import cached_arrays
from data_scripts.faces import render_other_people, renderer_hash
from data_scripts.narrow_vgg import preprocess

Pictures = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Phase:
    """Some epochs at one picture size.

    The learning rate warms up to `rate` and falls along a cosine to `left` of it. An epoch has
    `steps` batches, or as many as there are pictures for.
    """

    size: int
    epochs: int
    rate: float
    left: float = 0.02
    batch: int = 64
    steps: int | None = None
    flat: bool = False


@dataclass(frozen=True)
class Plan:
    """Everything that decides how the weights come out."""

    people: int = 1000
    per_person: int = 17
    held_out: int = 1
    seed: int = 0
    dropout: float = 0.2
    weight_decay: float = 0.02
    phases: tuple[Phase, ...] = field(
        default=(
            Phase(64, 6, 2e-3, left=0.4),
            Phase(112, 5, 1.5e-3),
            Phase(224, 1, 5e-4, batch=32, steps=220, flat=True),
        )
    )

    def key(self) -> str:
        """Name of this plan with this renderer, for the files of an unfinished run."""
        told = json.dumps([asdict(self), renderer_hash()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def other_people(plan: Plan) -> tuple[Pictures, Pictures]:
    """Render the people of a plan (cached) and hold back the last pictures of each.

    Parameters
    ----------
    plan : Plan
        How many people and pictures.

    Returns
    -------
    training, held_out : tuple of numpy.ndarray
        Pictures, uint8 (n, 100, 100, 3), and the numbers of the people on them, int64 (n,).
    """
    each = plan.per_person + plan.held_out

    def build() -> dict[str, np.ndarray]:
        return {"x": render_other_people(plan.people, each, seed=plan.seed)[0]}

    name = f"others-{plan.seed}-{plan.people}-{each}-{renderer_hash()[:16]}"
    x = cached_arrays(name, build)["x"].reshape(plan.people, each, 100, 100, 3)
    parts = []
    for part in (x[:, : plan.per_person], x[:, plan.per_person :]):
        labels = np.repeat(np.arange(plan.people), part.shape[1])
        parts.append((part.reshape(-1, *part.shape[2:]), labels))
    return parts[0], parts[1]


def batches(pictures: Pictures, phase: Phase, seed: int | None) -> tf.data.Dataset:
    """Feed pictures to a network.

    Parameters
    ----------
    pictures : tuple of numpy.ndarray
        uint8 pictures and labels.
    phase : Phase
        Gives picture size and batch size.
    seed : int or None
        Seed of order and shifts (up to 5 of 100 pixels each way); None: neither.

    Returns
    -------
    tf.data.Dataset
        Preprocessed float32 batches with their labels.
    """
    x, y = pictures
    order = tf.data.Dataset.range(len(y))
    if seed is not None:
        order = order.shuffle(len(y), seed=seed, reshuffle_each_iteration=True)

    def pick(rows: np.ndarray) -> Pictures:
        return x[rows], y[rows]

    def prepare(rows: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        images, labels = tf.numpy_function(pick, [rows], [tf.uint8, tf.int64])
        images = tf.ensure_shape(images, (None, *x.shape[1:]))
        labels = tf.ensure_shape(labels, (None,))
        if seed is not None:
            padded = tf.pad(images, [[0, 0], [5, 5], [5, 5], [0, 0]], "SYMMETRIC")
            images = tf.image.random_crop(padded, [tf.shape(images)[0], *x.shape[1:]], seed=seed)
        return preprocess(images, phase.size), labels

    batched = order.batch(phase.batch, drop_remainder=seed is not None)
    return batched.map(prepare, num_parallel_calls=1).prefetch(4)
