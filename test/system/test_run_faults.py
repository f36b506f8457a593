"""Each call of Leat that returns a descriptor, and each allocation, fails once: nothing hangs, no data is mixed up, and the rest of the run works."""
import concurrent.futures
import contextlib
import pathlib
import socket
import struct
import subprocess
import threading

import pytest
from conftest import not_in_guest, unprivileged
from inside import PYTHON, Place, environment, free_port, nothing_left, place, program  # noqa: F401
from test_run_descriptor_limit import named_servers

pytestmark = not_in_guest("thousands of runs, and what fails is simulated, whatever the kernel")
DESCRIPTORS, MEMORY = 1, 2


@pytest.fixture
def control(scratch):
    """Makes control files (test/tools/faults.c)."""
    if not faults_library().exists():
        pytest.skip("this build has no faults.so")

    def make(kind=0, at=0):
        path = scratch / f"control-{kind}-{at}"
        path.write_bytes(struct.pack("5q", kind, at, 1, 0, 0).ljust(4096, b"\0"))
        path.chmod(0o666)
        return path
    return make


def faults_library():
    return pathlib.Path(Place.leat).parent / "faults.so"


def command_with_faults(control, *args, options=()):
    return [*unprivileged(), "env", f"LD_PRELOAD={faults_library()}", f"FAULTS_CONTROL={control}", Place.leat, "run", "--quiet", *options, "--", *map(str, args)]


@contextlib.contextmanager
def datagram_server():
    with socket.socket(type=socket.SOCK_DGRAM) as s:
        s.bind(("127.0.0.1", free_port(socket.SOCK_DGRAM)))  # no port that a socket inside may get: 127.0.0.1 means that socket first

        def serve():
            with contextlib.suppress(OSError):
                while True:
                    data, source = s.recvfrom(100)
                    if not data:
                        return
                    s.sendto(b"U:" + data, source)
        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield s.getsockname()[1]
        s.sendto(b"", s.getsockname())
        thread.join()


def dial(port):
    try:
        with socket.create_connection(("127.0.0.1", port), 60) as s:
            s.settimeout(60)
            s.sendall(b"hello")
            return (s.recv(100) or b"reset").decode()
    except ConnectionError:
        return "reset"
    except OSError as e:
        return repr(e)


def run_rounds(control, kind, many, first, step, ports, options, disable):
    """Runs fault_rounds.py. Returns the lines that it printed, and its exit status."""
    published, lines = free_port(), []
    args = [PYTHON, program("fault_rounds.py"), control, kind, many, first, step, *ports, published]
    with subprocess.Popen(command_with_faults(control, *args, options=["-p", f"127.0.0.1:{published}:{published}", *options]), stdin=subprocess.PIPE,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment(disable), cwd="/") as proc:
        timer = threading.Timer(100, proc.kill)
        timer.start()
        for line in proc.stdout:
            if line == "dial\n":
                proc.stdin.write(dial(published) + "\n")
                proc.stdin.flush()
            else:
                lines.append(line.strip())
        timer.cancel()
    return [*lines, f"exit {proc.returncode}"]


SLOW = ["--delay", "3ms"]


@pytest.mark.parametrize("kind,many,options,disable", [(DESCRIPTORS, 1, [], ""), (DESCRIPTORS, 1, [], "pidfd_thread,addfd_send"), (DESCRIPTORS, 5, SLOW, ""),
                                                       (MEMORY, 1, [], ""), (MEMORY, 5, SLOW, "")])
def test_when_any_call_fails_the_rest_of_the_run_works(control, kind, many, options, disable):
    with named_servers("A", "B") as ports, datagram_server() as u, concurrent.futures.ThreadPoolExecutor() as pool:
        step = 2 if many == 1 else 4
        shares = [pool.submit(run_rounds, control(0, at), kind, many, at, step, [*ports, u], options, disable) for at in (1, 1 + step // 2)]
        for lines in [s.result() for s in shares]:
            assert len(lines) == 2 and lines[0].startswith("done ") and int(lines[0].split()[1]) > 7 and lines[1] == "exit 0", lines


def begin(control):
    """Starts a run whose beginning may fail. Returns the exit status, the output, the error output, and the number of calls."""
    done = subprocess.run(command_with_faults(control, "/bin/echo", "works"), capture_output=True, timeout=60, env=environment(), cwd="/", stdin=subprocess.DEVNULL)
    return done.returncode, done.stdout, done.stderr, struct.unpack_from("5q", control.read_bytes())[3]


@pytest.mark.parametrize("kind", [DESCRIPTORS, MEMORY])
def test_a_run_that_cannot_begin_says_why_and_ends(control, kind):
    calls = begin(control(kind, 1 << 40))[3]
    assert calls > 5
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for at, (status, out, err, _) in enumerate(pool.map(lambda at: begin(control(kind, at)), range(1, calls + 1)), 1):
            works = status == 0 and out == b"works\n" and err == b""
            said = status in (125, 126) and out == b"" and err.startswith((b"leat: ", b"leat run: ")) and err.count(b"\n") == 1
            assert works or said, (at, status, out, err)
