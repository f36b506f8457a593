"""What the other side sees when a program closes, and what a program sees of errors, where timing hides it."""
from inside import PYTHON, nothing_left, place, ports, python  # noqa: F401

# A server that writes and never reads, and a client that does alike: soon no buffer takes any more.
STUCK = """
import socket, threading, time
listener = socket.create_server(('127.0.0.1', 8000))
ended = []
def serve(conn):
    conn.settimeout(10)
    try:
        while True: conn.sendall(bytes(65536))
    except OSError as e: ended.append(type(e).__name__)
client = socket.create_connection(('127.0.0.1', 8000))
server = threading.Thread(target=serve, args=(listener.accept()[0],)); server.start()
client.settimeout(0.5)
try:
    while True: client.send(bytes(65536))
except TimeoutError: pass
client.close(); server.join(); print(*ended)
"""


def test_closing_with_data_unread_resets_though_what_was_written_is_stuck():
    """RFC 2525, 2.17."""
    done = python(STUCK)
    assert done.stdout in (b"ConnectionResetError\n", b"BrokenPipeError\n"), done


def test_data_for_a_closed_socket_reset_though_what_was_written_is_stuck():
    """RFC 9293, 3.10.7.4: the server's data come after the close, and nothing was unread before."""
    code = STUCK.replace("while True: conn.sendall(bytes(65536))", "go.wait(10)\n        while True: conn.sendall(bytes(65536))")
    done = python(code.replace("ended = []", "ended = []; go = threading.Event()").replace("client.close();", "client.close(); time.sleep(1); go.set();"))
    assert done.stdout in (b"ConnectionResetError\n", b"BrokenPipeError\n"), done


def test_what_was_closed_before_a_question_has_reached_the_other_socket():
    """Natively close(2) with SO_LINGER 0 has reset the other side before it returns, and what came before the reset can be read."""
    code = """
import collections, errno, socket, struct
seen = collections.Counter()
for _ in range(100):
    listener = socket.create_server(('127.0.0.1', 0))
    client = socket.create_connection(listener.getsockname())
    server = listener.accept()[0]
    server.setblocking(False)
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))
    client.send(b'data'); client.close()
    try: seen[server.getpeername()] += 1
    except OSError as e: seen[errno.errorcode[e.errno]] += 1
    seen[server.recv(9)] += 1
    server.close(); listener.close()
print(dict(seen))
"""
    assert python(code).stdout == b"{'ENOTCONN': 100, b'data': 100}\n"


def test_small_buffers_are_small_on_the_whole_way():
    """A program that asks for little, to hear early of a peer that does not read, gets little; asked before, during and after connect()."""
    code = """
import socket
def held(before, after):
    listener = socket.create_server(('127.0.0.1', 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s = socket.socket(); s.setblocking(False)
    if before: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    s.connect_ex(listener.getsockname())
    if not (before or after): s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    s.setblocking(True); s.settimeout(0.5); n = s.send(b'x')
    if after: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    conn = listener.accept()[0]
    try:
        while True: n += s.send(bytes(2048))
    except TimeoutError: return n
print(*[held(before, after) for before, after in ((1, 0), (0, 0), (0, 1))])
"""
    sizes = [int(n) for n in python(code).stdout.split()]
    assert len(sizes) == 3 and all(4096 <= n < 80_000 for n in sizes), sizes


def test_two_errors_at_once_are_one_for_a_datagram_socket_that_looks_later():
    """Nothing listens: each of two datagrams is answered by an ICMP error, and both may come before the program polls."""
    done = python("""
import select, socket, time
for i in range(10):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('10.0.2.2', 9))
    s.send(b'1'); s.send(b'2')
    time.sleep(0.1)
    p = select.poll(); p.register(s, select.POLLIN)
    [(_, events)] = p.poll(1000) or [(0, 0)]
    assert events & select.POLLERR, (i, events)
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 111
print('well')
""", options=["--delay", "10ms"])
    assert done.stdout == b"well\n", done.stderr.decode()
