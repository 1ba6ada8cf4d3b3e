"""From source to release: lint, validate, build, look for leaks."""
