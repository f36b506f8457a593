"""What is ticked on the page of `leat serve` comes as one file, whatever the names are: in a browser, without scripts, and by curl."""
import io
import os
import subprocess
import tarfile
import urllib.parse
import urllib.request
import zipfile

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from served import served
from waiting import until

pytestmark = chromium.needed
ODD = [b"'single' \"double\" `back`", b"100% %41 %zz", b"two\nlines", b"cr\rlf\r\n", b"\xff&\xfe+ =.txt", b"-rf", b"--", "中文 名.txt".encode(), b"a&name=b;c=d",
       b"q?x#y", b" space ", b"a+b", b"back\\slash", b"<img src=x onerror=alert(1)>", b"tab\t.", b"http:", b"~", "é\u0301\u202e.gpj".encode(), b"\xed\xa0\x80",
       b"x" * 255, b"\x01\x7f"]
TICKS = "[...document.querySelectorAll('#list tbody input')]"


def name_of(octets):
    return ascii(octets)[2:40]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Each file has its name as its content."""
    folder = os.fsencode(tmp_path_factory.mktemp("odd"))
    for name in ODD:
        with open(folder + b"/" + name, "wb") as file:
            file.write(name)
    os.mkdir(folder + b"/\xffdir'%\n")
    with open(folder + b"/\xffdir'%\n/in", "wb") as file:
        file.write(b"in")
    return os.fsdecode(folder)


@pytest.fixture(scope="module")
def url(folder):
    with served(folder) as url:
        yield url


def contents(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as archive:
        return sorted(archive.read(entry) for entry in archive.infolist() if not entry.is_dir())


def fetched(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def test_each_odd_name_is_ticked_and_downloaded_in_a_browser(tab, url, tmp_path):
    tab.fresh()
    tab.open(url)
    got = []
    for at in range(len(ODD) + 1):
        tab.run(f"{TICKS}[{at}].click()")
        assert tab.call("download", "#bar a", str(tmp_path / "got.zip")) == "files.zip"
        got += contents((tmp_path / "got.zip").read_bytes())
        tab.click("role=button[name='Choose none']")
    assert sorted(got) == sorted([*ODD, b"in"])
    assert tab.complaints() == []


def test_all_odd_names_but_one_are_downloaded_at_once(tab, url, tmp_path):
    tab.fresh()
    tab.open(url)
    tab.run(f"{TICKS}.filter((e) => e.getAttribute('aria-label') !== 'Choose -rf').forEach((e) => e.click())")
    tab.call("download", "#bar a", str(tmp_path / "got.zip"))
    assert contents((tmp_path / "got.zip").read_bytes()) == sorted({*ODD, b"in"} - {b"-rf"})


def test_all_that_is_ticked_is_the_whole_folder(tab, url):
    tab.fresh()
    tab.open(url)
    tab.run(f"{TICKS}.forEach((e) => e.click())")
    assert tab.run("document.querySelector('#bar a').search") == "?archive=zip"


@pytest.mark.parametrize("name", ODD, ids=name_of)
def test_curl_names_it_in_the_address(url, name):
    """By tar, in which a name has the octets that it has on the disk."""
    octets = subprocess.run(("curl", "-sS", "--fail", f"{url}?archive=tar&name={urllib.parse.quote(name)}"), capture_output=True, check=True).stdout
    with tarfile.open(fileobj=io.BytesIO(octets), errors="surrogateescape") as archive:
        files = [member for member in archive if member.isfile()]
        assert [os.fsencode(os.path.basename(member.name)) for member in files] == [name]
        assert archive.extractfile(files[0]).read() == name


def test_curl_encodes_it_as_a_form_does(url):
    words = [word for name in (b"100% %41 %zz", "中文 名.txt".encode(), b"-rf") for word in ("--data-urlencode", b"name=" + name)]
    octets = subprocess.run(("curl", "-sS", "--fail", "-G", "-d", "archive=zip", *words, url), capture_output=True, check=True).stdout
    assert contents(octets) == sorted([b"100% %41 %zz", "中文 名.txt".encode(), b"-rf"])


def test_without_scripts_a_form_asks_for_what_is_ticked(tab, url, tmp_path):
    """A form cannot send controls, ends of lines and octets that are no text: what it would ask for wrongly cannot be ticked."""
    tab.fresh(script=False)
    tab.open(url)
    for at in range(tab.run(TICKS + ".length")):
        tab.run(f"{TICKS}[{at}].checked = true")
    tab.call("download", "#pick button", str(tmp_path / "got.zip"))
    assert contents((tmp_path / "got.zip").read_bytes()) == sorted(name for name in ODD if not any(part in name for part in (b"\n", b"\r", b"\t", b"\xff", b"\xed", b"\x01")))


def test_a_name_that_is_not_there_is_refused(url):
    for name in ("absent", "..", "a/../..", "%00", ""):
        status = subprocess.run(("curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", f"{url}?archive=zip&name={name}"), capture_output=True, text=True, check=True).stdout
        assert status == "404", name


def test_each_odd_name_can_be_deleted(tab, tmp_path):
    folder = os.fsencode(tmp_path)
    for name in ODD:
        with open(folder + b"/" + name, "wb"):
            pass
    tab.fresh()
    with served(tmp_path, "--allow-delete") as url:
        tab.open(url)
        tab.run(f"{TICKS}.forEach((e) => e.click())")
        tab.click("role=button[name='Delete']")
        tab.click("dialog[open] .danger")
        until(lambda: not os.listdir(folder), "not deleted", 60)
        tab.until("!document.querySelector('dialog[open]')")
        assert tab.run("document.getElementById('note').textContent") == "This folder is empty."
        tab.open("about:blank")


def test_too_many_names_for_one_address_are_said_to_be(tab, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number:0200}").touch()
    tab.fresh()
    with served(folder) as url:
        tab.open(url)
        tab.run(f"{TICKS}.slice(1).forEach((e) => e.click())")
        tab.click("#bar a")
        assert "choose fewer" in tab.run("document.querySelector('dialog[open]').textContent")
        tab.open("about:blank")
