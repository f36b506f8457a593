"""Ports on which a test lets a program listen."""
import contextlib
import itertools
import os
import socket

# Below the ports that Linux and Leat give to clients: none of them takes the port before the program listens there.
NUMBERS = itertools.count(20000 + os.getpid() % 100 * 100)


def free_port(kind=socket.SOCK_STREAM):
    """A port to which no socket is bound. It is returned once."""
    for port in NUMBERS:
        with contextlib.suppress(OSError), socket.socket(socket.AF_INET, kind) as s:
            s.bind(("127.0.0.1", port))
            return port
