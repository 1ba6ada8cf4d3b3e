"""Run test cells in a clean process that has never run a student's code."""
