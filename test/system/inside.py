"""What the tests of unmodified programs share: how each is started inside `leat run`, as a user without privileges."""
import contextlib
import glob
import hashlib
import http.server
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import threading
import time

import pytest
from conftest import ROOT, SLOWER, unprivileged

PYTHON = "/usr/bin/python3"
BIG = random.Random(7).randbytes(3_000_000)
FALLBACKS = ["", "pidfd_thread,sync_wakeup", "process_vm", "addfd_send", "wait_killable", "getfd", "gro"]


class Place:
    """Where things lie that the unprivileged user may read."""
    leat = programs = names = None


@pytest.fixture(scope="module", autouse=True)
def place(leat, bin_dir):
    Place.leat = leat
    Place.programs = bin_dir / "programs"
    if not Place.programs.exists():
        shutil.copytree(ROOT / "test/programs", Place.programs)
        Place.programs.chmod(0o755)
    Place.names = tempfile.mkdtemp(prefix="leat-")
    os.chmod(Place.names, 0o777)
    yield
    os.rmdir(Place.names)


@pytest.fixture(autouse=True)
def nothing_left(place):
    """No folder for the sockets' names stays behind."""
    yield
    end = time.monotonic() + 2  # for one whose outer process was killed, the worker tidies up by itself
    while os.listdir(Place.names) and time.monotonic() < end:
        time.sleep(0.02)
    assert os.listdir(Place.names) == []


def program(name):
    return Place.programs / name


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = BIG if self.path == "/big" else b"hello\n"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def do_POST(self):
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        while left:
            data = self.rfile.read(min(left, 65536))
            digest.update(data)
            left -= len(data)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(digest.hexdigest().encode())

    def log_message(self, *args):
        pass


class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 512


class Server6(Server):
    address_family = socket.AF_INET6


@pytest.fixture(scope="module")
def ports():
    """Of a web server on 127.0.0.1, and of one on ::1, that also take uploads."""
    servers = [Server(("127.0.0.1", 0), Handler), Server6(("::1", 0), Handler)]
    for server in servers:
        threading.Thread(target=server.serve_forever, daemon=True).start()
    yield [server.server_address[1] for server in servers]
    for server in servers:
        server.shutdown()


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def command(*args, options=()):
    return [*unprivileged(), Place.leat, "run", *map(str, options), "--", *map(str, args)]


def environment(disable=""):
    env = {k: v for k, v in os.environ.items() if k not in ("http_proxy", "https_proxy")} | {"XDG_RUNTIME_DIR": Place.names}
    return env | ({"LEAT_DISABLE": disable} if disable else {})


def inside(*args, options=(), disable="", timeout=30, **more):
    """Run to the end inside `leat run`. Output is captured as octets."""
    if "input" not in more:
        more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command(*args, options=["--quiet", *options]), capture_output=True, timeout=timeout * SLOWER,
                          env=environment(disable), cwd="/", **more)


def loud(*args):
    """The same with the lines that --quiet leaves out. Output is text."""
    return subprocess.run(command(*args), capture_output=True, text=True, timeout=30 * SLOWER, env=environment(), cwd="/", stdin=subprocess.DEVNULL)


def python(code, **more):
    """A program in Python inside."""
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
                proc.wait(5)
            except subprocess.TimeoutExpired:
                proc.kill()
        proc.stdout.close()
        proc.stderr.close()


def until_connected(port, proc, seconds=10, ask=b"GET / HTTP/1.0\r\n\r\n"):
    """A connection to a published port that the program behind it answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and proc.poll() is None:
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), 2) as s:
                s.settimeout(2)
                s.sendall(ask)
                if s.recv(1):
                    return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers; {proc.poll()}")


def descendants(pid):
    """A supervisor's first one is its worker, whatever the numbers: they begin anew at pid_max."""
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


def wait_for_states(pids, want, seconds=5):
    end = time.monotonic() + seconds
    while [state_of(pid) for pid in pids] != want and time.monotonic() < end:
        time.sleep(0.02)
    return [state_of(pid) for pid in pids] == want
