"""What the grading process asks of a fork; a module that any system can import."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Plan:
    """How one fork is confined; travels as JSON.

    Attributes
    ----------
    cover : str
        The parent's own folder, which no fork may see.
    replaced : list of [source, target]
        Folders that stand in the place of writable folders of the parent.
    writable, readable : list of [source, target]
        Folders that are shown inside ``cover``.
    work : str
        The folder in which the program starts.
    environment : dict
        The environment inside.
    limits : dict
        Resource limits by name in lower case, such as ``fsize``.
    filter : str
        The filter of system calls, in hexadecimal digits.
    """

    cover: str
    replaced: list[list[str]]
    writable: list[list[str]]
    readable: list[list[str]]
    work: str
    environment: dict[str, str]
    limits: dict[str, int]
    filter: str = field(repr=False)
