"""Compare two ways to add VGG19's layers: ``python -m data_scripts.measure_fine_tuning``.

The layers that VGG16 has not change nothing, and can be written in two ways: copies send unequal
shares, as everywhere else in the course's weights, or each copy is passed on by itself. Which of
them fine-tuning from block5_conv1 on likes better is tried on the people in costume, after a head
was trained on the frozen network; without augmentation, so that blocks 1 to 4 run once.
"""

import argparse

import keras
import numpy as np

from autograder.student.vgg import vgg19
from data_scripts.narrow_vgg19 import ADDED
from data_scripts.santa import Santa, load_santa

SHAPE = (64, 64, 3)
BATCH = 20
HEAD_RATE, HEAD_EPOCHS = 2e-5, 30
TUNING_RATE = 1e-5


def alone(base: keras.Model) -> None:
    """Let every unit of the added layers pass on what one unit sends, and nothing else."""
    for name in ADDED:
        kernel, bias = (np.zeros_like(array) for array in base.get_layer(name).get_weights())
        kernel[1, 1] = np.eye(len(bias))
        base.get_layer(name).set_weights([kernel, bias])


def build_end(base: keras.Model) -> keras.Model:
    """Build block 5 of the network, with its layers, below a fresh head as exercise 09 has it."""
    block = [layer for layer in base.layers if layer.name.startswith("block5")]
    head = [
        keras.layers.Flatten(),
        keras.layers.Dense(132, activation="relu"),
        keras.layers.Dense(1, activation="sigmoid"),
    ]
    return keras.Sequential([keras.Input(block[0].input.shape[1:]), *block, *head])


def train(model: keras.Model, rate: float, epochs: int, x: np.ndarray, y: np.ndarray) -> None:
    """Compile with RMSprop and train."""
    model.compile(keras.optimizers.RMSprop(rate), "binary_crossentropy", metrics=["accuracy"])
    model.fit(x, y, batch_size=BATCH, epochs=epochs, verbose=0)


def accuracies(model: keras.Model, maps: dict[str, np.ndarray], santa: Santa) -> str:
    """Tell the accuracies on training and test pictures."""
    parts = []
    for split, labels in (("x_train", santa.y_train), ("x_test", santa.y_test)):
        said = model.predict(maps[split], batch_size=BATCH, verbose=0)[:, 0] > 0.5
        parts.append(f"{split[2:]} {(said == labels).mean():.3f}")
    return ", ".join(parts)


def main() -> None:
    """Print accuracies before and after fine-tuning, for both ways and some seeds."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--epochs", type=int, default=8)
    chosen = parser.parse_args()
    santa = load_santa()
    base = vgg19("course", include_top=False, input_shape=SHAPE)
    up_to_block4 = keras.Model(base.input, base.get_layer("block4_pool").output)
    prepare = keras.applications.vgg19.preprocess_input
    maps = {
        split: up_to_block4.predict(
            prepare(getattr(santa, split).astype("float32")), batch_size=BATCH, verbose=0
        )
        for split in ("x_train", "x_test")
    }
    for seed in range(chosen.seeds):
        for way in ("shares", "alone"):
            base = vgg19("course", include_top=False, input_shape=SHAPE)
            if way == "alone":
                alone(base)
            keras.utils.set_random_seed(seed)
            model = build_end(base)
            ends = keras.Sequential(model.layers[-2:])
            features = keras.Sequential(model.layers[:-2]).predict(maps["x_train"], verbose=0)
            train(ends, HEAD_RATE, HEAD_EPOCHS, features, santa.y_train)
            before = accuracies(model, maps, santa)
            train(model, TUNING_RATE, chosen.epochs, maps["x_train"], santa.y_train)
            print(f"seed {seed}, {way}: {before}; tuned: {accuracies(model, maps, santa)}",
                  flush=True)  # fmt: skip
            if chosen.epochs:
                kernel = model.get_layer("block5_conv4").get_weights()[0]
                print(f"  weights of block5_conv4 that are not 0 now: {(kernel != 0).mean():.3f}",
                      flush=True)  # fmt: skip


if __name__ == "__main__":
    main()
