"""One TCP connection with super-segments of up to 64 KiB that the wire takes whole: Gbit/s compared with two memcpy."""
from lib.measure import MORE

TITLE = "two hosts in one process, super-segments of up to 64 KiB, no checksum needed"


def run(b):
    b.note("The peer is the machine itself: each octet copied twice by memcpy, through a ring as large as the window.")
    for octets, window in ((65536, "64 KiB"), (1 << 20, "1 MiB"), (4 << 20, "4 MiB")):
        b.group(f"IPv4, window {window}", "Gbit/s", MORE, {
            "leat": lambda w=octets: b.figure("leat_wire", "gbit", "--super", 1, "--window", w, "--seconds", b.seconds),
            "two memcpy": lambda w=octets: b.figure("copy", "gbit", "--window", w, "--seconds", b.seconds),
        })
