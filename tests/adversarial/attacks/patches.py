"""Builtins, NumPy and Keras changed where the tests would use them."""

from tests.adversarial.attack import Attack, Family, on
from tests.adversarial.course import NETWORKS

FAMILY = Family(
    "patched builtins, NumPy and Keras",
    [
        Attack(
            "builtins_patched",
            "`builtins.min` gives full marks",
            {
                "answer_gap": """
import builtins

builtins.min = lambda *values, **options: 1.0
"""
            },
            # What reads a function's arguments needs the real one.
            destroys=("function_test",),
        ),
        Attack(
            "numpy_patched",
            "`numpy.array_equal` is always true, `numpy.mean` always 1",
            {
                "answer_gap": """
np.array_equal = lambda a, b: True
np.mean = lambda values: 1.0
"""
            },
        ),
        Attack(
            "exception_patched",
            "`CheckFailed` and the shell show nothing when a check fails",
            {
                "answer_gap": """
def give_nothing(self):
    return []


def pass_over(kind, value, trace, tb_offset=None):
    return None


CheckFailed._render_traceback_ = give_nothing
get_ipython()._showtraceback = pass_over
"""
            },
            stock="nothing",
        ),
        Attack(
            "package_patched",
            "`points` of the course's package patched, so that importing it again doesn't help",
            {
                "answer_gap": """
import autograder.student.outcome as outcome

outcome.points.__code__ = (lambda fraction, of: float(of)).__code__
"""
            },
        ),
        on(
            NETWORKS,
            Attack(
                "count_params_patched",
                "`keras.Model.count_params` gives the right number",
                {"network_gap": "keras.Model.count_params = lambda self: 204"},
            ),
        ),
        on(
            NETWORKS,
            Attack(
                "predict_patched",
                "`keras.Model.predict` looks up the labels among the test's variables",
                {
                    "training_gap": """
<<answer>>
import sys

honest_predict = keras.Model.predict


def predict(self, x, *args, **options):
    names = sys._getframe(1).f_globals
    if "y_hidden" not in names:
        return honest_predict(self, x, *args, **options)
    return np.eye(4)[names["y_hidden"]]


keras.Model.predict = predict
"""
                },
            ),
        ),
        on(
            NETWORKS,
            Attack(
                "get_config_patched",
                "`get_config` and `get_weights` describe another network",
                {
                    "training_gap": """
<<answer>>
honest_config = keras.Sequential.get_config


def get_config(self):
    config = honest_config(self)
    config["layers"][1]["config"]["units"] = 8
    return config


keras.Sequential.get_config = get_config
"""
                },
                stock="nothing",
            ),
        ),
        on(
            NETWORKS,
            Attack(
                "save_patched",
                "`save`, `save_weights` and `to_json` write a pickle and another network",
                {
                    "network_gap": """
import pickle


def save(self, path, *args, **options):
    with open(path, "wb") as file:
        pickle.dump(eval, file)


keras.Model.save = keras.Model.save_weights = save
keras.Model.to_json = lambda self, **options: '{"class_name": "Sequential"}'
"""
                },
                stock="nothing",
            ),
        ),
        on(
            NETWORKS,
            Attack(
                "instance_patched",
                "methods of the one model replaced: `count_params` and `predict`",
                {
                    "training_gap": """
<<answer>>
object.__setattr__(network, "count_params", lambda: 204)
object.__setattr__(network, "predict", lambda x, **options: np.eye(4)[globals()["y_hidden"]])
"""
                },
            ),
        ),
    ],
)
