"""Unmodified programs under src/run, as an unprivileged user."""
import contextlib
import functools
import glob
import hashlib
import http.server
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
DRIVER = ROOT / "build/test/tools/run_driver"
PROGRAMS = ROOT / "test/programs"
PYTHON = "/usr/bin/python3"
BIG = random.Random(7).randbytes(3_000_000)
UNPRIVILEGED = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
FALLBACKS = ["", "pidfd_thread,sync_wakeup", "process_vm", "addfd_send", "wait_killable"]


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


class Server6(http.server.ThreadingHTTPServer):
    address_family = socket.AF_INET6


@pytest.fixture(scope="module")
def web():
    servers = [http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler), Server6(("::1", 0), Handler)]
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
    return [*UNPRIVILEGED, str(DRIVER), *map(str, options), "--", *map(str, args)]


def environment(disable=""):
    env = {k: v for k, v in os.environ.items() if k not in ("http_proxy", "https_proxy", "XDG_RUNTIME_DIR")}
    return env | ({"LEAT_DISABLE": disable} if disable else {})


def run(*args, options=(), disable="", timeout=30):
    return subprocess.run(command(*args, options=options), capture_output=True, timeout=timeout, env=environment(disable))


@contextlib.contextmanager
def started(*args, options=(), **more):
    proc = subprocess.Popen(command(*args, options=options), stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment(), **more)
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


def until_connected(port, proc, seconds=10):
    """A connection to a published port that the program behind it answers."""
    end = time.monotonic() + seconds
    while time.monotonic() < end and proc.poll() is None:
        with contextlib.suppress(OSError):
            with socket.create_connection(("127.0.0.1", port), 2) as s:
                s.settimeout(2)
                s.sendall(b"GET / HTTP/1.0\r\n\r\n")
                if s.recv(1):
                    return
        time.sleep(0.05)
    raise AssertionError(f"nothing answers; {proc.poll()}")


def descendants(pid):
    children = []
    for path in glob.glob("/proc/[0-9]*/stat"):
        with contextlib.suppress(OSError):
            text = pathlib.Path(path).read_text()
            if int(text.rsplit(")", 1)[1].split()[1]) == pid:
                child = int(path.split("/")[2])
                children += [child, *descendants(child)]
    return children


def leftovers():
    return glob.glob("/tmp/leat-*")


@pytest.fixture(autouse=True)
def nothing_left():
    before = set(leftovers())
    yield
    assert set(leftovers()) <= before


def test_exit_status_passes_through():
    assert run("sh", "-c", "exit 7").returncode == 7
    assert run("true").returncode == 0
    assert run("/nonexistent").returncode == 127
    assert run("/etc/passwd").returncode == 126


def test_a_program_killed_by_a_signal_ends_leat_alike():
    assert run("sh", "-c", "kill -KILL $$").returncode == 128 + signal.SIGKILL
    assert run("sh", "-c", "kill -TERM $$").returncode == -signal.SIGTERM


@pytest.mark.parametrize("disable", FALLBACKS)
def test_curl_over_ipv4(web, disable):
    done = run("curl", "-s", f"http://127.0.0.1:{web[0]}/big", disable=disable)
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_curl_over_ipv6(web):
    done = run("curl", "-s", f"http://[::1]:{web[1]}/big")
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_curl_sends(web, tmp_path):
    path = tmp_path / "upload"
    path.write_bytes(BIG)
    for directory in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        directory.chmod(0o755)
    done = run("curl", "-s", "-H", "Expect:", "--data-binary", f"@{path}", f"http://127.0.0.1:{web[0]}/")
    assert done.stdout.decode() == hashlib.sha256(BIG).hexdigest(), done.stderr


def test_curl_on_a_bad_link(web):
    done = run("curl", "-s", f"http://127.0.0.1:{web[0]}/big", options=["-l", 10000, "-d", 1], timeout=60)
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_nobody_listens(web):
    assert run("curl", "-s", f"http://127.0.0.1:{free_port()}/").returncode == 7


@pytest.mark.skipif(not shutil.which("wget"), reason="wget is not installed")
def test_wget(web):
    assert run("wget", "-q", "-O", "-", f"http://127.0.0.1:{web[0]}/").stdout == b"hello\n"


@pytest.mark.skipif(not shutil.which("nc"), reason="nc is not installed")
def test_nc_sends_what_it_is_given(web):
    done = subprocess.run(command("nc", "-w", "3", "127.0.0.1", web[0]), input=b"GET / HTTP/1.0\r\n\r\n", capture_output=True, timeout=20)
    assert done.stdout.endswith(b"hello\n"), done.stderr


def test_connecting_without_waiting(web):
    """Over a link slow enough that the time before the handshake can be looked at."""
    done = run(PYTHON, PROGRAMS / "nonblocking.py", web[0], free_port(), options=["-d", 50])
    assert done.stdout == b"well\n", done.stderr.decode()


def test_what_the_wall_keeps_out():
    done = run(PYTHON, PROGRAMS / "wall.py")
    assert done.stdout == b"well\n", done.stderr.decode()
    assert b"MPTCP" in done.stderr


@pytest.fixture(scope="module")
def static_client(tmp_path_factory):
    directory = tmp_path_factory.mktemp("static")
    for d in (directory, directory.parent, directory.parent.parent):
        d.chmod(0o755)
    subprocess.run(["cc", "-static", "-o", directory / "client", PROGRAMS / "static_client.c"], check=True)
    return directory / "client"


def test_a_static_binary(web, static_client):
    done = run(static_client, "127.0.0.1", web[0])
    assert done.stdout.endswith(b"hello\n"), done.stderr


@pytest.fixture(scope="module")
def echo():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    s.sendto(*s.recvfrom(65536))

        threading.Thread(target=serve, daemon=True).start()
        yield s.getsockname()[1]


@pytest.mark.parametrize("disable", FALLBACKS)
def test_datagrams(echo, disable):
    done = run(PYTHON, PROGRAMS / "udp_client.py", echo, disable=disable)
    assert done.stdout == b"well\n", done.stderr.decode()


def answer_dns(query):
    """An A record 192.0.2.7 for whatever is asked; nothing for other types."""
    end = query.index(b"\0", 12) + 5
    kind = int.from_bytes(query[end - 4 : end - 2], "big")
    head = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if kind == 1 else b"\0\0") + b"\0\0\0\0" + query[12:end]
    return head + (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7" if kind == 1 else b"")


@pytest.fixture(scope="module")
def dns():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", 0))

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    query, who = s.recvfrom(4096)
                    s.sendto(answer_dns(query), who)

        threading.Thread(target=serve, daemon=True).start()
        yield s.getsockname()[1]


@pytest.mark.skipif(not shutil.which("dig"), reason="dig is not installed")
def test_dig_through_the_alias(dns):
    done = run("dig", "+short", "+tries=1", "@10.0.2.3", "example.test", options=["-n", dns])
    assert done.stdout == b"192.0.2.7\n", done


def test_a_name_is_looked_up_over_our_network(dns):
    ask = "import socket; print(socket.gethostbyname('leat.example.test'))"
    done = run(PYTHON, "-c", ask, options=["-n", dns])
    if b"127.0.0" not in pathlib.Path("/etc/resolv.conf").read_bytes():
        pytest.skip("the host's resolv.conf names a server that is not on loopback")
    assert done.stdout == b"192.0.2.7\n", done.stderr


def test_a_published_web_server(tmp_path):
    (tmp_path / "file").write_bytes(BIG)
    for d in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        d.chmod(0o755)
    port = free_port()
    with started(PYTHON, "-m", "http.server", 8000, "-d", tmp_path, options=["-p", f"{port}:8000"]) as proc:
        until_connected(port, proc)
        done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/file"], capture_output=True, timeout=20)
        assert done.stdout == BIG
        proc.send_signal(signal.SIGINT)
        proc.wait(5)


NGINX = """
daemon off; master_process on; worker_processes 2; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d;
  scgi_temp_path {0}/e; server {{ listen 8000; location / {{ root {0}; }} }} }}
"""


@pytest.mark.skipif(not shutil.which("nginx", path="/usr/sbin:/usr/bin"), reason="nginx is not installed")
def test_nginx_with_two_workers(tmp_path):
    (tmp_path / "file").write_bytes(BIG)
    (tmp_path / "conf").write_text(NGINX.format(tmp_path))
    for d in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        d.chmod(0o777)
    port = free_port()
    with started("/usr/sbin/nginx", "-e", tmp_path / "error.log", "-c", tmp_path / "conf", options=["-p", f"{port}:8000"]) as proc:
        until_connected(port, proc)
        for _ in range(5):
            done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/file"], capture_output=True, timeout=20)
            assert done.stdout == BIG
        proc.terminate()
        assert proc.wait(5) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("program", ["fork_server.py", "thread_server.py"])
def test_500_connections(program):
    count, port, lines = 500, free_port(), []
    with started(PYTHON, PROGRAMS / program, 8000, count, options=["-p", f"{port}:8000"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        clients = [socket.create_connection(("127.0.0.1", port), 20) for _ in range(count)]
        for i, client in enumerate(clients):
            client.settimeout(20)
            client.sendall(b"client %d\n" % i)
        for i, client in enumerate(clients):
            line = client.makefile("rb").readline()
            assert line == b"client %d\n" % i
            client.close()
        assert proc.wait(20) == 0, proc.stderr.read()


def test_ctrl_c_ends_a_blocked_program():
    with started(PYTHON, "-c", "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()") as proc:
        assert proc.stdout.readline() == b"ready\n"
        proc.send_signal(signal.SIGINT)
        assert proc.wait(5) == -signal.SIGINT
        assert b"KeyboardInterrupt" in proc.stderr.read()


def state_of(pid):
    return pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def wait_for_states(pids, want, seconds=5):
    end = time.monotonic() + seconds
    while [state_of(pid) for pid in pids] != want and time.monotonic() < end:
        time.sleep(0.02)
    return [state_of(pid) for pid in pids] == want


def test_job_control():
    """What a terminal sends to the foreground group stops the program and, so that the shell sees it, the outer process; but not the network."""
    with started("sh", "-c", "echo ready; exec sleep 30", start_new_session=True) as proc:
        assert proc.stdout.readline() == b"ready\n"
        worker, program = descendants(proc.pid)
        os.killpg(proc.pid, signal.SIGTSTP)
        assert wait_for_states([proc.pid, worker, program], ["T", "S", "T"])
        os.killpg(proc.pid, signal.SIGCONT)
        assert wait_for_states([proc.pid, worker, program], ["S", "S", "S"])


def test_a_published_datagram_service():
    port = free_port(socket.SOCK_DGRAM)
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 7777)); print('ready', flush=True)
data, who = s.recvfrom(100); s.sendto(data.upper(), who)
"""
    with started(PYTHON, "-c", code, options=["-u", f"{port}:7777"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(5)
            s.sendto(b"ping", ("127.0.0.1", port))
            assert s.recvfrom(10) == (b"PING", ("127.0.0.1", port))


def test_a_stream_that_failed_connects_anew(web):
    code = f"""
import select, socket
s = socket.socket(); s.setblocking(False)
for port in {free_port()}, {web[0]}:
    s.connect_ex(('127.0.0.1', port))
    p = select.poll(); p.register(s, select.POLLOUT); p.poll(5000)
    print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
"""
    assert run(PYTHON, "-c", code).stdout == b"111\n0\n"


def test_a_connection_that_died_half_open_ends_with_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"""
import socket, time
s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}))
assert s.recv(1) == b''
try:
    while True: s.send(b'more'); time.sleep(0.02)
except (BrokenPipeError, ConnectionResetError): print('broken')
"""
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            conn.close()
            assert proc.wait(10) == 0 and proc.stdout.read() == b"broken\n"


def test_a_handler_runs_while_a_call_waits():
    code = """
import signal, socket
signal.signal(signal.SIGALRM, lambda *a: print('rang', flush=True))
signal.setitimer(signal.ITIMER_REAL, 0.2, 0)
s = socket.create_server(('', 8000)); s.settimeout(None)
import threading
threading.Timer(1, lambda: socket.create_connection(('127.0.0.1', 8000))).start()
s.accept(); print('accepted')
"""
    done = run(PYTHON, "-c", code)
    assert done.stdout == b"rang\naccepted\n", done.stderr.decode()


def test_the_worker_killed_ends_everything_with_125():
    with started(PYTHON, "-c", "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); s.accept()") as proc:
        assert proc.stdout.readline() == b"ready\n"
        tree = descendants(proc.pid)
        os.kill(tree[0], signal.SIGKILL)
        assert proc.wait(5) == 125
        assert b"ended unexpectedly" in proc.stderr.read()
        assert not any(os.path.exists(f"/proc/{pid}") for pid in tree)


def test_the_outer_killed_ends_the_tree():
    with started("sleep", "60") as proc:
        end = time.monotonic() + 5
        while len(tree := descendants(proc.pid)) < 2 and time.monotonic() < end:
            time.sleep(0.02)
        proc.kill()
        proc.wait(5)
        while any(os.path.exists(f"/proc/{pid}") for pid in tree) and time.monotonic() < end + 5:
            time.sleep(0.02)
        assert not any(os.path.exists(f"/proc/{pid}") for pid in tree)


def test_it_stays_until_the_last_process_has_ended(web):
    code = f"(sleep 0.5; curl -s http://127.0.0.1:{web[0]}/) & exit 3"
    begin = time.monotonic()
    done = run("sh", "-c", code)
    assert (done.returncode, done.stdout) == (3, b"hello\n") and time.monotonic() - begin > 0.4


def test_a_reset_is_seen_as_one():
    """The far side closes with SO_LINGER 0 before the program has written anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"import socket; s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}));\n"
        code += "try: print(s.recv(10))\nexcept ConnectionResetError: print('reset')"
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            time.sleep(0.2)
            conn.close()
            assert proc.wait(5) == 0 and proc.stdout.read() == b"reset\n"


def test_a_half_closed_stream_still_receives():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"import socket; s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}));\n"
        code += "s.sendall(b'q' * 300000); s.shutdown(socket.SHUT_WR)\nprint(len(s.makefile('rb').read()))"
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            assert len(conn.makefile("rb").read()) == 300000
            conn.sendall(b"a" * 400000)
            conn.close()
            assert proc.wait(5) == 0 and proc.stdout.read() == b"400000\n"


def test_the_program_never_holds_an_ip_socket(web):
    code = f"""
import os, urllib.request
urllib.request.urlopen('http://127.0.0.1:{web[0]}/').read()
s = __import__('socket').create_connection(('127.0.0.1', {web[0]}))
inode = os.readlink('/proc/self/fd/%d' % s.fileno())[8:-1]
ip = [line.split()[9] for name in ('tcp', 'tcp6', 'udp', 'udp6') for line in open('/proc/net/' + name).readlines()[1:]]
unix = [line.split()[6] for line in open('/proc/net/unix').readlines()[1:]]
print(inode in ip, inode in unix)
"""
    assert run(PYTHON, "-c", code).stdout == b"False True\n"
