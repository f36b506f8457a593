"""isolation.py: asserts that the program cannot make the sockets that `leat run` denies it."""
import errno
import socket


def refused(family, kind, protocol=0):
    try:
        socket.socket(family, kind, protocol).close()
        return 0
    except OSError as e:
        return e.errno


assert refused(socket.AF_PACKET, socket.SOCK_RAW) == errno.EAFNOSUPPORT
assert refused(socket.AF_VSOCK, socket.SOCK_STREAM) == errno.EAFNOSUPPORT
assert refused(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP) == errno.EPERM
assert refused(socket.AF_INET, socket.SOCK_STREAM, 262) == errno.EPROTONOSUPPORT  # MPTCP
assert refused(socket.AF_INET, socket.SOCK_STREAM, 132) == errno.EPROTONOSUPPORT  # SCTP
assert refused(socket.AF_NETLINK, socket.SOCK_RAW, 9) == errno.EPROTONOSUPPORT
assert refused(socket.AF_UNIX, socket.SOCK_STREAM) == 0
for path in "/run/nscd/socket", "/run/systemd/resolve/io.systemd.Resolve", "/run/avahi-daemon/socket":
    try:
        socket.socket(socket.AF_UNIX).connect(path)
        raise AssertionError(path)
    except FileNotFoundError:
        pass
names = [name for _, name in socket.if_nameindex()]
assert "lo" in names and "eth0" in names and len(names) == 2, names
infos = {a[4][0] for a in socket.getaddrinfo("localhost", 80, flags=socket.AI_ADDRCONFIG)}
assert "127.0.0.1" in infos, infos
a, b = socket.socketpair()
a.send(b"own")
assert b.recv(3) == b"own"
print("well")
