"""Data sets of the course: rendered faces, their cache and their scripts."""
