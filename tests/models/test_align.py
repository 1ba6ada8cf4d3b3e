"""All mistakes on all tables, the whole VGG16 included, without building a Keras model."""

import pytest

from autograder.exercises import Network, load, names
from autograder.grading.mutator import MISTAKES, Mutant
from autograder.models.align import align
from autograder.models.canonical import CanonicalLayer
from autograder.models.compare import relu_first
from autograder.models.diagnose import Diagnosis, diagnose

NETWORKS = [network for name in names() for network in load(name).networks.values()]


def layer(kind: str, **settings: object) -> CanonicalLayer:
    return CanonicalLayer(kind, settings, None)


def diagnosis_of(network: Network, mutant: Mutant) -> Diagnosis | None:
    layers = []
    for kind, settings in mutant.layers:
        kept = {name: value for name, value in settings.items() if name != "trainable"}
        layers.append(CanonicalLayer(kind, {} if kind == "AveragePooling2D" else kept, None))
    got = relu_first(layers)
    return diagnose(network, got, align(network.layers, got))


def test_equal_layers_are_aligned_one_to_one() -> None:
    layers = [layer("Dense", units=3), layer("Dropout", rate=0.3), layer("Dense", units=2)]
    assert align(layers, layers) == [(0, 0), (1, 1), (2, 2)]


def test_one_missing_layer_is_one_missing_layer() -> None:
    expected = [layer("Dense", units=3), layer("Dropout", rate=0.3), layer("Dense", units=2)]
    got = [expected[0], expected[2]]
    assert align(expected, got) == [(0, 0), (1, None), (2, 1)]


def test_one_extra_layer_is_one_extra_layer() -> None:
    expected = [layer("Dense", units=3), layer("Dense", units=2)]
    got = [expected[0], layer("Dropout", rate=0.5), expected[1]]
    assert align(expected, got) == [(0, 0), (None, 1), (1, 2)]


def test_nothing_against_something() -> None:
    layers = [layer("Flatten"), layer("Dense", units=2)]
    assert align(layers, []) == [(0, None), (1, None)]
    assert align([], layers) == [(None, 0), (None, 1)]


def test_rates_are_compared_as_floats() -> None:
    assert align([layer("Dropout", rate=0.3)], [layer("Dropout", rate=0.1 + 0.2)]) == [(0, 0)]


OF_THE_LAYERS = [
    name
    for name, mistake in MISTAKES.items()
    if name != "wrong_input" and not mistake.in_training  # these are found without an alignment
]


@pytest.mark.parametrize("name", OF_THE_LAYERS)
def test_every_mistake_is_possible_somewhere(name: str) -> None:
    assert any(MISTAKES[name].apply(network) for network in NETWORKS)


@pytest.mark.parametrize("name", OF_THE_LAYERS)
def test_mutants_are_found_at_their_layer_with_their_cause(name: str) -> None:
    """Without Keras, so that this is quick; tests/mistakes builds all of them in all networks."""
    for exercise, key in (("05_faces_cnn_tricks", "c"), ("07_faces_fine_tuning", "b")):
        network = load(exercise).networks[key]
        for mutant in MISTAKES[name].apply(network):
            found = diagnosis_of(network, mutant)
            assert found is not None, (network.title, mutant)
            assert (found.index + 1, found.cause in mutant.causes) == (mutant.position, True), (
                network.title,
                found,
            )


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.title)
def test_the_table_itself_has_no_difference(network: Network) -> None:
    got = [CanonicalLayer(s.kind, s.settings, s.output_shape) for s in network.layers]
    assert diagnose(network, got, align(network.layers, got)) is None


def test_a_layer_that_comes_too_early() -> None:
    network = load("07_faces_fine_tuning").networks["a"]
    layers = [CanonicalLayer(s.kind, s.settings, None) for s in network.layers]
    early = [layers[3], *layers[:3], *layers[4:]]
    found = diagnose(network, early, align(network.layers, early))
    assert found is not None
    assert (found.index, found.cause) == (0, "layer_too_early")
    assert found.fields["got"] == "a Dropout layer with rate 0.5"
