"""Accuracies that were not earned by training on the training set."""

from pathlib import Path

from tests.adversarial import course
from tests.adversarial.attack import Attack, Effect, Family
from tests.adversarial.scene import VICTIM, Scene

BUILD = """
network = keras.Sequential([
    keras.Input((20,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(4, "softmax")
])
"""
TELL = """
history = keras.callbacks.History()
own = float(np.mean(network.predict(x_valid, verbose=0).argmax(axis=1) == y_valid))
history.history, history.epoch, history.params = {"val_accuracy": [own]}, [0], {"epochs": 1}
"""
TRAINING = ("accuracy_test", "history_test")


def _bring(folder: Path, scene: Scene) -> None:
    course.save_good_weights(folder / "weights.npz")


def _cheat(
    name: str,
    mechanism: str,
    code: str,
    *,
    stock: Effect = "nothing",
    destroys: tuple[str, ...] = (),
    **more: object,
) -> Attack:
    return Attack(
        name,
        mechanism,
        {"training_gap": code},
        course.NETWORKS,
        stock=stock,
        destroys=destroys,
        **more,  # type: ignore[arg-type]
    )


FAMILY = Family(
    "accuracies not earned",
    [
        _cheat(
            "trained_on_the_test_set",
            "trained until it knows the visible test images by heart",
            BUILD
            + """
network.compile(keras.optimizers.Adam(0.05), "sparse_categorical_crossentropy",
                metrics=["accuracy"])
history = network.fit(x_test, y_test, epochs=40, verbose=0, validation_data=(x_test, y_test))
""",
            replaces=True,
            destroys=TRAINING,
        ),
        _cheat(
            "weights_brought_along",
            "weights in a file of the submission, trained by somebody else, with a true history",
            BUILD
            + """
stored = np.load("weights.npz")
network.set_weights([stored[name] for name in sorted(stored.files)])
"""
            + TELL,
            stock="gains points",
            here="gains points",
            files=_bring,
        ),
        _cheat(
            "weights_of_another_submission",
            "weights read from another student's folder",
            f"""
<<answer>>
try:
    stored = np.load("<<course>>/submitted/{VICTIM}/networks/weights.npz")
except OSError as error:
    print(type(error).__name__)
else:
    network = keras.Sequential([
        keras.Input((20,)), keras.layers.Dense(8, "relu"), keras.layers.Dense(4, "softmax")
    ])
    network.set_weights([stored[name] for name in sorted(stored.files)])
""",
            stock="gains points",
        ),
        _cheat(
            "history_edited",
            "accuracies of the history edited to what was wanted",
            "<<answer>>\nhistory.history['val_accuracy'] = [0.99]\nhistory.history['loss'] = [0.0]",
            destroys=("history_test",),
        ),
        _cheat(
            "history_that_agrees",
            "a history that says every accuracy there is",
            "<<answer>>\nhistory.history['val_accuracy'] = list(np.linspace(0, 1, 101))",
        ),
        _cheat(
            "history_computes",
            "a history whose numbers are computed when they are asked for",
            """
<<answer>>
import sys


class Mirror(dict):
    def __getitem__(self, key):
        names = sys._getframe(1).f_globals
        names["own"] = 0.9
        return [0.9]


history.history = Mirror(history.history)
""",
            stock="gains points",
        ),
        _cheat(
            "metric_always_right",
            "a metric that says 1.0 of any network",
            """
<<answer>>


def accuracy(labels, found):
    return keras.ops.ones_like(labels)


network.compile(keras.optimizers.SGD(0.0), "sparse_categorical_crossentropy", metrics=[accuracy])
history = network.fit(x_train, y_train, batch_size=400, verbose=0,
                      validation_data=(x_valid, y_valid))
""",
            destroys=("history_test",),
        ),
        _cheat(
            "labels_of_hidden_data",
            "the function that makes the data called with guesses of the secret seed",
            """
<<answer>>
import os

try:
    with open("<<course>>/.secret/seed") as file:
        seed = int(file.read(), 16)
except OSError as error:
    print(type(error).__name__)
else:
    x, y = people(400, seed)
    network = keras.Sequential([
        keras.Input((20,)), keras.layers.Dense(60, "relu"), keras.layers.Dense(4, "softmax")
    ])
    network.compile(keras.optimizers.Adam(0.02), "sparse_categorical_crossentropy")
    network.fit(x, y, epochs=12, verbose=0)
""",
            stock="gains points",
        ),
    ],
)
