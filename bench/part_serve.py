"""`leat serve`, compared with nginx and lighttpd: each on one core, with an access log."""
import contextlib
import os

from lib import web
from lib.machine import run as run_command
from lib.measure import LESS, MORE, NotMeasured

TITLE = "files over HTTP, by a server on one core"
PAIRS = 7  # figures of each server in a row
SMALL, LARGE = 612, ((100_000, "100 kB", "k100.bin"), (1_000_000, "1 MB", "m1.bin"))
HUGE = 1 << 30
LISTED = 10_000
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
    return root


def small(b, servers):
    for connections in (1, 10, 1000):
        b.group(f"{SMALL} octets, {connections:,} kept connection{'s' if connections > 1 else ''}", "requests a second", MORE,
                {s.name: lambda s=s, n=connections: web.rate(web.wrk(s.url("small.html"), n)) for s in servers}, slow=True)
    b.group(f"{SMALL} octets, a connection each", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("small.html"), 10, keep_alive=False)) for s in servers}, slow=True)
    b.group("404, 10 kept connections", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("absent.html"), 10, status=404)) for s in servers}, slow=True)


def large(b, servers):
    for _, words, name in LARGE:
        for keep_alive, how in ((True, "10 kept connections"), (False, "a connection each")):
            b.group(f"{words}, {how}", "requests a second", MORE,
                    {s.name: lambda s=s, n=name, k=keep_alive: web.rate(web.wrk(s.url(n), 10, k)) for s in servers}, slow=True)

    def huge(s):
        out = run_command(*web.CLIENT_CORE, "curl", "-s", "-o", "/dev/null", "-w", "%{speed_download}", s.url("g1.bin"), timeout=60)
        return float(out) / 1e9

    b.group("1 GB, one client", "GB/s", MORE, {s.name: lambda s=s: huge(s) for s in servers}, slow=True)


def listing(b, servers):
    b.group(f"a folder of {LISTED:,} files, one kept connection", "requests a second", MORE,
            {s.name: lambda s=s: web.rate(web.wrk(s.url("listed/"), 1, seconds=2)) for s in servers}, slow=True)


def idle(b, servers):
    def memory(s):
        with s.running(), web.idle_connections(s, IDLE):
            return s.pss()

    b.group(f"{IDLE:,} idle connections", "KiB of all processes", LESS, {s.name: lambda s=s: memory(s) for s in servers}, slow=True)


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

    b.group(f"99.9th percentile beside {SLOW} slow clients", "us", LESS, {s.name: lambda s=s: tail(s) for s in servers}, slow=True)


def run(b):
    b.note("Servers have the first core, clients (wrk, curl) the second. nginx is as Debian ships it, but for bounds that the rows exceed; once with its open_file_cache. "
           "All write an access log in the combined form.")
    if b.slow_rounds > 1:
        b.slow_rounds = max(b.slow_rounds, PAIRS)
    servers = web.all_servers(b, make_folder(b))
    with contextlib.ExitStack() as stack:
        up = []
        for s in servers:
            with b.section(s.name):
                stack.enter_context(s.running())
                up.append(s)
        for what, part in (("small files", small), ("large files", large), ("a listing", listing), ("slow clients", beside_slow_clients)):
            with b.section(what):
                part(b, up)
    with b.section("idle connections"):
        idle(b, servers)
