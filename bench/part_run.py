"""Unmodified programs under `leat run`, as a user without privileges, compared with the same programs on the machine itself and behind other tools."""
import contextlib
import shlex
import shutil
import time

from lib import insides
from lib.iperf import cc_is_there, gbit
from lib.machine import run as run_command, said, started, until
from lib.measure import LESS, MORE
from lib.servers import curl_time, nginx, redis, redis_rate, wrk

TITLE = "unmodified programs under leat run"
NGINX_PORT, REDIS_PORT, WEB_PORT = 8080, 6380, 8000  # each subject has its own port, counted from these
CURLS, CURL_STARTS = 250, 40


def all_insides(b, stack):
    """Returns the places, leat first: ratios compare it with the others."""
    leat = b.scratch / "leat"
    shutil.copy(b.build / "leat", leat)
    found = [insides.Leat(leat), insides.Native()]
    with b.section("the bare pump"):
        pump = b.scratch / "pump"
        shutil.copy(b.program("pump"), pump)
        found.append(insides.Pump(pump))
    ports = [port + len(found) + 1 for port in (NGINX_PORT, REDIS_PORT)]
    return found + stack.enter_context(insides.all_of(b, ("slirp4netns", "pasta"), ports))


def bulk(b, places):
    with started("iperf3", "-s", "--forceflush") as server:
        until(lambda: "Server listening" in said(server), "iperf3", server)
        for options, words in (([], "upload"), (["-R"], "download")):
            subjects = {}
            for p in places:
                if isinstance(p, insides.Native):
                    # Some machines allow only root to select cubic. This program runs as root.
                    subjects.update({f"native, {cc}": lambda cc=cc, options=options: gbit([], "127.0.0.1", "-C", cc, *options) for cc in ("cubic", "bbr") if cc_is_there(cc)})
                else:
                    subjects[p.name] = lambda p=p, options=options: gbit(p.client(), p.host, *options)
            b.group(f"iperf3, {words}", "Gbit/s", MORE, subjects, slow=True)


def web_server_inside(b, places):
    for workers in (1, 3):
        for keep_alive, words in ((True, "kept connections"), (False, "one connection per request")):
            def figure(p, port, workers=workers, keep_alive=keep_alive):
                with nginx(b, p, port, workers):
                    return wrk([], "127.0.0.1", port, keep_alive)
            b.group(f"nginx inside, {workers} worker{'s' if workers > 1 else ''}, wrk outside, {words}", "requests a second", MORE,
                    {p.name: lambda p=p, port=NGINX_PORT + i: figure(p, port) for i, p in enumerate(places) if p.name != "bare pump"}, slow=True)


def web_client_inside(b, places):
    with nginx(b, insides.Native(), WEB_PORT, 1):
        for keep_alive, words in ((True, "kept connections"), (False, "one connection per request")):
            b.group(f"wrk inside, nginx outside, {words}", "requests a second", MORE,
                    {p.name: lambda p=p, k=keep_alive: wrk(p.client(), p.host, WEB_PORT, k) for p in places}, slow=True)
        curl(b, places)


def curl(b, places):
    def loop_inside(p):
        one = f"curl -s -o /dev/null http://{p.host}:{WEB_PORT}/index.html"
        loop = f"i=0; while [ $i -lt {CURLS} ]; do {one} || exit 1; i=$((i+1)); done"
        start = time.monotonic()
        run_command(*p.client("sh", "-c", loop), timeout=60, cwd="/")
        return (time.monotonic() - start) * 1000 / CURLS

    b.group("curl repeatedly, all runs in one place", "ms a run", LESS, {p.name: lambda p=p: loop_inside(p) for p in places}, slow=True)
    # slirp4netns and pasta were set up once, above. Starting them each time would measure the namespaces.
    starters = [p for p in places if p.name in ("leat", "native", "bare pump")]
    b.group("curl repeatedly, each run in a new place", "ms a run", LESS, {
        p.name: lambda p=p: curl_time(shlex.join(map(str, p.client("curl", "-s", "-o", "/dev/null", f"http://{p.host}:{WEB_PORT}/index.html"))), CURL_STARTS)
        for p in starters}, slow=True)


def redis_inside(b, places):
    def group(name, unit, better, figure):
        def one(p, port):
            with redis(b, p, port):
                return figure(port)
        b.group(name, unit, better, {p.name: lambda p=p, port=REDIS_PORT + i: one(p, port) for i, p in enumerate(places) if p.name != "bare pump"}, slow=True)

    group("redis inside, 20 clients outside", "GETs a second", MORE, lambda port: redis_rate(port, 20, 1, 20000))
    group("redis inside, 20 clients outside, 16 requests at once", "GETs a second", MORE, lambda port: redis_rate(port, 20, 16, 100000))
    group("redis inside, one client outside, one request at a time", "us a request", LESS, lambda port: 1e6 / redis_rate(port, 1, 1, 3000))


def run(b):
    b.note(f"As uid 65534, over a link without impairments. Sockets that select no congestion control, including the gateway's outside sockets, have {b.default_cc}. "
           "The bare pump is the same interposition (seccomp, a proxy socket, a copy in each direction) with the host's TCP and without Leat's stack; it serves clients only. "
           "slirp4netns has MTU 65520, pasta its default.")
    with contextlib.ExitStack() as stack:
        places = all_insides(b, stack)
        for what, part in (("iperf3", bulk), ("nginx", web_server_inside), ("wrk", web_client_inside), ("redis", redis_inside)):
            with b.section(what):
                part(b, places)
