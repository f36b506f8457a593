"""`leat serve` on files that fail, change, loop or have any name, and among clients that stop: a clear end, a line in the log, and service goes on."""
import concurrent.futures
import contextlib
import http.client
import json
import os
import re
import socket
import stat
import subprocess
import urllib.parse

import pytest
from conftest import needs_root, needs_tool
from serving import BIG, folder, rest, serve, server  # noqa: F401  fixtures
from waiting import answers, until


def inject(what, *paths):
    """A wrapper under which system calls, or those for the files @paths, fail as strace's @what says. It counts in each process by itself."""
    only = [word for path in paths for word in ("-P", str(path))]
    return ["strace", "-D", "-f", "-qq", "-o", "/dev/null", *only, "-e", f"trace={what.split(':')[0]}", "-e", f"inject={what}"]


def begin(server, path):
    """A connection that has read the head and a part of the answer."""
    s = socket.create_connection(("127.0.0.1", server.port), 60)
    s.sendall(f"GET {path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
    got = b""
    while b"\r\n\r\n" not in got:
        got += s.recv(1000)
    return s, got.split(b"\r\n\r\n", 1)[1]


def large(server, name="large", times=20):
    path = server.site / name
    path.write_bytes(BIG * times)
    return path


# A small file is read into the buffer, and a large one is sent by the kernel.
@needs_tool("strace")
@pytest.mark.parametrize("path, fields", [
    ("/file.txt", {}),
    ("/file.txt", {"Range": "bytes=2-3"}),
    ("/file.txt", {"Range": "bytes=2-3,5-6"}),
    ("/big", {}),
    ("/big", {"Range": "bytes=5-1000000"}),
    ("/big", {"Range": "bytes=5-6,8-1000000"}),
    ("/text.txt", {"Accept-Encoding": "gzip"}),
])
def test_500_a_file_that_was_opened_and_cannot_be_read(serve, folder, path, fields):  # noqa: F811
    (folder / "site/text.txt").write_text("text " * 1000)
    server = serve("--workers", "1", "--log-format", "json", wrapper=inject("pread64:error=EIO:when=1", folder / f"site{path}"))
    r = server.get(path, **fields)
    assert (r.status, r.getheader("Content-Encoding"), r.getheader("Content-Range")) == (500, None, None)
    assert int(r.getheader("Content-Length")) == len(r.octets) and b"500" in r.octets
    line = json.loads(server.lines(r".+")[0])
    assert (line["status"], line["octets"], line["reason"]) == (500, len(r.octets), "the file could not be read")
    assert server.get(path, **fields).status in (200, 206), "service goes on"


def test_500_a_file_of_the_kernel_that_cannot_be_read(leat):
    """The loopback interface has no speed: the file can be opened, has a size, and each read of it fails."""
    if not os.path.exists("/sys/class/net/lo/speed"):
        pytest.skip("not run: there is no /sys/class/net/lo/speed")
    proc = subprocess.Popen([leat, "serve", "/sys/class/net/lo", "--bind", "127.0.0.1", "--port", "0", "--log", ""], stderr=subprocess.PIPE, text=True)
    port = int(re.search(r":(\d+)/", "".join(proc.stderr.readline() for _ in range(3)))[1])
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    for _ in range(2):
        c.request("GET", "/speed")
        r = c.getresponse()
        assert r.status == 500 and r.read()
    c.close()
    proc.terminate()
    assert proc.communicate(timeout=20) and proc.returncode == 0


@needs_tool("strace")
def test_500_whose_page_cannot_be_read_breaks_the_response_off(serve, folder):  # noqa: F811
    (folder / "site/500.html").write_text("<p>sorry")
    server = serve("--workers", "1", "--error-page", "500=/500.html", wrapper=inject("pread64:error=EIO:when=1..2", folder / "site/file.txt", folder / "site/500.html"))
    with pytest.raises(ConnectionResetError):
        server.ask(b"GET /file.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    assert server.get("/file.txt").octets == b"0123456789"


@needs_tool("strace")
def test_a_disk_that_cannot_be_read_later_breaks_the_response_off(serve, folder):  # noqa: F811
    server = serve("--workers", "1", "--log-format", "json", wrapper=inject("sendfile:error=EIO:when=1", folder / "site/big"))
    with pytest.raises(ConnectionResetError):
        server.ask(b"GET /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    line = json.loads(server.lines(r".+")[0])
    assert (line["status"], line["octets"], line["reason"]) == (200, 0, "input or output error")
    assert server.get("/big").status == 200, "service goes on"


@needs_tool("strace")
@pytest.mark.parametrize("error, status", [("EIO", 500), ("ENOMEM", 503), ("EMFILE", 503), ("ENFILE", 503), ("EACCES", 403), ("ELOOP", 403), ("ENAMETOOLONG", 404)])
def test_a_file_that_cannot_be_opened_has_a_status(serve, error, status):
    server = serve("--workers", "1", wrapper=inject(f"openat2:error={error}:when=2..4"))
    assert server.get("/file.txt").status == status
    server.lines(rf'"GET /file.txt HTTP/1.1" {status} ')
    until(lambda: server.get("/file.txt").status == 200, "service does not go on")


@needs_tool("strace")
def test_a_folder_that_cannot_be_read_to_its_end_goes_on(serve):
    server = serve("--workers", "1", wrapper=inject("getdents64:error=EIO:when=1"))
    with contextlib.suppress(ConnectionError):
        server.ask(b"GET /sub/empty/ HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert server.get("/file.txt").status == 200
    server.lines('"GET /sub/empty/ HTTP/1.1" ')


def test_503_if_memory_runs_out(serve):
    server = serve("--workers", "1", wrapper=["prlimit", "--data=12000000"])
    with contextlib.ExitStack() as held:
        for _ in range(400):  # each holds the buffers of a request
            with contextlib.suppress(ConnectionError):
                s = held.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
                s.sendall(b"GET / HTTP/1.1\r\nHost:")
        until(lambda: b"HTTP/1.1 503 " in server.ask(b""), "no answer without memory")
        server.lines('" 503 ')
    until(lambda: answers(server.port, b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "service does not go on")
    assert server.get("/file.txt").status == 200


def test_a_file_that_grows_is_sent_as_long_as_it_was(server):
    path = large(server)
    s, got = begin(server, "/large")
    with open(path, "ab") as file:
        file.write(b"more")
    with s:
        assert got + rest(s) == BIG * 20
    assert server.get("/large").octets.endswith(b"more")


@pytest.mark.parametrize("change", [os.unlink, lambda path: os.replace(path.with_name("file.txt"), path)], ids=["removed", "replaced"])
def test_a_file_that_is_gone_is_sent_as_it_was(server, change):
    path = large(server)
    s, got = begin(server, "/large")
    change(path)
    with s:
        assert got + rest(s) == BIG * 20
    assert server.get("/large").octets == b"0123456789" or server.get("/large").status == 404


def test_a_file_that_shrinks_is_logged_with_what_was_sent(serve):
    server = serve("--log-format", "json")
    path = large(server, times=40)
    s, _ = begin(server, "/large")
    os.truncate(path, 0)
    with s, pytest.raises(ConnectionResetError):
        rest(s)
    line = json.loads(server.lines(".*/large.*")[0])
    assert line["status"] == 200 and 0 < line["octets"] < len(BIG) * 40 and line["reason"]


@needs_root("the server runs as another user, who has no permission")
def test_a_folder_without_permission_is_403(server):
    closed = server.site / "closed-folder"
    closed.mkdir()
    (closed / "file").write_text("closed")
    os.chown(closed, 0, 0)
    for mode, listing, file in ((0o000, 403, 403), (0o711, 403, 200), (0o744, 403, 403), (0o755, 200, 200)):
        closed.chmod(mode)
        assert (server.get("/closed-folder/").status, server.get("/closed-folder/file").status) == (listing, file), oct(mode)


def test_links_that_loop_have_a_status(server):
    (server.site / "a").symlink_to("b")
    (server.site / "b").symlink_to("a")
    (server.site / "self").symlink_to("self")
    (server.site / "sub/up").symlink_to("..")
    (server.site / "here").symlink_to(".")
    (server.site / "dangling").symlink_to("nowhere")
    for path, status in (("/a", 403), ("/self", 403), ("/self/x", 403), ("/dangling", 404), ("/here/file.txt", 200), ("/sub/up/file.txt", 200),
                         ("/here" * 30 + "/file.txt", 200), ("/here" * 41 + "/file.txt", 403), ("/here" * 700 + "/file.txt", 403)):
        assert server.get(path).status == status, path
    assert server.get("/").status == 200


def test_what_is_no_file_is_403_and_waits_for_no_one(server):
    os.mkfifo(server.site / "pipe")
    with socket.socket(socket.AF_UNIX) as s:
        s.bind(str(server.site / "socket"))
        assert server.get("/pipe").status == server.get("/socket").status == 403
    if os.geteuid() == 0:
        with contextlib.suppress(PermissionError):
            os.mknod(server.site / "device", 0o666 | stat.S_IFCHR, os.makedev(1, 5))
            assert server.get("/device").status == 403


def test_names_of_any_octets_are_listed_and_found(server):
    names = [b"n%bx" % bytes([octet]) for octet in range(1, 256) if octet != ord("/")]
    names += [b"%41", b"a%2fb", b"a\\b", b"?", b"#", b"a;b", b" ", b"\n", b"-", b"~", b"...", b"n" * 255, b"\xff\xfe", "中\u202e文".encode(), b"con", b"a:b", b"'\"<>&"]
    inside = os.fsencode(server.site / "sub/empty") + b"/"
    for name in names:
        with open(inside + name, "wb") as file:
            file.write(name)
    for name in names:
        r = server.get("/sub/empty/" + urllib.parse.quote(name))
        assert (r.status, r.octets) == ((200, name) if not name.startswith(b".") else (404, r.octets)), name
    listed = json.loads(server.get("/sub/empty/?format=json").octets)["entries"]
    found = {server.get("/sub/empty/" + e["href"]).octets for e in listed}
    assert found == {name for name in names if not name.startswith(b".")}


def test_the_folder_itself_can_go_and_come_again(server):
    server.site.rename(server.site.with_name("elsewhere"))
    assert server.get("/file.txt").octets == b"0123456789", "the folder that was opened is served"
    server.site = server.site.with_name("elsewhere")
    for path in sorted(server.site.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()
    server.site.rmdir()
    assert (server.get("/file.txt").status, server.get("/sub/").status) == (404, 404)
    assert server.get("/").status == 404
    site = server.log.with_name("site")
    site.mkdir()
    (site / "file.txt").write_text("of the new folder")
    site.chmod(0o755)
    until(lambda: server.get("/file.txt").octets == b"of the new folder", "the new folder is not served")


@contextlib.contextmanager
def stopping_clients(server):
    """A hundred clients that stop reading a response, or stop in the middle of a request."""
    with contextlib.ExitStack() as held:
        for i in range(100):
            s = held.enter_context(socket.socket())
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", server.port))
            s.sendall([b"GET /large HTTP/1.1\r\nHost: a\r\n\r\n", b"GET / HT", b"GET / HTTP/1.1\r\nHost: a\r\nX:", b""][i % 4])
        yield


def test_clients_that_stop_hold_up_no_one(serve):
    """The others are answered before the time of any of those that stopped is over."""
    server = serve("--workers", "1", "--stall-timeout", "600s", "--head-timeout", "600s", "--idle-timeout", "600s")
    large(server)
    with stopping_clients(server), concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: server.get("/file.txt").status, range(200))) == {200}
    server.lines('"GET /file.txt HTTP/1.1" 200 ')
    assert " 408 " not in server.log.read_text()


def test_clients_that_stop_are_cut(serve):
    server = serve("--workers", "1", "--stall-timeout", "1s", "--head-timeout", "1s")
    large(server)
    with stopping_clients(server):
        server.lines('"GET / HT" 408 ')
        server.lines('"GET /large HTTP/1.1" 200 ')
    until(lambda: server.get("/file.txt").status == 200, "service does not go on")
