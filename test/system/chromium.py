"""Chromium without a window, driven by playwright-core (test/browser): what a test sees and does as a person would."""
import contextlib
import json
import shutil
import subprocess
import tempfile

import pytest

from conftest import ROOT

FOLDER = ROOT / "test" / "browser"
CHROMIUM = shutil.which("chromium")
needed = pytest.mark.skipif(not (CHROMIUM and (FOLDER / "node_modules").exists()), reason="no Chromium or no playwright-core: see tools/deps test")


class Page:
    """One tab. fresh() comes first; the other calls act on what it has made."""

    def __init__(self, driver):
        self.driver = driver

    def call(self, name, *args):
        """Calls a function of playwright, such as page.click; its result, as far as JSON has it."""
        self.driver.stdin.write(json.dumps({"name": name, "args": args}) + "\n")
        self.driver.stdin.flush()
        said = self.driver.stdout.readline()
        assert said, "the driver has ended"
        answer = json.loads(said)
        assert "error" not in answer, f"{name}{args}: {answer['error']}"
        return answer["value"]

    def fresh(self, width=1100, height=800, phone=False, dark=False, script=True, language="en", login=None):
        """A browser without any past."""
        options = {"viewport": {"width": width, "height": height}, "isMobile": phone, "hasTouch": phone, "colorScheme": "dark" if dark else "light",
                   "javaScriptEnabled": script, "extraHTTPHeaders": {"Accept-Language": language}}
        if login:
            options["httpCredentials"] = dict(zip(("username", "password"), login))
        self.call("fresh", options)

    def open(self, url):
        self.call("page.goto", url)

    def run(self, script):
        """The value of an expression, or of its promise."""
        return self.call("page.evaluate", script)

    def until(self, condition):
        """Waits until the expression is true; returns its value."""
        return self.call("until", condition)

    def click(self, selector):
        """Clicks by the mouse, once what the selector of playwright names is there, seen, and in the way of nothing."""
        self.call("page.click", selector)

    def press(self, *keys):
        for key in keys:
            self.call("page.keyboard.press", key)

    def type(self, text):
        self.call("page.keyboard.type", text)

    def choose_files(self, selector, *paths):
        """Chooses files in an input, as a person does in the dialog of the system."""
        self.call("page.setInputFiles", selector, [str(path) for path in paths])

    def drop_files(self, *paths, then="drop"):
        """Drags files from the desktop to the middle of the page, and lets go of them."""
        data = {"items": [], "files": [str(path) for path in paths], "dragOperationsMask": 1}
        for kind in ("dragEnter", "dragOver", then):
            self.call("cdp.send", "Input.dispatchDragEvent", {"type": kind, "x": 300, "y": 300, "data": data})

    def tree(self):
        """What a screen reader is given: (role, name, properties) of each node that is not ignored, in order."""
        nodes = self.call("cdp.send", "Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", ""), {p["name"]: p["value"].get("value") for p in n.get("properties", ())})
                for n in nodes if not n["ignored"]]

    def screenshot(self, path, whole=False):
        self.call("page.screenshot", {"path": str(path), "fullPage": whole})

    def complaints(self):
        """What the console of the page got: errors of scripts, refusals by its policy, failed requests."""
        return self.call("complained")


@contextlib.contextmanager
def chromium():
    """A Page, for as long as the block runs."""
    with tempfile.TemporaryDirectory(prefix="leat-chromium-", ignore_cleanup_errors=True) as home:
        driver = subprocess.Popen(("node", FOLDER / "driver.js"), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
                                  env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin", "HOME": home, "TMPDIR": home, "CHROMIUM": CHROMIUM})
        try:
            yield Page(driver)
        finally:
            driver.stdin.close()
            driver.wait()
            driver.stdout.close()


@pytest.fixture(scope="module")
def tab():
    """A Page for the tests of one file."""
    with chromium() as tab:
        yield tab
