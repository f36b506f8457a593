"""`leat get --parts`: one file over several connections, which goes on after a failure and never joins two versions."""
import contextlib
import hashlib
import http.server
import os
import random
import re
import signal
import subprocess
import threading

import pytest
from conftest import BUILD, needs_tool
from ports import free_port
from servers import in_thread
from waiting import answers, until

LEAT = [str(BUILD / "leat"), "get", "-s", "-S"]
FILE = random.Random(3).randbytes(6_000_000)
SHA = hashlib.sha256(FILE).hexdigest()


class Ranges(http.server.BaseHTTPRequestHandler):
    """Serves server.content in ranges, with server.etag. server.hook(self, first, last) may answer instead, and then returns True."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        s = self.server
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers["Range"] or "")
        first, last = (int(asked[1]), min(int(asked[2] or len(s.content)), len(s.content) - 1)) if asked else (0, len(s.content) - 1)
        with s.lock:
            s.asked.append((first, last, self.client_address[1]))
        if s.hook and s.hook(self, first, last):
            return
        part = asked and self.headers["If-Range"] in (None, s.etag)
        body = s.content[first:last + 1] if part else s.content
        self.send_response(206 if part else 200)
        if part:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(s.content)}")
        if s.etag:
            self.send_header("ETag", s.etag)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        with contextlib.suppress(ConnectionError):
            self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    class Quiet(http.server.ThreadingHTTPServer):
        def handle_error(self, *_):  # a client that was killed
            pass

    with in_thread(Quiet(("127.0.0.1", 0), Ranges)) as s:
        s.content, s.etag, s.hook, s.asked, s.lock = FILE, '"1"', None, [], threading.Lock()
        s.url = f"http://127.0.0.1:{s.server_port}/big"
        yield s


def get(cwd, *words, status=0):
    p = subprocess.run([*LEAT, "-o", "big", *words], cwd=cwd, capture_output=True, text=True, timeout=60)
    assert p.returncode == status, p.stderr
    return p.stderr


def names(folder):
    return sorted(f.name for f in folder.iterdir())


def test_the_parts_of_several_connections_are_the_file(tmp_path, server):
    get(tmp_path, "--parts", "4", server.url)
    assert (tmp_path / "big").read_bytes() == FILE and names(tmp_path) == ["big"]
    assert len({port for _, _, port in server.asked}) == 4
    assert sorted(first for first, _, _ in server.asked) == [0, *sorted(last + 1 for _, last, _ in server.asked)[:-1]]


@needs_tool("nginx")
def test_nginx_and_leat_serve_send_parts(tmp_path):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "big").write_bytes(FILE)
    with subprocess.Popen([LEAT[0], "serve", "--bind", "127.0.0.1", "--port", "0", "--log", "", "site"], cwd=tmp_path, stderr=subprocess.PIPE, text=True) as p:
        found = None
        while not found:
            found = re.search(r"http://127\.0\.0\.1:\d+", p.stderr.readline())
        get(tmp_path, "--parts", "3", "--sha256", SHA, found[0] + "/big")
        p.terminate()
    (tmp_path / "big").unlink()
    port = free_port()
    (tmp_path / "nginx.conf").write_text(f"""daemon off; pid {tmp_path}/pid; error_log {tmp_path}/error.log; events {{}}
        http {{ access_log {tmp_path}/access.log; server {{ listen 127.0.0.1:{port}; root {tmp_path}/site; }} }}""")
    tmp_path.chmod(0o755)
    with subprocess.Popen(["nginx", "-p", tmp_path, "-c", tmp_path / "nginx.conf"], stderr=subprocess.DEVNULL) as p:
        until(lambda: answers(port), "nginx does not answer")
        for folder in [tmp_path, *tmp_path.parents][:3]:  # nginx's workers are another user
            folder.chmod(0o755)
        get(tmp_path, "--parts", "3", "--sha256", SHA, f"http://127.0.0.1:{port}/big")
        p.terminate()
    assert (tmp_path / "access.log").read_text().count(" 206 ") > 3


def test_a_killed_download_goes_on_where_it_was(tmp_path, server):
    with subprocess.Popen([*LEAT, "-o", "big", "--parts", "2", "--limit-rate", "100K", server.url], cwd=tmp_path) as p:
        until(lambda: (tmp_path / "big.parts.txt").exists(), "nothing was written down")
        p.send_signal(signal.SIGKILL)
    assert names(tmp_path) == ["big.parts", "big.parts.txt"]
    missing = [tuple(map(int, m)) for m in re.findall(r"missing (\d+)-(\d+)", (tmp_path / "big.parts.txt").read_text())]
    octets = sum(last - first + 1 for first, last in missing)
    assert 0 < octets < len(FILE)
    server.asked.clear()
    get(tmp_path, "--parts", "4", server.url)
    assert (tmp_path / "big").read_bytes() == FILE and names(tmp_path) == ["big"]
    assert sum(last - first + 1 for first, last, _ in server.asked) == octets


def test_what_changed_between_two_runs_is_fetched_anew(tmp_path, server):
    (tmp_path / "big.parts").write_bytes(b"x" * 5_000_000)
    (tmp_path / "big.parts.txt").write_text('leat-get-parts 1\netag "0"\nlength 6000000\nmissing 5000000-5999999\n')
    said = get(tmp_path, "--parts", "2", server.url, status=33)
    assert said == "leat get: (33) big has changed on the server\n" and "big" not in names(tmp_path)
    get(tmp_path, "--parts", "2", server.url)
    assert (tmp_path / "big").read_bytes() == FILE


@pytest.mark.parametrize("left", [None, 0, 4_999_999])
def test_parts_that_are_not_there_any_more_are_fetched_anew(tmp_path, server, left):
    if left is not None:
        (tmp_path / "big.parts").write_bytes(FILE[:left])
    (tmp_path / "big.parts.txt").write_text('leat-get-parts 1\netag "1"\nlength 6000000\nmissing 5000000-5999999\n')
    get(tmp_path, "--parts", "2", server.url)
    assert (tmp_path / "big").read_bytes() == FILE


def test_parts_of_which_none_is_missing_only_get_their_name(tmp_path, server):
    (tmp_path / "big.parts").write_bytes(FILE)
    (tmp_path / "big.parts.txt").write_text('leat-get-parts 1\netag "1"\nlength 6000000\n')
    get(tmp_path, "--parts", "2", "-o", "small", server.url, server.url)
    assert names(tmp_path) == ["big", "small"] and (tmp_path / "big").read_bytes() == (tmp_path / "small").read_bytes() == FILE


def test_parts_that_cannot_be_emptied_are_an_error(tmp_path, server):
    (tmp_path / "big.parts").symlink_to("/dev/null")
    assert get(tmp_path, "--parts", "2", server.url, status=23) == "leat get: (23) Failure writing output to big.parts: Invalid argument\n"
    assert not server.asked


@pytest.mark.parametrize("how", ["etag", "length", "content that is whole"])
def test_what_changes_meanwhile_is_never_joined(tmp_path, server, how):
    def hook(_, first, last):
        if len(server.asked) == 4:
            server.content = server.content[::-1][:-1 if how == "length" else None]
            server.etag = '"2"' if how != "length" else server.etag
        return False

    server.hook = hook
    said = get(tmp_path, "--parts", "2", server.url, status=33)
    assert "has changed on the server" in said and "big" not in names(tmp_path) and "big.parts.txt" not in names(tmp_path)


def test_other_octets_than_were_asked_for_are_refused(tmp_path, server):
    def hook(h, first, last):
        if first == 0:
            return False
        h.send_response(206)
        h.send_header("Content-Range", f"bytes {first - 1}-{last - 1}/{len(FILE)}")
        h.send_header("ETag", server.etag)
        h.send_header("Content-Length", str(last - first + 1))
        h.end_headers()
        with contextlib.suppress(ConnectionError):
            h.wfile.write(FILE[first - 1:last])
        return True

    server.hook = hook
    assert "big came with other octets than were asked for" in get(tmp_path, "--parts", "2", server.url, status=33)


@pytest.mark.parametrize("etag", [None, 'W/"1"'])
def test_without_a_strong_validator_one_connection_fetches_all(tmp_path, server, etag):
    server.etag = etag
    get(tmp_path, "--parts", "4", "--sha256", hashlib.sha256(FILE).hexdigest(), server.url)
    assert (tmp_path / "big").read_bytes() == FILE and names(tmp_path) == ["big"]


def test_a_server_without_ranges_sends_the_whole(tmp_path, web):
    get(tmp_path, "--parts", "4", "--sha256", hashlib.sha256(b"hello\n").hexdigest(), web.url("small"))
    assert (tmp_path / "big").read_bytes() == b"hello\n" and names(tmp_path) == ["big"]


def test_a_pipe_that_was_named_stays(tmp_path, server):
    """A device or a pipe is written where it is. Nothing gets its name, and it gets no other."""
    os.mkfifo(tmp_path / "big")
    for words, status in (["--parts", "4"], 0), (["--parts", "4", "--sha256", "0" * 64], 110):
        with subprocess.Popen(["sha256sum", tmp_path / "big"], stdout=subprocess.PIPE, text=True) as reader:
            get(tmp_path, *words, server.url, status=status)
            assert (tmp_path / "big").is_fifo() and names(tmp_path) == ["big"]
            assert reader.communicate(timeout=60)[0].startswith(hashlib.sha256(FILE).hexdigest())


def test_a_small_file_is_one_part(tmp_path, server):
    for server.content in (b"hello", b"x" * (256 << 10), b"x" * ((256 << 10) + 1)):
        get(tmp_path, "--parts", "4", server.url)
        assert (tmp_path / "big").read_bytes() == server.content


def test_connections_that_are_refused_are_given_up_and_the_others_go_on(tmp_path, server):
    ports = []

    def hook(h, first, last):
        port = h.client_address[1]
        if port not in ports:
            ports.append(port)
        if ports.index(port) < 2:
            return False
        h.send_error(503)
        return True

    server.hook = hook
    get(tmp_path, "--parts", "4", server.url)
    assert (tmp_path / "big").read_bytes() == FILE


def test_a_failure_says_what_is_kept_and_the_next_run_goes_on(tmp_path, server):
    server.hook = lambda h, first, last: first > 3_000_000 and (h.send_error(500), True)[1]
    p = subprocess.run([LEAT[0], "get", "-o", "big", "--parts", "2", server.url], cwd=tmp_path, capture_output=True, text=True)
    assert p.returncode == 22, p.stderr
    assert re.search(r"Warning: \d+ of 6000000 octets are in big\.parts; the same command goes on from there\nleat get: \(22\) ", p.stderr)
    server.hook = None
    get(tmp_path, "--parts", "2", server.url)
    assert (tmp_path / "big").read_bytes() == FILE


def test_a_redirect_in_between_loses_nothing(tmp_path, server):
    """A portal that asks for a login answers with 302. That says nothing of the file, and the next run goes on."""
    def hook(handler, first, last):
        if first < 4_000_000:
            return False
        handler.send_response(302)
        handler.send_header("Location", "/login")
        handler.send_header("Content-Length", "0")
        handler.end_headers()
        return True

    server.hook = hook
    get(tmp_path, "--parts", "3", server.url, status=33)
    assert {"big.parts", "big.parts.txt"} <= set(names(tmp_path))
    server.hook, server.asked = None, []
    get(tmp_path, "--parts", "3", server.url)
    assert (tmp_path / "big").read_bytes() == FILE and min(first for first, _, _ in server.asked) > 0


def test_a_link_that_was_named_stays_and_its_file_is_written(tmp_path, server):
    (tmp_path / "far").write_text("old")
    (tmp_path / "big").symlink_to("far")
    get(tmp_path, "--parts", "3", server.url)
    assert (tmp_path / "big").is_symlink() and (tmp_path / "far").read_bytes() == FILE


def test_a_file_that_is_replaced_keeps_its_mode(tmp_path, server):
    (tmp_path / "big").write_text("private")
    (tmp_path / "big").chmod(0o600)
    get(tmp_path, "--parts", "3", server.url)
    assert (tmp_path / "big").read_bytes() == FILE and (tmp_path / "big").stat().st_mode & 0o777 == 0o600


def test_the_largest_size_is_that_of_the_file(tmp_path, server):
    """Not that of one part."""
    get(tmp_path, "--parts", "3", "--max-filesize", str(len(FILE) - 1), server.url, status=63)
    assert not (tmp_path / "big").exists() and len(server.asked) == 1
    get(tmp_path, "--parts", "3", "--max-filesize", str(len(FILE)), server.url)


def test_a_wrong_digest_moves_the_file(tmp_path, server):
    assert "it was moved to big.wrong" in get(tmp_path, "--parts", "2", "--sha256", "0" * 64, server.url, status=110)
    assert names(tmp_path) == ["big.wrong"]


def test_two_processes_do_not_write_the_same_parts(tmp_path, server):
    with subprocess.Popen([*LEAT, "-o", "big", "--parts", "2", "--limit-rate", "50K", server.url], cwd=tmp_path) as p:
        until(lambda: server.asked, "nothing was asked for")
        assert get(tmp_path, "--parts", "2", server.url, status=23) == "leat get: (23) big.parts is in use: another leat get fetches this file\n"
        p.kill()


@pytest.mark.parametrize("word", ["0", "17", "x"])
def test_a_number_of_parts_has_bounds(tmp_path, server, word):
    assert "is not a number from 1 to 16" in get(tmp_path, "--parts", word, server.url, status=2)
