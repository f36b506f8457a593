"""Requests to `leat serve` that have content: what --echo shows of them, and what uploads and deletions do to the folder."""
import json
import subprocess

import pytest

from serving import BIG, folder, serve, server  # noqa: F401  (fixtures)


def curl(*words, check=True, **more):
    """What curl prints; its option -w adds the status."""
    return subprocess.run(["curl", "-s", "--max-time", "20", *map(str, words)], capture_output=True, text=True, check=check, timeout=30, **more).stdout


def status(*words, **more):
    return curl("-o", "/dev/null", "-w", "%{http_code}", *words, **more)


@pytest.fixture
def echo(serve):
    return serve("--echo", "/echo").url + "/echo"


def test_echo_shows_parameters_of_the_url_and_of_the_content(echo):
    got = curl("-d", "b=2", "-d", "c=x y", echo + "?a=1")
    assert "POST /echo?a=1 HTTP/1.1\n  Host: 127.0.0.1:" in got
    assert "Parameters in the URL:\n  a = 1\nParameters in the content:\n  b = 2\n  c = x y\nContent: 9 octets\nb=2&c=x y\n" in got
    assert "Parameters in the content: none\nContent: 0 octets\n" in curl("-G", "-d", "b=2", echo)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_echo_answers_each_method(echo, method):
    got = json.loads(curl("-X", method, "-H", "Accept: application/json", "-d", "some", echo))
    assert (got["method"], got["content"]["text"]) == (method, "some")


def test_echo_shows_files_of_a_form(echo, tmp_path):
    (tmp_path / "a.txt").write_text("of the file")
    got = json.loads(curl("-H", "Accept: application/json", "-F", "n=v", "-F", f"f=@{tmp_path}/a.txt", echo))
    assert got["body_parameters"] == [{"name": "n", "value": "v"}, {"name": "f", "value": "of the file", "file_name": "a.txt", "type": "text/plain"}]


def test_echo_reads_large_content_and_shows_its_begin(echo, tmp_path):
    (tmp_path / "big").write_bytes(BIG)
    got = json.loads(curl("-H", "Accept: application/json", "-T", tmp_path / "big", echo))
    assert (got["content"]["octets"], got["content"]["shown"]) == (len(BIG), 16384)
    assert bytes.fromhex(got["content"]["hex"]) == BIG[:16384]


def test_echo_is_a_page_with_forms_in_a_browser(echo):
    got = curl("-H", "Accept: text/html,*/*;q=0.8", "-H", "Accept-Language: zh", echo)
    assert "<html lang=\"zh\">" in got
    assert '<form method="get"' in got and '<form method="post">' in got and 'enctype="multipart/form-data"' in got


def test_100_continue_is_seen_on_the_wire(echo, tmp_path):
    (tmp_path / "big").write_bytes(BIG)
    seen = subprocess.run(["curl", "-sv", "-o", "/dev/null", "-H", "Expect: 100-continue", "-T", tmp_path / "big", echo], capture_output=True, text=True, timeout=30).stderr
    order = [seen.index(line) for line in ("> Expect: 100-continue", "< HTTP/1.1 100 Continue", "We are completely uploaded", "< HTTP/1.1 200 OK")]
    assert order == sorted(order)


def test_405_says_what_is_allowed_at_the_path(serve):
    server = serve("--echo", "/echo")
    assert (server.get("/file.txt", "PUT").status, server.get("/file.txt", "PUT").headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert server.get("/echo", "OPTIONS").headers["Allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
    assert server.get("/echo", "TRACE").status == 405
    assert server.get("/echo", "BREW").status == 501
