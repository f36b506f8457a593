"""A stream that connects again needs another proxy socket at the same number. Nothing but the old proxy socket may be replaced."""
import pytest

from inside import PYTHON, inside, nothing_left, place, python  # noqa: F401

# One thread calls connect() on descriptor 100 all the time. The other puts a socket there and then a file, which must stay.
RACE = """
import ctypes, os, socket, stat, struct, threading, time
libc, at, refused = ctypes.CDLL(None), 100, socket.socket()
refused.bind(('127.0.0.1', 0))
name = struct.pack('=HH4s8x', socket.AF_INET, socket.htons(refused.getsockname()[1]), socket.inet_aton('127.0.0.1'))
file = os.open('/dev/null', os.O_RDWR)
os.dup2(file, at)
done, replaced, tries = False, 0, 0
def connect():
    while not done:
        libc.connect(at, name, 16)
thread = threading.Thread(target=connect)
thread.start()
end = time.monotonic() + 2
while time.monotonic() < end or tries <= 20:
    s = socket.socket()
    s.setblocking(BLOCKING)
    os.dup2(s.fileno(), at)
    time.sleep(0.0001)
    os.dup2(file, at)
    s.close()
    for _ in range(5):
        if stat.S_ISSOCK(os.fstat(at).st_mode):
            replaced += 1
            break
        time.sleep(0.00002)
    tries += 1
done = True
thread.join()
print(replaced)
"""

# A non-blocking connect() fails, SO_ERROR says why, connect() fails once more as on Linux, and then succeeds. MORE adds threads or processes.
RECONNECT = """
import ctypes, os, select, signal, socket, threading, time
MORE
listener, refused, s = socket.create_server(('127.0.0.1', 0)), socket.socket(), socket.socket()
refused.bind(('127.0.0.1', 0))
s.setblocking(False)
for i in range(20):
    s.connect_ex(refused.getsockname())
    select.select([], [s], [])
    assert s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 111
    assert s.connect_ex(refused.getsockname()) == 103
s.setblocking(True)
print(s.connect_ex(listener.getsockname()))
if s.getsockopt(socket.IPPROTO_TCP, 11, 1)[0] == 1:
    child = listener.accept()[0]
    child.send(b'anew')
    print(s.recv(9))
END
"""


@pytest.mark.parametrize("blocking", [False, True])
@pytest.mark.parametrize("disable", ["", "hold"])
def test_a_file_that_another_thread_puts_at_the_number_stays(blocking, disable):
    done = python(RACE.replace("BLOCKING", str(blocking)), disable=disable)
    assert done.stdout == b"0\n", done


THREADS = "stop = threading.Event(); [threading.Thread(target=stop.wait).start() for _ in range(5)]"
# A child with the same descriptor table (CLONE_FILES).
SHARING = "pid = ctypes.CDLL(None).syscall(56 if os.uname().machine == 'x86_64' else 220, 0x400 | 17, 0, 0, 0, 0)\nif not pid: signal.pause()"
CHILD = "pid = os.fork()\nif not pid: signal.pause()"
KILL = "os.kill(pid, signal.SIGKILL)"


@pytest.mark.parametrize("more, end, disable", [("", "", ""), (THREADS, "stop.set()", ""), (CHILD, KILL, ""), ("", "", "hold")])
def test_a_stream_connects_again_after_a_failure(more, end, disable):
    done = python(RECONNECT.replace("MORE", more).replace("END", end), disable=disable)
    assert done.stdout == b"0\nb'anew'\n", done


@pytest.mark.parametrize("more, end, disable", [(SHARING, KILL, ""), (THREADS, "stop.set()", "hold")])
def test_reconnecting_fails_if_others_may_change_the_descriptor_table(more, end, disable):
    code = RECONNECT.replace("MORE", more).replace("END", end).replace("range(20)", "range(1)")
    done = python(code, disable=disable)
    assert done.stdout == b"103\n", done


def test_threads_that_were_held_go_on():
    """While another thread's socket is replaced again and again, they sleep, wait for events and for data, take signals, and compute."""
    code = """
import os, select, signal, socket, threading, time
listener, refused, s = socket.create_server(('127.0.0.1', 0)), socket.socket(), socket.socket()
refused.bind(('127.0.0.1', 0))
rang, done, counts = [], False, [0] * 4
signal.signal(signal.SIGUSR1, lambda *a: rang.append(1))
r, w = os.pipe()
poll = select.epoll(); poll.register(r, select.EPOLLIN)
def sleep(): time.sleep(0.001)
def wait(): poll.poll(0.001)
def compute(): sum(range(1000))
def accept():
    c = socket.create_connection(listener.getsockname()); listener.accept()[0].close(); c.close()
def again(i, fn):
    while not done:
        fn(); counts[i] += 1
threads = [threading.Thread(target=again, args=x) for x in enumerate((sleep, wait, compute, accept))]
[t.start() for t in threads]
def connect():
    s.setblocking(False)
    n = 0
    while n < 200 or min(counts) <= 2 or len(rang) <= 20:
        n += 1
        s.connect_ex(refused.getsockname()); select.select([], [s], []); s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        s.connect_ex(refused.getsockname())
        os.kill(os.getpid(), signal.SIGUSR1)
t = threading.Thread(target=connect); t.start(); t.join()
done = True
[t.join(60) for t in threads]
print([t.is_alive() for t in threads])
"""
    done = inside(PYTHON, "-c", code)
    assert done.stdout == b"[False, False, False, False]\n", done
