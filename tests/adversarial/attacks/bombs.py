"""Using up what the machine has; each bomb ends by itself before a test machine suffers."""

from tests.adversarial.attack import Attack, Effect, Family

AFTER = ("array_test", "function_test")
"""Lost with a process that is killed in the second gap; the first task's points stay."""
HARM = "would use up this machine's memory, disk or processes"


def _bomb(
    name: str, mechanism: str, code: str, *, kills: bool = True, stock: Effect = "breaks grading"
) -> Attack:
    return Attack(
        name,
        mechanism,
        {"array_gap": code},
        stock="not run" if kills else stock,
        why_not=HARM if kills else "",
        destroys=AFTER if kills else (),
    )


FAMILY = Family(
    "bombs",
    [
        _bomb(
            "fork_bomb",
            "processes that make processes",
            """
import os
import time

for _ in range(9):
    try:
        os.fork()
    except OSError:
        pass
time.sleep(5)
""",
        ),
        _bomb(
            "many_programs",
            "hundreds of programs in sessions of their own",
            """
import subprocess

for _ in range(300):
    subprocess.Popen(["sleep", "30"], start_new_session=True)
""",
        ),
        _bomb(
            "memory",
            "memory taken until there is none",
            """
import time

taken = [np.ones(12_500_000) for _ in range(20)]
time.sleep(2)
""",
        ),
        _bomb(
            "memory_of_children",
            "memory taken by many children, each a little, and by shared memory",
            """
import os
import time

for _ in range(12):
    if os.fork() == 0:
        taken = np.ones(12_500_000)
        time.sleep(20)
        os._exit(0)
time.sleep(3)
""",
        ),
        _bomb(
            "disk",
            "one file that grows",
            """
import time

with open("big", "wb") as file:
    for _ in range(40):
        file.write(bytes(10_000_000))
        file.flush()
time.sleep(2)
""",
        ),
        _bomb(
            "disk_everywhere",
            "many smaller files in the home, /tmp and /dev/shm",
            """
import os
import time

for number in range(40):
    for folder in (os.path.expanduser("~"), "/tmp", "/dev/shm"):
        with open(f"{folder}/part{number}", "wb") as file:
            file.write(bytes(3_000_000))
time.sleep(2)
""",
        ),
        _bomb(
            "many_files",
            "tens of thousands of empty files in deep folders",
            """
import os
import time

for number in range(200):
    os.makedirs(f"deep/{number}/" + "/".join("abcdefgh"))
    for other in range(60):
        open(f"deep/{number}/{other}", "w").close()
time.sleep(2)
""",
        ),
        _bomb(
            "output_lines",
            "millions of printed lines",
            """
for number in range(60_000):
    print("flood", number)
""",
            kills=False,
            stock="nothing",  # it keeps the first 1,000 lines
        ),
        _bomb(
            "output_line", "one printed line of 30 MB", 'print("flood" * 6_000_000)', kills=False
        ),
        _bomb(
            "output_html",
            "30 MB of HTML displayed",
            """
from IPython.display import HTML, display

display(HTML("<b>flood</b>" * 2_500_000))
""",
            kills=False,
        ),
        _bomb(
            "output_images",
            "hundreds of images displayed",
            """
import os

from IPython.display import Image, display

picture = bytes.fromhex("89504e470d0a1a0a") + os.urandom(100_000)
for _ in range(200):
    display(Image(picture, format="png"))
""",
            kills=False,
        ),
    ],
)
