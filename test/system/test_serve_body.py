"""The content of `leat serve`'s responses as real clients read it: several ranges, what is compressed on the way, archives."""
import email
import http.client
import os
import pathlib
import re
import signal
import subprocess
import time
import zlib

import pytest
from conftest import needs_tool, run
from ports import free_port
from serving import BIG, folder, serve, server  # noqa: F401
from waiting import answers, until

TEXT = b"".join(b"%06d: a line of text that can be compressed\n" % i for i in range(4000))
OFFERED = ("zstd", "br", "gzip")


def decode(coding, octets):
    """The content by another decoder."""
    if coding == "gzip":
        return zlib.decompress(octets, 31)
    if coding == "br":
        return pytest.importorskip("brotli").decompress(octets)
    return pytest.importorskip("zstandard").ZstdDecompressor().decompressobj().decompress(octets)


def parts_of(content_type, octets):
    """The parts of multipart/byteranges as another reader sees them: [(Content-Range, Content-Type, octets)]."""
    whole = email.message_from_bytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + octets)
    assert whole.get_content_type() == "multipart/byteranges" and not whole.defects
    return [(part["Content-Range"], part["Content-Type"], part.get_payload(decode=True)) for part in whole.get_payload()]


def part(first, last):
    return (f"bytes {first}-{last}/{len(BIG)}", "application/octet-stream", BIG[first:last + 1])


def test_several_ranges_are_parts_in_the_order_in_which_they_were_asked_for(server):
    r = server.get("/big", Range="bytes=-3,0-1,100000-100100")
    assert r.status == 206 and "Content-Range" not in r.headers
    assert r.headers["Content-Length"] == str(len(r.octets))
    assert r.headers["ETag"] == server.get("/big", "HEAD").headers["ETag"]
    assert parts_of(r.headers["Content-Type"], r.octets) == [
        part(len(BIG) - 3, len(BIG) - 1), part(0, 1), part(100000, 100100)]


def test_curl_gets_several_ranges(server):
    curl = run("curl", "-sS", "-r", "0-1,1000000-1000009", "-D", "-", "-o", "-", server.url + "/big")
    assert curl.returncode == 0 and "206 Partial Content" in curl.stdout
    assert len(re.findall(r"^--[0-9a-f]{24}\r?$", curl.stdout, re.M)) == 2


@pytest.mark.parametrize("asked, content_range", [
    ("bytes=0-1,5-6", "bytes 0-6"),           # less lies between them than a part's head has
    ("bytes=50-90,0-60,20-70", "bytes 0-90"),
    ("bytes=5-6,99999999-", "bytes 5-6"),     # the second one lies beyond the end
])
def test_ranges_that_are_near_each_other_are_one(server, asked, content_range):
    r = server.get("/big", Range=asked)
    assert (r.status, r.headers["Content-Range"]) == (206, f"{content_range}/{len(BIG)}")


@pytest.mark.parametrize("asked", [
    ",".join(f"{i * 1000}-{i * 1000}" for i in range(65)),
    ",".join(["0-"] * 65),
])
def test_more_ranges_than_64_are_answered_with_the_whole(server, asked):
    """RFC 9110, 14.2: many small or overlapping ranges would cost more than the whole."""
    r = server.get("/big", Range="bytes=" + asked)
    assert (r.status, len(r.octets)) == (200, len(BIG))


def test_overlapping_ranges_never_have_more_octets_than_the_whole(server):
    r = server.get("/big", Range="bytes=" + ",".join(["0-"] * 64))
    assert (r.status, len(r.octets)) == (206, len(BIG))


def test_several_ranges_hold_only_for_the_state_that_if_range_names(server):
    tag = server.get("/big", "HEAD").headers["ETag"]
    assert server.get("/big", Range="bytes=0-1,9000-9001", If_Range=tag).status == 206
    assert server.get("/big", Range="bytes=0-1,9000-9001", If_Range='"other"').status == 200


@pytest.fixture
def nginx(folder):  # noqa: F811
    """The port of nginx, which serves the same folder."""
    port = free_port()
    conf = folder / "nginx.conf"
    conf.write_text(f"""
        daemon off; pid {folder}/nginx.pid; events {{}} error_log stderr;
        http {{ access_log off; default_type application/octet-stream; gzip on; gzip_types *; gzip_min_length 1000;
        server {{ listen 127.0.0.1:{port}; root {folder}/site; }} }}""")
    proc = subprocess.Popen(["nginx", "-e", "stderr", "-p", folder, "-c", conf], stdin=subprocess.DEVNULL)
    until(lambda: answers(port), "nginx does not answer", proc=proc)
    yield port
    proc.terminate()
    proc.wait(60)


@needs_tool("nginx")
@pytest.mark.parametrize("asked", ["bytes=0-1,100000-100100", "bytes=-5,0-9,5000-5999", "bytes=7-7,3000-"])
def test_nginx_sends_the_same_parts(server, nginx, asked):
    c = http.client.HTTPConnection("127.0.0.1", nginx, timeout=60)
    c.request("GET", "/big", headers={"Range": asked})
    theirs, ours = c.getresponse(), server.get("/big", Range=asked)
    assert ours.status == theirs.status == 206
    assert parts_of(ours.headers["Content-Type"], ours.octets) == parts_of(theirs.headers["Content-Type"], theirs.read())
    c.close()


@pytest.fixture
def text(server):
    """A text file that has not changed for a while."""
    path = server.site / "text.txt"
    path.write_bytes(TEXT)
    os.utime(path, (1700000000, 1700000000))
    return path


@pytest.mark.parametrize("coding", OFFERED)
def test_text_is_compressed_as_the_client_accepts(server, text, coding):
    r = server.get("/text.txt", Accept_Encoding=coding)
    assert r.headers["Content-Encoding"] == coding and r.headers["Vary"] == "Accept-Encoding"
    assert "Accept-Ranges" not in r.headers
    assert decode(coding, r.octets) == TEXT and len(r.octets) < len(TEXT) / 5


@pytest.mark.parametrize("accept, coding", [
    ("gzip, deflate, br, zstd", "zstd"), ("gzip, deflate, br", "br"), ("gzip;q=1, br;q=0.5", "gzip"), ("*", "zstd"),
    ("deflate", None), ("identity", None), ("gzip;q=0", None), ("gzip;q=0.5, identity;q=1", None), ("identity;q=0, br", "br"),
])
def test_the_coding_is_what_the_client_likes_best(server, text, accept, coding):
    assert server.get("/text.txt", Accept_Encoding=accept).headers["Content-Encoding"] == coding


def test_what_is_compressed_small_or_large_is_sent_as_it_is(server):
    (server.site / "picture.png").write_bytes(TEXT)
    (server.site / "small.txt").write_bytes(TEXT[:1000])
    (server.site / "large.txt").write_bytes(b"0123456789abcdef" * ((1 << 20) + 1))
    for name in "picture.png", "small.txt", "large.txt":
        r = server.get("/" + name, "HEAD", Accept_Encoding="gzip")
        assert "Content-Encoding" not in r.headers and r.headers["Content-Length"] == str((server.site / name).stat().st_size)


def test_a_range_is_one_of_the_file_as_it_is(server, text):
    r = server.get("/text.txt", Accept_Encoding="gzip", Range="bytes=10-19")
    assert (r.status, r.octets, r.headers["Content-Encoding"]) == (206, TEXT[10:20], None)
    tag = server.get("/text.txt", Accept_Encoding="gzip").headers["ETag"]
    assert server.get("/text.txt", Accept_Encoding="gzip", Range="bytes=10-19", If_Range=tag).octets == TEXT


def test_the_tag_of_compressed_content_is_weak_and_revalidates(server, text):
    plain, coded = server.get("/text.txt").headers["ETag"], server.get("/text.txt", Accept_Encoding="gzip").headers["ETag"]
    assert coded == "W/" + plain
    r = server.get("/text.txt", Accept_Encoding="gzip", If_None_Match=coded)
    assert (r.status, r.headers["ETag"], r.headers["Vary"]) == (304, coded, "Accept-Encoding")
    assert server.get("/text.txt", If_None_Match=coded).headers["ETag"] == plain


def test_head_says_what_get_would_also_of_compressed_content(server, text):
    def described(method):
        r = server.get("/text.txt", method, Accept_Encoding="gzip")
        return r.octets, {n: v for n, v in r.getheaders() if n != "Date"}
    assert described("HEAD") == (b"", described("GET")[1])


def test_what_was_compressed_once_is_kept_while_the_file_stays_the_same(server):
    """A file that changed within the last second might change again unseen: that one is not kept."""
    path = server.site / "hot.css"

    def length():
        return server.get("/hot.css", Accept_Encoding="br").headers["Content-Length"]

    def just_written():
        """The lengths of two answers, if both came within a second after the change."""
        path.write_bytes(TEXT)
        written = time.monotonic()
        lengths = length(), length()
        return lengths if time.monotonic() - written < 1 else None
    assert until(just_written, "no two answers within a second") == (None, None)
    until(lambda: length() and length(), "it is not kept")
    assert decode("br", server.get("/hot.css", Accept_Encoding="br").octets) == TEXT
    path.write_bytes(TEXT[::-1])
    assert decode("br", server.get("/hot.css", Accept_Encoding="br").octets) == TEXT[::-1]


def test_a_listing_is_compressed(server):
    for i in range(300):
        (server.site / f"sub/empty/{i}").touch()
    plain = server.get("/sub/empty/?format=json")
    assert "Accept-Encoding" in plain.headers["Vary"]
    for coding in OFFERED:
        r = server.get("/sub/empty/?format=json", Accept_Encoding=coding)
        assert r.headers["Content-Encoding"] == coding
        assert decode(coding, r.octets) == plain.octets and len(r.octets) < len(plain.octets) / 5


def test_http_1_0_gets_content_with_a_length(server, text):
    assert b"Content-Encoding" not in server.ask(b"GET /text.txt HTTP/1.0\r\nAccept-Encoding: gzip\r\n\r\n")


def test_options_choose_the_codings(serve):
    server = serve("--compress", "gzip,br")
    (server.site / "a.txt").write_bytes(TEXT)
    assert server.get("/a.txt", "HEAD", Accept_Encoding="br, gzip, zstd").headers["Content-Encoding"] == "gzip"
    assert server.get("/a.txt", "HEAD", Accept_Encoding="zstd").headers["Content-Encoding"] is None
    server.end()
    assert serve("--no-compress").get("/a.txt", "HEAD", Accept_Encoding="gzip").headers["Content-Encoding"] is None


@pytest.mark.parametrize("value, wrong", [
    ("deflate", "is not a list of codings such as zstd,br,gzip"), ("gzip,,gzip", "names a coding twice"),
    ("", "is empty; --no-compress compresses nothing"),
])
def test_a_wrong_list_of_codings_is_refused(leat, value, wrong):
    refused = run(leat, "serve", "--compress", value)
    assert refused.returncode == 125 and wrong in refused.stderr


def test_others_are_served_while_content_is_compressed(serve):
    """Sixteen megabytes are compressed in turns of some milliseconds: a small request that comes with it ends first."""
    server = serve("--workers", "1")
    (server.site / "large.txt").write_bytes(TEXT * 80)
    (worker,) = pathlib.Path(f"/proc/{server.proc.pid}/task/{server.proc.pid}/children").read_text().split()
    os.kill(int(worker), signal.SIGSTOP)
    large, small = (http.client.HTTPConnection("127.0.0.1", server.port, timeout=60) for _ in range(2))
    large.request("GET", "/large.txt", headers={"Accept-Encoding": "br"})
    small.request("GET", "/file.txt")
    os.kill(int(worker), signal.SIGCONT)
    assert small.getresponse().read() == b"0123456789"
    assert decode("br", large.getresponse().read()) == TEXT * 80
    server.lines("GET /large.txt ")
    assert server.lines("GET /[a-z.]+ ") == ["GET /file.txt ", "GET /large.txt "]
    large.close()
    small.close()


@needs_tool("nginx")
def test_nginx_says_the_same_of_compressed_content(server, nginx, text):
    c = http.client.HTTPConnection("127.0.0.1", nginx, timeout=60)
    c.request("GET", "/text.txt", headers={"Accept-Encoding": "gzip"})
    theirs, ours = c.getresponse(), server.get("/text.txt", Accept_Encoding="gzip")
    assert decode("gzip", theirs.read()) == decode("gzip", ours.octets)
    assert theirs.headers["Content-Encoding"] == ours.headers["Content-Encoding"]
    assert theirs.headers["ETag"].startswith("W/") and "Accept-Ranges" not in theirs.headers
    c.close()


def test_error_pages_of_the_user_are_sent_with_the_status(serve):
    server = serve("--error-page", "404=/404.html", "--error-page", "416=/empty.html", "--error-page", "403=/absent.html")
    (server.site / "404.html").write_text("<h1>not here")
    r = server.get("/absent")
    assert (r.status, r.octets, r.headers["Content-Type"]) == (404, b"<h1>not here", "text/html; charset=utf-8")
    assert "ETag" not in r.headers and "Last-Modified" not in r.headers
    head = server.get("/absent", "HEAD")
    assert (head.status, head.headers["Content-Length"]) == (404, "12")
    r = server.get("/file.txt", Range="bytes=99-")
    assert (r.status, r.octets, r.headers["Content-Range"]) == (416, b"", "bytes */10")
    assert b"403" in server.get("/outside").octets  # there is no such file: the server's own page
    assert server.get("/404.html").status == 200
    (server.site / "404.html").write_bytes(BIG)
    assert server.get("/absent").octets == BIG


@pytest.mark.parametrize("value", ["404", "404=", "404=/", "404=/sub/", "200=/a", "4040=/a", "abc=/a", "404=/../a"])
def test_a_wrong_error_page_is_refused(leat, value):
    refused = run(leat, "serve", "--error-page", value)
    assert refused.returncode == 125 and "as in 404=/404.html" in refused.stderr
