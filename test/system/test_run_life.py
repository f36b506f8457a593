"""How `leat run` ends: exit status, signals, and what happens when one of its processes is killed."""
import os
import signal

import pytest
from inside import PYTHON, descendants, inside, nothing_left, place, program, python, started, wait_for_states  # noqa: F401
from waiting import until

pytestmark = pytest.mark.yama


def test_exit_status_passes_through():
    assert inside("sh", "-c", "exit 7").returncode == 7
    assert inside("true").returncode == 0
    assert inside("/nonexistent").returncode == 127
    assert inside("/etc/passwd").returncode == 126


def test_leat_ends_by_the_signal_that_killed_the_program():
    assert inside("sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL
    assert inside("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


def test_ctrl_c_ends_a_blocked_program():
    with started(PYTHON, "-c", "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()") as proc:
        assert proc.stdout.readline() == b"ready\n"
        proc.send_signal(signal.SIGINT)
        assert proc.wait(60) == -signal.SIGINT
        assert b"KeyboardInterrupt" in proc.stderr.read()


def test_a_stop_from_the_terminal_stops_program_and_supervisor_but_not_the_worker():
    """The shell sees the supervisor stop. The network goes on."""
    with started("sh", "-c", "echo ready; exec sleep 30", process_group=0) as proc:
        assert proc.stdout.readline() == b"ready\n"
        worker, program = descendants(proc.pid)
        os.killpg(proc.pid, signal.SIGTSTP)
        assert wait_for_states([proc.pid, worker, program], ["T", "S", "T"])
        os.killpg(proc.pid, signal.SIGCONT)
        assert wait_for_states([proc.pid, worker, program], ["S", "S", "S"])


def test_the_supervisor_stops_and_continues_with_the_program():
    """However quickly stop and continue follow each other, a continued program never leaves the supervisor stopped."""
    with started("sh", "-c", "echo ready; exec sleep 30") as proc:
        assert proc.stdout.readline() == b"ready\n"
        worker, program = descendants(proc.pid)
        for _ in range(200):
            os.kill(program, signal.SIGSTOP)
            os.kill(program, signal.SIGCONT)
        assert wait_for_states([proc.pid, worker, program], ["S", "S", "S"])
        os.kill(program, signal.SIGSTOP)
        assert wait_for_states([proc.pid, worker, program], ["T", "S", "T"])
        os.kill(program, signal.SIGCONT)
        assert wait_for_states([proc.pid, worker, program], ["S", "S", "S"])


def test_a_stopped_program_that_is_killed_ends_the_run():
    with started("sh", "-c", "echo ready; exec sleep 600") as proc:
        assert proc.stdout.readline() == b"ready\n"
        worker, program = descendants(proc.pid)
        os.kill(program, signal.SIGSTOP)
        wait_for_states([proc.pid, worker, program], ["T", "S", "T"])
        os.kill(program, signal.SIGKILL)
        assert proc.wait(60) == 128 + signal.SIGKILL


def test_a_program_that_ends_as_it_is_continued_ends_the_run():
    """The worker is stopped meanwhile: it sees that the program has ended, but not that it went on before."""
    with started("sh", "-c", "echo ready; exec sleep 600") as proc:
        assert proc.stdout.readline() == b"ready\n"
        worker, program = descendants(proc.pid)
        os.kill(program, signal.SIGSTOP)
        wait_for_states([proc.pid, worker, program], ["T", "S", "T"])
        os.kill(worker, signal.SIGSTOP)
        os.kill(program, signal.SIGTERM)
        os.kill(program, signal.SIGCONT)
        wait_for_states([proc.pid, worker, program], ["T", "T", "Z"])
        os.kill(worker, signal.SIGCONT)
        assert proc.wait(60) == -signal.SIGTERM


def test_a_handler_runs_while_a_call_waits():
    """Only the handler makes the connection for which accept() waits."""
    code = """
import signal, socket, threading
def ring(*a):
    print('rang', flush=True)
    threading.Thread(target=socket.create_connection, args=(('127.0.0.1', 8000),)).start()
signal.signal(signal.SIGALRM, ring)
s = socket.create_server(('', 8000)); s.settimeout(None)
signal.setitimer(signal.ITIMER_REAL, 0.2, 0)
s.accept(); print('accepted')
"""
    done = python(code)
    assert done.stdout == b"rang\naccepted\n", done.stderr.decode()


def test_a_signal_is_handled_soon_although_many_threads_wait():
    """On Linux it takes less than a millisecond. Looking at each of the threads would take far longer."""
    code = """
import os, signal, socket, threading, time
ACCEPT = ('43', '288') if os.uname().machine == 'x86_64' else ('202', '242')  # accept, accept4
s = socket.create_server(('', 8000), backlog=9)
rang = []
signal.signal(signal.SIGUSR1, lambda *a: rang.append(1)); signal.siginterrupt(signal.SIGUSR1, False)
threads = [threading.Thread(target=s.accept, daemon=True) for _ in range(100)]
[t.start() for t in threads]
def waits(t): return open(f'/proc/self/task/{t.native_id}/syscall').read().split()[0] in ACCEPT
while not all(waits(t) for t in threads): time.sleep(0.01)
def pending():  # returns true if a signal is still pending 30 ms after the last of ten
    if not os.fork():
        for i in range(10):
            os.kill(os.getppid(), signal.SIGUSR1); time.sleep(0.03)
        os._exit(0)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR1])
    os.wait(); time.sleep(0.03)
    try: return signal.SIGUSR1 in signal.sigpending()
    finally: signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGUSR1])
while pending(): pass  # a busy machine may need several rounds
print('soon', flush=True)
os._exit(0)
"""
    done = python(code)
    assert done.stdout == b"soon\n", done


def test_killing_the_worker_ends_the_tree_with_125():
    with started(PYTHON, "-c", "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()") as proc:
        assert proc.stdout.readline() == b"ready\n"
        tree = descendants(proc.pid)
        os.kill(tree[0], signal.SIGKILL)
        assert proc.wait(60) == 125
        assert b"ended unexpectedly" in proc.stderr.read()
        assert not any(os.path.exists(f"/proc/{pid}") for pid in tree)


def test_killing_the_supervisor_ends_the_tree():
    with started("sleep", "60") as proc:
        tree = until(lambda: len(found := descendants(proc.pid)) == 2 and found, "worker and program are not there")
        proc.kill()
        proc.wait(60)
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in tree), "a process is left")


def test_a_run_lasts_until_its_last_process_has_ended(ports):
    # The subshell waits until the first process, $$, has ended.
    code = f"(while kill -0 $$ 2>/dev/null; do sleep 0.02; done; curl -s http://127.0.0.1:{ports[0]}/) & exit 3"
    done = inside("sh", "-c", code)
    assert (done.returncode, done.stdout) == (3, b"hello\n")


def test_a_signal_to_the_whole_group_reaches_the_program_once():
    code = """
import signal, sys, time
count = [0]
def ring(*a): count[0] += 1
signal.signal(signal.SIGUSR1, ring); print('ready', flush=True)
for i in range(2):
    while count[0] <= i: time.sleep(0.01)
    end = time.monotonic() + 0.5  # in which a second one would come
    while time.monotonic() < end: time.sleep(0.05)
    print(count[0], flush=True)
"""
    with started(PYTHON, "-c", code, start_new_session=True) as proc:
        assert proc.stdout.readline() == b"ready\n"
        os.killpg(proc.pid, signal.SIGUSR1)
        assert proc.stdout.readline() == b"1\n"
        proc.send_signal(signal.SIGUSR1)
        assert proc.stdout.readline() == b"2\n"
