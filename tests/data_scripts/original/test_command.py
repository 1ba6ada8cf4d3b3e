"""`python -m data_scripts.original`: what it says, and what it leaves behind."""

import subprocess
import sys

import numpy as np
import pytest

from data_scripts.original import weights
from data_scripts.original.__main__ import main
from data_scripts.original.sources import (
    COMMAND,
    HDF5,
    SOURCES,
    RemoteFile,
    folder_of,
    originals_folder,
)


@pytest.fixture
def digits(tmp_path):
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (6000, 28, 28), dtype=np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=images[:, 0, 0] % 10)
    return tmp_path / "mine.npz"


@pytest.fixture
def published(server, monkeypatch):
    """Four small files of weights, published as Keras does."""
    files = []
    for number, network in enumerate(["vgg16", "vgg16_notop", "vgg19", "vgg19_notop"]):
        body = HDF5 + bytes([number]) * 1000
        server.reply(f"/keras/{network}.h5", body=body)
        address = f"{server.address}/keras/{network}.h5"
        files.append(RemoteFile(f"{network}.h5", 5000, HDF5, address, keras_folder="models"))
    monkeypatch.setattr(weights, "WEIGHTS", tuple(files))
    monkeypatch.setitem(
        SOURCES, "weights",
        type(SOURCES["weights"])(**{**vars(SOURCES["weights"]), "files": tuple(files)}),
    )  # fmt: skip
    return files


def test_list_names_terms_of_everything(capsys):
    assert main(["list"]) == 0
    said = capsys.readouterr().out
    for source in SOURCES.values():
        assert f"{source.name}: {source.title}" in said
        assert source.licence in said
        assert all(file.address.startswith("https://") for file in source.files if file.address)


def test_help_needs_no_other_library():
    script = (
        "import sys\nfrom data_scripts.original.__main__ import main\n"
        "try:\n    main(['--help'])\nexcept SystemExit as end:\n    assert not end.code\n"
        "heavy = {'pooch', 'requests', 'h5py', 'keras', 'tensorflow'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert COMMAND in done.stdout


def test_status_and_delete(digits, capsys):
    assert main(["fetch", "digits", "--from", str(digits), "--quiet"]) == 0
    assert main(["status"]) == 0
    said = capsys.readouterr().out
    assert str(originals_folder()) in said
    assert "digits: 4.7 MB" in said
    assert "objects: not here" in said
    assert main(["delete", "digits"]) == 0
    assert not folder_of("digits").exists()
    assert digits.exists()
    assert main(["status", "digits"]) == 0
    assert "digits: not here" in capsys.readouterr().out


def test_weights_go_to_keras_and_away(published, tmp_path, capsys, server):
    models = tmp_path / "keras" / "models"
    assert main(["fetch", "weights", "--quiet"]) == 0
    assert len(list(models.iterdir())) == 4
    assert "EIGHT_FACES_WEIGHTS=imagenet" in capsys.readouterr().out
    assert main(["verify", "weights"]) == 0
    assert capsys.readouterr().out.count("as it came") == 4

    (models / "vgg16.h5").write_bytes(HDF5)
    (models / "vgg19.h5").unlink()
    assert main(["verify"]) == 1
    said = capsys.readouterr().out
    assert "weights/vgg16.h5: changed" in said
    assert "weights/vgg19.h5: missing" in said
    assert main(["fetch", "weights", "--quiet"]) == 0
    assert main(["verify"]) == 0
    assert server.times("/keras/vgg16_notop.h5") == 1

    assert main(["delete", "weights"]) == 0
    assert list(models.iterdir()) == []
    capsys.readouterr()
    assert main(["verify"]) == 0
    assert capsys.readouterr().out == "Nothing has been fetched.\n"


def test_failure_is_a_message_and_no_traceback(tmp_path, capsys):
    assert main(["fetch", "objects", "--from", str(tmp_path / "no.zip"), "--quiet"]) == 1
    said = capsys.readouterr().err
    assert said.startswith("There is no file")
    assert "Traceback" not in said


def test_disk_in_the_way(tmp_path, capsys, digits, monkeypatch):
    (tmp_path / "cache").write_text("a file where the folder should be")
    assert main(["fetch", "digits", "--from", str(digits), "--quiet"]) == 1
    assert "in the way" in capsys.readouterr().err


def test_unknown_names_are_refused(capsys):
    for arguments in (["fetch", "cats"], ["fetch", "faces-lists", "--workers", "0"], []):
        with pytest.raises(SystemExit):
            main(arguments)
    assert "1 to 64" in capsys.readouterr().err


def test_as_users_call_it():
    command = [sys.executable, "-m", "data_scripts.original", "fetch", "faces"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.startswith("faces shows real people who were not asked.")
    assert done.stdout == ""


def test_fetched_data_is_read_without_pooch(digits):
    assert main(["fetch", "digits", "--from", str(digits), "--quiet"]) == 0
    script = (
        "import sys\nsys.modules['pooch'] = None\n"
        "from data_scripts.original.digits import load_digits\nassert len(load_digits().x_test)\n"
        "import data_scripts.original.faces, data_scripts.original.objects\n"
        "import data_scripts.original.santa, data_scripts.original.features\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
