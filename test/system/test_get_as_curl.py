"""`leat get` beside curl (as_curl.py): requests, responses, and the way to a server; and where it does better."""
import contextlib
import fcntl
import gzip
import os
import pty
import re
import select
import socket
import subprocess
import threading
import zlib

import pytest
from as_curl import LEAT, OK, CURL, both, plain, redirect, run
from conftest import ROOT, needs_tool
from servers import Scripted, read_request, serving

pytestmark = needs_tool("curl")


REQUESTS = {
    "a GET": ["URL/a"],
    "a URL without a path": ["URL"],
    "a query without a path": ["URL?x=1"],
    "dot segments": ["URL/a/../b/./c"],
    "a fragment": ["URL/a#part"],
    "percent-encoding that stays": ["URL/%7Ea%2fb?q=%20"],
    "HEAD": ["-I", "URL/a"],
    "the head before the content": ["-i", "URL/a"],
    "no field": ["-H", "Accept:", "-H", "User-Agent:", "URL/a"],
    "an empty field": ["-H", "X-Empty;", "URL/a"],
    "fields of the user's": ["-H", "X-A: b", "-H", "Accept: text/html", "-H", "Host: other.example", "URL/a"],
    "a user agent": ["-A", "me/1", "URL/a"],
    "no user agent": ["-A", "", "URL/a"],
    "a referer": ["-e", "http://from.example/", "URL/a"],
    "cookies": ["-b", "a=b; c=d", "URL/a"],
    "a user": ["-u", "me:secret", "URL/a"],
    "a range": ["-r", "0-4", "URL/a"],
    "a suffix": ["-r", "-5", "URL/a"],
    "a method": ["-X", "DELETE", "URL/a"],
    "data": ["-d", "a=b", "-d", "c=d", "URL/a"],
    "data with another type": ["-H", "Content-Type: text/plain", "-d", "a", "URL/a"],
    "empty data": ["-d", "", "URL/a"],
    "data from standard input": ["-d", "@-", "URL/a"],
    "binary data from standard input": ["--data-binary", "@-", "URL/a"],
    "raw data": ["--data-raw", "@a", "URL/a"],
    "encoded data": ["--data-urlencode", "n=a b&c", "--data-urlencode", "=x=y", "--data-urlencode", "plain text", "URL/a"],
    "JSON": ["--json", '{"a": 1}', "URL/a"],
    "data in the URL": ["-G", "-d", "a=b", "-d", "c=d", "URL/a?x=y"],
    "data in the URL with HEAD": ["-G", "-I", "-d", "a=b", "URL/a"],
    "an upload from standard input": ["-T", "-", "URL/a"],
    "a form": ["-F", "a=b", "-F", "c=d;type=text/x", "URL/a"],
    "a large form field": ["-F", "a=" + "x" * 100000, "URL/a"],
    "two URLs on one connection": ["URL/a", "URL/b"],
    "a method with data": ["-X", "PATCH", "-d", "x", "URL/a"],
    "an HTTP version field of the user's": ["-H", "Connection: close", "URL/a"],
    "the name of the URL": ["-O", "URL/dir/name.txt"],
    "a file": ["-o", "out", "URL/a"],
    "two files": ["-o", "one", "URL/a", "-o", "two", "URL/b"],
    "a folder and a file": ["--create-dirs", "-o", "x/y/out", "URL/a"],
    "an output folder": ["--create-dirs", "--output-dir", "x", "-O", "URL/a"],
    "heads to a file": ["-D", "heads", "URL/a"],
    "options in one word": ["-sSLo", "out", "URL/a"],
    "patterns": ["-o", "#2-#1.txt", "URL/{a,b}/[08-10]", "-o", "x#1", "URL/[a-e:2]"],
    "a pattern that is none": ["URL/[1-"],
    "names of patterns": ["-O", "URL/n[1-3]"],
    "what is compressed": ["--compressed", "URL/a"],
    "a list of codings of the user's": ["--compressed", "-H", "Accept-Encoding: br;q=0.5", "URL/a"],
    "HTTP/1.1 by its name": ["--http1.1", "URL/a"],
    "credentials in the URL": ["URL/a", "-X", "GET"],
}


@pytest.mark.parametrize("args", REQUESTS.values(), ids=REQUESTS.keys())
def test_the_same_request_is_sent_and_the_same_content_written(tmp_path, args):
    both(tmp_path, args, [OK], stdin=b"line 1\r\nline 2\n")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("args", [[], ["-d", "a=b"], ["-X", "DELETE", "-d", "a"], ["-I"], ["-F", "a=b"], ["-u", "me:x"], ["--post301", "--post302", "--post303", "-d", "x"]],
                         ids=["GET", "POST", "DELETE", "HEAD", "form", "login", "POST that stays"])
def test_redirects_are_followed_as_curl_does(tmp_path, status, args):
    both(tmp_path, ["-L", *args, "URL/a/b?x"], [redirect(status, "../c?d"), OK])


# "hello " a thousand times.
BROTLI = bytes.fromhex("1b6f17f88d946ede445586966c206f715b1c80e401200e")
ZSTD = bytes.fromhex("28b52ffd04587500003068656c6c6f2001006797be14010603f5bb")


def coded(name, content):
    return f"HTTP/1.1 200 OK\r\nContent-Encoding: {name}\r\nContent-Length: {len(content)}\r\n\r\n".encode() + content


ANSWERS = {
    "a redirect that is not followed": ([], redirect(302, "/x")),
    "-f and 404": (["-f"], b"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello"),
    "404": ([], b"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello"),
    "--fail-with-body and 500": (["--fail-with-body"], b"HTTP/1.1 500 No\r\nContent-Length: 5\r\n\r\nhello"),
    "-i and an interim response": (["-i"], b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + OK),
    "chunks": ([], b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n"),
    "chunks that break off": ([], b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhel"),
    "a size of a chunk that is none": ([], b"HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n"),
    "content up to the end": ([], b"HTTP/1.0 200 OK\r\nX: close\r\n\r\nhello"),
    "content that breaks off": ([], b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 50\r\n\r\nhello"),
    "no reply": ([], b""),
    "no content": ([], b"HTTP/1.1 204 No\r\n\r\n"),
    "an empty file": (["-o", "out"], b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"),
    "too many redirects": (["-L", "--max-redirs", "3"], redirect(302, "/again")),
    "a redirect to a file": (["-L"], redirect(302, "file:///etc/passwd")),
    "a redirect to no URL": (["-L"], redirect(302, "http://[::1/")),
    "heads of redirects": (["-L", "-i", "--max-redirs", "1"], redirect(302, "/again")),
    "no range where one is resumed": (["-C", "3"], OK),
    "the rest of a file": (["-C", "3"], b"HTTP/1.1 206 Part\r\nContent-Range: bytes 3-4/5\r\nContent-Length: 5\r\n\r\nhello"),
    "a file that is whole": (["-C", "5"], b"HTTP/1.1 416 No\r\nContent-Length: 5\r\n\r\nhello"),
    "a large file": (["--max-filesize", "3"], OK),
    "a name of the server's": (["-O", "-J"], b'HTTP/1.1 200 OK\r\nContent-Disposition: attachment; filename="../../x.txt"\r\nContent-Length: 5\r\n\r\nhello'),
    "gzip": (["--compressed", "-H", "Accept-Encoding: gzip"], coded("gzip", gzip.compress(b"hello " * 1000))),
    "deflate": (["--compressed", "-H", "Accept-Encoding: gzip"], coded("deflate", zlib.compress(b"hello"))),
    "brotli": (["--compressed"], coded("br", BROTLI)),
    "zstd": (["--compressed"], coded("zstd", ZSTD)),
    "damaged brotli": (["--compressed"], coded("br", b"\x11" + BROTLI)),
    "damaged zstd": (["--compressed"], coded("zstd", ZSTD[:9] + b"\xff" + ZSTD[10:])),
    "two frames of zstd": (["--compressed"], coded("zstd", ZSTD * 2)),
    "no coding by a name": (["--compressed"], coded("identity, none", b"hello")),
    "a coding without content": (["--compressed"], coded("br", b"")),
    "damaged gzip": (["--compressed", "-H", "Accept-Encoding: gzip"], coded("gzip", b"hello")),
    "an unknown coding": (["--compressed", "-H", "Accept-Encoding: gzip"], coded("x-mine", b"hello")),
    "a coding that was not asked for": ([], coded("gzip", b"hello")),
    "time that passes": (["-m", "2"], b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nhello"),
}


@pytest.mark.parametrize("args, answer", ANSWERS.values(), ids=ANSWERS.keys())
def test_the_same_response_means_the_same(tmp_path, args, answer):
    both(tmp_path, [*args, "URL/a"], [answer])


@pytest.mark.parametrize("name, content", [("gzip", gzip.compress(b"hello " * 1000)), ("deflate", zlib.compress(b"hello " * 1000)), ("br", BROTLI), ("zstd", ZSTD)])
def test_content_that_ends_before_its_coding_is_an_error(tmp_path, name, content):
    """curl 7.88 has the exit status 0, whatever is missing."""
    with serving(Scripted(coded(name, content[:-3]))) as port:
        status, _, _, said = run(LEAT, ["-sS", "--compressed", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert status == 61 and said.startswith(b"leat get: (61) Error while processing content unencoding: ")


def test_few_octets_that_stand_for_many_leave_time_for_others(tmp_path):
    """126 kB of brotli are 150 GB of zeros, which nobody waits for: the bound on the time holds."""
    bomb = bytes.fromhex("cfffff7f002400e2b14072efff0d") + bytes.fromhex("fcffff074002200e0b40f7fedf00") * 9000
    with serving(Scripted(coded("br", bomb))) as port:
        status, _, _, said = run(LEAT, ["-sS", "--compressed", "-m", "0.5", "-o", "/dev/null", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert status == 28, said


@pytest.mark.parametrize("how", [["-T", "file"], ["-T", "-"], ["--data-binary", "@file"], ["-F", "a=@file"]], ids=" ".join)
def test_a_rate_bounds_what_is_sent(tmp_path, how):
    """A hundred octets in a second, of 100 kB; without the bound all would have been sent at once."""
    server, content = Scripted(OK), b"x" * 100_000
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_bytes(content)
    with serving(server) as port:
        p = subprocess.run([*LEAT, "-sS", "--limit-rate", "100", "-m", "1", *how, f"http://127.0.0.1:{port}/a"], cwd=tmp_path / "folder", input=content, capture_output=True, check=False)
    assert p.returncode == 28, p.stderr
    assert re.match(rb"leat get: \(28\) Operation timed out", p.stderr)


def test_the_manual_and_the_help_have_the_same_options():
    text = (ROOT / "man/leat-get.1").read_text()
    manual = [re.findall(r"\bFl (-?[A-Za-z0-9.-]+)|, (-[a-z0-9-]+)", entry) for entry in re.findall(r"^\.It (Fl .*)", text, re.M)]
    named = {"-" + (a or b) for names in manual for a, b in names}
    said = subprocess.run([*LEAT, "--help"], capture_output=True, text=True, check=True).stdout
    helped = set(re.findall(r"^  (--?[A-Za-z0-9.-]+)", said, re.M)) - {"--help"}
    assert len(helped) > 50
    assert helped <= named
    for name in named:
        assert b"unknown option" not in subprocess.run([*LEAT, name], capture_output=True, check=False).stderr, name


@pytest.mark.parametrize("option", [["-x", "URL"], ["-x", "http://me:pw@HOST"], ["-x", "URL", "-U", "me:pw"], ["--noproxy", "*", "-x", "http://127.0.0.1:1"],
                                    ["--resolve", "name.example:PORT:127.0.0.1"], ["--connect-to", "name.example:PORT:127.0.0.1:PORT"], ["--connect-to", "::HOST"]],
                         ids=lambda option: " ".join(option))
def test_the_way_to_a_server_is_that_of_curl(tmp_path, option):
    results = []
    for name, program in (("curl", [CURL]), ("leat", LEAT)):
        server = Scripted(OK)
        with serving(server) as port:
            host = "127.0.0.1" if "--noproxy" in option else "name.example"
            args = [o.replace("URL", f"http://127.0.0.1:{port}").replace("HOST", f"127.0.0.1:{port}").replace("PORT", str(port)) for o in option]
            result = run(program, ["-sS", *args, f"http://{host}:{port}/a?b"], tmp_path / name)
        results.append((result[:3], [plain(r.replace(str(port).encode(), b"PORT")) for r in server.requests]))
    assert results[0][0][0] == 0
    assert results[1] == results[0]


def test_a_unix_domain_socket_takes_the_place_of_the_server(tmp_path):
    results = []
    for name, program in (("curl", [CURL]), ("leat", LEAT)):
        path, server = tmp_path / f"{name}.sock", Scripted(OK)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            missing = run(program, ["-sS", "--unix-socket", str(path) + "x", "http://name.example/a"], tmp_path / f"{name}-missing")
            listener.listen()
            thread = threading.Thread(target=lambda: server(listener.accept()[0]), daemon=True)
            thread.start()
            result = run(program, ["-sS", "--unix-socket", str(path), "http://name.example/a"], tmp_path / name)
            thread.join(60)
        results.append((missing[0], result[:3], [plain(r) for r in server.requests]))
    assert results[1] == results[0]


HOSTILE = {
    "a name that leads out": b'attachment; filename="../../../tmp/x"',
    "a hidden name": b'attachment; filename=".bashrc"',
    "a name with a folder": b'attachment; filename="/etc/x"',
    "an encoded name that leads out": b"attachment; filename*=UTF-8''..%2F..%2Fx",
}


@pytest.mark.parametrize("disposition", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_name_of_the_servers_is_a_plain_name_in_the_folder(tmp_path, disposition):
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Disposition: " + disposition + b"\r\nContent-Length: 5\r\n\r\nhello")
    with serving(server) as port:
        status, _, files, said = run(LEAT, ["-OJ", f"http://127.0.0.1:{port}/name"], tmp_path / "folder")
        assert status == 0, said
        (name,) = files
        assert "/" not in name and not name.startswith(".")
        again = subprocess.run([*LEAT, "-OJ", f"http://127.0.0.1:{port}/name"], cwd=tmp_path / "folder", capture_output=True, check=False)
    assert again.returncode == 23 and b"exists" in again.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["folder"]


@pytest.mark.parametrize("field", ["X: a\r\nY: b", "X: a\nY: b", "X\r\n: a", "X: \x00a", "X y: a"], ids=repr)
def test_a_field_cannot_split_the_request(tmp_path, field):
    if "\x00" in field:
        field = field.replace("\x00", "\x01")
    status, _, _, said = run(LEAT, ["-H", field, "http://127.0.0.1:1/"], tmp_path / "folder")
    assert status == 2 and b"octets that no field may have" in said


def test_a_terminal_does_not_obey_a_server(tmp_path):
    """C1 controls in UTF-8, with which a server could move the cursor or set the title."""
    server = Scripted(b"HTTP/1.1 200 OK \xc2\x9b2J\r\nX: \xc2\x9d0;title\xc2\x9c \xe4\xb8\xad\r\nContent-Length: 5\r\n\r\nhello")
    with serving(server) as port:
        _, _, _, said = run(LEAT, ["-v", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
        shown = pty_output([*LEAT, "-si", f"http://127.0.0.1:{port}/"])
    for text in (said, shown):
        assert b"\xc2" not in text and "中".encode() in text


def test_an_error_does_not_hand_on_what_commands_a_terminal(tmp_path):
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Encoding: \xc2\x9b2J\x9d\r\nContent-Length: 5\r\n\r\nhello")
    with serving(server) as port:
        status, _, _, said = run(LEAT, ["-sS", "--compressed", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert status == 61 and said.isascii() and b"2J" in said


def pty_output(command):
    """What a terminal gets."""
    master, slave = pty.openpty()
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=slave):
        os.close(slave)
        got = b""
        with contextlib.suppress(OSError):
            while piece := os.read(master, 65536):
                got += piece
        os.close(master)
    return got


def test_a_terminal_gets_no_binary_content_unless_it_was_named():
    with serving(Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel\x00o")) as port:
        url = f"http://127.0.0.1:{port}/"
        assert b"hel" not in pty_output([*LEAT, "-s", url])
        assert b"hel\x00o" in pty_output([*LEAT, "-s", "-o", "-", url])


def test_retries_are_counted_and_the_last_answer_is_the_content(tmp_path):
    busy = b"HTTP/1.1 503 Busy\r\nRetry-After: 0\r\nContent-Length: 4\r\n\r\nbusy"
    for program, name in (([CURL], "curl"), (LEAT, "leat")):
        server = Scripted(busy, busy, OK)
        with serving(server) as port:
            status, _, files, said = run(program, ["-S", "--retry", "3", "--retry-delay", "1", "-o", "out", f"http://127.0.0.1:{port}/"], tmp_path / name)
        assert (status, files["out"], len(server.requests)) == (0, b"hello", 3), said
        assert said.count(b"Will retry in 1 seconds") == 2


def test_a_length_of_the_users_is_not_sent_and_that_is_said(tmp_path):
    server = Scripted(OK)
    with serving(server) as port:
        status, _, _, said = run(LEAT, ["-H", "Content-Length: 99", "-d", "a=b", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert status == 0 and b"Warning: Content-Length is set by leat get itself" in said
    assert b"Content-Length: 3\r\n" in server.requests[0] and b"Content-Length: 99" not in server.requests[0]


def test_with_g_brackets_are_no_pattern(tmp_path):
    server = Scripted(OK)
    with serving(server) as port:
        assert run(LEAT, ["-g", f"http://127.0.0.1:{port}/{{a,b}}[1-2]"], tmp_path / "folder")[:2] == (0, b"hello")
    assert len(server.requests) == 1


@pytest.mark.parametrize("how", [["-j", "4"], ["-Z"], ["-Z", "--parallel-max", "4"]], ids=" ".join)
def test_urls_are_fetched_at_one_time(tmp_path, how):
    """A server that answers only when four requests have come answers all of them."""
    barrier = threading.Barrier(4)

    def handle(sock):
        read_request(sock)
        barrier.wait(60)
        sock.sendall(OK)

    with serving(handle) as port:
        urls = [w for i in range(4) for w in (f"http://127.0.0.1:{port}/{i}", "-o", f"f{i}")]
        status, _, files, said = run(LEAT, [*how, *urls], tmp_path / "folder")
    assert status == 0, said
    assert files == {f"f{i}": b"hello" for i in range(4)}


@pytest.mark.parametrize("option", ["-o", "-T", "-r", "-c", "-A", "-X", "-e", "-w", "-D", "-u", "-x", "-d"])
def test_an_option_that_has_taken_the_url_is_named(tmp_path, option):
    """Such as "-r URL" and "-c URL", which mean something else in wget."""
    status, _, _, said = run(LEAT, [option, "http://127.0.0.1:1/"], tmp_path / "folder")
    assert status == 2
    assert said.decode() == f"leat get: (2) no URL: {option} needs a value, and has taken http://127.0.0.1:1/\n"


def test_a_slow_reader_of_heads_and_content_gets_all(tmp_path):
    """A pipe that is full holds the server back, and what has no room for the moment is not lost."""
    content = b"".join(b"%d\n" % i for i in range(300_000))
    packed = gzip.compress(content)
    server = Scripted(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(packed) + packed)
    with serving(server) as port:
        url = f"http://127.0.0.1:{port}/"
        for args, wanted in ((["-s", "--compressed", url, url], content * 2), (["-si", url, url], None)):
            with subprocess.Popen([*LEAT, *args], stdout=subprocess.PIPE) as p:
                fcntl.fcntl(p.stdout, fcntl.F_SETPIPE_SZ, 4096)
                select.select([p.stdout], [], [], 60)
                got = p.stdout.read()
            assert p.returncode == 0
            assert got == wanted if wanted else got.count(packed) == 2
