"""Sandboxes for tests that are not about confinement, and one that confines."""

import os

from autograder.grading.sandbox import Limits, Sandbox, verifier_binds

GIB = 1 << 30


def limits(memory):
    return Limits(memory=memory, processes=200, disk=GIB, files=5000)


def open_box():
    """Return a sandbox that hides nothing."""
    return Sandbox(limits(6 * GIB), [], os.environ, confined=False)


def closed_box(repository, memory=6 * GIB):
    """Return a sandbox as the grading uses it."""
    return Sandbox(limits(memory), verifier_binds(repository), os.environ)
