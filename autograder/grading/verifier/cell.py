"""Run one cell: its outputs, and nothing of its source."""

import ast
import sys
import threading
import warnings
from typing import Any, Final

from autograder.grading.verifier import errors
from autograder.grading.verifier.capture import Capture, Writer
from autograder.grading.verifier.display import DisplayShell
from autograder.student.outcome import CheckFailed

FILE: Final = "<test>"
"""What stands for a file name; Python finds no lines of source under it."""


class Namespace(dict[str, Any]):
    """Names of a cell; one whose value could not be had says why when it is read.

    Attributes
    ----------
    problems : dict of str to str
        Sentences by name.
    """

    def __init__(self) -> None:
        super().__init__(__name__="__main__", __doc__=None)
        self.problems: dict[str, str] = {}

    def __missing__(self, name: str) -> Any:
        """Raise what tells about a name that is not there."""
        if name in self.problems:
            raise CheckFailed(self.problems[name])
        raise KeyError(name)


class Runner:
    """Runs cells in this process, whose standard streams it takes over.

    Parameters
    ----------
    capture : Capture
        Collects the outputs.
    """

    def __init__(self, capture: Capture) -> None:
        self.capture = capture
        sys.stdout, sys.stderr = Writer(capture, "stdout"), Writer(capture, "stderr")
        self.shell = DisplayShell.of(capture)
        warnings.formatwarning = _one_line
        sys.unraisablehook = lambda found: _complain(found.exc_value)
        threading.excepthook = lambda found: _complain(found.exc_value)

    def run(self, source: str, names: Namespace) -> list[dict[str, Any]]:
        """Run a cell.

        Parameters
        ----------
        source : str
            Its text, plain Python.
        names : Namespace
            What it reads and binds.

        Returns
        -------
        list of dict
            Outputs as notebooks hold them.
        """
        self.capture.start()
        try:
            value = _evaluate(source, names)
            self.shell.show_figures()
            if value is not None:
                self.capture.result(value)
        except BaseException as error:
            self.capture.error(error)
        finally:
            self.shell.close_figures()
        return self.capture.take()


def first_error(outputs: list[dict[str, Any]]) -> str:
    """Return what stopped a cell in one line; empty when nothing did."""
    for output in outputs:
        if output["output_type"] == "error":
            return f"{output['ename']}: {errors.first_line(output['evalue'])}"
    return ""


def _evaluate(source: str, names: Namespace) -> object:
    """Execute the cell and return the value of its last line, if that is an expression."""
    tree = ast.parse(source, FILE)
    last = tree.body[-1] if tree.body else None
    if not isinstance(last, ast.Expr):
        exec(compile(tree, FILE, "exec", dont_inherit=True), names)
        return None
    tree.body.pop()
    exec(compile(tree, FILE, "exec", dont_inherit=True), names)
    return eval(compile(ast.Expression(last.value), FILE, "eval", dont_inherit=True), names)


def _one_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    line: str | None = None,
) -> str:
    return f"{category.__name__}: {message}\n"


def _complain(error: BaseException | None) -> None:
    if error is not None:
        sys.stderr.write(errors.sentence(error) + "\n")
