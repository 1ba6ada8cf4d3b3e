"""Say what a regrade took: what was checked again on kept values, and what was run again."""

from collections import Counter
from collections.abc import Sequence

from autograder.grading.results import Result


def summary(results: Sequence[Result]) -> str:
    """Count, in plain sentences, how the submissions of a regrade were graded.

    Parameters
    ----------
    results : sequence of Result
        What `autograder.grading.pipeline.grade` returned.

    Returns
    -------
    str
        One line, and one more for every reason for which submissions were run again.
    """
    checked = sum(result.again == "" for result in results)
    reasons = Counter(result.again for result in results if result.again)
    idle = sum(result.again is None for result in results)
    parts = [f"{checked} checked again without running", f"{reasons.total()} run again"]
    if idle:
        parts.append(f"{idle} with nothing to run")
    lines = [f"regrade: {', '.join(parts)}"]
    lines += [f"  {count} run again because {reason}" for reason, count in reasons.most_common()]
    return "\n".join(lines)
