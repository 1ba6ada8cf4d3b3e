"""What a first cell pulls in: a student never needs nbgrader, and TensorFlow comes later."""

import subprocess
import sys


def test_the_student_package_is_light() -> None:
    code = (
        "import sys, autograder.student; "
        "print([m for m in ('tensorflow', 'keras', 'nbgrader', 'matplotlib', 'scipy', "
        "'autograder.grading', 'autograder.release') if m in sys.modules])"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert result.stdout.strip() == "[]"
