"""Instructions, counted by callgrind. They hardly change from run to run, so a change of a few percent is visible even on a busy machine.

For a program with two hosts, instructions are counted during the transfer, per frame in either direction. For the link, per frame
from end to end. For HTTP, a request is the frame. For the gateway, only its own are counted, per request or connection.
"""
import json
import os
import pathlib
import re

from lib.machine import needs, run
from lib.measure import NotMeasured

TOLERANCE = 1.05
SECONDS = 1.2  # of the program's own clock, under valgrind: about ten thousand frames
# callgrind counts every octet of a `rep movsb` as an instruction, so memcpy must use its loops instead.
PLAIN_COPIES = {"GLIBC_TUNABLES": "glibc.cpu.x86_rep_movsb_threshold=1073741824"}
GATEWAY = "gateway_turn*"
TRANSFER, TRANSMIT = "run_for*", "to_other"  # the measured loop of wire.c and udp.c, and the wire of bench/pair.c
FIXED = {
    "wire, IPv4, 64 KiB": ("leat_wire", "--window", 65536),
    "wire, IPv6, 64 KiB": ("leat_wire", "--window", 65536, "--ip", 6),
    "wire, IPv4, 4 MiB": ("leat_wire", "--window", 4 << 20),
    "super, IPv4, 1 MiB": ("leat_wire", "--window", 1 << 20, "--super", 1),
    "udp, 64 octets": ("leat_udp", "--size", 64),
    "udp, 1,400 octets, 40 with each call": ("leat_udp", "--size", 1400, "--segments", 40),
    "link, nothing impaired": ("leat_link",),
    "link, everything impaired": ("leat_link", "--impair", 1, "--delay", 1000),
    "http, a browser's request parsed": ("leat_http",),
    "http, curl's request parsed": ("leat_http", "--short", 1),
    "http, a browser's request answered": ("leat_http", "--answer", 1),
    "gateway, a request and its answer": ("leat_gateway", "--exchanges", 2000),
    "gateway, a request and an answer of 64 KiB": ("leat_gateway", "--answer", 1 << 16),
    "gateway, 64 KiB to the program in a turn": ("leat_gateway", "--request", 0, "--answer", 1 << 16),
    "gateway, 64 KiB from the program in a turn": ("leat_gateway", "--request", 1 << 16, "--answer", 0),
    "gateway, 256 KiB to the program in a turn": ("leat_gateway", "--request", 0, "--answer", 1 << 18),
    "gateway, 256 KiB from the program in a turn": ("leat_gateway", "--request", 1 << 18, "--answer", 0),
    "gateway, a connection": ("leat_gateway", "--exchanges", 1, "--rounds", 1000),
    "gateway, a connection for 64 KiB": ("leat_gateway", "--exchanges", 1, "--rounds", 1000, "--answer", 1 << 16),
    "gateway, a connection, 64 at once": ("leat_gateway", "--exchanges", 1, "--rounds", 30, "--at-once", 64),
}


def calls(profile, function):
    """Returns how often @function was called, from callgrind's output (valgrind's manual, callgrind format). Names are given once, then by number."""
    number = re.search(rf"^c?fn=\((\d+)\) {re.escape(function)}$", profile, re.M)
    if not number:
        return 0
    return sum(int(n) for n in re.findall(rf"^cfn=\({number[1]}\)[^\n]*\ncalls=(\d+)", profile, re.M))


def counted(profile):
    found = re.search(r"^(?:summary|totals): (\d+)", profile, re.M)
    return int(found[1]) if found else 0


def instructions(program, words, scratch):
    """Returns the instructions per frame."""
    out = pathlib.Path(scratch) / "callgrind.out"
    gateway = program.name == "leat_gateway"
    whole = program.name in ("leat_link", "leat_http")
    toggle = [] if whole else [f"--toggle-collect={GATEWAY if gateway else TRANSFER}"]
    length = [] if gateway else ["--seconds", SECONDS]
    said = run("valgrind", "--tool=callgrind", f"--callgrind-out-file={out}", *toggle, program, *words, *length, timeout=60,
               env={**os.environ, **PLAIN_COPIES})
    profile = out.read_text()
    frames = json.loads(said)["frames"] if whole or gateway else calls(profile, TRANSMIT)
    if not frames or not counted(profile):
        raise NotMeasured(f"{program.name}: callgrind counted nothing")
    return counted(profile) / frames


def all_of(build, scratch):
    """Returns name -> instructions per frame. Raises NotMeasured with the reason."""
    needs("valgrind")
    found = {}
    for name, (program, *words) in FIXED.items():
        path = build / "bench" / program
        if not path.exists():
            raise NotMeasured(f"program {program} not built")
        found[name] = round(instructions(path, words, scratch), 1)
    return found


def compare(now, kept):
    """Returns a line for each figure that is worse than the kept one, or that has no kept one."""
    lines = []
    for name, value in now.items():
        if name not in kept:
            lines.append(f"warning: {name}: {value:,.1f} instructions a frame, but no figure is kept for comparison: make bench-instr UPDATE=1")
        elif value > kept[name] * TOLERANCE:
            lines.append(f"warning: {name}: {value:,.1f} instructions a frame, {value / kept[name] - 1:+.1%} from {kept[name]:,.1f}")
    return lines
