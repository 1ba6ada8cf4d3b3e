"""What the course weights are trained on, and the plan of the training."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import tensorflow as tf

from data_scripts import faces, invented_things, objects
from data_scripts.cache import cached_arrays, source_hash
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
    """Everything that decides how the weights come out.

    Attributes
    ----------
    subject : str
        What is on the pictures, a key of ``SUBJECTS``.
    kinds : int
        How many people, or things; ``predictions`` has 1,000 units, a unit or several for each.
    per_kind, held_out : int
        Pictures of each to train on, and to measure on.
    begins_with_people : bool
        Whether the convolutions begin as those of the people's network.
    seed : int
        Of first weights, order and shifts; the pictures are always the same ones.
    """

    subject: str = "people"
    kinds: int = 1000
    per_kind: int = 17
    held_out: int = 1
    begins_with_people: bool = False
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
        told = json.dumps([asdict(self), SUBJECTS[self.subject].renderer_hash()], sort_keys=True)
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Subject:
    """What pictures show: how many of each kind are rendered, and by which version."""

    render: Callable[[int, int], np.ndarray]
    renderer_hash: Callable[[], str]


def _things_hash() -> str:
    drawn = f"{objects.renderer_hash()}{source_hash([Path(invented_things.__file__)])}"
    return hashlib.sha256(drawn.encode()).hexdigest()


SUBJECTS = {
    "people": Subject(
        lambda kinds, each: faces.render_other_people(kinds, each)[0], faces.renderer_hash
    ),
    "things": Subject(invented_things.render_things, _things_hash),
}

PLANS = {
    "people": Plan(),
    "things": Plan(
        "things",
        kinds=250,
        per_kind=36,
        held_out=4,
        begins_with_people=True,
        phases=(
            Phase(64, 7, 2e-3, left=0.4),
            Phase(112, 4, 1.5e-3),
            Phase(224, 1, 5e-4, batch=32, steps=100, flat=True),
        ),
    ),
}


def pictures_of(plan: Plan) -> tuple[Pictures, Pictures]:
    """Render the people or things of a plan (cached) and hold back the last pictures of each.

    Parameters
    ----------
    plan : Plan
        How many kinds and pictures.

    Returns
    -------
    training, held_out : tuple of numpy.ndarray
        Pictures, uint8 (n, side, side, 3), and the numbers of what is on them, int64 (n,).
    """
    each = plan.per_kind + plan.held_out
    subject = SUBJECTS[plan.subject]
    name = f"others-{plan.subject}-{plan.kinds}-{each}-{subject.renderer_hash()[:16]}"
    x = cached_arrays(name, lambda: {"x": subject.render(plan.kinds, each)})["x"]
    x = x.reshape(plan.kinds, each, *x.shape[1:])
    parts = []
    for part in (x[:, : plan.per_kind], x[:, plan.per_kind :]):
        labels = np.repeat(np.arange(plan.kinds), part.shape[1])
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
