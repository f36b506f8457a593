"""When Leat has no descriptor left, the program gets an error or waits, and no data is mixed up, then or later."""
import contextlib
import json
import os
import pathlib
import re
import resource
import select
import signal
import socket
import subprocess
import threading
import time

import pytest
from conftest import SLOWER, may_look, unprivileged
from inside import PYTHON, command, descendants, environment, free_port, inside, nothing_left, place, started, state_of, until_connected  # noqa: F401
from waiting import until


def limited(hard):
    """For preexec_fn: limits Leat to @hard descriptors."""
    return lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def named_servers(*names):
    """Servers on 127.0.0.1 that answer each message with their name and the message. Gives their ports."""
    listeners = [socket.create_server(("127.0.0.1", 0), backlog=4096) for _ in names]

    def talk(conn, name):
        with contextlib.suppress(OSError), conn:
            while said := conn.recv(100):
                conn.sendall(name.encode() + b":" + said)

    def serve(listener, name):
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=talk, args=(listener.accept()[0], name), daemon=True).start()

    for listener, name in zip(listeners, names):
        threading.Thread(target=serve, args=(listener, name), daemon=True).start()
    yield [listener.getsockname()[1] for listener in listeners]
    for listener in listeners:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()


# Functions of a client of the servers A and B, whose ports are the arguments.
CLIENT = """
import errno, select, socket, sys, time
ports = dict(zip('AB', map(int, sys.argv[1:3])))
def connect(name, wait=True):
    s = socket.socket()
    s.settimeout(60)
    if wait:
        s.connect(('127.0.0.1', ports[name]))
        return s
    s.setblocking(False)
    e = s.connect_ex(('127.0.0.1', ports[name]))
    if e != errno.EINPROGRESS: raise OSError(e, 'connect')
    p = select.poll(); p.register(s, select.POLLOUT)
    if not p.poll(60000): raise OSError(errno.ETIMEDOUT, 'poll')
    e = s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
    if e: raise OSError(e, 'SO_ERROR')
    s.settimeout(60)
    return s
def talk(s, name):
    s.sendall(b'hello')
    got = s.recv(100)
    assert got == name.encode() + b':hello', (name, got)
def connect_again(name, wait=True):  # retries until a descriptor is free
    end = time.monotonic() + 60
    while True:
        try: return connect(name, wait)
        except OSError as e:
            if e.errno != errno.ENOBUFS or time.monotonic() > end: raise
            time.sleep(.01)
def fill(name, wait=True):
    have = []
    try:
        while len(have) < 2000:
            s = connect(name, wait)
            talk(s, name)
            have.append(s)
    except OSError as e:
        return have, errno.errorcode[e.errno]
    return have, None
"""


@pytest.mark.parametrize("wait", [True, False])
def test_without_a_descriptor_connect_fails_and_no_data_is_mixed_up(wait):
    code = CLIENT + f"""
have, e = fill('A', {wait})
assert e == 'ENOBUFS', e
assert len(have) >= 15, len(have)
for i in range(60):  # more failures than any queue is long
    try: connect('AB'[i % 2], {wait})
    except OSError as e: assert e.errno == errno.ENOBUFS, e
    else: raise SystemExit('connected')
for s in have: talk(s, 'A')
for round in range(3):
    have.pop().close()
    have.pop().close()
    for name in 'ABAB':
        s = connect_again(name, {wait})
        talk(s, name)
        s.close()
for s in have: s.close()
again = []
for name in 'ABABABAB':
    again.append((connect_again(name, {wait}), name))
    for s, name in again: talk(s, name)
print('done')
"""
    with named_servers("A", "B") as ports:
        done = inside(PYTHON, "-c", code, *map(str, ports), preexec_fn=limited(64), timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


def test_threads_that_run_out_at_once_reach_their_own_server_or_get_an_error():
    """Each thread has several connections; at times there is no descriptor for another."""
    code = CLIENT + """
import threading
refused, bad = [], []
def work(k):
    name = 'AB'[k % 2]
    for i in range(20):
        try:
            socks = []
            for j in range(3):
                socks.append(connect(name, (i + j) % 2))
                talk(socks[-1], name)
        except OSError as e:
            (refused if e.errno == errno.ENOBUFS else bad).append(str(e))
        except AssertionError as e:
            bad.append(str(e))
        for s in socks: s.close()
threads = [threading.Thread(target=work, args=(k,)) for k in range(16)]
for t in threads: t.start()
for t in threads: t.join()
assert not bad, bad[:3]
for name in 'ABAB': talk(connect_again(name), name)
print('done')
"""
    with named_servers("A", "B") as ports:
        done = inside(PYTHON, "-c", code, *map(str, ports), preexec_fn=limited(80), timeout=60)
    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


SERVER = """
import select, socket, sys
l = socket.create_server(('0.0.0.0', int(sys.argv[1])), backlog=4096)
poll = select.epoll()
poll.register(l, select.EPOLLIN)
conns = {}
while True:
    for fd, what in poll.poll():
        if fd == l.fileno():
            c = l.accept()[0] if len(sys.argv) > 2 else socket.socket(fileno=l._accept()[0])
            conns[c.fileno()] = c
            poll.register(c, select.EPOLLIN)
        elif said := conns[fd].recv(100): conns[fd].sendall(said)
        else: conns.pop(fd).close()
"""


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_share(pid, seconds=0.5):
    """The share of a processor that the process takes over some time."""
    before = cpu_seconds(pid)
    time.sleep(seconds)
    return (cpu_seconds(pid) - before) / seconds


@pytest.mark.parametrize("options", [[], ["--delay", "5ms"]])
def test_clients_that_find_no_descriptor_are_served_when_others_leave(options):
    outside, port, clients = free_port(), free_port(), 150
    with started(PYTHON, "-c", SERVER, str(port), options=["-p", f"{outside}:{port}", *options], preexec_fn=limited(192)) as proc:
        until_connected(outside, proc, ask=b"x")
        worker = descendants(proc.pid)[0]
        conns = [socket.create_connection(("127.0.0.1", outside), 60) for _ in range(clients)]
        for c in conns:
            c.sendall(b"hello")
        served, deadline = [], time.monotonic() + 60 * SLOWER
        checked = False
        while conns:
            assert time.monotonic() < deadline, len(conns)
            ready = [c for c in select.select(conns, [], [], 1 if not checked else 5)[0] if c.recv(10) == b"hello"]
            served += ready
            conns = [c for c in conns if c not in ready]
            if not ready and not checked and len(served) >= 60:  # all for which there is a descriptor are served; the others wait, and the worker does not spin
                until(lambda: cpu_share(worker) < 0.5, "the worker spins")
                checked = True
            if checked and served:
                served.pop(0).close()
        for c in served:
            c.close()
        until_connected(outside, proc, ask=b"x")


def test_a_connection_on_its_way_gets_its_descriptor_after_others_ended_without_a_close():
    """What was set aside when it was accepted outside is not given to others, though earlier connections keep theirs."""
    port, count = free_port(), 5
    code = f"""
import errno, socket, sys
l = socket.create_server(('0.0.0.0', {port}), backlog=100)
print('listens', flush=True)
ended = []
for i in range({count}):
    c = l.accept()[0]
    assert c.recv(1) == b''
    c.shutdown(socket.SHUT_WR)
    ended.append(c)
sys.stdin.readline()  # the next have been accepted outside, and are on the link
others, e = [], None
while e is None and len(others) < 100:
    u = socket.socket(type=socket.SOCK_DGRAM)
    others.append(u)
    try: u.bind(('127.0.0.1', 0))
    except OSError as error: e = error.errno
assert e == errno.ENOBUFS, e
l.settimeout(60)
print([l.accept()[0].recv(1) for i in range({count})], flush=True)
"""
    options = ["-p", f"{port}:{port}", "--delay", "300ms"]
    with started(PYTHON, "-c", code, options=options, preexec_fn=limited(64), stdin=subprocess.PIPE) as proc, contextlib.ExitStack() as clients:
        assert proc.stdout.readline() == b"listens\n"
        first = [clients.enter_context(socket.create_connection(("127.0.0.1", port), 60)) for _ in range(count)]
        for c in first:
            c.shutdown(socket.SHUT_WR)
        for c in first:
            assert c.recv(1) == b""
        for _ in range(count):
            clients.enter_context(socket.create_connection(("127.0.0.1", port), 60)).sendall(b"x")
        proc.stdin.write(b"\n")
        proc.stdin.close()
        assert proc.stdout.readline() == b"%r\n" % ([b"x"] * count)
        clients.close()
        assert proc.wait(60) == 0


def test_many_short_datagram_exchanges_leave_descriptors_for_connections():
    with named_servers("A", "B") as ports, socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        u.bind(("127.0.0.1", 0))
        u.settimeout(60)
        u.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)  # on a busy machine the reader may run late
        got = []
        reader = threading.Thread(target=lambda: [got.append(int(u.recv(10))) for _ in range(600)], daemon=True)
        reader.start()
        code = CLIENT + f"""
for i in range(600):
    u = socket.socket(type=socket.SOCK_DGRAM)
    if i % 2:
        u.connect(('127.0.0.1', {u.getsockname()[1]}))
        u.send(b'%d' % i)
    else:
        u.sendto(b'%d' % i, ('127.0.0.1', {u.getsockname()[1]}))
    u.close()
have = []
for name in 'ABABABABABABABAB':
    have.append(connect(name))
    talk(have[-1], name)
print('done')
"""
        done = inside(PYTHON, "-c", code, *map(str, ports), preexec_fn=limited(96))
        assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)
        reader.join()
        assert sorted(got) == list(range(600))


def test_a_closed_datagram_socket_returns_its_descriptors_when_its_last_datagram_arrived():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as u:
        u.bind(("127.0.0.1", 0))
        u.settimeout(60)
        code = f"""
import socket, sys
for i in range(20):
    s = socket.socket(type=socket.SOCK_DGRAM)
    s.sendto(b'%d' % i, ('127.0.0.1', {u.getsockname()[1]}))
    s.close()
print('closed', flush=True)
sys.stdin.read()
"""
        with started(PYTHON, "-c", code, options=["--delay", "300ms"], disable=may_look(), stdin=subprocess.PIPE) as proc:
            assert proc.stdout.readline() == b"closed\n"
            folder = f"/proc/{descendants(proc.pid)[0]}/fd"
            assert sorted(int(u.recv(10)) for _ in range(20)) == list(range(20))
            until(lambda: len(os.listdir(folder)) <= 24, "descriptors of closed sockets are left")
            proc.stdin.close()
            assert proc.wait(60) == 0


def test_a_connection_within_a_program_gets_the_descriptors_of_a_closed_one():
    done = inside(PYTHON, "-c", """
import errno, socket, time
l = socket.create_server(('127.0.0.1', 0), backlog=100)
pairs = []
for i in range(20):
    try:
        while len(pairs) < 1000:
            c = socket.socket(); c.connect(l.getsockname())
            pairs.append((c, l._accept()[0]))
    except OSError as e: assert e.errno == errno.ENOBUFS, e
    assert len(pairs) >= 15
    c, fd = pairs.pop()
    c.close(); socket.close(fd)
    c = socket.socket(); c.settimeout(60); c.connect(l.getsockname())
    s = socket.socket(fileno=l._accept()[0])
    c.sendall(b'x%d' % i); assert s.recv(10) == b'x%d' % i
    s.close(); c.close()
print('done')
""", preexec_fn=limited(64))
    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


@pytest.mark.parametrize("hard", [4, 8, 16, 47])
def test_a_limit_that_is_too_small_is_refused_with_the_remedy(hard):
    done = inside("/bin/true", preexec_fn=limited(hard))
    if hard > 4:  # with 4, not even the libraries can be loaded
        assert done.returncode == 125 and re.search(rb"ulimit -Hn\).*needs 48", done.stderr) and done.stderr.count(b"\n") == 1, done


@pytest.mark.parametrize("published", [False, True])
def test_a_connection_waits_in_the_accept_queue_if_the_programs_table_is_full(published):
    """As on Linux, accept() fails with EMFILE, the listener stays readable, and no connection or data is lost."""
    port = free_port()
    code = f"""
import errno, resource, select, socket
published = {published}
l = socket.create_server(('0.0.0.0' if published else '127.0.0.1', {port if published else 0}), backlog=100)
print('listens', flush=True)
mine = []
for i in range(0 if published else 30):
    c = socket.socket()
    c.connect(l.getsockname())
    c.sendall(b'%d ' % i + b'x' * (i * 1000))
    if i % 2: c.shutdown(socket.SHUT_WR)
    mine.append(c)
resource.setrlimit(resource.RLIMIT_NOFILE, (len(mine) + 12, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
have, seen, full = [], set(), 0
while len(seen) < 30:
    assert select.select([l], [], [], 60)[0], sorted(seen)
    try: s = l.accept()[0]
    except OSError as e:
        assert e.errno == errno.EMFILE, e
        full += 1
        for s in have[:3]: s.close()
        del have[:3]
        continue
    have.append(s)
    s.settimeout(60)
    got = s.recv(5).split()[0]
    i = int(got)
    left = i * 1000 + len(got) + 1 - 5 if i * 1000 + len(got) + 1 > 5 else 0
    while left: left -= len(s.recv(left))
    if i % 2: assert s.recv(1) == b''
    s.sendall(b'y')
    assert i not in seen
    seen.add(i)
assert full > 2
print('done', flush=True)
"""
    with started(PYTHON, "-c", code, options=["-p", f"{port}:{port}"] if published else []) as proc:
        assert proc.stdout.readline() == b"listens\n"
        clients = []
        for i in range(30 if published else 0):
            clients.append(socket.create_connection(("127.0.0.1", port), 60))
            clients[i].sendall(b"%d " % i + b"x" * (i * 1000))
            if i % 2:
                clients[i].shutdown(socket.SHUT_WR)
        assert proc.stdout.readline() == b"done\n"
        for c in clients:
            c.settimeout(60)
            assert c.recv(1) == b"y"
            c.close()
        out, err = proc.communicate(timeout=60)
        assert (out, err, proc.returncode) == (b"", b"", 0)


def test_inherited_descriptors_that_leave_too_few_are_named():
    code = "import os, sys\nfor i in range(180): os.set_inheritable(os.open('/dev/null', os.O_RDONLY), True)\nos.execvp(sys.argv[1], sys.argv[1:])"
    done = subprocess.run([PYTHON, "-c", code, *command("/bin/true")], capture_output=True, timeout=60, preexec_fn=limited(200), env=environment(), cwd="/")
    assert done.returncode == 125 and re.search(rb"limit on open files is 200 .* beside the 1\d\d files", done.stderr), done


def test_the_least_limit_is_enough_for_a_program_with_a_few_connections():
    with named_servers("A") as ports:
        code = CLIENT + "\nhave = [connect('A') for i in range(5)]\nfor s in have: talk(s, 'A')\nprint('done')"
        done = inside(PYTHON, "-c", code, str(ports[0]), preexec_fn=limited(48))
    assert (done.stdout, done.stderr, done.returncode) == (b"done\n", b"", 0)


def test_the_summary_counts_how_often_no_descriptor_was_left(scratch):
    with named_servers("A") as ports:
        code = CLIENT + "\nhave, e = fill('A')\nassert e == 'ENOBUFS'\nfor s in have: s.close()\ntalk(connect('A'), 'A')\n"
        for limit, reached in ((64, True), (4096, False)):
            if not reached:
                code = code.replace("2000", "20").replace("'ENOBUFS'", "None")
            report = scratch / f"{limit}.json"
            report.touch()
            report.chmod(0o666)
            run = subprocess.run(command(PYTHON, "-c", code, str(ports[0]), options=["--json", report]), capture_output=True, timeout=60, env=environment(),
                                 cwd="/", stdin=subprocess.DEVNULL, preexec_fn=limited(limit))
            assert run.returncode == 0, run.stderr
            assert (json.loads(report.read_text())["no_descriptor"] > 0) is reached
            assert (b"no descriptor left" in run.stderr) is reached


def test_the_limit_allows_as_many_connections_as_the_doctor_says(leat):
    with named_servers("A") as ports:
        for limit in (48, 256, 1024):
            doctor = subprocess.run([leat, "doctor", "--json"], capture_output=True, timeout=60, preexec_fn=limited(limit))
            found = next(c["found"] for c in json.loads(doctor.stdout)["checks"] if c["found"])
            allowed = int(re.search(rf"hard limit of {limit} allows (\d+) connections", found)[1])
            code = CLIENT + "\nhave, e = fill('A')\nprint(len(have), e)"
            done = inside(PYTHON, "-c", code, str(ports[0]), preexec_fn=limited(limit))
            had, error = done.stdout.split()
            assert error == b"ENOBUFS" and allowed <= int(had) <= allowed + 1, (allowed, done)


def set_limit(pid, soft):
    """Sets the limit on descriptors from outside, as the user whose process it is."""
    subprocess.run([*unprivileged(), "prlimit", f"--pid={pid}", f"--nofile={soft}:"], check=True)


def has_ended(pid):
    try:
        return state_of(pid) == "Z"
    except OSError:
        return True


@pytest.mark.parametrize("whom,number", [("supervisor", signal.SIGTERM), ("supervisor", signal.SIGKILL), ("worker", signal.SIGKILL)])
def test_a_run_without_a_free_descriptor_ends_with_its_tree(whom, number):
    code = """
import os, signal, socket, time
l = socket.create_server(('127.0.0.1', 0))
if os.fork() == 0:
    if os.fork() == 0: os.setsid()
    while True: signal.pause()
print('ready', flush=True)
l._accept()
"""
    with started(PYTHON, "-c", code) as proc:
        assert proc.stdout.readline() == b"ready\n"
        tree = until(lambda: len(found := descendants(proc.pid)) == 4 and found, "the tree is not complete")
        worker = tree[0]
        for pid in (proc.pid, worker):
            set_limit(pid, 3)
        os.kill(proc.pid if whom == "supervisor" else worker, number)
        proc.wait(60)
        until(lambda: all(has_ended(pid) for pid in tree), "a process is left")


def lowest_free(pid):
    taken = set(map(int, os.listdir(f"/proc/{pid}/fd")))
    return next(fd for fd in range(len(taken) + 1) if fd not in taken)


@pytest.mark.parametrize("spare", range(6))
def test_a_full_table_is_used_again_when_the_limit_is_raised(spare):
    """prlimit(2) from outside lowers and raises the limit of the worker. Each call fails with an error, and leaves nothing half done."""
    code = CLIENT + """
def step():
    print('next', flush=True)
    sys.stdin.readline()
def tries():
    said = set()
    for i in range(30):
        name = 'AB'[i % 2]
        for wait in (True, False):
            try: talk(connect(name, wait), name); said.add('ok')
            except OSError as e: said.add(errno.errorcode[e.errno])
        try:
            with socket.socket() as l: l.listen()
        except OSError as e: said.add(errno.errorcode[e.errno])
        try:
            with socket.socket(type=socket.SOCK_DGRAM) as u: u.sendto(b'x', ('127.0.0.1', ports['A']))
        except OSError as e: said.add(errno.errorcode[e.errno])
    return said
held = [(connect(name), name) for name in 'ABAB']
step()
print(*sorted(tries()))
step()
print(*sorted(tries()))
for s, name in held: talk(s, name)
"""
    with named_servers("A", "B") as ports:
        with started(PYTHON, "-c", code, *map(str, ports), disable=may_look(), stdin=subprocess.PIPE) as proc:
            assert proc.stdout.readline() == b"next\n"
            worker = descendants(proc.pid)[0]
            set_limit(worker, lowest_free(worker) + spare)
            proc.stdin.write(b"\n")
            proc.stdin.flush()
            said = proc.stdout.readline().split()
            assert said and set(said) <= {b"ENOBUFS", b"ENFILE", b"ok"}, said
            assert b"ok" not in said or spare > 2
            assert proc.stdout.readline() == b"next\n"
            set_limit(worker, 4096)
            proc.stdin.write(b"\n")
            proc.stdin.close()
            assert proc.stdout.read() == b"ok\n"
            assert proc.wait(60) == 0 and proc.stderr.read() == b""
