"""Which local addresses can be bound at the same time: one line for each pair of kinds of address, with SO_REUSEADDR and SO_REUSEPORT, for TCP and UDP."""
import errno
import itertools
import socket
import sys

SOL, V6ONLY = socket.SOL_SOCKET, socket.IPV6_V6ONLY
KINDS = {
    "0.0.0.0": (socket.AF_INET, "0.0.0.0", 0),
    "127.0.0.1": (socket.AF_INET, "127.0.0.1", 0),
    "::": (socket.AF_INET6, "::", 0),
    "::only": (socket.AF_INET6, "::", 1),
    "::1": (socket.AF_INET6, "::1", 0),
    "::ffff:127.0.0.1": (socket.AF_INET6, "::ffff:127.0.0.1", 0),
    "::ffff:0.0.0.0": (socket.AF_INET6, "::ffff:0.0.0.0", 0),
}
FLAGS = {"--": (), "A-": (socket.SO_REUSEADDR,), "-P": (socket.SO_REUSEPORT,), "AP": (socket.SO_REUSEADDR, socket.SO_REUSEPORT)}


def result_of(fn, *args):
    try:
        fn(*args)
        return "ok"
    except OSError as e:
        return errno.errorcode[e.errno]


def make(kind, flags, protocol):
    family, _, only = KINDS[kind]
    s = socket.socket(family, protocol)
    if family == socket.AF_INET6:
        s.setsockopt(socket.IPPROTO_IPV6, V6ONLY, only)
    for flag in FLAGS[flags]:
        s.setsockopt(SOL, flag, 1)
    return s


def second(kind, flags, protocol, port):
    with make(kind, flags, protocol) as s:
        result = result_of(s.bind, (KINDS[kind][1], port))
        if protocol == socket.SOCK_STREAM and result == "ok":
            result += " " + result_of(s.listen)
    return result


def pairs(protocol, name, states):
    for state, kind, flags in itertools.product(states, KINDS, FLAGS):
        with make(kind, flags, protocol) as first:
            first.bind((KINDS[kind][1], 0))
            port = first.getsockname()[1]
            if state == "listens":
                first.listen()
            for kind2, flags2 in itertools.product(KINDS, FLAGS):
                print(name, kind, flags, state, kind2, flags2, second(kind2, flags2, protocol, port), sep="\t")


def after_close(state, kind, flags):
    """Closes a listener. Returns its port, and the sockets that still hold the port."""
    family, address, _ = KINDS[kind]
    with make(kind, flags, socket.SOCK_STREAM) as listener:
        listener.bind((address, 0))
        port = listener.getsockname()[1]
        listener.listen()
        client = make(kind, flags, socket.SOCK_STREAM)
        client.connect((address.replace("0.0.0.0", "127.0.0.1"), port))
        child, _ = listener.accept()
    if state == "established":
        return port, [child, client]
    if state == "connected":
        return client.getsockname()[1], [child, client]
    child.shutdown(socket.SHUT_WR)
    client.recv(1)
    client.close()
    child.recv(1)
    child.close()
    return port, []


def gone():
    for state, kind, flags in itertools.product(("established", "connected", "time-wait"), ("0.0.0.0", "127.0.0.1", "::", "::1"), FLAGS):
        port, held = after_close(state, kind, flags)
        for kind2, flags2 in itertools.product(KINDS, FLAGS):
            print("tcp", kind, flags, state, kind2, flags2, second(kind2, flags2, socket.SOCK_STREAM, port), sep="\t")
        for s in held:
            s.close()


def later():
    """Sets an option after the address has been bound."""
    for protocol, flag, mine, value in itertools.product((socket.SOCK_STREAM, socket.SOCK_DGRAM), FLAGS, FLAGS, (0, 1)):
        with make("127.0.0.1", "--" if value else flag, protocol) as first:
            first.bind(("127.0.0.1", 0))
            for option in FLAGS[flag]:
                first.setsockopt(SOL, option, value)
            result = second("127.0.0.1", mine, protocol, first.getsockname()[1])
            print("later", protocol.name, flag, value, mine, result, sep="\t")


if __name__ == "__main__":
    which = sys.argv[1]
    if which == "tcp":
        pairs(socket.SOCK_STREAM, "tcp", ("bound", "listens"))
    elif which == "udp":
        pairs(socket.SOCK_DGRAM, "udp", ("bound",))
    elif which == "gone":
        gone()
    else:
        later()
