"""The register of original data: what there is, where its owners publish it, how it is known."""

from dataclasses import dataclass
from pathlib import Path

from data_scripts.cache import default_cache_dir
from data_scripts.original.errors import MissingDataError

MEGABYTE = 1_000_000
COMMAND = "python -m data_scripts.original"
"""The command that does everything with original data."""

GZIP, ZIP, HDF5 = b"\x1f\x8b", b"PK\x03\x04", b"\x89HDF\r\n\x1a\n"
"""First bytes of the kinds of files below."""

_KERAS = "https://storage.googleapis.com/tensorflow/"
_WEIGHTS = _KERAS + "keras-applications/"


@dataclass(frozen=True)
class RemoteFile:
    """A file as its owner publishes it.

    Attributes
    ----------
    name : str
        What it is called on the disk, and at a mirror.
    largest : int
        Bytes; more are not accepted.
    start : bytes
        How it must begin: a login page that is sent instead of an archive does not.
    address : str
        Where its owner publishes it; empty where that is no public place.
    checksum : str
        ``md5:...`` or ``sha256:...`` as published; empty where none is known to us. Then the one
        of the first download is recorded.
    keras_folder : str
        Folder below Keras' home for a file that Keras looks for itself, else empty.
    """

    name: str
    largest: int
    start: bytes
    address: str = ""
    checksum: str = ""
    keras_folder: str = ""


@dataclass(frozen=True)
class Source:
    """A data set, or pretrained weights.

    Attributes
    ----------
    name : str
        What the command calls it.
    title, licence, size : str
        For people: what it is, on which terms, how much is downloaded.
    files : tuple of RemoteFile
    page : str
        Where its owner describes it; empty where there is no such page.
    photographs : bool
        Whether it shows real people who were not asked.
    """

    name: str
    title: str
    licence: str
    size: str
    files: tuple[RemoteFile, ...]
    page: str = ""
    photographs: bool = False


def _weights(network: str, ending: str, checksum: str, megabytes: int) -> RemoteFile:
    name = f"{network}_weights_tf_dim_ordering_tf_kernels{ending}.h5"
    return RemoteFile(
        name, megabytes * MEGABYTE, HDF5, f"{_WEIGHTS}{network}/{name}", checksum, "models"
    )


DIGITS = RemoteFile(
    "mnist.npz", 20 * MEGABYTE, ZIP, _KERAS + "tf-keras-datasets/mnist.npz",
    "sha256:731c5ac602752760c8e48fbffcf8c3b850d9dc2a2aedcf2cc48468fc17b673d1", "datasets",
)  # fmt: skip
FACES = {size: RemoteFile(f"faces_{size}.h5", 1000 * MEGABYTE, HDF5) for size in (48, 100)}
FACE_LISTS = RemoteFile(
    "vgg_face_dataset.tar.gz", 400 * MEGABYTE, GZIP,
    "https://www.robots.ox.ac.uk/~vgg/data/vgg_face/vgg_face_dataset.tar.gz",
)  # fmt: skip
OBJECTS = RemoteFile(
    "caltech-101.zip", 200 * MEGABYTE, ZIP,
    "https://data.caltech.edu/records/mzrjq-6wc02/files/caltech-101.zip",
    "md5:3138e1922a9193bfa496528edbbc45d0",
)  # fmt: skip
OBJECT_CATEGORIES = RemoteFile(
    "101_ObjectCategories.tar.gz", 200 * MEGABYTE, GZIP,
    checksum="md5:b224c7392d521a49829488ab0f1120d9",
)  # fmt: skip
"""The archive inside `OBJECTS`, as older mirrors publish it by itself."""
SANTA = RemoteFile("santa.zip", 500 * MEGABYTE, ZIP)
WEIGHTS = (
    _weights("vgg16", "", "md5:64373286793e3c8b2b4e3219cbf3544b", 600),
    _weights("vgg16", "_notop", "md5:6d6bbae143d832006294945121d1f1fc", 100),
    _weights("vgg19", "", "md5:cbe5617147190e668d6c5d5026f83318", 600),
    _weights("vgg19", "_notop", "md5:253f8cb515780f3b799900260a226db6", 100),
)

SOURCES = {
    source.name: source
    for source in (
        Source(
            "digits", "MNIST, handwritten digits, through Keras' own loader", "CC BY-SA 3.0",
            "11 MB", (DIGITS,), "https://keras.io/api/datasets/mnist/",
        ),
        Source(
            "faces", "the eight faces of the original course, two HDF5 files",
            "those of whoever gave you the files",
            "about 20 and 85 MB", tuple(FACES.values()), photographs=True,
        ),
        Source(
            "faces-lists", "eight faces, made from the lists of the Oxford VGG Face data set",
            "lists for non-commercial research only; each photograph belongs to somebody else",
            "an archive of lists, then several thousand photographs", (FACE_LISTS,),
            "https://www.robots.ox.ac.uk/~vgg/data/vgg_face/", photographs=True,
        ),
        Source(
            "objects", "Caltech-101, photographs of things and animals", "CC BY 4.0",
            "about 140 MB; 1.2 GB on the disk", (OBJECTS,),
            "https://data.caltech.edu/records/mzrjq-6wc02",
        ),
        Source(
            "santa", "Santa or not, the image folders of the original lesson",
            "those of whoever gave you the folders",
            "a few tens of MB", (SANTA,), photographs=True,
        ),
        Source(
            "weights", "ImageNet weights of VGG16 and VGG19, for keras.applications",
            "CC BY 4.0 (Visual Geometry Group, Oxford)", "1.3 GB", WEIGHTS,
            "https://keras.io/api/applications/vgg/",
        ),
    )
}  # fmt: skip
"""All sources by name."""


def folder_of(name: str, cache_dir: str | Path | None = None) -> Path:
    """Return the folder of a source, whether or not it is there.

    Parameters
    ----------
    name : str
        Key of `SOURCES`.
    cache_dir : str or pathlib.Path, optional
        By default `data_scripts.cache.default_cache_dir()`.

    Returns
    -------
    pathlib.Path
    """
    return originals_folder(cache_dir) / name


def originals_folder(cache_dir: str | Path | None = None) -> Path:
    """Return the folder of all original data; the parameter as in `folder_of`."""
    return (default_cache_dir() if cache_dir is None else Path(cache_dir)) / "originals"


def missing(name: str, what: str = "") -> MissingDataError:
    """Return the error that says how to get a data set; nothing is downloaded by surprise.

    Parameters
    ----------
    name : str
        Key of `SOURCES`.
    what : str
        What of it is missing, if not all.
    """
    source = SOURCES[name]
    place = "" if all(file.address for file in source.files) else " --from FILE_OR_FOLDER"
    terms = " --accept-terms" if source.photographs else ""
    return MissingDataError(
        f"The original data ({source.title}{', ' + what if what else ''}) is not on this machine. "
        f"Nothing is downloaded by itself. Run once, in a terminal:\n\n"
        f"    {COMMAND} fetch {name}{place}{terms}\n\n"
        "or use the course's own data: unset EIGHT_FACES_DATA and restart the kernel."
    )
