"""udp_client.py PORT: sends and receives datagrams with every call, against an echo server on loopback."""
import socket
import sys

to = ("127.0.0.1", int(sys.argv[1]))
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(60)
s.sendto(b"one", to)
assert s.recvfrom(100) == (b"one", to)
s.connect(to)
assert s.getpeername() == to
s.send(b"two")
assert s.recv(100) == b"two"
s.sendmsg([b"thr", b"ee"])
assert s.recvmsg(100)[0] == b"three"
s.send(b"x" * 8000)
assert s.recvfrom(9000) == (b"x" * 8000, to)
s.send(b"long one")
data, _, flags, source = s.recvmsg(4)
assert (data, bool(flags & socket.MSG_TRUNC), source) == (b"long", True, to)
for i in range(100):  # more than the default queue of the kernel, which is 10
    s.send(b"%d" % i)
got = sorted(int(s.recv(100)) for _ in range(100))
assert got == list(range(100)), got
refused = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
refused.settimeout(60)
refused.connect(("127.0.0.1", 9))
refused.send(b"anybody?")
try:
    refused.recv(10)
except (ConnectionRefusedError, ConnectionResetError):
    print("well")
