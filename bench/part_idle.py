"""A million idle connections: the memory of each, and the cost of one active connection among them."""
from lib.measure import LESS

TITLE = "a million idle connections"
CONNECTIONS = 1_000_000


def run(b):
    # Most of the time is spent opening connections, and the memory is the same each time. So there is one round.
    def figures():
        found = b.figures("leat_idle", "--connections", CONNECTIONS, "--seconds", b.seconds, timeout=300)
        return found["bytes_per_connection"], found["ns_per_segment"]

    b.aspects([(f"{CONNECTIONS:,} connections: memory of one end of each", "octets", LESS), (f"one active among {CONNECTIONS:,}", "ns a segment", LESS)],
              {"leat": figures}, rounds=1)
