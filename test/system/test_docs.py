"""Every command that the documents print is run: those of ```sh blocks as they stand, with a web server at the address that they name.

`make` lines are held against the Makefile instead: running the tests from within the tests would not end.
"""
import functools
import http.server
import os
import re
import signal
import subprocess
import threading
import time

import pytest
from conftest import ROOT, Handler, unprivileged

DOCUMENTS = ["README.md", "README.zh-CN.md", "docs/performance.md"]


def shell_lines():
    for name in DOCUMENTS:
        path = ROOT / name
        if path.exists():
            for block in re.findall(r"^```sh\n(.*?)^```", path.read_text(), re.M | re.S):
                for line in block.splitlines():
                    if line.strip() and not line.startswith("#"):
                        yield name, line
    for line in re.findall(r"^\.Dl (.*)", (ROOT / "man/leat.1").read_text(), re.M):
        yield "man/leat.1", line


@pytest.fixture(scope="module")
def port_8000():
    """The documents' example server: 127.0.0.1:8000."""
    folder = "/usr/share/common-licenses"
    handler = functools.partial(Handler, directory=folder)
    http.server.ThreadingHTTPServer.allow_reuse_address = True
    with http.server.ThreadingHTTPServer(("127.0.0.1", 8000), handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield
        server.shutdown()


LINES = list(dict.fromkeys(line for _, line in shell_lines()))


@pytest.mark.parametrize("line", [line for line in LINES if "http.server" not in line])
def test_a_command_of_the_documents_works(line, bin_dir, scratch, port_8000):
    found = subprocess.run(unprivileged() + ["sh", "-ec", line.replace("/file", "/GPL-3")], cwd=scratch, capture_output=True, text=True, timeout=60,
                           stdin=subprocess.DEVNULL, env={**os.environ, "PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": str(scratch)})
    assert found.returncode == 0, found.stderr


@pytest.mark.parametrize("line", [line for line in LINES if "http.server" in line])
def test_a_server_of_the_documents_answers(line, bin_dir, scratch):
    server = subprocess.Popen(unprivileged() + ["sh", "-ec", "exec " + line], cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env={**os.environ, "PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": str(scratch)})
    try:
        for _ in range(40):
            found = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "5", "http://127.0.0.1:8080/"],
                                   capture_output=True, text=True)
            if found.stdout == "200":
                break
            time.sleep(0.25)
        assert found.stdout == "200"
    finally:
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=30)
    assert server.returncode in (0, 130, -signal.SIGINT), said


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in [*DOCUMENTS, "CONTRIBUTING.md"]:
        if (ROOT / name).exists():
            for target in re.findall(r"(?:^|`)make ([a-z-]+)", (ROOT / name).read_text(), re.M):
                assert target in targets, f"{name}: make {target}"
