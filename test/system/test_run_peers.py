"""Widely used programs work inside and against servers outside: redis, socat, git."""
import contextlib
import os
import signal
import subprocess
import sys

from conftest import SLOWER
from inside import PYTHON, free_port, inside, nothing_left, place, python, started, until_connected  # noqa: F401
from servers import BIG
from waiting import answers, until


@contextlib.contextmanager
def redis(scratch, *options, port=6379):
    conf = ["--port", port, "--save", "", "--appendonly", "no", "--dir", scratch, "--daemonize", "no", "--protected-mode", "no"]
    with started("/usr/bin/redis-server", *conf, options=options) as proc:
        yield proc


def test_a_published_redis_serves_its_benchmark(scratch):
    port = free_port()
    with redis(scratch, "-p", f"{port}:6379") as proc:
        until_connected(port, proc, ask=b"PING\r\n")
        done = subprocess.run(["redis-benchmark", "-p", str(port), "-n", "5000", "-c", "20", "-q", "-t", "set,get"], capture_output=True, text=True,
                              timeout=60 * SLOWER)
        assert done.returncode == 0 and "GET" in done.stdout and "rror" not in done.stdout + done.stderr, done
        info = subprocess.run(["redis-cli", "-p", str(port), "info", "clients"], capture_output=True, text=True, timeout=60)
        assert "connected_clients:1\n" in info.stdout
        proc.terminate()
        assert proc.wait(60) in (0, -signal.SIGTERM)


def test_redis_clients_inside_use_a_server_outside(scratch):
    port = free_port()
    server = subprocess.Popen(["redis-server", "--port", str(port), "--save", "", "--bind", "127.0.0.1", "--dir", str(scratch)], stdout=subprocess.DEVNULL)
    try:
        until(lambda: answers(port), "redis does not answer", proc=server)
        many = b"".join(b"SET key%d value%d\r\n" % (i, i) for i in range(20000))
        done = inside("redis-cli", "-p", port, "--pipe", input=many)
        assert b"errors: 0, replies: 20000" in done.stdout, done
        done = inside("redis-benchmark", "-p", port, "-n", "5000", "-c", "20", "-q", "-t", "ping,set")
        assert done.returncode == 0 and b"SET" in done.stdout, done
    finally:
        server.terminate()
        server.wait(60)


def test_socat_receives_a_file_on_a_published_port(scratch):
    """socat waits with select() and shuts one direction at a time."""
    path = scratch / "file"
    path.write_bytes(BIG)
    port = free_port()
    with started("socat", "-u", "TCP-LISTEN:9000,reuseaddr", f"CREATE:{scratch}/copy", options=["-p", f"{port}:9000"]) as proc:
        send = ["socat", "-u", f"OPEN:{path}", f"TCP:127.0.0.1:{port}"]
        until(lambda: subprocess.run(send, capture_output=True, timeout=60).returncode == 0, "socat inside does not listen")
        assert proc.wait(60) == 0, proc.stderr.read()
    assert (scratch / "copy").read_bytes() == BIG


def test_git_clones_over_http_inside(scratch):
    env = os.environ | {"HOME": str(scratch), "GIT_CONFIG_NOSYSTEM": "1"}
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.test", "-c", "safe.directory=*"]
    source = scratch / "source"
    subprocess.run([*git, "init", "-q", source], check=True, env=env)
    (source / "file").write_bytes(BIG)
    subprocess.run([*git, "-C", source, "add", "."], check=True, env=env)
    subprocess.run([*git, "-C", source, "commit", "-qm", "one"], check=True, env=env)
    subprocess.run([*git, "clone", "-q", "--bare", source, scratch / "bare.git"], check=True, env=env)
    subprocess.run([*git, "-C", scratch / "bare.git", "update-server-info"], check=True, env=env)
    port = free_port()
    server = subprocess.Popen([sys.executable, "-m", "http.server", str(port), "-b", "127.0.0.1", "-d", scratch], stderr=subprocess.DEVNULL)
    try:
        until_connected(port, server)
        done = inside("env", f"HOME={scratch}", "git", "clone", "-q", f"http://127.0.0.1:{port}/bare.git", scratch / "copy", timeout=60)
        assert done.returncode == 0, done.stderr
        assert (scratch / "copy/file").read_bytes() == BIG
    finally:
        server.terminate()
        server.wait(60)


DESCRIPTORS_ALONG = """
import array, os, socket
server = socket.create_server(('', 8000)); a = socket.create_connection(('127.0.0.1', 8000)); b, who = server.accept()
along = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array('i', [1]))]
for i in range(20):
    a.sendmsg([b'one'], along); a.sendmsg([b'two'], along); a.sendmsg([b'end'])
    got = b''
    b.settimeout(60)
    while len(got) < 9:
        got += b.recv(9)
    assert got == b'onetwoend', got
"""


def test_descriptors_sent_over_tcp_are_ignored():
    """Linux's TCP ignores them. In AF_UNIX a read ends after the octets that carry descriptors, so the worker must read again."""
    done = inside(PYTHON, "-c", DESCRIPTORS_ALONG)
    assert done.returncode == 0, done.stderr
