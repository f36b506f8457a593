"""Leat's IP against Linux's, over a TAP: ARP, neighbour discovery, echo, fragments, errors."""
import shutil
import signal

import pytest
from conftest import BUILD
from namespaces import with_tap

HOST = BUILD / "test/tools/tap_host"
REFUSED = """import socket, sys
s = socket.socket(socket.AF_INET6 if ":" in sys.argv[1] else socket.AF_INET, socket.SOCK_DGRAM)
s.connect((sys.argv[1], 99))
s.send(b"x")
s.settimeout(60)
try: s.recv(9)
except Exception as e: print(type(e).__name__)
"""
COMMANDS = {
    "ping4": "ping -n -c 3 -i 0.2 10.9.0.2",
    "ping4-large": "ping -n -c 2 -i 0.2 -s 4000 10.9.0.2",
    "ping4-huge": "ping -n -c 1 -s 65507 10.9.0.2",
    "ping6": "ping -n -c 3 -i 0.2 fd09::2",
    "ping6-large": "ping -n -c 2 -i 0.2 -s 4000 fd09::2",
}


@pytest.fixture(scope="module")
def results():
    """The output of each command, with its exit status at the end; and what the Leat host counted."""
    if not shutil.which("ping"):
        pytest.skip("not installed: ping")
    try:
        space = with_tap()
    except OSError as e:
        pytest.skip(str(e))
    with space:
        host = space.popen(HOST, "--tap", "leat0", "serve")
        assert host.stdout.readline().startswith("ready")
        running = {name: space.popen(*line.split()) for name, line in COMMANDS.items()}
        running |= {name: space.popen("/usr/bin/python3", "-c", REFUSED, address) for name, address in (("udp4", "10.9.0.2"), ("udp6", "fd09::2"))}
        found = {name: f"{proc.communicate(timeout=60)[0]}exit {proc.returncode}\n" for name, proc in running.items()}
        if shutil.which("arping"):
            arping = space.run("arping", "-c", "2", "-I", "leat0", "10.9.0.2")
            found["arping"] = f"{arping.stdout}exit {arping.returncode}\n"
        found["neigh"] = space.run("ip", "neigh", "show", "dev", "leat0").stdout
        host.send_signal(signal.SIGTERM)
        found["host"] = host.communicate(timeout=60)[0]
        return found


@pytest.mark.parametrize("name, count", [("ping4", 3), ("ping4-large", 2), ("ping4-huge", 1), ("ping6", 3), ("ping6-large", 2)])
def test_echo_is_answered(results, name, count):
    assert f" {count} received, 0% packet loss" in results[name], results[name]
    assert "wrong data" not in results[name]
    assert "exit 0" in results[name]


@pytest.mark.parametrize("name", ["udp4", "udp6"])
def test_a_closed_port_is_refused(results, name):
    assert "ConnectionRefusedError" in results[name]


def test_linux_knows_our_link_address(results):
    for address in ("10.9.0.2", "fd09::2"):
        line = [line for line in results["neigh"].splitlines() if line.startswith(address + " ")]
        assert line and "lladdr" in line[0], results["neigh"]


def test_arping_is_answered(results):
    if "arping" not in results:
        pytest.skip("arping is not installed")
    assert "exit 0" in results["arping"], results["arping"]


def test_the_pool_is_full_at_the_end_and_no_packet_was_malformed(results):
    assert "in use 0" in results["host"], results["host"]
    for reason in ("IP_BAD", "ICMP_BAD", "ARP_BAD", "NDP_BAD", "FRAG_", "TOO_SHORT", "MARTIAN", "SPOOF"):
        assert reason not in results["host"], results["host"]
