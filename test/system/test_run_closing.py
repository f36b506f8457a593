"""What closing a socket does to the data on its way: what is delivered, what is reset, and when."""
import collections
import contextlib
import socket
import threading

import pytest
from inside import PYTHON, free_port, nothing_left, place, python, started  # noqa: F401
from waiting import until

# A server and a client that write and never read, until all buffers are full.
STUCK = """
import socket, threading, time
listener = socket.create_server(('127.0.0.1', 8000))
ended = []
def serve(conn):
    conn.settimeout(60)
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


def test_closing_with_unread_data_resets_although_the_send_buffer_is_full():
    """RFC 2525, 2.17."""
    done = python(STUCK)
    assert done.stdout in (b"ConnectionResetError\n", b"BrokenPipeError\n"), done


def test_data_for_a_closed_socket_resets_although_the_send_buffer_is_full():
    """RFC 9293, 3.10.7.4: the server's data arrives after the close, and nothing was unread before."""
    code = STUCK.replace("while True: conn.sendall(bytes(65536))", "go.wait(60)\n        while True: conn.sendall(bytes(65536))")
    # Once listener.getsockname() is answered, the close has taken effect.
    done = python(code.replace("ended = []", "ended = []; go = threading.Event()").replace("client.close();", "client.close(); listener.getsockname(); go.set();"))
    assert done.stdout in (b"ConnectionResetError\n", b"BrokenPipeError\n"), done


def test_a_close_takes_effect_before_the_next_call_of_the_same_program():
    """On Linux close(2) with SO_LINGER 0 resets the other side before it returns, and data from before the reset can still be read."""
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


@pytest.mark.parametrize("disable", ["", "getfd"])
def test_small_buffers_bound_all_that_a_connection_holds(disable):
    """A program asks for small buffers to notice early that its peer does not read. It may ask before, during or after connect()."""
    code = """
import socket
def held(before, after):
    listener = socket.create_server(('127.0.0.1', 0))
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    s = socket.socket(); s.setblocking(False)
    if before: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    s.connect_ex(listener.getsockname())
    if not (before or after): s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    s.settimeout(60); n = s.send(b'x')
    if after: s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
    conn = listener.accept()[0]
    s.settimeout(0.5)
    try:
        while True: n += s.send(bytes(2048))
    except TimeoutError: return n if n >= 4096 else held(before, after)
print(*[held(before, after) for before, after in ((1, 0), (0, 0), (0, 1))])
"""
    sizes = [int(n) for n in python(code, disable=disable).stdout.split()]
    assert len(sizes) == 3 and all(4096 <= n < 80_000 for n in sizes), sizes


def test_two_icmp_errors_before_a_poll_are_one_pending_error():
    """Nothing listens: each of two datagrams is answered by an ICMP error, and both may arrive before the program polls."""
    done = python("""
import select, socket
for i in range(10):
    s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.connect(('10.0.2.2', 9))
    s.send(b'1'); s.send(b'2')
    last = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); last.connect(('10.0.2.2', 9)); last.send(b'3')
    select.select([last], [], [], 60)  # the error of the last datagram arrives after the others
    p = select.poll(); p.register(s, select.POLLIN)
    [(_, events)] = p.poll(60000) or [(0, 0)]
    assert events & select.POLLERR, (i, events)
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 111
print('well')
""", options=["--delay", "10ms"])
    assert done.stdout == b"well\n", done.stderr.decode()


# A busy server answers each client without reading its request; then close(2) is a reset (RFC 2525, 2.17).
BUSY = """
import contextlib, select, socket, sys
listener = socket.create_server((sys.argv[1], int(sys.argv[2])))
for i in range(int(sys.argv[3])):
    conn = listener.accept()[0]
    if i % 4 == 3: select.select([conn], [], [], 60)
    with contextlib.suppress(ConnectionError): conn.sendall(b'503 Busy' + bytes(9992))
    conn.close()
"""
ASK = """
import collections, socket, sys, time
def ask(host, port):
    for _ in range(200):
        try: s = socket.create_connection((host, port), 60); break
        except ConnectionError: time.sleep(0.05)
    got = b''
    try:
        s.send(b'GET / HTTP/1.1\\r\\nHost: h\\r\\n\\r\\n')
        while data := s.recv(65536): got += data
    except ConnectionResetError: pass
    s.close()
    return got[:8], len(got)
"""
CLIENT = ASK + "\nprint(dict(collections.Counter(ask(sys.argv[1], int(sys.argv[2])) for _ in range(int(sys.argv[3])))))\n"


@contextlib.contextmanager
def busy_outside(clients):
    """The same server on the host's loopback. Gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve():
        for i in range(clients):
            conn = listener.accept()[0]
            if i % 2:
                conn.recv(1, socket.MSG_PEEK)
            with contextlib.suppress(ConnectionError):
                conn.sendall(b"503 Busy" + bytes(9992))
            conn.close()
    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield listener.getsockname()[1]
    thread.join(60)
    listener.close()


def test_an_answer_before_a_close_with_unread_input_arrives_within_one_program():
    """As on Linux, data that was sent leaves before the reset, and a reset does not discard what the peer has not read yet."""
    code = f"""
import sys, threading
sys.argv = ['', '127.0.0.1', '8000', '100']
server = threading.Thread(target=exec, args=({BUSY!r}, {{}}), daemon=True); server.start()
exec({CLIENT!r})
"""
    assert python(code).stdout == b"{(b'503 Busy', 10000): 100}\n"


@pytest.mark.parametrize("link", [[], ["--delay", "15ms"]], ids=["plain", "delay"])
def test_an_answer_before_a_close_with_unread_input_arrives_from_outside(link):
    with busy_outside(20) as port:
        done = python(CLIENT.replace("sys.argv[1]", "'10.0.2.2'").replace("sys.argv[2]", str(port)).replace("sys.argv[3]", "20"), options=link)
    assert done.stdout == b"{(b'503 Busy', 10000): 20}\n", done


@pytest.mark.parametrize("link", [[], ["--delay", "15ms"]], ids=["plain", "delay"])
def test_an_answer_before_a_close_with_unread_input_arrives_outside(link):
    port, scope = free_port(), {}
    exec(ASK, scope)
    with started(PYTHON, "-c", BUSY, "0.0.0.0", 80, 100000, options=["-p", f"{port}:80", *link]):
        until(lambda: scope["ask"]("127.0.0.1", port)[1], "the server does not answer")
        heard = collections.Counter(scope["ask"]("127.0.0.1", port) for _ in range(20))
    assert heard == {(b"503 Busy", 10000): 20}


def test_data_before_a_reset_can_be_read_after_a_blocked_write():
    """As on Linux, the write ends with ECONNRESET, and all data that was acknowledged can still be read."""
    done = python("""
import array, fcntl, os, socket, threading, time
listener = socket.create_server(('127.0.0.1', 8000))
a = socket.create_connection(('127.0.0.1', 8000)); b = listener.accept()[0]
def fill(s):
    s.setblocking(False); n = quiet = 0
    while quiet < 10:  # until it stays full; poll(2) would not report the last octets that fit
        try: n += s.send(bytes(65536)); quiet = 0
        except BlockingIOError: quiet += 1; time.sleep(0.02)
    return n
sent, _ = fill(a), fill(b)
unsent = array.array('i', [0]); fcntl.ioctl(a, 0x5411, unsent)  # SIOCOUTQ
said = []
def write():
    b.setblocking(True)
    try: b.sendall(bytes(1000000))
    except OSError as e: said.append(type(e).__name__)
writer = threading.Thread(target=write); writer.start()
SEND = '44' if os.uname().machine == 'x86_64' else '206'
while open(f'/proc/self/task/{writer.native_id}/syscall').read().split()[0] != SEND: time.sleep(0.01)
a.close(); writer.join()
got = 0
while data := b.recv(65536): got += len(data)
print(*said, got >= sent - unsent[0] > 100000)
""")
    assert done.stdout == b"ConnectionResetError True\n", done
