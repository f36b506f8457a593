"""Names and passwords of `leat serve`: who may do what, how wrong passwords are answered, and that a check holds no one up."""
import base64
import contextlib
import json
import os
import pathlib
import pty
import signal
import socket
import struct
import subprocess
import termios
import threading

import pytest

from conftest import run
from serving import folder, serve, server  # noqa: F401  (fixtures)
from waiting import until

SECRET = "ann:$6$saltsalt$TVLlQcbpFVof5W3Yz4DTP6gRstiNuHwwTt6GLc1E5n0U0aDehy0S5knV8wiOQSpT0Y77vwPZN.Pq.H91p5hVO1"  # the password is secret
OTHER = "bob:$6$saltsalt$r4j7z8gOqxO9zYH/VSQ4MPgAu/GTg0.tIK5o0K3dXowoILt/JRmXmiqFa26mKioMH3Fwhg6qaU0XTibPpoJ8z."  # the password is other
SLOW = SECRET.replace("$6$", "$6$rounds=99999999$")  # a check takes a minute


def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


ANN, WRONG = basic("ann", "secret"), basic("ann", "wrong")


def curl(*words):
    return subprocess.run(["curl", "-s", "--max-time", "20", "-o", "/dev/null", "-w", "%{http_code}", *map(str, words)],
                          capture_output=True, text=True, check=True, timeout=60).stdout


def helper(server):
    """The process that checks passwords."""
    def look():
        for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
            try:
                if path.read_text() == "leat-passwords\n" and ancestor(path.parent.name) == server.proc.pid:
                    return int(path.parent.name)
            except (FileNotFoundError, ProcessLookupError):
                continue
        return 0
    return until(look, "no helper")


def ancestor(pid):
    """The oldest `leat` above a process."""
    while True:
        parent = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1]
        if not pathlib.Path(f"/proc/{parent}/comm").read_text().startswith("leat"):
            return int(pid)
        pid = parent


@pytest.fixture
def site(serve):
    return serve("--workers", "1", "--auth", SECRET, "--auth", OTHER, "--allow-upload", "--allow-delete")


@pytest.fixture
def public(serve):
    return serve("--workers", "1", "--auth", SECRET, "--public-read", "--allow-upload", "--allow-delete")


def test_401_asks_for_a_name_and_a_password(site):
    r = site.get("/file.txt")
    assert (r.status, r.headers["WWW-Authenticate"]) == (401, 'Basic realm="leat", charset="UTF-8"')
    assert b"0123" not in r.octets
    assert site.get("/absent").status == 401, "nothing is said of what there is"
    for wrong in (WRONG, basic("bob", "secret"), basic("cid", "secret"), basic("ann", ""), "Basic x", "Basic", "Bearer secret", basic("ann", "s" * 300)):
        assert site.get("/file.txt", Authorization=wrong).status == 401, wrong


def test_the_right_password_opens_and_the_log_has_the_name(site):
    assert curl("-u", "ann:secret", site.url + "/file.txt") == "200"
    assert curl("-u", "bob:other", site.url + "/file.txt") == "200"
    assert curl("-u", "ann:secret", "-T", "/etc/hostname", site.url + "/new") == "201"
    assert curl("-u", "ann:secret", "-X", "DELETE", site.url + "/new") == "204"
    assert site.lines(r"127\.0\.0\.1 - ann \[[^]]*\] \"PUT /new")
    assert site.lines(r"127\.0\.0\.1 - bob \[")
    assert "secret" not in site.log.read_text()


def test_a_name_that_failed_is_not_in_the_log(site):
    site.get("/file.txt", Authorization=WRONG)
    assert site.lines(r"127\.0\.0\.1 - - \[[^]]*\] \"GET /file.txt HTTP/1.1\" 401 ")


def test_public_read_asks_only_those_who_change_something(public):
    assert public.get("/file.txt").status == 200
    assert public.get("/sub/", "OPTIONS").status == 204
    for method in ("PUT", "DELETE"):
        r = public.get("/file.txt", method)
        assert r.status == 401 and "Basic" in r.headers["WWW-Authenticate"]
    assert public.get("/sub/", "POST").status == 401
    assert (public.site / "file.txt").read_text() == "0123456789"
    assert curl("-u", "ann:secret", "-T", "/etc/hostname", public.url + "/new") == "201"


@pytest.mark.parametrize("options, password, offers", [
    (["--auth", SECRET, "--public-read", "--allow-upload"], None, True),
    (["--auth", SECRET, "--public-read", "--allow-delete"], WRONG, True),
    (["--auth", SECRET, "--public-read", "--allow-upload"], ANN, False),
    (["--auth", SECRET, "--public-read"], None, False),
    (["--auth", SECRET, "--allow-upload"], ANN, False),
    (["--allow-upload"], None, False),
])
def test_a_page_has_a_link_to_log_in_if_only_changes_need_that(serve, options, password, offers):
    fields = {"Authorization": password} if password else {}
    page = serve("--workers", "1", *options).get("/", Accept="text/html", **fields).octets.decode()
    assert ('<a id="login" class="plain" href="./?login=">Log in</a>' in page) == offers
    assert ('<form id="upload"' in page) == ("--allow-upload" in options and not offers)


def test_content_is_not_asked_for_before_the_password_is_right(public):
    seen = subprocess.run(["curl", "-sv", "-o", "/dev/null", "-H", "Expect: 100-continue", "-T", public.site / "big", public.url + "/new"],
                          capture_output=True, text=True, timeout=60).stderr
    assert "< HTTP/1.1 401 " in seen and "100 Continue" not in seen
    seen = subprocess.run(["curl", "-sv", "-u", "ann:secret", "-o", "/dev/null", "-H", "Expect: 100-continue", "-T", public.site / "big", public.url + "/new"],
                          capture_output=True, text=True, timeout=60).stderr
    assert "< HTTP/1.1 100 " in seen and "< HTTP/1.1 201 " in seen


def test_429_a_client_with_many_wrong_passwords_has_to_wait(site):
    assert site.get("/file.txt", Authorization=ANN).status == 200
    statuses = [site.get("/file.txt", Authorization=basic("ann", f"wrong{i}")) for i in range(12)]
    assert [r.status for r in statuses] == [401] * 10 + [429] * 2
    assert statuses[-1].headers["Retry-After"] == "6"
    assert site.get("/file.txt", Authorization=ANN).status == 200, "a password that is known stays right"
    assert site.get("/file.txt", Authorization=basic("bob", "other")).status == 429


def children(pid):
    """The processes that another one has made."""
    return [int(p) for p in pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def child(pid):
    """A process that another one has made, or 0."""
    return (children(pid) or [0])[0]


def hold_up(server):
    """Stops the helper, and returns its process."""
    pid = helper(server)
    os.kill(pid, signal.SIGSTOP)
    return pid


def test_a_check_that_takes_long_holds_no_one_up(public):
    pid = hold_up(public)
    got = []
    threads = [threading.Thread(target=lambda: got.append(public.get("/x", "PUT", Authorization=ANN, Content_Length="0").status)) for _ in range(5)]
    for t in threads:
        t.start()
    assert [public.get("/file.txt").status for _ in range(20)] == [200] * 20
    assert got == []
    os.kill(pid, signal.SIGCONT)
    for t in threads:
        t.join()
    assert set(got) <= {201, 204} and len(got) == 5
    assert public.get("/file.txt", "PUT", Authorization=ANN, Content_Length="0").status == 204


def test_a_client_that_leaves_during_the_check_is_forgotten(public):
    pid = hold_up(public)
    for _ in range(5):
        with socket.create_connection(("127.0.0.1", public.port), 60) as s:
            s.sendall(b"PUT /x HTTP/1.1\r\nHost: a\r\nAuthorization: " + ANN.encode() + b"\r\nContent-Length: 0\r\n\r\n")
    os.kill(pid, signal.SIGCONT)
    assert public.get("/x", "PUT", Authorization=ANN, Content_Length="0").status in (201, 204)


def test_a_name_whose_check_did_not_end_is_not_in_the_log(public):
    hold_up(public)
    with public.send(b"PUT /x HTTP/1.1\r\nHost: a\r\nAuthorization: " + ANN.encode() + b"\r\nContent-Length: 0\r\n\r\n") as s:
        assert public.get("/file.txt").status == 200, "the first request was read before this one"
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    assert public.lines(r"127\.0\.0\.1 - (\S+) \[[^]]*\] \"PUT /x ") == ["-"]


def test_503_a_check_that_dies_and_the_next_one_is_made(serve):
    server = serve("--workers", "1", "--auth", SLOW, "--auth", OTHER)
    pid = helper(server)
    got = []
    t = threading.Thread(target=lambda: got.append(server.get("/file.txt", Authorization=ANN)))
    t.start()
    os.kill(until(lambda: child(pid), "no check"), signal.SIGKILL)
    t.join()
    assert (got[0].status, got[0].headers["Retry-After"]) == (503, "2")
    assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 200


def kill(server, pid):
    """Kills the helper @pid, and returns the one that takes its place."""
    os.kill(pid, signal.SIGKILL)
    assert "was ended by signal 9 (Killed); another takes its place" in server.proc.stderr.readline()
    return until(lambda: (now := helper(server)) != pid and now, "no other helper")


@contextlib.contextmanager
def asking(server, *credentials):
    """Asks with each of these at the same time; the statuses are in the list at the end."""
    got = [None] * len(credentials)

    def ask(i):
        got[i] = server.get("/file.txt", Authorization=credentials[i]).status
    threads = [threading.Thread(target=ask, args=(i,)) for i in range(len(credentials))]
    for t in threads:
        t.start()
    yield got
    for t in threads:
        t.join()


def test_a_helper_that_was_killed_has_a_successor_and_logins_that_wait_get_their_answer(site):
    for _ in range(3):  # whether the helper has begun with a question or not
        with asking(site, ANN, WRONG, basic("bob", "other"), basic("bob", "wrong")) as got:
            kill(site, helper(site))
        assert got == [200, 401, 200, 401]
    pid = hold_up(site)
    with asking(site, basic("bob", "no"), ANN) as got:
        kill(site, pid)
    assert got == [401, 200]


def test_503_a_question_of_which_two_helpers_die(serve):
    server = serve("--workers", "1", "--auth", SLOW, "--auth", OTHER)
    pid = helper(server)
    with asking(server, ANN) as got:
        until(lambda: child(pid), "no check")
        pid = kill(server, pid)
        until(lambda: child(pid), "the successor was not asked")
        kill(server, pid)
    assert got == [503]
    assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 200


def test_503_the_helper_of_a_worker_that_was_retired_dies(serve, monkeypatch):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        name = f"leat-test-{os.getpid()}"
        manager.bind("\0" + name)
        manager.settimeout(60)
        monkeypatch.setenv("NOTIFY_SOCKET", "@" + name)
        server = serve("--workers", "1", "--auth", SLOW, "--auth", OTHER)
        assert manager.recv(4096).startswith(b"READY=1\n")
        pid = helper(server)
        with asking(server, ANN) as got:
            until(lambda: child(pid), "no check")
            server.proc.send_signal(signal.SIGHUP)
            assert manager.recv(4096).startswith(b"RELOADING=1\n")
            assert manager.recv(4096).startswith(b"READY=1\n")
            os.kill(pid, signal.SIGKILL)
        assert got == [503]
        assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 200


def test_a_worker_that_dies_leaves_no_helper(site):
    pid = hold_up(site)
    worker, = (p for p in children(site.proc.pid) if p != pid)
    os.kill(worker, signal.SIGKILL)
    until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the helper lives on")
    assert site.get("/file.txt", Authorization=ANN).status == 200
    assert "another takes its place" in site.proc.stderr.readline()
    assert len(children(site.proc.pid)) == 2


def test_a_helper_has_one_descriptor_and_no_rights(site):
    pid = helper(site)
    assert site.get("/file.txt", Authorization=ANN).status == 200
    status = dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())
    assert (status["CapEff"], status["NoNewPrivs"]) == ("0" * 16, "1")
    assert status["Uid"].split() == pathlib.Path(f"/proc/{site.proc.pid}/status").read_text().split("Uid:")[1].split()[:4]
    if os.geteuid() == 0:  # others may not look at it
        assert os.listdir(f"/proc/{pid}/fd") == ["0"]


def test_signals_for_the_master_leave_the_helper_alone(serve):
    """A terminal, a shell or a service manager sends them to all processes. Logins under way get their answer."""
    server = serve("--workers", "1", "--auth", SECRET.replace("$6$", "$6$rounds=9999999$"))  # a check takes some seconds
    pid = helper(server)
    with asking(server, ANN) as got:
        check = until(lambda: child(pid), "no check")
        os.kill(check, signal.SIGSTOP)
        for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
            os.kill(pid, number)
            os.kill(check, number)
        os.kill(check, signal.SIGCONT)
    assert helper(server) == pid and got == [401]  # the hash is of another password


def test_the_helper_ends_with_the_server(site):
    pid = helper(site)
    site.proc.kill()
    site.proc.wait()
    until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "the helper lives on")


def test_users_come_from_a_file(serve, folder):
    (folder / "users").write_text(f"# who\n\n{SECRET}\n{OTHER}\n")
    (folder / "users").chmod(0o644)
    server = serve("--auth-file", str(folder / "users"))
    assert server.get("/file.txt").status == 401
    assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 200


def test_a_reload_reads_the_users_again(serve, folder):
    users = folder / "users"
    users.write_text(SECRET + "\n")
    users.chmod(0o644)
    server = serve("--auth-file", str(users))
    assert server.get("/file.txt", Authorization=ANN).status == 200
    assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 401
    users.write_text(OTHER + "\n")
    server.proc.send_signal(signal.SIGHUP)
    until(lambda: server.get("/file.txt", Authorization=basic("bob", "other")).status == 200, "bob is not let in")
    until(lambda: server.get("/file.txt", Authorization=ANN).status == 401, "ann is let in still")
    users.write_text("nonsense\n")
    server.proc.send_signal(signal.SIGHUP)
    assert "--auth-file: " in server.proc.stderr.readline()
    assert server.get("/file.txt", Authorization=basic("bob", "other")).status == 200


def test_hash_reads_a_line_and_its_result_lets_in(leat, serve):
    made = run(leat, "serve", "--hash", stdin=None, input="pass word 中\n")
    assert made.returncode == 0 and made.stderr == "" and made.stdout.startswith("$y$")
    server = serve("--auth", "ann:" + made.stdout.strip())
    assert server.get("/file.txt", Authorization=basic("ann", "pass word 中")).status == 200
    assert server.get("/file.txt", Authorization=basic("ann", "pass word")).status == 401


def test_hash_at_a_terminal_shows_no_password(leat):
    pid, fd = pty.fork()
    if pid == 0:
        os.execv(leat, ["leat", "serve", "--hash"])
    seen = b""
    for prompt in (b"Password: ", b"Again: "):
        while not seen.endswith(prompt):
            seen += os.read(fd, 1000)
        os.write(fd, b"secret\n")
    with contextlib.suppress(OSError):  # the end of the other side
        while more := os.read(fd, 1000):
            seen += more
    os.close(fd)
    assert os.waitpid(pid, 0)[1] == 0
    assert b"$y$" in seen and b"secret" not in seen


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_terminal_shows_again_what_is_typed_after_a_signal(leat, number):
    ours, terminal = pty.openpty()
    proc = subprocess.Popen([leat, "serve", "--hash"], stdin=terminal, stderr=subprocess.PIPE)
    assert proc.stderr.read(10) == b"Password: "
    assert not termios.tcgetattr(terminal)[3] & termios.ECHO
    proc.send_signal(number)
    assert proc.wait(60) == -number
    assert termios.tcgetattr(terminal)[3] & termios.ECHO
    proc.stderr.close()
    os.close(ours)
    os.close(terminal)


@pytest.mark.parametrize("words, said", [
    (["--auth", "ann"], "--auth: ann is not USER:HASH"),
    (["--auth", "ann:secret"], "--auth: ann:secret has no hash of a password after the colon; 'leat serve --hash' makes one"),
    (["--auth", ":x"], "--auth: :x has no name of 1 to 64 octets without controls before the colon"),
    (["--auth-file", "/nonexistent"], "--auth-file: /nonexistent cannot be read: No such file or directory"),
    (["--auth-file", "/dev/null"], "--auth-file: /dev/null names no user"),
    (["--auth-file", "/etc/hostname"], "--auth-file: /etc/hostname has a line 1 that is not USER:HASH"),
    (["--public-read"], "--public-read says who may read without a password: it needs --auth"),
], ids=lambda words: " ".join(words)[:30] if isinstance(words, list) else "")
def test_what_is_wrong_with_users_is_one_clear_line(leat, words, said):
    found = run(leat, "serve", "/", *words)
    assert (found.returncode, found.stderr) == (125, f"leat serve: {said}\n")


def test_the_json_log_says_who_and_why(serve):
    server = serve("--log-format", "json", "--auth", SECRET)
    server.get("/file.txt", Authorization=ANN)
    server.get("/file.txt", Authorization=WRONG)
    lines = until(lambda: (found := server.log.read_text().splitlines()) and len(found) == 2 and found, "two lines")
    first, second = map(json.loads, lines)
    assert (first["user"], first["status"]) == ("ann", 200)
    assert ("user" in second, second["status"], second["reason"]) == (False, 401, "no name and password, or wrong ones")
