"""`leat serve` under a mixed load while its workers are killed, reloaded and short of descriptors: the short form of a part of tools/soak."""
import subprocess

from conftest import PROGRAMS, needs_tool, not_in_guest


@needs_tool("wrk")
@not_in_guest("it takes as long as on a real machine, and does a tenth")
def test_no_request_is_lost_and_nothing_grows(leat):
    found = subprocess.run(["python3", PROGRAMS / "serve_soak.py", leat, "14"], stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=600)
    assert found.returncode == 0, found.stdout + found.stderr
