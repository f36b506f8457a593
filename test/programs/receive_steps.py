"""receive_steps.py SOCKET KIND STEP...: receives descriptors from a process outside. Each step is a connection, and prints one line."""
import array
import contextlib
import errno
import json
import os
import resource
import socket
import stat
import struct
import sys
import time


def name_of(fd):
    mode = os.fstat(fd).st_mode
    return "socket" if stat.S_ISSOCK(mode) else "pipe" if stat.S_ISFIFO(mode) else "file" if stat.S_ISREG(mode) else "other"


def words_of(control):
    for level, what, value in control:
        if (level, what) == (socket.SOL_SOCKET, socket.SCM_RIGHTS):
            fds = array.array("i", value[:len(value) // 4 * 4])
            yield [len(value)] + [name_of(fd) + ("" if os.get_inheritable(fd) else " cloexec") for fd in fds]
            for fd in fds:
                os.close(fd)
        elif (level, what) == (socket.SOL_SOCKET, socket.SCM_CREDENTIALS) and len(value) == 12:
            yield ["credentials", struct.unpack("3i", value)[0] > 0, *struct.unpack("3i", value)[1:]]
        else:
            yield [level, what, len(value)]


def received(s, sizes, room, flags):
    buffers = [bytearray(size) for size in sizes]
    try:
        n, control, out, name = s.recvmsg_into(buffers, room, flags)
    except OSError as e:
        return errno.errorcode[e.errno]
    data = b"".join(buffers)[:n]
    return [n, data.decode() if n < 40 else hash(data) and len(set(data)), list(words_of(control)), hex(out), isinstance(name, bytes) and name[:6].decode()]


def wait_until_sent():
    """Waits for the file with which the sender says that it has sent all that it sends before the next call."""
    while not os.path.exists(path + ".sent"):
        time.sleep(0.005)
    os.unlink(path + ".sent")


def steps_of(s, step):
    for name, value in step.get("options", []):
        s.setsockopt(socket.SOL_SOCKET, getattr(socket, name) if isinstance(name, str) else name, struct.pack("ll", 0, value) if name == "SO_RCVTIMEO" else value)
    for size, room, *flags in step["receive"]:
        with contextlib.suppress(BrokenPipeError):
            s.send(b"next")
        if "whole" in step:
            wait_until_sent()
        if "files" in step:
            resource.setrlimit(resource.RLIMIT_NOFILE, (s.fileno() + 3, 4096))
        yield received(s, size if isinstance(size, list) else [size], room, sum(getattr(socket, f) for f in flags))
        resource.setrlimit(resource.RLIMIT_NOFILE, (1024, 4096))


path, kind = sys.argv[1], getattr(socket, sys.argv[2])
for at, step in enumerate(map(json.loads, sys.argv[3:])):
    with socket.socket(socket.AF_UNIX, kind) as s:
        if kind == socket.SOCK_DGRAM:
            s.bind("\0leat-test-%d-%d" % (os.getpid(), at))
        s.connect(path)
        s.send(b"begin")
        print([step["name"], *steps_of(s, step)], flush=True)
