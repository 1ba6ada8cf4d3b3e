"""Things that nobody has a name for: each recognisable, none the same picture twice."""

import numpy as np

from data_scripts import contact_sheets, invented_things, pretrain_data
from data_scripts.faces_production import seeded_generator


def picture(thing: int, number: int) -> np.ndarray:
    return invented_things.render_thing(thing, seeded_generator(1, thing, number))


def test_a_picture_depends_on_its_numbers_alone() -> None:
    first = picture(3, 0)
    assert first.shape == (224, 224, 3)
    assert first.dtype == np.uint8
    np.testing.assert_array_equal(picture(3, 0), first)
    assert (picture(3, 1) != first).mean() > 0.5
    assert (picture(4, 0) != first).mean() > 0.5


def test_things_are_different_and_have_a_body() -> None:
    things = [invented_things.thing(number)[0] for number in range(60)]
    assert len({tuple(part.kind for part in parts) for parts in things}) > 50
    assert {len(parts) for parts in things} == {3, 4, 5, 6, 7}
    assert {parts[0].kind for parts in things} == set(invented_things._BODIES)
    kinds = {part.kind for parts in things for part in parts}
    assert kinds == {*invented_things._OUTLINES, "rod"}


def test_every_kind_of_part_can_be_drawn() -> None:
    seen: set[str] = set()
    for number in range(60):
        parts, _ = invented_things.thing(number)
        if {part.kind for part in parts} - seen:
            seen |= {part.kind for part in parts}
            assert picture(number, 0).std() > 5
    assert seen == {*invented_things._OUTLINES, "rod"}


def test_a_set_is_ordered_by_thing_and_does_not_depend_on_processes() -> None:
    found = invented_things.render_things(3, 2, progress=False, workers=1)
    assert found.shape == (6, 112, 112, 3)
    again = invented_things.render_things(3, 2, progress=False, workers=2)
    np.testing.assert_array_equal(found, again)


def test_plans_are_told_apart() -> None:
    people, things = (pretrain_data.PLANS[name] for name in ("people", "things"))
    assert 1000 % people.kinds == 1000 % things.kinds == 0  # units of VGG16's predictions
    assert people.key() != things.key()


def test_contact_sheet() -> None:
    assert contact_sheets.things_sheet(rows=1, each=2, side=20).size == (84, 32)
