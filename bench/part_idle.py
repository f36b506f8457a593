"""A million idle connections: memory for each, and what one active among them pays."""
from lib.measure import LESS

TITLE = "a million idle connections"
CONNECTIONS = 1_000_000


def run(b):
    # Most of the time goes into setting up, and the memory is the same each time: one round.
    def figures():
        found = b.figures("leat_idle", "--connections", CONNECTIONS, "--seconds", b.seconds, timeout=300)
        return found["bytes_per_connection"], found["ns_per_segment"]

    b.aspects([(f"{CONNECTIONS:,} connections: memory for one, an end", "octets", LESS), (f"one active among {CONNECTIONS:,}", "ns a segment", LESS)],
              {"leat": figures}, rounds=1)
