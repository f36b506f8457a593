"""Programs that cannot run inside are refused with a reason, and no IP socket of the host reaches the program."""
import os
import re
import shutil
import stat
import subprocess

import pytest
from conftest import may_look, needs_root
from inside import PYTHON, Place, command, environment, inside, nothing_left, place, python  # noqa: F401

pytestmark = pytest.mark.yama


def test_a_setuid_program_is_refused():
    """su(1) belongs to root on every machine."""
    path = shutil.which("su")
    assert os.stat(path).st_mode & stat.S_ISUID and os.stat(path).st_uid == 0
    done = inside(path)
    assert done.returncode == 126 and b"setuid" in done.stderr and done.stderr.count(b"\n") == 1


@needs_root("to give a file capabilities")
def test_file_capabilities_cause_a_message(bin_dir):
    path = bin_dir / "capable-true"
    shutil.copy("/bin/true", path)
    subprocess.run(["setcap", "cap_net_raw+ep", path], check=True)
    done = inside(path)
    assert done.returncode == 0 and b"capabilities" in done.stderr and done.stderr.count(b"\n") == 1


def test_a_program_that_cannot_be_read_is_refused(bin_dir):
    path = bin_dir / "unreadable-true"
    shutil.copy("/bin/true", path)
    path.chmod(0o111)
    done = inside(path)
    assert done.returncode == 126 and b"not read" in done.stderr


def test_a_run_inside_another_is_refused():
    done = inside(Place.leat, "run", "--quiet", "--", "true")
    assert done.returncode == 126 and b"inside another" in done.stderr


def test_a_process_that_makes_itself_undumpable_is_named():
    done = python("""
import ctypes, socket, os
s = socket.socket()
ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)
try: s.bind(('', 0))
except OSError as e: print(e.errno)
""")
    assert done.stdout == b"1\n" and re.search(rb"leat: python3\[\d+\] forbids", done.stderr), done


def test_the_program_makes_no_ip_socket(ports, scratch):
    """strace shows what each new descriptor is. The worker makes the IP sockets, and the processes of the program make none."""
    trace = scratch / "trace"
    run = ["strace", "-f", "-yy", "-o", trace, "-e", "trace=socket,accept,accept4,execve,clone,clone3,fork,vfork"]
    program = f"curl -s http://127.0.0.1:{ports[0]}/; curl -s http://127.0.0.1:{ports[0]}/"
    done = subprocess.run([*run, *command("sh", "-c", program, options=["--quiet"])], capture_output=True, timeout=60, env=environment(may_look()), cwd="/")
    assert done.stdout == b"hello\nhello\n", done.stderr
    lines = trace.read_text().splitlines()
    tree = {next(line.split()[0] for line in lines if re.search(r'execve\("[^"]*/sh"', line) and line.endswith("= 0"))}
    made = {True: [], False: []}
    for line in lines:
        inside_it = line.split()[0] in tree
        if inside_it and (child := re.search(r"(?:fork|clone3?)(?:\(| resumed).*= (\d+)(?:<|$)", line)):
            tree.add(child[1])
        if found := re.search(r"(?:socket|accept4?)(?:\(| resumed).*= \d+<([A-Z0-9-]+)", line):
            made[inside_it].append(found[1])
    assert len(tree) == 3 and len(made[True]) >= 2
    assert all(kind.startswith("UNIX") for kind in made[True]), made
    assert made[False].count("TCP") == 2
