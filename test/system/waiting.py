"""Waits for events that nothing announces, by asking again and again: the one place in these tests that sleeps."""
import contextlib
import socket
import time

from conftest import SLOWER

PAUSE = 0.01  # seconds between two questions


def until(done, what, seconds=60, proc=None):
    """Asks @done() until its answer is true, and returns that answer.

    Fails with @what after @seconds (longer on an emulated machine), or if @proc has ended by itself.
    """
    end = time.monotonic() + seconds * SLOWER
    while not (answer := done()):
        assert proc is None or proc.poll() is None, f"{what}: the process ended with {proc.returncode}"
        assert time.monotonic() < end, f"{what}: not within {seconds * SLOWER:g} s"
        time.sleep(PAUSE)
    return answer


def answers(port, question=b"", host="127.0.0.1"):
    """True if a server accepts a connection there and, where there is a @question, sends something back."""
    with contextlib.suppress(OSError), socket.create_connection((host, port), 10) as s:
        s.settimeout(10)
        s.sendall(question)
        return not question or bool(s.recv(1))
    return False
