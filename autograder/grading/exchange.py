"""What goes to and fro between a student's kernel and the verifier, as files that hold data.

The kernel is asked by silent requests; what it writes into its channel is copied by
`autograder.grading.verifier.client.copy_message` and read by nobody but the verifier. Requests lie
in a folder that the sandbox sees read-only, so that a link planted there can't lead a write astray.
"""

import json
import secrets
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from autograder.grading.files import write_text
from autograder.grading.kernel_cells import KernelEndedError
from autograder.grading.sandbox import Bind, Sandbox, ScratchFolder
from autograder.grading.verifier.client import LARGEST_RESULT
from autograder.grading.verifier.copying import CopyError, copy_message

_EXPORT = "autograder.transport.export"
_SHARING = "autograder.transport.sharing"


class Requests:
    """The folder of requests: made before the sandbox, which has to bind it.

    Parameters
    ----------
    base : Path, optional
        Where it is made; the usual place of temporary files if not given.
    """

    def __init__(self, base: Path | None = None) -> None:
        self._scratch = ScratchFolder(base)
        self.folder = self._scratch.make("requests")
        self.known = self.folder / "known.json"
        self.know(())

    @property
    def bind(self) -> Bind:
        """How the sandbox sees it: read-only, at the same path."""
        return Bind(self.folder, self.folder)

    def know(self, digests: Iterable[str]) -> None:
        """Say which arrays the verifier has, so that these travel as their SHA-256 alone."""
        write_text(self.known, json.dumps(sorted(digests)))

    def write(self, request: dict[str, object]) -> Path:
        """Write a request into a new file and return its path."""
        path = self.folder / f"{secrets.token_hex(8)}.json"
        write_text(path, json.dumps(request))
        return path

    def close(self) -> None:
        """Remove the folder."""
        self._scratch.close()


class Exchange:
    """Asks a student's kernel for values, and calls its functions.

    Parameters
    ----------
    sandbox : Sandbox
        Where the kernel runs.
    requests : Requests
    run : callable
        Runs a line of Python silently in the kernel.
    """

    def __init__(self, sandbox: Sandbox, requests: Requests, run: Callable[[str], None]) -> None:
        self._sandbox = sandbox
        self._requests = requests
        self._run = run
        self._forget = False

    def send_all(self) -> None:
        """Let everything be sent whole again: the verifier has lost what was sent before."""
        self._forget = True

    def export(self, names: list[str]) -> Path:
        """Let the kernel write the values of these names; return the folder, which it may lack."""
        return self._ask("export_names", {"names": names})

    def call(self, function: str, arguments: Path, result: Path) -> str:
        """Let the kernel call a student's function.

        Parameters
        ----------
        function : str
            Its name in the notebook.
        arguments : Path
            Folder with a message of the verifier's; copied to where the kernel can read it.
        result : Path
            Where a copy of the answer goes; must not exist.

        Returns
        -------
        str
            Empty, or why there is no answer.
        """
        given = self._requests.folder / secrets.token_hex(8)
        shutil.copytree(arguments, given)
        try:
            folder = self._ask("call_function", {"function": function, "arguments": str(given)})
            copy_message(folder, result, LARGEST_RESULT)
        except KernelEndedError:
            return f"The Python process ended while your function {function} ran."
        except CopyError as error:
            self.send_all()
            return str(error)
        finally:
            shutil.rmtree(given, ignore_errors=True)
        return ""

    def open_desk(self) -> None:
        """Let Keras leave work to others; requests come through the channel like values."""
        places = (self._sandbox.channel, self._requests.folder, self._requests.known)
        arguments = ", ".join(repr(str(place)) for place in places)
        self._run(f"__import__({_SHARING!r}, fromlist=['x']).install({arguments})")

    def tell(self, states: dict[str, str]) -> None:
        """Tell the notebook's exercise what was found, for its figures and its progress."""
        self._run(
            "try:\n"
            f"    get_ipython().user_ns['exercise'].take_over({states!r})\n"
            "except Exception:\n"
            "    pass"
        )

    def _ask(self, function: str, request: dict[str, object]) -> Path:
        folder = self._sandbox.channel / secrets.token_hex(8)
        path = self._requests.write(
            {
                **request,
                "folder": str(folder),
                "known": str(self._requests.known),
                "forget": self._forget,
            }
        )
        self._forget = False
        self._run(f"__import__({_EXPORT!r}, fromlist=['x']).{function}({str(path)!r})")
        path.unlink()
        return folder
