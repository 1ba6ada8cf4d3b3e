"""Where untrusted code runs: no network, no sight of the course, bounded, and over at the end."""

from autograder.grading.sandbox.binds import (
    Bind,
    cache_binds,
    student_binds,
    trainer_binds,
    verifier_binds,
)
from autograder.grading.sandbox.box import Sandbox, SandboxError
from autograder.grading.sandbox.limits import Limits
from autograder.grading.sandbox.problem import sandbox_problem
from autograder.grading.sandbox.scratch import ScratchFolder

__all__ = [
    "Bind",
    "Limits",
    "Sandbox",
    "SandboxError",
    "ScratchFolder",
    "cache_binds",
    "sandbox_problem",
    "student_binds",
    "trainer_binds",
    "verifier_binds",
]
