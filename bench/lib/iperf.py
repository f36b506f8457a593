"""Runs iperf3 for a second or more. Gives the Gbit/s of octets that arrived."""
from lib.machine import run_json, text_of
from lib.measure import NotMeasured


def gbit(prefix, address, *words, seconds=1):
    """Runs a client with the server at @address. Returns Gbit/s."""
    command = [*prefix, "iperf3", "-J", "-c", address, "-t", seconds, *words]
    found = run_json(*command, timeout=seconds + 15, ok=(0, 1))
    try:
        return found["end"]["sum_received"]["bits_per_second"] / 1e9
    except KeyError:
        raise NotMeasured(f"{text_of(command)}: {found.get('error', 'no result')}") from None


def cc_is_there(name):
    with open("/proc/sys/net/ipv4/tcp_available_congestion_control") as f:
        return name in f.read().split()


