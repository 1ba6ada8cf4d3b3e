"""The checks of the exercises, by the first word of a task's name.

A task ``network_b`` is checked by ``CHECKS["network"]`` with the variant ``"b"``.
"""

from collections.abc import Callable

from autograder.student.checks import (
    arrays,
    codes,
    curves,
    features,
    image_sets,
    networks,
    predictions,
    results,
    reuse,
)

CHECKS: dict[str, Callable[..., float]] = {
    "one_hot": arrays.one_hot,
    "standardize": arrays.standardize,
    "flatten": arrays.flatten,
    "network": networks.network,
    "training": networks.training,
    "accuracies": results.accuracies,
    "comparison": results.comparison,
    "learning_curves": curves.learning_curves,
    "confusion_matrix": predictions.confusion_matrix,
    "probabilities": predictions.probabilities,
    "predicted_labels": predictions.predicted_labels,
    "test_accuracy": results.test_accuracy,
    "right_and_wrong": predictions.right_and_wrong,
    "worst_images": predictions.worst_images,
    "preprocessing": features.preprocessing,
    "feature_model": features.feature_model,
    "batch_features": features.batch_features,
    "all_features": features.all_features,
    "code_layer": codes.code_layer,
    "code_model": codes.code_model,
    "codes": codes.codes,
    "extract": reuse.extract,
    "arrays": reuse.arrays,
    "ways": reuse.ways,
    "same_predictions": reuse.same_predictions,
    "load_image": image_sets.load_image,
    "split": image_sets.split,
    "likeliest": image_sets.likeliest,
}


def find_check(task_name: str) -> tuple[Callable[..., float], str | None]:
    """Return the check of a task and the variant that its name ends with.

    Parameters
    ----------
    task_name : str
        A task of an exercise table, such as ``"one_hot"`` or ``"network_b"``.

    Returns
    -------
    check : callable
        Takes the task, the student's values and keywords; returns the share that is right.
    variant : str or None
        ``"b"`` for ``"network_b"``; None where the whole name is the check's.

    Raises
    ------
    KeyError
        If no check has that name.
    """
    if task_name in CHECKS:
        return CHECKS[task_name], None
    kind, _, variant = task_name.rpartition("_")
    return CHECKS[kind], variant
