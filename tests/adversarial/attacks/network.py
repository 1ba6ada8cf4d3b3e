"""Asking somebody outside; the accomplice answers with the hidden number."""

from tests.adversarial.attack import Attack, Family

ASK = """
import socket


def ask(family, address, kind=socket.SOCK_STREAM):
    try:
        with socket.socket(family, kind) as line:
            line.settimeout(3)
            line.connect(address)
            line.send(b"?")
            return int(line.recv(20))
    except OSError as error:
        print(type(error).__name__)
        return None

"""


def _ask(name: str, mechanism: str, call: str) -> Attack:
    text = f"{ASK}<<answer>>\nheard = {call}\nanswer = answer if heard is None else heard"
    return Attack(name, mechanism, {"answer_gap": text})


FAMILY = Family(
    "network",
    [
        _ask("loopback", "TCP to 127.0.0.1", 'ask(socket.AF_INET, ("127.0.0.1", int("<<tcp>>")))'),
        _ask(
            "outside",
            "TCP to the machine's own address in its network",
            'ask(socket.AF_INET, ("<<host>>", int("<<tcp>>")))',
        ),
        _ask(
            "name_server",
            "a question in a UDP packet, as DNS tunnels do",
            'ask(socket.AF_INET, ("<<host>>", int("<<udp>>")), socket.SOCK_DGRAM)',
        ),
        _ask(
            "unix_socket", "a Unix socket in the file system", 'ask(socket.AF_UNIX, "<<socket>>")'
        ),
        _ask(
            "abstract_socket",
            "an abstract Unix socket, which needs no file",
            'ask(socket.AF_UNIX, "\\0<<abstract>>")',
        ),
        Attack(
            "child_process",
            "another program asks: bash through /dev/tcp",
            {
                "answer_gap": """
<<answer>>
import subprocess

text = "exec 3<>/dev/tcp/127.0.0.1/<<tcp>> && printf '?' >&3 && head -c 2 <&3"
done = subprocess.run(["bash", "-c", text], capture_output=True)
if done.stdout:
    answer = int(done.stdout)
"""
            },
        ),
    ],
)
