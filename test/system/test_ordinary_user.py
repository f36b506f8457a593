"""Runs some system tests as an ordinary user, in a copy of the tree: a test that needs root is marked, and the others pass."""
import os
import re
import shutil
import subprocess

import pytest
from conftest import BUILD, NOBODY, ROOT, needs_root

PART = ["test_cli.py", "test_run_limits.py", "test_run_life.py", "test_run_owner.py", "test_run_summary.py", "test_run.py",
        "test_run_descriptor_limit.py::test_a_closed_datagram_socket_returns_its_descriptors_when_its_last_datagram_arrived"]
KEPT = re.compile(r"build|\.git$|__pycache__|.*\.pcapng$")


@pytest.fixture
def tree(scratch):
    """A copy of the checkout, with what was built, that belongs to the ordinary user."""
    root = scratch / "leat"
    shutil.copytree(ROOT, root, ignore=lambda _, names: [name for name in names if KEPT.match(name)], symlinks=True)
    (root / "build/test/tools").mkdir(parents=True)
    for path in [BUILD / "leat", *BUILD.glob("test/tools/*")]:
        if path.is_file():
            shutil.copy(path, root / "build" / path.relative_to(BUILD))
    for folder, _, files in os.walk(root):
        for path in [folder, *(os.path.join(folder, name) for name in files)]:
            os.chown(path, 65534, 65534, follow_symlinks=False)
    return root


@needs_root("the stage as a whole is run by an ordinary user")
def test_what_needs_no_root_passes_without_it_and_the_rest_says_so(tree):
    home = {"HOME": str(tree.parent), "TMPDIR": "/tmp", "PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"}
    tests = [f"test/system/{name}" for name in PART]
    done = subprocess.run([*NOBODY, "/usr/bin/python3", "-m", "pytest", "-q", "-rs", "-p", "no:cacheprovider", f"--basetemp={tree}/tmp", *tests], cwd=tree, env=home,
                          capture_output=True, text=True, timeout=240, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, done.stdout[-8000:]
    assert int(re.search(r"(\d+) passed", done.stdout)[1]) > 100
    skipped = re.findall(r"^SKIPPED \[\d+\] [^ ]+ (.*)", done.stdout, re.M)
    assert [why for why in skipped if "needs root" not in why and "not to be had here" not in why] == []
