"""Connections set up and closed, one after the other."""
from lib.lwip import PACKAGED, TUNED
from lib.measure import MORE

TITLE = "connections set up, used for a request and an answer of 100 octets, and closed"
OCTETS = 100


def run(b):
    b.note("Processor time of both ends together; the server closes first. lwIP's TIME-WAIT is cut short after 1,000 connections, for it has 16,384 ports; Linux "
           "runs on one core, from as many addresses of 127.0.0.0/8 as its ports need.")
    for ip in (4, 6):
        words = ["--ip", ip, "--seconds", b.seconds]

        def lwip(which, window, words=words):
            return lambda: b.figure(b.lwip.program(which), "per_second", "--churn", OCTETS, "--window", window, *words)

        b.group(f"IPv{ip}, one after the other", "connections a second", MORE, {
            "leat": lambda w=words: b.figure("leat_churn", "per_second", "--group", 1, "--octets", OCTETS, *w),
            TUNED: lwip(TUNED, 4 << 20),
            PACKAGED: lwip(PACKAGED, 65535),
            "Linux, loopback": lambda w=words: b.figure("peer_churn", "per_second", "--octets", OCTETS, *w, prefix=("taskset", "-c", "0")),
        })
        b.group(f"IPv{ip}, 64 at once", "connections a second", MORE, {
            "leat": lambda w=words: b.figure("leat_churn", "per_second", "--group", 64, "--octets", OCTETS, *w)})
