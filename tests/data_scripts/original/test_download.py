"""Files come whole, checked and once, whatever the server does."""

import hashlib
import json
import socket
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import requests

from data_scripts.original import download, web
from data_scripts.original.download import obtain, place_of
from data_scripts.original.errors import DownloadError, OriginalError
from data_scripts.original.ledger import Ledger, checksum_of
from data_scripts.original.sources import ZIP, RemoteFile, originals_folder

BODY = ZIP + np.random.default_rng(0).bytes(300_000)
OTHER = ZIP + np.random.default_rng(1).bytes(300_000)


def remote(server, name="data.zip", body=BODY, known=False, **changes):
    checksum = f"sha256:{hashlib.sha256(body).hexdigest()}" if known else ""
    settings = {"largest": 1_000_000, "start": ZIP, "checksum": checksum, **changes}
    return RemoteFile(name, address=f"{server.address}/{name}", **settings)


def get(file, limits, given=None):
    return obtain("santa", file, given, limits=limits, progress=False)


def serve(server, **settings):
    server.reply("/data.zip", **{"body": BODY, **settings})


def left_over():
    folder = originals_folder() / "santa"
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.mark.parametrize("known", [True, False])
def test_comes_once(server, hasty, known):
    serve(server)
    file = remote(server, known=known)
    path = get(file, hasty)
    assert path.read_bytes() == BODY
    assert get(file, hasty) == path
    assert server.times("/data.zip") == 1
    assert left_over() == ["data.zip"]


def test_first_use_is_recorded_and_checked_after(server, hasty):
    serve(server)
    file = remote(server)
    path = get(file, hasty)
    entry = Ledger(originals_folder()).entries()["santa/data.zip"]
    assert entry == {
        "checksum": f"sha256:{hashlib.sha256(BODY).hexdigest()}",
        "bytes": len(BODY),
        "from": file.address,
    }
    path.unlink()
    serve(server, body=OTHER, mark='"second"')
    with pytest.raises(DownloadError, match="another file than expected"):
        get(file, hasty)
    assert left_over() == []
    serve(server)
    assert get(file, hasty).read_bytes() == BODY


def test_changed_file_on_the_disk_comes_again(server, hasty):
    serve(server)
    file = remote(server)
    path = get(file, hasty)
    path.write_bytes(BODY[:-1])
    assert get(file, hasty).read_bytes() == BODY
    assert server.times("/data.zip") == 2


def test_wrong_checksum(server, hasty):
    serve(server, body=OTHER)
    with pytest.raises(DownloadError, match="another file than expected"):
        get(remote(server, known=True), hasty)
    assert left_over() == []


def test_cut_connection_goes_on_where_it_was(server, hasty):
    serve(server, cut_after=100_000)
    assert get(remote(server, known=True), hasty).read_bytes() == BODY
    ranges = [headers.get("Range") for _, headers in server.asked]
    assert ranges == [None, "bytes=100000-"]


def test_cut_connection_goes_on_in_another_run(server, hasty):
    serve(server, cut_after=100_000, cuts=hasty.tries)
    with pytest.raises(DownloadError, match="ended too early"):
        get(remote(server), hasty)
    assert left_over() == ["data.zip.part", "data.zip.part.json"]
    asked = len(server.asked)
    assert get(remote(server), hasty).read_bytes() == BODY
    assert server.asked[asked][1]["Range"].startswith("bytes=")
    assert left_over() == ["data.zip"]


def test_another_version_is_never_mixed_in(server, hasty):
    serve(server, cut_after=100_000, cuts=hasty.tries)
    with pytest.raises(DownloadError):
        get(remote(server), hasty)
    serve(server, body=OTHER, mark='"second"')
    assert get(remote(server), hasty).read_bytes() == OTHER


@pytest.mark.parametrize("mark", ["", 'W/"weak"'])
def test_without_a_version_it_begins_anew(server, hasty, mark):
    serve(server, mark=mark, cut_after=100_000)
    assert get(remote(server), hasty).read_bytes() == BODY
    assert [headers.get("Range") for _, headers in server.asked] == [None, None]


def test_login_page_instead_of_an_archive(server, hasty):
    serve(server, body=b"<html>Please log in</html>", kind="text/html; charset=utf-8")
    with pytest.raises(DownloadError, match="a web page was sent instead"):
        get(remote(server), hasty)
    assert server.times("/data.zip") == 1
    assert left_over() == []


def test_login_page_that_says_it_is_an_archive(server, hasty):
    serve(server, body=b"<html>Please log in</html>", kind="application/zip")
    with pytest.raises(DownloadError, match=r"not what data\.zip should be: it begins with b'<htm"):
        get(remote(server), hasty)
    assert left_over() == []
    assert Ledger(originals_folder()).entries() == {}


def test_not_found(server, hasty):
    with pytest.raises(DownloadError, match="the server says 404"):
        get(remote(server), hasty)
    assert server.times("/data.zip") == 1


def test_busy_server_is_asked_again(server, hasty):
    serve(server, statuses=[503, 429], headers={"Retry-After": "0"})
    assert get(remote(server), hasty).read_bytes() == BODY
    assert server.times("/data.zip") == 3


def test_server_that_stays_busy(server, hasty):
    serve(server, status=503)
    with pytest.raises(DownloadError, match="the server says 503"):
        get(remote(server), hasty)
    assert server.times("/data.zip") == hasty.tries


def test_hanging_server(server, hasty):
    serve(server, hang=30)
    with pytest.raises(DownloadError, match="does not answer"):
        get(remote(server), hasty)


def test_dripping_server(server, hasty):
    serve(server, drip=0.1)
    with pytest.raises(DownloadError, match=r"not finished after 1\.5 seconds"):
        get(remote(server), hasty)


def test_redirect_loop(server, hasty):
    serve(server, status=302, headers={"Location": "/data.zip"})
    with pytest.raises(DownloadError, match="TooManyRedirects"):
        get(remote(server), hasty)
    assert server.times("/data.zip") == hasty.redirects + 1


def test_redirect_to_the_file(server, hasty):
    serve(server)
    server.reply("/moved.zip", status=302, headers={"Location": "/data.zip"})
    file = remote(server)
    path = get(file, hasty, f"{server.address}/moved.zip")
    assert path.read_bytes() == BODY


def test_redirect_to_a_file_of_this_machine(server, hasty, tmp_path):
    (tmp_path / "secret").write_bytes(BODY)
    serve(server, status=302, headers={"Location": (tmp_path / "secret").as_uri()})
    with pytest.raises(DownloadError, match="no usable address"):
        get(remote(server), hasty)


def test_too_large_by_its_own_account(server, hasty):
    serve(server)
    with pytest.raises(DownloadError, match="300,004 bytes, and at most 1,000"):
        get(remote(server, largest=1000), hasty)


def test_compressed_though_nobody_asked(server, hasty):
    serve(server, headers={"Content-Encoding": "gzip"})
    with pytest.raises(DownloadError, match="compresses"):
        get(remote(server), hasty)


def test_nobody_there(hasty):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    file = RemoteFile("data.zip", 1000, ZIP, f"http://127.0.0.1:{port}/data.zip")
    with pytest.raises(DownloadError, match=r"refused"):
        get(file, hasty)


def test_mirrors_come_first_and_failures_are_listed(server, other_server, hasty, monkeypatch):
    serve(server)
    other_server.reply("/all/data.zip", body=OTHER)
    monkeypatch.setenv(download.MIRRORS, f"{other_server.address}/none {other_server.address}/all/")
    assert get(remote(server, known=True), hasty).read_bytes() == BODY
    assert [path for path, _ in other_server.asked] == ["/none/data.zip", "/all/data.zip"]
    assert server.times("/data.zip") == 1

    place_of("santa", remote(server)).unlink()
    del server.replies["/data.zip"]
    with pytest.raises(DownloadError) as caught:
        get(remote(server, known=True), hasty)
    lines = str(caught.value).splitlines()
    assert lines[0] == "data.zip could not be downloaded:"
    assert [line.split(": ")[1].split(".")[0] for line in lines[1:4]] == [
        "the server says 404 Not Found", "another file than expected",
        "the server says 404 Not Found",
    ]  # fmt: skip


def test_published_nowhere(hasty):
    with pytest.raises(DownloadError, match="--from FILE"):
        get(RemoteFile("data.zip", 1000, ZIP), hasty)


def test_file_of_this_machine(tmp_path, hasty):
    mine = tmp_path / "mine.zip"
    mine.write_bytes(BODY)
    file = RemoteFile("data.zip", 1_000_000, ZIP)
    assert get(file, hasty, str(mine)).read_bytes() == BODY
    (tmp_path / "folder").mkdir()
    with pytest.raises(DownloadError, match="There is no file"):
        get(RemoteFile("more.zip", 1000, ZIP), hasty, str(tmp_path / "folder"))
    place_of("santa", file).unlink()
    mine.write_bytes(OTHER)
    with pytest.raises(DownloadError, match=f"should be {checksum_of(mine)[:3]}"):
        get(file, hasty, str(mine))
    mine.write_bytes(b"<html>")
    with pytest.raises(DownloadError, match="begins with"):
        get(file, hasty, str(mine))


def test_damaged_ledger_is_named(server, hasty):
    originals_folder().mkdir(parents=True)
    (originals_folder() / "checksums.json").write_text("{broken")
    serve(server)
    with pytest.raises(OriginalError, match=r"checksums\.json holds no checksums any more"):
        get(remote(server), hasty)


def test_files_of_keras_go_where_keras_looks(server, hasty, tmp_path):
    serve(server)
    path = get(remote(server, keras_folder="models"), hasty)
    assert path == tmp_path / "keras" / "models" / "data.zip"


def test_parts_note_the_version(server, hasty):
    serve(server, cut_after=5, cuts=hasty.tries)
    with pytest.raises(DownloadError):
        get(remote(server), hasty)
    noted = json.loads((originals_folder() / "santa" / "data.zip.part.json").read_text())
    assert noted == {"url": f"{server.address}/data.zip", "mark": '"first"'}


def test_body_in_chunks(server, hasty):
    serve(server, chunked=True, cut_after=50_000)
    assert get(remote(server, known=True), hasty).read_bytes() == BODY
    assert server.times("/data.zip") == 2


@pytest.mark.parametrize("there", [len(BODY), len(BODY) + 10])
def test_part_that_is_whole_already(server, hasty, there):
    """A run that was killed between the last byte and the check."""
    serve(server)
    folder = originals_folder() / "santa"
    folder.mkdir(parents=True)
    (folder / "data.zip.part").write_bytes((BODY + bytes(10))[:there])
    noted = {"url": remote(server).address, "mark": '"first"'}
    (folder / "data.zip.part.json").write_text(json.dumps(noted))
    assert get(remote(server), hasty).read_bytes() == BODY
    assert server.times("/data.zip") == 2


def test_two_at_a_time(server, hasty):
    serve(server, hang=0.1)
    file = remote(server)
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: get(file, hasty), range(4)))
    assert {path.read_bytes() for path in found} == {BODY}
    assert server.times("/data.zip") == 1


def test_without_pooch(server, hasty, monkeypatch):
    serve(server)
    monkeypatch.setitem(sys.modules, "pooch", None)
    with pytest.raises(DownloadError, match="pip install pooch"):
        get(remote(server), hasty)


def test_encrypted_address_that_leads_to_an_open_one():
    response = requests.Response()
    response.status_code, response.url = 200, "http://a.org/data.zip"
    web.check_status("http://a.org/data.zip", response)
    with pytest.raises(web.WebError, match="not encrypted"):
        web.check_status("https://a.org/data.zip", response)


@pytest.mark.parametrize("place", ["http://[bad/", "http://", "ftp://a.org/b", "http://a..b/"])
def test_redirect_to_nonsense(server, hasty, place):
    serve(server, status=302, headers={"Location": place})
    with pytest.raises(DownloadError, match=r"no usable address|resolve|URL"):
        get(remote(server), hasty)
