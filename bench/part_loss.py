"""How much one sender carries over bad links: Leat's TCP and Linux's on the very same link, with the same seeds."""
import concurrent.futures
import json
import statistics

from lib.iperf import cc_is_there
from lib.lossy import AT_ONCE, TRANSFERS, Cell, carry, goodput, jain, times
from lib.machine import needs, run as run_command
from lib.measure import LESS, MORE, Group, NotMeasured
from lib.report import figure

TITLE = "bad links: TCP over loss, delay, reordering and short queues"
SEEDS_A_ROUND, OTHER_SEEDS = 2, 1000
MBIT_AT_ONCE, RUNS_AT_ONCE = 250, 15  # runs go together as far as their links are expected to carry so much
# What is measured for a cell: whose stack sends and whose receives. The last two are the comparison, and what it would be with other luck.
SENDS, RECEIVES, BOTH = ("leat", "Linux"), ("Linux", "leat"), ("leat", "leat")
LINUX, OTHER = ("Linux", "Linux"), ("Linux", "Linux", "other seeds")
KINDS = {"Leat sends": SENDS, "Leat receives": RECEIVES, "Leat at both ends": BOTH}
CELLS = [
    Cell(0, 40, 50), Cell(0.1, 40, 50), Cell(0.1, 100, 200), Cell(1, 10, 50), Cell(1, 40, 50), Cell(1, 100, 50), Cell(3, 40, 50), Cell(5, 200, 10),
    Cell(1, 40, 50, burst=4), Cell(0, 40, 50, reorder=1), Cell(0.1, 40, 50, jitter=5), Cell(0, 40, 10, queue=50),
]
SHARED = [Cell(0, 40, 10, queue=50, flows=2), Cell(1, 40, 50, flows=2)]
SMALL = [Cell(1, 40, 50, transfers=TRANSFERS)]


def together(jobs):
    """Runs @jobs, name -> (Mbit/s, function), together as far as that is allowed. Returns name -> result, or the NotMeasured."""
    found, left = {}, dict(jobs)
    while left:
        batch, mbit = [], 0
        for name, (weight, _) in list(left.items()):
            if not batch or (mbit + weight <= MBIT_AT_ONCE and len(batch) < RUNS_AT_ONCE):
                batch.append((name, left.pop(name)[1]))
                mbit += weight
        with concurrent.futures.ThreadPoolExecutor(len(batch)) as pool:
            futures = {name: pool.submit(run) for name, run in batch}
        for name, future in futures.items():
            try:
                found[name] = future.result()
            except NotMeasured as e:
                found[name] = e
    return found


class Details:
    """What every run has said, a line of JSON for each in build/bench/loss.jsonl: it shows why a cell is as it is."""

    def __init__(self, b):
        self.path, self.runs = b.out / f"{b.part}.jsonl", []
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.path.write_text("")

    def add(self, cell, cc, kind, seed, found):
        if not isinstance(found, NotMeasured):
            brief = {key: value for key, value in found.items() if key != "ms"}
            self.runs.append({"cell": str(cell), "cc": cc, "kind": " to ".join(kind[:2]), "seed": seed, "mbit": round(goodput(found), 4), **brief})
            with self.path.open("a") as f:
                f.write(json.dumps(self.runs[-1]) + "\n")

    def of(self, cell, cc, kind):
        wanted = str(cell), cc, " to ".join(kind[:2])
        return [r for r in self.runs if (r["cell"], r["cc"], r["kind"]) == wanted]


def rounds_of(b, details, cell, cc, kinds):
    """Measures @kinds of @cell with as many seeds as there are rounds, twice. Returns kind -> results, in the order of the seeds, which are the same for all."""
    jobs = {}
    for seed in range(1, SEEDS_A_ROUND * b.slow_rounds + 1):
        for kind in kinds:
            own = seed + OTHER_SEEDS if kind == OTHER else seed
            jobs[kind, own] = (cell.expected(), lambda k=kind, s=own: carry(b, cell, k[0].split("+"), k[1], cc, s))
    found = {kind: [] for kind in kinds}
    for (kind, seed), result in sorted(together(jobs).items(), key=lambda item: item[0][1]):
        found[kind].append(result)
        details.add(cell, cc, kind, seed, result)
    return found


def paired(ours, theirs):
    """Returns how many times the goodput of @theirs @ours has, seed by seed: the mean and its standard error. None without two seeds."""
    ratios = [goodput(a) / goodput(b) for a, b in zip(ours, theirs) if not isinstance(a, NotMeasured) and not isinstance(b, NotMeasured) and goodput(b) > 0]
    return (statistics.mean(ratios), statistics.stdev(ratios) / len(ratios) ** 0.5) if len(ratios) > 1 else None


def keep(b, name, unit, better, subjects, value):
    """Keeps a group of results that were measured: subject -> results."""
    group = Group(b.part, name, unit, better, {}, {})
    for subject, results in subjects.items():
        good = [value(r) for r in results if not isinstance(r, NotMeasured)]
        if good:
            group.values[subject] = good
        else:
            group.missing[subject] = str(results[-1]) if results else "no round"
    b.keep(group)


def sums(runs, host):
    """Returns what the senders' recovery did in all rounds, as words."""
    counted = [r["sender"][host] for r in runs if host in r["sender"]]
    keys = [key for key in ("recoveries", "timeouts", "probes", "undone", "retransmitted") if counted and key in counted[0]]
    return ", ".join(f"{sum(c[key] for c in counted)} {key}" for key in keys)


def one_cell(b, details, cell, cc):
    """Measures the goodput of a cell. Returns the ratio of Leat as the sender to Linux."""
    found = rounds_of(b, details, cell, cc, [*KINDS.values(), LINUX, OTHER])
    for words, kind in KINDS.items():
        keep(b, f"{cell}, {cc}: {words}", "Mbit/s", MORE, {"leat": found[kind], "Linux": found[LINUX], "Linux, other seeds": found[OTHER]}, goodput)
    pairs = {words: paired(found[kind], found[LINUX]) for words, kind in [*KINDS.items(), ("Linux, other seeds", OTHER)]}
    b.say("    seed by seed, times Linux: " + "; ".join(f"{words} {pair[0]:.2f} ± {pair[1]:.2f}" for words, pair in pairs.items() if pair))
    late = [run["link"]["up"]["late"] for run in details.of(cell, cc, SENDS)]
    b.say(f"    senders: leat {sums(details.of(cell, cc, SENDS), 'leat')}; Linux, in twice as many runs, {sums(details.of(cell, cc, LINUX), 'Linux')}; "
          f"frames came {figure(statistics.mean(late)) if late else '?'} us late")
    return pairs["Leat sends"][0] if pairs["Leat sends"] else None


def shared(b, details, cell, cc):
    """Leat and Linux send over one link to Linux."""
    found = rounds_of(b, details, cell, cc, [("leat+Linux", "Linux"), ("Linux+Linux", "Linux")])
    mixed, plain = found.values()
    keep(b, f"{cell}, {cc}: Jain's index of a flow from Leat and one from Linux", "1 = equal", MORE, {"leat": mixed, "Linux": plain}, jain)
    share = {name: (lambda r, i=i: r["octets"][i] * 8e-6 / r["seconds"]) for i, name in enumerate(("leat", "Linux"))}
    group = Group(b.part, f"{cell}, {cc}: the share of each", "Mbit/s", MORE, {}, {})
    for name, value in share.items():
        group.values[name] = [value(r) for r in mixed if not isinstance(r, NotMeasured)]
    if group.values["leat"]:
        b.keep(group)


def small(b, details, cell, cc):
    """Many short transfers, each with a connection of its own."""
    found = rounds_of(b, details, cell, cc, [*KINDS.values(), LINUX, OTHER])
    for words, kind in KINDS.items():
        subjects = {"leat": found[kind], "Linux": found[LINUX], "Linux, other seeds": found[OTHER]}
        name = f"{cell}, {cc}: {cell.transfers} transfers of 100 kB, {AT_ONCE} at once: {words}"
        keep(b, f"{name}: median", "ms", LESS, subjects, lambda r: statistics.median(times(r, cell.transfers)))
        keep(b, f"{name}: 95th percentile", "ms", LESS, subjects, lambda r: times(r, cell.transfers)[int(cell.transfers * 0.95)])


def maps(b, cc, ratios):
    """Draws the plain cells: a row for each loss, a column for each rate and delay."""
    plain = {cell: ratio for cell, ratio in ratios.items() if cell.is_plain()}
    losses = sorted({cell.loss for cell in plain})
    columns = sorted({(cell.rate, cell.rtt) for cell in plain})
    b.heat_map(f"Leat sends, {cc}: times the goodput of Linux, the mean of the seeds", [f"{loss:g}% loss" for loss in losses],
               [f"{rate} mbit, {rtt} ms" for rate, rtt in columns],
               [[plain.get(Cell(loss, rtt, rate)) for rate, rtt in columns] for loss in losses])


def algorithms(b):
    """Returns the congestion controls that both have."""
    return [name for name in run_command(b.program("leat_load"), "algorithms").split() if cc_is_there(name)]


def measured(b, cells, with_shared, with_small):
    needs("ip")
    b.note(f"The link of `leat run` between two namespaces; both senders name the same congestion control. {SEEDS_A_ROUND * b.slow_rounds} seeds, "
           "the same for all; \"Linux, other seeds\" shows what luck alone does. Runs of a cell go together as far as their links are expected to carry "
           "little. Losses are in both directions.")
    details = Details(b)
    for cc in algorithms(b):
        ratios = {}
        for job, some in ((one_cell, cells), (shared, with_shared), (small, with_small)):
            for cell in some:
                with b.section(f"{cell}, {cc}"):
                    ratios[cell] = job(b, details, cell, cc)
        maps(b, cc, {cell: ratios[cell] for cell in cells if ratios.get(cell) is not None})
        known = [ratios[cell] for cell in cells if ratios.get(cell) is not None]
        if known:
            b.say(f"  {cc}: Leat sends, the median of {len(known)} cells: {statistics.median(known):.2f} times Linux")


def run(b):
    measured(b, CELLS, SHARED, SMALL)
