"""hostile_calls.py SEED COUNT PORT: makes system calls on sockets with arguments that no honest program has.

Pointers lead nowhere, to the end of a page or into the kernel; lengths are negative or larger than memory; addresses are cut short; messages are
inconsistent. No call waits, and only 127.0.0.1 and ::1 are named. The kernel, or Leat in its place, returns an error. A SIGSEGV would be a fault of this
program. Prints how many calls succeeded and failed, and checks that a server on PORT still answers.
"""
import ctypes
import mmap
import os
import random
import signal
import socket
import struct
import sys

libc = ctypes.CDLL(None, use_errno=True)
libc.syscall.restype = ctypes.c_long
NR = {"x86_64": dict(socket=41, connect=42, accept=43, sendto=44, recvfrom=45, sendmsg=46, recvmsg=47, shutdown=48, bind=49, listen=50, getsockname=51,
                     getpeername=52, setsockopt=54, getsockopt=55, accept4=288, recvmmsg=299, sendmmsg=307, ioctl=16),
      "aarch64": dict(socket=198, connect=203, accept=202, sendto=206, recvfrom=207, sendmsg=211, recvmsg=212, shutdown=210, bind=200, listen=201, getsockname=204,
                      getpeername=205, setsockopt=208, getsockopt=209, accept4=242, recvmmsg=243, sendmmsg=269, ioctl=29)}[os.uname().machine]
DONTWAIT, SIZE = socket.MSG_DONTWAIT, 1 << 16
SIGNED = 1 << 64


class Caller:
    def __init__(self, seed):
        self.rng = random.Random(seed)
        self.map = mmap.mmap(-1, 2 * SIZE)
        self.base = ctypes.addressof(ctypes.c_char.from_buffer(self.map))
        if libc.mprotect(ctypes.c_void_p(self.base + SIZE), ctypes.c_size_t(SIZE), 0):
            raise OSError(ctypes.get_errno(), "mprotect")
        self.fds = []
        self.good = self.bad = 0

    def octets(self, n):
        return self.rng.randbytes(n)

    def length(self):
        return self.rng.choice([0, 1, 2, 7, 8, 15, 16, 27, 28, 56, 110, 128, 129, 1000, 65536, (1 << 31) - 1, 1 << 31, (1 << 32) - 1, 1 << 32, 1 << 62, SIGNED - 1])

    def put(self, octets):
        """Copies them to readable memory, sometimes to its very end. Returns the address."""
        at = self.rng.choice([SIZE - len(octets), self.rng.randrange(0, SIZE - len(octets) + 1)])
        self.map[at:at + len(octets)] = octets
        return self.base + at

    def pointer(self):
        r = self.rng
        return r.choice([0, 1, 8, self.base + SIZE, self.base + SIZE - 1, self.base + SIZE - r.randrange(64), SIGNED - 1, 0xffff800000000000, 0x7ffffffff000,
                         self.put(self.octets(64)), self.put(struct.pack("=i", self.small())), self.put(bytes(256))])

    def small(self):
        return self.rng.choice([0, 1, 2, 3, 4, 16, 28, 110, 128, -1, -(1 << 31), (1 << 31) - 1, self.rng.randrange(-300, 300)])

    def address(self):
        """Returns the address and the length of a socket address; either may be wrong."""
        r = self.rng
        port = struct.pack("!H", r.choice([0, 1, 80, 7777, 65535]))
        four = struct.pack("=H", r.choice([socket.AF_INET, socket.AF_INET, 0, 77])) + port + socket.inet_aton("127.0.0.1") + bytes(8)
        six = struct.pack("=H", socket.AF_INET6) + port + self.octets(4) + socket.inet_pton(socket.AF_INET6, "::1") + struct.pack("=I", r.choice([0, 1, 99]))
        unix = struct.pack("=H", socket.AF_UNIX) + b"\0" + self.octets(r.randrange(100))
        whole = r.choice([four, four, six, six, unix])
        octets = whole if r.random() < 0.7 else whole[:r.randrange(len(whole) + 1)]
        if len(octets) < len(whole):
            return self.put(octets), len(octets)
        return r.choice([self.put(octets), self.put(octets), self.pointer()]), r.choice([len(octets), len(octets), len(octets), self.small() & 0xffffffff])

    def control(self):
        r = self.rng
        parts = b""
        for _ in range(r.randrange(4)):
            data = self.octets(r.randrange(40))
            length = r.choice([16 + len(data)] * 3 + [0, 15, 16, 17, 1 << 20, SIGNED - 1])
            parts += struct.pack("=Qii", length, r.choice([0, 1, 6, 17, 41, 99]), self.small()) + data + bytes(-len(data) % 8)
        return parts

    def vector(self):
        r = self.rng
        return b"".join(struct.pack("=QQ", self.pointer(), self.length()) for _ in range(r.randrange(6)))

    def message(self):
        r = self.rng
        name, namelen = r.choice([(0, 0), self.address()])
        iov, control = self.vector(), self.control()
        count = r.choice([len(iov) // 16] * 4 + [1024, 1025, 1 << 31, SIGNED - 1])
        room = r.choice([len(control)] * 3 + [0, 1, 15, 17, 4096, 1 << 31, SIGNED - 1])
        return struct.pack("=QIIQQQQii", name, namelen & 0xffffffff, 0, r.choice([self.put(iov), self.put(iov), self.pointer()]), count,
                           r.choice([self.put(control), self.put(control), self.pointer()]), room, self.small(), 0)

    def fd(self):
        return self.rng.choice(self.fds) if self.fds and self.rng.random() < 0.97 else self.rng.choice([-1, 999, 1 << 30])

    def call(self, name, *args):
        rc = libc.syscall(ctypes.c_long(NR[name]), *[ctypes.c_ulong(a % SIGNED) for a in args])
        self.good += rc >= 0
        self.bad += rc < 0
        return rc

    def new_fd(self, rc):
        if rc < 0:
            return
        self.fds.append(rc)
        if len(self.fds) > 40:
            os.close(self.fds.pop(self.rng.randrange(len(self.fds))))

    def step(self):
        r = self.rng
        name = r.choice(list(NR))
        flags = DONTWAIT | r.choice([0, 0, 1, 2, 0x8000, 0x4000, 0x20, 0x40])
        if name == "socket" or not self.fds:
            kind = r.choice([socket.SOCK_STREAM, socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, 77]) | socket.SOCK_NONBLOCK
            self.new_fd(self.call("socket", r.choice([socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK, socket.AF_UNIX, 99]), kind, r.choice([0, 0, 0, 6, 17, 255, -1])))
        elif name in ("connect", "bind"):
            self.call(name, self.fd(), *self.address())
        elif name in ("accept", "accept4"):
            self.new_fd(self.call(name, self.fd(), self.pointer(), self.pointer(), socket.SOCK_NONBLOCK))
        elif name in ("getsockname", "getpeername"):
            self.call(name, self.fd(), self.pointer(), self.pointer())
        elif name in ("sendto", "recvfrom"):
            where = self.address() if name == "sendto" else (self.pointer(), self.pointer())
            self.call(name, self.fd(), self.pointer(), self.length(), flags, *where)
        elif name in ("sendmsg", "recvmsg"):
            self.call(name, self.fd(), r.choice([self.put(self.message()), self.put(self.message()), self.pointer()]), flags)
        elif name in ("sendmmsg", "recvmmsg"):
            several = b"".join(self.message() + struct.pack("=II", 0, 0) for _ in range(3))
            self.call(name, self.fd(), self.put(several), r.choice([0, 1, 3, 3, 1 << 31, (1 << 32) - 1]), flags, 0)
        elif name in ("setsockopt", "getsockopt"):
            level = r.choice([0, 1, 6, 17, 41, 255, 263, -1])
            value = self.put(struct.pack("=ii", self.small(), self.small()))
            length = self.small() if name == "setsockopt" else r.choice([self.put(struct.pack("=i", self.small())), self.pointer()])
            self.call(name, self.fd(), level, r.randrange(0, 80), r.choice([value, self.pointer()]), length)
        elif name == "ioctl":
            self.call(name, self.fd(), r.choice([0x541b, 0x5411, 0x8905, *range(0x8910, 0x8950), 0x5450]), self.pointer())
        else:
            self.call(name, self.fd(), self.small())


def main():
    caller = Caller(int(sys.argv[1]))
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.alarm(60)
    for _ in range(int(sys.argv[2])):
        caller.step()
    with socket.create_connection(("127.0.0.1", int(sys.argv[3])), 10) as sock:  # Leat still works
        sock.sendall(b"x")
        assert sock.recv(1) == b"x"
    print(f"{caller.good} calls succeeded, {caller.bad} failed")


main()
