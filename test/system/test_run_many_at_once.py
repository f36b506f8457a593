"""Many runs at once, whose peer goes away in the middle."""
import os
import signal
import subprocess
import time

from inside import PYTHON, command, descendants, environment, free_port, nothing_left, place, until_connected  # noqa: F401

RUNS = 20

# Headers that promise more than ever comes, and then octets without an end.
ENDLESS = """
import socket, sys, threading, time
listener = socket.create_server(('127.0.0.1', int(sys.argv[1])), backlog=256)
def serve(conn):
    try:
        conn.recv(4096); conn.sendall(b'HTTP/1.0 200 OK\\r\\nContent-Length: 1000000000000\\r\\n\\r\\n')
        while True: conn.sendall(bytes(65536)); time.sleep(0.02)
    except OSError: pass
while True: threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


def crowd(scratch, how, options, wait):
    """Runs of curl, until each has got something; then @how ends the server. Exit statuses, and processes that are left."""
    port = free_port()
    server = subprocess.Popen([PYTHON, "-c", ENDLESS, str(port)])
    runs = []
    try:
        until_connected(port, server)
        for i in range(RUNS):
            line = command("curl", "-s", "-o", scratch / str(i), f"http://127.0.0.1:{port}/", options=["--quiet", *options])
            runs.append(subprocess.Popen(line, env=environment() | {"TMPDIR": str(scratch)}, cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE))
        end = time.monotonic() + 60
        while not all((scratch / str(i)).exists() and (scratch / str(i)).stat().st_size for i in range(RUNS)) and time.monotonic() < end:
            time.sleep(0.02)
        tree = [pid for run in runs for pid in [run.pid, *descendants(run.pid)]]
        server.send_signal(how)
        server.wait(10)
        end = time.monotonic() + wait
        statuses = [run.wait(max(0.1, end - time.monotonic())) for run in runs]
        return statuses, [pid for pid in tree if os.path.exists(f"/proc/{pid}")], [run.stderr.read() for run in runs]
    finally:
        for proc in [server, *runs]:
            if proc.poll() is None:
                proc.kill()
                proc.wait()
        for run in runs:
            run.stderr.close()


def test_a_server_killed_in_the_middle_ends_all_who_ask_it(scratch):
    statuses, left, said = crowd(scratch, signal.SIGKILL, [], 20)
    # 18: a part only, 56: the connection was reset.
    assert set(statuses) <= {18, 56}, (statuses, said)
    assert not left
    assert sorted(os.listdir(scratch)) == sorted(map(str, range(RUNS)))


def test_and_on_a_bad_link_too(scratch):
    statuses, left, said = crowd(scratch, signal.SIGTERM, ["--rtt", "20ms", "--loss", "2%", "--rate", "20mbit"], 20)
    assert set(statuses) <= {18, 56}, (statuses, said)
    assert not left
