"""Remember which kernels were forked, so that no test of warm kernels tries cold ones."""

from autograder.grading.sandbox.warm import WarmParent
from autograder.grading.sandbox.warm_box import WarmSandbox


class Kernels:
    """The sandboxes that were made, and the parents of their kernels."""

    def __init__(self) -> None:
        self.boxes: list[WarmSandbox] = []
        self.parents: set[WarmParent] = set()

    def make(self, parent: WarmParent, *given: object) -> WarmSandbox:
        """Make a sandbox as grading does, and remember it."""
        self.boxes.append(WarmSandbox(parent, *given))  # type: ignore[arg-type]
        self.parents.add(parent)
        return self.boxes[-1]
