"""Leat's networks against Linux's, over a TAP in a network namespace that the test made: ARP, neighbour discovery, echo, fragments, errors."""
import os
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
HOST = pathlib.Path(os.environ.get("LEAT_BUILD", ROOT / "build")) / "test/tools/tap_host"
NEEDED = ("ip", "ping", "unshare")

SCRIPT = r"""
set -u
"$HOST" --tap t0 serve >"$OUT/host" 2>&1 &
host=$!
for i in $(seq 50); do ip link show t0 >/dev/null 2>&1 && break; sleep 0.1; done
ip link set lo up
ip addr add 10.9.0.1/24 dev t0
ip addr add fd09::1/64 dev t0 nodad
ip link set t0 up
sleep 2   # until Linux has looked at its link-local address for duplicates
run() { name=$1; shift; timeout 20 "$@" >"$OUT/$name" 2>&1; echo "exit $?" >>"$OUT/$name"; }
run ping4 ping -n -c 3 -i 0.2 10.9.0.2
run ping4-large ping -n -c 2 -i 0.2 -s 4000 10.9.0.2
run ping4-huge ping -n -c 1 -s 65507 10.9.0.2
run ping6 ping -n -c 3 -i 0.2 fd09::2
run ping6-large ping -n -c 2 -i 0.2 -s 4000 fd09::2
run udp4 python3 -c 'import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(("10.9.0.2", 99)); s.send(b"x"); s.settimeout(5)
try: s.recv(9)
except Exception as e: print(type(e).__name__)'
run udp6 python3 -c 'import socket
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.connect(("fd09::2", 99)); s.send(b"x"); s.settimeout(5)
try: s.recv(9)
except Exception as e: print(type(e).__name__)'
run neigh ip neigh show dev t0
if command -v arping >/dev/null; then run arping arping -c 2 -I t0 10.9.0.2; fi
kill -TERM $host
wait $host
"""


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    missing = [name for name in NEEDED if not shutil.which(name)]
    if missing:
        pytest.skip(f"not installed: {', '.join(missing)}")
    if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
        pytest.skip("/dev/net/tun may not be opened")
    out = tmp_path_factory.mktemp("net")
    unshare = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
    probe = subprocess.run([*unshare, "true"], capture_output=True, text=True)
    if probe.returncode:
        pytest.skip(f"no network namespace may be made here: {probe.stderr.strip()}")
    subprocess.run([*unshare, "bash", "-c", SCRIPT], env={**os.environ, "HOST": str(HOST), "OUT": str(out)}, timeout=150, check=True)
    return {path.name: path.read_text() for path in out.iterdir()}


@pytest.mark.parametrize("name, count", [("ping4", 3), ("ping4-large", 2), ("ping4-huge", 1), ("ping6", 3), ("ping6-large", 2)])
def test_echo_is_answered(results, name, count):
    assert f" {count} received, 0% packet loss" in results[name], results[name]
    assert "wrong data" not in results[name]
    assert "exit 0" in results[name]


@pytest.mark.parametrize("name", ["udp4", "udp6"])
def test_closed_port_is_told(results, name):
    assert "ConnectionRefusedError" in results[name]


def test_linux_knows_our_link_address(results):
    for address in ("10.9.0.2", "fd09::2"):
        line = [line for line in results["neigh"].splitlines() if line.startswith(address + " ")]
        assert line and "lladdr" in line[0], results["neigh"]


def test_arping_is_answered(results):
    if "arping" not in results:
        pytest.skip("arping is not installed")
    assert "exit 0" in results["arping"], results["arping"]


def test_nothing_is_left_and_nothing_was_malformed(results):
    assert "in use 0" in results["host"], results["host"]
    for reason in ("IP_BAD", "ICMP_BAD", "ARP_BAD", "NDP_BAD", "FRAG_", "TOO_SHORT", "MARTIAN", "SPOOF"):
        assert reason not in results["host"], results["host"]
