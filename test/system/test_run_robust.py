"""What holds under stress: a killed worker, a program that asks for too much, threads that race."""
import ctypes
import os
import pathlib
import random
import signal
import socket
import subprocess
import threading
import time

import pytest
from inside import PYTHON, Place, command, descendants, environment, inside, nothing_left, place, python, started  # noqa: F401
from servers import BIG
from waiting import until


@pytest.fixture(scope="module")
def endless():
    """A server that sends without end. Gives its port."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        def send(conn):
            try:
                while True:
                    conn.sendall(bytes(65536))
            except OSError:
                conn.close()

        def serve():
            try:
                while True:
                    threading.Thread(target=send, args=(listener.accept()[0],), daemon=True).start()
            except OSError:
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)  # ends accept(2); see datagram_server() on what would happen otherwise
        thread.join()


READER = """
import socket
s = socket.create_connection(('127.0.0.1', %d)); print('ready', flush=True)
while s.recv(65536): pass
print('a clean end of file', flush=True)
"""


def test_killing_the_worker_never_looks_like_an_end_of_file(endless):
    draw = random.Random(11)
    for _ in range(20):
        with started(PYTHON, "-c", READER % endless) as proc:
            assert proc.stdout.readline() == b"ready\n"
            worker = descendants(proc.pid)[0]
            time.sleep(draw.random() * 0.05)  # any moment of the transfer
            os.kill(worker, signal.SIGKILL)
            assert proc.wait(60) == 125
            assert proc.stdout.read() == b"" and b"ended unexpectedly" in proc.stderr.read()


def status_of(pid):
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())


def small_pages():
    """Disables huge pages. One that was touched once would count as 2 MB."""
    pr_set_thp_disable = 41
    assert ctypes.CDLL(None).prctl(pr_set_thp_disable, 1, 0, 0, 0) == 0


def test_connections_that_ended_keep_no_descriptor_and_no_memory(ports):
    code = f"""
import socket, sys
def many(n):
    for i in range(n):
        s = socket.create_connection(('127.0.0.1', {ports[0]})); s.close()
for n in 0, 100, 1000:
    many(n); print('done', flush=True); sys.stdin.readline()
"""
    with started(PYTHON, "-c", code, stdin=subprocess.PIPE, preexec_fn=small_pages, disable="hidden") as proc:
        memory = []
        for connections in 0, 100, 1000:
            assert proc.stdout.readline() == b"done\n"
            worker = descendants(proc.pid)[0]
            if not connections:
                at_first = len(os.listdir(f"/proc/{worker}/fd"))
            until(lambda: len(os.listdir(f"/proc/{worker}/fd")) <= at_first + 2, "descriptors of ended connections are left")
            memory.append(int(status_of(worker)["VmRSS"].split()[0]))
            proc.stdin.write(b"\n")
            proc.stdin.flush()
        assert memory[2] < memory[1] + 8192, memory  # the records for the summary, and pages that were touched for the first time


def test_a_program_without_free_descriptors_gets_emfile(ports):
    done = python(f"""
import errno, resource, socket
resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))
for kind in 'sockets', 'connections':
    have = []
    try:
        while True:
            s = socket.socket(); have.append(s)
            if kind == 'connections': s.connect(('127.0.0.1', {ports[0]}))
    except OSError as e: print(e.errno == errno.EMFILE, len(have) > 50)
    del have, s
listener = socket.create_server(('', 8000)); have = [socket.socket() for i in range(30)]; pairs = []
try:
    while True: pairs.append(socket.create_connection(('127.0.0.1', 8000))); pairs.append(listener.accept())
except OSError as e: print(e.errno == errno.EMFILE)
have = pairs = None
socket.create_connection(('127.0.0.1', {ports[0]})).close(); print('well')
""")
    assert done.stdout == b"True True\nTrue True\nTrue\nwell\n", done.stderr.decode()


def test_200_processes_connect_at_once(ports):
    done = python(f"""
import os, socket
children = []
for i in range(200):
    pid = os.fork()
    if pid == 0:
        s = socket.create_connection(('127.0.0.1', {ports[0]})); s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n')
        os._exit(not s.makefile('rb').read().endswith(b'hello\\n'))
    children.append(pid)
print(sum(os.waitpid(pid, 0)[1] for pid in children))
""", timeout=60)
    assert done.stdout == b"0\n", done.stderr.decode()


def test_threads_may_race_for_one_descriptor(ports):
    done = python(f"""
import os, random, socket, threading, time
listener = socket.create_server(('', 8000)); listener.settimeout(0.2)
end = time.monotonic() + 2; shared = [socket.socket()]; count = [0]
def going(): return time.monotonic() < end or count[0] <= 100
def connects():
    while going():
        try: shared[0].settimeout(0.5); shared[0].connect(('127.0.0.1', random.choice(({ports[0]}, 8000)))); shared[0].send(b'x')
        except OSError: pass
def closes():
    while going():
        time.sleep(random.random() * 0.003)
        fd = shared[0].fileno()
        new = socket.socket(); os.dup2(new.fileno(), fd); new.close(); count[0] += 1
def accepts():
    while going():
        try: listener.accept()[0].close()
        except OSError: pass
threads = [threading.Thread(target=f) for f in (connects, connects, closes, accepts, accepts)]
for t in threads: t.start()
for t in threads: t.join()
socket.create_connection(('127.0.0.1', {ports[0]})).close()
print('well')
""", timeout=60)
    assert done.stdout == b"well\n", (done.returncode, done.stdout, done.stderr.decode())


def test_a_run_works_in_a_pipeline_and_without_standard_descriptors(ports, scratch):
    leat = " ".join(command("curl", "-s", f"http://127.0.0.1:{ports[0]}/big", options=["--quiet"]))
    done = subprocess.run(["sh", "-c", f"{leat} | sha256sum | cut -c1-8; {leat} | head -c 5 | wc -c; {leat} 0<&- 2>&- | wc -c; {leat} -o {scratch}/big <&- >&- 2>&-; echo $?"],
                          capture_output=True, text=True, timeout=60, env=environment())
    assert done.stdout.split()[1:] == ["5", "3000000", "0"], done
    assert (scratch / "big").read_bytes() == BIG


def test_sighup_ends_a_run(ports):
    code = "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()"
    with started(PYTHON, "-c", code) as proc:
        assert proc.stdout.readline() == b"ready\n"
        proc.send_signal(signal.SIGHUP)
        assert proc.wait(60) == -signal.SIGHUP


def test_a_run_works_as_root(ports):
    found = subprocess.run([Place.leat, "run", "--quiet", "--", "curl", "-s", f"http://127.0.0.1:{ports[0]}/"], capture_output=True, timeout=60, env=environment())
    assert found.stdout == b"hello\n", found


@pytest.mark.parametrize("disable", ["pidfd_thread,sync_wakeup,wait_killable,addfd_send,process_vm", "pidfd_thread,process_vm", "sync_wakeup,addfd_send"])
def test_a_run_works_without_newer_kernel_features(ports, disable):
    done = inside("sh", "-c", f"curl -s http://127.0.0.1:{ports[0]}/ && curl -s http://127.0.0.1:{ports[0]}/big | wc -c", disable=disable)
    assert done.stdout == b"hello\n3000000\n", done.stderr
