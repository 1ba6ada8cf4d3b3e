"""The settings of a course: its title, and the address at which students find it."""

import re
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import quote

from autograder.place import PACKAGE
from autograder.release.generate import ReleaseError

FILE = "course.toml"
"""File of the settings, in the course directory; without it the defaults below hold."""

WEIGHTS = ("course", "imagenet")
BESIDE = ".."
"""What a notebook is told without an address: the package lies in the folder above its own."""

GITHUB = re.compile(r"https://github\.com/([\w.-]+)/([\w.-]+?)(?:\.git)?/?")
WEB = re.compile(r"https?://[^\s\"'\\{}@?#]+")
FILES = re.compile(r"(?:file:///|/|[A-Za-z]:/)[^\"'\\{}]*")

BADGE = "https://colab.research.google.com/assets/colab-badge.svg"
COLAB = "https://colab.research.google.com/github"


@dataclass(frozen=True)
class CourseSettings:
    """What an instructor decides about a course as a whole.

    Attributes
    ----------
    title : str
        Heading of the published page.
    address : str
        Where the student tree is published: a GitHub repository, a web folder or a path; empty
        where it is handed out as a bundle.
    branch : str
        Branch of the repository.
    weights : {"course", "imagenet"}
        Weights of VGG16.
    """

    title: str = "Eight Faces"
    address: str = ""
    branch: str = "main"
    weights: str = "course"

    @property
    def base(self) -> str:
        """Address under which the files of the student tree can be read one by one."""
        if match := GITHUB.fullmatch(self.address):
            branch = quote(self.branch)
            return f"https://raw.githubusercontent.com/{match[1]}/{match[2]}/{branch}"
        return self.address.rstrip("/") or BESIDE

    @property
    def on_the_web(self) -> bool:
        """Whether files are fetched through the network."""
        return WEB.fullmatch(self.base) is not None

    def badge(self, notebook: str) -> str:
        """Return the Open-in-Colab badge of a notebook, as Markdown.

        Parameters
        ----------
        notebook : str
            Path of the notebook in the student tree.

        Returns
        -------
        str
            Empty where the address is not a GitHub repository: Colab opens no other address.
        """
        match = GITHUB.fullmatch(self.address)
        if not match:
            return ""
        place = f"{match[1]}/{match[2]}/blob/{quote(self.branch)}/{quote(notebook)}"
        return f"[![Open in Colab]({BADGE})]({COLAB}/{place})"

    def package(self, name: str) -> str:
        """Return the address of a file of the package folder."""
        return f"{self.base}/{PACKAGE}/{quote(name)}"


def course_settings(course_root: Path) -> CourseSettings:
    """Read the settings of a course.

    Parameters
    ----------
    course_root : pathlib.Path
        Folder that may hold ``course.toml``.

    Raises
    ------
    ReleaseError
        If the file is not TOML, or holds what is no setting; the message says what to write.
    """
    path = course_root / FILE
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return CourseSettings()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReleaseError(f"{FILE} can't be read: {error}") from None
    known = [field.name for field in fields(CourseSettings)]
    for name, value in table.items():
        if name not in known:
            raise ReleaseError(f"{FILE}: {name!r} is no setting; there are {', '.join(known)}")
        if not isinstance(value, str):
            raise ReleaseError(f"{FILE}: {name} is {value!r}, expected a text in quotation marks")
    settings = CourseSettings(**table)
    _require_sense(settings)
    return settings


def _require_sense(settings: CourseSettings) -> None:
    if settings.weights not in WEIGHTS:
        raise ReleaseError(f'{FILE}: weights is {settings.weights!r}, expected "course" or "imagenet"')
    if not settings.title.strip() or "\n" in settings.title:
        raise ReleaseError(f"{FILE}: title is {settings.title!r}, expected one line of text")
    if not re.fullmatch(r"[\w./-]+", settings.branch):
        raise ReleaseError(f"{FILE}: branch is {settings.branch!r}, expected the name of a branch")
    address = settings.address
    if address and not (WEB.fullmatch(address) or FILES.fullmatch(address)):
        raise ReleaseError(
            f"{FILE}: address is {address!r}, expected a repository such as "
            '"https://github.com/OWNER/NAME", a web folder ("https://..."), an absolute path or '
            '"file:///...", without a password, blanks or quotation marks; or "" for none'
        )
