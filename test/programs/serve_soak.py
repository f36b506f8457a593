"""serve_soak.py LEAT SECONDS: `leat serve` under a mixed load, while its workers are killed, reloaded and short of descriptors.

Clients fetch, on short and kept connections, whole files, ranges, lists, archives and names that are not there; upload, fetch and remove; pipeline; give
up; read slowly; trickle; send junk. `leat get` and wrk do the same as programs of their own. Every answer is compared. A request may only fail at the moment
when a worker is killed. Descriptors and memory must be what they were: of workers that have served for a while, and of new ones after all that happened.
Prints what was done; exits with 1 if anything is wrong.
"""
import contextlib
import http.client
import os
import pathlib
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time

from soak_clients import FILES, MANY, WRK_CONNECTIONS, Client

CALM = 1.5  # seconds after a worker was killed in which requests may fail
ROUNDS = 30  # of those that are the most frequent, which a load consists of at least; a busy machine needs longer for them
TIMES = 12  # disturbances of each kind, in all, or one of each kind every 10 s


class Soak(Client):
    def __init__(self, leat, port, master, log):
        super().__init__(leat, port)
        self.master, self.log = master, log
        self.wrong, self.done, self.excused = [], {}, 0
        self.disturbed, self.reloads = 0.0, 0  # when a worker was killed; how often workers were replaced
        self.lock = threading.Lock()

    def workers(self):
        with contextlib.suppress(FileNotFoundError):
            return [int(pid) for pid in pathlib.Path(f"/proc/{self.master}/task/{self.master}/children").read_text().split()]
        return []

    def count(self, what, times=1):
        with self.lock:
            self.done[what] = self.done.get(what, 0) + times

    def rounds(self):
        return self.done.get("whole", 0) + self.done.get("part", 0)

    def failed(self, what, began, why):
        """A failure is excused if a worker was killed while the request went on."""
        with self.lock:
            if began <= self.disturbed + CALM and time.monotonic() >= self.disturbed:
                self.excused += 1
            else:
                self.wrong.append(f"{what}: {why!r}")

    def client(self, seed):
        dice = random.Random(seed)
        rounds = [self.whole] * 6 + [self.part] * 4 + [self.change] * 2 + [
            self.absent, self.head, self.list, self.unchanged, self.archive, self.archive_given_up, self.leat_get, self.pipeline, self.give_up, self.slowly,
            self.trickle, self.junk]
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

    def loader(self):
        while not self.stop:
            began, reloads = time.monotonic(), self.reloads
            answered, closed, failed, refused = self.wrk()
            self.count("requests of wrk", answered)
            # Workers that end at a reload close the connections on which no request has come yet.
            if failed or refused or closed > WRK_CONNECTIONS * (self.reloads - reloads):
                self.failed("wrk", began, f"{closed} closed, {failed} failed" + ", refused" * refused)

    def disturb(self, seconds):
        """Kills, reloads, reopens the log, and takes descriptors away, in turns, until the time is over."""
        end, turn, pause = time.monotonic() + seconds, 0, min(max(seconds / TIMES / 4, 0.5), 2.5)
        while time.monotonic() + 2 * pause < end:
            time.sleep(pause)
            workers = self.workers()
            if turn % 4 == 0:
                self.reload()
                self.count("reloads")
            elif turn % 4 == 1 and workers:
                self.kill(random.choice(workers))
            elif turn % 4 == 2:
                self.log.rename(self.log.with_name("old.log"))
                os.kill(self.master, signal.SIGUSR1)
                self.count("logs")
            else:
                self.starve(workers, pause)
            turn += 1
        time.sleep(max(end - time.monotonic(), 0))

    def kill(self, worker):
        self.disturbed = time.monotonic()
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
        while worker in self.workers():
            time.sleep(0.01)
        self.disturbed = time.monotonic()
        self.count("kills")

    def reload(self):
        self.reloads += 1
        os.kill(self.master, signal.SIGHUP)

    def starve(self, workers, seconds):
        """No new descriptors: connections wait, or are answered with 503."""
        for pid in workers:
            with contextlib.suppress(FileNotFoundError):  # it has ended
                limit = len(os.listdir(f"/proc/{pid}/fd")) + 20
                subprocess.run(["prlimit", "--pid", str(pid), f"--nofile={limit}:"], check=False, stderr=subprocess.DEVNULL)
        time.sleep(seconds / 2)
        self.disturbed = time.monotonic()
        for pid in workers:
            subprocess.run(["prlimit", "--pid", str(pid), "--nofile=1024:"], check=False, stderr=subprocess.DEVNULL)
        self.count("shortages")

    def state(self):
        """The number of processes, and the descriptors and kB of memory of all of them."""
        processes = fds = kb = 0
        for pid in [self.master, *self.workers()]:
            with contextlib.suppress(FileNotFoundError, ProcessLookupError, PermissionError):
                fds += len(os.listdir(f"/proc/{pid}/fd"))
                kb += int(re.search(r"^Pss: +(\d+)", pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text(), re.M)[1])
                processes += 1
        return processes, fds, kb

    def calm_state(self, before=None):
        """The state once nothing changes any more. It has time to become what it was @before: files that no one asks for are closed a while later."""
        last, same = None, 0
        for _ in range(600):
            now = self.state()
            same = same + 1 if last and now[:2] == last[:2] else 0
            if same >= 10 and not (before and grown(before, now)):
                break
            last = now
            time.sleep(0.1)
        return now


def load(soak, seconds, disturb):
    soak.stop = False
    clients = [threading.Thread(target=work, args=more, daemon=True) for work, *more in [*[(soak.client, seed) for seed in range(10)], (soak.loader,)]]
    for t in clients:
        t.start()
    least = soak.rounds() + ROUNDS
    soak.disturb(seconds) if disturb else time.sleep(seconds)
    while soak.rounds() < least and not soak.wrong:
        time.sleep(0.1)
    soak.stop = True
    for t in clients:
        t.join()


def grown(before, after):
    """True if there are other processes, or if descriptors or memory are more than measuring may add; see Soak.state()."""
    return after[0] != before[0] or after[1] > before[1] + 4 or after[2] > before[2] * 1.3 + 2000


def make_site(place):
    site = place / "site"
    (site / "up").mkdir(parents=True)
    (site / "many").mkdir()
    for i in range(MANY):
        (site / "many" / str(i)).touch()
    for name, content in FILES.items():
        (site / name).write_bytes(content)
    return site


def run(soak, seconds):
    """The whole load. Returns the states: of workers that have served for a tenth of the time, and for two tenths; of new ones, and of new ones in the end."""
    states = []
    for disturbed in (False, False, None, True):
        if disturbed is not None:
            load(soak, seconds if disturbed else max(seconds / 10, 2), disturbed)
        if disturbed is not False:
            soak.reload()
            load(soak, 1, False)
        states.append(soak.calm_state(states[-1] if len(states) % 2 else None))
    return states


def main(leat, seconds):
    with tempfile.TemporaryDirectory(prefix="leat-soak-serve-") as name:
        place = pathlib.Path(name)
        site, log = make_site(place), place / "access.log"
        server = subprocess.Popen([leat, "serve", str(site), "--bind", "127.0.0.1", "--port", "0", "--log", str(log), "--log-format", "json", "--workers", "2",
                                   "--allow-upload", "--allow-delete", "--head-timeout", "10s", "--drain-timeout", "60s"], stderr=subprocess.PIPE, text=True)
        said = ""
        while "Ctrl-C" not in said and (line := server.stderr.readline()):
            said += line
        soak = Soak(leat, int(re.search(r"http://127\.0\.0\.1:(\d+)/", said)[1]), server.pid, log)
        lines = []
        threading.Thread(target=lambda: lines.extend(server.stderr), daemon=True).start()
        states = run(soak, seconds)
        left = list((site / "up").iterdir())
        server.terminate()
        status = server.wait(60)
    print(", ".join(f"{n} {what}" for what, n in sorted(soak.done.items())), f"{soak.excused} failed as a worker was killed", sep=", ")
    print("processes, descriptors and kB of memory: " + ", then ".join(" ".join(map(str, state)) for state in states) + f"; exit status {status}")
    if len(left) > soak.excused + soak.done.get("repeated", 0):
        soak.wrong.append(f"uploads that are left: {left}")
    if grown(*states[:2]):
        soak.wrong.append("workers that serve for longer have more descriptors or memory")
    if grown(*states[2:]):
        soak.wrong.append("descriptors or memory are not what they were")
    soak.wrong += [line.strip() for line in lines if re.search(r"ended with status|ended by signal (?!9 )|cannot|Sanitizer|runtime error", line)]
    if status:
        soak.wrong.append(f"exit status {status}: {''.join(lines)[-1000:]}")
    for why in soak.wrong[:20]:
        print("WRONG", why)
    return 1 if soak.wrong else 0


sys.exit(main(os.path.abspath(sys.argv[1]), float(sys.argv[2])))
