"""Connections set up and closed, one after the other."""
from lib.lwip import PACKAGED, TUNED
from lib.measure import MORE

TITLE = "connections set up and closed"


def run(b):
    b.note("Processor time of both ends together. lwIP's TIME-WAIT is cut short after 1,000 connections, for it has 16,384 ports; Linux runs on one core, "
           "from as many addresses of 127.0.0.0/8 as its ports need.")
    for ip in (4, 6):
        b.group(f"IPv{ip}, one after the other", "connections a second", MORE, {
            "leat": lambda ip=ip: b.figure("leat_churn", "per_second", "--ip", ip, "--seconds", b.seconds),
            TUNED: lambda ip=ip: b.figure(b.lwip.program(TUNED), "per_second", "--churn", 1, "--window", 4 << 20, "--ip", ip, "--seconds", b.seconds),
            PACKAGED: lambda ip=ip: b.figure(b.lwip.program(PACKAGED), "per_second", "--churn", 1, "--ip", ip, "--seconds", b.seconds),
            "Linux, loopback": lambda ip=ip: b.figure("peer_churn", "per_second", "--ip", ip, "--seconds", b.seconds, prefix=("taskset", "-c", "0")),
        })
