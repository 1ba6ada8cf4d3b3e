"""ImageNet weights of VGG16 and VGG19, put where ``keras.applications`` looks for them."""

from pathlib import Path

from data_scripts.original.download import PATIENT, obtain
from data_scripts.original.sources import WEIGHTS
from data_scripts.original.web import Limits

NAME = "weights"


def fetch_weights(
    given: str | None = None,
    *,
    cache_dir: str | Path | None = None,
    limits: Limits = PATIENT,
    progress: bool = True,
) -> list[Path]:
    """Get the weights of both networks, with and without their top.

    Parameters
    ----------
    given : str, optional
        A folder, or an address with a slash at the end, that has the four files under their
        names. By default mirrors, then Keras' own address.
    cache_dir, limits, progress
        As in `data_scripts.original.download.obtain`; the files themselves go to Keras' folder.

    Returns
    -------
    list of pathlib.Path
        The files. Keras checks them again when a network is built.

    Raises
    ------
    DownloadError
    """
    return [
        obtain(NAME, file, given, cache_dir=cache_dir, limits=limits, progress=progress)
        for file in WEIGHTS
    ]
