"""The grid of bad links: part_loss.py for every loss, delay and rate, and for more of each kind of trouble. It takes hours."""
import dataclasses

from lib.lossy import TRANSFERS, Cell
from part_loss import measured

TITLE = "bad links: the whole grid"
GRID = [Cell(loss, rtt, rate) for loss in (0, 0.1, 0.5, 1, 3, 5) for rtt in (10, 40, 100, 200) for rate in (10, 50, 200)]
TROUBLE = [{"burst": 4}, {"reorder": 1}, {"jitter": 5}, {"queue": 50}, {"flows": 4}]
HARD = [Cell(loss, rtt, 50) for loss in (0, 0.1, 1, 3) for rtt in (40, 100)]


def run(b):
    hard = [dataclasses.replace(cell, **trouble) for trouble in TROUBLE for cell in HARD if cell.loss or "burst" not in trouble]
    sharing = [dataclasses.replace(cell, flows=2, queue=queue) for cell in HARD for queue in (50, 1000)]
    measured(b, GRID + hard, sharing, [dataclasses.replace(cell, transfers=TRANSFERS) for cell in HARD])
