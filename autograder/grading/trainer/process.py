"""The trainer's main loop: that of the verifier, with trainings in place of tests."""

import gc
import os
import sys
from pathlib import Path
from typing import Any

from autograder.grading.trainer import training
from autograder.grading.trainer.fresh import is_fresh
from autograder.grading.trainer.request import RefusedTrainingError, Request, read_request
from autograder.grading.verifier.capture import Capture
from autograder.grading.verifier.cell import Runner
from autograder.grading.verifier.process import Loop, end, own_streams
from autograder.transport.known import digest_of_weights
from autograder.transport.read import write_values


class TrainerLoop(Loop):
    """Answers requests: ``name`` reads a training, ``train`` does the one that was read last."""

    _request: Request | None = None

    def _answer(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["do"] == "name":
            return self._name(Path(request["values"]))
        if request["do"] == "train":
            return self._train(Path(request["result"]))
        return super()._answer(request)

    def _name(self, folder: Path) -> dict[str, Any]:
        self._forget()
        known = self._submission.known_arrays if self._submission else {}
        try:
            self._request = read_request(folder, known)
        except RefusedTrainingError as refused:
            return {"refused": str(refused)}
        model = self._request.model
        return {
            "name": self._request.name(training.circumstances()),
            "work": self._request.work(),
            "samples": self._request.samples,
            "start": digest_of_weights(model),
            "fresh": is_fresh(model, known),
        }

    def _train(self, result: Path) -> dict[str, Any]:
        if self._request is None:
            raise RuntimeError("no training was read")
        try:
            write_values(training.train(self._request), result)
        except Exception as error:  # such as labels that do not fit: the notebook shows it whole
            return {"refused": f"{type(error).__name__}: {error}"[:400]}
        finally:
            self._forget()
        return {"ok": True}

    def _forget(self) -> None:
        self._request = None
        if (keras := sys.modules.get("keras")) is not None:
            keras.utils.clear_session(free_memory=False)
            gc.collect()


def main() -> None:
    """Serve the grading process on the standard streams of this one."""
    requests, answers = own_streams()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    runner = Runner(Capture(sys.stderr))
    TrainerLoop(requests, answers, runner).run()
    end()
