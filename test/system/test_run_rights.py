"""Descriptors that are passed over AF_UNIX sockets arrive as on Linux, except those that lead to the host's network."""
import ast
import contextlib
import json
import os
import pathlib
import socket
import subprocess
import threading
import time

import pytest
from conftest import SLOWER, unprivileged
from inside import FALLBACKS, PYTHON, command, environment, inside, nothing_left, place, program, python  # noqa: F401

pytestmark = pytest.mark.yama

LATER = 0.05  # seconds; by then the receiver waits

# Each step: what is sent each time the program says "next" (octets and descriptors), and how the program receives it.
STEPS = {
    "plain": dict(send=[("a", [])], receive=[(100, 0)]),
    "nothing with it": dict(send=[("a", [])], receive=[(100, 100)]),
    "one": dict(send=[("a", ["pipe"])], receive=[(100, 100)]),
    "three": dict(send=[("a", ["pipe", "file", "null"])], receive=[(100, 100)]),
    "room for two": dict(send=[("a", ["pipe", "file", "null"])], receive=[(100, 24)]),
    "room for one in a length": dict(send=[("a", ["pipe", "file"])], receive=[(100, 20)]),
    "room for none": dict(send=[("a", ["pipe"])], receive=[(100, 19)]),
    "no room": dict(send=[("a", ["pipe"])], receive=[(100, 0)]),
    "closed by execve": dict(send=[("a", ["pipe", "file"])], receive=[(100, 100, "MSG_CMSG_CLOEXEC")]),
    "peeked and received": dict(send=[("a", ["pipe"]), None], receive=[(100, 100, "MSG_PEEK"), (100, 100)]),
    "opened with O_PATH": dict(send=[("a", ["path", "pipe"])], receive=[(100, 100)]),
    "the most": dict(send=[("a", ["null"] * 253)], receive=[(100, 2000)]),
    "long": dict(send=[("b" * 60000, ["pipe"])], receive=[(100000, 100)]),
    "longer": dict(send=[("b" * 150000, ["pipe"])], receive=[(200000, 100)]),
    "cut": dict(send=[("abcdef", ["pipe"])], receive=[(3, 100), (10, 100, "MSG_DONTWAIT")]),
    "cut, with MSG_TRUNC": dict(send=[("abcdef", ["pipe"])], receive=[(3, 100, "MSG_TRUNC"), (10, 100, "MSG_DONTWAIT")]),
    "scattered": dict(send=[("abcdef", ["pipe"])], receive=[([1, 2, 0, 30], 100)]),
    "no octets": dict(send=[("abcdef", ["pipe"])], receive=[([], 100), (10, 100, "MSG_DONTWAIT")]),
    "two": dict(whole=True, send=[[("a", ["pipe"]), ("b", ["file"])], None], receive=[(100, 100), (100, 100)]),
    "before and with": dict(whole=True, send=[[("a", []), ("b", ["file"]), ("c", [])], None, None], receive=[(100, 100)] * 2 + [(100, 100, "MSG_DONTWAIT")]),
    "SO_PEEK_OFF": dict(options=[(42, 0)], send=[("abcdef", ["pipe"])], receive=[(2, 100, "MSG_PEEK"), (1, 100), (2, 100, "MSG_PEEK", "MSG_DONTWAIT"),
                                                                                 (9, 100, "MSG_DONTWAIT")]),
    "nothing there": dict(send=[None], receive=[(100, 100, "MSG_DONTWAIT")]),
    "credentials": dict(options=[("SO_PASSCRED", 1)], send=[("a", [])], receive=[(100, 100)]),
    "credentials and one": dict(options=[("SO_PASSCRED", 1)], send=[("a", ["pipe"])], receive=[(100, 100)]),
    "credentials in little room": dict(options=[("SO_PASSCRED", 1)], send=[("a", ["pipe"])], receive=[(100, 40)]),
    "waited for": dict(send=[(LATER, "a", ["pipe"])], receive=[(100, 100)]),
    "waited for in vain": dict(options=[("SO_RCVTIMEO", 30000)], send=[None], receive=[(100, 100)]),
    "the program's table is full": dict(files=True, send=[("a", ["pipe"] * 5)], receive=[(100, 100)]),
    "all": dict(send=[[("abc", []), (LATER, "def", []), (LATER, "ghi", [])]], receive=[(9, 100, "MSG_WAITALL")]),
    "all of much": dict(send=[[("a" * 100000, []), (LATER, "b" * 50000, [])]], receive=[(150000, 100, "MSG_WAITALL")]),
    "all until the time is over": dict(whole=True, options=[("SO_RCVTIMEO", 100000)], send=[[("abc", [])]], receive=[(9, 100, "MSG_WAITALL")]),
    "the end": dict(send=["close"], receive=[(100, 100), (100, 100)]),
}


class Sender:
    """The process outside that sends the descriptors."""

    def __init__(self, folder, kind):
        self.path, self.kind = str(folder / "socket"), kind
        self.listener = socket.socket(socket.AF_UNIX, kind)
        self.listener.bind(self.path)
        os.chmod(self.path, 0o777)
        if kind != socket.SOCK_DGRAM:
            self.listener.listen()
        self.files = {"null": os.open("/dev/null", os.O_RDWR), "file": os.open("/etc/passwd", os.O_RDONLY), "path": os.open("/etc", os.O_PATH),
                      "pipe": os.pipe()[0], "host": socket.socket().detach(), "host udp": socket.socket(socket.AF_INET6, socket.SOCK_DGRAM).detach()}

    def close(self):
        for fd in self.files.values():
            os.close(fd)
        self.listener.close()
        os.unlink(self.path)

    def send(self, s, to, what):
        if what is None:
            return
        for later, data, files in [(0, *one) if len(one) == 2 else one for one in ([what] if isinstance(what, tuple) else what)]:
            time.sleep(later)
            fds = [self.files[name] for name in files]
            control = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, b"".join(fd.to_bytes(4, "little") for fd in fds))] if fds else []
            with contextlib.suppress(ConnectionError):
                s.sendmsg([data.encode()], control, 0, to)

    def serve(self, steps):
        for step in steps:
            if self.kind == socket.SOCK_DGRAM:
                s, (_, to) = self.listener, self.listener.recvfrom(5)
            else:
                s, to = self.listener.accept()[0], None
                s.recv(5)
            for what in step["send"]:
                if not s.recv(4) or what == "close":
                    break
                self.send(s, to, what)
                if "whole" in step:
                    pathlib.Path(self.path + ".sent").touch()
            if s is not self.listener:
                with contextlib.suppress(OSError):
                    while step["send"][0] != "close" and s.recv(100):
                        pass
                s.close()


def exchange(folder, kind, steps, *prefix, **more):
    """Returns what the program prints for each step, and its error output."""
    sender = Sender(folder, getattr(socket, kind))
    served = threading.Thread(target=sender.serve, args=(steps,), daemon=True)
    served.start()
    args = [PYTHON, "-S", program("receive_steps.py"), sender.path, kind, *(json.dumps({k: v for k, v in step.items() if k != "send"}) for step in steps)]
    done = subprocess.run([*prefix, *map(str, args)], capture_output=True, text=True, timeout=60 * SLOWER, env=environment(**more), cwd="/")
    served.join(60)
    sender.close()
    assert done.returncode == 0, done
    return [ast.literal_eval(line) for line in done.stdout.splitlines()], done.stderr


def steps_for(kind, *names):
    for name, step in STEPS.items():
        if (not names or name in names) and not (kind != "SOCK_STREAM" and name.startswith("all") or kind == "SOCK_DGRAM" and name == "the end"):
            yield step | {"name": name, "send": step["send"] + [None] * (len(step["receive"]) - len(step["send"]))}


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET"])
def test_descriptors_arrive_as_on_linux(scratch, kind):
    steps = list(steps_for(kind))
    natively, _ = exchange(scratch, kind, steps, *unprivileged())
    inside_too, stderr = exchange(scratch, kind, steps, *command(options=["-q"]))
    for one, other in zip(natively, inside_too, strict=True):
        assert other == one
    assert not stderr


@pytest.mark.parametrize("disable", FALLBACKS[1:])
def test_descriptors_arrive_on_older_kernels(scratch, disable):
    steps = list(steps_for("SOCK_STREAM", "three", "waited for", "all"))
    lines, _ = exchange(scratch, "SOCK_STREAM", steps, *command(options=["-q"]), disable=disable)
    assert [line[1][1] for line in lines] == ["a", "a", "abcdefghi"] and [len(line[1][2]) for line in lines] == [1, 1, 0]


@pytest.mark.parametrize("kind", ["SOCK_STREAM", "SOCK_DGRAM", "SOCK_SEQPACKET"])
def test_a_socket_of_the_host_does_not_arrive(scratch, kind):
    step = dict(name="host", send=[("a", ["pipe", "host", "file"]), ("b", ["host udp"]), (LATER, "c", ["host"]), ("d", ["host"]), None],
                receive=[(100, 100), (100, 100), (100, 100), (100, 100, "MSG_PEEK"), (100, 100)])
    [[_, *lines]], stderr = exchange(scratch, kind, [step], *command())
    got = [(line[1], [w for words in line[2] for w in words[1:]], line[3]) for line in lines]
    assert got == [("a", ["pipe"], "0x8"), ("b", [], "0x8"), ("c", [], "0x8"), ("d", [], "0x8"), ("d", [], "0x8")], lines
    assert stderr.count("a process outside sent a socket on the host's network to") == 1


@contextlib.contextmanager
def four_messages(bin_dir):
    """Gives recvmmsg_rights, and a socket from which it can receive four messages; two of them hold a socket of the host."""
    subprocess.run(["cc", "-O1", "-o", bin_dir / "recvmmsg_rights", program("recvmmsg_rights.c")], check=True)
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM)
    with ours, theirs, socket.socket() as host, open("/etc/passwd") as file:
        for fds in [file.fileno()] * 2, [], [file.fileno(), host.fileno()], [host.fileno()]:
            socket.send_fds(ours, [b"abc"], fds) if fds else ours.send(b"abc")
        yield bin_dir / "recvmmsg_rights", theirs.fileno()


@pytest.mark.parametrize("asked", [4, 16, 300])
def test_recvmmsg_removes_host_sockets_from_each_message(bin_dir, asked):
    """Also if the program asks for more messages than its vector has room for."""
    with four_messages(bin_dir) as (taker, fd):
        done = inside(taker, asked, fd, pass_fds=[fd])
    assert done.stdout == b"3 2 0\n3 0 0\n3 1 8\n3 0 8\n", done


def test_a_header_that_only_the_kernel_can_read_is_refused(bin_dir):
    """The header is in write-only memory. On most machines the kernel's copy_from_user() can read that, but another process cannot."""
    with four_messages(bin_dir) as (taker, fd):
        done = inside(taker, -1, fd, pass_fds=[fd])
    assert (done.stdout, done.returncode) == (b"", 1), done


def test_waiting_for_a_message_does_not_block_other_calls(ports):
    done = python(f"""
import signal, socket, threading
a, b = socket.socketpair()
rang = []
signal.signal(signal.SIGALRM, lambda *_: rang.append(1))
threading.Thread(target=lambda: print(len(b.recvmsg(10, 100)[0]), flush=True), daemon=True).start()
for _ in range(50):
    socket.create_connection(('127.0.0.1', {ports[0]})).close()
print('well', flush=True); a.send(b'now')
threading.enumerate()[-1].join() if threading.active_count() > 1 else None
signal.setitimer(signal.ITIMER_REAL, 0.05)
threading.Timer(0.5, lambda: a.send(b'late')).start()
print(b.recvmsg(10, 100)[0], rang)
""")
    assert done.stdout == b"well\n3\nb'late' [1]\n", done


def test_waiting_behind_the_peek_offset_takes_no_processor_time():
    """The socket is readable the whole time."""
    done = python("""
import os, socket, threading
def spent():
    f = open(f'/proc/{os.getppid()}/stat').read().rsplit(')', 1)[1].split()
    return (int(f[11]) + int(f[12])) / os.sysconf('SC_CLK_TCK')
a, b = socket.socketpair()
b.setsockopt(socket.SOL_SOCKET, 42, 100)  # SO_PEEK_OFF
a.send(bytes(10))
before = spent()
threading.Timer(0.6, lambda: a.send(bytes(100))).start()
print(len(b.recvmsg(1000, 100, socket.MSG_PEEK)[0]), spent() - before < 0.2)
""")
    assert (done.stdout, done.stderr) == (b"10 True\n", b"")
