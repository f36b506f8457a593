"""The address of `leat serve` as a QR code, in a terminal and on the page, read as a phone's camera reads it."""
import re
import shutil
import subprocess

import pytest

import chromium as browser
from conftest import BUILD

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


@pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
def test_a_button_of_the_page_shows_the_code(tmp_path):
    (tmp_path / "一 二").mkdir()
    server = subprocess.Popen((BUILD / "leat", "serve", "--port", "0", "--bind", "127.0.0.2", "--log", "", tmp_path), stderr=subprocess.PIPE, text=True)
    port = next(re.search(r":(\d+)/", line)[1] for line in server.stderr if "http" in line)
    try:
        with browser.chromium() as page:
            page.emulate(dark=True)
            url = f"http://127.0.0.2:{port}/%E4%B8%80%20%E4%BA%8C/"
            page.open(url)
            assert page.run("document.getElementById('qr')") is None
            page.open(url + "?qr")
            page.screenshot(tmp_path / "page.png")
            assert read(tmp_path / "page.png") == url
    finally:
        server.terminate()
        server.wait()
