"""The page of `leat serve` for those who see little or nothing, have no mouse, or want no movement."""
import re

import pytest

import chromium
from chromium import tab  # noqa: F401  fixture
from conftest import ROOT
from served import served

pytestmark = chromium.needed
CONTROLS = ("button", "link", "searchbox", "checkbox", "image", "progressbar", "dialog", "Audio", "Video")


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    folder = tmp_path_factory.mktemp("read")
    (folder / "sub").mkdir()
    for name in ("a.txt", "b.txt", "c" * 200):
        (folder / name).write_text(name)
    (folder / "README.md").write_text("# About\n\n" + "word " * 50 + "`" + "x" * 300 + "`\n\n|a|b|\n|-|-|\n|1|2|\n")
    with served(folder, "--allow-upload", "--allow-delete") as url:
        yield url


@pytest.fixture
def page(tab, url):
    tab.fresh()
    tab.open(url)
    return tab


def named(tree, role):
    return [name for of, name, _ in tree if of == role]


def unnamed(tree):
    return [role for role, name, _ in tree if role in CONTROLS and not name.strip()]


@pytest.mark.parametrize("width, phone", [(1100, False), (390, True)], ids=["wide", "phone"])
def test_a_screen_reader_is_told_what_everything_is(page, url, width, phone):
    page.fresh(width, 844, phone=phone)
    page.open(url)
    tree = page.tree()
    assert named(tree, "navigation") == ["Path"]
    assert named(tree, "search") and named(tree, "main") and "README.md" in named(tree, "article")
    assert [name.rstrip(" ↑") for name in named(tree, "columnheader")][:3] == ["Name", "Size", "Modified"]
    assert named(tree, "searchbox") == ["Search this folder"]
    assert "Upload files" in named(tree, "button")
    assert named(tree, "checkbox")[:2] == ["Choose sub", "Choose a.txt"]
    assert {"row", "cell", "table"} <= {role for role, _, _ in tree}
    assert unnamed(tree) == []


def test_a_dialog_is_one_for_screen_readers_too(page):
    page.press("ArrowDown", "ArrowDown", "Enter")
    page.until("document.querySelector('dialog pre')")
    dialogs = [(name, properties) for role, name, properties in page.tree() if role == "dialog"]
    assert dialogs[0][0] == "a.txt" and dialogs[0][1].get("modal") is True
    assert {"Previous", "Next", "Close"} <= set(named(page.tree(), "button"))
    assert unnamed(page.tree()) == []
    page.press("Escape")
    assert page.run("document.activeElement.textContent") == "a.txt"


def test_what_comes_with_a_choice_and_an_upload_has_a_name(page, tmp_path):
    (tmp_path / "new.txt").write_text("new")
    page.choose_files("#upload input", tmp_path / "new.txt")
    page.until("document.getElementById('transfers').hidden === false && document.querySelector('#transfers .bar button').hidden === false")
    page.press("ArrowDown", " ")
    assert "Chosen:" in named(page.tree(), "region") and "Uploads" in named(page.tree(), "region")
    assert unnamed(page.tree()) == []
    page.press("Delete")
    page.until("document.querySelector('dialog[open]')")
    assert "Delete permanently?" in named(page.tree(), "dialog")
    assert unnamed(page.tree()) == []


def test_tab_comes_to_all_that_can_be_done(page):
    seen = []
    for _ in range(12):
        page.press("Tab")
        seen.append(page.run("(document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent).slice(0, 20)"))
    for name in ("Home", "Search this folder", "Upload files", "Name", "Size", "Modified", "Choose sub", "sub/", "README.md"):
        assert name in seen, seen
    assert "a.txt" not in seen  # the arrows move among the rows


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a, b):
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_texts_stand_out_from_what_is_behind_them(page, url, dark):
    """WCAG 2.2, 1.4.3: 4.5 to 1 for text; 1.4.11: 3 to 1 for icons."""
    page.fresh(dark=dark)
    page.open(url)
    style = "getComputedStyle(document.documentElement).getPropertyValue('--{}').trim()"
    colour = {name: page.run(style.format(name)) for name in ("bg", "card", "text", "soft", "hover", "accent", "folder", "bad")}
    colour = {name: "#" + "".join(2 * c for c in value[1:]) if len(value) == 4 else value for name, value in colour.items()}
    for text in ("text", "soft", "accent", "bad"):
        for behind in ("bg", "card", "hover"):
            assert contrast(colour[text], colour[behind]) >= 4.5, (text, behind)
    assert contrast(colour["folder"], colour["card"]) >= 3
    assert contrast("#ffffff", "#c62828") >= 4.5


def test_twice_the_size_needs_no_sideways_scrolling(page, url):
    """WCAG 2.2, 1.4.4 and 1.4.10: a page of 1280 pixels at 200% and 400% is one of 640 and 320."""
    for width in (640, 320):
        page.fresh(width, 512)
        page.open(url)
        assert page.run("document.documentElement.scrollWidth") <= width


def test_nothing_moves_by_itself():
    """WCAG 2.2, 2.3.3: there is no movement that prefers-reduced-motion would have to stop."""
    for sheet in (ROOT / "src" / "serve").rglob("*.css"):
        assert not re.search(r"\b(animation|transition|scroll-behavior)\b", sheet.read_text()), sheet
