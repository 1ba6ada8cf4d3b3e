"""Set up the exercises on this machine, and open them: python start.py

The first time this takes some minutes, for TensorFlow is large; everything goes into the folder
.venv beside this file. To set up without opening: python start.py --no-open
"""

import os
import subprocess
import sys

FOLDER = os.path.dirname(os.path.abspath(__file__))
VENV = os.path.join(FOLDER, ".venv")
PYTHON = os.path.join(VENV, *(["Scripts", "python.exe"] if os.name == "nt" else ["bin", "python"]))
REQUIREMENTS = os.path.join(FOLDER, "requirements.txt")
DONE = os.path.join(VENV, "installed.txt")
FIRST, TOO_NEW = (3, 11), (3, 14)


def read(path: str) -> str:
    if not os.path.exists(path):
        return ""
    with open(path, encoding="utf-8") as file:
        return file.read()


def call(what: str, *command: str) -> None:
    if subprocess.call(list(command), cwd=FOLDER) != 0:
        sys.exit(what + " What it said stands above. Then run python start.py again.")


def main() -> None:
    if not (FIRST <= sys.version_info[:2] < TOO_NEW):
        sys.exit(
            "Python %d.%d to %d.%d is needed; this is Python %s. Install one of them from "
            "https://www.python.org and start with it, such as: python%d.%d start.py"
            % (FIRST + (TOO_NEW[0], TOO_NEW[1] - 1) + (sys.version.split()[0],) + FIRST)
        )
    if read(DONE) != read(REQUIREMENTS):
        print("Setting up in .venv; the first time this takes some minutes.", flush=True)
        if not os.path.exists(PYTHON):
            call("No environment could be made (on Debian and Ubuntu: apt-get install python3-venv).",
                 sys.executable, "-m", "venv", VENV)
        call("Not everything could be installed. Is there a network, and 2 GB of room on the disk?",
             PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check",
             "-r", REQUIREMENTS)
        with open(DONE, "w", encoding="utf-8") as file:
            file.write(read(REQUIREMENTS))
    if "--no-open" in sys.argv:
        print("Everything is set up. To open the exercises: python start.py")
        return
    call("JupyterLab ended with an error.", PYTHON, "-m", "jupyter", "lab")


if __name__ == "__main__":
    main()
