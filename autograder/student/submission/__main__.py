"""``python -m autograder.student.submission FILE``: the check for a shell."""

import argparse
import sys
from pathlib import Path

from autograder.student.submission import MINUTES, SubmissionError, check


def main(arguments: list[str] | None = None) -> int:
    """Check a notebook.

    Parameters
    ----------
    arguments : list of str, optional
        Those of the command line if left out.

    Returns
    -------
    int
        0 if there is no problem, 1 if there is one, 2 if the check could not be done.
    """
    parser = argparse.ArgumentParser(
        prog="python -m autograder.student.submission",
        description="Check a notebook before it is handed in, and make the ZIP file.",
    )
    parser.add_argument("file", type=Path, help="the notebook, such as 03_faces_fc.ipynb")
    parser.add_argument("--no-run", action="store_true", help="only look at the file")
    parser.add_argument("--no-zip", action="store_true", help="make no ZIP file")
    parser.add_argument("--minutes", type=float, default=MINUTES, help="how long it may run (%(default)g)")  # fmt: skip  # noqa: E501
    chosen = parser.parse_args(arguments)
    try:
        findings = check.check(
            chosen.file, run=not chosen.no_run, pack=not chosen.no_zip, minutes=chosen.minutes
        )
    except SubmissionError as error:
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped. Nothing was packed.", file=sys.stderr)
        return 2
    return int(any(finding.is_problem for finding in findings))


if __name__ == "__main__":
    sys.exit(main())
