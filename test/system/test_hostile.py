"""A program under `leat run` that makes nonsensical calls: the worker survives, and the program's network goes on working."""
import subprocess

import pytest

from conftest import run, unprivileged
from servers import serving
from test_bulk import echo


@pytest.mark.parametrize("seed", range(1, 7))
def test_calls_with_nonsense_harm_no_one(leat, bin_dir, seed):
    command = [leat, "run", "--quiet", "--", "/usr/bin/python3", bin_dir / "programs/hostile_calls.py", str(seed), "4000"]
    with serving(echo) as port:
        proc = subprocess.run([*unprivileged(), *command, str(port)], capture_output=True, text=True, timeout=90, cwd="/", stdin=subprocess.DEVNULL)
    print(proc.stdout)
    assert proc.returncode == 0, proc.stderr[-3000:]
    assert "calls succeeded" in proc.stdout and "Sanitizer" not in proc.stderr


def test_connecting_to_port_zero_is_refused_at_once(leat):
    proc = run(leat, "run", "--quiet", "--", "/usr/bin/python3", "-c", "import socket; s = socket.socket(); s.settimeout(60); s.connect(('127.0.0.1', 0))", timeout=60)
    assert "ConnectionRefusedError" in proc.stderr


def test_a_connect_under_way_does_not_outlive_its_program(leat):
    program = "import socket; s = socket.socket(); s.setblocking(False); print(s.connect_ex(('127.0.0.1', 9)))"
    proc = run(leat, "run", "--quiet", "--loss", "100%", "--", "/usr/bin/python3", "-c", program, timeout=60)
    assert proc.returncode == 0 and proc.stdout == "115\n"


def test_the_send_queue_of_a_connected_datagram_socket_can_be_asked_for(leat):
    program = "import fcntl, socket; s = socket.socket(type=socket.SOCK_DGRAM); s.connect(('127.0.0.1', 9)); print(fcntl.ioctl(s, 0x5411, bytes(4)))"
    proc = run(leat, "run", "--quiet", "--", "/usr/bin/python3", "-c", program, timeout=60)
    assert (proc.returncode, proc.stdout) == (0, "b'\\x00\\x00\\x00\\x00'\n"), proc.stderr
