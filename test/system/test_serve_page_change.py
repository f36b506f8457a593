"""Uploading and deleting by the page of `leat serve`, with a mouse, by keys, and without scripts."""
import io
import os
import shutil
import subprocess
import urllib.request
import zipfile

import pytest

import chromium as browser
from conftest import BUILD
from served import served

pytestmark = pytest.mark.skipif(not shutil.which("chromium"), reason="no Chromium")
ROWS = "[...document.querySelectorAll('#transfers li')].map((e) => e.innerText)"
NAMES = "[...document.querySelectorAll('#list tbody bdi')].map((e) => e.textContent)"
READY = "document.getElementById('transfers')?.hidden === false && document.querySelector('#transfers .bar button').hidden === false"


@pytest.fixture(scope="module")
def tab():
    with browser.chromium() as tab:
        yield tab


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    for name in ("one.txt", "two.txt", "三.txt"):
        (folder / name).write_text(name)
    (folder / "full").mkdir()
    (folder / "full" / "x").touch()
    return folder


@pytest.fixture
def page(tab, folder):
    tab.emulate()
    tab.language("en")
    with served(folder, "--allow-upload", "--allow-delete", "--max-upload", "5M") as url:
        tab.open(url)
        yield tab
        tab.open("about:blank")


def source(tmp_path, name, content):
    path = tmp_path / "source"
    path.mkdir(exist_ok=True)
    (path / name).write_bytes(content)
    return path / name


def test_files_that_are_chosen_are_stored_and_listed(page, folder, tmp_path):
    page.choose_files("#upload input", source(tmp_path, "new 新#%.bin", os.urandom(2_000_000)), source(tmp_path, "empty", b""))
    page.until(READY)
    assert (folder / "new 新#%.bin").read_bytes() == (tmp_path / "source" / "new 新#%.bin").read_bytes()
    assert (folder / "empty").read_bytes() == b""
    page.until("document.querySelectorAll('#list tbody tr').length === 6")
    assert "new 新#%.bin" in page.run(NAMES)
    assert all("Uploaded" in row for row in page.run(ROWS))


def test_a_file_is_replaced_only_if_one_says_so(page, folder, tmp_path):
    page.choose_files("#upload input", source(tmp_path, "one.txt", b"another"))
    page.until(READY)
    assert (folder / "one.txt").read_text() == "one.txt"
    assert "There is a file of this name already." in page.run(ROWS)[0]
    page.run("document.querySelector('#transfers li button.plain').click()")
    page.until(READY + " && document.querySelector('#transfers li').innerText.includes('Uploaded')")
    assert (folder / "one.txt").read_text() == "another"


def test_an_upload_that_fails_says_why_and_the_others_go_on(page, folder, tmp_path):
    page.choose_files("#upload input", source(tmp_path, "large", bytes(6_000_000)), source(tmp_path, "small", b"x"))
    page.until(READY)
    row = next(row for row in page.run(ROWS) if row.startswith("large"))
    assert "too large" in row or "connection broke" in row
    assert "Try again" in row
    assert (folder / "small").exists() and not (folder / "large").exists()


def test_without_scripts_a_form_uploads(tab, folder, tmp_path):
    tab.emulate(script=False)
    with served(folder, "--allow-upload") as url:
        tab.open(url)
        tab.choose_files("#upload input", source(tmp_path, "plain", b"content"))
        tab.run("document.querySelector('#upload button').click()")
        tab.wait("Page.loadEventFired")
        assert "plain" in tab.run(NAMES)
        tab.open("about:blank")
    assert (folder / "plain").read_text() == "content"


def members(octets):
    return sorted(name for name in zipfile.ZipFile(io.BytesIO(octets)).namelist() if not name.endswith("/"))


def fetched(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read()


def test_what_is_ticked_is_downloaded_as_one_file(tab, folder):
    (folder / "a&b #%.txt").write_text("odd")
    with open(os.fsencode(folder) + b"/\xff", "w") as file:
        file.write("bad")
    tab.emulate()
    with served(folder) as url:
        tab.open(url)
        assert tab.run("document.querySelector('#bar .danger')") is None
        tab.run("[...document.querySelectorAll('#list tbody input')].forEach((e) => { if (!e.ariaLabel.includes('one')) e.click(); })")
        names = members(fetched(tab.run("document.querySelector('#bar a').href")))
        assert len(names) == 5 and [name.rsplit("/")[-1] for name in names if "full" not in name][0] == "a&b #%.txt"
        assert not any(name.endswith("one.txt") for name in names)
        whole = members(fetched(tab.run("document.getElementById('pack').href")))
        assert len(whole) == 6
        tab.run("document.querySelector('#list tbody input:not(:checked)').click()")
        assert tab.run("document.querySelector('#bar a').search") == "?archive=zip"
        tab.open("about:blank")


def test_without_scripts_a_form_asks_for_what_is_ticked(tab, folder):
    tab.emulate(script=False)
    with served(folder) as url:
        tab.open(url)
        tab.run("document.querySelectorAll('#list tbody input')[1].checked = true")
        form = tab.run("new URLSearchParams(new FormData(document.getElementById('pick'), document.querySelector('#pick button'))).toString()")
        assert [name.rsplit("/")[-1] for name in members(fetched(url + "?" + form))] == ["one.txt"]
        tab.open("about:blank")


def test_too_many_names_for_one_address_are_said_to_be(tab, tmp_path):
    folder = tmp_path / "many"
    folder.mkdir()
    for number in range(100):
        (folder / f"{number:0200}").touch()
    tab.emulate()
    with served(folder) as url:
        tab.open(url)
        tab.run("[...document.querySelectorAll('#list tbody input')].slice(1).forEach((e) => e.click())")
        tab.run("document.querySelector('#bar a').click()")
        assert "choose fewer" in tab.run("document.querySelector('dialog[open]').textContent")
        tab.open("about:blank")


def test_what_is_ticked_is_deleted_after_a_question(page, folder):
    page.run("[...document.querySelectorAll('#list tbody input')].slice(1, 3).forEach((e) => e.click())")
    assert page.run("document.querySelector('#bar span').textContent") == "Chosen: 2 · 14 B"
    page.run("document.querySelector('#bar .danger').click()")
    assert page.run("[...document.querySelectorAll('dialog[open] li')].map((e) => e.textContent)") == ["one.txt", "two.txt"]
    assert page.run("document.activeElement.textContent") == "Cancel"
    assert len(list(folder.iterdir())) == 4
    page.run("document.querySelector('dialog[open] .danger').click()")
    page.until("!document.querySelector('dialog[open]')")
    assert sorted(p.name for p in folder.iterdir()) == ["full", "三.txt"]
    assert page.run(NAMES) == ["full", "三.txt"] and page.run("document.getElementById('bar').hidden")


def test_keys_alone_tick_and_delete(page, folder):
    page.press("ArrowDown", "ArrowDown", " ", "ArrowDown", " ", "Delete")
    assert page.run("[...document.querySelectorAll('dialog[open] li')].map((e) => e.textContent)") == ["one.txt", "two.txt"]
    page.press("Escape")
    assert len(list(folder.iterdir())) == 4
    page.press("Delete", "Tab", "Enter")
    page.until("!document.querySelector('dialog[open]')")
    assert sorted(p.name for p in folder.iterdir()) == ["full", "三.txt"]


def test_a_deletion_that_fails_says_why(page, folder):
    page.run("document.querySelector('#list tbody input').click()")
    page.run("document.querySelector('#bar .danger').click()")
    page.run("document.querySelector('dialog[open] .danger').click()")
    assert "full: " in page.until("document.querySelector('dialog[open] .problems').textContent")
    assert (folder / "full" / "x").exists()


LOGIN = {"response": "ProvideCredentials", "username": "ann", "password": "secret"}
ALL_ENDED = READY + " && document.querySelectorAll('#transfers li.failed').length === {}"


@pytest.fixture
def visited(tab, folder):
    """The page of a server that anyone may read and only ann may change."""
    hashed = subprocess.run((BUILD / "leat", "serve", "--hash"), input="secret\n", capture_output=True, text=True, check=True).stdout.strip()
    tab.emulate()
    tab.language("en")
    with served(folder, "--allow-upload", "--allow-delete", "--public-read", "--auth", "ann:" + hashed) as url:
        tab.open(url)
        tab.call("Fetch.enable", handleAuthRequests=True)
        yield tab
        tab.call("Fetch.disable")
        tab.open("about:blank")


def test_a_visitor_who_gives_no_password_is_told_that_one_is_needed(visited, folder, tmp_path):
    assert "Changes need a name and a password." in visited.run("document.getElementById('counts').innerText")
    visited.choose_files("#upload input", *(source(tmp_path, f"new{i}", b"x") for i in range(6)))
    assert visited.answer_logins(ALL_ENDED.format(6), response="CancelAuth") <= 3
    assert all("A name and a password are needed here. Try again, and enter them." in row for row in visited.run(ROWS))
    visited.run("[...document.querySelectorAll('#list tbody input')].slice(1).forEach((e) => e.click())")
    visited.run("document.querySelector('#bar .danger').click()")
    assert visited.run("document.querySelector('dialog[open] p').textContent") == "Changes need a name and a password."
    visited.run("document.querySelector('dialog[open] .danger').click()")
    said = "document.querySelector('dialog[open] .problems').textContent"
    assert visited.answer_logins(said + " && !document.querySelector('dialog[open] .danger').disabled", response="CancelAuth") == 1
    assert visited.run(said) == "one.txt: A name and a password are needed here."
    assert sorted(p.name for p in folder.iterdir()) == ["full", "one.txt", "two.txt", "三.txt"]


def test_a_visitor_who_gives_the_password_uploads(visited, folder, tmp_path):
    visited.choose_files("#upload input", source(tmp_path, "new", b"content"))
    assert visited.answer_logins(ALL_ENDED.format(1), response="CancelAuth") == 1
    visited.run("document.querySelector('#transfers li button.plain').click()")
    assert visited.answer_logins("document.querySelector('#transfers li').innerText.includes('Uploaded')", **LOGIN) == 1
    assert (folder / "new").read_text() == "content"


def test_a_server_that_only_reads_offers_nothing_else(tab, folder):
    tab.emulate()
    with served(folder, "--no-archives") as url:
        tab.open(url)
        assert tab.run("document.querySelectorAll('#list input, #pack, #pick').length") == 0
        assert tab.run("document.querySelectorAll('#upload, .danger').length") == 0
        tab.press("ArrowDown", "Delete")
        assert tab.run("document.querySelector('dialog[open]')") is None
        tab.open("about:blank")
