"""The side of the student's kernel: let Keras leave work to others that need not be done here."""

import contextlib
import sys
from pathlib import Path
from typing import Any

from autograder.transport import answering, fitting, narrowing


def install(wishes: str, answers: str, known: str) -> None:
    """Share work from the next cell on in which Keras is there.

    Parameters
    ----------
    wishes, answers, known : str
        Paths, as `autograder.transport.fitting.Desk` takes them.
    """
    from IPython import get_ipython

    shell: Any = get_ipython()

    def begin(*_: object) -> None:
        if "keras" in sys.modules and hasattr(sys.modules["keras"], "Model"):
            with contextlib.suppress(ValueError):
                shell.events.unregister("pre_run_cell", begin)
            model_class = sys.modules["keras"].Model
            desk = fitting.Desk(Path(wishes), Path(answers), Path(known))
            fitting.patch(model_class, desk)
            narrowing.patch(model_class)
            answering.patch(model_class, desk)

    shell.events.register("pre_run_cell", begin)
    begin()
