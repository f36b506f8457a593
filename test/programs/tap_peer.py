"""tap_peer.py NAME ARGUMENT...: Linux's side of a test with Leat on a TAP; calls the function NAME below in the network namespace that it is run in."""
import hashlib
import random
import socket
import sys
import threading

PORT = 5000
RESET_ON_CLOSE = (socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def raises(error, fn, *args):
    """Asserts that @fn(*args) fails with @error."""
    try:
        fn(*args)
    except error:
        return
    raise AssertionError(f"no {error.__name__}")


def echo_client(host, size, seed):
    """Sends @size octets to the echo port, half-closes, and gets the same back up to the end of file."""
    data, got = random.Random(int(seed)).randbytes(int(size)), hashlib.sha256()
    with socket.create_connection((host, 7), timeout=60) as s:

        def send():
            s.sendall(data)
            s.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=send)
        thread.start()
        while chunk := s.recv(65536):
            got.update(chunk)
        thread.join()
    assert got.digest() == hashlib.sha256(data).digest()


def many_clients(host, count):
    """Makes @count connections at once, each with octets of its own."""
    errors = []

    def one(i):
        try:
            echo_client(host, 2000 + 37 * i, i)
        except Exception as e:  # noqa: BLE001 - reported below
            errors.append((i, repr(e)))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def echo_server():
    """Takes one connection and sends everything back, then the end of file."""
    with socket.socket(socket.AF_INET6) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        s.bind(("::", PORT))
        s.listen()
        print("ready", flush=True)
        s.settimeout(60)
        c, _ = s.accept()
        with c:
            c.settimeout(60)
            while chunk := c.recv(65536):
                c.sendall(chunk)
            c.shutdown(socket.SHUT_WR)


def half_close(s, c):
    s.sendall(b"question")
    s.shutdown(socket.SHUT_WR)
    assert c.recv(100) == b"question"
    assert c.recv(100) == b""
    c.sendall(b"answer")
    c.close()
    assert s.recv(100) == b"answer"
    assert s.recv(100) == b""


def server_resets(s, c):
    c.sendall(b"last words")
    assert s.recv(100, socket.MSG_PEEK) == b"last words"  # they have crossed before the reset is sent
    c.setsockopt(*RESET_ON_CLOSE)
    c.close()
    assert s.recv(100) == b"last words"
    raises(ConnectionResetError, s.recv, 100)


def client_resets(s, c):
    s.setsockopt(*RESET_ON_CLOSE)
    s.close()
    raises(ConnectionResetError, c.recv, 100)


def gate_server(host):
    """Ends, resets and refusals, through the gateway to a server on the namespace's loopback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind(("::1" if ":" in host else "127.0.0.1", PORT))
        listener.listen()
        for ending in (half_close, server_resets, client_resets):
            with socket.create_connection((host, PORT), timeout=20) as s, listener.accept()[0] as c:
                c.settimeout(20)
                ending(s, c)
    raises(ConnectionRefusedError, socket.create_connection, (host, PORT + 1), 20)
    with socket.socket(family, socket.SOCK_DGRAM) as u:
        u.connect((host, PORT + 1))
        u.settimeout(20)
        u.send(b"anyone?")
        raises(ConnectionRefusedError, u.recv, 100)


globals()[sys.argv[1]](*sys.argv[2:])
