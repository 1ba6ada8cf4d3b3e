"""`python -m autograder.grading.verifier`: started by `autograder.grading.verifier.client`."""

from autograder.grading.verifier.process import main

main()
