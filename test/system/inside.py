"""What the tests of unmodified programs share: calls that start a program inside `leat run`, as a user without privileges."""
import contextlib
import glob
import os
import pathlib
import subprocess
import tempfile

import pytest
from conftest import SLOWER, unprivileged
from ports import free_port  # noqa: F401
from waiting import answers, until

PYTHON = "/usr/bin/python3"
FALLBACKS = ["", "pidfd_thread,sync_wakeup", "process_vm", "addfd_send", "wait_killable", "getfd", "gro"]


class Place:
    """Files that the unprivileged user may read: the command, the test programs, and the folder for the sockets' names."""
    leat = programs = names = None


@pytest.fixture(scope="module", autouse=True)
def place(leat, bin_dir):
    Place.leat = leat
    Place.programs = bin_dir / "programs"
    Place.names = tempfile.mkdtemp(prefix="leat-")
    os.chmod(Place.names, 0o777)
    yield
    os.rmdir(Place.names)


@pytest.fixture(autouse=True)
def nothing_left(place):
    """Asserts that each run has removed its folder for the sockets' names."""
    yield
    # If its supervisor was killed, the worker removes it a moment later.
    until(lambda: os.listdir(Place.names) == [], "a folder for the sockets' names is left")


def program(name):
    return Place.programs / name


def command(*args, options=(), leat=None):
    return [*unprivileged(), leat or Place.leat, "run", *map(str, options), "--", *map(str, args)]


def environment(disable=""):
    env = {k: v for k, v in os.environ.items() if k not in ("http_proxy", "https_proxy")} | {"XDG_RUNTIME_DIR": Place.names}
    return env | ({"LEAT_DISABLE": disable} if disable else {})


def inside(*args, options=(), disable="", timeout=60, **more):
    """Runs a program to its end inside `leat run`. Its output is captured as octets."""
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command(*args, options=["--quiet", *options]), capture_output=True, timeout=timeout * SLOWER,
                          env=environment(disable), cwd="/", **more)


def loud(*args):
    """Does the same without --quiet. The output is text."""
    return subprocess.run(command(*args), capture_output=True, text=True, timeout=60 * SLOWER, env=environment(), cwd="/", stdin=subprocess.DEVNULL)


def python(code, **more):
    """Runs a program in Python inside `leat run`."""
    return inside(PYTHON, "-c", code, **more)


@contextlib.contextmanager
def started(*args, options=(), disable="", **more):
    proc = subprocess.Popen(command(*args, options=["--quiet", *options]), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(disable), cwd="/",
                            **more)
    try:
        yield proc
    finally:
        if proc.poll() is None:
            proc.terminate()
            try:
                proc.wait(60)
            except subprocess.TimeoutExpired:
                proc.kill()
        proc.stdout.close()
        proc.stderr.close()


def until_connected(port, proc, ask=b"GET / HTTP/1.0\r\n\r\n"):
    """Waits until the program at a published port answers @ask."""
    until(lambda: answers(port, ask), "nothing answers", proc=proc)


def descendants(pid):
    """The processes below @pid. The first one of a supervisor is its worker, even if the numbers have wrapped at pid_max."""
    children = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = pathlib.Path(path).read_text()
            if int(text.rsplit(")", 1)[1].split()[1]) == pid:
                child = int(path.split("/")[2])
                children += [child, *descendants(child)]
    return children


def state_of(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def wait_for_states(pids, want):
    """Waits until the processes are in the states @want, letters of proc_pid_stat(5)."""
    return until(lambda: [state_of(pid) for pid in pids] == want, f"not in the states {want}")
