"""Each status that `leat serve` can answer with, and a request on a raw socket that gets it.

There is no 426: it would ask for another protocol, and there is none that the server wants instead of HTTP/1.1.
"""
import contextlib
import os
import re
import socket

import pytest
from conftest import ROOT
from serving import folder, hold, serve, server  # noqa: F401  fixtures
from waiting import until

def ask(method="GET", target="/file.txt", fields="", content="", version="1.1", host="a"):
    """A request as octets, after which the server closes."""
    return f"{method} {target} HTTP/{version}\r\nHost: {host}\r\nConnection: close\r\n{fields}\r\n{content}".encode()


PLAIN = [
    (200, ask()), (200, ask("HEAD")), (200, ask(target="/sub/empty/")),
    (204, ask("OPTIONS")), (204, ask("OPTIONS", "*")),
    (206, ask(fields="Range: bytes=1-2\r\n")),
    (301, ask(target="/sub")),
    (304, ask(fields="If-None-Match: *\r\n")),
    (400, ask(target="/%00")), (400, ask(target="/..")), (400, ask(target="*")), (400, ask(host="a b")), (400, b"GET\r\n\r\n"), (400, ask(fields="X\r\n")),
    (403, ask(target="/outside")), (403, ask(target="/closed")),
    (404, ask(target="/absent")), (404, ask(target="/.hidden")),
    (405, ask("POST")), (405, ask("TRACE")), (405, ask("CONNECT", "a:80", host="a:80")),
    (406, ask(fields="Accept-Encoding: identity;q=0\r\n")), (406, ask(fields="Accept-Encoding: *;q=0\r\n")),
    (412, ask(fields='If-Match: "other"\r\n')),
    (413, ask("POST", fields="Content-Length: 99999999999999999999\r\n")),
    (414, ask(target="/" + "a" * 9000)), (414, ask(target="/" + "a" * 5000)),
    (416, ask(fields="Range: bytes=10-\r\n")),
    (417, ask("POST", fields="Expect: tea\r\nContent-Length: 1\r\n", content="x")),
    (431, ask(fields="X: " + "x" * 17000 + "\r\n")), (431, ask(fields="X: y\r\n" * 200)),
    (501, ask("BREW")), (501, ask("get")), (501, ask("POST", fields="Transfer-Encoding: gzip, chunked\r\n")),
    (505, ask(version="2.0")), (505, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"), (505, b"GET /\r\n"),
]
# With options.
OTHER = [
    (100, ask("POST", "/echo", "Expect: 100-continue\r\nContent-Length: 2\r\n"), ["--echo", "/echo"]),
    (301, ask(target="/old/a%20b/?c=d"), ["--redirect", "301:/old/=https://example.org/new/"]),
    (302, ask(target="/old"), ["--redirect", "302:/old=/new"]),
    (303, ask(target="/old"), ["--redirect", "303:/old=/new"]),
    (307, ask("POST", target="/old"), ["--redirect", "307:/old=/new"]),
    (308, ask("PUT", target="/old"), ["--redirect", "308:/old=/new"]),
    (408, b"GET / HTTP/1.1\r\nHost: a\r\n", ["--head-timeout", "1s"]),
    (421, ask(host="evil.example"), ["--host", "good.example"]),
    (503, ask(), ["--max-connections", "1", "--workers", "1"]),
    (429, ask(), ["--max-per-client", "1", "--workers", "1"]),
]
# What has tests of its own: uploads, removal and users.
ELSEWHERE = {201, 401, 409, 411, 413, 415, 507}
BELOW = {500}  # in this file


def statuses(octets):
    return [int(status) for status in re.findall(rb"^HTTP/1\.1 (\d{3}) ", octets, re.M)]


@pytest.mark.parametrize("status, octets", PLAIN, ids=lambda v: v if isinstance(v, int) else "")
def test_a_request_gets_its_status(server, status, octets):
    assert statuses(server.ask(octets)) == [status]
    server.lines(rf'" {status} \d+ "')


@pytest.mark.parametrize("status, octets, options", OTHER, ids=lambda v: v if isinstance(v, int) else "")
def test_a_request_gets_its_status_with_options(serve, status, octets, options):
    server = serve(*options)
    held = hold(server) if status in (429, 503) else None
    with server.stopped():
        s = server.send(octets)
    with s:
        assert statuses(s.recv(4096))[0] == status
    if held:
        held.close()
    if status != 100:
        server.lines(rf'" {status} \d+ "')


def test_503_if_no_descriptor_is_left_for_a_file(serve):
    server = serve("--workers", "1", wrapper=["prlimit", "--nofile=160"])
    with contextlib.ExitStack() as held:
        all_of_them = [held.enter_context(socket.socket()) for _ in range(90)]
        for s in all_of_them:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.connect(("127.0.0.1", server.port))
        for i, s in enumerate(all_of_them):
            (server.site / f"n{i}").touch()
            os.truncate(server.site / f"n{i}", 50_000_000)  # more than the kernel takes from the server
            s.sendall(f"GET /n{i} HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        server.lines(r'"GET /n\d+ HTTP/1.1" 503 ')
    until(lambda: server.get("/file.txt").status == 200, "service does not go on")


def test_each_status_with_which_a_request_is_refused_is_tested():
    known = {int(s) for s in re.findall(r"^X\(\w+, +(\d+)", (ROOT / "src/serve/refusals.h").read_text(), re.M)}
    tested = {s for s, _ in PLAIN} | {s for s, _, _ in OTHER} | ELSEWHERE | BELOW
    assert len(known) > 10 and known <= tested


@pytest.mark.parametrize("target, location", [
    ("/old", "/new"), ("/old?q=1", "/new?q=1"), ("/tree/a%20b/c", "https://example.org/a%20b/c"), ("/tree/", "https://example.org/"),
    ("/tree/x/?q", "https://example.org/x/?q"), ("/asked?q", "/answer?x"),
])
def test_a_redirect_keeps_the_rest_of_the_path_and_the_query(serve, target, location):
    server = serve("--redirect", "302:/old=/new", "--redirect", "302:/tree/=https://example.org/", "--redirect", "302:/asked=/answer?x")
    assert server.get(target).headers["Location"] == location
    for path in ("/old/", "/older", "/tree", "/file.txt"):
        assert server.get(path).status in (200, 404)


@pytest.mark.parametrize("host, status", [
    ("good.example", 200), ("GOOD.example:8000", 200), ("good.example.", 200), ("other.example", 200), ("localhost:1", 200), ("127.0.0.1", 200),
    ("[::1]:80", 200), ("", 200), ("evil.example", 421), ("good.example.evil.example", 421), ("a.good.example", 421), ("xgood.example", 421),
])
def test_a_server_for_few_names_answers_for_these_and_for_addresses(serve, host, status):
    server = serve("--host", "good.example", "--host", "other.example")
    assert statuses(server.ask(ask(host=host))) == [status]


def test_500_if_the_disk_fails(serve):
    # The first calls open the folder at the start.
    server = serve("--workers", "1", wrapper=["strace", "-D", "-f", "-qq", "-o", "/dev/null", "-e", "trace=openat2", "-e", "inject=openat2:error=EIO:when=2+"])
    assert server.get("/file.txt").status == 500
    server.lines(r'"GET /file.txt HTTP/1.1" 500 ')
    assert server.get("/", "OPTIONS").status == 204, "service goes on"
