"""A run can always be ended: when the worker does not answer, when the first process has ended, and with standard descriptors closed."""
import contextlib
import itertools
import os
import signal
import subprocess
import time

import pytest
from inside import PYTHON, Place, command, descendants, environment, nothing_left, place, started  # noqa: F401
from servers import BIG
from waiting import until

WAITS = "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()"
REPORTS_SIGTERM = """
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *a: sys.exit(7))
print('ready', flush=True)
while True: signal.pause()
"""


def begun(stack, code):
    proc = stack.enter_context(started(PYTHON, "-c", code))
    assert proc.stdout.readline() == b"ready\n"
    return proc, descendants(proc.pid)


def test_a_worker_that_does_not_answer_is_killed_after_a_signal_to_end():
    """A worker that was stopped together with the supervisor has time to answer once both go on."""
    with contextlib.ExitStack() as stack:
        signals = [signal.SIGTERM, signal.SIGINT, signal.SIGHUP]
        stuck = [begun(stack, WAITS) for _ in signals]
        still, still_tree = begun(stack, REPORTS_SIGTERM)
        begin = time.monotonic()
        for (proc, tree), number in zip(stuck, signals, strict=True):
            os.kill(tree[0], signal.SIGSTOP)
            proc.send_signal(number)
        for pid in [still.pid, *still_tree]:
            os.kill(pid, signal.SIGSTOP)
        still.send_signal(signal.SIGTERM)
        for (proc, tree), number in zip(stuck, signals, strict=True):
            assert proc.wait(60) == -number
            assert b"did not answer" in proc.stderr.read()
            assert not any(os.path.exists(f"/proc/{pid}") for pid in tree)
        assert time.monotonic() - begin > 4
        for pid in [still.pid, *still_tree]:
            os.kill(pid, signal.SIGCONT)
        assert still.wait(60) == 7, still.stderr.read()


def test_a_program_may_take_longer_than_the_worker_to_end():
    code = REPORTS_SIGTERM.replace("sys.exit(7)", "(time.sleep(6), sys.exit(7))")  # the worker has 5 s
    with contextlib.ExitStack() as stack:
        proc, _ = begun(stack, code)
        proc.send_signal(signal.SIGTERM)
        assert proc.wait(60) == 7, proc.stderr.read()


def test_a_signal_reaches_the_processes_that_the_first_one_left_running():
    with started("sh", "-c", "sleep 60 & sleep 61 & echo ready; exit 3") as proc:
        assert proc.stdout.readline() == b"ready\n"
        until(lambda: len(descendants(proc.pid)) == 3, "the first process has not ended")  # the worker and two sleeps are left
        assert proc.poll() is None
        proc.send_signal(signal.SIGTERM)
        assert proc.wait(60) == 3, proc.stderr.read()


def closed(numbers):
    return "".join(f" {n}{'<' if n == 0 else '>'}&-" for n in numbers)


@pytest.mark.parametrize("numbers", [c for n in range(1, 4) for c in itertools.combinations(range(3), n)], ids=lambda c: "".join(map(str, c)))
def test_curl_without_standard_descriptors_does_what_it_does_without_leat(ports, scratch, numbers):
    """The exit status of curl, what it prints, and the file that it writes.

    Without descriptors 0 and 1, curl makes its standard output a pipe that it never reads, and blocks after 64 KiB. So it prints a small file, and
    writes a large one to a file.
    """
    url = f"http://127.0.0.1:{ports[0]}"
    inside = " ".join(command("curl", "-s", options=["--quiet"]))
    seen = []
    for name, curl in (("inside", inside), ("native", inside.split(" -- ")[1])):
        line = f"{curl} {url}/{closed(numbers)}; echo $?; {curl} -o {scratch}/{name} {url}/big{closed(numbers)}; echo $?"
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, env=environment(), stdin=subprocess.DEVNULL)
        seen.append((done.stdout, done.stderr))
    assert seen[0] == seen[1]
    assert (scratch / "inside").read_bytes() == BIG


@pytest.mark.parametrize("numbers", [c for n in range(1, 4) for c in itertools.combinations(range(3), n)], ids=lambda c: "".join(map(str, c)))
def test_messages_of_leat_never_go_to_its_output_files(ports, scratch, numbers):
    """The files that it opens never get the number of a standard descriptor."""
    leat = " ".join(command("curl", "-s", "-o", scratch / "copy", f"http://127.0.0.1:{ports[0]}/big", options=["--capture", scratch / "pcapng", "--json", scratch / "json"]))
    done = subprocess.run(["sh", "-c", f"{leat}{closed(numbers)}; echo $?"], capture_output=True, text=True, timeout=60, env=environment(), stdin=subprocess.DEVNULL)
    assert done.stdout.strip().endswith("0"), done
    assert (scratch / "copy").read_bytes() == BIG
    assert (scratch / "pcapng").read_bytes()[:4] == b"\x0a\x0d\x0d\x0a"
    assert b"leat:" not in (scratch / "pcapng").read_bytes()
    assert (scratch / "json").read_text().startswith("{")


def test_descriptors_that_were_closed_are_closed_for_the_program():
    code = "import os,sys; print([n for n in range(3) if os.path.exists(f'/proc/self/fd/{n}')], file=open(sys.argv[1], 'w'))"
    for numbers in ((0,), (2,), (0, 2)):
        path = f"{Place.names}/seen"
        leat = " ".join(command(PYTHON, "-S", "-c", f'"{code}"', path, options=["--quiet"]))
        done = subprocess.run(["sh", "-c", f"{leat}{closed(numbers)}"], capture_output=True, timeout=60, env=environment(), stdin=subprocess.DEVNULL)
        assert done.returncode == 0, done
        with open(path) as f:
            seen = f.read()
        os.unlink(path)
        native = subprocess.run(["sh", "-c", f'{PYTHON} -S -c "{code}" {path}{closed(numbers)}'], capture_output=True, timeout=60, stdin=subprocess.DEVNULL)
        assert native.returncode == 0
        with open(path) as f:
            assert f.read() == seen
        os.unlink(path)
