"""The processes of `leat serve`: workers that die, reloads, upgrades, and what the service manager is told. No connection is lost over any of it."""
import contextlib
import http.client
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time

import pytest
from conftest import NOBODY, needs_root, needs_tool, run, unprivileged
from ports import free_port
from serving import BIG, folder, rest, serve, server  # noqa: F401
from waiting import answers, until


def children(pid):
    """The processes that @pid has made; those that have ended do not count."""
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        found = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        return [int(child) for child in found if alive(int(child))]
    return []


def alive(pid):
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    return False


def workers(server):
    return children(server.proc.pid)


def new_workers(server, old, number):
    return until(lambda: (now := workers(server)) and not set(now) & set(old) and len(now) == number and now, "no new workers")


def listens(pid, at):
    """True if a process has a socket that listens at this IPv4 address."""
    ours = f"{int.from_bytes(socket.inet_aton(at[0]), sys.byteorder):08X}:{at[1]:04X}"
    lines = [line.split() for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()]
    there = {f"socket:[{words[9]}]" for words in lines if words[1] == ours and words[3] == "0A"}
    with contextlib.suppress(FileNotFoundError):
        return any(os.readlink(path) in there for path in pathlib.Path(f"/proc/{pid}/fd").iterdir())
    return True


def ask_later(server, path="/file.txt", at=None):
    """A connection with a request on it, of which nothing has been read yet."""
    s = socket.create_connection(at or ("127.0.0.1", server.port), 60)
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    return s


class Load:
    """Clients that ask all the time while the block lasts, on short and on long connections. Any failure is kept."""

    def __init__(self, server, clients=4):
        self.server, self.wrong, self.done, self.stop = server, [], 0, False
        self.threads = [threading.Thread(target=self.client, args=(i % 2 == 0,)) for i in range(clients)]

    def client(self, short):
        c = None
        while not self.stop:
            try:
                c = c or http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=60)
                c.request("GET", "/file.txt", headers={"Connection": "close"} if short else {})
                r = c.getresponse()
                if (r.status, r.read()) != (200, b"0123456789"):
                    self.wrong.append(r.status)
                self.done += 1
                if short or r.will_close:
                    c.close()
                    c = None
            except (OSError, http.client.HTTPException) as e:
                self.wrong.append(repr(e))
                c = None
        if c:
            c.close()

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def more(self, n=50):
        """Waits until @n more requests were answered."""
        at = self.done
        until(lambda: self.done >= at + n, "no more answers")

    def __exit__(self, *_):
        self.stop = True
        for t in self.threads:
            t.join()
        assert not self.wrong and self.done > 0, self.wrong[:5]


@pytest.mark.parametrize("number", [1, 3])
def test_so_many_workers_as_were_asked_for_and_all_end_with_the_master(serve, number):
    server = serve("--workers", str(number))
    made = workers(server)
    assert len(made) == number
    for pid in made:
        assert until(lambda: server.get("/file.txt").status == 200, "no answer")
    assert server.end()[0] == 0
    assert not any(alive(pid) for pid in made)


def test_messages_that_no_one_reads_end_no_one(serve):
    server = serve("--workers", "1")
    server.proc.stderr.close()
    for _ in range(2):
        old = workers(server)
        os.kill(old[0], signal.SIGKILL)
        new_workers(server, old, 1)
    assert server.get("/file.txt").status == 200
    server.proc.terminate()
    assert server.proc.wait(60) == 0


def test_by_default_there_is_a_worker_for_each_core_that_the_server_may_use(serve, leat, folder):
    core = min(os.sched_getaffinity(0))
    assert len(workers(serve())) == min(len(os.sched_getaffinity(0)), 64)
    one = serve("--port", "0")
    os.sched_setaffinity(one.proc.pid, [core])
    os.kill(one.proc.pid, signal.SIGHUP)
    until(lambda: len(workers(one)) == 1, "not one worker for one core")


def test_workers_share_what_arrives(serve):
    server = serve("--workers", "2", "--log-format", "json")
    before = [time_of(pid) for pid in workers(server)]
    for _ in range(300):
        server.get("/file.txt")
    after = [time_of(pid) for pid in workers(server)]
    assert all(b > a for a, b in zip(before, after, strict=True)), (before, after)


def time_of(pid):
    """How often this process has waited."""
    return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M)[1])


def test_no_worker_outlives_a_master_that_was_killed(serve):
    server = serve("--workers", "2")
    made = workers(server)
    server.proc.kill()
    until(lambda: not any(alive(pid) for pid in made), "a worker without a master")


def test_what_waits_at_the_listener_of_a_worker_that_dies_is_answered_by_its_successor(serve):
    server = serve("--workers", "1")
    worker, = workers(server)
    os.kill(worker, signal.SIGSTOP)
    waiting = [ask_later(server) for _ in range(20)]
    os.kill(worker, signal.SIGKILL)
    assert all(rest(s).endswith(b"0123456789") for s in waiting)
    assert server.proc.stderr.readline() == f"leat serve: worker {worker} was ended by signal 9 (Killed); another takes its place\n"
    assert "  workers that died:                             1\n" in server.end()[2]


def test_a_worker_that_cannot_begin_is_tried_again_and_the_others_serve_for_it(serve):
    server = serve("--workers", "3")
    away = server.site.with_name("away")
    server.site.rename(away)
    for worker in workers(server)[:2]:
        os.kill(worker, signal.SIGKILL)
    assert all(rest(s).endswith(b"0123456789") for s in [ask_later(server) for _ in range(40)])
    said = [server.proc.stderr.readline() for _ in range(6)]
    assert f"leat serve: {server.site}: cannot read this folder: No such file or directory\n" in said
    away.rename(server.site)
    until(lambda: len(workers(server)) == 3, "no third worker")


@pytest.mark.parametrize("count", [1, 3])
def test_the_end_of_a_server_answers_what_waits_at_its_listeners(serve, count):
    server = serve("--workers", str(count))
    for worker in workers(server):
        os.kill(worker, signal.SIGSTOP)
    waiting = [ask_later(server) for _ in range(40)]
    server.proc.terminate()
    for worker in workers(server):
        os.kill(worker, signal.SIGCONT)
    assert all(rest(s).endswith(b"0123456789") for s in waiting)
    assert server.end()[0] == 0


def test_a_reload_makes_new_workers_and_loses_no_request(serve):
    server = serve("--workers", "2")
    with Load(server) as load:
        for _ in range(3):
            old = workers(server)
            load.more()
            os.kill(server.proc.pid, signal.SIGHUP)
            until(lambda: len(set(workers(server)) - set(old)) == 2, "no new workers")
            load.more()
    assert server.end()[0] == 0


def test_a_reload_answers_what_waits_at_the_old_workers(serve):
    server = serve("--workers", "2")
    old = workers(server)
    for worker in old:
        os.kill(worker, signal.SIGSTOP)
    waiting = [ask_later(server) for _ in range(20)]
    os.kill(server.proc.pid, signal.SIGHUP)
    assert all(rest(s).endswith(b"0123456789") for s in waiting)
    for worker in old:
        os.kill(worker, signal.SIGCONT)
    new_workers(server, old, 2)


@pytest.mark.parametrize("setting, path, says", [("bind: 127.0.0.2", "/file.txt", b"0123456789"), ("metrics: 127.0.0.2:{free}", "/metrics", b"_requests_total")])
def test_a_reload_that_drops_an_address_answers_what_waits_there(serve, folder, setting, path, says):
    free, config = free_port(), folder / "config"
    config.write_text(setting.format(free=free) + "\n")
    config.chmod(0o644)
    server = serve("--workers", "1", "--config", str(config))
    at = ("127.0.0.2", int((re.search(r"127\.0\.0\.2:(\d+)/", server.said) or [0, free])[1]))
    old, = workers(server)
    os.kill(old, signal.SIGSTOP)
    waiting = [ask_later(server, path, at) for _ in range(200)]
    config.write_text("")
    os.kill(server.proc.pid, signal.SIGHUP)
    until(lambda: set(workers(server)) - {old} and not listens(server.proc.pid, at), "the address is not dropped")
    os.kill(old, signal.SIGCONT)
    for s in waiting:
        assert says in rest(s)
    until(lambda: not answers(at[1], host=at[0]), "it listens still")
    assert server.get("/file.txt").status == 200


def test_fewer_workers_after_a_reload_read_the_listeners_of_all(serve):
    """The kernel has chosen a listener before anyone knows that its worker goes away."""
    if len(os.sched_getaffinity(0)) < 2:
        pytest.skip("not run: this machine has one core")
    server = serve()
    old = workers(server)
    for worker in old:
        os.kill(worker, signal.SIGSTOP)
    waiting = [ask_later(server) for _ in range(40)]
    os.sched_setaffinity(server.proc.pid, [min(os.sched_getaffinity(0))])
    os.kill(server.proc.pid, signal.SIGHUP)
    assert all(rest(s).endswith(b"0123456789") for s in waiting)
    for worker in old:
        os.kill(worker, signal.SIGCONT)
    new_workers(server, old, 1)
    assert all(rest(s).endswith(b"0123456789") for s in [ask_later(server) for _ in range(40)])
    os.sched_setaffinity(server.proc.pid, os.sched_getaffinity(0))
    os.kill(server.proc.pid, signal.SIGHUP)
    until(lambda: len(workers(server)) == len(old), "not as many workers as before")
    assert all(rest(s).endswith(b"0123456789") for s in [ask_later(server) for _ in range(40)])


def test_settings_that_cannot_be_used_leave_the_old_workers_running(serve):
    server = serve("--workers", "2")
    old = workers(server)
    server.site.rename(server.site.with_name("away"))
    os.kill(server.proc.pid, signal.SIGHUP)
    assert server.proc.stderr.readline() == f"leat serve: {server.site}: cannot read this folder: No such file or directory\n"
    assert server.proc.stderr.readline() == "leat serve: not reloaded: the workers go on with the settings that they have\n"
    assert workers(server) == old and server.get("/file.txt").status == 200


@pytest.mark.parametrize("option, status", [("--max-connections", 503), ("--max-per-client", 429)])
def test_bounds_hold_over_all_workers_and_those_of_a_dead_worker_are_free(serve, option, status):
    server = serve("--workers", "3", option, "5")
    held = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(5)]
    for s in held:
        s.sendall(b"HEAD /file.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096)
    assert [server.get("/file.txt").status for _ in range(12)] == [status] * 12
    for worker in workers(server):
        os.kill(worker, signal.SIGKILL)
    until(lambda: all(answers(server.port, b"GET / HTTP/1.0\r\n\r\n") for _ in range(3)), "no answer")
    until(lambda: server.get("/file.txt").status == 200, "no place is free")
    for s in held:
        s.close()


def test_the_summary_tells_long_connections_from_short_ones(serve):
    server = serve("--workers", "2")
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(6):
        c.request("GET", "/file.txt")
        c.getresponse().read()
    c.close()
    server.get("/file.txt")
    server.get("/absent")
    assert re.search(r"^8 requests on 3 connections \(2\.7 each\), \d+ bytes sent, in [\d.]+m?s$", server.end()[2], re.M)


def test_quiet_prints_nothing_at_all(leat, folder):
    proc = subprocess.Popen([*unprivileged(), leat, "serve", folder / "site", "--bind", "127.0.0.1", "--port", "0", "--log", "", "-q"], stderr=subprocess.PIPE)
    until(lambda: children(proc.pid), "no worker")
    proc.terminate()
    assert proc.communicate(timeout=60)[1] == b"" and proc.returncode == 0


@pytest.mark.parametrize("which", ["SIGINT", "SIGTERM", "SIGQUIT"])
def test_a_second_signal_ends_at_once(serve, which):
    server = serve("--workers", "2")
    (server.site / "big").write_bytes(BIG * 20)
    with ask_later(server, "/big") as s:
        assert s.recv(100)
        server.proc.send_signal(getattr(signal, which))
        until(lambda: not answers(server.port), "it still listens")
        assert server.proc.poll() is None
        server.proc.send_signal(getattr(signal, which))
        assert server.proc.wait(60) == 0


def test_ctrl_c_of_a_terminal_reaches_the_workers_too_and_still_ends_in_order(leat, folder):
    """A terminal sends SIGINT to all processes of the group: workers must not take it for theirs."""
    proc = subprocess.Popen([*unprivileged(), leat, "serve", folder / "site", "--bind", "127.0.0.1", "--port", "0", "--log", ""],
                            stderr=subprocess.PIPE, text=True, start_new_session=True)
    port = int(re.search(r":(\d+)/", "".join(proc.stderr.readline() for _ in range(3)))[1])
    (folder / "site/big").write_bytes(BIG * 20)
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(b"GET /big HTTP/1.0\r\n\r\n")
        assert s.recv(100)
        os.killpg(proc.pid, signal.SIGINT)
        until(lambda: not answers(port), "it still listens")
        assert len(rest(s)) > len(BIG) * 19
    assert proc.wait(60) == 0
    assert "died" not in proc.stderr.read()


@pytest.fixture
def activate(leat, folder):
    """Starts a server with a socket as a service manager does; yields a function that returns the process and the socket."""
    started = []

    def begin(*options, reuse=False, env=()):
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, reuse)
        s.bind(("127.0.0.1", 0))
        s.listen(64)

        def hand_over():
            os.dup2(s.fileno(), 3)
            os.set_inheritable(3, True)
            os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()), LISTEN_FDNAMES="web.socket", **dict(env))
            os.execv(leat, [leat, "serve", str(folder / "site"), "--log", "", *options])

        pid = os.fork()
        if pid == 0:
            with contextlib.suppress(BaseException):
                hand_over()
            os._exit(99)
        started.append((pid, s))
        return pid, s
    yield begin
    for pid, s in started:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
            os.waitpid(pid, 0)
        s.close()


def fetch(port):
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    c.request("GET", "/file.txt", headers={"Connection": "close"})
    return c.getresponse().read()


@pytest.mark.parametrize("reuse", [False, True])
def test_a_socket_of_the_service_manager_is_used_and_stays_its_own(activate, reuse):
    pid, s = activate("--workers", "2", "-q", reuse=reuse)
    port = s.getsockname()[1]
    assert [fetch(port) for _ in range(20)] == [b"0123456789"] * 20
    until(lambda: len(children(pid)) == 2, "not two workers")
    os.kill(pid, signal.SIGTERM)
    assert os.waitpid(pid, 0)[1] == 0
    with socket.create_connection(("127.0.0.1", port), 60) as c:
        assert s.accept()[1] == c.getsockname(), "the manager can still take connections"


def test_a_descriptor_that_is_no_listener_is_refused(leat, scratch):
    script = f"exec env LISTEN_FDS=1 LISTEN_PID=$$ {leat} serve / --log '' 3</dev/null"
    found = run("sh", "-c", script)
    assert (found.returncode, found.stderr) == (125, "leat serve: descriptor 3 was handed over, but is not a TCP socket that listens\n")


def test_the_service_manager_is_told_of_each_state(activate, scratch):
    path = str(scratch / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(path)
        manager.settimeout(60)
        pid, _ = activate("--workers", "2", "-q", env=[("NOTIFY_SOCKET", path)])
        assert manager.recv(4096) == b"READY=1\nSTATUS=2 workers serve"
        before = time.monotonic_ns() // 1000
        os.kill(pid, signal.SIGHUP)
        told = manager.recv(4096)
        assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", told) and before <= int(told.split(b"=")[-1]) <= time.monotonic_ns() // 1000
        assert manager.recv(4096).startswith(b"READY=1\n")
        os.kill(pid, signal.SIGUSR2)
        told = manager.recv(4096)
        successor = int(re.fullmatch(rb"MAINPID=(\d+)", told)[1]) if told.startswith(b"MAINPID") else None
        if successor is None:  # the new master was quicker
            assert told.startswith(b"READY=1\n")
            successor = int(re.fullmatch(rb"MAINPID=(\d+)", manager.recv(4096))[1])
        else:
            assert manager.recv(4096).startswith(b"READY=1\n")
        assert os.waitpid(pid, 0)[1] == 0
        os.kill(successor, signal.SIGTERM)
        assert manager.recv(4096) == b"STOPPING=1"
        until(lambda: not alive(successor), "it goes on")


@pytest.fixture
def program(leat, scratch):
    """A copy of the command that a test may replace."""
    copy = scratch / "leat"
    shutil.copy(leat, copy)
    return copy


def replace(program, source):
    """Puts another file in the place of @program, as an installation does."""
    new = program.with_name("new")
    shutil.copy(source, new)
    new.chmod(0o755)
    new.rename(program)
    return program.stat().st_ino


def master_of(folder, but=()):
    """The process that serves @folder and has workers."""
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        pid = int(path.name)
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().split(b"\0")
            if pid not in but and str(folder / "site").encode() in words and b"serve" in words and children(pid):
                return pid
    return None


class Upgraded:
    """A server of @program; its master changes."""

    def __init__(self, program, folder, *options):
        self.folder, self.masters = folder, []
        self.proc = subprocess.Popen([*unprivileged(), program, "serve", folder / "site", "--bind", "127.0.0.1", "--port", "0", "--log", "", "--workers", "2", *options],
                                     stderr=subprocess.PIPE, text=True)
        self.port = int(re.search(r":(\d+)/", "".join(self.proc.stderr.readline() for _ in range(3)))[1])
        self.masters.append(self.proc.pid)

    def upgrade(self):
        os.kill(self.masters[-1], signal.SIGUSR2)
        self.masters.append(until(lambda: master_of(self.folder, self.masters), "no new master"))
        return self.masters[-1]


@pytest.fixture
def upgraded(program, folder):
    made = []

    def begin(*options):
        made.append(Upgraded(program, folder, *options))
        return made[-1]
    yield begin
    for server in made:
        for pid in server.masters:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
            until(lambda: not alive(pid), "a master that does not end")
        server.proc.communicate(timeout=60)


def test_upgrades_and_reloads_under_load_lose_no_request(upgraded, program, leat):
    server = upgraded("--drain-timeout", "60s")
    with Load(server) as load:
        for _ in range(3):
            inode = replace(program, leat)
            load.more()
            master = server.upgrade()
            assert os.stat(f"/proc/{master}/exe").st_ino == inode
            load.more()
            os.kill(master, signal.SIGHUP)
            load.more()
    until(lambda: not any(alive(pid) for pid in server.masters[:-1]), "old masters")


@pytest.mark.parametrize("text, said", [
    ("#!/bin/sh\nexit 3\n", "leat serve: the new program ended with status 3; this one goes on\n"),
    ("#!/bin/sh\nkill -9 $$\n", "leat serve: the new program was ended by signal 9 (Killed); this one goes on\n"),
])
def test_a_new_program_that_does_not_begin_changes_nothing(upgraded, program, scratch, text, said):
    server = upgraded()
    (scratch / "bad").write_text(text)
    replace(program, scratch / "bad")
    old = children(server.proc.pid)
    os.kill(server.proc.pid, signal.SIGUSR2)
    assert server.proc.stderr.readline() == said
    assert children(server.proc.pid) == old and fetch(server.port) == b"0123456789"


def test_a_new_program_that_does_not_come_to_serve_ends_with_the_old_one(upgraded, program, scratch):
    server = upgraded()
    (scratch / "bad").write_text("#!/bin/sh\nexec sleep 1000\n")
    replace(program, scratch / "bad")
    old = children(server.proc.pid)
    os.kill(server.proc.pid, signal.SIGUSR2)
    new = until(lambda: set(children(server.proc.pid)) - set(old), "no new program").pop()
    until(lambda: b"sleep" in pathlib.Path(f"/proc/{new}/cmdline").read_bytes(), "the new program does not begin")
    os.kill(server.proc.pid, signal.SIGUSR2)
    assert server.proc.stderr.readline() == "leat serve: cannot start the new program: one is starting already\n"
    assert fetch(server.port) == b"0123456789"
    server.proc.terminate()
    until(lambda: not alive(new), "the new program goes on")
    assert server.proc.wait(20) == 0


@needs_tool("strace")
def test_sighup_while_the_first_worker_begins_is_not_lost(leat, folder):
    """The settings may have changed since they were read."""
    config = folder / "config"
    config.write_text("header: 'X-State: old'\n")
    config.chmod(0o644)
    slowly = ["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=seccomp", "-e", "inject=seccomp:delay_enter=2000000:when=1"]
    proc = subprocess.Popen([*unprivileged(), *slowly, leat, "serve", folder / "site", "--bind", "127.0.0.1", "--port", "0", "--log", "", "--workers", "1",
                             "--config", config], stderr=subprocess.PIPE, text=True)
    until(lambda: any(pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().startswith(os.fsencode(leat)) for pid in children(proc.pid)), "no worker")
    config.write_text("header: 'X-State: new'\n")
    proc.send_signal(signal.SIGHUP)
    port = int(re.search(r":(\d+)/", "".join(proc.stderr.readline() for _ in range(3)))[1])

    def state():
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=10)) as c:
            c.request("GET", "/file.txt")
            return c.getresponse().getheader("X-State")
    until(lambda: state() == "new", "the new settings are not used")
    proc.terminate()
    assert proc.communicate(timeout=20) and proc.returncode == 0


def test_a_new_program_that_cannot_be_run_is_reported(upgraded, program):
    server = upgraded()
    program.unlink()
    os.kill(server.proc.pid, signal.SIGUSR2)
    assert server.proc.stderr.readline() == f"leat serve: cannot start {program}: No such file or directory\n"
    assert server.proc.stderr.readline() == "leat serve: the new program ended with status 127; this one goes on\n"
    assert fetch(server.port) == b"0123456789"


def status_of(pid):
    return dict(re.findall(r"^(\w+):\s+(.*)$", pathlib.Path(f"/proc/{pid}/status").read_text(), re.M))


def test_a_worker_has_no_capabilities_and_gets_none(serve):
    for worker in workers(serve()):
        status = status_of(worker)
        assert {status[name] for name in ("CapInh", "CapPrm", "CapEff", "CapAmb")} == {"0" * 16} and status["NoNewPrivs"] == "1"


def test_a_worker_is_under_a_filter_and_the_master_reports_what_it_stops(serve):
    """gdb makes the worker call what an intruder would."""
    server = serve("--workers", "1")
    worker, = workers(server)
    assert status_of(worker)["Seccomp"] == "2"
    if not shutil.which("gdb"):
        pytest.skip("not run: gdb is not installed")
    subprocess.run(["gdb", "-q", "-batch", "-p", str(worker), "-ex", "call (int)socket(2, 1, 0)"], capture_output=True, timeout=60)
    assert server.proc.stderr.readline().startswith(f"leat serve: worker {worker} was ended by signal 31 (Bad system call)")
    assert server.get("/file.txt").status == 200


def test_a_folder_that_was_replaced_is_served_by_new_workers(serve):
    server = serve("--workers", "2")
    old = workers(server)
    assert server.get("/file.txt").status == 200
    server.site.rename(server.site.with_name("old"))
    server.site.mkdir()
    (server.site / "file.txt").write_text("new")
    until(lambda: server.get("/file.txt").octets == b"new", "the new folder is not served")
    new_workers(server, old, 2)


@pytest.mark.parametrize("path, method, fields", [("/up", "PUT", {"Content-Length": "0"}), ("/file.txt", "DELETE", {}), ("/?archive=tar", "GET", {})])
def test_a_folder_that_was_replaced_is_not_changed_or_packed(serve, path, method, fields):
    def ask():
        return server.get(path, method, **fields)

    server = serve("--workers", "1", "--allow-upload", "--allow-delete")
    away = server.site.with_name("old")
    before = sorted(os.listdir(server.site))
    server.site.rename(away)
    server.site.mkdir()
    server.site.chmod(0o777)
    (server.site / "file.txt").write_text("new")
    first = ask()
    assert (first.status, first.getheader("Retry-After")) == (503, "2")
    assert sorted(os.listdir(away)) == before
    until(lambda: ask().status in (200, 201, 204), "the new folder is not served")
    assert sorted(os.listdir(away)) == before


@needs_root("workers of another user")
@pytest.mark.parametrize("options, uid", [([], "0"), (["--user", "nobody"], "65534")])
def test_workers_of_root_drop_what_they_can(leat, folder, options, uid):
    proc = subprocess.Popen([leat, "serve", folder / "site", "--bind", "127.0.0.1", "--port", "0", "--log", "", *options], stderr=subprocess.PIPE, text=True)
    port = int(re.search(r":(\d+)/", "".join(proc.stderr.readline() for _ in range(3)))[1])
    for worker in children(proc.pid):
        status = status_of(worker)
        assert status["Uid"].split() == [uid] * 4 and status["CapEff"] == status["CapBnd"] == "0" * 16
    assert fetch(port) == b"0123456789"
    proc.terminate()
    assert proc.wait(60) == 0


@pytest.mark.parametrize("words, said", [
    (["--user", "no-such-user"], "there is no user no-such-user"),
    (["--user", "root"], "workers run as another user (root) only if the server is started by root"),
    (["--workers", "0"], "--workers: 0 is not a number from 1 to 64"),
    (["--workers", "65"], "--workers: 65 is not a number from 1 to 64"),
], ids=" ".join)
def test_what_cannot_be_done_is_one_clear_line(leat, words, said):
    found = run(leat, "serve", "/", "--port", "0", *words)
    assert (found.returncode, found.stderr) == (125, f"leat serve: {said}\n")


def test_a_port_of_another_user_is_refused_with_how_to_find_it(leat):
    if os.geteuid() != 0:
        pytest.skip("needs root: the port of another user")
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
        found = run(leat, "serve", "/", "--bind", "127.0.0.1", "--port", port)
    assert found.stderr == (f"leat serve: 127.0.0.1:{port}: port {port} is in use by another program, which root sees with `ss -ltnp`; "
                            "choose another with --port\n")


def test_a_second_server_does_not_join_the_first(server, leat):
    """Both would be served by the kernel in turns, if SO_REUSEPORT were all that was asked for."""
    found = run(leat, "serve", "/", "--bind", "127.0.0.1", "--port", server.port)
    assert found.returncode == 125 and f"is in use by leat (process {server.proc.pid})" in found.stderr


@needs_root("a process id that is lower than its parent's")
def test_the_process_that_has_a_port_is_the_master_also_if_a_worker_has_a_lower_number(leat, scratch):
    script = f"""
        echo 5000 >/proc/sys/kernel/ns_last_pid
        {leat} serve /usr/share --bind 127.0.0.1 --port 8099 --workers 1 --log '' 2>{scratch}/said & master=$!
        while ! grep -q Ctrl-C {scratch}/said; do sleep 0.05; done
        echo 1000 >/proc/sys/kernel/ns_last_pid
        kill -9 $(cat /proc/$master/task/$master/children)
        while ! grep -q died {scratch}/said && [ "$(cat /proc/$master/task/$master/children)" -gt 4000 ]; do :; done
        cat /proc/$master/task/$master/children
        echo $master
        {leat} serve /usr/share --bind 127.0.0.1 --port 8099
        kill $master; wait $master
    """
    found = run("unshare", "--pid", "--fork", "--mount-proc", "sh", "-c", script, privileged=True)
    if "ns_last_pid" in found.stderr:
        pytest.skip("not run: the next process id cannot be set here")
    worker, master = found.stdout.split()
    assert int(worker) < int(master) and f"is in use by leat (process {master})" in found.stderr, found.stdout + found.stderr


def test_it_works_on_leats_own_network(leat, folder):
    """fork, SO_REUSEPORT, shared listeners and signals under `leat run`."""
    (folder / "ask.sh").write_text(f"""
        {leat} serve site --port 8080 --workers 2 --log '' 2>said & server=$!
        while ! grep -q Ctrl-C said; do sleep 0.05; done
        for i in $(seq 20); do curl -s http://127.0.0.1:8080/file.txt; curl -sg 'http://[::1]:8080/file.txt'; done
        set -- $(cat /proc/$server/task/$server/children); kill -9 $1
        for i in $(seq 10); do curl -s http://127.0.0.1:8080/file.txt; done
        kill -HUP $server
        for i in $(seq 10); do curl -s http://127.0.0.1:8080/file.txt; done
        kill -TERM $server; wait $server; echo " $?"
    """)
    done = run(leat, "run", "--", "sh", folder / "ask.sh", cwd=folder)
    assert done.stdout == "0123456789" * 60 + " 0\n", done.stderr + (folder / "said").read_text()
    assert "was ended by signal 9" in (folder / "said").read_text()
