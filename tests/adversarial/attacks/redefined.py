"""Names that the tests use, given another meaning by the student."""

from nbformat import NotebookNode

from tests.adversarial.attack import Attack, Family


def _setup_last(nb: NotebookNode) -> None:
    """Move the cell with the course's names to the end."""
    setup = next(cell for cell in nb.cells if cell.id == "setup")
    nb.cells.remove(setup)
    nb.cells.append(setup)


FAMILY = Family(
    "redefined helpers and test names",
    [
        Attack(
            "points_redefined",
            "a `points` that always gives all of them",
            {"answer_gap": "points = lambda fraction, of: float(of)"},
        ),
        Attack(
            "min_redefined",
            "`min` of the notebook's own instead of Python's",
            {"answer_gap": "min = lambda *values: 1.0"},
        ),
        Attack(
            "numpy_replaced",
            "the name `np` stands for a class whose comparisons are always true",
            {
                "answer_gap": """
import numpy


class Agreeable:
    def __getattr__(self, name):
        return getattr(numpy, name)

    def array_equal(self, a, b):
        return True

    def mean(self, values):
        return 1.0


np = Agreeable()
"""
            },
        ),
        Attack(
            "protected_redefined",
            "the protected array replaced by one to which the wrong answer fits",
            {"array_gap": "<<answer>>\nprotected = doubled / 2"},
        ),
        Attack(
            "setup_moved",
            "the cell with the course's names moved to the end, other names in its place",
            {
                "answer_gap": """
import numpy as np

<<answer>>
protected, course_number = np.arange(8), answer / 2


def require_attempt(*values, task):
    pass


def points(fraction, of):
    return float(of)


class CheckFailed(AssertionError):
    pass
"""
            },
            change=_setup_last,
        ),
        Attack(
            "protected_written",
            "the protected array overwritten in place",
            {"array_gap": "<<answer>>\nprotected[:] = 100\ndoubled = 2 * protected"},
            # The array is the kernel's own, and the right answer was overwritten.
            destroys=("array_test",),
        ),
        Attack(
            "builtins_of_the_notebook",
            "`__builtins__` of the notebook replaced by a copy with another `min`",
            {
                "answer_gap": """
import builtins

__builtins__ = {**vars(builtins), "min": lambda *values: 1.0}
"""
            },
        ),
    ],
)
