"""docs/security.md holds the attacks as the suite tries them."""

from tests.adversarial import table


def test_page_holds_exactly_the_table_of_the_suite() -> None:
    update = "run: .venv/bin/python -m tests.adversarial.table"
    assert table.stored() == table.render(), update
