"""The trainer's main loop: that of the verifier, with trainings in place of tests."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from autograder.grading.trainer import training
from autograder.grading.trainer.fresh import is_fresh
from autograder.grading.trainer.question import Question
from autograder.grading.trainer.request import RefusedTrainingError, Request, read_request, work
from autograder.grading.verifier.capture import Capture
from autograder.grading.verifier.cell import Runner
from autograder.grading.verifier.forget import Collection
from autograder.grading.verifier.process import Loop, end, own_streams
from autograder.transport.fitting import weights_in
from autograder.transport.known import digest, digest_of_weights
from autograder.transport.read import Reader, ReadLimits, write_values


class TrainerLoop(Loop):
    """Answers requests.

    ``name`` reads a training or a question, and ``train`` does what was read last. ``learn`` takes
    the weights of an earlier training, which need not be sent from then on, and ``forget`` gives
    them up.
    """

    _request: Request | Question | None = None
    _collect = Collection()
    _weights: Mapping[str, Any] = MappingProxyType({})

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] == "name":
            return self._name(Path(request["values"]))
        if request["do"] == "train":
            return self._train(Path(request["result"]))
        if request["do"] == "learn":
            return self._learn(Path(request["folder"]))
        if request["do"] == "forget":
            self._weights = {}
            return {"ok": True}
        return super()._answer(request)

    def _name(self, folder: Path) -> dict[str, Any]:
        self._forget()
        known = self._submission.known_arrays if self._submission else {}
        try:
            self._request = read_request(folder, {**self._weights, **known})
        except RefusedTrainingError as refused:
            return {"refused": str(refused)}
        asks = isinstance(self._request, Question)
        model = self._request.model
        return {
            "name": self._request.name(training.circumstances()),
            "work": work(self._request),
            "samples": self._request.samples,
            "start": "" if asks else digest_of_weights(model),
            "fresh": not asks and is_fresh(model, known),
            "kind": self._request.kind,
        }

    def _train(self, result: Path) -> dict[str, Any]:
        if self._request is None:
            raise RuntimeError("nothing was read")
        asked = self._request
        try:
            made = asked.answer() if isinstance(asked, Question) else training.train(asked)
            write_values(made, result)
        except Exception as error:  # such as labels that do not fit: the notebook shows it whole
            return {"refused": f"{type(error).__name__}: {error}"[:400]}
        finally:
            self._forget()
        return {"ok": True}

    def _learn(self, folder: Path) -> dict[str, Any]:
        message = Reader({}, ReadLimits(), None).read(folder)
        new = {digest(array): array for array in weights_in(message)}
        self._weights = {**self._weights, **new}
        return {"ok": True}

    def _forget(self) -> None:
        self._request = None
        if (keras := sys.modules.get("keras")) is not None:
            keras.utils.clear_session(free_memory=False)
            self._collect()


def main() -> None:
    """Serve the grading process on the standard streams of this one."""
    requests, answers = own_streams()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    runner = Runner(Capture(sys.stderr))
    TrainerLoop(requests, answers, runner).run()
    end()
