"""`leat get --cache`: what is stored, when the server is asked, and what -v says of it (RFC 9111)."""
import http.server
import random
import re
import subprocess

import pytest
from conftest import BUILD, ROOT
from servers import in_thread

LEAT = [str(BUILD / "leat"), "get", "-s", "-S"]


class Origin(http.server.BaseHTTPRequestHandler):
    """Sends server.body with server.fields, or 304 if the client has server.etag; keeps the requests."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        s = self.server
        s.asked.append(dict(self.headers))
        same = s.etag and self.headers["If-None-Match"] == s.etag
        body = b"" if same else s.vary(self.headers) if s.vary else s.body
        self.send_response(304 if same else s.status)
        for name, value in s.fields.items():
            self.send_header(name, value)
        if s.etag:
            self.send_header("ETag", s.etag)
        if not same:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET

    def log_message(self, *_):
        pass


@pytest.fixture
def origin():
    with in_thread(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Origin)) as s:
        s.asked, s.etag, s.body, s.vary, s.status = [], '"1"', b"hello\n", None, 200
        s.fields = {"Cache-Control": "max-age=60"}
        s.url = f"http://127.0.0.1:{s.server_port}/a"
        yield s


@pytest.fixture
def get(tmp_path):
    def one(*words, check=True):
        p = subprocess.run([*LEAT, "--cache", *words], cwd=tmp_path, env={"XDG_CACHE_HOME": str(tmp_path / "c")}, capture_output=True, timeout=60, check=check)
        p.said = re.findall(r"^\* Cache: (.*)", p.stderr.decode(), re.M)
        return p
    return one


def entries(tmp_path):
    return [f for f in (tmp_path / "c").rglob("*") if f.is_file()]


def test_what_is_fresh_is_not_asked_for(get, origin, tmp_path):
    first, second = get("-v", origin.url), get("-v", origin.url)
    assert first.stdout == second.stdout == b"hello\n" and len(origin.asked) == 1
    assert first.said == [f"{origin.url}: nothing is stored", "the response is stored"]
    assert re.fullmatch(rf"{origin.url} is stored, \d s old of 60; the server is not asked", second.said[0])
    assert (tmp_path / "c/leat/get").stat().st_mode & 0o777 == 0o700


def test_what_is_stale_is_confirmed_by_the_server(get, origin):
    origin.fields = {"Cache-Control": "max-age=0"}
    get(origin.url)
    again = get("-v", origin.url)
    assert again.stdout == b"hello\n" and origin.asked[1]["If-None-Match"] == '"1"'
    assert "the server is asked if it has changed" in again.said[0] and again.said[1] == "the server says that it has not changed"
    origin.fields = {"Cache-Control": "max-age=60"}  # the 304 renews what is stored
    get(origin.url)
    assert get(origin.url).stdout == b"hello\n" and len(origin.asked) == 3


def test_what_has_changed_takes_the_place_of_what_is_stored(get, origin):
    origin.fields = {"Cache-Control": "max-age=0"}
    get(origin.url)
    origin.etag, origin.body = '"2"', b"new\n"
    assert get(origin.url).stdout == b"new\n"
    assert get(origin.url).stdout == b"new\n" and origin.asked[2]["If-None-Match"] == '"2"'


def test_a_stored_response_has_its_head(get, origin):
    origin.fields["X-A"] = "b"
    get(origin.url)
    stored = get("-i", "-w", "%{http_code} %{size_download} %{num_connects} %header{x-a}", origin.url).stdout
    assert stored.startswith(b"HTTP/1.1 200 OK\r\n") and b"X-A: b\r\n" in stored and stored.endswith(b"hello\n200 6 0 b")
    origin.fields["Cache-Control"] = "max-age=0"
    assert get("-i", "--no-cache", origin.url).stdout.startswith(b"HTTP/1.1 200 OK\r\n")
    assert origin.asked[-1]["If-None-Match"] == '"1"'


@pytest.mark.parametrize("fields", [{"Cache-Control": "no-store"}, {"Vary": "*"}, {}], ids=["no-store", "Vary *", "nothing says how long"])
def test_what_may_not_be_stored_is_not(get, origin, tmp_path, fields):
    origin.fields, origin.status = fields, 500 if not fields else 200
    assert get("-v", origin.url).said[-1] == "the response may not be stored, or can be of no use later"
    assert entries(tmp_path) == []


def test_private_is_stored_because_the_cache_is_one_users(get, origin):
    origin.fields = {"Cache-Control": "private, max-age=60"}
    get(origin.url)
    get(origin.url)
    assert len(origin.asked) == 1


def test_requests_that_vary_have_their_own(get, origin):
    origin.fields["Vary"], origin.etag = "Accept-Language", None
    origin.vary = lambda headers: headers["Accept-Language"].encode()
    for lang in ("en", "zh", "en", "zh"):
        assert get("-H", f"Accept-Language: {lang}", origin.url).stdout == lang.encode()
    assert len(origin.asked) == 2


@pytest.mark.parametrize("option", ["-u", "-b"])
def test_one_user_does_not_get_anothers(get, origin, tmp_path, option):
    origin.etag = None
    origin.vary = lambda headers: (headers["Authorization"] or headers["Cookie"]).encode()
    said = [get(option, who, origin.url).stdout for who in ("a=b:geheim", "c=d:geheim", "a=b:geheim")]
    assert said[0] == said[2] != said[1] and len(origin.asked) == 2
    assert not any(b"geheim" in f.read_bytes()[f.read_bytes().index(b"leat-get-cache"):] for f in entries(tmp_path))


def test_age_counts(get, origin):
    origin.fields["Age"] = "59"
    get(origin.url)
    assert re.search(r"(59|6\d) s old of 60", get("-v", origin.url).said[0])


def test_a_damaged_entry_is_a_miss(get, origin, tmp_path):
    get(origin.url)
    entry, = entries(tmp_path)
    octets = bytearray(entry.read_bytes())
    octets[2] ^= 1
    entry.write_bytes(octets)
    again = get("-v", origin.url)
    assert again.stdout == b"hello\n" and again.said == [f"{origin.url}: what is stored is damaged", "the response is stored"]


def test_only_if_cached_asks_no_server(get, origin):
    p = get("-H", "Cache-Control: only-if-cached", origin.url, check=False)
    assert p.returncode == 22 and p.stderr == b"leat get: (22) only the cache was to be asked, and it has no answer (504)\n"
    get(origin.url)
    assert get("-H", "Cache-Control: only-if-cached", origin.url).stdout == b"hello\n" and len(origin.asked) == 1


def test_without_the_option_there_is_no_cache(origin, tmp_path):
    for _ in range(2):
        subprocess.run([*LEAT, origin.url], env={"HOME": str(tmp_path)}, capture_output=True, check=True)
    assert len(origin.asked) == 2 and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("words", [["-r", "0-1"], ["-d", "x"], ["-I"], ["-H", 'If-None-Match: "x"']], ids=" ".join)
def test_other_requests_leave_the_cache_alone(get, origin, tmp_path, words):
    origin.etag = None
    Origin.do_HEAD = Origin.do_GET
    get(*words, origin.url, check=False)
    assert entries(tmp_path) == []


def test_a_large_response_is_served_from_the_cache_and_has_its_digest(get, origin, tmp_path):
    origin.body = random.Random(5).randbytes(5_000_000)
    for _ in range(2):
        get("-o", "big", origin.url)
        assert (tmp_path / "big").read_bytes() == origin.body
    assert get(origin.url).stdout == origin.body and len(origin.asked) == 1


def test_processes_at_once_share_a_cache(origin, tmp_path):
    origin.body = bytes(1_000_000)
    words = [*LEAT, "--cache-dir", "c", "-j", "4", *[w for i in range(8) for w in ("-o", f"PID{i}", f"{origin.url}{i}")]]
    running = [subprocess.Popen([w.replace("PID", str(n)) for w in words], cwd=tmp_path) for n in range(4)]
    assert [p.wait(60) for p in running] == [0] * 4
    assert all((tmp_path / f"{n}{i}").read_bytes() == origin.body for n in range(4) for i in range(8))
    assert len(entries(tmp_path)) == 8


def test_a_folder_of_others_is_not_used(origin, tmp_path):
    (tmp_path / "c").mkdir()
    (tmp_path / "c").chmod(0o777)
    p = subprocess.run([*LEAT, "--cache-dir", "c", origin.url], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert p.stdout == "hello\n" and p.stderr == "Warning: no cache: c is not a folder that only its owner, this user, can write to\n"


def test_leat_serve_confirms_what_is_stored(get, tmp_path):
    site = tmp_path / "site"
    site.mkdir()
    (site / "file").write_bytes((ROOT / "README.md").read_bytes())
    with subprocess.Popen([LEAT[0], "serve", "--bind", "127.0.0.1", "--port", "0", "--log", "", str(site)], stderr=subprocess.PIPE, text=True) as p:
        found = None
        while not found:
            found = re.search(r"http://127\.0\.0\.1:\d+", p.stderr.readline())
        get(found[0] + "/file")
        again = get("-v", "--no-cache", found[0] + "/file")
        p.terminate()
    assert again.said[1] == "the server says that it has not changed" and again.stdout == (site / "file").read_bytes()
