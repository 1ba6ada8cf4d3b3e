"""Eight faces out of lists: dead links counted, duplicates dropped, a stopped run goes on."""

import io
import json
import tarfile
import threading

import numpy as np
import pytest
from PIL import Image

from data_scripts.original import faces, oxford
from data_scripts.original.__main__ import main
from data_scripts.original.duplicates import Seen
from data_scripts.original.errors import DataError
from data_scripts.original.oxford_images import Journal, Servers, crop, download_all
from data_scripts.original.oxford_lists import Entry, find_lists, parse_line, read_list
from data_scripts.original.sources import folder_of

EACH = {"train": 3, "valid": 1, "test": 1}
PEOPLE = [f"Person_{letter}" for letter in "ABCDEFGH"]
LINE = "00000001 http://a.org/1.jpg 10.5 20 110.25 140 2.00 3.14 1"


def line(number, address, box=(30, 20, 130, 120), curation=1):
    corners = " ".join(f"{side:.2f}" for side in box)
    return f"{number:08d} {address} {corners} 3.00 2.50 {curation}"


def photograph(seed, number):
    """A grey photograph with a face at (30, 20, 130, 120): its own colours in every picture."""
    generator = np.random.default_rng((seed, number))
    face = Image.fromarray(generator.integers(0, 256, (7, 7, 3), dtype=np.uint8))
    whole = Image.new("RGB", (160, 150), "grey")
    whole.paste(face.resize((100, 100), Image.Resampling.BICUBIC), (30, 20))
    return whole


def file(image, kind="png", **options):
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


@pytest.fixture
def lists(tmp_path, server):
    """Lists of eight people; among the photographs of the first are all kinds of bad ones."""
    folder = tmp_path / "vgg_face_dataset" / "files"
    folder.mkdir(parents=True)
    for seed, name in enumerate(PEOPLE):
        lines = []
        for number in range(1, 9):
            address = f"/{name}/{number}.png"
            server.reply(address, body=file(photograph(seed, number)), kind="image/png")
            lines.append(line(number, server.address + address))
        (folder / f"{name}.txt").write_text("\n".join(lines) + "\n")
    bad = folder / f"{PEOPLE[0]}.txt"
    first = photograph(0, 1)
    server.reply("/login", body=b"<html>log in</html>", kind="text/html")
    server.reply("/broken", body=file(first)[:500], kind="image/png")
    server.reply("/cut", body=file(first), kind="image/png", cut_after=300, cuts=99)
    server.reply("/loop", status=302, headers={"Location": "/loop"})
    server.reply("/copy", body=file(first), kind="image/png")
    twice = file(first.resize((320, 300)), "jpeg", quality=80)
    server.reply("/jpeg", body=twice, kind="image/jpeg")
    lines = [
        line(90, f"{server.address}/dead"), line(91, f"{server.address}/login"),
        line(92, f"{server.address}/broken"), line(93, f"{server.address}/cut"),
        line(94, f"{server.address}/loop"), "a line of another form",
        line(95, f"{server.address}/copy"),
        line(96, f"{server.address}/jpeg", box=(60, 40, 260, 240)),
        line(97, f"{server.address}/{PEOPLE[0]}/2.png", box=(155, 145, 400, 400)),
        line(98, f"{server.address}/copy?again", box=(150, 140, 400, 400)),
    ]  # fmt: skip
    server.reply("/copy?again", body=file(first), kind="image/png")
    bad.write_text("\n".join(lines) + "\n" + bad.read_text())
    return folder.parent


def build(lists, tmp_path, hasty, **options):
    settings = {"splits": EACH, "limits": hasty, "progress": False, **options}
    return oxford.build_faces(lists, tmp_path / "people", tmp_path / "faces", **settings)


def test_eight_people(lists, tmp_path, hasty):
    reports = build(lists, tmp_path, hasty)
    assert [report.name for report in reports] == PEOPLE
    first = reports[0]
    assert first.failures == {
        "broken picture": 1, "cut off": 1, "dead link": 2, "no face there": 2, "wrong type": 1,
    }  # fmt: skip
    assert (first.listed, first.unreadable, first.faces, first.duplicates) == (16, 1, 5, 2)
    assert json.loads((tmp_path / "people" / "report.json").read_text())["people"] == PEOPLE
    assert "2 dead link" in oxford.in_words(reports)

    small, large = (
        faces.read_file(tmp_path / "faces" / f"faces_{size}.h5", size, EACH) for size in (48, 100)
    )
    for one, other in zip(small[1::2], large[1::2], strict=True):
        np.testing.assert_array_equal(one, other)
    sources = {
        (seed, number): np.asarray(photograph(seed, number).crop((30, 20, 130, 120)))
        for seed in range(8) for number in range(1, 9)
    }  # fmt: skip
    for images, labels in ((large[0], large[1]), (large[2], large[3]), (large[4], large[5])):
        for image, label in zip(images, labels, strict=True):
            same = [seed for (seed, _), face in sources.items() if np.array_equal(face, image)]
            assert same == [label] or label == 0  # his first may be the JPEG's copy
    everything = {image.tobytes() for split in (0, 2, 4) for image in large[split]}
    assert len(everything) == 40


def test_same_bytes_again(lists, tmp_path, hasty):
    build(lists, tmp_path, hasty)
    (tmp_path / "faces").rename(tmp_path / "first")
    build(lists, tmp_path, hasty)
    for size in (48, 100):
        one, other = (
            faces.read_file(tmp_path / name / f"faces_{size}.h5", size, EACH)
            for name in ("first", "faces")
        )
        for before, after in zip(one, other, strict=True):
            np.testing.assert_array_equal(before, after)


def test_stopped_run_goes_on(lists, tmp_path, hasty, server, monkeypatch):
    calls = []

    def stop_later(entries, journal, *arguments, **options):
        calls.append(journal)
        if len(calls) == 4:
            raise KeyboardInterrupt
        download_all(entries, journal, *arguments, **options)

    monkeypatch.setattr(oxford, "download_all", stop_later)
    with pytest.raises(KeyboardInterrupt):
        build(lists, tmp_path, hasty)
    assert not (tmp_path / "faces").exists()
    monkeypatch.undo()
    before = server.times("/Person_A/1.png")
    dead = server.times("/dead")
    build(lists, tmp_path, hasty)
    assert server.times("/Person_A/1.png") == before == 1
    assert server.times("/dead") == dead == 1  # what is dead stays dead
    assert (tmp_path / "faces" / "faces_48.h5").exists()


def test_passing_failures_are_tried_again(lists, tmp_path, hasty, server):
    for number in range(1, 9):
        server.replies[f"/Person_H/{number}.png"].statuses = [503] * 100
    with pytest.raises(DataError, match=r"only 7 people have as many \(Person_H 0\).*unreachable"):
        build(lists, tmp_path, hasty)
    assert not (tmp_path / "faces").exists()
    for number in range(1, 9):
        server.replies[f"/Person_H/{number}.png"].statuses = []
    build(lists, tmp_path, hasty)


def test_list_with_too_few_is_passed_over(lists, tmp_path, hasty, server):
    extra = [line(number, f"{server.address}/dead{number}") for number in range(5)]
    (lists / "files" / "Aaron.txt").write_text("\n".join(extra))
    reports = build(lists, tmp_path, hasty)
    assert [report.name for report in reports] == ["Aaron", *PEOPLE]
    assert reports[0].failures == {"dead link": 5}
    with pytest.raises(DataError, match="is there already"):
        build(lists, tmp_path, hasty)


def test_chosen_people(lists, tmp_path, hasty, server):
    extra = [line(number, f"{server.address}/Person_A/{number}.png") for number in range(1, 9)]
    (lists / "files" / "Person_Z.txt").write_text("\n".join(extra))
    chosen = [*PEOPLE[1:], "Person_Z"]
    assert [report.name for report in build(lists, tmp_path, hasty, people=chosen)] == chosen
    with pytest.raises(DataError, match="no list is called Nobody"):
        build(lists, tmp_path / "more", hasty, people=["Nobody", *PEOPLE[1:]])
    with pytest.raises(DataError, match="8 different names of lists, and there are 1"):
        build(lists, tmp_path / "more", hasty, people=["Person_A"] * 8)


def test_through_the_command(lists, tmp_path, hasty, server, monkeypatch, capsys):
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w:gz") as archive:
        archive.add(lists, "vgg_face_dataset")
    server.reply("/mirror/vgg_face_dataset.tar.gz", body=stream.getvalue())
    monkeypatch.setenv("EIGHT_FACES_MIRRORS", f"{server.address}/mirror")
    monkeypatch.setattr(oxford.build_faces, "__kwdefaults__", {
        **oxford.build_faces.__kwdefaults__, "splits": EACH, "limits": hasty,
    })  # fmt: skip
    command = ["fetch", "faces-lists", "--quiet", "--accept-terms"]
    assert main(command) == 0
    assert "Person_A: 5 faces of" in capsys.readouterr().out
    assert sorted(path.name for path in folder_of("faces").iterdir()) == [
        "faces_100.h5", "faces_48.h5",
    ]  # fmt: skip
    assert main(command) == 1
    assert "Delete it first" in capsys.readouterr().err


def entries_of(server, count, name="p"):
    found = []
    for number in range(count):
        body = file(photograph(7, number))
        server.reply(f"/{name}{number}", body=body, kind="image/png", hang=0.05)
        found.append(parse_line(line(number, f"{server.address}/{name}{number}")))
    return found


def test_few_connections_to_each_server(server, other_server, tmp_path, hasty):
    entries = entries_of(server, 12) + entries_of(other_server, 12, "q")
    entries = [entry._replace(number=place) for place, entry in enumerate(entries)]
    journal = Journal(tmp_path / "p")
    download_all(entries, journal, Servers(each=2), limits=hasty, workers=12)
    assert journal.counts() == {"downloaded": 24}
    assert server.most == other_server.most == 2


def test_server_that_is_down_is_left_alone(server, tmp_path, hasty):
    entries = entries_of(server, 20)
    for reply in server.replies.values():
        reply.status = 503
    journal = Journal(tmp_path / "p")
    download_all(entries, journal, Servers(each=1, patience=4), limits=hasty, workers=4)
    assert journal.counts() == {"unreachable": 20}
    assert len(server.asked) == 4


def test_hanging_server_delays_nobody_for_long(server, other_server, tmp_path, hasty):
    entries = entries_of(server, 3) + entries_of(other_server, 3, "q")
    entries = [entry._replace(number=place) for place, entry in enumerate(entries)]
    for reply in server.replies.values():
        reply.hang = 30
    journal = Journal(tmp_path / "p")
    download_all(entries, journal, Servers(patience=100), limits=hasty, workers=3)
    assert journal.counts() == {"downloaded": 3, "too slow": 3}
    assert threading.active_count() < 50


def test_enormous_photograph(server, tmp_path, hasty, monkeypatch):
    monkeypatch.setattr("data_scripts.original.oxford_images.LARGEST", 1000)
    entries = entries_of(server, 1)
    journal = Journal(tmp_path / "p")
    download_all(entries, journal, Servers(), limits=hasty)
    assert journal.counts() == {"too large": 1}
    monkeypatch.setattr("data_scripts.original.oxford_images.LARGEST_PIXELS", 1000)
    with pytest.raises(DataError, match="enormous picture"):
        crop(file(photograph(0, 0)), (30, 20, 130, 120))


def test_box_over_the_edge():
    face = crop(file(photograph(0, 0)), (-20.4, -10, 90, 80))
    assert face.size == (90, 80)
    large = crop(file(photograph(0, 0).resize((1600, 1500))), (0, 0, 1600, 1500))
    assert max(large.size) == 256


def test_near_copies_are_found_and_others_are_not(tmp_path, cache_dir):
    from data_scripts.faces import load_faces

    paths = []
    pictures = load_faces(100, cache_dir=cache_dir, progress=False).x_train[:100]
    for number, picture in enumerate(pictures):
        paths.append(tmp_path / f"{number}.png")
        Image.fromarray(picture).save(paths[-1])
    seen = Seen()
    assert all(seen.add(path) for path in paths)
    for number, path in enumerate(paths):
        with Image.open(path) as face:
            face.resize((70, 70), Image.Resampling.LANCZOS).save(tmp_path / "c.jpg", quality=70)
        with Image.open(tmp_path / "c.jpg") as copy:
            copy.save(tmp_path / f"copy{number}.png")
        assert not seen.add(tmp_path / f"copy{number}.png")
    seen.forget_after(0)
    assert seen.add(tmp_path / "copy0.png")


def test_line():
    assert parse_line(LINE) == Entry(
        1, "http://a.org/1.jpg", (10.5, 20.0, 110.25, 140.0), 2.0, 3.14, True
    )


@pytest.mark.parametrize(
    "bad",
    [
        "", "00000001 http://a.org/1.jpg", LINE + " 9", LINE.replace("http:", "file:"),
        LINE.replace("10.5", "x"), LINE.replace("10.5", "nan"), LINE.replace("10.5", "200"),
        LINE.replace("00000001", "one"), LINE.replace("a.org", "[a.org"),
        LINE.replace("a.org", ""), LINE.replace("a.org/", "a.org/" + "x" * 2000),
    ],
)  # fmt: skip
def test_line_of_another_form(bad):
    assert parse_line(bad) is None


def test_list(tmp_path):
    path = tmp_path / "A.txt"
    lines = [LINE.replace(" 1.00", "")[:-1] + "0", LINE.replace("1.jpg", "2.jpg"), LINE, "x", ""]
    path.write_bytes("\r\n".join(lines).encode() + b"\n\xff\xfe\n")
    found, unreadable = read_list(path)
    assert [(entry.address[-5:], entry.curated) for entry in found] == [
        ("2.jpg", True), ("1.jpg", False),
    ]  # fmt: skip
    assert unreadable == 2


def test_where_lists_lie(tmp_path):
    with pytest.raises(DataError, match="holds no lists"):
        find_lists(tmp_path)
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "B.txt").touch()
    (tmp_path / "licence.txt").touch()
    assert list(find_lists(tmp_path)) == ["B"]
    assert list(find_lists(tmp_path / "files")) == ["B"]


@pytest.mark.parametrize("content", ["{cut", "[1, 2]", ""])
def test_damaged_journal_begins_anew(tmp_path, content):
    (tmp_path / "journal.json").write_text(content)
    journal = Journal(tmp_path)
    entry = parse_line(LINE)
    assert journal.outcome(entry) == ""
    journal.note(entry, "dead link")
    journal.save()
    assert Journal(tmp_path).outcome(entry) == "dead link"


def test_journal_is_written_while_it_runs(server, tmp_path, hasty):
    journal, known = Journal(tmp_path / "p"), []

    class Bar:
        def update(self):
            path = tmp_path / "p" / "journal.json"
            known.append(len(json.loads(path.read_text())) if path.exists() else 0)

    download_all(entries_of(server, 30), journal, Servers(8), limits=hasty, workers=8, bar=Bar())
    assert known == [0] * 24 + [25] * 6
    assert len(json.loads((tmp_path / "p" / "journal.json").read_text())) == 30
