"""A web server on this machine that behaves as badly as it is told to."""

import io
import threading
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import numpy as np
import pytest
from PIL import Image

from data_scripts.original import download
from data_scripts.original.web import Limits


@dataclass
class Reply:
    """What the server answers to one path."""

    body: bytes = b""
    status: int = 200
    kind: str = "application/octet-stream"
    headers: dict[str, str] = field(default_factory=dict)
    mark: str = '"first"'  # the version of the file
    cut_after: int | None = None  # bytes, then the connection ends
    cuts: int = 1  # how often
    statuses: list[int] = field(default_factory=list)  # of the first answers
    drip: float = 0.0  # seconds for each byte
    chunked: bool = False  # in pieces, without saying how many
    hang: float = 0.0  # seconds before anything


class Server(ThreadingHTTPServer):
    """Answers of `replies`; notes what it was asked."""

    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.replies: dict[str, Reply] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        self.now = self.most = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def reply(self, path: str, **settings: object) -> None:
        self.replies[path] = Reply(**settings)

    def times(self, path: str) -> int:
        return Counter(asked for asked, _ in self.asked)[path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients hang up on purpose."""


class Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        with self.server.lock:
            self.server.asked.append((self.path, dict(self.headers)))
            self.server.now += 1
            self.server.most = max(self.server.most, self.server.now)
        reply = self.server.replies.get(self.path, Reply(b"no such thing", 404))
        self.server.closing.wait(reply.hang)
        with self.server.lock:  # before the client has its answer, and may ask again
            self.server.now -= 1
        self.answer(reply)

    def answer(self, reply: Reply) -> None:
        status, body, headers = reply.status, reply.body, dict(reply.headers)
        if reply.statuses:
            status = reply.statuses.pop(0)
        wanted = self.headers.get("Range", "")
        if wanted and reply.mark and self.headers.get("If-Range") == reply.mark:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
            if start >= len(body):
                self.send_error(416)
                return
            headers["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
            status, body = 206, body[start:]
        self.send_response(status)
        for name, value in {"Content-Type": reply.kind, "ETag": reply.mark, **headers}.items():
            if value:
                self.send_header(name, value)
        if reply.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            self.send_header("Connection", "close")
            self.end_headers()
            whole = b"".join(b"%x\r\n%s\r\n" % (len(body[at : at + 7000]), body[at : at + 7000])
                             for at in range(0, len(body), 7000)) + b"0\r\n\r\n"  # fmt: skip
            if reply.cut_after is not None and reply.cuts > 0:
                reply.cuts -= 1
                whole = whole[: reply.cut_after]
            self.wfile.write(whole)
            return
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if reply.cut_after is not None and reply.cuts > 0:
            reply.cuts -= 1
            self.wfile.write(body[: reply.cut_after])
            self.wfile.flush()
            self.close_connection = True
            return
        if reply.drip:
            for number in range(len(body)):
                self.wfile.write(body[number : number + 1])
                if self.server.closing.wait(reply.drip):
                    return
            return
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def started() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.closing.set()
    server.shutdown()
    thread.join()
    server.server_close()


server = pytest.fixture(started)
other_server = pytest.fixture(started)


@pytest.fixture(autouse=True)
def own_folders(monkeypatch, tmp_path):
    """Nothing of this machine is read, nothing written to it, and no proxy is asked."""
    monkeypatch.setenv("EIGHT_FACES_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("NO_PROXY", "*")
    for name in (download.MIRRORS, "EIGHT_FACES_DATA", "EIGHT_FACES_WEIGHTS", "EIGHT_FACES_QUICK"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def hasty() -> Limits:
    """Limits that let a test end soon."""
    return Limits(connect=2, silence=0.5, total=1.5, tries=3, pause=0.01, longest_pause=0.05)


def encoded(pixels: np.ndarray, kind: str = "png", **options: object) -> bytes:
    """A picture file of an array."""
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def picture():
    """A function that makes a picture file: smooth random colours, another for each seed."""

    def make(seed: int, side: int = 90, kind: str = "png", **options: object) -> bytes:
        coarse = np.random.default_rng(seed).integers(0, 256, (9, 9, 3), dtype=np.uint8)
        smooth = Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)
        return encoded(np.asarray(smooth), kind, **options)

    return make
