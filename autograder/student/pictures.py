"""The objects and the people in costume as a notebook wants them."""

from typing import TYPE_CHECKING

from autograder import settings

if TYPE_CHECKING:
    from data_scripts.objects import Objects
    from data_scripts.santa import Santa


def load_objects() -> "Objects":
    """Load the pictures of 97 categories of things.

    Returns
    -------
    Objects
        ``x_train`` (4346, 224, 224, 3), ``x_valid`` (931, ...) and ``x_test`` (932, ...), uint8,
        0 to 255, read-only: they lie in a file, and only what is used is in memory. ``y_train``,
        ``y_valid``, ``y_test``, labels 0 to 96; ``names``, the categories in the order of the
        labels. About a tenth of each in a quick test run.
    """
    from data_scripts import objects

    return objects.load_objects(share=settings.QUICK_SHARE if settings.quick() else 1)


def load_santa() -> "Santa":
    """Load the pictures of people with and without a Santa costume.

    Returns
    -------
    Santa
        ``x_train`` (542, 64, 64, 3), ``x_valid`` (200, ...) and ``x_test`` (180, ...), uint8, 0 to
        255; ``y_train``, ``y_valid``, ``y_test``, 1 with the costume and 0 without it. A tenth of
        each in a quick test run.
    """
    from data_scripts import santa

    everything = santa.load_santa()
    if not settings.quick():
        return everything
    return santa.Santa(*(array[: len(array) // settings.QUICK_SHARE] for array in everything))
