import subprocess
import sys

import pytest

from autograder import exercises
from autograder.exercises import shapes

COUNTS = {
    ("01_finger_exercises", "cnn"): (600_810, 600_810, 0),
    ("02_mnist_cnn", "a"): (420_260, 419_160, 1_100),
    ("02_mnist_cnn", "b"): (251_210, 251_210, 0),
    ("02_mnist_cnn", "c"): (695_970, 695_186, 784),
    ("03_faces_fc", "a"): (55_304, 55_304, 0),
    ("03_faces_fc", "b"): (2_847_008, 2_847_008, 0),
    ("04_faces_cnn", "a"): (1_910_576, 1_910_576, 0),
    ("05_faces_cnn_tricks", "a"): (1_910_576, 1_910_576, 0),
    ("05_faces_cnn_tricks", "b"): (1_910_576, 1_910_576, 0),
    ("05_faces_cnn_tricks", "c"): (1_912_144, 1_911_360, 784),
    ("06_faces_vgg_features", "features"): (117_479_232, 117_479_232, 0),
    ("06_faces_vgg_features", "vgg16"): (138_357_544, 138_357_544, 0),
    ("07_faces_fine_tuning", "a"): (1_805_608, 1_804_008, 1_600),
    ("07_faces_fine_tuning", "b"): (1_885_008, 1_883_008, 2_000),
    ("08_caltech101_transfer", "a"): (1_233_473, 1_233_473, 0),
    ("08_caltech101_transfer", "base"): (134_260_544, 0, 134_260_544),
    ("08_caltech101_transfer", "b"): (134_657_953, 397_409, 134_260_544),
    ("08_caltech101_transfer", "last"): (397_409, 397_409, 0),
    ("09_santa_vgg19", "head"): (524_801, 524_801, 0),
    ("09_santa_vgg19", "frozen"): (20_294_985, 270_601, 20_024_384),
    ("09_santa_vgg19", "tuned"): (20_294_985, 9_709_833, 10_585_152),
}

LAYER_COUNTS = {
    ("01_finger_exercises", "cnn"): [320, 9_248, 589_952, 1_290],
    ("02_mnist_cnn", "a"): [392_500, 2_000, 25_050, 200, 510],
    ("02_mnist_cnn", "b"): [320, 250_890],
    ("02_mnist_cnn", "c"): [
        *(320, 128, 9_248, 128, 18_496, 256, 36_928, 256, 627_400, 800, 2_010),
    ],
    ("03_faces_fc", "b"): [2_765_200, 80_200, 1_608],
    ("04_faces_cnn", "a"): [896, 9_248, 18_496, 36_928, 1_843_400, 1_608],
    ("05_faces_cnn_tricks", "c"): [
        *(896, 128, 9_248, 128, 18_496, 256, 36_928, 256, 1_843_400, 800, 1_608),
    ],
    ("07_faces_fine_tuning", "a"): [1_638_800, 1_600, 160_400, 1_600, 3_208],
    ("07_faces_fine_tuning", "b"): [1_638_800, 1_600, 160_400, 1_600, 80_200, 800, 1_608],
}

TABLE = """
title = "Tiny"
seed = 1
[training]
optimizer = "adam"
learning_rate = 0.001
loss = "categorical_crossentropy"
batch_size = 32
epochs = 1
[networks.a]
title = "a"
input = [4]
parameters = { total = 10, trainable = 10, non_trainable = 0 }
layers = [{ layer = "Dense", units = 2 }]
[tasks.network_a]
title = "a"
hints = ["one", "two"]
"""


def test_every_network_is_in_the_syllabus() -> None:
    found = {(name, key) for name in exercises.names() for key in exercises.load(name).networks}
    assert found == set(COUNTS)


@pytest.mark.parametrize(("exercise", "key"), COUNTS)
def test_counts_of_the_syllabus(exercise: str, key: str) -> None:
    counts = exercises.load(exercise).networks[key].parameters
    assert (counts.total, counts.trainable, counts.non_trainable) == COUNTS[exercise, key]


@pytest.mark.parametrize(("exercise", "key"), LAYER_COUNTS)
def test_counts_layer_by_layer(exercise: str, key: str) -> None:
    layers = exercises.load(exercise).networks[key].layers
    assert [spec.parameters for spec in layers if spec.parameters] == LAYER_COUNTS[exercise, key]


def test_shapes_of_the_convolutional_network() -> None:
    layers = exercises.load("04_faces_cnn").networks["a"].layers
    pooled = [spec.output_shape for spec in layers if spec.kind == "MaxPooling2D"]
    assert pooled == [(24, 24, 32), (12, 12, 64)]
    assert [spec.output_shape for spec in layers if spec.kind == "Flatten"] == [(9216,)]


def test_shapes_of_the_networks_for_digits() -> None:
    networks = exercises.load("02_mnist_cnn").networks
    rows = {key: [spec.output_shape for spec in network.layers if spec.kind == "Flatten"]
            for key, network in networks.items()}  # fmt: skip
    assert rows == {"a": [], "b": [(25_088,)], "c": [(3_136,)]}
    pooled = [spec.output_shape for spec in networks["c"].layers if spec.kind == "MaxPooling2D"]
    assert pooled == [(14, 14, 32), (7, 7, 64)]


def test_batch_normalisation_gets_500_steps() -> None:
    """With fewer, its running means lag behind, and a trained network looks untrained."""
    for name in exercises.names():
        table = exercises.load(name)
        layers = [spec.kind for network in table.networks.values() for spec in network.layers]
        if "BatchNormalization" in layers:
            steps = table.images.train // table.training.batch_size * table.training.epochs
            assert steps >= 500, name


@pytest.mark.parametrize("name", exercises.names())
def test_every_task_has_two_to_four_hints(name: str) -> None:
    for task in exercises.load(name).tasks.values():
        assert task.title
        assert 2 <= len(task.hints) <= 4, task.name
        assert all(hint.endswith((".", "!", "?")) for hint in task.hints), task.name


def test_loading_a_table_does_not_import_tensorflow() -> None:
    code = (
        "import sys; from autograder import exercises as e; [e.load(n) for n in e.names()]; "
        "assert not {'tensorflow', 'keras', 'numpy'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_unknown_exercise_is_named_with_those_that_exist() -> None:
    with pytest.raises(KeyError, match="03_faces_fc"):
        exercises.load("99_nothing")


def test_a_network_may_have_course_constants_of_its_own() -> None:
    trainings = exercises.load("09_santa_vgg19").trainings
    found = {key: (each.learning_rate, each.batch_size) for key, each in trainings.items()}
    assert found == {"head": (1e-4, 10), "frozen": (2e-5, 20), "tuned": (1e-5, 20)}
    assert {each.loss for each in trainings.values()} == {"binary_crossentropy"}
    others = exercises.load("03_faces_fc")
    assert others.trainings == dict.fromkeys(others.networks, others.training)


def test_parts_are_written_once_and_frozen_where_they_are_named() -> None:
    networks = exercises.load("09_santa_vgg19").networks
    frozen, tuned = networks["frozen"].layers, networks["tuned"].layers
    convolutions = [spec for spec in frozen if spec.kind == "Conv2D"]
    assert len(convolutions) == 16
    assert not any(spec.trainable for spec in convolutions)
    assert sum(spec.trainable for spec in tuned if spec.kind == "Conv2D") == 4
    assert frozen[-5].output_shape == (2048,)
    assert [spec.settings for spec in frozen] == [spec.settings for spec in tuned]


def test_a_part_may_be_of_another_exercise() -> None:
    features = exercises.load("06_faces_vgg_features").networks["features"].layers
    base = exercises.load("08_caltech101_transfer").networks["base"].layers
    until = [spec.kind for spec in features].index("Flatten")
    assert [spec.settings for spec in base[:until]] == [spec.settings for spec in features[:until]]


def test_a_small_table_is_read() -> None:
    table = exercises.parse("tiny", TABLE)
    assert table.networks["a"].layers[0].settings == {"units": 2}
    assert table.tasks["network_a"].hints == ("one", "two")
    assert table.training.batch_size == 32


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("total = 10", "total = 11", "declares"),
        ('layer = "Dense"', 'layer = "Dens"', "unknown layer kind 'Dens'"),
        ("units = 2", "unit = 2", "no setting unit"),
        (", units = 2", "", "needs the setting units"),
        ("seed = 1", "", "'seed' is missing"),
        ("epochs = 1", "epoch = 1", "epoch"),
        ('layer = "Dense", units = 2', 'layer = "Conv2D", filters = 2', "needs an image"),
        ('layer = "Dense", units = 2', 'part = "base"', "'base' is missing"),
    ],
)
def test_a_wrong_table_is_refused_with_its_fault(old: str, new: str, message: str) -> None:
    assert old in TABLE
    with pytest.raises(ValueError, match=message):
        exercises.parse("tiny", TABLE.replace(old, new))


@pytest.mark.parametrize(
    ("settings", "shape"),
    [
        ({"filters": 8}, (10, 10, 8)),
        ({"filters": 8, "padding": "valid"}, (8, 8, 8)),
        ({"filters": 8, "strides": 3}, (4, 4, 8)),
        ({"filters": 8, "strides": 3, "padding": "valid"}, (3, 3, 8)),
        ({"filters": 8, "kernel_size": [1, 5], "padding": "valid"}, (10, 6, 8)),
    ],
)
def test_shapes_of_convolutions(settings: dict[str, object], shape: tuple[int, ...]) -> None:
    complete = shapes.complete_settings("Conv2D", settings)
    assert shapes.output_shape("Conv2D", complete, (10, 10, 3)) == shape


def test_nothing_left_of_an_image_is_an_error() -> None:
    with pytest.raises(ValueError, match="leaves nothing"):
        shapes.output_shape("MaxPooling2D", {"pool_size": (2, 2)}, (1, 1, 3))
