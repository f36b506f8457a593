"""The listing of `leat serve` in a browser: what people see, and what their mouse, keys and screen readers can do with it."""
import json
import os
import re
import urllib.error
import urllib.request

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from served import served

pytestmark = chromium.needed
NAMES = "[...document.querySelectorAll('#list tbody bdi')].map((e) => e.textContent)"


def fill(folder):
    (folder / "照片").mkdir()
    (folder / "照片" / "内").mkdir()
    for name, size in (("chapter1.txt", 30), ("chapter2.txt", 20), ("chapter10.txt", 10)):
        (folder / name).write_text("x" * size)
    (folder / "中文 名.txt").write_text("你好")
    (folder / "a<b>&'\"?#%.txt").write_text("odd")
    with open(os.fsencode(folder) + b"/\xff.txt", "w") as file:
        file.write("bad")
    (folder / "data.bin").write_bytes(b"\0")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("listed")
    fill(folder)
    many = folder / "many"
    many.mkdir()
    for number in range(50000):
        (many / f"file-{number}.txt").touch()
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
    assert tab.complaints() == []


def get_json(url):
    with urllib.request.urlopen(url) as answer:
        return json.load(answer)


def test_names_are_in_natural_order_and_folders_first(page):
    assert page.run(NAMES) == ["many", "照片", "a<b>&'\"?#%.txt", "chapter1.txt", "chapter2.txt", "chapter10.txt",
                               "data.bin", "中文 名.txt", "\ufffd.txt"]


def test_every_link_leads_to_its_file(page):
    status = page.run("""Promise.all([...document.querySelectorAll('#list tbody a')].map(
        async (a) => (await fetch(a.href)).status + " " + (await (await fetch(a.href)).text()).slice(0, 3)))""")
    assert all(s.startswith("200") for s in status)
    assert "200 odd" in status and "200 bad" in status


def test_a_click_on_a_column_sorts_and_says_so(page):
    page.click("role=link[name='Size']")
    assert page.run("document.querySelectorAll('#list th')[1].getAttribute('aria-sort')") == "ascending"
    assert page.run("document.querySelectorAll('#list th')[0].hasAttribute('aria-sort')") is False
    names = page.run(NAMES)
    assert names.index("chapter10.txt") < names.index("chapter2.txt") < names.index("chapter1.txt")
    page.click("role=link[name=/^Size/]")
    names = page.run(NAMES)
    assert names.index("chapter10.txt") > names.index("chapter2.txt") > names.index("chapter1.txt")


def test_search_shows_what_matches_as_it_is_typed(page):
    page.press("/")
    page.type("CHAP 1")
    assert page.run(NAMES) == ["chapter1.txt", "chapter10.txt"]
    page.type("zzz")
    assert page.run("document.getElementById('note').textContent") == "No name matches."
    page.press("Escape")
    assert len(page.run(NAMES)) == 9


def test_keys_alone_move_open_and_go_up(page, url):
    page.press("ArrowDown", "ArrowDown")
    assert page.run("document.activeElement.textContent") == "照片/"
    page.press("Enter")
    page.until("location.pathname !== '/' && document.readyState === 'complete'")
    assert page.run(NAMES) == ["内"]
    page.press("Backspace")
    page.until("location.pathname === '/' && document.readyState === 'complete'")
    page.press("End")
    assert page.run("document.activeElement.textContent") == "\ufffd.txt"


def test_a_phone_has_no_sideways_scrolling(page, url):
    page.fresh(390, 844, phone=True)
    page.open(url + "%E7%85%A7%E7%89%87/")
    assert page.run("document.documentElement.scrollWidth") <= 390
    page.open(url)
    assert page.run("document.documentElement.scrollWidth") <= 390
    # A finger hits the link anywhere in the row.
    row = "document.querySelectorAll('#list tbody tr')[2].getBoundingClientRect()"
    assert page.run(f"{row}.height") >= 44
    for x, y in ((8, 4), (180, 4), (330, 46)):
        assert page.run(f"document.elementFromPoint({row}.left + {x}, {row}.top + {y}).closest('a')?.textContent") == "a<b>&'\"?#%.txt"


def test_dark_and_light_follow_the_system(page, url):
    colour = "getComputedStyle(document.body).backgroundColor"
    light = page.run(colour)
    page.fresh(dark=True)
    page.open(url)
    dark = page.run(colour)
    assert sum(map(int, re.findall(r"\d+", light))) > 600 and sum(map(int, re.findall(r"\d+", dark))) < 150


def test_the_page_speaks_the_language_of_the_reader(page, url):
    page.fresh(language="zh-CN,en;q=0.5")
    page.open(url)
    assert page.run("document.documentElement.lang") == "zh"
    assert page.run("document.querySelector('#list th').textContent") == "名称"


@pytest.mark.parametrize("lang, asked, column, error", [("zh", "en", "名称", "未找到"), ("en", "zh", "Name", "Not Found")])
def test_the_server_may_choose_the_language(folder, lang, asked, column, error):
    with served(folder, "--lang", lang) as url:
        ask = urllib.request.Request(url + "nothing", headers={"Accept-Language": asked, "Accept": "text/html"})
        with pytest.raises(urllib.error.HTTPError) as answer:
            urllib.request.urlopen(ask)
        assert f"<b>404</b> {error}" in answer.value.read().decode()
        ask = urllib.request.Request(url, headers={"Accept-Language": asked, "Accept": "text/html"})
        with urllib.request.urlopen(ask) as answer:
            assert f">{column}</a>" in answer.read().decode()


def test_an_error_page_says_what_to_do(page, url):
    for language, words in (("en", "Check the spelling"), ("zh", "请检查拼写")):
        page.fresh(language=language)
        page.open(url + "nothing")
        assert words in page.run("document.body.innerText")
        assert page.run("document.querySelector('a').href") == url
    page.fresh()


def test_without_scripts_links_sort_and_turn_pages(page, url):
    page.fresh(script=False)
    page.open(url + "many/?sort=name&order=desc&page=2")
    assert page.run(NAMES)[0] == "file-49799.txt"
    assert page.run("[...document.querySelectorAll('#pages a')].map((a) => a.search)") == [
        "?sort=name&order=desc&page=1", "?sort=name&order=desc&page=3"]


def test_without_scripts_a_form_searches(page, url):
    page.fresh(script=False)
    page.open(url + "many/")
    page.run("document.getElementById('search').focus()")
    page.type("-4999")
    page.press("Enter")
    page.call("page.waitForURL", "**/many/?q=*")
    assert page.run("location.search") == "?q=-4999"
    assert page.run(NAMES) == ["file-4999.txt"] + [f"file-{n}.txt" for n in range(49990, 50000)]
    assert page.run("document.getElementById('search').value") == "-4999"
    assert page.run("document.querySelectorAll('#list th a')[1].search") == "?sort=size&order=asc&q=-4999"


def test_the_address_of_a_search_is_one_for_scripts_too(page, url):
    page.open(url + "?q=CHAP+1")
    assert page.run(NAMES) == ["chapter1.txt", "chapter10.txt"]
    page.run("document.getElementById('search').focus()")
    page.press("Escape")
    assert len(page.run(NAMES)) == 9


def test_a_page_of_rows_becomes_the_page_of_all_for_scripts(page, url):
    page.open(url + "many/?sort=name&order=desc&page=2")
    page.until("document.documentElement.dataset.complete !== undefined && !location.search.includes('page')")
    assert page.run(NAMES)[0] == "file-49999.txt"


def test_fifty_thousand_entries_are_at_hand(page, url):
    """The first rows come with the page, and the others are made as they are looked at: all can be searched, sorted and walked by keys."""
    with urllib.request.urlopen(url + "many/") as answer:
        document = answer.read()
    rows = document[:document.index(b'<script id="words"')]
    assert rows.count(b"<tr>") == 1 + 200  # that of the columns is one
    assert len(rows) < 100_000 < len(document)
    page.open(url + "many/")
    assert page.run("document.documentElement.dataset.complete") == ""
    assert page.run("document.getElementById('list').getAttribute('aria-rowcount')") == "50001"
    assert page.run("document.getElementById('list').rows.length") < 300
    page.press("End")
    assert page.run("document.activeElement.textContent") == "file-49999.txt"
    assert page.run("document.getElementById('list').rows.length") < 300
    page.press("/")
    page.type("-4999")
    assert page.run(NAMES) == ["file-4999.txt"] + [f"file-{n}.txt" for n in range(49990, 50000)]
    page.press("Escape")
    page.click("role=link[name=/^Name/]")
    assert page.run(NAMES)[:2] == ["file-49999.txt", "file-49998.txt"]


def test_the_columns_cover_what_scrolls_below_them(page, url):
    page.open(url + "many/")
    page.run("scrollTo(0, document.getElementById('list').getBoundingClientRect().top + scrollY + 5)")
    tick = "document.querySelector('#list tbody input').getBoundingClientRect()"
    page.run(f"scrollBy(0, {tick}.top - 10)")
    assert page.run(f"document.elementFromPoint({tick}.left + 5, {tick}.top + 5).closest('thead') !== null")


@pytest.mark.parametrize("part", [0.5, 0.25, 1, 0])
def test_scrolling_through_fifty_thousand_entries_shows_each_place(page, url, part):
    page.open(url + "many/")
    page.run(f"scrollTo(0, {part} * (document.documentElement.scrollHeight - innerHeight))")
    name = page.until("document.elementFromPoint(100 + innerWidth / 10, innerHeight / 2).closest('tr')?.querySelector('a')?.title")
    assert abs(int(re.search(r"\d+", name)[0]) - part * 49999) < 100


def test_json_lists_the_same(url):
    listing = get_json(url + "?format=json&sort=size&order=desc")
    assert listing["path"] == "/" and listing["total"] == 9 and listing["truncated"] is False
    entry = next(e for e in listing["entries"] if e["name"] == "chapter1.txt")
    assert entry["type"] == "file" and entry["size"] == 30 and entry["href"] == "./chapter1.txt"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", entry["mtime"])
    assert listing["entries"][0]["type"] == "directory" and "size" not in listing["entries"][0]
