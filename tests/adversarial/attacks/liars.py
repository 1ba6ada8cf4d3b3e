"""Values that lie about themselves."""

from tests.adversarial.attack import Attack, Family

FAMILY = Family(
    "lying objects",
    [
        Attack(
            "equal_to_everything",
            "an object that is equal to everything and differs from nothing",
            {
                "answer_gap": """
<<answer>>


class Agreeable:
    __hash__ = None

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


answer = Agreeable()
"""
            },
            destroys=("answer_test",),
        ),
        Attack(
            "float_subclass",
            "a subclass of float that differs from nothing",
            {
                "answer_gap": """
<<answer>>


class Agreeable(float):
    __hash__ = None

    def __eq__(self, other):
        return True

    def __ne__(self, other):
        return False


answer = Agreeable(answer)
"""
            },
        ),
        Attack(
            "class_attribute",
            "`__class__` says int, and the comparison lies",
            {
                "answer_gap": """
<<answer>>


class Pretender:
    __class__ = int
    __hash__ = None

    def __ne__(self, other):
        return False

    def __repr__(self):
        return "42"

    def __int__(self):
        return 42

    __index__ = __float__ = __int__


answer = Pretender()
"""
            },
            destroys=("answer_test",),
        ),
        Attack(
            "array_subclass",
            "a subclass of ndarray whose ufuncs say that all is equal",
            {
                "array_gap": """
<<answer>>


class Agreeable(np.ndarray):
    def __eq__(self, other):
        return np.ones(self.shape, bool)

    def __array_ufunc__(self, ufunc, method, *inputs, **options):
        return np.ones(8, bool)


doubled = doubled.view(Agreeable)
""",
            },
            # np.asarray makes a plain array of it there too.
            stock="nothing",
        ),
        Attack(
            "array_that_looks_around",
            "`__array__` returns what a variable of the test holds",
            {
                "array_gap": """
import sys

<<answer>>


class Spy:
    def __array__(self, dtype=None, copy=None):
        return sys._getframe(1).f_globals["doubled_truth"]


doubled = Spy()
"""
            },
            destroys=("array_test",),
        ),
        Attack(
            "function_returns_a_liar",
            "a function whose result agrees with whatever it is compared with",
            {
                "function_gap": """
<<answer>>
honest = double


class Agreeable(np.ndarray):
    def __array_function__(self, function, types, args, kwargs):
        return True


def double(numbers):
    return np.asarray(honest(numbers)).view(Agreeable)
"""
            },
        ),
    ],
)
