"""A program inside cannot reach the host's network, and no process of it outlives the run."""
import ctypes
import errno
import os
import platform
import random
import select
import signal
import socket
import struct
import subprocess
import time

import pytest
from conftest import SLOWER, unprivileged
from inside import PYTHON, Place, command, environment, inside, loud, nothing_left, place, program, started  # noqa: F401


@pytest.fixture(scope="module")
def compiled(bin_dir):
    """Compiles a test program in C, once."""
    def build(name, *options):
        if not (bin_dir / name).exists():
            subprocess.run(["cc", "-O1", *options, "-o", bin_dir / name, program(name + ".c")], check=True)
        return bin_dir / name
    return build


def ended(proc, seconds=60):
    """Returns true once every process that holds the output has ended: the supervisor, the worker and the program."""
    return bool(select.select([proc.stdout], [], [], seconds * SLOWER)[0]) and proc.stdout.read() == b""


def test_the_program_cannot_look_into_leats_processes():
    lines = inside(PYTHON, program("take_sockets.py")).stdout.decode().split("\n")
    assert [line.split()[0] for line in lines[:2]] == ["worker", "supervisor"], lines
    assert {word for line in lines for word in line.split()[1:]} <= {"EPERM", "EACCES"}, lines


def test_with_hidden_disabled_the_program_can_look_into_leats_processes():
    lines = inside(PYTHON, program("take_sockets.py"), disable="hidden").stdout.decode().split("\n")
    assert all(line.split()[1] == "allowed" for line in lines[:2]), lines


def test_the_program_can_look_into_itself():
    done = inside(PYTHON, "-c", "import os; print(os.listdir('/proc/self/fd') != [], open('/proc/self/mem', 'rb') is not None)")
    assert done.stdout == b"True True\n", done.stderr


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as f:
            return f.read().split()
    except OSError:
        return []


def test_killing_the_supervisor_at_any_moment_ends_everything():
    draw, delays = random.Random(5), []
    for _ in range(int(os.environ.get("LEAT_TEST_KILLS", "120"))):
        with subprocess.Popen(command("sleep", "60", options=["-q"]), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              env=environment(), cwd="/") as proc:
            end = time.monotonic() + 60
            while not children(proc.pid) and time.monotonic() < end:
                pass
            at = time.perf_counter() + draw.random() * 0.004
            while time.perf_counter() < at:
                pass
            proc.kill()
            delays += [] if ended(proc) else [at]
    assert not delays, f"{len(delays)} runs went on"


@pytest.mark.parametrize("kind,chains", [("exit", 1), ("exit", 16), ("nest", 8), ("session", 4), ("memory", 1), ("memory", 16)])
@pytest.mark.parametrize("victim", ["supervisor", "worker"])
def test_a_program_that_forks_all_the_time_is_ended(compiled, kind, chains, victim):
    with started(compiled("fork_chain", "-static"), kind, chains, 600) as proc:
        assert proc.stdout.readline() == b"ready\n"
        os.kill(int(children(proc.pid)[0]) if victim == "worker" else proc.pid, signal.SIGKILL)
        begin = time.monotonic()
        assert ended(proc), "it goes on"
        assert proc.wait(60) == (125 if victim == "worker" else -signal.SIGKILL)
        print(kind, chains, victim, f"{time.monotonic() - begin:.3f} s")


def test_until_first_ends_a_program_that_forks_all_the_time(compiled):
    """SIGTERM misses some of its processes; SIGKILL does not."""
    with started("sh", "-c", f"{compiled('fork_chain', '-static')} exit 2 600 & read line; exit 0", options=["--until", "first"], stdin=subprocess.PIPE) as proc:
        assert proc.stdout.readline() == b"ready\n"
        proc.stdin.close()
        assert proc.wait(60 * SLOWER) == 0


SAME_NUMBER = """
import os, time
first = os.getpid()
if os.fork():
    os._exit(7)
os.setsid()  # a process group would keep the ID in use
while os.path.exists(f'/proc/{first}'):
    time.sleep(0.01)
with open('/proc/sys/kernel/ns_last_pid', 'w') as f:
    f.write(str(first - 1))
if child := os.fork():
    os.write(1, b'the same' if child == first else b'another'); os._exit(0)
time.sleep(0.2); os._exit(9)
"""


def test_a_later_process_with_the_id_of_the_first_is_not_taken_for_it():
    own = [*unprivileged(), "unshare", "-Urpf", "--mount-proc"]
    if subprocess.run([*own, "sh", "-c", "echo 100 >/proc/sys/kernel/ns_last_pid"], capture_output=True).returncode:
        pytest.skip("no PID namespaces here")
    done = subprocess.run([*own, Place.leat, "run", "-q", "--", PYTHON, "-c", SAME_NUMBER], capture_output=True, timeout=60 * SLOWER, env=environment(), cwd="/")
    assert (done.stdout, done.returncode) == (b"the same", 7), done


def test_a_run_ends_although_sigchld_is_ignored():
    """The program ignores it as well, as it would outside."""
    code = "import signal; print(signal.getsignal(signal.SIGCHLD) == signal.SIG_IGN); raise SystemExit(3)"
    with started(PYTHON, "-c", code, preexec_fn=lambda: signal.signal(signal.SIGCHLD, signal.SIG_IGN)) as proc:
        assert proc.wait(60 * SLOWER) == 3 and proc.stdout.read() == b"True\n"


def io_uring():
    params = ctypes.create_string_buffer(120)
    fd = ctypes.CDLL(None, use_errno=True).syscall(425, 4, params)
    if fd < 0:
        raise OSError(ctypes.get_errno(), "io_uring_setup")
    return fd


def epoll():
    with select.epoll() as e:
        return os.dup(e.fileno())


def of_family(family, kind, protocol=0):
    return lambda: socket.socket(family, kind, protocol).detach()


# For each kind of descriptor: how it is made, and the word in the message that refuses it; None if it may be inherited.
INHERITED = {
    "udp": (of_family(socket.AF_INET, socket.SOCK_DGRAM), "socket on the host's network"),
    "tcp6": (of_family(socket.AF_INET6, socket.SOCK_STREAM), "socket on the host's network"),
    "packet": (of_family(socket.AF_PACKET, socket.SOCK_DGRAM), "packet socket"),
    "route": (of_family(socket.AF_NETLINK, socket.SOCK_RAW), "netlink socket"),
    "uevent": (of_family(socket.AF_NETLINK, socket.SOCK_RAW, 15), "netlink socket"),
    "vsock": (of_family(socket.AF_VSOCK, socket.SOCK_STREAM), "VSOCK"),
    "xdp": (of_family(44, socket.SOCK_RAW), "XDP socket"),
    "can": (of_family(socket.AF_CAN, socket.SOCK_RAW, 1), "socket of a family"),
    "io_uring": (io_uring, "io_uring"),
    "tun": (lambda: os.open("/dev/net/tun", os.O_RDWR), "TUN/TAP"),
    "unix": (of_family(socket.AF_UNIX, socket.SOCK_STREAM), None),
    "ciphers": (of_family(38, socket.SOCK_SEQPACKET), None),
    "pidfd": (lambda: os.pidfd_open(os.getpid()), None),
    "epoll": (epoll, None),
    "null": (lambda: os.open("/dev/null", os.O_RDWR), None),
}


@pytest.mark.parametrize("what", INHERITED)
def test_a_descriptor_that_leads_to_the_hosts_network_is_not_inherited(what):
    make, word = INHERITED[what]
    try:
        fd = make()
    except OSError as e:
        pytest.skip(f"not to be had here: {e}")
    try:
        refused = inside("true", pass_fds=[fd])
        os.set_inheritable(fd, False)
        closed = inside("true")
    finally:
        os.close(fd)
    assert closed.returncode == 0, closed.stderr
    if word:
        assert refused.returncode == 126 and f"descriptor {fd} is" in refused.stderr.decode() and word in refused.stderr.decode(), refused.stderr
    else:
        assert refused.returncode == 0 and refused.stderr == b""


def elf32(path, machine=3):
    """Makes a program for i386 with two system calls: socketcall(2), then exit(2) with the error of the first."""
    at, code = 0x8048000, bytes.fromhex("b8660000 00cd 80 f7d8 89c3 b801000000 cd80".replace(" ", ""))
    header = b"\x7fELF\1\1\1".ljust(16, b"\0") + struct.pack("<HHIIIIIHHHHHH", 2, machine, 1, at + 84, 52, 0, 0, 52, 32, 1, 0, 0, 0)
    whole = len(header) + 32 + len(code)
    path.write_bytes(header + struct.pack("<8I", 1, 0, at, at, whole, whole, 5, 4096) + code)
    path.chmod(0o755)
    return path


def test_a_32_bit_program_is_refused_at_the_start(scratch):
    for machine in (3, 62) if platform.machine() == "x86_64" else (40,):
        done = inside(elf32(scratch / f"program{machine}", machine))
        assert done.returncode == 126 and b"a 32-bit program" in done.stderr and done.stderr.count(b"\n") == 1


@pytest.mark.skipif(platform.machine() != "x86_64", reason="the program is for x86")
def test_a_32_bit_program_that_the_program_starts_is_named_and_refused(scratch):
    path = elf32(scratch / "small")
    try:
        subprocess.run([path], timeout=60)
    except OSError as e:
        pytest.skip(f"no 32-bit programs here: {e}")
    done = loud("sh", "-c", f"{path}; echo $?; {path}; echo $?")
    assert done.stdout == f"{errno.ENOSYS}\n{errno.ENOSYS}\n" and done.stderr.count("32-bit system calls (small): not supported") == 1, done
    assert "not supported" not in inside("sh", "-c", path).stderr.decode()


@pytest.mark.skipif(platform.machine() != "x86_64", reason="of x86 alone")
def test_x32_calls_are_named_and_refused():
    done = loud(PYTHON, "-c", "import ctypes; print(ctypes.CDLL(None).syscall(0x40000000 + 41, 2, 1, 0))")
    assert done.stdout == "-1\n" and done.stderr.count("x32 system calls (python3): not supported") == 1


def test_socketpair_makes_af_unix_sockets_only():
    """Linux also makes pairs of TIPC, but those could send to others than their peers."""
    code = """
import ctypes
l, two = ctypes.CDLL(None, use_errno=True), (ctypes.c_int * 2)()
print([l.socketpair(family, kind, 0, two) and ctypes.get_errno() for family, kind in ((1, 1), (1 << 32 | 1, 5), (2, 1), (30, 4))])
"""
    done = loud(PYTHON, "-c", code)
    assert done.stdout == f"[0, 0, {errno.EOPNOTSUPP}, {errno.EAFNOSUPPORT}]\n", done


def test_io_uring_is_named_and_refused():
    code = "import ctypes; l = ctypes.CDLL(None, use_errno=True); print([(l.syscall(n, 0, 0, 0, 0, 0, 0), ctypes.get_errno()) for n in (425, 426, 427)])"
    done = loud(PYTHON, "-c", code)
    assert done.stdout == f"{[(-1, errno.ENOSYS)] * 3}\n" and done.stderr.count("io_uring: not supported") == 1
