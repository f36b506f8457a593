"""What the page of `leat serve` shows in place: pictures, texts, sounds and films, and the README of a folder."""
import json
import urllib.request

import pytest

import chromium
import media
from chromium import tab  # noqa: F401  fixture
from served import served
from waiting import until

pytestmark = chromium.needed
ABOUT = """# About

[to the end](#the-end) ![dot](../dot.png) ![far](https://192.0.2.1/x.png) <script>document.title = "bad"</script>

- [x] done

| a | b |
|---|---|
| 1 | 2 |

## The end
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("shown")
    (folder / "a.txt").write_text("first")
    (folder / "b.txt").write_bytes("中文".encode("gb18030"))
    (folder / "c.txt").write_text("x" * 300_000)
    (folder / "dot.png").write_bytes(media.PNG)
    (folder / "bad.png").write_bytes(b"no picture")
    (folder / "other.bin").write_bytes(b"\0")
    media.write_webm(folder / "film.webm", 30)
    media.write_wav(folder / "long.wav", 200)
    (folder / "sub").mkdir()
    (folder / "sub" / "ReadMe.md").write_text(ABOUT)
    (folder / "sub" / "README.zh-CN.md").write_text("# 关于")
    return folder


@pytest.fixture(scope="module")
def url(folder):
    with served(folder) as url:
        yield url


@pytest.fixture
def page(tab, url):
    tab.fresh()
    tab.open(url)
    yield tab


def show(page, name):
    page.click(f"#list tbody a[title='{name}']")


def test_a_picture_is_shown_and_arrows_turn_to_the_next_file(page):
    show(page, "dot.png")
    page.until("document.querySelector('dialog[open] img')?.naturalWidth === 1")
    assert page.run("document.querySelector('dialog img').alt") == "dot.png"
    page.press("ArrowLeft")
    page.until("document.querySelector('dialog h2').textContent === 'c.txt'")
    page.press("ArrowRight", "ArrowRight")
    page.until("document.querySelector('dialog h2').textContent === 'film.webm'")
    page.press("Escape")
    page.until("!document.querySelector('dialog').open")
    assert page.run("document.activeElement.title") == "film.webm"
    assert page.complaints() == []


def test_a_text_is_shown_in_the_code_that_it_is_in(page, url):
    show(page, "a.txt")
    assert page.until("document.querySelector('dialog pre')?.textContent") == "first"
    page.fresh(language="zh")
    page.open(url)
    show(page, "b.txt")
    assert page.until("document.querySelector('dialog pre')?.textContent") == "中文"


def test_of_a_large_text_the_beginning_is_shown(page):
    show(page, "c.txt")
    page.until("document.querySelector('dialog pre')?.textContent.length === 262144")
    assert page.run("document.querySelector('dialog .text p').textContent") == "Only the beginning of the file is shown."


def test_a_file_that_is_not_what_its_name_says_is_said_to_be_none(page):
    show(page, "bad.png")
    page.until("document.querySelector('dialog .view p')?.textContent === 'This file cannot be shown.'")


def test_the_link_of_another_file_is_followed(page, tmp_path):
    assert page.call("download", "#list tbody a[title='other.bin']", str(tmp_path / "got")) == "other.bin"
    assert (tmp_path / "got").read_bytes() == b"\0"
    assert page.run("document.querySelector('dialog').open") is False


@pytest.mark.parametrize("name, tag, seconds, to", [("long.wav", "audio", 200, 180), ("film.webm", "video", 30, 25)])
def test_a_sound_and_a_film_play_from_where_one_wants(page, name, tag, seconds, to):
    show(page, name)
    element = f"document.querySelector('dialog {tag}')"
    page.until(f"{element}?.duration > {seconds - 1}")
    assert page.run(f"{element}.controls")
    page.run(f"{element}.currentTime = {to}")
    page.until(f"!{element}.seeking && {element}.currentTime >= {to}")
    page.press("Escape")
    page.until(f"!{element}")


def test_of_a_long_sound_that_is_sought_only_parts_are_sent(page):
    """The browser asks for the place that one seeks, since the server has said that it may (RFC 9110, 14.3)."""
    show(page, "long.wav")
    page.until("document.querySelector('dialog audio')?.duration > 199")
    page.run("document.querySelector('dialog audio').currentTime = 190")
    page.until("!document.querySelector('dialog audio').seeking")
    until(lambda: [status for _, at, status in page.call("answered") if at.endswith("long.wav")].count(206) > 1, "no second part")


def with_readme(url):
    """Waits until the server has rendered the README; a page does not wait for long."""
    def look():
        with urllib.request.urlopen(url) as answer:
            return b'id="readme"' in answer.read()
    until(look, "no README")
    return url


def test_a_readme_is_shown_below_the_list(page, url):
    page.open(with_readme(url + "sub/"))
    page.until("document.querySelector('#readme img').complete")
    assert page.run("document.querySelector('#readme h1').textContent") == "About"
    assert page.run("document.querySelector('#readme').getAttribute('aria-label')") == "ReadMe.md"
    assert page.run("[...document.querySelectorAll('#readme td')].map((e) => e.textContent)") == ["1", "2"]
    assert page.run("document.querySelectorAll('#readme img').length") == 1
    assert page.run("document.querySelector('#readme [href*=\"192.0.2.1\"]').textContent") == "far"
    assert page.run("document.querySelectorAll('#readme script').length + +(document.title === 'bad')") == 0
    page.click("text=to the end")
    assert page.run("document.querySelector(location.hash).parentElement.textContent") == "The end"
    assert page.complaints() == []
    with urllib.request.urlopen(url + "sub/?format=json") as answer:
        assert json.load(answer)["readme"] == "ReadMe.md"


def test_the_readme_is_the_one_in_the_language_of_the_reader(page, url):
    page.fresh(language="zh")

    def opened():
        page.open(url + "sub/")
        return page.run("document.querySelector('#readme h1')?.textContent")
    assert until(opened, "no README") == "关于"


def test_the_readme_may_be_left_out(folder):
    with served(folder, "--no-readme") as url, urllib.request.urlopen(url + "sub/") as answer:
        assert b'id="readme"' not in answer.read()
