"""Requests and connections that `leat serve` refuses: the client gets the answer whatever it still sends, and the log has a line."""
import json
import os
import re
import socket
import subprocess

import pytest
from conftest import run
from serving import folder, hold, rest, serve, server  # noqa: F401  fixtures
from waiting import until


def curl(server, *options, path="/file.txt"):
    """The status and the content that curl gets."""
    found = run("curl", "-s", "-S", "-w", "\n%{http_code}", *options, server.url + path, timeout=60)
    assert found.returncode == 0, found.stderr
    return found.stdout.rsplit("\n", 1)[::-1]


@pytest.fixture
def large(scratch):
    path = scratch / "large"
    path.write_bytes(bytes(50_000_000))
    return f"@{path}"


# curl waits a second for 100 Continue unless it is told to send at once.
@pytest.mark.parametrize("fields", [["-H", "Expect:"], ["-H", "Expect:", "-H", "Transfer-Encoding: chunked"], []], ids=["length", "chunked", "expect"])
@pytest.mark.parametrize("refused, status", [([], "405"), (["-H", "Bad : 1"], "400"), (["-H", "Host: a b"], "400")], ids=["method", "field", "host"])
def test_a_large_upload_that_is_refused_gets_the_answer(server, large, fields, refused, status):
    for _ in range(3):
        got, content = curl(server, "--data-binary", large, *fields, *refused)
        assert got == status and content
    assert server.get("/file.txt").status == 200


def test_a_client_that_sends_all_before_it_reads_gets_the_answer(server):
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.sendall(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20000000\r\n\r\n" + bytes(20_000_000))
        assert s.recv(4096).startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize("option, status, said", [("--max-connections", 503, "too many connections"),
                                                  ("--max-per-client", 429, "too many connections of one client")])
def test_one_connection_too_many_gets_its_answer_while_it_uploads(serve, large, option, status, said):
    server = serve(option, "1", "--log-format", "json")
    with hold(server):
        got, content = curl(server, "--data-binary", large, "-H", "Expect:", path="/a%20b")
        assert (got, content) == (str(status), said + "\n")
        line = json.loads(server.lines(rf'.*"status":{status}.*')[0])
    assert line["client"] == "127.0.0.1" and line["octets"] == len(content) and line["reason"] == said
    assert line["line"] == "POST /a%20b HTTP/1.1"


@pytest.mark.parametrize("octets, logged", [
    (b"GET /x\x1b[2J HTTP/1.1\r\nHost: a\r\n\r\n", r'"GET /x\\x1B\[2J HTTP/1.1" 400 (\d+) '),
    (b"GET /x HTTP/1.1\r\nNo colon\r\n\r\n", r'"GET /x HTTP/1.1" 400 (\d+) '),
    (b"GET /x HTTP/1.1\r\n\r\n", r'"GET /x HTTP/1.1" 400 (\d+) '),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), r'"\\x16\\x03\\x01\\x02(?:\\x..)+" 400 (\d+) '),
    (b"HEAD /x HTTP/1.1\r\n\r\n", r'"HEAD /x HTTP/1.1" 400 (0) '),
    (b"GET /" + b"y" * 9000 + b" HTTP/1.1\r\nHost: a\r\n\r\n", r'"GET /y{1995}" 414 (\d+) '),
    (b"\r\n\r\n\r\n\r\n\r\n", r'"-" 400 (\d+) '),
])
def test_the_log_has_the_start_line_that_was_refused(server, octets, logged):
    content = server.ask(octets).split(b"\r\n\r\n", 1)[1]
    assert server.lines(logged) == [str(len(content))]


def test_the_log_has_the_start_line_as_far_as_it_came_in_time(serve):
    server = serve("--head-timeout", "1s")
    with server.stopped():
        s = server.send(b"GET /half")
    rest(s)
    assert server.lines(r'"GET /half" 408 \d+ ')


def test_a_log_that_is_a_pipe_without_a_reader_keeps_lines_for_one(serve, folder):
    pipe = folder / "pipe"
    os.mkfifo(pipe)
    os.chmod(pipe, 0o666)
    server = serve("--log", str(pipe))
    assert server.get("/file.txt").status == 200
    with open(pipe) as reader:
        assert re.search(r'"GET /file.txt HTTP/1.1" 200 10 ', reader.readline())
        assert server.get("/absent").status == 404
        assert "/absent" in reader.readline()


def test_the_addresses_of_a_host_name_are_served(leat, folder):
    names = {a[4][0] for a in socket.getaddrinfo("localhost", 0, type=socket.SOCK_STREAM)}
    with subprocess.Popen([leat, "serve", str(folder / "site"), "--bind", "localhost", "--port", "0", "--log", ""], stderr=subprocess.PIPE, text=True) as proc:
        said = ""
        while "Ctrl-C" not in said and (line := proc.stderr.readline()):
            said += line
        proc.terminate()
    assert proc.returncode == 0
    found = {host.strip("[]") for host in re.findall(r"http://(\S+):\d+/", said)}
    assert found and found <= names
