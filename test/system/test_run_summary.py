"""The summary hints at traffic that never crossed an impaired link."""
import json
import subprocess

import pytest
from inside import PYTHON, command, environment, free_port, nothing_left, place  # noqa: F401

INSIDE = """
import socket
server = socket.create_server((HOST, 8000))
client = socket.create_connection((HOST, 8000))
taken, _ = server.accept()
for i in range(20):
    client.sendall(bytes(1000)); taken.recv(1000)
client.close(); taken.close()
"""


def summary(scratch, *program, options=()):
    """Returns the printed summary, and the JSON one."""
    done = subprocess.run(command(*program, options=["--json", scratch / "s", *options]), capture_output=True, text=True, timeout=60, env=environment(), cwd="/")
    assert done.returncode == 0, done.stderr
    return done.stderr, json.loads((scratch / "s").read_text())


@pytest.mark.parametrize("host", ["127.0.0.1", "10.0.2.15"])
def test_a_hint_is_printed_if_traffic_bypasses_an_impaired_link(scratch, host):
    code = INSIDE.replace("HOST", repr(host))
    printed, report = summary(scratch, PYTHON, "-c", code, options=["--up-loss", "1%"])
    assert report["loopback"]["octets"] > 20000 and report["loopback"]["most_of_the_traffic"] is True
    assert printed.count("hint ") == 1 and "stayed on the program's loopback, which the link's options do not affect" in printed
    assert "(sent nothing)" not in printed and "not completed" not in printed


def test_without_options_of_the_link_there_is_no_hint(scratch):
    printed, report = summary(scratch, PYTHON, "-c", INSIDE.replace("HOST", "'127.0.0.1'"), options=["--mtu", "1400"])
    assert report["loopback"]["most_of_the_traffic"] is True
    assert "hint" not in printed


def test_traffic_over_the_link_causes_no_hint(scratch, ports):
    printed, report = summary(scratch, "curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{ports[0]}/big", options=["--rtt", "1ms"])
    assert report["loopback"]["most_of_the_traffic"] is False
    assert "hint" not in printed


def test_traffic_between_two_runs_is_impaired_as_the_hint_says(scratch):
    """A client in a run of its own reaches the server of another run over its own link."""
    port = free_port()
    server = "import socket; s = socket.create_server(('', 8000)); print('ready', flush=True); c, _ = s.accept(); c.sendall(b'hello')"
    with subprocess.Popen(command(PYTHON, "-c", server, options=["-q", "-p", f"{port}:8000"]), stdout=subprocess.PIPE, env=environment(), cwd="/") as proc:
        assert proc.stdout.readline() == b"ready\n"
        client = f"import socket; assert socket.create_connection(('127.0.0.1', {port})).recv(9) == b'hello'"
        printed, report = summary(scratch, PYTHON, "-c", client, options=["--rtt", "50ms"])
        assert proc.wait(60) == 0
    assert report["connections"][0]["handshake_ms"] >= 50 and "hint" not in printed
