"""Chromium without a window, driven through pipes by the DevTools protocol: what a test sees and does as a person would."""
import base64
import contextlib
import json
import os
import shutil
import subprocess
import tempfile
import time

from conftest import SLOWER

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--remote-debugging-pipe", "--no-proxy-server",
         "--autoplay-policy=no-user-gesture-required")
KEYS = {"ArrowDown": 40, "ArrowUp": 38, "ArrowLeft": 37, "ArrowRight": 39, "Enter": 13, "Escape": 27, "Backspace": 8,
        "Home": 36, "End": 35, "Tab": 9, "Delete": 46, " ": 32, "/": 191}


class Page:
    """One tab. Events that arrive while an answer is awaited are kept in self.events."""

    def __init__(self, to, answers):
        self.to, self.answers, self.rest, self.number, self.session, self.events = to, answers, b"", 0, None, []
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(domain + ".enable")

    def message(self):
        while b"\0" not in self.rest:
            more = os.read(self.answers, 1 << 16)
            if not more:
                raise EOFError("Chromium has ended")
            self.rest += more
        first, _, self.rest = self.rest.partition(b"\0")
        return json.loads(first)

    def tree(self):
        """What a screen reader is given: (role, name, properties) of each node that is not ignored, in order."""
        nodes = self.call("Accessibility.getFullAXTree")["nodes"]
        return [(n["role"]["value"], n.get("name", {}).get("value", ""), {p["name"]: p["value"].get("value") for p in n.get("properties", ())})
                for n in nodes if not n["ignored"]]

    def choose_files(self, selector, *paths):
        """Chooses files in an input, as a person does in the dialog of the system."""
        root = self.call("DOM.getDocument")["root"]["nodeId"]
        node = self.call("DOM.querySelector", nodeId=root, selector=selector)["nodeId"]
        self.call("DOM.setFileInputFiles", nodeId=node, files=[str(path) for path in paths])

    def call(self, method, **params):
        self.number += 1
        call = {"id": self.number, "method": method, "params": params}
        if self.session:
            call["sessionId"] = self.session
        with_end = json.dumps(call).encode() + b"\0"
        while with_end:
            with_end = with_end[os.write(self.to, with_end):]
        while True:
            answer = self.message()
            if answer.get("id") != self.number:
                self.events.append(answer)
            elif "error" in answer:
                raise RuntimeError(f"{method}: {answer['error']}")
            else:
                return answer["result"]

    def wait(self, event):
        """Waits for an event by its name, which is taken off the list."""
        while True:
            for i, seen in enumerate(self.events):
                if seen.get("method") == event:
                    return self.events.pop(i)
            self.events.append(self.message())

    def open(self, url):
        self.events = [e for e in self.events if e.get("method") != "Page.loadEventFired"]
        self.call("Page.navigate", url=url)
        self.wait("Page.loadEventFired")

    def run(self, script):
        """The value of an expression, or of its promise."""
        answer = self.call("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, condition):
        """Waits, within the page, until the expression is true; returns its value."""
        return self.run(f"""new Promise((done, fail) => {{
            const end = performance.now() + 60000, look = () => {{
                const value = {condition};
                if (value) done(value);
                else if (performance.now() > end) fail(new Error("never: " + {json.dumps(condition)}));
                else setTimeout(look, 5);
            }};
            look();
        }})""")

    def answer_logins(self, condition, **answer):
        """Answers each question of the browser for a name and a password until the expression is true. Returns how many there were.

        Fetch.enable with handleAuthRequests has to be called before the first of them."""
        asked, end = 0, time.monotonic() + 60 * SLOWER
        while not self.run(condition):
            assert time.monotonic() < end, condition
            for event in [e for e in self.events if e.get("method") in ("Fetch.requestPaused", "Fetch.authRequired")]:
                self.events.remove(event)
                request = event["params"]["requestId"]
                if event["method"] == "Fetch.requestPaused":
                    self.call("Fetch.continueRequest", requestId=request)
                else:
                    asked += 1
                    self.call("Fetch.continueWithAuth", requestId=request, authChallengeResponse=answer)
            time.sleep(0.01)
        return asked

    def press(self, *keys):
        for key in keys:
            of_key = {"key": key, "code": key, "windowsVirtualKeyCode": KEYS[key], "text": {"/": "/", " ": " ", "Enter": "\r"}.get(key, "")}
            self.call("Input.dispatchKeyEvent", type="keyDown", **of_key)
            self.call("Input.dispatchKeyEvent", type="keyUp", **of_key)

    def type(self, text):
        self.call("Input.insertText", text=text)

    def emulate(self, width=1100, height=800, phone=False, dark=False, script=True):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=phone)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        self.call("Emulation.setScriptExecutionDisabled", value=not script)

    def language(self, language):
        self.call("Network.setExtraHTTPHeaders", headers={"Accept-Language": language})

    def screenshot(self, path):
        shot = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(shot))

    def complaints(self):
        """What the console of the page got: errors of scripts, refusals by its policy, failed requests."""
        return [e["params"] for e in self.events if e.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded")]


@contextlib.contextmanager
def chromium():
    """A Page, for as long as the block runs."""
    profile = tempfile.mkdtemp(prefix="leat-chromium-")
    in_read, in_write = os.pipe()
    out_read, out_write = os.pipe()
    # Chromium reads descriptor 3 and writes descriptor 4.
    shell = f'exec "$@" 3<&{in_read} 4>&{out_write}'
    process = subprocess.Popen(("bash", "-c", shell, "bash", "chromium", *FLAGS, f"--user-data-dir={profile}"),
                               pass_fds=(in_read, out_write), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.close(in_read)
    os.close(out_write)
    try:
        yield Page(in_write, out_read)
    finally:
        os.close(in_write)
        process.terminate()
        process.wait()
        os.close(out_read)
        shutil.rmtree(profile, ignore_errors=True)
