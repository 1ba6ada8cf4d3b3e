"""What IPython lets a cell change about the cells after it."""

from tests.adversarial.attack import Attack, Family

FAMILY = Family(
    "IPython hooks",
    [
        Attack(
            "ast_transformer",
            "an AST transformer turns `raise` into `pass` and `points` into its maximum",
            {
                "answer_gap": """
import ast


class Kind(ast.NodeTransformer):
    def visit_Raise(self, node):
        return ast.copy_location(ast.Pass(), node)

    def visit_Call(self, node):
        if getattr(node.func, "id", "") == "points":
            node.args = [ast.copy_location(ast.Constant(1.0), node)]
        return node


get_ipython().ast_transformers.append(Kind())
"""
            },
        ),
        Attack(
            "input_transformer",
            "an input transformer rewrites the text of test cells",
            {
                "answer_gap": """
def rewrite(lines):
    return [line.replace("raise ", "print; ").replace("(share,", "(1.0,") for line in lines]


get_ipython().input_transformers_post.append(rewrite)
"""
            },
        ),
        Attack(
            "run_cell_replaced",
            "`run_cell` of the shell runs nothing of cells that hold a test",
            {
                "answer_gap": """
shell = get_ipython()
honest_run_cell = shell.run_cell


def run_cell(text, *args, **options):
    if "require_attempt(" in text:
        text = "pass"
    return honest_run_cell(text, *args, **options)


shell.run_cell = run_cell
"""
            },
        ),
        Attack(
            "showtraceback_silenced",
            "`showtraceback` shows nothing, so that no error reaches the notebook",
            {"answer_gap": "get_ipython().showtraceback = lambda *args, **options: None"},
            stock="nothing",
        ),
        Attack(
            "display_hook",
            "floats are displayed as the number of points wanted",
            {
                "answer_gap": """
formatter = get_ipython().display_formatter.formatters["text/plain"]
formatter.for_type(float, lambda value, printer, cycle: printer.text("4.0"))
"""
            },
        ),
        Attack(
            "pre_run_event",
            "before every cell, an event puts friendlier names into the notebook",
            {
                "answer_gap": """
def befriend(info):
    get_ipython().user_ns.update(
        points=lambda fraction, of: float(of), min=lambda *values: 1.0
    )


get_ipython().events.register("pre_run_cell", befriend)
"""
            },
        ),
        Attack(
            "exception_handler",
            "a handler of `CheckFailed` swallows it",
            {
                "answer_gap": """
def swallow(shell, kind, value, trace, tb_offset=None):
    return []


get_ipython().set_custom_exc((AssertionError, TypeError), swallow)
"""
            },
            stock="nothing",
        ),
    ],
)
