"""Programs of named small cases, run on Linux's own network and inside `leat run`: each line is the same, but for a table of differences with their reasons."""
import subprocess

import pytest
from conftest import PROGRAMS, unprivileged
from inside import PYTHON, environment, inside, nothing_left, place, program  # noqa: F401

KERNELS_OWN = "read(), write(), send() and recv() are the kernel's own, on an AF_UNIX socket"
DIFFERENT = {
    "same_datagrams.py": {
        "sending_natively_unconnected v4: send": KERNELS_OWN + ", which says ENOTCONN",
        "sending_natively_unconnected v6: send": KERNELS_OWN + ", which says ENOTCONN",
        "refused_natively v4: recv": KERNELS_OWN + ", whose one error is ECONNRESET",
        "refused_natively v4: send": KERNELS_OWN + ", whose one error is ECONNRESET",
        "refused_natively v6: recv": KERNELS_OWN + ", whose one error is ECONNRESET",
        "refused_natively v6: send": KERNELS_OWN + ", whose one error is ECONNRESET",
        "error_queue_of_sizes v6: queue": "the loopback's MTU is 65535 here, 65536 there",
        "control_messages_v6: hops 0": "a hop limit of 0 stands for the default",
        "control_messages_v6: hops 256": "the same: the one before is still in force",
        "broadcast: without": "127.255.255.255 is a host of the loopback network here",
    },
}


def lines(out):
    assert out.returncode == 0, out.stderr.decode()
    return out.stdout.decode().splitlines()


@pytest.mark.parametrize("name", sorted(path.name for path in PROGRAMS.glob("same_*.py")))
def test_the_same_inside_as_on_linux(name):
    linux = lines(subprocess.run([*unprivileged(), PYTHON, program(name)], capture_output=True, timeout=60, env=environment(), cwd="/"))
    leat = lines(inside(PYTHON, program(name), timeout=90))
    table = DIFFERENT.get(name, {})
    assert len(linux) == len(leat)
    different = [(a, b) for a, b in zip(linux, leat) if a != b]
    assert [pair for pair in different if not any(pair[0].startswith(prefix) for prefix in table)] == []
    assert [prefix for prefix in table if not any(a.startswith(prefix) for a, _ in different)] == [], "no longer different"
