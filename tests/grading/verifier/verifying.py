"""A verifier, with this process in the place of the student's kernel."""

import json
import shutil
import tempfile
import warnings
from pathlib import Path
from unittest import mock

from boxes import open_box

from autograder.grading.verifier.client import Verifier
from autograder.transport import export


class Course:
    """A verifier, and shorthand for what tests want of it."""

    def __init__(self, make_box=open_box):
        self.client = Verifier(make_box)
        self.folder = Path(tempfile.mkdtemp(prefix="ef-test-"))
        self.forget = True
        self.names = {}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.client.close()
        shutil.rmtree(self.folder)

    def begin(self, *setups):
        self.client.begin()
        self.forget = True
        for source in setups:
            assert self.setup(source).error == ""

    def setup(self, source):
        return self.client.setup(source)

    def test(self, source, /, *, refuse="", seconds=60.0, **values):
        """Run a test cell with some values exported; functions among them can be called."""

        def answer(function, arguments, result):
            if refuse:
                return refuse
            self._ask(export.call_function, result, function=function, arguments=str(arguments))
            return ""

        message = self.folder / "message"
        shutil.rmtree(message, ignore_errors=True)
        self.names = values
        if values:
            self._ask(export.export_names, message, names=list(values))
        return self._noted(self.client.test(source, message if values else None, answer, seconds))

    def test_folder(self, source, files):
        """Run a test cell with files as its message."""
        folder = self.folder / "message"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        for name, content in files.items():
            (folder / name).write_bytes(content)
        return self._noted(self.client.test(source, folder, lambda *_: "no", 30.0))

    def _noted(self, result):
        self.forget = self.forget or result.restarted
        return result

    def _ask(self, function, folder, /, **request):
        known = self.folder / "known.json"
        known.write_text(json.dumps(self.client.known))
        path = self.folder / "request.json"
        request |= {"folder": str(folder), "known": str(known), "forget": self.forget}
        path.write_text(json.dumps(request))
        self.forget = False
        with (
            mock.patch.object(export, "_namespace", return_value=self.names),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")  # a kernel only shows them
            function(str(path))


def only_error(result):
    """Return the only output, which is an error."""
    (output,) = result.outputs
    assert output.output_type == "error"
    return output
