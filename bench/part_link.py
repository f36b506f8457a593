"""The emulated link alone: how many frames it can impair, and how exact it is, in virtual time and with a real clock."""
import pathlib
import shutil
import statistics

from lib import insides
from lib.machine import run as run_command
from lib.measure import LESS, MORE, NotMeasured

TITLE = "the emulated link"
ECHOES, DATA, FRAME = 150, 1400, 1400 + 8 + 20 + 14
RATES = (("1mbit", 1e6), ("10gbit", 1e10))
DELAY_MS = 10


def by_itself(b):
    for words, options in (("nothing impaired", ()), ("1 gbit and 20 ms", ("--rate", 1e9, "--delay", 20000)),
                           ("loss, duplication, reordering, corruption, jitter", ("--impair", 1, "--delay", 1000))):
        b.group(f"frames of 1,514 octets, {words}", "frames a second", MORE,
                {"leat": lambda o=options: b.figure("leat_link", "per_second", "--seconds", b.seconds, *o)})
    for words, rate in RATES:
        b.group(f"virtual time, {words}, {DELAY_MS} ms: the worst frame", "ns off", LESS,
                {"leat": lambda r=rate: b.figure("leat_link", "worst_error_ns", "--rate", r, "--delay", DELAY_MS * 1000, "--seconds", b.seconds)})


def round_trips(b, leat, rate):
    """Returns the milliseconds of each echo over a link of @rate."""
    command = leat.client("/usr/bin/python3", b.scratch / "echoes.py", "10.0.2.2", ECHOES, DATA)
    command[command.index("--"):command.index("--")] = ["--delay", f"{DELAY_MS}ms", "--rate", rate]
    times = [float(t) for t in run_command(*command, timeout=30, cwd="/").split()]
    if len(times) < ECHOES * 0.9:
        raise NotMeasured(f"{len(times)} of {ECHOES} echoes arrived")
    return times[1:]  # the first one also resolves the neighbour


def on_a_clock(b):
    """Compares round trips of echo requests with the configured link: its delay and the frame's transmission time, in both directions."""
    path = b.scratch / "leat"
    if not path.exists():
        shutil.copy(b.build / "leat", path)
    shutil.copy(pathlib.Path(__file__).with_name("echoes.py"), b.scratch)
    leat = insides.Leat(path)
    for words, rate in RATES:
        due = 2 * (DELAY_MS + FRAME * 8e3 / rate)

        def figures(words=words, due=due):
            times = round_trips(b, leat, words)
            twentieths = statistics.quantiles(times, n=20)
            return abs(statistics.median(times) - due) * 1000, (twentieths[18] - twentieths[0]) * 1000

        name = f"real time, {words}, {DELAY_MS} ms in each direction: a round trip"
        b.aspects([(f"{name}, the median off {due:.3f} ms", "us off", LESS), (f"{name}, 5th to 95th percentile", "us", LESS)], {"leat": figures}, slow=True)


def run(b):
    by_itself(b)
    b.note("Virtual time: the difference between the worst frame's arrival and the exact time. Real time: echo requests under leat run, including what the "
           "machine's scheduler and the pump add.")
    with b.section("the link on a real clock"):
        on_a_clock(b)
