"""The content of `leat serve`'s responses as real clients read it: several ranges, what is compressed on the way, archives."""
import email
import http.client
import re
import socket
import subprocess

import pytest
from conftest import needs_tool, run
from serving import BIG, folder, serve, server  # noqa: F401
from waiting import answers, until


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
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    conf = folder / "nginx.conf"
    conf.write_text(f"""
        daemon off; pid {folder}/nginx.pid; events {{}} error_log stderr;
        http {{ access_log off; default_type application/octet-stream; gzip on; gzip_types *; gzip_min_length 1000;
        server {{ listen 127.0.0.1:{port}; root {folder}/site; }} }}""")
    proc = subprocess.Popen(["nginx", "-e", "stderr", "-p", folder, "-c", conf], stdin=subprocess.DEVNULL)
    until(lambda: answers(port), "nginx does not answer", proc=proc)
    yield port
    proc.terminate()
    proc.wait(20)


@needs_tool("nginx")
@pytest.mark.parametrize("asked", ["bytes=0-1,100000-100100", "bytes=-5,0-9,5000-5999", "bytes=7-7,3000-"])
def test_nginx_sends_the_same_parts(server, nginx, asked):
    c = http.client.HTTPConnection("127.0.0.1", nginx, timeout=10)
    c.request("GET", "/big", headers={"Range": asked})
    theirs, ours = c.getresponse(), server.get("/big", Range=asked)
    assert ours.status == theirs.status == 206
    assert parts_of(ours.headers["Content-Type"], ours.octets) == parts_of(theirs.headers["Content-Type"], theirs.read())
    c.close()
