"""nonblocking.py PORT CLOSED: a non-blocking connect(), as poll(2), select(2) and epoll(7) see it."""
import errno
import select
import socket
import sys


def begin(port):
    s = socket.socket()
    s.setblocking(False)
    assert s.connect_ex(("127.0.0.1", port)) == errno.EINPROGRESS
    return s


def events(s, wait):
    p = select.poll()
    p.register(s, select.POLLIN | select.POLLOUT)
    return p.poll(wait)


s = begin(int(sys.argv[1]))
e = select.epoll()
e.register(s, select.EPOLLIN | select.EPOLLOUT | select.EPOLLET)
assert s.connect_ex(("127.0.0.1", 1)) == errno.EALREADY
try:
    s.send(b"too early")
    raise AssertionError("sent before the handshake")
except BlockingIOError:
    pass
assert events(s, 5000) == [(s.fileno(), select.POLLOUT)]
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
assert s.getpeername() == ("127.0.0.1", int(sys.argv[1]))
assert any(ev & select.EPOLLOUT for _, ev in e.poll(1))
s.send(b"GET / HTTP/1.0\r\n\r\n")
got = b""
while True:
    select.select([s], [], [], 5)
    data = s.recv(65536)
    if not data:
        break
    got += data
assert got.endswith(b"hello\n"), got

s = begin(int(sys.argv[2]))
[(_, ev)] = events(s, 5000)
assert ev & select.POLLERR and ev & select.POLLOUT, ev
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == errno.ECONNREFUSED
assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0
print("well")
