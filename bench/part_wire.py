"""One TCP connection between two hosts in one process, MTU 1500: time per segment."""
from lib.lwip import PACKAGED, TUNED
from lib.measure import LESS

TITLE = "two hosts in one process, MTU 1500, checksums computed and verified, the receiver copies"
WINDOWS = ((65535, "64 KiB"), (1 << 20, "1 MiB"), (4 << 20, "4 MiB"))
PACKAGED_WINDOW = 65535  # TCP_WND and TCP_SND_BUF are compiled in
IDLE = (1, 100, 10000)


def one(b, window, idle, ip):
    words = ["--window", window, "--idle", idle, "--ip", ip, "--seconds", b.seconds]

    def ours():
        return b.figure("leat_wire", "ns_per_segment", *words)

    def theirs(which):
        return lambda: b.figure(b.lwip.program(which), "ns_per_segment", *words)

    subjects = {"leat": ours, TUNED: theirs(TUNED)}
    if window <= PACKAGED_WINDOW:
        subjects[PACKAGED] = theirs(PACKAGED)
    return subjects


def run(b):
    b.note("Processor time of both ends together, per data segment. lwIP is built twice: tuned, from Debian's source package with bench/lwip/lwipopts.h "
           "(no threads, windows of up to 4 MiB); and as Debian packages it, with locks, and with TCP_WND and TCP_SND_BUF of 65,535 octets.")
    for octets, window in WINDOWS:
        for idle in IDLE:
            b.group(f"IPv4, window {window}, {idle:,} idle connection{'s' if idle > 1 else ''}", "ns a segment", LESS, one(b, octets, idle, 4))
    for octets, window in WINDOWS:
        b.group(f"IPv6, window {window}, 1 idle connection", "ns a segment", LESS, one(b, octets, 1, 6))
    b.cannot(f"windows above 64 KiB: {PACKAGED}", "TCP_WND and TCP_SND_BUF are compiled into Debian's liblwip as 65,535 octets")
