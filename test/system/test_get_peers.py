"""`leat get` and curl with the same arguments against servers of other people: nginx, Apache httpd, lighttpd, Caddy, Python's http.server."""
import hashlib
import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import pytest
from conftest import BUILD
from peer_servers import SERVERS, peer_server

LEAT = [str(BUILD / "leat"), "get"]
BIG = bytes(range(256)) * 20000
WHOLE = 100_000_000
TEXT = b"0123456789" * 50
SAYS = "%{http_code} %{size_download} %{num_connects} %{num_redirects} %{content_type} %{url_effective}\n"

ASKED = {
    "a file": ["URL/file.txt"],
    "a large file": ["-o", "out", "URL/big"],
    "an empty file": ["-i", "URL/empty"],
    "a name that is encoded": ["URL/%E4%B8%AD%20%2B.txt"],
    "a head": ["-I", "URL/file.txt"],
    "the head of what is missing": ["-I", "-f", "URL/none"],
    "a range": ["-r", "2-5", "URL/file.txt"],
    "a range to the end": ["-r", "490-", "URL/file.txt"],
    "a suffix": ["-r", "-3", "URL/file.txt"],
    "several ranges": ["-r", "0-1,4-5", "URL/big"],
    "a range that is not there": ["-r", "9000-", "URL/file.txt"],
    "a range that is not there, with -f": ["-f", "-r", "9000-", "URL/file.txt"],
    "a range of compressed content": ["--compressed", "-r", "2-5", "URL/file.txt"],
    "a folder without its slash": ["-L", "-w", SAYS, "URL/sub"],
    "a folder without its slash, not followed": ["-i", "URL/sub"],
    "a redirect": ["-L", "-w", SAYS, "URL/moved"],
    "too many redirects": ["-L", "--max-redirs", "0", "URL/moved"],
    "a list": ["URL/list/"],
    "what is missing": ["-f", "URL/none"],
    "what is missing, and its page": ["--fail-with-body", "-o", "out", "URL/none"],
    "what is missing, with its page": ["-o", "out", "URL/none"],
    "several files on one connection": ["-w", SAYS, "URL/file.txt", "URL/sub/file", "URL/big", "URL/none", "-o", "1", "-o", "2", "-o", "3", "-o", "4"],
    "a connection each": ["--no-keepalive", "-H", "Connection: close", "-w", SAYS, "URL/file.txt", "URL/sub/file"],
    "many files": ["-o", "#1", "-w", SAYS, "URL/list/[1-40]"],
    "a file that is here in part": ["-C", "-", "-o", "part", "URL/big"],
    "a file that is here": ["-C", "-", "-o", "whole", "URL/big"],
    "a file from an octet on": ["-C", "5000000", "URL/big"],
    "the time of the file": ["-R", "-O", "URL/big"],
    "compressed content, not decoded": ["-H", "Accept-Encoding: gzip", "URL/file.txt"],
    "compressed content": ["--compressed", "-w", SAYS, "URL/file.txt"],
    "compressed content with its head": ["--compressed", "-i", "URL/file.txt"],
    "the file that is here already": ["-i", "-H", "If-None-Match: ETAG", "URL/file.txt"],
    "the file that has not changed": ["-i", "-H", "If-Modified-Since: CHANGED", "URL/file.txt"],
    "the file if it is still the same": ["-f", "-H", "If-Match: \"other\"", "URL/file.txt"],
    "a range of the same file": ["-r", "2-5", "-H", "If-Range: ETAG", "URL/file.txt"],
    "a range of another file": ["-r", "2-5", "-H", "If-Range: \"other\"", "-w", "%{http_code}", "URL/file.txt"],
    "what needs a password": ["-f", "URL/private/file"],
    "what needs another password": ["-f", "-u", "me:wrong", "URL/private/file"],
    "what the password is for": ["-f", "-u", "me:secret", "URL/private/file"],
    "content where nothing takes it": ["-d", "a=b", "-w", SAYS, "URL/file.txt"],
    "a form where nothing takes it": ["-F", "a=b", "-o", "/dev/null", "-w", "%{http_code}", "URL/file.txt"],
    "an upload that is not allowed": ["-T", "part", "-w", SAYS, "URL/new"],
    "an upload that is not allowed, with -f": ["-f", "-T", "part", "URL/new"],
    "a removal that is not allowed": ["-X", "DELETE", "-w", SAYS, "URL/file.txt"],
    "a method that nobody knows": ["-X", "BREW", "-w", SAYS, "URL/file.txt"],
    "what the server is able to": ["-X", "OPTIONS", "-i", "URL/file.txt"],
    "a query": ["URL/file.txt?a=b&c"],
    "dot segments": ["URL/sub/../file.txt"],
    "a URL that climbs": ["-f", "URL/../../etc/hostname"],
}
OF_NGINX = {
    "content that is sent": ["-d", "a=b", "URL/echo"],
    "a form": ["-F", "a=b", "-o", "/dev/null", "-w", "%{http_code}", "URL/echo"],
    "an upload": ["-T", "part", "URL/echo"],
    "an upload in chunks": ["-T", "-", "URL/echo"],
}


def make_site(site):
    (site / "sub").mkdir()
    (site / "private").mkdir()
    (site / "list").mkdir()
    (site / "file.txt").write_bytes(TEXT)
    (site / "中 +.txt").write_text("named")
    (site / "empty").touch()
    (site / "sub/file").write_text("below")
    (site / "sub/index.html").write_text("<p>index")
    (site / "private/file").write_text("secret")
    for i in range(1, 41):
        (site / f"list/{i}").write_text(f"number {i}")
    (site / "big").write_bytes(BIG)
    with open(site / "whole", "wb") as f:
        for i in range(WHOLE // 1_000_000):
            f.write(i.to_bytes(4, "big") * 250_000)
    for path in [site, *site.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)


@pytest.fixture(scope="module")
def site():
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-test-"))
    folder.chmod(0o755)
    (folder / "site").mkdir()
    make_site(folder / "site")
    yield folder / "site"
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="module")
def digest(site):
    with open(site / "whole", "rb") as f:
        return hashlib.file_digest(f, "sha256").hexdigest()


class Peer:
    def __init__(self, port):
        self.url = f"http://127.0.0.1:{port}"
        head = subprocess.run(["curl", "-sI", f"{self.url}/file.txt"], capture_output=True, text=True, check=True).stdout
        fields = {name.lower(): value for name, value in re.findall(r"(?m)^([\w-]+): *(.*)$", head)}
        self.has_ranges = fields.get("accept-ranges") == "bytes"
        self.etag, self.changed = fields.get("etag", '"none"'), fields["last-modified"]

    def words(self, args):
        return [a.replace("URL", self.url).replace("ETAG", self.etag).replace("CHANGED", self.changed) for a in args]


@pytest.fixture(scope="module", params=SERVERS)
def peer(request, site):
    with peer_server(request.param, site.parent / request.param, site) as port:
        yield Peer(port)


@pytest.fixture(scope="module")
def nginx_peer(site):
    with peer_server("nginx", site.parent / "nginx-again", site) as port:
        yield Peer(port)


def same_each_time(octets):
    """Without what differs from answer to answer: the time, and the words between parts."""
    octets = b"\n".join(line for line in octets.split(b"\n") if not line.startswith(b"Date:"))
    return re.sub(rb"(?m)^--[0-9a-zA-Z_-]{10,}", b"--boundary", octets)


def run(program, peer, args, folder):
    folder.mkdir()
    for name, size in (("part", 100_000), ("whole", len(BIG))):
        if name in args:
            (folder / name).write_bytes(BIG[:size])
    p = subprocess.run([*program, "-sS", *peer.words(args)], cwd=folder, input=b"from standard input", capture_output=True, timeout=60, check=False)
    times = "-R" in args
    return p.returncode, same_each_time(p.stdout), {f.name: (f.read_bytes(), times and f.name == "big" and int(f.stat().st_mtime)) for f in folder.iterdir()}


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED.keys())
def test_a_server_gives_both_the_same(tmp_path, peer, args):
    assert run(LEAT, peer, args, tmp_path / "leat") == run(["curl"], peer, args, tmp_path / "curl")


@pytest.mark.parametrize("args", OF_NGINX.values(), ids=OF_NGINX.keys())
def test_nginx_gives_both_the_same(tmp_path, nginx_peer, args):
    assert run(LEAT, nginx_peer, args, tmp_path / "leat") == run(["curl"], nginx_peer, args, tmp_path / "curl")


def fetched(folder, *words, program=LEAT):
    p = subprocess.run([*program, "-sS", *words], cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert p.returncode == 0, p.stderr
    return p.stdout + p.stderr


def test_a_large_file_has_its_digest(tmp_path, peer, digest):
    fetched(tmp_path, "--sha256", digest, "-o", "got", f"{peer.url}/whole")
    assert (tmp_path / "got").stat().st_size == WHOLE


@pytest.mark.parametrize("words", [["--parts", "4"], ["-C", "-"]], ids=["in parts", "resumed"])
def test_a_file_has_its_digest_in_parts_and_resumed(tmp_path, peer, words):
    if words[0] == "-C" and peer.has_ranges:
        (tmp_path / "got").write_bytes(BIG[:len(BIG) // 2])
    fetched(tmp_path, *words, "--sha256", hashlib.sha256(BIG).hexdigest(), "-o", "got", f"{peer.url}/big")
    assert (tmp_path / "got").read_bytes() == BIG and [f.name for f in tmp_path.iterdir()] == ["got"], "nothing of the parts is left"


def test_many_files_at_once(tmp_path, peer):
    fetched(tmp_path, "-j", "8", "-o", "#1", f"{peer.url}/list/[1-40]")
    assert {f.name: f.read_text() for f in tmp_path.iterdir()} == {str(i): f"number {i}" for i in range(1, 41)}


def test_many_files_come_over_one_connection(tmp_path, peer):
    said = fetched(tmp_path, "-o", "#1", "-w", "%{num_connects}\n", f"{peer.url}/list/[1-40]").split()
    assert said == ["1", *["0"] * 39]


def test_the_cache_asks_whether_a_file_has_changed(tmp_path, peer, site):
    file = site / f"changes-{peer.url[-5:]}"
    words = ["-v", "--cache-dir", "cache", "--no-cache", f"{peer.url}/{file.name}"]
    tmp_path.chmod(0o700)
    for changed, content in ((1e9, "first"), (1e9 + 60, "second is longer")):
        file.write_text(content)
        os.utime(file, (changed, changed))
        for again in False, True:
            said = fetched(tmp_path, *words)
            assert content in said and ("the server says that it has not changed" in said) == again, said


def test_an_upload_that_is_refused_before_it_has_been_sent_gets_the_answer(tmp_path, peer):
    """The server answers at the head; whether it then reads on, or closes, the client has its answer."""
    (tmp_path / "large").write_bytes(bytes(20_000_000))
    status = {program: fetched(tmp_path, "-T", "large", "-o", "/dev/null", "-w", "%{http_code}", f"{peer.url}/file.txt", program=words)
              for program, words in (("leat", LEAT), ("curl", ["curl"]))}
    assert status["leat"] == status["curl"] != "000", "Caddy sends the file, the others refuse"
