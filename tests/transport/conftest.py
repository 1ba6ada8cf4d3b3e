"""Messages for tests: honest ones through the exporter, odd ones by hand."""

import json

import numpy as np
import pytest

from autograder.transport import arrays, export
from autograder.transport.limits import FORMAT
from autograder.transport.read import Reader, ReadLimits


class Notebook:
    """A student's kernel as far as the exporter sees it, and a reader on the other side."""

    def __init__(self, folder, space):
        self.folder = folder
        self.space = space
        self.known = {}
        self.calls = []
        self.reader = Reader(self.known, ReadLimits(), self.answer)
        self.number = 0

    def answer(self, name, arguments, keywords):
        self.calls.append((name, arguments, keywords))
        return 42

    def place(self):
        self.number += 1
        return self.folder / f"message-{self.number}"

    def request(self, **content):
        known = self.folder / "known.json"
        known.write_text(json.dumps(sorted(self.known)))
        target = self.place()
        path = self.folder / f"request-{self.number}.json"
        path.write_text(json.dumps({**content, "folder": str(target), "known": str(known)}))
        return str(path), target

    def export(self, *names, **more):
        path, target = self.request(names=list(names), **more)
        export.export_names(path)
        return target

    def trip(self, **values):
        """Give these values as the notebook's names, and return what the reader makes of them."""
        self.space.clear()
        self.space.update(values)
        return self.reader.read(self.export(*values))

    def one(self, value):
        return self.trip(value=value)["value"]

    def message(self, values, tensors=None, raw=None):
        """Write a message by hand."""
        target = self.place()
        target.mkdir()
        content = json.dumps({"format": FORMAT, "values": values}) if raw is None else raw
        (target / "values.json").write_bytes(
            content if isinstance(content, bytes) else content.encode()
        )
        if tensors is not None:
            (target / "arrays.safetensors").write_bytes(tensors)
        return target

    def read(self, values, tensors=None, raw=None):
        return self.reader.read(self.message(values, tensors, raw))

    @staticmethod
    def size(folder):
        return sum(path.stat().st_size for path in folder.iterdir())

    @staticmethod
    def digest(array):
        return arrays.digest_of(arrays.raw_bytes(arrays.plain_array(np.asarray(array))))


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    space = {}
    monkeypatch.setattr(export, "_namespace", lambda: dict(space))
    monkeypatch.setattr(export, "_sent", set())
    return Notebook(tmp_path, space)
