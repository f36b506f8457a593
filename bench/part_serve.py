"""`leat serve`, compared with nginx and lighttpd, and with itself under `leat run`; `leat get`, compared with curl. Servers have one core, clients the other."""
import contextlib
import functools
import os
import pathlib
import shutil

from lib import clients, web
from lib.machine import run as run_command
from lib.machine import run_json
from lib.measure import LESS, MORE, NotMeasured

TITLE = "files over HTTP, by a server on one core"
PAIRS = 7  # figures of each server in a row
NGINX = ("nginx", "nginx, open_file_cache")
# Goals: ratios that each row, the rows with small files together, and idle connections should have to these. lighttpd is shown beside them.
EACH, MEAN, MEMORY = dict.fromkeys((*NGINX, "curl"), 0.97), dict.fromkeys(NGINX, 1.2), dict.fromkeys(NGINX, 1.0)
ROOT = pathlib.Path(__file__).resolve().parent.parent
SMALL, LARGE = 612, ((100_000, "100 kB", "k100.bin"), (1_000_000, "1 MB", "m1.bin"))
HUGE = 1 << 30
LISTED = 10_000
SEEN = 50_000  # entries of the folder that a browser opens
IDLE = 10_000
SLOW = 100
TAIL = """done = function(summary, latency, requests) io.write("p99.9: " .. latency:percentile(99.9) .. "\\n") end\n"""


def make_folder(b):
    root = b.scratch / "www"
    (root / "listed").mkdir(parents=True)
    (root / "small.html").write_bytes(b"x" * SMALL)
    for octets, _, name in LARGE:
        (root / name).write_bytes(os.urandom(octets))
    with open(root / "g1.bin", "wb") as f:
        for _ in range(HUGE >> 24):
            f.write(os.urandom(1 << 20) * 16)
    for i in range(LISTED):
        (root / "listed" / f"file-{i:05}.txt").write_bytes(b"")
    (root / "seen").mkdir()
    for i in range(SEEN):
        (root / "seen" / f"file-{i:05}.txt").write_bytes(b"")
    return root


def small(b, servers):
    first = len(b.groups)
    for connections in (1, 10, 1000):
        b.group(f"{SMALL} octets, {connections:,} kept connection{'s' if connections > 1 else ''}", "requests a second", MORE,
                {s.name: lambda s=s, n=connections: web.rate(web.wrk(s.url("small.html"), n)) for s in servers}, slow=True, goals=EACH)
    b.group(f"{SMALL} octets, a connection each", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("small.html"), 10, keep_alive=False)) for s in servers}, slow=True, goals=EACH)
    b.group("404, 10 kept connections", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("absent.html"), 10, status=404)) for s in servers}, slow=True, goals=EACH)
    b.mean("small files", b.groups[first:], MEAN)


def large(b, servers):
    for _, words, name in LARGE:
        for keep_alive, how in ((True, "10 kept connections"), (False, "a connection each")):
            b.group(f"{words}, {how}", "requests a second", MORE,
                    {s.name: lambda s=s, n=name, k=keep_alive: web.rate(web.wrk(s.url(n), 10, k)) for s in servers}, slow=True, goals=EACH)

    def huge(s):
        out = run_command(*web.CLIENT_CORE, "curl", "-s", "-o", "/dev/null", "-w", "%{speed_download}", s.url("g1.bin"), timeout=60)
        return float(out) / 1e9

    b.group("1 GB, one client", "GB/s", MORE, {s.name: lambda s=s: huge(s) for s in servers}, slow=True, goals=EACH)


def listing(b, servers):
    b.group(f"a folder of {LISTED:,} files, one kept connection", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("listed/"), 1, seconds=2)) for s in servers}, slow=True, goals=EACH)


def in_a_browser(b, servers):
    """What a person waits for. Only Leat's page has a search."""
    def opened(s, what):
        chromium = shutil.which("chromium")
        if not chromium or not (ROOT / "test/browser/node_modules").exists():
            raise NotMeasured("no Chromium or no playwright-core: see tools/deps test")
        return run_json("env", f"CHROMIUM={chromium}", "node", ROOT / "bench/page.js", s.url("seen/"), "-4999", timeout=300)[what]

    name = f"a folder of {SEEN:,} files in Chromium: "
    b.aspects([(name + "the first row is painted", "ms", LESS)], {s.name: functools.partial(opened, s, "row") for s in servers}, rounds=3)
    b.aspects([(name + "what a search finds is painted", "ms", LESS)], {"leat": functools.partial(opened, servers[0], "found")}, rounds=3)


def idle(b, servers):
    def memory(s):
        with s.running(), web.idle_connections(s, IDLE):
            return s.pss()

    b.group(f"{IDLE:,} idle connections", "KiB of all processes", LESS, {s.name: lambda s=s: memory(s) for s in servers}, slow=True, goals=MEMORY)


def beside_slow_clients(b, servers):
    script = b.scratch / "tail.lua"
    script.write_text(TAIL)

    def tail(s):
        with web.slow_clients(s, SLOW):
            out = web.wrk(s.url("small.html"), 10, script=script)
        found = next((float(line.split()[1]) for line in out.splitlines() if line.startswith("p99.9:")), None)
        if found is None:
            raise NotMeasured("wrk: no latency")
        return found

    b.group(f"99.9th percentile beside {SLOW} slow clients", "us", LESS, {s.name: lambda s=s: tail(s) for s in servers}, slow=True, goals=EACH)


def fetching(b, servers):
    """`leat get` and curl, from nginx: wall clock and processor time of the same runs."""
    nginx = next(s for s in servers if s.name == "nginx")
    one, many = nginx.url("g1.bin"), nginx.url("small.html?[1-1000]")
    for what, words, parallel in (("1 GB to a file", ["-o", "out", one], False), ("1 GB to /dev/null", ["-o", "/dev/null", one], False),
                                  (f"1,000 files of {SMALL} octets, one connection", ["-o", "/dev/null", many], False),
                                  (f"1,000 files of {SMALL} octets, 8 connections", ["-o", "/dev/null", many], True)):
        b.aspects([(f"leat get, {what}: wall clock", "s", LESS), (f"leat get, {what}: processor", "CPU s", LESS)],
                  {name: lambda c=c, w=words, p=parallel: clients.cost(b, c, w, p) for name, c in clients.BOTH.items()}, slow=True, goals=EACH)


def inside(b, root):
    """The same server on the machine itself and under `leat run`, where wrk reaches its published port."""
    with contextlib.ExitStack() as stack:
        places = [stack.enter_context(s.running()) for s in (web.leat_inside(b, root, 8104), web.leat_outside(b, root, 8105))]
        for path, words, keep_alive in (("small.html", f"{SMALL} octets, 10 kept connections", True), ("small.html", f"{SMALL} octets, a connection each", False),
                                        ("k100.bin", "100 kB, 10 kept connections", True), ("m1.bin", "1 MB, 10 kept connections", True)):
            b.group(f"leat serve under leat run, {words}", "requests a second", MORE,
                    {s.name: lambda s=s, p=path, k=keep_alive: web.rate(web.wrk(s.url(p), 10, k)) for s in places}, slow=True)


def run(b):
    b.note("Servers have the first core and one worker, clients (wrk, curl, leat get) the second. nginx is as Debian ships it, but for bounds that the rows exceed; once "
           "with its open_file_cache. All write an access log in the combined form. Memory is that of all processes of a server.")
    if b.slow_rounds > 1:
        b.slow_rounds = max(b.slow_rounds, PAIRS)
    servers = web.all_servers(b, make_folder(b))
    with contextlib.ExitStack() as stack:
        up = []
        for s in servers:
            with b.section(s.name):
                stack.enter_context(s.running())
                up.append(s)
        for what, part in (("small files", small), ("large files", large), ("a listing", listing), ("a browser", in_a_browser), ("slow clients", beside_slow_clients), ("leat get", fetching)):
            with b.section(what):
                part(b, up)
    with b.section("leat run"):
        inside(b, servers[0].root)
    with b.section("idle connections"):
        idle(b, servers)
