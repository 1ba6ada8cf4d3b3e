"""`python -m autograder.grading.trainer`: started by `autograder.grading.trainer.client`."""

from autograder.grading.trainer.process import main

main()
