"""Every command in the documents works: those of ```sh blocks are run unchanged, with a web server at the address that they name.

The commands in README.md's table of topics are run, too, and must print what the table claims.
`make` lines are only compared with the Makefile: `make test` would run these tests again.
Files and functions that the documents name must exist.
"""
import fnmatch
import functools
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import tempfile

import pytest
from conftest import ROOT, unprivileged
from servers import web_server
from waiting import answers, until

DOCUMENTS = ["README.md", "README.zh-CN.md", "docs/performance.md"]


def shell_lines():
    for name in DOCUMENTS:
        path = ROOT / name
        if path.exists():
            for block in re.findall(r"^```sh\n(.*?)^```", path.read_text(), re.M | re.S):
                for line in block.splitlines():
                    if line.strip() and not line.startswith("#"):
                        yield name, line
    for name in ("man/leat.1", "man/leat-get.1", "man/leat-serve.1"):
        for line in re.findall(r"^\.Dl (.*)", (ROOT / name).read_text(), re.M):
            yield name, line.replace("\\-", "-")


def is_server(line):
    """True if the command serves port 8080 until it is ended."""
    return "http.server" in line or (line.startswith("leat serve") and "--check" not in line)


def blocks(name):
    return re.findall(r"^```sh\n(.*?)^```", (ROOT / name).read_text(), re.M | re.S)


def topics(name):
    """Maps each row of the README's table to its commands."""
    rows = re.findall(r"^\| ([A-Z]\d+) \|[^|]*\|([^|]*)\|$", (ROOT / name).read_text(), re.M)
    return {row: [c for c in re.findall(r"`((?:leat|tshark) [^`]*)`", cell) if c != "leat run"] for row, cell in rows}


# For each command of a row, what it must print.
EVIDENCE = {
    "A1": [r"(?s)Ethernet II,.*Internet Protocol Version 4,.*Transmission Control Protocol,.*Hypertext Transfer Protocol"],
    "B1": [r"02:6c:65:61:74:01\t02:6c:65:61:74:02\t10\.0\.2\.15\t10\.0\.2\.2"],
    "B2": [r"(?s)ARP who has 10\.0\.2\.2\? tell 10\.0\.2\.15.*ARP 10\.0\.2\.2 is at", r"(?s)neighbor solicitation fd00:2::2.*neighbor advertisement fd00:2::2 solicited"],
    "C2": [r"(?s)echo request .* at 0 len 1480 more.*frag \d+ at 2960 len 48.*echo reply", r"(?m)^ 1  10\.0\.2\.2  \d{2,}\.\d+ ms  \d{2,}\.\d+ ms  \d{2,}\.\d+ ms$"],
    "D1": [r"(?s)10\.0\.2\.2:9 UDP len 2.*port unreachable"],
    "E1": [r"(?s)SYN-SENT +──▶ SYN at 0.*◀── SYN\+ACK at 0, ack 1.*ESTABLISHED +──▶ ACK at 1, ack 1"],
    "E2": [r"(?s)FIN-WAIT-1 .*CLOSE-WAIT.*LAST-ACK.*TIME-WAIT"],
    "E3": [r"(?s)mss 1460, wscale 7, SACK, timestamps.*ack \d+, window \d+, has \d+–\d+"],
    "E4": [r"(?s)lost on the way.*again: fast retransmit"],
    "E5": [r"(?s)window 0 .*again: zero-window probe"],
    "E6": [r"cwnd [0-9.]+ (kB|bytes), ssthresh"],
    "E7": [r"(?s)ACK at 0, ack 1, .*◀── ACK at 1, ack 1, .*ACK at 0, ack 1, .*◀── ACK at 1, ack 1, "],
    # Nagle: what was written before the first segment left, and all the rest in one more segment.
    "E8": [r"(?s) 9 octets from 1,|" + "|".join(rf" {n} octets from 1,.* {9 - n} octets from {n + 1}," for n in range(1, 9))],
    "E9": [r"1 new, .*\n0 new, ", r"1 new, .*\n1 new, "],
    "J2": [r"(?s)Connected to 127\.0\.0\.1 .*> GET / HTTP/1\.1.*< HTTP/1\.[01] 200"],
}
TOPICS = [(row, at, line) for row, lines in topics("README.md").items() for at, line in enumerate(lines) if not is_server(line)]


@pytest.fixture(scope="module")
def port_8000():
    """The server of the documents' examples at 127.0.0.1:8000, with the file that they fetch."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-web-"))
    (folder / "file").write_bytes(random.Random(1).randbytes(2_000_000))
    with web_server(folder, port=8000):
        yield
    shutil.rmtree(folder)


def settings(folder):
    """The file of the examples of `leat serve --config`."""
    (folder / "serve.yaml").write_text("port: 8080\nbind: 127.0.0.1\n")


def run_line(line, bin_dir, folder):
    settings(folder)
    return subprocess.run(unprivileged() + ["sh", "-ec", line], cwd=folder, capture_output=True, text=True, errors="replace", timeout=60,
                          stdin=subprocess.DEVNULL, env={**os.environ, "PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": str(folder)})


LINES = list(dict.fromkeys(line for _, line in shell_lines()))


@pytest.fixture(scope="module")
def capture(bin_dir, port_8000):
    """The capture that the first command of README.md writes."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-test-"))
    folder.chmod(0o777)
    found = run_line(next(line for line in LINES if "--capture demo.pcapng" in line), bin_dir, folder)
    assert found.returncode == 0, found.stderr
    yield folder / "demo.pcapng"
    shutil.rmtree(folder)


@pytest.mark.parametrize("line", [line for line in LINES if not is_server(line)])
def test_a_command_of_the_documents_works(line, bin_dir, scratch, capture):
    if line.startswith("tshark"):
        shutil.copy(capture, scratch)
    found = run_line(line, bin_dir, scratch)
    assert found.returncode == 0, found.stderr
    assert found.stdout or not line.startswith("tshark"), "no output"


@pytest.mark.parametrize("row, at, line", TOPICS, ids=[f"{row}-{at}" for row, at, _ in TOPICS])
def test_a_row_of_the_topics_is_shown(row, at, line, bin_dir, scratch, capture):
    if line.startswith("tshark"):
        shutil.copy(capture, scratch)
    found = run_line(line, bin_dir, scratch)
    assert found.returncode == 0, found.stderr
    assert re.search(EVIDENCE[row][at], found.stdout + found.stderr), (found.stdout + found.stderr)[-4000:]


def test_both_readmes_have_the_same_commands():
    assert blocks("README.md")
    assert len(topics("README.md")) == 30
    assert blocks("README.zh-CN.md") == blocks("README.md")
    assert topics("README.zh-CN.md") == topics("README.md")


@pytest.mark.parametrize("line", [line for line in LINES if is_server(line)])
def test_a_server_of_the_documents_answers(line, bin_dir, scratch):
    settings(scratch)
    server = subprocess.Popen(unprivileged() + ["sh", "-ec", "exec " + line], cwd=scratch, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, env={**os.environ, "PATH": f"{bin_dir}:/usr/bin:/bin", "HOME": str(scratch)})
    try:
        until(lambda: answers(8080, b"GET / HTTP/1.0\r\n\r\n"), "no server at port 8080", proc=server)
        found = subprocess.run(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "60", "http://127.0.0.1:8080/"],
                               capture_output=True, text=True)
        assert found.stdout == "200"
    finally:
        server.send_signal(signal.SIGINT)
        said, _ = server.communicate(timeout=60)
    assert server.returncode in (0, 130, -signal.SIGINT), said


def test_every_make_target_that_the_documents_name_exists():
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text(), re.M))
    for name in [*DOCUMENTS, "CONTRIBUTING.md"]:
        if (ROOT / name).exists():
            for target in re.findall(r"(?:^|`)make ([a-z0-9-]+)", (ROOT / name).read_text(), re.M):
                assert target in targets, f"{name}: make {target}"


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_package_that_is_installed_is_named_with_what_it_is_for(name):
    groups = re.findall(r"^(?:run|test|bench|kernel|arm64)='([^']*)'", (ROOT / "tools/deps").read_text(), re.M)
    installed = {package for group in groups for package in group.split()}
    rows = re.findall(r"^\| (gcc,.*?)\n\n", (ROOT / name).read_text(), re.M | re.S)[0].splitlines()
    named = {package for row in rows for package in row.strip("| ").split(" | ")[0].split(", ")}
    assert installed == named


NAMING = [*DOCUMENTS, "CONTRIBUTING.md", *sorted(str(path.relative_to(ROOT)) for path in (ROOT / "docs/design").glob("*.md"))]
FOLDERS = ["bench", "docs", "examples", "fuzz", "include", "man", "src", "test", "tools"]
# Placeholders, what `make bench` writes, and what belongs to packetdrill or to the kernel.
NOT_OURS = {"src/cli/cmd_NAME.c", "fuzz/NAME.c", "bench/part_NAME.py", "test_thing.c", "results.json", "results.md", "run_all.py",
            "sock_dequeue_err_skb", "sock_writeable", "tun_get_user"}


@functools.cache
def tree():
    files = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*") if path.is_file()]
    files += [path for path in ROOT.iterdir() if path.is_file()]
    code = "\n".join(path.read_text() for path in files if path.suffix in (".c", ".h", ".py"))
    return ["/" + str(path.relative_to(ROOT)) for path in files], set(re.findall(r"\w+", code))


@pytest.mark.parametrize("name", NAMING)
def test_files_and_functions_that_a_document_names_exist(name):
    files, words = tree()
    missing = []
    for span in re.findall(r"`([^`\n]+)`", (ROOT / name).read_text()):
        if re.fullmatch(r"[\w./*-]+\.(c|h|py|md|json|txt)", span) and not any(fnmatch.fnmatchcase(file, "*/" + span) for file in files):
            missing.append(span)
        missing += [function for function in re.findall(r"\b([a-z_]\w+)\(\)", span) if function not in words]
        missing += [tag for tag in re.findall(r"\bstruct ([a-z_]\w+)", span) if tag not in words]
    assert set(missing) <= NOT_OURS


def test_functions_that_leat_3_names_are_declared():
    named = set(re.findall(r"^\.Fn (leat_\w+)", (ROOT / "man/leat.3").read_text(), re.M))
    assert named <= set(re.findall(r"\b(leat_\w+)\(", (ROOT / "include/leat.h").read_text()))


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_the_drawing_of_the_tree_has_the_order_of_the_layers(name):
    drawn = " ".join(re.findall(r"^((?:[a-z]+ )+) +\S", (ROOT / name).read_text().split("\n## ")[-2], re.M)).split()
    lines = [line.split() for line in (ROOT / "layers.txt").read_text().splitlines() if line[:1] != "#"]
    order = [layer for line in lines for layer in line if "/" not in layer]
    assert drawn == [layer for layer in order if layer in drawn] and len(drawn) > 15
