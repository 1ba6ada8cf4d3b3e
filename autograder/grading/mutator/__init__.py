"""Submissions made to order: right ones in other words, and wrong ones with a known mistake.

The demo class and the tests come from here, so that what a mistake must cost is known before
anything is graded.
"""

from autograder.grading.mutator.kinds import Kind
from autograder.grading.mutator.layers import Layer, Mistake, Mutant, plain_layers
from autograder.grading.mutator.mistakes import MISTAKES
from autograder.grading.mutator.notebook import fill, reference_answers
from autograder.grading.mutator.spelling import STYLES, spell
from autograder.grading.mutator.submissions import KINDS, applicable, write_submission

__all__ = [
    "KINDS",
    "MISTAKES",
    "STYLES",
    "Kind",
    "Layer",
    "Mistake",
    "Mutant",
    "applicable",
    "fill",
    "plain_layers",
    "reference_answers",
    "spell",
    "write_submission",
]
