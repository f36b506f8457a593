"""What other users and scripts of the machine can do to a run: they can read the names of its sockets, and clean its temporary directory."""
import os
import re
import subprocess
import textwrap

import pytest

from conftest import NOBODY, SLOWER, run

SERVER = textwrap.dedent("""
    import socket, sys
    listener = socket.create_server(("127.0.0.1", 0), backlog=8)
    client = [socket.create_connection(listener.getsockname()) for i in range(3)]
    served = [listener.accept()[0] for c in client[:2]]
    print("waiting", flush=True)
    sys.stdin.readline()
    for i in range(20):
        client.append(socket.create_connection(listener.getsockname(), timeout=60))
        served.append(listener.accept()[0])
    print("served", len(served), flush=True)
""")


def names_in_use():
    """Returns the abstract names in use on the machine, which any user can read."""
    return {line.split()[-1][1:] for line in open("/proc/net/unix") if re.search(r" @[0-9a-f]{16}@[0-9a-f]+$", line)}


def squat(names):
    """As another user, takes the names that would come next if names were numbered."""
    code = textwrap.dedent("""
        import socket, sys
        held = []
        for name in sys.argv[1:]:
            head, number = name.split("@")
            for i in range(1, 200):
                s = socket.socket(socket.AF_UNIX)
                try:
                    s.bind("\\0%s@%x" % (head, int(number, 16) + i))
                    held.append(s)
                except OSError:
                    s.close()
        print(len(held), flush=True)
        sys.stdin.read()
    """)
    prefix = ["setpriv", "--reuid=65533", "--regid=65533", "--clear-groups"]
    return subprocess.Popen(prefix + ["/usr/bin/python3", "-c", code, *sorted(names)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")


@pytest.mark.skipif(os.geteuid() != 0, reason="another user is needed")
def test_another_user_cannot_take_the_names_that_a_run_will_need(leat):
    before = names_in_use()
    program = subprocess.Popen(NOBODY + [leat, "run", "-q", "--", "/usr/bin/python3", "-c", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd="/")
    assert program.stdout.readline() == "waiting\n"
    names = names_in_use() - before
    assert names, "any user can read the names of accepted connections"
    squatter = squat(names)
    assert int(squatter.stdout.readline()) > 0
    out, _ = program.communicate("go on\n", timeout=60 * SLOWER)
    squatter.communicate("", timeout=60)
    assert out == "served 22\n"
    assert program.returncode == 0


CLEANED = textwrap.dedent("""
    import glob, os, shutil, socket
    def clean():
        for folder in glob.glob(os.environ["XDG_RUNTIME_DIR"] + "/*"):
            shutil.rmtree(folder)
    def stream():
        listener = socket.create_server(("127.0.0.1", 0))
        client = socket.create_connection(listener.getsockname())
        client.send(b"x")
        assert listener.accept()[0].recv(1) == b"x"
    def datagrams():
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.bind(("127.0.0.1", 0))
        s.sendto(b"x", s.getsockname())
        s.settimeout(60)
        assert s.recv(1) == b"x"
    for what in stream, datagrams, stream:
        clean()
        what()
    print("all")
""")


def test_a_run_goes_on_after_its_temporary_directory_is_removed_and_leaves_none(leat, scratch):
    folder = scratch / "r"
    folder.mkdir()
    folder.chmod(0o777)
    result = run(leat, "run", "-q", "--", "/usr/bin/python3", "-c", CLEANED, env={**os.environ, "XDG_RUNTIME_DIR": str(folder)})
    assert (result.stdout, result.returncode) == ("all\n", 0), result.stderr
    assert os.listdir(folder) == []


def test_a_run_works_where_the_usual_directories_cannot_be_written(leat, scratch):
    """XDG_RUNTIME_DIR does not exist and TMPDIR cannot be written: the next one is used."""
    locked = scratch / "locked"
    locked.mkdir()
    locked.chmod(0o555)
    env = {**os.environ, "XDG_RUNTIME_DIR": str(scratch / "none"), "TMPDIR": str(locked)}
    result = run(leat, "run", "-q", "--", "/usr/bin/python3", "-c", CLEANED.replace("clean()\n    what", "what"), env=env)
    assert (result.stdout, result.returncode) == ("all\n", 0), result.stderr
