"""Who descends from whom, looked at again and again."""

import subprocess
import sys
import time

import pytest

from autograder.grading.sandbox import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks at /proc")


@pytest.fixture
def shell():
    """Start a shell that starts a process for each line that it reads."""
    script = 'while read line; do eval "$line"; echo $!; done'
    with subprocess.Popen(
        ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:

        def start(command):
            print(command, file=process.stdin, flush=True)
            return int(process.stdout.readline())

        start.root = processes.find(process.pid)
        yield start
        processes.kill_all([start.root])


def numbers(family):
    return {process.pid for process in family}


def test_later_members_are_found(shell):
    families = processes.Families()
    first = shell("sleep 60 &")
    assert numbers(families.of([shell.root])) == {shell.root.pid, first}
    second = shell("sleep 60 &")
    assert numbers(families.of([shell.root])) == {shell.root.pid, first, second}


def test_strangers_are_read_once(shell, monkeypatch):
    families = processes.Families()
    families.of([shell.root])
    read = []
    find = processes.find
    monkeypatch.setattr(processes, "find", lambda pid: read.append(pid) or find(pid))
    child = shell("sleep 60 &")
    assert numbers(families.of([shell.root])) == {shell.root.pid, child}
    assert 1 not in read
    assert {shell.root.pid, child} <= set(read)


def test_another_root_is_no_stranger(shell):
    families = processes.Families()
    families.of([shell.root])
    with subprocess.Popen(["sleep", "60"]) as other:
        families.of([shell.root])
        found = families.of([shell.root, processes.find(other.pid)])
        assert numbers(found) == {shell.root.pid, other.pid}
        other.kill()


def test_an_orphan_whose_parent_ended_while_we_looked_is_read_again(shell, monkeypatch):
    """It was read as the child of somebody who was gone when that one's turn came."""
    families = processes.Families()
    child = shell("sh -c 'sleep 60 & wait' &")
    find = processes.find
    deadline = time.monotonic() + 10
    while len(families.of([shell.root])) < 3 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert len(families.of([shell.root])) == 3
    with monkeypatch.context() as patch:
        patch.setattr(processes, "find", lambda pid: None if pid == child else find(pid))
        assert numbers(families.of([shell.root])) == {shell.root.pid}
    assert len(families.of([shell.root])) == 3


def test_finds_whom_a_look_at_everybody_finds(shell):
    families = processes.Families()
    for _ in range(20):
        shell("sh -c 'sleep 0.05; sleep 60' &")
        slow = numbers(processes.trees([shell.root], processes.table()))
        fast = numbers(families.of([shell.root]))
        assert not [pid for pid in slow - fast if processes.find(pid)]
