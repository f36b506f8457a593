"""What Leat's TCP carries over bad links in virtual time. The same code gives exactly the same figures on every machine, so every change is one of Leat's.

A figure is the mean over many seeds. If anything changes in the order in which frames are sent, other frames are lost, and chance changes the figure by
a percent or two. That is why such differences give no warning.
"""
import dataclasses
import itertools
import math

from lib.lossy import TRANSFER_SIZE, Cell
from lib.machine import run, run_json
from lib.measure import NotMeasured

TOLERANCE = 1.03
SECONDS, LOSSES, FRAMES = 20, 4000, 500_000  # of a run; of all runs of a cell, whichever comes first
TRANSFERS = 2000
GRID = [Cell(0, rtt, rate) for rtt, rate in itertools.product((10, 40, 100, 200), (10, 50))]
GRID += [Cell(loss, rtt, 50) for loss, rtt in itertools.product((1, 3, 5), (10, 40, 100, 200))]
GRID += [Cell(0.1, 10, 10), Cell(0.1, 40, 50), Cell(0.1, 200, 50), Cell(0, 40, 200), Cell(0.1, 40, 200), Cell(1, 40, 10)]
TROUBLE = [dataclasses.replace(Cell(loss, 40, 50), **trouble) for loss in (0, 1)
           for trouble in ({"burst": 4}, {"reorder": 1}, {"jitter": 5}, {"queue": 50}, {"flows": 4}) if loss or "burst" not in trouble]
SMALL = [Cell(loss, rtt, 50, transfers=TRANSFERS) for loss in (0, 1, 3) for rtt in (40, 100)]


def words(cell):
    """Returns the options of leat_load_sim."""
    load = ["--flows", cell.flows, "--limit", f"{SECONDS}s", "--runs", runs(cell)]
    if cell.transfers:
        load = ["--flows", 4, "--limit", "3600s", "--transfers", cell.transfers, "--octets", TRANSFER_SIZE]
    return [*cell.link(1), *load]


def runs(cell):
    """Returns how many runs have enough losses, or enough frames. Without losses every run is the same."""
    losses, frames = (SECONDS * n for n in (cell.losses_a_second(), cell.frames_a_second()))
    return math.ceil(min(LOSSES / losses, FRAMES / frames)) if losses else 1


def figures(program, cc):
    """Returns name -> figure of every cell: Mbit/s, or for transfers the mean in ms."""
    found = {}
    for cell in GRID + TROUBLE + SMALL:
        got = run_json(program, *words(cell), "--cc", cc)
        if got["missing"]:
            raise NotMeasured(f"{program.name}: {cell}: {got['missing']} connections failed")
        if cell.transfers:
            found[f"{cell}, a transfer of 100 kB, ms"] = round(got["mean_ms"], 3)
        else:
            found[f"{cell}, Mbit/s"] = round(got["mbit"], 4)
    return found


def all_of(build):
    """Returns name -> figure for each of Leat's congestion controls."""
    program, load = build / "bench/leat_load_sim", build / "bench/leat_load"
    for path in (program, load):
        if not path.exists():
            raise NotMeasured(f"program {path.name} not built")
    return {f"{cc}, {name}": value for cc in run(load, "algorithms").split() for name, value in figures(program, cc).items()}


def compare(now, kept):
    """Returns a line for each figure that has changed by over 3%, in either direction, or that has no kept one."""
    lines = []
    for name, value in now.items():
        if name not in kept:
            lines.append(f"warning: {name}: {value:,.3f}, but no figure is kept for comparison: make bench-instr UPDATE=1")
        elif not kept[name] / TOLERANCE <= value <= kept[name] * TOLERANCE:
            lines.append(f"warning: {name}: {value:,.3f}, {value / kept[name] - 1:+.1%} from {kept[name]:,.3f}")
    return lines
