"""Read from a web server that may be slow, dead, or send something else than was asked for."""

import contextlib
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import requests
from urllib3.exceptions import HTTPError

_PIECE = 1 << 16
_LATER = (408, 425, 429, 500, 502, 503, 504)
_IDENTITY = {"User-Agent": "eight-faces (a course; one reader)", "Accept-Encoding": "identity"}


@dataclass(frozen=True)
class Limits:
    """How patient to be.

    Attributes
    ----------
    connect, silence, total : float
        Seconds to connect, without a byte, and for one try in all.
    tries : int
        How often to try before giving up.
    pause : float
        Seconds before the second try; doubled before each further one.
    longest_pause : float
        Seconds, also when the server asks for more.
    redirects : int
        How often an address may send elsewhere.
    """

    connect: float = 10.0
    silence: float = 30.0
    total: float = 3600.0
    tries: int = 4
    pause: float = 1.0
    longest_pause: float = 60.0
    redirects: int = 5


class WebError(Exception):
    """A download that did not work.

    Parameters
    ----------
    kind : str
        One of a few words for counting, such as "dead link".
    message : str
        What happened.
    again : bool
        Whether trying again may help.
    wait : float
        Seconds that the server asked to wait.
    """

    def __init__(self, kind: str, message: str, *, again: bool = False, wait: float = 0.0) -> None:
        super().__init__(message)
        self.kind = kind
        self.again = again
        self.wait = wait


def wait_before(attempt: int, error: WebError, limits: Limits) -> None:
    """Wait after a failed try, longer each time.

    Parameters
    ----------
    attempt : int
        Number of the try that failed, from 0.
    error : WebError
    limits : Limits

    Raises
    ------
    WebError
        `error` itself if trying again is no use, or was the last try.
    """
    if not error.again or attempt + 1 >= limits.tries:
        raise error
    time.sleep(min(limits.longest_pause, max(error.wait, limits.pause * 2**attempt)))


@contextlib.contextmanager
def opened(
    address: str, limits: Limits, headers: Mapping[str, str] | None = None
) -> Iterator[requests.Response]:
    """Ask for an address, and hold the answer open.

    Parameters
    ----------
    address : str
        http or https.
    limits : Limits
    headers : mapping, optional
        Further headers of the request.

    Yields
    ------
    requests.Response
        With a status of 200 or 206; read it with `pieces`.

    Raises
    ------
    WebError
    """
    with requests.Session() as session:
        session.max_redirects = limits.redirects
        with _told_apart():
            response = session.get(
                address, stream=True, timeout=(limits.connect, limits.silence),
                headers={**_IDENTITY, **(headers or {})},
            )  # fmt: skip
        with response:
            check_status(address, response)
            yield response


def check_status(address: str, response: requests.Response) -> None:
    """Refuse an answer that is not the file.

    Parameters
    ----------
    address : str
        What was asked for.
    response : requests.Response

    Raises
    ------
    WebError
    """
    code = response.status_code
    if address.startswith("https:") and not response.url.startswith("https:"):
        raise WebError("dead link", f"it sends on to {response.url}, which is not encrypted")
    if code in _LATER:
        asked = response.headers.get("Retry-After", "")
        wait = float(asked) if asked.isdigit() else 0.0
        raise WebError("unreachable", f"the server says {code}", again=True, wait=wait)
    if code == 416:
        raise WebError("changed", "the server has no such part of the file", again=True)
    if code not in (200, 206):
        raise WebError("dead link", f"the server says {code} {response.reason}".rstrip())
    if response.headers.get("Content-Encoding", "identity") != "identity":
        raise WebError("wrong type", "the server compresses what it was asked to send as it is")


def pieces(response: requests.Response, limits: Limits, largest: int) -> Iterator[bytes]:
    """Yield the body as it arrives.

    Parameters
    ----------
    response : requests.Response
        From `opened`.
    limits : Limits
    largest : int
        Bytes that are accepted.

    Yields
    ------
    bytes

    Raises
    ------
    WebError
        If the body is too large, ends too early, or takes too long.
    """
    length = response.headers.get("Content-Length", "")
    announced = int(length) if length.isdigit() else None
    if announced is not None and announced > largest:
        raise WebError("too large", f"{announced:,} bytes, and at most {largest:,} are accepted")
    until = time.monotonic() + limits.total
    received = 0
    while True:
        # What has arrived, not a full piece: a server that sends a byte a second is noticed.
        with _told_apart():
            piece = response.raw.read1(_PIECE, decode_content=False)
        if not piece:
            break
        received += len(piece)
        if received > largest:
            raise WebError("too large", f"more than the {largest:,} bytes that are accepted")
        yield piece
        if time.monotonic() > until:
            raise WebError("too slow", f"not finished after {limits.total:g} seconds", again=True)
    if announced is not None and received < announced:
        raise WebError(
            "cut off", f"the connection ended after {received:,} of {announced:,} bytes", again=True
        )


@contextlib.contextmanager
def _told_apart() -> Iterator[None]:
    """Turn the errors of requests and urllib3 into ours."""
    try:
        yield
    except (requests.TooManyRedirects, ValueError) as error:  # ValueError: of a broken address
        raise WebError("dead link", f"no usable address ({type(error).__name__})") from error
    except requests.exceptions.SSLError as error:
        raise WebError("unreachable", f"no encrypted connection ({error})") from error
    except requests.Timeout as error:
        raise WebError("too slow", "the server does not answer", again=True) from error
    except (requests.RequestException, HTTPError, OSError) as error:
        slow = "timed out" in str(error).lower()
        if slow:
            raise WebError("too slow", "nothing came for a while", again=True) from error
        if isinstance(error, HTTPError):
            said = f"the connection ended too early ({_short(error)})"
            raise WebError("cut off", said, again=True) from error
        raise WebError("unreachable", _short(error), again=True) from error


def _short(error: Exception) -> str:
    """Return the innermost reason, without the objects that libraries print."""
    inner: BaseException = error
    while (cause := inner.__cause__ or inner.__context__) is not None:
        inner = cause
    return f"{type(inner).__name__}: {inner}"[:200]
