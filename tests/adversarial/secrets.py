"""Words that lie where no student may look; an attack that finds one has read a secret."""

import re

SEED = "ca11ab1e" * 4
"""The course's secret seed."""

SOURCE = "CANARY_SOURCE_4d1c"
"""In model answers: in ``source/`` alone."""

HIDDEN = "CANARY_HIDDEN_77aa"
"""In hidden tests: in ``source/``, in the gradebook, and in a notebook that is being graded."""

OTHER = "CANARY_OTHER_b3f0"
"""In another student's submission."""

ENVIRONMENT = "CANARY_ENVIRONMENT_e21d"
"""In the environment of the grader."""

HOME = "CANARY_HOME_90c5"
"""In a file in the grader's home."""

FOUND = "GOT" + "CHA"
"""What an attack prints that got hold of something that is not one of these words."""

PATTERN = re.compile(rf"CANARY_\w+|{SEED}|{FOUND}")


def found_in(text: str) -> set[str]:
    """Return the secrets in a text."""
    return set(PATTERN.findall(text))
