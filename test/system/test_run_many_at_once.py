"""Many runs at once whose server ends in the middle of a transfer."""
import os
import signal
import subprocess

from conftest import SLOWER, not_in_guest
from inside import PYTHON, command, descendants, environment, free_port, nothing_left, place, until_connected  # noqa: F401
from waiting import until

pytestmark = not_in_guest("the downloads fill its memory, which holds its file system")
RUNS = 20

# Sends a header with a huge length, and then octets without end.
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


def end_server_under_load(scratch, how, options):
    """Starts RUNS runs of curl, waits until each has received something, and ends the server with signal @how. Returns the exit statuses, the processes that are left, and the error output."""
    port = free_port()
    server = subprocess.Popen([PYTHON, "-c", ENDLESS, str(port)])
    runs = []
    try:
        until_connected(port, server)
        for i in range(RUNS):
            line = command("curl", "-s", "-o", scratch / str(i), f"http://127.0.0.1:{port}/", options=["--quiet", *options])
            runs.append(subprocess.Popen(line, env=environment() | {"TMPDIR": str(scratch)}, cwd="/", stdin=subprocess.DEVNULL, stderr=subprocess.PIPE))
        until(lambda: all((scratch / str(i)).exists() and (scratch / str(i)).stat().st_size for i in range(RUNS)), "a run has received nothing")
        tree = [pid for run in runs for pid in [run.pid, *descendants(run.pid)]]
        server.send_signal(how)
        server.wait(60)
        statuses = [run.wait(60 * SLOWER) for run in runs]
        return statuses, [pid for pid in tree if os.path.exists(f"/proc/{pid}")], [run.stderr.read() for run in runs]
    finally:
        for proc in [server, *runs]:
            if proc.poll() is None:
                proc.kill()
                proc.wait()
        for run in runs:
            run.stderr.close()


def test_all_runs_end_when_their_server_is_killed(scratch):
    statuses, left, said = end_server_under_load(scratch, signal.SIGKILL, [])
    # 18: only a part arrived; 56: the connection was reset.
    assert set(statuses) <= {18, 56}, (statuses, said)
    assert not left
    assert sorted(os.listdir(scratch)) == sorted(map(str, range(RUNS)))


def test_all_runs_end_when_their_server_ends_on_a_bad_link(scratch):
    statuses, left, said = end_server_under_load(scratch, signal.SIGTERM, ["--rtt", "20ms", "--loss", "2%", "--rate", "20mbit"])
    assert set(statuses) <= {18, 56}, (statuses, said)
    assert not left
