"""`leat get --recursive`: the same files as wget -r fetches, within the bounds that were named."""
import contextlib
import functools
import http.server
import re
import subprocess
import threading

import pytest
from conftest import BUILD, needs_tool
from servers import Scripted, in_thread, serving

LEAT = [str(BUILD / "leat"), "get", "-s", "-S", "--recursive"]
SITE = {
    "index.html": '<link rel=stylesheet href=style.css><a href="a.html">a</a> <a href="dir/">dir</a> <a href="dir">dir</a><img src="p%20q.png">'
                  '<a href="/none.html">none</a> <a href="mailto:x@y">mail</a> <a href="http://127.0.0.1:1/">other</a> <a href="#top">top</a>',
    "a.html": '<a href="b.html?x=1&amp;y=2">b</a> <a href="index.html">home</a><!-- <a href="hidden.html"> -->',
    "b.html": '<a href="c.html">c</a>',
    "c.html": '<a href="d.html">d</a>',
    "d.html": "the end",
    "style.css": "@import 'more.css'; a { background: url(dir/e.png) }",
    "more.css": "",
    "dir/index.html": '<base href="/dir/sub/"><a href="f.html">f</a> <a href="../../a.html">up</a>',
    "dir/sub/f.html": "f",
    "dir/e.png": "png",
    "p q.png": "png",
    "hidden.html": "hidden",
}


class Handler(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(self.path)
        moved = self.server.moved.get(self.path)
        if moved or self.path == self.server.broken:
            self.send_response(302 if moved else 503)
            self.send_header("Content-Length", "0")
            if moved:
                self.send_header("Location", moved)
            self.end_headers()
            return
        with contextlib.suppress(ConnectionError):
            super().do_GET()

    def log_message(self, *_):
        pass


@pytest.fixture
def site(tmp_path):
    for name, text in SITE.items():
        (tmp_path / "site" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "site" / name).write_text(text)
    with in_thread(http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Handler, directory=str(tmp_path / "site")))) as s:
        s.asked, s.moved, s.broken, s.folder = [], {}, None, tmp_path / "site"
        s.host = f"127.0.0.1:{s.server_port}"
        yield s


def fetch(tmp_path, site, *words, program=None, status=None, path="/"):
    folder = tmp_path / (program[0] if program else "leat")
    folder.mkdir(exist_ok=True)
    p = subprocess.run([*(program or LEAT), *words, f"http://{site.host}{path}"], cwd=folder, capture_output=True, text=True, timeout=60)
    if status is not None:
        assert p.returncode == status, p.stderr
    found = {str(f.relative_to(folder)).removeprefix(site.host + "/"): f.read_bytes() for f in folder.rglob("*") if f.is_file()}
    return {name: content for name, content in found.items() if name != "robots.txt"}, p.stderr


@needs_tool("wget")
@pytest.mark.parametrize("path", ["/", "/dir/", "/a.html"])
@pytest.mark.parametrize("leat, wget", [([], []), (["-l", "1"], ["-l", "1"]), (["--no-parent"], ["-np"]), (["-l", "0", "-j", "4"], ["-l", "inf"])],
                         ids=["as usual", "one link", "no parent", "no bound"])
def test_the_files_are_those_of_wget(tmp_path, site, path, leat, wget):
    theirs, _ = fetch(tmp_path, site, *wget, program=["wget", "-q", "-r"], path=path)
    ours, said = fetch(tmp_path, site, *leat, path=path)
    assert ours == theirs, said
    asked = [a for a in site.asked if a.startswith("/none")]
    assert len(site.asked) > 2 and len(asked) % 2 == 0


def test_an_error_names_its_url_and_the_others_are_fetched(tmp_path, site):
    files, said = fetch(tmp_path, site, status=22)
    assert said == f"leat get: (22) http://{site.host}/none.html: The requested URL returned error: 404\n"
    assert set(files) == set(SITE) - {"hidden.html", "b.html"} | {"b.html?x=1&y=2"}


def test_robots_txt_holds(tmp_path, site):
    (site.folder / "robots.txt").write_text("User-agent: *\nDisallow: /\n\nUser-agent: leat\nDisallow: /dir/\nDisallow: /*.png$\n")
    files, _ = fetch(tmp_path, site)
    assert not any(name.startswith("dir/") or name.endswith(".png") for name in files) and "a.html" in files
    assert site.asked[0] == "/robots.txt" and not any(a.startswith("/dir/") for a in site.asked)
    assert any(name.startswith("dir/") for name in fetch(tmp_path, site, "--ignore-robots")[0])


def test_a_robots_txt_that_fails_forbids_all(tmp_path, site):
    site.broken = "/robots.txt"
    files, said = fetch(tmp_path, site)
    assert files == {} and "robots.txt cannot be read (status 503)" in said and site.asked == ["/robots.txt"]


def test_robots_txt_is_followed_where_it_was_moved(tmp_path, site):
    """RFC 9309, 2.3.1.2. What the user told the first server is not told to another one."""
    other = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\nUser-agent: *\nDisallow: /")
    with serving(other) as port:
        site.moved = {"/robots.txt": f"http://127.0.0.1:{port}/rules"}
        files, said = fetch(tmp_path, site, "-u", "me:secret", "-H", "X-Api-Key: secret", "-e", "http://127.0.0.1/secret", status=0)
    assert files == {} and said == "" and len(other.requests) == 1
    assert b"uthorization" not in other.requests[0] and b"secret" not in other.requests[0]


@pytest.mark.parametrize("words", [["--compressed"], ["-z", "2099-01-01"], ["-H", "Accept-Encoding: gzip", "-H", "If-None-Match: *"]],
                         ids=["codings", "a time", "fields"])
def test_robots_txt_is_asked_for_as_it_is(tmp_path, words):
    """It is for leat get itself: what the user wants of the files does not change it."""
    rules = b"HTTP/1.1 200 OK\r\nLast-Modified: Thu, 01 Jan 2026 00:00:00 GMT\r\nContent-Length: 26\r\n\r\nUser-agent: *\nDisallow: /b"
    page = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 35\r\n\r\n<a href=/bad>b</a><a href=/c>c</a>x'
    server = Scripted(rules, page, page)
    with serving(server) as port:
        p = subprocess.run([*LEAT, *words, f"http://127.0.0.1:{port}/"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert p.returncode == 0, p.stderr
    assert [r.split()[1] for r in server.requests] == [b"/robots.txt", b"/", b"/c"]
    assert not re.search(rb"(?i)accept-encoding|\nif-", server.requests[0]) and re.search(rb"(?i)accept-encoding|\nif-", server.requests[1])


@pytest.mark.parametrize("rest, read", [(b"x" * 600_000, True), (b"", False)], ids=["without an end", "that breaks off"])
def test_a_robots_txt(tmp_path, rest, read):
    """The rules in the first 500 kB hold, and the rest is not waited for; those of half a file are not the rules."""
    rules = b"User-agent: *\nDisallow: /b\n# "
    page = b'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 35\r\n\r\n<a href=/bad>b</a><a href=/c>c</a>x'
    held = threading.Event()

    def answer(sock):
        while request := sock.recv(65536):
            if request.startswith(b"GET /robots.txt"):
                sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 900000000\r\n\r\n" + rules + rest)
                if rest:
                    held.wait(60)  # the client closes
                return
            sock.sendall(page)

    with serving(answer) as port:
        p = subprocess.run([*LEAT, f"http://127.0.0.1:{port}/"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        held.set()
    names = {f.name for f in tmp_path.rglob("*") if f.is_file()}
    assert names == ({"index.html", "c"} if read else set()), p.stderr
    assert ("robots.txt cannot be read (status 200, transfer closed with" in p.stderr) is not read


def test_location_changes_nothing(tmp_path, site):
    """-L does not let a redirect lead out of the bounds."""
    other = Scripted(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")
    with serving(other) as port:
        site.moved = {"/a.html": f"http://127.0.0.1:{port}/"}
        files, _ = fetch(tmp_path, site, "-L", path="/a.html", status=0)
    assert files == {} and other.requests == []


def test_a_url_that_is_none_is_an_error_and_the_others_are_fetched(tmp_path, site):
    files, said = fetch(tmp_path, site, "http://a b/", path="/d.html", status=3)
    assert files["d.html"] == b"the end" and said.startswith("leat get: (3) http://a b/: ")


def test_redirects_are_followed_within_the_bounds_and_name_the_file(tmp_path, site):
    site.moved = {"/a.html": "/dir/sub/f.html", "/none.html": "http://127.0.0.1:1/", "/p%20q.png": "/secret/../hidden.html"}
    files, said = fetch(tmp_path, site, status=0)
    assert "a.html" not in files and files["dir/sub/f.html"] == b"f" and files["hidden.html"] == b"hidden"


def test_links_in_scripts_are_none(tmp_path, site):
    (site.folder / "a.html").write_text("<script>'<a href=hidden.html>'</script><a href=c.html>")
    files, _ = fetch(tmp_path, site)
    assert "c.html" in files and "hidden.html" not in files


def test_a_page_can_forbid_to_follow_its_links(tmp_path, site):
    (site.folder / "a.html").write_text('<meta name=robots content=nofollow><a href="b.html">')
    assert "b.html" not in fetch(tmp_path, site)[0]


def test_no_name_leads_out_of_the_folder(tmp_path, site):
    (site.folder / "index.html").write_text('<a href="/..%2f..%2fout.html"><a href="/%2e%2e/%2e%2e/out.html"><a href="/?../../out.html">')
    fetch(tmp_path, site)
    assert not list(tmp_path.glob("out.html")) and not list(tmp_path.glob("leat/out.html"))


def test_a_folder_for_all_can_be_named(tmp_path, site):
    fetch(tmp_path, site, "--output-dir", "here", path="/d.html", status=0)
    assert (tmp_path / "leat/here" / site.host / "d.html").read_text() == "the end"


def test_each_url_is_asked_for_once(tmp_path, site):
    fetch(tmp_path, site, "-j", "8")
    assert len(site.asked) == len(set(site.asked)) + (site.asked.count("/dir/") - 1)  # /dir redirects there


@pytest.mark.parametrize("word", [["-o", "x"], ["-O"], ["-d", "x"], ["-I"], ["-r", "0-1"]], ids=" ".join)
def test_what_does_not_go_with_it_is_refused(tmp_path, site, word):
    assert re.match(r"leat get: \(2\) --recursive names its files itself", fetch(tmp_path, site, *word, status=2)[1])
