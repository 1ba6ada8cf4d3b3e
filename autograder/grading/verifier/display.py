"""What `display` and matplotlib need of IPython: a shell that shows into a `Capture`."""

import sys
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from autograder.grading.verifier.capture import Capture


class Publisher(DisplayPublisher):
    """Hands on what is displayed."""

    capture: Capture

    def publish(self, data: Any, metadata: Any = None, *arguments: Any, **options: Any) -> None:
        """Show something."""
        name = (options.get("transient") or {}).get("display_id")
        self.capture.show(data, name, bool(options.get("update")))

    def clear_output(self, wait: bool = False) -> None:
        """Keep what was shown."""


class DisplayShell(InteractiveShell):
    """IPython without history, terminal and tracebacks; cells are run elsewhere."""

    @classmethod
    def of(cls, capture: Capture) -> "DisplayShell":
        """Return the shell of this process."""
        config = Config()
        config.HistoryManager.enabled = False
        config.HistoryManager.hist_file = ":memory:"
        shell: DisplayShell = cls.instance(config=config)
        shell.display_pub = Publisher(parent=shell)  # type: ignore[no-untyped-call]
        shell.display_pub.capture = capture
        shell.builtin_trap.activate()
        return shell

    def showtraceback(self, *arguments: Any, **options: Any) -> None:
        """Show nothing."""

    def show_figures(self) -> None:
        """Display the figures that are open."""
        if "matplotlib.pyplot" in sys.modules:
            self.events.trigger("post_execute")

    def close_figures(self) -> None:
        """Close the figures that are open, so that no other cell shows them."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None:
            pyplot.close("all")
