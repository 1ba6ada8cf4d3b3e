"""The accuracies to reach, as calibration has measured them. Imports no nbgrader: tests use it."""

import json
import math
from importlib.resources import files
from pathlib import Path
from typing import Any


class CalibrationError(ValueError):
    """A threshold that a notebook asks for is not there."""


def calibration_path(assignment: str, folder: Path | None = None) -> Path:
    """Return where the calibration file of an assignment lies, whether it exists or not.

    Parameters
    ----------
    assignment : str
        Such as ``"03_faces_fc"``.
    folder : pathlib.Path, optional
        Another folder than the package's.
    """
    base = folder or Path(str(files("autograder.grading"))) / "calibration"
    return base / f"{assignment}.json"


def load_calibration(assignment: str, folder: Path | None = None) -> dict[str, Any]:
    """Read the calibration file of an assignment.

    Parameters
    ----------
    assignment : str
    folder : pathlib.Path, optional
        Another folder than the package's.

    Returns
    -------
    dict
        As ``autograder calibrate`` wrote it; ``networks`` holds one entry a network.

    Raises
    ------
    CalibrationError
        If there is none, or it is not JSON.
    """
    path = calibration_path(assignment, folder)
    try:
        return dict(json.loads(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CalibrationError(
            f"there is no calibration file {path.name}; "
            f"run `autograder calibrate {assignment}` first"
        ) from None
    except json.JSONDecodeError as error:
        raise CalibrationError(f"{path.name} is not JSON: {error}") from None


def gives_points(assignment: str, network: str, folder: Path | None = None) -> bool:
    """Tell whether the accuracy of a network earns points.

    Parameters
    ----------
    assignment, network : str
    folder : pathlib.Path, optional
        Another folder than the package's.

    Returns
    -------
    bool
        False where the calibration found the limit under a weak run, and where there is none:
        without it nothing says which accuracy to reach.
    """
    if not calibration_path(assignment, folder).exists():
        return False
    return bool(load_calibration(assignment, folder)["networks"][network]["accuracy_points"])


def shown_threshold(calibration: dict[str, Any], network: str) -> str:
    """Return a network's accuracy to reach as students read it.

    Parameters
    ----------
    calibration : dict
        Of the assignment.
    network : str
        Key of the network, such as ``"b"``.

    Returns
    -------
    str
        Two decimals, rounded down: nobody is promised less than what is asked.

    Raises
    ------
    CalibrationError
        If the network was not calibrated, or its runs gave no threshold.
    """
    networks = calibration.get("networks", {})
    if network not in networks:
        known = ", ".join(sorted(networks)) or "none"
        raise CalibrationError(f"network {network!r} is not calibrated; calibrated are: {known}")
    threshold = networks[network].get("threshold")
    if not isinstance(threshold, int | float) or not 0 < threshold <= 1:
        raise CalibrationError(
            f"network {network!r} has no threshold in 0 to 1, but {threshold!r}: its weak runs "
            "overlap the good ones, so the exercise can give no points for accuracy"
        )
    # The small number keeps 0.57 from becoming 0.56: 0.57 * 100 is 56.99999999999999.
    return f"{math.floor(threshold * 100 + 1e-9) / 100:.2f}"
