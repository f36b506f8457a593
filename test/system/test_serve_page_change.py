"""Uploading and deleting by the page of `leat serve`, with a mouse, by keys, and without scripts."""
import os

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from served import served
from waiting import until

pytestmark = chromium.needed
ROWS = "[...document.querySelectorAll('#transfers li')].map((e) => e.innerText)"
NAMES = "[...document.querySelectorAll('#list tbody bdi')].map((e) => e.textContent)"
READY = "document.getElementById('transfers')?.hidden === false && document.querySelector('#transfers .bar button').hidden === false"


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
    tab.fresh()
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
    page.click("role=button[name='Replace it']")
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
    tab.fresh(script=False)
    with served(folder, "--allow-upload") as url:
        tab.open(url)
        tab.choose_files("#upload input", source(tmp_path, "plain", b"content"))
        tab.click("role=button[name='Upload files']")
        tab.call("page.waitForSelector", "#list bdi >> text=plain")
        tab.open("about:blank")
    assert (folder / "plain").read_text() == "content"


def test_an_upload_shows_how_far_it_is_and_can_be_cancelled(page, folder, tmp_path):
    slow = {"offline": False, "latency": 0, "downloadThroughput": -1, "uploadThroughput": 100_000}
    page.call("cdp.send", "Network.enable")
    page.call("cdp.send", "Network.emulateNetworkConditions", slow)
    page.choose_files("#upload input", source(tmp_path, "long", bytes(4_000_000)))
    page.until("document.querySelector('#transfers progress').value > 0")
    assert page.call("page.isVisible", "role=progressbar[name='long']") and page.run("document.querySelector('#transfers progress').value") < 1
    assert " / 4.0 MB" in page.run("document.querySelector('#transfers small').textContent")
    assert page.run("document.querySelector('#transfers h2').textContent") == "Uploading: 1"
    assert not page.call("page.isVisible", "#transfers > .bar button"), "what is under way is not to be closed"
    page.click("role=button[name='Cancel: long']")
    page.until(READY)
    assert "Cancelled" in page.run(ROWS)[0]
    page.call("cdp.send", "Network.emulateNetworkConditions", {**slow, "uploadThroughput": -1})
    page.click("role=button[name='Try again']")
    page.until("document.querySelector('#transfers li').innerText.includes('Uploaded')")
    until(lambda: (folder / "long").stat().st_size == 4_000_000, "not stored")


def test_files_that_are_dropped_on_the_page_are_stored(page, folder, tmp_path):
    (tmp_path / "source" / "a folder").mkdir(parents=True)
    files = source(tmp_path, "drop 1", b"1"), source(tmp_path, "拖放", b"2"), tmp_path / "source" / "a folder"
    page.drop_files(*files, then="dragOver")
    assert page.run("document.body.classList.contains('drop')")
    page.drop_files(*files)
    page.until(READY + " && document.querySelectorAll('#transfers li').length === 3")
    assert not page.run("document.body.classList.contains('drop')")
    assert (folder / "drop 1").read_text() == "1" and (folder / "拖放").read_text() == "2"
    assert any("A folder cannot be uploaded" in row for row in page.run(ROWS))
    page.until("document.querySelectorAll('#list tbody tr').length === 6")


def test_what_is_ticked_is_deleted_after_a_question(page, folder):
    page.call("page.check", "role=checkbox[name='Choose one.txt']")
    page.call("page.check", "role=checkbox[name='Choose two.txt']")
    assert page.run("document.querySelector('#bar span').textContent") == "Chosen: 2 · 14 B"
    page.click("role=button[name='Delete']")
    assert page.run("[...document.querySelectorAll('dialog[open] li')].map((e) => e.textContent)") == ["one.txt", "two.txt"]
    assert page.run("document.activeElement.textContent") == "Cancel"
    assert len(list(folder.iterdir())) == 4
    page.click("role=button[name='Delete (2)']")
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
    page.call("page.check", "role=checkbox[name='Choose full']")
    page.click("role=button[name='Delete']")
    page.click("role=button[name='Delete (1)']")
    assert "full: " in page.until("document.querySelector('dialog[open] .problems').textContent")
    assert (folder / "full" / "x").exists()


def test_a_server_that_only_reads_offers_nothing_else(tab, folder):
    tab.fresh()
    with served(folder, "--no-archives") as url:
        tab.open(url)
        assert tab.run("document.querySelectorAll('#list input, #pack, #pick').length") == 0
        assert tab.run("document.querySelectorAll('#upload, .danger').length") == 0
        tab.press("ArrowDown", "Delete")
        assert tab.run("document.querySelector('dialog[open]')") is None
        tab.open("about:blank")
