"""Equal requests are trained once; what goes wrong is an answer too. A stand-in trains."""

import json
import threading
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest

from autograder.grading.store import Store, name_of
from autograder.grading.trainer.client import Described, TrainerError
from autograder.grading.trainer.desk import Desk, Origin, TrainingLimits
from autograder.transport.read import Reader, ReadLimits, write_values

LIMITS = TrainingLimits(work=100.0, seconds=1.0)


class StandIn:
    """Takes the text of a request for what decides it, and writes it down as trained."""

    def __init__(self, error: str = "") -> None:
        self.read, self.trained, self.error = 0, [], error
        self.lock = threading.Lock()

    def describe(
        self, values: Path, setups: Sequence[str], trained: Iterable[Path] = ()
    ) -> Described:
        self.read += 1
        self.given = list(trained)
        asked = Reader({}, ReadLimits(), None).read(values)
        self.now = asked
        name = name_of([asked["network"], list(setups)])
        return Described(
            name,
            float(asked.get("work", 1.0)),
            90,
            asked.get("start", "new"),
            asked["fresh"],
            asked.get("kind", "fit"),
        )

    def train(self, result: Path, seconds: float) -> None:
        with self.lock:
            if self.error:
                raise TrainerError(self.error)
            self.trained.append(self.now["network"])
            write_values({"weights": [1.0], "digest": f"end of {self.now['network']}"}, result)


@pytest.fixture
def trainer() -> StandIn:
    return StandIn()


def make(tmp_path: Path, trainer: StandIn, student: str = "one") -> Desk:
    for name in ("wishes", "answers"):
        (tmp_path / student / name).mkdir(parents=True)
    folder = tmp_path / student
    store = Store(tmp_path / "store")
    return Desk(store, trainer, folder / "wishes", folder / "answers", LIMITS)  # type: ignore[arg-type]


def wish(desk: Desk, network: str, name: str = "wish-1", **more: object) -> Path:
    write_values({"network": network, "fresh": True, **more}, desk.wishes / name)
    return desk.wishes / name


def answer(desk: Desk, name: str = "wish-1") -> dict[str, object]:
    return Reader({}, ReadLimits(), None).read(desk.answers / name)


def test_a_training_is_answered(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    assert desk.waiting() is None
    path = wish(desk, "a")
    assert desk.waiting() == path
    done = desk.answer(path)
    assert done is not None
    assert done.origin == Origin(fresh=True, samples=90)
    assert answer(desk)["digest"] == "end of a"
    assert desk.waiting() is None


def test_equal_ones_are_trained_once_for_everybody(tmp_path: Path, trainer: StandIn) -> None:
    for student in ("one", "two", "three"):
        desk = make(tmp_path, trainer, student)
        desk.answer(wish(desk, "a"))
        assert answer(desk)["digest"] == "end of a"
    assert trainer.trained == ["a"]
    assert trainer.read == 1  # the same request, byte for byte, need not even be read again
    other = make(tmp_path, trainer, "four")
    other.answer(wish(other, "a", said_differently=1))
    assert (trainer.read, trainer.trained) == (2, ["a"])
    assert other.counts.saved == 1
    assert other.counts.done == 0


def test_other_setup_cells_are_another_request(tmp_path: Path, trainer: StandIn) -> None:
    for number, student in enumerate(("one", "two")):
        desk = make(tmp_path, trainer, student)
        desk.setup(f"x_train = {number}")
        desk.answer(wish(desk, "a"))
    assert trainer.trained == ["a", "a"]


def test_with_other_threads_it_is_another_request(
    tmp_path: Path, trainer: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    for threads in ("1", "2"):
        monkeypatch.setenv("EIGHT_FACES_THREADS", threads)
        desk = make(tmp_path, trainer, threads)
        desk.answer(wish(desk, "a"))
    assert trainer.read == 2  # the trainer itself knows its threads and names the training by them


def test_a_damaged_result_is_made_again(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    desk.answer(wish(desk, "a"))
    for path in (tmp_path / "store").rglob("values.json"):
        path.write_text(path.read_text().replace("end of a", "end of b"))
    again = make(tmp_path, trainer, "two")
    again.answer(wish(again, "a"))
    assert answer(again)["digest"] == "end of a"
    assert trainer.trained == ["a", "a"]


def test_what_cannot_be_trained_here_trains_there(tmp_path: Path) -> None:
    desk = make(tmp_path, StandIn("it has branches"))
    assert desk.answer(wish(desk, "a")) is None
    assert answer(desk) == {"elsewhere": "it has branches"}
    assert desk.counts.elsewhere == 1


@pytest.mark.parametrize("harm", ["empty", "link", "pipe", "no folder"])
def test_requests_that_are_none(tmp_path: Path, trainer: StandIn, harm: str) -> None:
    import os

    desk = make(tmp_path, trainer)
    path = desk.wishes / "wish-1"
    if harm == "no folder":
        path.write_text("{}")
    elif harm == "link":
        path.symlink_to(tmp_path)
    else:
        path.mkdir()
        if harm == "pipe":
            os.mkfifo(path / "values.json")
    assert desk.answer(path) is None
    assert "elsewhere" in answer(desk)
    assert trainer.read == 0


def test_too_much_work_is_refused(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    assert desk.answer(wish(desk, "a", work=60.0)) is not None
    assert desk.answer(wish(desk, "b", "wish-2", work=60.0)) is None
    assert "1.2 times as much work" in str(answer(desk, "wish-2")["refused"])
    assert trainer.trained == ["a"]


def test_work_that_others_did_counts_as_well(tmp_path: Path, trainer: StandIn) -> None:
    """Otherwise a notebook would be graded or refused by who was graded before it."""
    for student in ("one", "two"):
        desk = make(tmp_path, trainer, student)
        desk.answer(wish(desk, "a", work=60.0))
        assert desk.answer(wish(desk, "b", "wish-2", work=60.0)) is None


def test_weights_of_a_training_may_be_trained_on(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    desk.answer(wish(desk, "a"))
    going_on = wish(desk, "b", "wish-2", start="end of a", fresh=False)
    done = desk.answer(going_on)
    assert done is not None
    assert done.origin.fresh
    brought = wish(desk, "c", "wish-3", start="end of something else", fresh=False)
    done = desk.answer(brought)
    assert done is not None
    assert not done.origin.fresh


def test_a_flood_of_requests_ends(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    for number in range(120):
        path = wish(desk, f"network {number}", f"wish-{number}", work=0.0)
        desk.answer(path)
    assert len(trainer.trained) == 100
    assert "elsewhere" in answer(desk, "wish-119")


def test_two_at_a_time_train_once(tmp_path: Path, trainer: StandIn) -> None:
    desks = [make(tmp_path, trainer, f"student {number}") for number in range(4)]
    for number, desk in enumerate(desks):
        wish(desk, "a", said_differently=number)
    threads = [threading.Thread(target=d.answer, args=[d.wishes / "wish-1"]) for d in desks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trainer.trained == ["a"]
    assert json.dumps([answer(desk) for desk in desks]).count("end of a") == 4


def test_a_question_is_answered_and_is_no_training(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    trained = desk.answer(wish(desk, "a"))
    assert trained is not None
    assert desk.answer(wish(desk, "how good is a", "wish-2", kind="evaluate")) is None
    assert trainer.given == [trained.folder]  # whose weights need not be sent
    assert "digest" in answer(desk, "wish-2")
    assert desk.take_trained() == [trained]
    other = make(tmp_path, trainer, "two")
    other.answer(wish(other, "a"))
    other.answer(wish(other, "how good is a", "wish-2", kind="evaluate"))
    assert trainer.trained == ["a", "how good is a"]
    assert (other.counts.done, other.counts.saved) == (0, 1)


def test_questions_may_be_many_but_not_without_end(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    for number in range(501):
        desk.answer(wish(desk, f"{number}", f"wish-{number}", kind="evaluate", work=0.0))
    assert len(trainer.trained) == 500
    assert "elsewhere" in answer(desk, "wish-500")


def test_a_question_without_work_left_is_for_the_notebook(tmp_path: Path, trainer: StandIn) -> None:
    desk = make(tmp_path, trainer)
    assert desk.answer(wish(desk, "a", work=90.0)) is not None
    desk.answer(wish(desk, "b", "wish-2", work=60.0, kind="evaluate"))
    assert "elsewhere" in answer(desk, "wish-2")
