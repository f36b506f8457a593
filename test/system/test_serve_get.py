"""`leat serve` seen by real clients: what they get of files and folders, each status, and what the log says of it."""
import http.client
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import urllib.parse

import pytest
from conftest import run
from serving import BIG, folder, hold, rest, serve, server  # noqa: F401  fixtures
from waiting import answers, until


def test_200_has_the_file_its_type_and_its_state(server):
    r = server.get("/file.txt")
    assert (r.status, r.octets) == (200, b"0123456789")
    assert r.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert r.headers["Last-Modified"] and r.headers["ETag"] and r.headers["Date"]
    assert r.headers["Accept-Ranges"] == "bytes"
    assert server.get("/big").octets == BIG
    assert server.get("/empty.html").octets == b""


def test_a_changed_file_is_seen_by_the_next_request(server):
    for text in (b"one", b"three", b"two"):
        (server.site / "file.txt").write_bytes(text)
        assert server.get("/file.txt").octets == text


def test_head_says_what_get_would_without_content(server):
    head, get = server.get("/file.txt", "HEAD"), server.get("/file.txt")
    assert head.octets == b""
    assert {n: v for n, v in head.getheaders() if n != "Date"} == {n: v for n, v in get.getheaders() if n != "Date"}


def test_204_options_says_what_is_allowed(server):
    r = server.get("/file.txt", "OPTIONS")
    assert (r.status, r.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")


@pytest.mark.parametrize("asked, got, content_range", [
    ("bytes=2-4", b"234", "bytes 2-4/10"),
    ("bytes=7-", b"789", "bytes 7-9/10"),
    ("bytes=-3", b"789", "bytes 7-9/10"),
    ("bytes=0-99", b"0123456789", "bytes 0-9/10"),
])
def test_206_has_the_range(server, asked, got, content_range):
    r = server.get("/file.txt", Range=asked)
    assert (r.status, r.octets, r.headers["Content-Range"]) == (206, got, content_range)


def test_416_says_how_long_the_file_is(server):
    r = server.get("/file.txt", Range="bytes=10-")
    assert (r.status, r.headers["Content-Range"]) == (416, "bytes */10")


def test_a_range_of_another_state_is_the_whole_file(server):
    tag = server.get("/file.txt").headers["ETag"]
    assert server.get("/file.txt", Range="bytes=1-2", If_Range=tag).status == 206
    assert server.get("/file.txt", Range="bytes=1-2", If_Range='"other"').status == 200


def test_304_for_what_the_client_has(server):
    first = server.get("/file.txt")
    for field, value in [("If_None_Match", first.headers["ETag"]), ("If_Modified_Since", first.headers["Last-Modified"])]:
        r = server.get("/file.txt", **{field: value})
        assert (r.status, r.octets, r.headers["ETag"]) == (304, b"", first.headers["ETag"])
        assert "Content-Type" not in r.headers
    assert server.get("/file.txt", If_None_Match='"other"').status == 200


def test_412_if_a_condition_does_not_hold(server):
    assert server.get("/file.txt", If_Match='"other"').status == 412
    assert server.get("/file.txt", If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT").status == 412


def test_301_to_a_folder_has_room_for_long_names(server):
    folder = "/".join(["名" * 80] * 9)
    (server.site / folder).mkdir(parents=True)
    path = "/" + urllib.parse.quote(folder)
    r = server.get(path)
    assert len(path) > 6000 and (r.status, r.headers["Location"]) == (301, path + "/")


def test_301_to_a_folder_keeps_the_query(server):
    r = server.get("/sub?a=b&c")
    assert (r.status, r.headers["Location"]) == (301, "/sub/?a=b&c")
    assert server.get("/sub/").octets == b"<p>index"
    assert server.get("//sub").headers["Location"] == "/sub/", "another server's name"


@pytest.mark.parametrize("path, status", [
    ("/absent", 404), ("/.hidden", 404), ("/file.txt/", 404), ("/file.txt/x", 404), ("/outside", 403), ("/closed", 403),
    ("/../file.txt", 400), ("/%2e%2e/file.txt", 400), ("/a%00b", 400), ("/a%2fb", 400), ("/%zz", 400),
    ("/" + "a" * 5000, 414), ("/" + "a" * 9000, 414),
])
def test_a_path_that_is_refused(server, path, status):
    r = server.get(path)
    assert r.status == status
    server.lines(rf'" {status} |"-" {status} ')


@pytest.mark.parametrize("request_octets, status", [
    (b"GET / HTTP/1.1\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
    (b"GET / HTTP/1.1\r\nHost: a\r\nExpect: tea\r\n\r\n", 417),
    (b"GET / HTTP/1.1\r\nHost: a\r\nX: " + b"x" * 20000 + b"\r\n\r\n", 431),
    (b"BREW / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 501),
    (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(40), 400),
])
def test_a_request_that_is_refused(server, request_octets, status):
    assert server.ask(request_octets).startswith(b"HTTP/1.1 %d " % status)


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_405_names_the_methods_that_are_allowed(server, method):
    r = server.get("/file.txt", method)
    assert (r.status, r.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")


def test_408_if_the_head_does_not_arrive_in_time(serve):
    server = serve("--head-timeout", "1s")
    with server.stopped():
        s = server.send(b"GET / HTTP/1.1\r\nHos")
    assert rest(s).startswith(b"HTTP/1.1 408 ")


def test_a_connection_that_is_idle_too_long_is_closed(serve):
    server = serve("--idle-timeout", "1s")
    with server.stopped():
        s = server.send(b"GET /file.txt HTTP/1.1\r\nHost: a\r\n\r\n")
    got = rest(s)
    assert got.endswith(b"0123456789") and b"close" not in got


def test_a_client_that_does_not_read_is_cut(serve):
    server = serve("--stall-timeout", "200ms")
    (server.site / "big").write_bytes(BIG * 20)
    with socket.socket() as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        s.connect(("127.0.0.1", server.port))
        s.sendall(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        server.lines(r'"GET /big HTTP/1.1" 200 ')
        assert server.get("/file.txt").status == 200


@pytest.mark.parametrize("option, status", [("--max-connections", 503), ("--max-per-client", 429)])
def test_connections_beyond_the_bound_are_told_so(serve, option, status):
    server = serve(option, "2")
    with hold(server), hold(server):
        r = server.get("/file.txt")
        assert (r.status, r.headers["Retry-After"]) == (status, "5")
        assert r.octets.endswith(b"\n") and int(r.headers["Content-Length"]) == len(r.octets)
    until(lambda: server.get("/file.txt").status == 200, "the places are not free again")


def test_one_connection_serves_many_requests_also_pipelined(server):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    for _ in range(3):
        c.request("GET", "/file.txt")
        assert c.getresponse().read() == b"0123456789"
        local = c.sock.getsockname()
    c.request("GET", "/big")
    assert c.getresponse().read() == BIG and c.sock.getsockname() == local
    c.close()
    one = b"GET /file.txt HTTP/1.1\r\nHost: a\r\n\r\n"
    got = server.ask(one * 20 + b"GET /file.txt HTTP/1.0\r\n\r\n")
    assert got.count(b"HTTP/1.1 200 OK") == got.count(b"0123456789") == 21


def test_content_that_no_one_reads_does_not_end_the_connection(server):
    got = server.ask(b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhelloGET /file.txt HTTP/1.0\r\n\r\n")
    assert re.findall(rb"HTTP/1.1 (\d+)", got) == [b"405", b"200"]


def test_no_keepalive_closes_after_each_response(serve):
    r = serve("--no-keepalive").get("/file.txt")
    assert r.headers["Connection"] == "close"


def test_a_folder_is_listed_and_its_links_work(server):
    page = server.get("/").octets.decode()
    links = re.findall(r'href="\./([^"]+)"', page)
    assert not any("hidden" in link for link in links) and "a&amp;&lt;b&gt;: 中.txt" in page
    assert "sub/" in links and len(links) == 7
    named = next(link for link in links if "%26" in link)
    assert server.get("/" + named).octets == b"named"
    as_json = json.loads(server.get("/", Accept="application/json").octets)
    assert ("sub", "directory") in [(e["name"], e["type"]) for e in as_json["entries"]] and as_json["total"] == 7
    assert server.get("/sub/empty/").status == 200


def test_a_large_folder_is_listed_whole(server):
    for i in range(3000):
        (server.site / f"sub/empty/{i:04}").touch()
    pages = [server.get(f"/sub/empty/?page={n}").octets.decode() for n in range(1, 16)]
    assert len(set(re.findall(r'href="\./(\d+)"', "".join(pages)))) == 3000
    assert len(json.loads(server.get("/sub/empty/?format=json").octets)["entries"]) == 3000


def test_error_pages_speak_the_readers_language_or_json(server):
    assert b"There is nothing at this address." in server.get("/absent").octets
    assert "此地址没有任何内容。" in server.get("/absent", Accept_Language="zh-CN,zh;q=0.9,en;q=0.8").octets.decode()
    assert json.loads(server.get("/absent", Accept="application/json").octets)["status"] == 404


def test_options_of_the_content(serve):
    server = serve("--spa", "--index", "file.txt", "--hidden", "--cors", "--header", "X-Frame-Options: DENY", "--cache-control", "max-age=60")
    r = server.get("/made/up")
    assert (r.status, r.octets, r.headers["Cache-Control"]) == (200, b"0123456789", "max-age=60")
    assert (r.headers["X-Frame-Options"], r.headers["Access-Control-Allow-Origin"]) == ("DENY", "*")
    assert server.get("/.hidden").octets == b"hidden"
    assert server.get("/", "OPTIONS").headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"


def test_the_combined_log_has_what_apache_has(server):
    server.ask(b'GET /file.txt?q HTTP/1.0\r\nReferer: http://r/\r\nUser-Agent: "agent\t1\r\n\r\n')
    assert server.lines(r'127\.0\.0\.1 - - \[\d\d/[A-Z][a-z]{2}/\d{4}:[\d:]{8} [+-]\d{4}\] '
                        r'"GET /file\.txt\?q HTTP/1\.0" 200 10 "http://r/" "\\x22agent\\x091"\n')


def test_the_log_counts_the_octets_of_a_list(server):
    listed = len(server.get("/").octets)
    assert server.lines(rf'"GET / HTTP/1\.1" 200 {listed} ')


def test_a_log_that_no_one_reads_stops_no_one(serve):
    server = serve("--log", "-")
    one = b"GET /file.txt?" + b"x" * 500 + b" HTTP/1.1\r\nHost: a\r\n"
    got = server.ask((one + b"\r\n") * 600 + one + b"Connection: close\r\n\r\n")
    assert got.count(b"HTTP/1.1 200 OK") == 601


def test_lines_that_a_full_disk_does_not_take_are_counted_at_the_end(serve):
    server = serve("--log", "/dev/full")
    for _ in range(3):
        assert server.get("/file.txt").status == 200
    assert server.end()[2].startswith("leat serve: /dev/full: lines of the log that could not be written: 3\n")


def test_the_json_log_says_why(serve):
    server = serve("--log-format", "json", "--workers", "1")
    server.get("/absent")
    server.ask(b"GET / HTTP/1.1\r\nBad : 1\r\n\r\n")
    lines = until(lambda: (found := server.log.read_text().splitlines()) and len(found) == 2 and found, "two lines")
    first, second = map(json.loads, lines)
    assert (first["status"], first["target"], first["reason"]) == (404, "/absent", "there is no such file")
    assert (second["status"], second["reason"]) == (400, "white space between a field's name and the colon")


def test_sigusr1_opens_the_log_again(serve):
    server = serve("--workers", "1")
    server.get("/file.txt")
    server.lines("file.txt")
    server.log.rename(server.log.with_name("old.log"))
    server.proc.send_signal(signal.SIGUSR1)
    until(server.log.exists, "no new log")
    server.get("/big")
    server.lines("GET /big ")
    assert "big" not in server.log.with_name("old.log").read_text()


def test_sigterm_finishes_what_is_under_way(server):
    with socket.create_connection(("127.0.0.1", server.port), 60) as s, hold(server) as idle:
        (server.site / "big").write_bytes(BIG * 20)
        s.sendall(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        got = s.recv(1000)
        server.proc.terminate()
        assert idle.recv(1) == b"", "an idle connection is closed"
        until(lambda: not answers(server.port), "it still listens")
        while piece := s.recv(1 << 20):
            got += piece
        assert got.endswith(BIG) and len(got) > len(BIG) * 20
    assert server.end()[0] == 0


def test_a_file_that_shrinks_breaks_the_response_off(server):
    (server.site / "big").write_bytes(BIG * 20)
    with socket.create_connection(("127.0.0.1", server.port), 60) as s:
        s.sendall(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")
        got = len(s.recv(1000))
        os.truncate(server.site / "big", 0)
        with pytest.raises(ConnectionResetError):
            while piece := s.recv(1 << 20):
                got += len(piece)
            raise AssertionError(f"it ended as if it were whole: {got}")
    assert server.get("/file.txt").status == 200


def test_curl_resumes_and_follows(server, tmp_path):
    part = tmp_path / "big"
    part.write_bytes(BIG[:1000])
    subprocess.run(["curl", "-sf", "-C", "-", "-o", part, server.url + "/big"], check=True, timeout=60)
    assert part.read_bytes() == BIG
    assert subprocess.run(["curl", "-sfL", server.url + "/sub"], capture_output=True, timeout=60).stdout == b"<p>index"
    code = subprocess.run(["curl", "-s", "-z", server.site / "file.txt", "-o", "/dev/null", "-w", "%{http_code}", server.url + "/file.txt"],
                          capture_output=True, text=True, timeout=60).stdout
    assert code == "304"


def test_wget_mirrors_the_folder(server, tmp_path):
    subprocess.run(["wget", "-q", "-r", "-np", "-nH", "-e", "robots=off", "-X", "/outside", "-R", "outside,closed", server.url + "/"], cwd=tmp_path, timeout=60)
    assert (tmp_path / "big").read_bytes() == BIG
    assert (tmp_path / "a&<b>: 中.txt").read_text() == "named"
    assert (tmp_path / "sub/index.html").read_text() == "<p>index"


def test_aria2c_joins_sixteen_ranges(server, tmp_path):
    (server.site / "big").write_bytes(BIG * 20)
    subprocess.run(["aria2c", "-q", "-x16", "-s16", "-k1M", "--no-conf", "-d", tmp_path, server.url + "/big"], check=True, timeout=60)
    assert (tmp_path / "big").read_bytes() == BIG * 20
    assert len(server.lines('"GET /big HTTP/1.1" 206 ')) > 4


def test_a_port_in_use_is_refused_with_the_name_of_its_process(server, leat):
    found = run(leat, "serve", "/", "--bind", "127.0.0.1", "--port", server.port)
    assert found.returncode == 125
    assert found.stderr == f"leat serve: 127.0.0.1:{server.port}: port {server.port} is in use by leat (process {server.proc.pid}); choose another with --port\n"


@pytest.mark.parametrize("words, said", [
    (["/nonexistent"], "leat serve: /nonexistent: cannot read this folder: No such file or directory\n"),
    (["/etc/passwd"], "leat serve: /etc/passwd: is not a folder; name the folder that has the file\n"),
    (["/", "--log", "/nonexistent/log"], "leat serve: /nonexistent/log: cannot write the log: No such file or directory\n"),
    (["/", "--bind", "192.0.2.77", "--port", "0"], "leat serve: 192.0.2.77:0: this machine does not have this address\n"),
    (["/", "--bind", "a..b"], "leat serve: --bind: a..b is no address, and no host name that is known: Name or service not known\n"),
    (["/", "--port", "99999"], "leat serve: --port: 99999 is not a port from 0 to 65535\n"),
    (["/", "--header", "Date: now"], "leat serve: --header: 'Date: now' is a field that the server writes itself\n"),
    (["/", "--header", "no field"], "leat serve: --header: 'no field' is not a field such as 'Name: value'\n"),
    (["/", "--spa", "--index", ""], "leat serve: --spa answers with the index file: --index needs a name\n"),
    (["/", "--host", "a:80"], "leat serve: --host: a:80 is not a host name such as files.example.org\n"),
    (["/", "--redirect", "404:/a=/b"], "leat serve: --redirect: 404:/a=/b does not begin with 301:, 302:, 303:, 307: or 308:\n"),
    (["/", "--redirect", "308:/a"], "leat serve: --redirect: 308:/a has no path before '=', as in 308:/old=/new\n"),
    (["/", "--log-format", "xml"], "leat serve: --log-format: xml is neither combined nor json\n"),
    (["/", "/tmp"], "leat serve: unexpected argument '/tmp'; usage: leat serve [options] [DIR]\n"),
], ids=lambda words: " ".join(words) if isinstance(words, list) else "")
def test_what_cannot_be_served_is_one_clear_line(leat, words, said):
    found = run(leat, "serve", *words)
    assert (found.returncode, found.stdout, found.stderr) == (125, "", said)


def test_the_manual_and_the_help_have_the_same_options(leat):
    text = (pathlib.Path(__file__).parents[2] / "man/leat-serve.1").read_text()
    manual = [["-" + name for name in re.findall(r"\bFl (-?[a-z-]+)", entry)] for entry in re.findall(r"^\.It (Fl .*)", text, re.M)]
    helped = set(re.findall(r"^  (--?[a-z-]+)", run(leat, "serve", "--help").stdout, re.M))
    assert len(helped) > 15
    assert helped == {name for names in manual for name in names if name in helped}
    assert [names for names in manual if not helped & set(names)] == []
