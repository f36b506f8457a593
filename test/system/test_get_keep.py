"""`leat get`: cookies in files, which curl reads and writes as well, and --sha256."""
import hashlib
import http.server
import re
import subprocess

import pytest
from conftest import BUILD, needs_tool
from servers import BIG, in_thread
from waiting import until

LEAT = [str(BUILD / "leat"), "get", "-s", "-S"]
CURL = ["curl", "-s", "-S"]


class Setter(http.server.BaseHTTPRequestHandler):
    """Sets cookies at /set, redirects from /login, and says which cookies came."""

    protocol_version = "HTTP/1.1"
    SET = ("plain=1", "kept=2; Max-Age=3600", "deep=3; Path=/deep", "secret=4; HttpOnly; Max-Age=60", "gone=5; Max-Age=0",
           "tls=6; Secure", "foreign=7; Domain=example.com")

    def do_GET(self):
        body = (self.headers["Cookie"] or "none").encode() + b"\n"
        self.send_response(302 if self.path == "/login" else 200)
        if self.path in ("/set", "/login"):
            for cookie in self.SET:
                self.send_header("Set-Cookie", cookie)
        if self.path == "/drop":
            self.send_header("Set-Cookie", "kept=; Max-Age=0")
        if self.path == "/login":
            self.send_header("Location", "/deep/x")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def site():
    with in_thread(http.server.ThreadingHTTPServer(("127.0.0.1", 0), Setter)) as server:
        yield f"http://127.0.0.1:{server.server_port}"


def get(cwd, *words, program=None, check=True):
    return subprocess.run([*(program or LEAT), *words], cwd=cwd, capture_output=True, text=True, timeout=60, check=check)


def cookies(path):
    """The lines of a cookie file, without the seconds of expiry, and without what only curl takes: Secure from a loopback address."""
    lines = [line.split("\t") for line in path.read_text().splitlines() if "\t" in line and "\ttls\t" not in line]
    return sorted([*line[:4], line[4] != "0", *line[5:]] for line in lines)


@needs_tool("curl")
@pytest.mark.parametrize("words", [["/set"], ["/set", "/drop"], ["-L", "/login"], ["-b", "x=1; y=2", "/set"]], ids=" ".join)
def test_the_file_of_c_has_the_cookies_that_curls_has(tmp_path, site, words):
    said = []
    for name, program in (("curl", CURL), ("leat", LEAT)):
        urls = [site + w if w.startswith("/") else w for w in words]
        said.append(get(tmp_path, "-c", name, *urls, program=program).stdout)
    assert cookies(tmp_path / "leat") == cookies(tmp_path / "curl") != []
    assert [set(re.findall(r"\w+=\d", s)) - {"tls=6"} for s in said] == 2 * [set(re.findall(r"\w+=\d", said[1]))]


@needs_tool("curl")
@pytest.mark.parametrize("path", ["/", "/deep/x"])
@pytest.mark.parametrize("junk", [[], ["--junk-session-cookies"]], ids=["all", "junk"])
def test_each_reads_the_others_file(tmp_path, site, path, junk):
    get(tmp_path, "-c", "curl", site + "/set", program=CURL)
    get(tmp_path, "-c", "leat", site + "/set")
    (tmp_path / "curl").write_text("".join(line for line in (tmp_path / "curl").read_text().splitlines(True) if "\ttls\t" not in line))
    sent = {get(tmp_path, "-b", file, *junk, site + path, program=program).stdout for file in ("curl", "leat") for program in (CURL, LEAT)}
    assert len({tuple(sorted(re.findall(r"\w+=\d", s))) for s in sent}) == 1 and "kept=2" in sent.pop()


def test_cookies_last_from_run_to_run_and_the_first_run_has_no_file(tmp_path, site):
    for sent in ("none\n", "plain=1; kept=2; secret=4\n"):
        assert get(tmp_path, "-b", "jar", "-c", "jar", site + "/set").stdout == sent
    assert (tmp_path / "jar").stat().st_mode & 0o777 == 0o600


def test_an_empty_b_keeps_cookies_for_this_run_alone(tmp_path, site):
    assert get(tmp_path, "-b", "", site + "/set", site + "/").stdout == "none\nplain=1; kept=2; secret=4\n"
    assert get(tmp_path, site + "/set", site + "/").stdout == "none\nnone\n"


def test_cookies_of_the_user_follow_those_of_the_file(tmp_path, site):
    get(tmp_path, "-c", "jar", site + "/set")
    assert get(tmp_path, "-b", "jar", "-b", "a=b", "-b", "c=d", site).stdout == "plain=1; kept=2; secret=4; a=b; c=d\n"


def test_v_says_which_cookie_was_refused_and_why(tmp_path, site):
    said = get(tmp_path, "-v", "-b", "", site + "/set").stderr
    assert "* Cookie tls refused: a secure cookie that did not come by a secure connection (RFC 6265bis, 5.7)" in said
    assert "* Cookie foreign refused: a domain that the server is not in (RFC 6265, 5.3)" in said


def test_what_is_no_cookie_file_is_a_warning(tmp_path, site):
    (tmp_path / "jar").write_text("# fine\nnonsense\n127.0.0.1\tFALSE\t/\tFALSE\t0\tn\tv\n")
    p = subprocess.run([*LEAT[:2], "-b", "jar", "-b", ".", site], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert p.stdout == "n=v\n"
    assert p.stderr == "Warning: jar: lines that are no cookies: 1, the first is line 2\nWarning: no cookies from .: Is a directory\n"


def test_a_file_of_cookies_that_cannot_be_written_is_an_error(tmp_path, site):
    p = get(tmp_path, "-c", "none/jar", site, check=False)
    assert p.returncode == 23 and p.stderr == "leat get: (23) Failed to save cookies in none/jar: No such file or directory\n"


SHA = hashlib.sha256(BIG).hexdigest()
WRONG = "0" * 64


def test_the_right_digest_passes(tmp_path, web):
    get(tmp_path, "-o", "big", "--sha256", SHA.upper(), web.url("big"))
    assert (tmp_path / "big").read_bytes() == BIG


def test_a_wrong_digest_fails_and_moves_the_file(tmp_path, web):
    p = get(tmp_path, "-o", "big", "--sha256", WRONG, web.url("big"), check=False)
    assert p.returncode == 110
    assert p.stderr == f"leat get: (110) the SHA-256 of big is {SHA}, and not {WRONG}; it was moved to big.wrong\n"
    assert [f.name for f in tmp_path.iterdir()] == ["big.wrong"]


def test_a_wrong_digest_of_standard_output_fails(tmp_path, web):
    p = get(tmp_path, "--sha256", WRONG, web.url("small"), check=False)
    assert p.returncode == 110 and p.stdout == "hello\n" and web.url("small") in p.stderr


def test_the_digest_of_a_resumed_file_is_of_all_of_it(tmp_path, ranges):
    for there, status in ((BIG[:1_234_567], 0), (b"x" + BIG[1:1_234_567], 110), (b"", 0)):
        (tmp_path / "big").write_bytes(there)
        p = get(tmp_path, "-C", "-", "-o", "big", "--sha256", SHA, ranges + "/big", check=False)
        assert p.returncode == status, p.stderr


def test_a_part_that_is_hashed_lets_others_be_fetched(tmp_path, web):
    """A terabyte that is there takes an hour; the other file does not wait for it."""
    with open(tmp_path / "part", "wb") as f:
        f.truncate(1 << 40)
    words = ["-j", "2", "-C", "-", "--sha256", SHA, "-o", "part", web.url("big"), "-o", "small", web.url("small")]
    with subprocess.Popen([*LEAT, *words], cwd=tmp_path) as p:
        until(lambda: (tmp_path / "small").exists(), "the other file is not fetched", seconds=60, proc=p)
        p.kill()


@pytest.fixture
def ranges(tmp_path_factory):
    """`leat serve` with BIG, because Python's server knows no ranges."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "big").write_bytes(BIG)
    with subprocess.Popen([LEAT[0], "serve", "--bind", "127.0.0.1", "--port", "0", "--log", "", str(folder)], stderr=subprocess.PIPE, text=True) as p:
        found = None
        while not found:
            found = re.search(r"http://127\.0\.0\.1:\d+", p.stderr.readline())
        yield found[0]
        p.terminate()


def test_each_url_has_its_digest(tmp_path, web):
    small = hashlib.sha256(b"hello\n").hexdigest()
    p = get(tmp_path, "--sha256", small, "-o", "a", web.url("small"), "--sha256", SHA, "-o", "b", web.url("small"), check=False)
    assert p.returncode == 110 and sorted(f.name for f in tmp_path.iterdir()) == ["a", "b.wrong"]


@pytest.mark.parametrize("word", ["", "abc", SHA + "0", "g" + SHA[1:]])
def test_what_is_no_digest_is_refused(tmp_path, web, word):
    p = get(tmp_path, "--sha256", word, web.url("small"), check=False)
    assert p.returncode == 2 and "is not a SHA-256, which has 64 hexadecimal digits" in p.stderr
