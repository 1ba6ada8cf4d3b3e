"""`python -m autograder` is the `autograder` command."""

from autograder.cli import app

if __name__ == "__main__":
    app()
