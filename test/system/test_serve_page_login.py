"""The page of a `leat serve` that anyone may read and only some may change: it offers what the one who reads may do."""
import subprocess
import urllib.parse
import urllib.request

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from conftest import BUILD
from served import served
from test_serve_auth import ANN, SECRET, WRONG

pytestmark = chromium.needed
CHANGES = "document.querySelectorAll('#upload, [aria-label=\"Upload files\"], #bar .danger').length"
ROWS = "[...document.querySelectorAll('#transfers li')].map((e) => e.innerText)"


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "served"
    (folder / "一 二" / "?&#+").mkdir(parents=True)
    (folder / "one.txt").write_text("one")
    return folder


@pytest.fixture
def url(folder):
    with served(folder, "--allow-upload", "--allow-delete", "--public-read", "--auth", SECRET) as url:
        yield url


def answer(url, *words):
    """Status, Location and content."""
    said = subprocess.run(("curl", "-sS", "--max-time", "30", "-w", "\n%{http_code} %header{location}", "-H", "Accept: text/html", *words, url),
                          capture_output=True, text=True, check=True).stdout
    content, _, last = said.rpartition("\n")
    status, _, location = last.partition(" ")
    return int(status), location, content


def test_who_has_not_logged_in_sees_a_link_in_place_of_buttons(tab, url):
    tab.fresh()
    tab.open(url)
    assert tab.run("document.getElementById('login').textContent") == "Log in"
    assert tab.run(CHANGES) == 0
    tab.press("ArrowDown", "Delete")
    assert tab.run("document.querySelector('dialog[open]')") is None
    tab.drop_files(BUILD / "leat")
    assert tab.run("document.getElementById('transfers').hidden")
    tab.open("about:blank")


@pytest.mark.parametrize("script", [True, False], ids=["with scripts", "without"])
def test_who_logs_in_comes_back_and_may_change_all_folders(tab, url, folder, tmp_path, script):
    (tmp_path / "new").write_text("new")
    place = url + "%E4%B8%80%20%E4%BA%8C/%3F%26%23%2B/"
    tab.fresh(login=("ann", "secret"), script=script)
    tab.open(place)
    tab.click("role=link[name='Log in']")
    tab.call("page.waitForSelector", "#upload", {"state": "attached"})
    assert urllib.parse.unquote(tab.run("location.href")) == urllib.parse.unquote(place)
    assert tab.run("document.getElementById('login')") is None
    tab.open(url)
    assert tab.run(CHANGES) > 0
    tab.choose_files("#upload input", tmp_path / "new")
    if script:
        tab.until(ROWS + ".some((row) => row.includes('Uploaded'))")
    else:
        tab.click("role=button[name='Upload files']")
        tab.call("page.waitForSelector", "#list bdi >> text=new")
    assert (folder / "new").read_text() == "new"
    tab.open("about:blank")


def test_who_gives_no_password_reads_what_to_do(tab, url):
    tab.fresh()
    tab.open(url)
    tab.call("cancelLogins")
    tab.click("role=link[name='Log in']")
    tab.call("page.waitForSelector", "text=A name and a password are needed here.")
    tab.click("role=link[name='First page']")
    tab.call("page.waitForSelector", "#login")
    assert tab.run(CHANGES) == 0
    tab.open("about:blank")


def test_a_password_that_is_no_longer_right_is_said_once(tab, url, folder, tmp_path):
    """The server was begun again with other users, and the page of before is still open."""
    tab.fresh(login=("ann", "secret"))
    tab.open(url)
    tab.click("role=link[name='Log in']")
    tab.call("page.waitForSelector", "#upload", {"state": "attached"})
    tab.call("refuse", "PUT", 401)
    tab.call("refuse", "DELETE", 401)
    for number in range(6):
        (tmp_path / f"new{number}").write_text("x")
    tab.choose_files("#upload input", *(tmp_path / f"new{number}" for number in range(6)))
    tab.until("document.querySelectorAll('#transfers li.failed').length === 6")
    assert [method for method, _, _ in tab.call("answered")].count("PUT") <= 3
    tab.press("ArrowDown", "ArrowDown", "Delete")
    tab.click("role=button[name='Delete (1)']")
    tab.until("document.querySelector('dialog[open] .problems').textContent.includes('one.txt: ')")
    assert sorted(path.name for path in folder.iterdir()) == ["one.txt", "一 二"]
    tab.open("about:blank")


def test_the_link_asks_once_and_leads_back(url):
    assert answer(url + "?login=")[0] == 401
    assert answer(url + "?login=", "-H", f"Authorization: {WRONG}")[0] == 401
    assert answer(url + "?login=", "-H", f"Authorization: {ANN}")[:2] == (303, "./")
    assert answer(url + "?login=%E4%B8%80+%E4%BA%8C%2F%3F%26%23%2B%2F", "-H", f"Authorization: {ANN}")[1] == "./%E4%B8%80%20%E4%BA%8C/%3F&%23+/"


@pytest.mark.parametrize("to", ["https%3A%2F%2Fevil.example%2F", "%2F%2Fevil.example", "%2F%5Cevil.example", "x%0D%0ASet-Cookie%3A+a=b", "..%2F..%2Fx"])
def test_the_link_leads_nowhere_else(url, to):
    location = answer(url + "?login=" + to, "-H", f"Authorization: {ANN}")[1]
    assert location.startswith("./") and "\n" not in location and "\\" not in location
    assert urllib.parse.urljoin(url, location).startswith(url)


def test_the_link_leads_back_to_a_folder_whose_path_is_long(url):
    name = "%C3%A9" * 1300
    assert answer(url + "?login=" + name, "-H", f"Authorization: {ANN}")[:2] == (303, "./" + name)


@pytest.mark.parametrize("name", ["a" * 4097, "+" * 3500], ids=["no path is so long", "no address is so long"])
def test_a_name_too_long_to_come_back_to_is_refused(url, name):
    assert answer(url + "?login=" + name, "-H", f"Authorization: {ANN}")[0] == 414


def test_a_page_is_shown_to_all_and_its_buttons_to_users(url):
    status, _, page = answer(url)
    assert status == 200 and 'id="login"' in page and 'id="upload"' not in page and "data-delete" not in page
    status, _, page = answer(url, "-H", f"Authorization: {WRONG}")
    assert status == 200 and 'id="login"' in page and 'id="upload"' not in page
    status, _, page = answer(url, "-H", f"Authorization: {ANN}")
    assert status == 200 and 'id="login"' not in page and 'id="upload"' in page and "data-delete" in page


def test_a_file_of_anyone_is_sent_whatever_the_password(url):
    for words in ((), ("-H", f"Authorization: {WRONG}"), ("-H", f"Authorization: {ANN}")):
        assert answer(url + "one.txt?login=", *words)[::2] == (200, "one")


def test_a_server_that_no_one_may_change_has_no_link(folder):
    with served(folder, "--public-read", "--auth", SECRET) as url:
        assert 'id="login"' not in answer(url)[2]
        assert answer(url + "?login=")[0] == 200


def test_the_link_of_the_deepest_folder_is_whole(tmp_path):
    """The path has as many steps as a page can have, each of one letter that is three octets of a link."""
    folder, depth = tmp_path / "deep", 600
    folder.mkdir()
    (folder / "/".join(["é"] * depth)).mkdir(parents=True)
    with served(folder, "--allow-upload", "--public-read", "--auth", SECRET) as url:
        page = answer(url + "%C3%A9/" * depth)[2]
        assert 'href="./' + "../" * depth + "?login=" + "%C3%A9%2F" * depth + '"' in page
        assert "</html>" in page
