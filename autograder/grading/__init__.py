"""Grading on top of nbgrader: read, repair, run, score and report submissions."""
