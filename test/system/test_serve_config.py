"""`leat serve --config`: options from a file, their reload and their check; and `--metrics`."""
import re
import signal
import socket
import urllib.request

import pytest
from conftest import ROOT, run
from ports import free_port
from serving import folder, serve, server  # noqa: F401
from waiting import until


def write(folder, text):
    path = folder / "serve.yaml"
    path.write_text(text)
    return str(path)


def field(server, name):
    return server.get("/file.txt").getheader(name)


def test_the_file_and_the_command_line_add_up_and_the_line_counts(serve, folder):
    path = write(folder, "index: none.html\nheader: ['X-One: 1']\nlog: /nonexistent/log\nno-keepalive: yes\n")
    server = serve("--config", path, "--header", "X-Two: 2")
    r = server.get("/sub/")
    assert (r.getheader("X-One"), r.getheader("X-Two"), r.getheader("Connection")) == ("1", "2", "close")
    assert b"index.html" in r.octets, "the file's --index makes it a listing"
    assert server.lines("GET /sub/"), "the line's --log is used"


def test_a_folder_in_the_file_is_served(leat, folder):
    path = write(folder, f"folder: {folder}/site\n")
    found = run(leat, "serve", "--config", path, "--check")
    assert (found.returncode, found.stdout) == (0, "leat serve: the settings are right\n")


def test_sighup_reads_the_file_again_and_a_wrong_one_changes_nothing(serve, folder):
    path = write(folder, "header: 'X-State: old'\n")
    server = serve("--config", path)
    assert field(server, "X-State") == "old"
    write(folder, "header: 'X-State: new'\n")
    server.proc.send_signal(signal.SIGHUP)
    until(lambda: field(server, "X-State") == "new", "the new settings are not used")
    write(folder, "header: 'X-State: newer'\nspam: yes\n")
    server.proc.send_signal(signal.SIGHUP)
    said = ""
    while "not reloaded" not in said:
        said += server.proc.stderr.readline()
    assert f"leat serve: {path}:2: unknown option 'spam'; did you mean spa?" in said
    assert field(server, "X-State") == "new"
    assert server.end()[0] == 0


@pytest.mark.parametrize("text, said", [
    ("port: high\n", "serve.yaml:1: port: 'high' is not a port"),
    ("folder: /nonexistent\n", "/nonexistent: cannot read this folder: No such file"),
    ("log: /nonexistent/log\n", "/nonexistent/log: cannot write the log: No such file"),
    ("spa: yes\nindex: ''\n", "--spa answers with the index file"),
    ("metrics: 127.0.0.1\n", "serve.yaml:1: metrics: '127.0.0.1' is not an address and a port"),
    ("metrics: 127.0.0.1:8000\n", "--metrics: port 8000 is that of the files"),
    ("port: [8000, 8001]\n", "serve.yaml:1: port: takes one value, not a list"),
    ("user: no-such-user\n", "there is no user no-such-user"),
    ("bind: 127.0.0.1:8000\n", "serve.yaml:1: bind: '127.0.0.1:8000' has a port; write the address alone"),
    ("bind: ['::1', '[::1]:80']\n", "serve.yaml:1: bind: '[::1]:80' has a port"),
    ("bind: nonexistent.invalid\n", "--bind: nonexistent.invalid is no address"),
])
def test_check_says_what_is_wrong(leat, folder, text, said):
    found = run(leat, "serve", "--config", write(folder, text), "--check")
    assert found.returncode == 125 and said in found.stderr and len(found.stderr.splitlines()) == 1


def test_a_file_that_is_not_there_is_named(leat, folder):
    found = run(leat, "serve", "--config", str(folder / "none.yaml"), "--check")
    assert found.returncode == 125 and "none.yaml: No such file or directory" in found.stderr


def examples():
    manual = (ROOT / "man/leat-serve.5").read_text()
    return re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", manual, re.M | re.S)


@pytest.mark.parametrize("text", examples())
def test_the_examples_of_the_manual_are_right(leat, folder, text):
    (folder / "leat").mkdir(mode=0o777)
    (folder / "leat").chmod(0o777)
    text = re.sub(r"/srv/\w+", str(folder / "site"), text).replace("/var/log", str(folder))
    found = run(leat, "serve", "--config", write(folder, text), "--check")
    assert found.returncode == 0, found.stderr


def metrics(port, path="/metrics"):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as r:
        assert r.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        return r.read().decode()


def test_counters_of_all_workers_are_at_an_address_of_their_own(serve):
    port = free_port()
    server = serve("--metrics", f"127.0.0.1:{port}", "--workers", "3", "--max-connections", "20")
    for path in ("/file.txt", "/file.txt", "/none", "/sub"):
        server.get(path)
    found = until(lambda: (text := metrics(port)) and 'requests_total{code="2xx"} 2' in text and text, "the requests are not counted")
    values = dict(re.findall(r"^(leat_serve_\S+) (\S+)$", found, re.M))
    assert values["leat_serve_connections_total"] == "4" == values["leat_serve_request_seconds_count"]
    assert values['leat_serve_requests_total{code="4xx"}'] == values['leat_serve_requests_total{code="3xx"}'] == "1"
    assert values['leat_serve_request_seconds_bucket{le="+Inf"}'] == "4"
    names = {re.match(r"\w+", name)[0].removesuffix("_bucket").removesuffix("_sum") for name in values}
    assert {re.sub("_count$", "", name) for name in names} == set(re.findall(r"^# TYPE (\S+)", found, re.M))
    assert server.get("/metrics").status == 404
    assert b" 404 " in server_answer(port, b"GET /file.txt HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    assert b" 405 " in server_answer(port, b"PUT /metrics HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


def server_answer(port, octets):
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(octets)
        return b"".join(iter(lambda: s.recv(65536), b""))


def test_a_server_that_is_full_still_shows_its_counters(serve):
    port = free_port()
    server = serve("--metrics", f"127.0.0.1:{port}", "--max-connections", "1")
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.sendall(b"GET /file.txt HTTP/1.1\r\nHost: a\r\n\r\n")
        assert s.recv(4096)
        assert server.get("/file.txt").status == 503
        assert 'refused_connections_total{reason="full"} 1\n' in metrics(port)
