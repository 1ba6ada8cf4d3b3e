"""Where attacks take place: a course, a grader's home, and an accomplice on this machine."""

import contextlib
import shutil
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.adversarial import course, secrets
from tests.grading.tiny_course import REPOSITORY

PACKAGES = REPOSITORY / "autograder"
VICTIM = "a_victim"
BYSTANDER = "zz_bystander"


@dataclass(frozen=True)
class Scene:
    """What an attack may know: we tell it where everything lies.

    Attributes
    ----------
    root, home, cache : Path
        The course directory, the grader's home, the data cache.
    trace : str
        A word of this run; files and processes that an attack leaves bear it.
    ports : dict
        Where the accomplice answers, by the word that stands for it in an attack's text.
    """

    root: Path
    home: Path
    cache: Path
    trace: str
    ports: dict[str, str]

    def fill(self, text: str) -> str:
        """Put the facts of this run into an attack's text."""
        facts = {
            "course": str(self.root),
            "home": str(self.home),
            "cache": str(self.cache),
            "packages": str(PACKAGES),
            "trace": self.trace,
            **self.ports,
        }
        for word, fact in facts.items():
            text = text.replace(f"<<{word}>>", fact)
        return text


def make_scene(released: Path, ports: dict[str, str]) -> Scene:
    """Copy the course to a fresh place, with a victim's submissions and the grader's home.

    The place is no folder of ``/tmp``, which a sandbox replaces anyway.
    """
    place = Path(tempfile.mkdtemp(prefix="adversarial-", dir=REPOSITORY / "build"))
    root = Path(shutil.copytree(released, place / "course"))
    home = place / "home"
    home.mkdir()
    (home / "private.txt").write_text(secrets.HOME, encoding="utf-8")
    cache = place / "cache"
    cache.mkdir()
    (cache / "faces.bin").write_text("rendered", encoding="utf-8")
    (cache / "hidden-faces.bin").write_text(secrets.HIDDEN, encoding="utf-8")
    for assignment in course.ASSIGNMENTS:
        for student in (VICTIM, BYSTANDER):
            answers = course.RIGHT[assignment]
            first = next(iter(answers))
            answers = {**answers, first: f"{answers[first]}  # {secrets.OTHER}"}
            nb = course.filled(root, assignment, answers)
            folder = course.hand_in(root, student, assignment, nb)
            course.save_good_weights(folder / "weights.npz")
            (folder / "mine.txt").write_text(secrets.OTHER, encoding="utf-8")
    return Scene(root, home, cache, f"eft{place.name[-8:]}", ports)


@contextlib.contextmanager
def accomplice() -> Iterator[dict[str, str]]:
    """Answer the question of the assignment to whoever asks, by all ways that a machine has."""
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(dir=REPOSITORY / "build"))
        path = f"{folder}/s"
        abstract = f"eight-faces-{Path(folder).name}"
        tcp = _listen(stack, socket.AF_INET, ("", 0))
        _listen(stack, socket.AF_UNIX, path)
        _listen(stack, socket.AF_UNIX, f"\0{abstract}")
        udp = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        udp.bind(("", 0))
        _serve(udp, lambda: _answer_packet(udp))
        yield {
            "tcp": str(tcp.getsockname()[1]),
            "udp": str(udp.getsockname()[1]),
            "socket": path,
            "abstract": abstract,
            "host": _own_address(),
        }


def _listen(stack: contextlib.ExitStack, family: int, address: object) -> socket.socket:
    listener = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
    listener.bind(address)  # type: ignore[arg-type]
    listener.listen()
    _serve(listener, lambda: _answer_caller(listener))
    return listener


def _serve(where: socket.socket, answer: Callable[[], None]) -> None:
    where.settimeout(0.5)

    def serve() -> None:
        while where.fileno() != -1:
            with contextlib.suppress(OSError):
                answer()

    threading.Thread(target=serve, daemon=True).start()


def _answer_caller(listener: socket.socket) -> None:
    caller, _ = listener.accept()
    with caller:
        caller.settimeout(2)
        caller.recv(1)  # who asks is told that the line is dead, when nobody heard the question
        caller.sendall(b"42")


def _answer_packet(udp: socket.socket) -> None:
    _, sender = udp.recvfrom(512)
    udp.sendto(b"42", sender)


def _own_address() -> str:
    """Return an address of this machine that is not the loopback, where it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])
