"""serve_soak.py LEAT SECONDS: `leat serve` under a mixed load, while its workers are killed, reloaded and short of descriptors.

Clients fetch, on short and kept connections, whole files, ranges, lists and names that are not there; upload, fetch and remove; pipeline; give up;
read slowly; trickle; send junk. Every answer is compared. A request may only fail at the moment when a worker is killed. In the end descriptors and
memory must be what they were after the first seconds. Prints what was done; exits with 1 if anything is wrong.
"""
import contextlib
import hashlib
import http.client
import json
import os
import pathlib
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time

SIZES = {"small": 10, "page": 5000, "half": 16384, "more": 16385, "large": 300_000, "huge": 5_000_000}
CALM = 1.5  # seconds after a worker was killed in which requests may fail
TIMES = 12  # disturbances of each kind, in all, or one of each kind every 10 s


def octets(name):
    return hashlib.shake_128(name.encode()).digest(SIZES[name])


FILES = {name: octets(name) for name in SIZES}


class Soak:
    def __init__(self, port, master, log):
        self.port, self.master, self.log = port, master, log
        self.stop, self.wrong, self.done, self.excused = False, [], {}, 0
        self.disturbed = 0.0  # when a worker was killed
        self.lock = threading.Lock()

    def workers(self):
        with contextlib.suppress(FileNotFoundError):
            return [int(pid) for pid in pathlib.Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()]
        return []

    def count(self, what):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + 1

    def failed(self, what, began, why):
        """A failure is excused if a worker was killed while the request went on."""
        with self.lock:
            if began <= self.disturbed + CALM and time.monotonic() >= self.disturbed:
                self.excused += 1
            else:
                self.wrong.append(f"{what}: {why!r}")

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)

    def ask(self, c, method, path, body=None, **fields):
        c.request(method, path, body=body, headers={name.replace("_", "-"): value for name, value in fields.items()})
        r = c.getresponse()
        return r.status, r.read(), r

    def expect(self, found, status, content=None):
        if found[0] not in status or (content is not None and found[1] != content):
            raise ValueError(f"status {found[0]}, {len(found[1])} octets, not {status}")

    # One of these is a round of a client. @c is a connection that is kept.
    def whole(self, c, dice):
        name = dice.choice(list(FILES))
        self.expect(self.ask(c, "GET", f"/{name}"), [200], FILES[name])

    def part(self, c, dice):
        name = dice.choice(list(FILES))
        a = dice.randrange(SIZES[name])
        b = dice.randrange(a, SIZES[name])
        self.expect(self.ask(c, "GET", f"/{name}", Range=f"bytes={a}-{b}"), [206], FILES[name][a:b + 1])

    def absent(self, c, dice):
        self.expect(self.ask(c, "GET", "/not-there"), [404])

    def head(self, c, dice):
        self.expect(self.ask(c, "HEAD", "/huge"), [200], b"")

    def list(self, c, dice):
        found = self.ask(c, "GET", "/many/?format=json")
        self.expect(found, [200])
        if len(json.loads(found[1])["entries"]) != 500:
            raise ValueError("a list is not complete")

    def unchanged(self, c, dice):
        self.expect(self.ask(c, "GET", "/page", If_None_Match="*"), [304], b"")

    def change(self, c, dice):
        path, content = f"/up/{dice.getrandbits(64):x}", dice.randbytes(dice.choice([0, 10, 20_000, 400_000]))
        self.expect(self.ask(c, "PUT", path, content), [201, 204])
        self.expect(self.ask(c, "GET", path), [200], content)
        self.expect(self.ask(c, "DELETE", path), [204])

    def pipeline(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), 20) as s:
            s.sendall(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n" * 9 + b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = b""
            while piece := s.recv(65536):
                got += piece
        # A server that is about to end closes after any of them.
        if got.count(FILES["page"]) != got.count(b"HTTP/1.1 200 OK\r\n") or (b"HTTP/1.1 200 OK\r\n" not in got):
            raise ValueError("pipelined requests")

    def give_up(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), 20) as s:
            s.sendall(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n")
            s.recv(dice.choice([1, 1000, 100_000]))

    def slowly(self, c, dice):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.settimeout(20)
            s.connect(("127.0.0.1", self.port))
            s.sendall(b"GET /large HTTP/1.0\r\n\r\n")
            got = b""
            while piece := s.recv(4096):
                got += piece
        if not got.endswith(FILES["large"]):
            raise ValueError("a slow reader")

    def trickle(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), 20) as s, contextlib.suppress(ConnectionError):
            while s.send(b"GET / HTTP/1.1\r\nX: y\r\n"[:dice.randrange(1, 20)]) and not self.stop:
                if s.recv(1000):
                    break

    def junk(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), 20) as s, contextlib.suppress(ConnectionError):
            s.sendall(dice.randbytes(dice.randrange(1, 3000)))
            s.shutdown(socket.SHUT_WR)
            while s.recv(65536):
                pass

    def client(self, seed):
        dice = random.Random(seed)
        rounds = [self.whole] * 6 + [self.part] * 4 + [self.absent, self.head, self.list, self.unchanged, self.change, self.change,
                                                       self.pipeline, self.give_up, self.slowly, self.trickle, self.junk]
        c = None
        while not self.stop:
            what, began = dice.choice(rounds), time.monotonic()
            c = c or self.connection()
            try:
                what(c, dice)
                self.count(what.__name__)
                if dice.random() < 0.2:
                    c.close()
            except (OSError, ValueError, http.client.HTTPException) as e:
                # An idle connection may be closed as a request is sent (RFC 9112, 9.5): such a request is repeated.
                if not isinstance(e, (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError)) or what.__name__ in ("slowly", "pipeline"):
                    self.failed(what.__name__, began, e)
                else:
                    self.again(what, c, dice)
                c.close()
                c = None
        if c:
            c.close()

    def again(self, what, c, dice):
        c.close()
        began = time.monotonic()
        try:
            what(c, dice)
            self.count("repeated")
        except (OSError, ValueError, http.client.HTTPException) as e:
            self.failed(what.__name__ + ", repeated", began, e)

    def disturb(self, seconds):
        """Kills, reloads, reopens the log, and takes descriptors away, in turns, until the time is over."""
        end, turn, pause = time.monotonic() + seconds, 0, min(max(seconds / TIMES / 4, 0.5), 2.5)
        while time.monotonic() + 2 * pause < end:
            time.sleep(pause)
            workers = self.workers()
            if turn % 4 == 0:
                os.kill(self.master, signal.SIGHUP)
                self.count("reloads")
            elif turn % 4 == 1 and workers:
                self.disturbed = time.monotonic()
                with contextlib.suppress(ProcessLookupError):
                    os.kill(random.choice(workers), signal.SIGKILL)
                self.count("kills")
            elif turn % 4 == 2:
                self.log.rename(self.log.with_name("old.log"))
                os.kill(self.master, signal.SIGUSR1)
                self.count("logs")
            else:
                self.starve(workers, pause)
            turn += 1
        time.sleep(max(end - time.monotonic(), 0))

    def starve(self, workers, seconds):
        """No new descriptors: connections wait, or are answered with 503."""
        for pid in workers:
            subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={len(os.listdir(f'/proc/{pid}/fd')) + 20}:"], check=False, stderr=subprocess.DEVNULL)
        time.sleep(seconds / 2)
        self.disturbed = time.monotonic()
        for pid in workers:
            subprocess.run(["prlimit", "--pid", str(pid), "--nofile=1024:"], check=False, stderr=subprocess.DEVNULL)
        self.count("shortages")

    def state(self):
        """Descriptors and kB of memory of all processes."""
        fds = kb = 0
        for pid in [self.master, *self.workers()]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                fds += len(os.listdir(f"/proc/{pid}/fd"))
                kb += int(re.search(r"^Pss: +(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
        return fds, kb

    def calm_state(self):
        """The state once nothing changes any more."""
        last, same = None, 0
        for _ in range(300):
            now = self.state()
            same = same + 1 if last and now[0] == last[0] else 0
            if same == 10:
                break
            last = now
            time.sleep(0.1)
        return now


def load(soak, seconds, disturb):
    soak.stop = False
    clients = [threading.Thread(target=soak.client, args=(seed,)) for seed in range(10)]
    for t in clients:
        t.start()
    soak.disturb(seconds) if disturb else time.sleep(seconds)
    soak.stop = True
    for t in clients:
        t.join()


def main(leat, seconds):
    with tempfile.TemporaryDirectory(prefix="leat-soak-serve-") as place:
        site = pathlib.Path(place) / "site"
        (site / "up").mkdir(parents=True)
        (site / "many").mkdir()
        for i in range(500):
            (site / "many" / str(i)).touch()
        for name, content in FILES.items():
            (site / name).write_bytes(content)
        log = pathlib.Path(place) / "access.log"
        server = subprocess.Popen([leat, "serve", str(site), "--bind", "127.0.0.1", "--port", "0", "--log", str(log), "--log-format", "json", "--workers", "2",
                                   "--allow-upload", "--allow-delete", "--head-timeout", "2s", "--drain-timeout", "20s"], stderr=subprocess.PIPE, text=True)
        said = ""
        while "Ctrl-C" not in said and (line := server.stderr.readline()):
            said += line
        soak = Soak(int(re.search(r"http://127\.0\.0\.1:(\d+)/", said)[1]), server.pid, log)
        lines = []
        threading.Thread(target=lambda: lines.extend(server.stderr), daemon=True).start()
        load(soak, max(seconds / 10, 2), False)
        os.kill(server.pid, signal.SIGHUP)  # as the state in the end: workers that are new
        load(soak, 1, False)
        before = soak.calm_state()
        load(soak, seconds, True)
        os.kill(server.pid, signal.SIGHUP)
        load(soak, 1, False)
        after = soak.calm_state()
        left = list((site / "up").iterdir())
        server.terminate()
        status = server.wait(30)
    print(", ".join(f"{n} {what}" for what, n in sorted(soak.done.items())), f"{soak.excused} failed as a worker was killed", sep=", ")
    print(f"descriptors {before[0]} then {after[0]}, kB of memory {before[1]} then {after[1]}; exit status {status}")
    if len(left) > soak.excused + soak.done.get("repeated", 0):
        soak.wrong.append(f"uploads that are left: {left}")
    if abs(after[0] - before[0]) > 4 or after[1] > before[1] * 1.3 + 2000:
        soak.wrong.append("descriptors or memory are not what they were")
    if status:
        soak.wrong.append(f"exit status {status}: {''.join(lines)[-1000:]}")
    for why in soak.wrong[:20]:
        print("WRONG", why)
    return 1 if soak.wrong else 0


sys.exit(main(sys.argv[1], float(sys.argv[2])))
