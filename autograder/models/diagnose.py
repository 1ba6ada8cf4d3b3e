"""The first difference between a table and a model, and its likely cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from autograder.exercises import LayerSpec, Network
from autograder.models import describe, messages
from autograder.models.align import Pair, Plain, differing_settings, equal
from autograder.models.canonical import CanonicalLayer

_CAUSE_OF_SETTING = {
    "units": "wrong_units",
    "filters": "wrong_filters",
    "kernel_size": "wrong_kernel",
    "padding": "wrong_padding",
    "strides": "wrong_strides",
    "pool_size": "wrong_pool",
    "rate": "wrong_rate",
    "activation": "wrong_activation",
    "scale": "wrong_scale",
    "use_bias": "no_bias",
}
_CAUSE_OF_MISSING = {
    "Activation": "missing_activation",
    "Flatten": "missing_flatten",
    "Dropout": "missing_dropout",
    "BatchNormalization": "missing_batch_norm",
    "MaxPooling2D": "missing_pooling",
    "Rescaling": "missing_rescaling",
}
_CAUSE_OF_MISSING_OUTPUT = {"softmax": "missing_softmax", "sigmoid": "missing_sigmoid"}


@dataclass(frozen=True)
class Diagnosis:
    """Where a model differs first, why, and the fields for the message.

    Attributes
    ----------
    cause : str
        Key of `autograder.models.messages.MESSAGES`.
    index : int
        Position in the table, from 0; its length for a layer after the last.
    layer_name : str
        Name of the student's layer, empty if there is none.
    fields : dict of str to str
        For `autograder.models.messages.explain`.
    """

    cause: str
    index: int
    layer_name: str
    fields: dict[str, str]


def diagnose(
    network: Network,
    got: Sequence[CanonicalLayer],
    pairs: Sequence[Pair],
    places: Sequence[int] | None = None,
) -> Diagnosis | None:
    """Find the first difference and work out its likely cause.

    Parameters
    ----------
    network : Network
        The table.
    got : sequence of CanonicalLayer
        The model.
    pairs : sequence of (int or None, int or None)
        Alignment of both, as `autograder.models.align.align` returns it.
    places : sequence of int, optional
        Where each layer of `network` stands in the table that students read, if not in this order.

    Returns
    -------
    Diagnosis or None
        None if every layer is the right one.
    """
    index = column = 0
    for step, (left, right) in enumerate(pairs):
        spec = None if left is None else network.layers[left]
        layer = None if right is None else got[right]
        if spec is None or layer is None or not equal(spec, layer):
            place = places[index] if places and index < len(places) else index
            case = _Case(network, got, pairs, step, index, column, place)
            if layer is None and spec is not None:
                return case.missing(spec)
            if spec is None and layer is not None:
                return case.extra(layer)
            if spec is not None and layer is not None:
                return case.different(spec, layer)
        index, column = index + 1, column + 1
    return None


@dataclass(frozen=True)
class _Case:
    """One place where the sides differ: step of the alignment, place in table and model.

    ``place`` is that in the table as students read it.
    """

    network: Network
    got: Sequence[CanonicalLayer]
    pairs: Sequence[Pair]
    step: int
    index: int
    column: int
    place: int

    def missing(self, spec: LayerSpec) -> Diagnosis:
        """Diagnose a layer of the table that the model lacks, at least here."""
        elsewhere = self._elsewhere_in_model(spec)
        if elsewhere is not None:
            return self._moved(spec, elsewhere)
        if self.column < len(self.got) and not self.got[self.column].allowed:
            return self.different(spec, self.got[self.column])
        cause = _CAUSE_OF_MISSING.get(spec.kind, "missing_layer")
        cause = _CAUSE_OF_MISSING_OUTPUT.get(spec.settings.get("activation", ""), cause)
        return self._diagnosis(cause, spec, None)

    def extra(self, layer: CanonicalLayer) -> Diagnosis:
        """Diagnose a layer of the model that the table does not have here."""
        spec = self.network.layers[self.index] if self.index < len(self.network.layers) else None
        if not layer.allowed:
            return self._diagnosis("not_allowed_layer", spec, layer)
        if self._is_missing_later(layer):
            return self._diagnosis("layer_too_early", spec, layer)
        cause = "extra_layer"
        if layer.kind == "Activation":
            cause = "extra_activation"
            twice = self.column and self.got[self.column - 1].settings == layer.settings
            if twice and layer.settings == {"activation": "softmax"}:
                cause = "extra_softmax"
        return self._diagnosis(cause, spec, layer)

    def different(self, spec: LayerSpec, layer: CanonicalLayer) -> Diagnosis:
        """Diagnose two layers that stand for each other and are not equal."""
        if not layer.allowed:
            return self._diagnosis("not_allowed_layer", spec, layer)
        if spec.kind != layer.kind:
            return self._diagnosis("wrong_layer", spec, layer)
        setting = differing_settings(spec.settings, layer.settings)[0]
        cause = _CAUSE_OF_SETTING.get(setting, "wrong_setting")
        if setting == "units" and self._is_last_with_weights():
            cause = "wrong_classes"
        if setting == "filters" and _exchanged(spec.settings, layer.settings):
            cause = "filters_and_kernel_exchanged"
        pair = (spec.settings.get("activation"), layer.settings.get("activation"))
        if pair == ("softmax", "sigmoid"):
            cause = "sigmoid_instead_of_softmax"
        if pair == ("sigmoid", "softmax"):
            cause = "softmax_on_one_output"
        return self._diagnosis(cause, spec, layer, setting)

    def _moved(self, spec: LayerSpec, layer: CanonicalLayer) -> Diagnosis:
        following = self.pairs[self.step + 1 : self.step + 3]
        is_neighbour = (
            len(following) == 2
            and None not in following[0]
            and following[1][0] is None
            and equal(spec, self.got[following[1][1] or 0])
        )
        if not is_neighbour:
            return self._diagnosis("misplaced_layer", spec, layer)
        other = self.network.layers[self.index + 1]
        kinds = (spec.kind, other.kind)
        is_norm = kinds == ("BatchNormalization", "Activation")
        cause = "batch_norm_after_activation" if is_norm else "order_swapped"
        return self._diagnosis(cause, spec, layer, other=other)

    def _elsewhere_in_model(self, wanted: LayerSpec) -> CanonicalLayer | None:
        """Find a layer that is missing here and turns up later, where the table has none."""
        later = (right for left, right in self.pairs[self.step + 1 :] if left is None)
        layers = (self.got[right] for right in later if right is not None)
        return next((layer for layer in layers if equal(wanted, layer)), None)

    def _is_missing_later(self, layer: CanonicalLayer) -> bool:
        later = (left for left, right in self.pairs[self.step + 1 :] if right is None)
        return any(equal(self.network.layers[left], layer) for left in later if left is not None)

    def _is_last_with_weights(self) -> bool:
        return not any(spec.parameters for spec in self.network.layers[self.index + 1 :])

    def _diagnosis(
        self,
        cause: str,
        spec: LayerSpec | None,
        layer: CanonicalLayer | None,
        setting: str = "",
        other: LayerSpec | None = None,
    ) -> Diagnosis:
        where = f"Layer {self.place + 1}"
        if any(before.fused for before in self.got[: self.column + 1]):
            where += " (each activation counted as a layer)"
        following = self.got[self.column] if self.column < len(self.got) else None
        fields = {
            "where": where,
            "expected": _words(spec, "the end of the network"),
            "got": _words(layer, "nothing"),
            "name": f' ("{layer.name}")' if layer is not None and layer.name else "",
            "code": describe.layer_as_code(spec.kind, spec.settings) if spec else "",
            "next": f"has {_words(following, '')} there" if following else "ends before it",
            "previous": self._before(layer),
            "other": _words(other, ""),
            "classes": str(spec.settings.get("units", "")) if spec else "",
            "setting_expected": "",
            "setting_got": "",
            "evidence": "",
        }
        if setting and spec is not None and layer is not None:
            wanted, found = spec.settings.get(setting), layer.settings.get(setting)
            if setting == "strides" and spec.kind == "MaxPooling2D":
                wanted = spec.settings["pool_size"]  # what Keras takes when nothing is said
            fields["setting_expected"] = describe.setting_in_words(setting, wanted)
            fields["setting_got"] = describe.setting_in_words(setting, found)
        if spec is not None and layer is not None and layer.output_shape is not None:
            fields["evidence"] = messages.evidence_from_counts(
                spec.output_shape,
                layer.output_shape,
                spec.parameters,
                layer.parameters,
                is_convolution=spec.kind == layer.kind == "Conv2D",
            )
        return Diagnosis(cause, self.place, layer.name if layer else "", fields)

    def _before(self, layer: CanonicalLayer | None) -> str:
        places = [place for place, candidate in enumerate(self.got) if candidate is layer]
        if not places or not places[0]:
            return "the input"
        return _words(self.got[places[0] - 1], "the input")


def _exchanged(expected: Mapping[str, Any], got: Mapping[str, Any]) -> bool:
    """Tell whether a convolution got its kernel size as filters and its filters as kernel."""
    filters, kernel = expected["filters"], expected["kernel_size"]
    return bool(got["kernel_size"] == (filters, filters) and (got["filters"],) * 2 == kernel)


def _words(layer: Plain | None, otherwise: str) -> str:
    return describe.layer_in_words(layer.kind, layer.settings) if layer else otherwise
