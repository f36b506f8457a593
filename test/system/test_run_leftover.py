"""Processes that the first one leaves running: they are named, they get signals, and --until first ends them."""
import contextlib
import os
import pty
import re
import select
import signal
import socket
import subprocess
import time

import pytest
from inside import PYTHON, command, descendants, environment, inside, nothing_left, place, started  # noqa: F401
from waiting import until

IGNORES_SIGTERM = f"{PYTHON} -c \"import signal, time; signal.signal(15, signal.SIG_IGN); print('ignores_sigterm', flush=True); time.sleep(60)\""


@pytest.fixture(scope="module", autouse=True)
def ignores_sigterm(place):
    """A run whose leftover process ignores SIGTERM, while the other tests run."""
    run = command("sh", "-c", f"{IGNORES_SIGTERM} & read line", options=["-q", "--until", "first"])
    env = environment() | {"XDG_RUNTIME_DIR": "/tmp"}
    with subprocess.Popen(run, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env) as proc:
        assert proc.stdout.readline() == "ignores_sigterm\n"
        begin = time.monotonic()
        proc.stdin.close()
        proc.stdin = None
        yield proc, begin


def test_after_two_seconds_a_run_names_the_processes_that_it_waits_for():
    begin = time.monotonic()
    with started("sh", "-c", "(exec sleep 600) & (exec sleep 600) & exit 3") as proc:
        said = proc.stderr.readline()
        assert time.monotonic() - begin > 2
        assert re.fullmatch(rb"leat: sh has ended; waiting for what it left running: sleep\[\d+\], sleep\[\d+\] \(--until first ends it\)\n", said)
        for pid in re.findall(rb"sleep\[(\d+)\]", said):
            assert proc.poll() is None
            os.kill(int(pid), signal.SIGKILL)
        assert proc.wait(60) == 3 and proc.stderr.read() == b""


def test_a_run_that_ends_soon_prints_nothing():
    begin = time.monotonic()
    done = inside("sh", "-c", "sleep 0.5 & exit 3", options=["--until", "all"])
    assert done.stderr == b"" or time.monotonic() - begin > 2


def test_of_many_processes_four_are_named_and_the_others_counted():
    with started("sh", "-c", "for i in 1 2 3 4 5 6; do sleep 600 & done") as proc:
        assert re.search(rb"running: (sleep\[\d+\], ){3}sleep\[\d+\] and 2 more ", proc.stderr.readline())


def test_until_first_ends_the_leftover_processes():
    """These include stopped processes, processes in another session, and their children."""
    begin = time.monotonic()
    done = inside("sh", "-c", "setsid sleep 600 & (sleep 600; echo) & sleep 600 & kill -STOP $!; exit 3", options=["--until", "first"])
    assert (done.returncode, done.stdout) == (3, b"") and b"killed" not in done.stderr
    assert done.stderr == b"" or time.monotonic() - begin > 2


def test_until_first_sends_sigterm_before_sigkill():
    daemon = "import os, signal, sys, time; signal.signal(15, lambda *a: (os.write(1, b'saved'), sys.exit())); os.write(1, b'ready'); time.sleep(60)"
    with started("sh", "-c", f'{PYTHON} -c "{daemon}" & read line; exit 3', options=["--until", "first"], stdin=subprocess.PIPE) as proc:
        assert proc.stdout.read(5) == b"ready"
        proc.stdin.close()
        assert proc.stdout.read() == b"saved"
        assert proc.wait(60) == 3 and b"killed" not in proc.stderr.read()


def test_timeout_ends_a_run_with_all_that_it_started():
    for script in ("setsid sleep 600 & sleep 600", "setsid sh -c 'sleep 600; true' & sleep 600", "setsid sleep 600 &"):
        done = subprocess.run(["timeout", "0.5", *command("sh", "-c", script, options=["-q"])], stderr=subprocess.PIPE, timeout=60, env=environment(),
                              stdin=subprocess.DEVNULL)
        assert done.returncode in (124, 0) and b"killed" not in done.stderr, script


COUNTS_SIGTERM = """
import os, signal, time
heard = [0]
signal.signal(signal.SIGTERM, lambda *a: heard.__setitem__(0, heard[0] + 1))
os.write(1, b'ready\\n')
while not heard[0]: time.sleep(0.01)
end = time.monotonic() + 0.5  # in which a second one would come
while time.monotonic() < end: time.sleep(0.05)
os.write(1, b'%d\\n' % heard[0])
"""


def test_a_signal_to_the_group_reaches_each_process_once():
    """Both a process of the group that outlives the first one, and a process outside of the group."""
    script = f'{PYTHON} -c "$0" & setsid {PYTHON} -c "$0" & read line'
    with started("sh", "-c", script, COUNTS_SIGTERM, start_new_session=True, stdin=subprocess.PIPE) as proc:
        assert [proc.stdout.readline() for _ in range(2)] == [b"ready\n"] * 2
        os.killpg(proc.pid, signal.SIGTERM)
        assert proc.stdout.read() == b"1\n1\n"
        assert proc.wait(60) == -signal.SIGTERM


def test_a_signal_that_did_not_end_the_first_process_is_not_passed_on():
    """Such as a signal to reload."""
    script = "trap '' USR1; setsid sh -c 'sleep 1; echo went on' & echo ready; read line; exit 0"
    with started("sh", "-c", script, stdin=subprocess.PIPE) as proc:
        assert proc.stdout.readline() == b"ready\n"
        proc.send_signal(signal.SIGUSR1)
        proc.stdin.close()
        assert proc.wait(60) == 0 and proc.stdout.read() == b"went on\n"


def test_control_c_ends_the_leftover_processes():
    """A shell makes background processes ignore the terminal's SIGINT."""
    pid, terminal = pty.fork()
    if pid == 0:
        os.execvpe("sh", ["sh", "-c", " ".join(command("sh", "-c", "'sleep 600 & setsid sleep 600 & echo ready; exit 3'", options=["-q"])) + "; echo =$?="], environment())
    seen = b""
    while b"ready" not in seen:
        seen += os.read(terminal, 1000)
    until(lambda: len(descendants(pid)) == 4, "the first process has not ended")  # supervisor, worker, and two leftover processes
    os.write(terminal, b"\x03")
    with contextlib.suppress(OSError):
        while select.select([terminal], [], [], 60)[0] and (more := os.read(terminal, 1000)):
            seen += more
    until(lambda: os.waitpid(pid, os.WNOHANG)[0], "the run has not ended")
    os.close(terminal)
    assert b"killed" not in seen


def test_a_run_says_that_it_delivers_data_and_a_signal_ends_the_wait():
    with socket.create_server(("127.0.0.1", 0)) as server:
        code = f"import socket; s = socket.create_connection(('127.0.0.1', {server.getsockname()[1]})); s.sendall(bytes(60000)); print('sent', flush=True)"
        with started(PYTHON, "-c", code, options=["--up-rate", "20kbit"]) as proc:
            taken, _ = server.accept()
            assert proc.stdout.readline() == b"sent\n"
            assert re.fullmatch(rb"leat: /usr/bin/python3 has ended; delivering what it sent \(a signal ends the wait\)\n", proc.stderr.readline())
            proc.send_signal(signal.SIGINT)
            assert proc.wait(60) == 0
            taken.close()


def test_an_unknown_value_of_until_is_refused():
    done = inside("true", options=["--until", "last"])
    assert (done.returncode, done.stderr) == (125, b"leat run: --until: last is neither 'first' nor 'all'\n")


def test_until_first_kills_processes_that_do_not_end_within_ten_seconds(ignores_sigterm):
    proc, begin = ignores_sigterm
    _, said = proc.communicate(timeout=60)
    assert proc.returncode == 1 and time.monotonic() - begin > 9
    assert re.fullmatch(r"leat: sh has ended; still running after SIGTERM: python3\[\d+\]; SIGKILL follows in 8 s\n"
                        r"leat: killed, since SIGTERM did not end it within 10 s: python3\[\d+\]\n", said), said
