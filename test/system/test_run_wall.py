"""What a program inside cannot reach, and that nothing of it outlives the run."""
import os
import random
import select
import signal
import subprocess
import time

import pytest
from conftest import SLOWER
from inside import PYTHON, command, environment, inside, nothing_left, place, program, started  # noqa: F401


@pytest.fixture(scope="module")
def compiled(bin_dir):
    """Compiles a test program in C, once."""
    def build(name, *options):
        if not (bin_dir / name).exists():
            subprocess.run(["cc", "-O1", *options, "-o", bin_dir / name, program(name + ".c")], check=True)
        return bin_dir / name
    return build


def ended(proc, seconds=10):
    """Every process that holds the output has ended: the supervisor, the worker and the program's."""
    return bool(select.select([proc.stdout], [], [], seconds * SLOWER)[0]) and proc.stdout.read() == b""


def test_leats_processes_cannot_be_taken_apart():
    lines = inside(PYTHON, program("take_sockets.py")).stdout.decode().split("\n")
    assert [line.split()[0] for line in lines[:2]] == ["worker", "supervisor"], lines
    assert {word for line in lines for word in line.split()[1:]} <= {"EPERM", "EACCES"}, lines


def test_for_debugging_leats_processes_can_be_looked_into():
    lines = inside(PYTHON, program("take_sockets.py"), disable="hidden").stdout.decode().split("\n")
    assert all(line.split()[1] == "allowed" for line in lines[:2]), lines


def test_the_program_itself_can_be_looked_into():
    done = inside(PYTHON, "-c", "import os; print(os.listdir('/proc/self/fd') != [], open('/proc/self/mem', 'rb') is not None)")
    assert done.stdout == b"True True\n", done.stderr


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return f.read().split()
    except OSError:
        return []


def test_the_supervisor_killed_at_any_moment_ends_everything():
    draw, delays = random.Random(5), []
    for _ in range(int(os.environ.get("LEAT_TEST_KILLS", "120"))):
        with subprocess.Popen(command("sleep", "60", options=["-q"]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=environment(), cwd="/") as proc:
            end = time.monotonic() + 10
            while not children(proc.pid) and time.monotonic() < end:
                pass
            at = time.perf_counter() + draw.random() * 0.004
            while time.perf_counter() < at:
                pass
            proc.kill()
            delays += [] if ended(proc) else [at]
    assert not delays, f"{len(delays)} runs went on"


@pytest.mark.parametrize("kind,chains", [("exit", 1), ("exit", 16), ("nest", 8), ("session", 4), ("memory", 1), ("memory", 16)])
@pytest.mark.parametrize("victim", ["supervisor", "worker"])
def test_a_program_that_goes_on_in_fresh_children_is_ended(compiled, kind, chains, victim):
    with started(compiled("fork_chain", "-static"), kind, chains, 30) as proc:
        assert proc.stdout.readline() == b"ready\n"
        os.kill(int(children(proc.pid)[0]) if victim == "worker" else proc.pid, signal.SIGKILL)
        begin = time.monotonic()
        assert ended(proc), "it goes on"
        assert proc.wait(5) == (125 if victim == "worker" else -signal.SIGKILL)
        print(kind, chains, victim, f"{time.monotonic() - begin:.3f} s")


def test_a_run_ends_where_the_end_of_children_is_ignored():
    """And the program ignores it as well, as it would outside."""
    code = "import signal; print(signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN); raise SystemExit(3)"
    with started(PYTHON, "-c", code, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)) as proc:
        assert proc.wait(10 * SLOWER) == 3 and proc.stdout.read() == b"True\n"
