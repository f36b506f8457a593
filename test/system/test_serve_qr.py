"""The address of `leat serve` as a QR code, in a terminal and on the page, read as a phone's camera reads it."""
import re
import shutil
import subprocess

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from conftest import BUILD
from served import served

pytestmark = pytest.mark.skipif(not shutil.which("zbarimg"), reason="no zbarimg")
ESCAPE = "\x1b[38;5;16;48;5;231m"
NETWORK = "ip link set lo up; ip addr add 203.0.113.9/24 dev lo; ip addr add 198.51.100.7/24 dev lo\n"
ROUTE = "ip route add default dev lo src 198.51.100.7\n"


def read(picture):
    found = subprocess.run(("zbarimg", "-q", "--raw", picture), capture_output=True, text=True, check=False)
    return found.stdout.strip()


def picture_of(lines, path):
    """The half blocks as a picture, each square 4 by 4."""
    squares = []
    for line in lines:
        cells = line.strip().removeprefix(ESCAPE).removesuffix("\x1b[0m")
        squares.append([c in "▀█" for c in cells])
        squares.append([c in "▄█" for c in cells])
    rows = [b"".join((b"\0" if dark else b"\xff") * 4 for dark in row) for row in squares for _ in range(4)]
    path.write_bytes(b"P5 %d %d 255\n" % (len(rows[0]), len(rows)) + b"".join(rows))
    return path


def served_in(network, folder, *options):
    """What the server says at its start in a network of its own."""
    server = subprocess.Popen(("unshare", "-rn", "sh", "-ec", network + 'exec "$@"', "sh", BUILD / "leat", "serve", "--port", "8000", "--log", "", *options, folder),
                              stderr=subprocess.PIPE, text=True)
    said = []
    for line in server.stderr:
        if line.startswith("Press"):
            break
        said.append(line.rstrip("\n"))
    server.terminate()
    server.wait()
    return said


@pytest.mark.parametrize("network, options, address", [
    (NETWORK + ROUTE, (), "198.51.100.7"),
    (NETWORK, (), "203.0.113.9"),
    (NETWORK + ROUTE, ("--bind", "203.0.113.9"), "203.0.113.9"),
], ids=["that of the default route", "that of any network", "the one that it is bound to"])
def test_the_code_in_the_terminal_is_an_address_that_a_phone_can_open(tmp_path, network, options, address):
    said = served_in(network, tmp_path, "--qr", *options)
    url = f"http://{address}:8000/"
    assert said[-1].strip() == url
    assert read(picture_of([line for line in said if ESCAPE in line], tmp_path / "code.pgm")) == url


def test_a_server_of_this_machine_alone_says_that_it_has_none(tmp_path):
    said = served_in(NETWORK, tmp_path, "--qr", "--bind", "127.0.0.1")
    assert "--qr: this server has no address that a phone can open" in said[-1]


def fetched(url, path, **fields):
    """The text below the code that the server draws for a request with these fields."""
    words = [word for name, value in fields.items() for word in ("-H", f"{name.replace('_', '-')}: {value}")]
    answer = subprocess.run(("curl", "-sS", "--max-time", "20", *words, url + "?qr"), capture_output=True, text=True, check=True)
    assert answer.stdout.startswith("<svg"), answer.stdout
    path.write_text(answer.stdout)
    return re.search("<title>(.*?)</title>", answer.stdout)[1]


@pytest.mark.parametrize("fields, address", [
    ({}, "http://127.0.0.2:{port}/"),
    ({"Host": "box.example:8443"}, "http://box.example:8443/"),
    ({"Host": "box.example", "Referer": "https://box.example/"}, "https://box.example/"),
    ({"Host": "box.example:81", "Referer": "http://box.example:81/a/?sort=size"}, "http://box.example:81/a/"),
    ({"Host": "box.example", "Referer": "https://other.example/"}, "http://box.example/"),
    ({"Host": "127.0.0.1:81", "Referer": "https://box.example/shared/", "Sec-Fetch-Site": "same-origin"}, "https://box.example/shared/"),
    ({"Host": "box.example", "Referer": "https://box.example/", "Sec-Fetch-Site": "cross-site"}, "http://box.example/"),
    ({"Host": "box.example", "Referer": "https://box.example/index.html"}, "https://box.example/"),
], ids=["no page", "another name", "https at a proxy", "a page's port and path", "another's page", "a proxy that changes Host", "another site", "a file that links to it"])
def test_the_code_is_the_address_that_the_browser_used(tmp_path, fields, address):
    with served(tmp_path, bind="127.0.0.2") as url:
        port = url.rstrip("/").rsplit(":")[-1]
        assert fetched(url, tmp_path / "code.svg", **{name.replace("-", "_"): value for name, value in fields.items()}) == address.format(port=port)


@pytest.mark.parametrize("page, path", [
    ("/a%20b/", "/a%20b/"),
    ("/shared/%61%20b/?sort=size", "/shared/%61%20b/"),
    ("/index.html", "/a%20b/"),
    ("/", "/a%20b/"),
    ("/xa%20b/", "/a%20b/"),
    ("/a%20b", "/a%20b/"),
    ("/a%20b/c/", "/a%20b/"),
    ("/" + "x" * 3000 + "/a%20b/", "/a%20b/"),
], ids=["its own page", "its page below a path of a proxy", "a file that links to it", "no path by the policy", "a name that ends so", "no folder", "a folder in it", "a long one"])
def test_the_code_is_that_of_the_folder_whatever_page_links_to_it(tmp_path, page, path):
    (tmp_path / "a b").mkdir()
    with served(tmp_path) as url:
        assert fetched(url + "a%20b/", tmp_path / "code.svg", Host="box.example", Referer="https://box.example" + page) == "https://box.example" + path


@chromium.needed
@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_a_button_of_the_page_shows_the_code(tab, tmp_path, script):
    (tmp_path / "一 二").mkdir()
    with served(tmp_path) as url:
        named = url.replace("127.0.0.1", "box.example") + "%E4%B8%80%20%E4%BA%8C/"
        tab.fresh(dark=True, script=script)
        tab.open(named)
        tab.click("role=link[name='QR code of this address']")
        tab.call("page.waitForSelector", "svg[role=img]")
        tab.screenshot(tmp_path / "page.png")
        assert read(tmp_path / "page.png") == named
        tab.open("about:blank")


def test_a_name_of_this_machine_is_none_of_a_phone(tmp_path):
    with served(tmp_path) as url:
        for host, of_use in (("localhost", False), ("a.LocalHost.", False), ("127.9.9.9:1", False), ("[::1]", False), ("box.example", True), ("mylocalhost", True)):
            page = subprocess.run(("curl", "-sS", "--max-time", "20", "-H", f"Host: {host}", url), capture_output=True, text=True, check=True).stdout
            assert ('id="qr"' in page) == of_use, host
        page = subprocess.run(("curl", "-sS", "-H", "X-Forwarded-For: 192.0.2.1", url), capture_output=True, text=True, check=True).stdout
        assert 'id="qr"' in page, "a proxy has an address of its own"


@chromium.needed
def test_a_page_that_only_this_machine_can_open_has_no_button(tab, tmp_path):
    with served(tmp_path) as url:
        tab.fresh()
        tab.open(url)
        assert tab.run("document.getElementById('qr')") is None
        tab.open("about:blank")
