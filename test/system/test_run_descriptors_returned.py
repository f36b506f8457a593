"""Calls and sockets of every kind return the descriptors that they took, however they end."""
import pytest
from inside import PYTHON, inside, nothing_left, place  # noqa: F401
from test_run_descriptor_limit import CLIENT, limited, named_servers

EVERY = ["", "getfd"]  # without pidfd_getfd(2), the worker keeps a duplicate of each socket


@pytest.mark.parametrize("disable", EVERY)
def test_a_connect_that_times_out_without_a_free_descriptor_is_answered_once(disable):
    """connect() ends with EINPROGRESS, and the connection goes on. That needs two descriptors, but other calls have taken the last ones."""
    code = """
import errno, socket, struct, threading
results = set()
def work():
    try:
        s = socket.socket()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, struct.pack('ll', 0, 150000))
        results.add(errno.errorcode[s.connect_ex(('10.0.2.2', 9))])
    except OSError as e:
        results.add(errno.errorcode[e.errno])
for round in range(2):
    threads = [threading.Thread(target=work) for i in range(50)]
    for t in threads: t.start()
    for t in threads: t.join()
assert 'EINPROGRESS' in results and results <= {'EINPROGRESS', 'ENOBUFS', 'ENFILE'}, results
print('done')
"""
    done = inside(PYTHON, "-c", code, options=["--delay", "1s"], disable=disable, preexec_fn=limited(64), timeout=60)
    waited = b"leat: /usr/bin/python3 has ended; delivering what it sent (a signal ends the wait)\n"  # for the last answers
    assert (done.stdout, done.stderr.replace(waited, b""), done.returncode) == (b"done\n", b"", 0)


CHURN = CLIENT + """
import contextlib, os, resource, struct, threading
quiet = lambda: contextlib.suppress(OSError)
closed = socket.socket(); closed.bind(('127.0.0.1', 0)); nowhere = closed.getsockname()
def talked(): talk(connect('A'), 'A')
def talked_without_waiting(): talk(connect('B', False), 'B')
def refused():
    with quiet(): socket.socket().connect(nowhere)
    with quiet(): socket.socket().connect(('10.0.2.2', 9))
def refused_and_connected():
    s = socket.socket()
    with quiet(): s.connect(nowhere)
    s.connect(('127.0.0.1', ports['A']))
    talk(s, 'A')
def broken_off():
    s = socket.socket(); s.setblocking(False)
    with quiet(): s.connect(('127.0.0.1', ports['A']))
def dissolved():
    s = connect('A', False)
    nothing = struct.pack('H14x', socket.AF_UNSPEC)
    import ctypes
    libc = ctypes.CDLL(None)
    assert libc.connect(s.fileno(), nothing, 16) == 0
    s.connect(('127.0.0.1', ports['B'])); talk(s, 'B')
    assert libc.connect(s.fileno(), nothing, 16) == 0
    s.listen()
def timed_out():
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack('ll', 0, 5000))
    s.bind(('127.0.0.1', 0)); s.listen()
    with quiet(): s.accept()
def listener(n=3):
    l = socket.create_server(('127.0.0.1', 0))
    clients = [socket.create_connection(l.getsockname()) for i in range(n)]
    return l, clients
def accepted():
    l, clients = listener()
    servers = [l.accept()[0] for c in clients]
    servers[0].close(); clients[1].close()
    servers[2].send(b'unread'); clients[2].send(b'unread')
def never_accepted(): listener()
def accepted_natively():
    l, clients = listener(1)
    import ctypes
    os.close(ctypes.CDLL(None).accept(l.fileno(), None, None))
def no_place_for_an_accepted_one():
    l, clients = listener(2)
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    low = os.dup(0); os.close(low)
    resource.setrlimit(resource.RLIMIT_NOFILE, (low, hard))
    for i in range(3):
        with quiet(): l.accept()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    l.accept()[0].close()
def asked(connected=False):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.setsockopt(0, 8, 1)
    if connected: s.connect(('10.0.2.2', 9)); s.send(b'x')
    else: s.sendto(b'x', ('10.0.2.2', 9))
def asked_connected(): asked(True)
def asked_inside():
    a, b = socket.socket(type=socket.SOCK_DGRAM), socket.socket(type=socket.SOCK_DGRAM)
    b.bind(('127.0.0.1', 0)); b.setsockopt(0, 8, 1)
    a.sendto(b'x', b.getsockname()); a.connect(b.getsockname()); a.send(b'y'); b.recvmsg(9, 99)
def netlink():
    s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0); s.bind((0, 0)); socket.if_nameindex()
def ping():
    with quiet(): socket.socket(type=socket.SOCK_DGRAM, proto=1).sendto(b'\\x08' + bytes(7), ('127.0.0.1', 0))
def inherited():
    s = connect('A')
    if (pid := os.fork()) == 0: s.close(); os._exit(0)
    os.waitpid(pid, 0)
def passed():
    here, there = socket.socketpair()
    s = connect('A')
    socket.send_fds(here, [b'x'], [s.fileno()])
    data, fds, flags, peer = socket.recv_fds(there, 9, 1)
    os.close(fds[0])
def at_rest():
    for i in range(40):  # garbage collection runs twice a second
        time.sleep(.1)
        have, e = fill('A')
        n = len(have)
        for s in have: s.close()
        if n >= at_first: break
    return n
at_first = 0
at_first = at_rest()
assert at_first > 15, at_first
for kind in [v for k, v in list(globals().items()) if callable(v) and getattr(v, '__code__', None) and v.__code__.co_argcount == 0 and k not in ('quiet', 'at_rest')]:
    for i in range(60):
        try: kind()
        except OSError as e: assert e.errno in (errno.ENOBUFS, errno.ENFILE, errno.EAGAIN), (kind, e)
    n = at_rest()
    assert n == at_first, (kind.__name__, at_first, n)
print('done')
"""


@pytest.mark.parametrize("disable", EVERY)
def test_sockets_of_every_kind_return_their_descriptors_however_they_end(disable):
    with named_servers("A", "B") as ports:
        done = inside(PYTHON, "-c", CHURN, *map(str, ports), disable=disable, preexec_fn=limited(96), timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)
