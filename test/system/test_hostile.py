"""A program under `leat run` that calls as no honest program does: whatever it says, the worker lives, and the program goes on working."""
import subprocess

import pytest

from conftest import unprivileged
from test_bulk import echo, serving


@pytest.mark.parametrize("seed", range(1, 7))
def test_calls_with_nonsense_harm_nobody(leat, bin_dir, seed):
    command = [leat, "run", "--quiet", "--", "/usr/bin/python3", bin_dir / "programs/hostile_calls.py", str(seed), "4000"]
    with serving(echo) as port:
        proc = subprocess.run([*unprivileged(), *command, str(port)], capture_output=True, text=True, timeout=90, cwd="/", stdin=subprocess.DEVNULL)
    print(proc.stdout)
    assert proc.returncode == 0, proc.stderr[-3000:]
    assert "calls succeeded" in proc.stdout and "Sanitizer" not in proc.stderr
