"""What the programs same_*.py share: small named cases that print one line for each result, the same in each run on one system.

Ports are replaced by names in the order in which a case meets them; errors and the bits of poll(2) by their names. A result that takes a moment to
arrive is asked for until it has stayed the same for a while. So a system whose data needs a moment prints the same as one whose data does not.
"""
import ctypes
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time

LIBC = ctypes.CDLL(None, use_errno=True)
HOST = {socket.AF_INET: "127.0.0.1", socket.AF_INET6: "::1"}
BITS = {name: getattr(select, f"POLL{name}") for name in ("IN", "PRI", "OUT", "ERR", "HUP", "NVAL", "RDHUP")}
PATIENCE = float(os.environ.get("LEAT_TEST_PATIENCE", "1"))  # how many times as long as on a quiet machine all waits last
STILL, LONGEST = 0.08 * PATIENCE, 3.0 * PATIENCE  # seconds for settled()
LIMIT = 300  # seconds for one case
ALL = []


def case(fn):
    """Decorates a function that is called with a Case."""
    ALL.append(fn)
    return fn


class Case:
    def __init__(self, name):
        self.name, self.opened, self.ports = name, [], {}

    def say(self, what, *results):
        print(f"{self.name}/{what}: {' '.join(str(self.plain(r)) for r in results)}", flush=True)

    def call(self, what, fn, *args):
        """Prints what a call returns, or the name of its error."""
        self.say(what, result_of(fn, *args))

    def plain(self, value):
        if isinstance(value, socket.socket):
            return self.keep(value) and "socket"
        if isinstance(value, tuple) and len(value) in (2, 4) and isinstance(value[0], str) and isinstance(value[1], int):
            return ",".join(map(str, (value[0], self.port(value[1]), *value[2:])))
        if isinstance(value, tuple):
            return "(" + " ".join(str(self.plain(v)) for v in value) + ")"
        if isinstance(value, bytes) and len(value) > 32:
            return f"{len(value)} octets"
        return value

    def port(self, number):
        if not number:
            return 0
        return self.ports.setdefault(number, f"port{len(self.ports) + 1}")

    def keep(self, s):
        self.opened.append(s)
        return s

    def new(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        return self.keep(socket.socket(family, kind))

    def bound(self, family=socket.AF_INET, kind=socket.SOCK_STREAM):
        s = self.new(family, kind)
        s.bind((HOST[family], 0))
        return s

    def listener(self, family=socket.AF_INET, backlog=5):
        s = self.bound(family)
        s.listen(backlog)
        return s

    def free_name(self, family=socket.AF_INET):
        """Returns an address where no socket listens: that of a socket that is only bound."""
        return self.bound(family).getsockname()

    def pair(self, family=socket.AF_INET):
        """Returns the two ends of a connection."""
        listener, client = self.listener(family), self.new(family)
        client.connect(listener.getsockname())
        server = self.keep(listener.accept()[0])
        listener.close()
        return client, server

    def done(self):
        for s in self.opened:
            s.close()


def name_of(number):
    return errno.errorcode.get(number, f"errno {number}")


def result_of(fn, *args):
    """Returns what a call returns, or the name of its error."""
    try:
        return fn(*args)
    except TimeoutError as e:
        return name_of(e.errno) if e.errno else "would wait"
    except BlockingIOError as e:
        return name_of(e.errno)
    except OSError as e:
        return name_of(e.errno)


def system(name, *args):
    """Calls a function of the C library with any arguments. Returns its value, or the name of its error."""
    ctypes.set_errno(0)
    value = getattr(LIBC, name)(*args)
    return name_of(ctypes.get_errno()) if value == -1 else value


def settled(fn, *args):
    """Repeats a call until its result has stayed the same for STILL seconds. Returns that result."""
    end = time.monotonic() + LONGEST
    answer, since = result_of(fn, *args), time.monotonic()
    while time.monotonic() < min(since + STILL, end):
        time.sleep(0.01)
        now = result_of(fn, *args)
        if now != answer:
            answer, since = now, time.monotonic()
    return answer


def until(done):
    """Asks until the answer is true, LONGEST seconds at most: for an event that nothing announces."""
    end = time.monotonic() + LONGEST
    while not done() and time.monotonic() < end:
        time.sleep(0.005)


def poll_now(s):
    p = select.poll()
    p.register(s, select.POLLIN | select.POLLPRI | select.POLLOUT | select.POLLRDHUP)
    got = p.poll(0)
    return "|".join(n for n, bit in BITS.items() if got and got[0][1] & bit) or "-"


def state(s):
    """Returns the state of the connection, from TCP_INFO; the names are those of Linux's tcp_states.h."""
    return ("-", "ESTABLISHED", "SYN_SENT", "SYN_RECV", "FIN_WAIT1", "FIN_WAIT2", "TIME_WAIT", "CLOSE", "CLOSE_WAIT", "LAST_ACK", "LISTEN",
            "CLOSING")[s.getsockopt(socket.IPPROTO_TCP, 11, 1)[0]]


def bits(s):
    return settled(poll_now, s)


def so_error(s):
    return name_of(e) if (e := s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)) else 0


def reset(s):
    """Closes the socket with a reset."""
    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    s.close()


def count(s, request):
    return struct.unpack("i", fcntl.ioctl(s, request, b"\0" * 4))[0]


def pause(seconds=0.08):
    time.sleep(seconds * PATIENCE)


def selected(cases, name_of_case):
    """Returns those of @cases that the command line names; all if it names none. "N/M" means every M-th case from the N-th on."""
    words = sys.argv[1:]
    if len(words) == 1 and "/" in words[0]:
        first, step = map(int, words[0].split("/"))
        return cases[first::step]
    return [c for c in cases if not words or name_of_case(c) in words]


def run():
    """Runs the cases that the command line selects."""
    signal.signal(signal.SIGALRM, lambda *_: os._exit(99))
    for fn in selected(ALL, lambda fn: fn.__name__):
        c = Case(fn.__name__)
        signal.alarm(LIMIT)
        try:
            fn(c)
        except OSError as e:
            c.say("broke off", name_of(e.errno) if e.errno else repr(e), f"line {e.__traceback__.tb_next.tb_lineno}")
        c.done()
        signal.alarm(0)
