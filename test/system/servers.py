"""Servers outside that the programs under test talk to, on 127.0.0.1 and ::1, each in threads of this process."""
import contextlib
import dataclasses
import functools
import hashlib
import http.server
import pathlib
import random
import re
import socket
import tempfile
import threading

BIG = random.Random(7).randbytes(3_000_000)
HELLO = b"hello\n"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves the files of a folder, and answers an upload with its SHA-256. A connection is kept."""

    protocol_version = "HTTP/1.1"

    def copyfile(self, source, outputfile):
        with contextlib.suppress(ConnectionError):
            super().copyfile(source, outputfile)

    def do_POST(self):
        left, digest = int(self.headers["Content-Length"]), hashlib.sha256()
        while left and (data := self.rfile.read(min(left, 65536))):
            digest.update(data)
            left -= len(data)
        body = digest.hexdigest().encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 512


class Server6(Server):
    address_family = socket.AF_INET6


@contextlib.contextmanager
def in_thread(server):
    """The server, which serves in a thread for as long as the block lasts. It looks every 10 ms whether that is over."""
    with server:
        threading.Thread(target=server.serve_forever, args=[0.01], daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()


@contextlib.contextmanager
def web_server(folder, host="127.0.0.1", port=0):
    """A web server with the files of @folder; its port."""
    kind = Server6 if ":" in host else Server
    with in_thread(kind((host, port), functools.partial(Handler, directory=str(folder)))) as server:
        yield server.server_port


@dataclasses.dataclass
class Web:
    """A web server on 127.0.0.1 and one on ::1, with the same files: /big is BIG, / and /small are HELLO."""

    ports: list  # of 127.0.0.1, and of ::1

    def url(self, name, v6=False):
        return f"http://[::1]:{self.ports[1]}/{name}" if v6 else f"http://127.0.0.1:{self.ports[0]}/{name}"


@contextlib.contextmanager
def web_servers():
    """A Web, for as long as the block lasts."""
    with tempfile.TemporaryDirectory(prefix="leat-web-") as folder:
        for name, content in (("index.html", HELLO), ("small", HELLO), ("big", BIG)):
            (pathlib.Path(folder) / name).write_bytes(content)
        with web_server(folder) as port, web_server(folder, "::1") as port6:
            yield Web([port, port6])


@contextlib.contextmanager
def serving(handle):
    """A TCP server on 127.0.0.1 that calls @handle(socket) in a thread for each connection, and then closes it; its port."""
    def one(sock):
        with sock, contextlib.suppress(OSError):
            sock.settimeout(60)
            handle(sock)

    def accept():
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=one, args=(server.accept()[0],), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0), backlog=64) as server:
        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)


def read_head(sock):
    got = b""
    while b"\r\n\r\n" not in got:
        piece = sock.recv(65536)
        if not piece:
            return got
        got += piece
    return got


def read_request(sock):
    """A request with its content, of which the head says the length; b"" at the end."""
    got = read_head(sock)
    head, _, body = got.partition(b"\r\n\r\n")
    if re.search(rb"(?im)^expect: 100-continue", head):
        sock.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    length = re.search(rb"(?im)^content-length: (\d+)", head)
    chunked = re.search(rb"(?im)^transfer-encoding: chunked", head)
    while (length and len(body) < int(length[1])) or (chunked and not body.endswith(b"0\r\n\r\n")):
        piece = sock.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body if got else b""


class Scripted:
    """A server that answers requests with the given octets, and keeps the requests."""

    def __init__(self, *answers):
        self.answers, self.requests, self.next, self.lock = answers, [], 0, threading.Lock()

    def __call__(self, sock):
        """Answers until the client closes, or to the end of an answer that has "close" in it."""
        answer = b""
        while b"close" not in answer and (request := read_request(sock)):
            with self.lock:
                self.requests.append(request)
                answer = self.answers[min(self.next, len(self.answers) - 1)]
                self.next += 1
            sock.sendall(answer)
            if not answer:
                return


@contextlib.contextmanager
def datagram_server(answer=bytes, address="127.0.0.1", port=0):
    """A socket of the host's that sends answer(data) to whoever sends data. Yields its name.

    Its thread ends before the socket is closed: a signal restarts a recvfrom(2) that waits, which then reads from
    whatever has the number of the closed descriptor by that time.
    """
    with socket.socket(type=socket.SOCK_DGRAM) as s, socket.socket(type=socket.SOCK_DGRAM) as last:
        s.bind((address, port))
        s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        last.bind(("127.0.0.1", 0))

        def serve():
            while (came := s.recvfrom(65536))[1] != last.getsockname():
                s.sendto(answer(came[0]), came[1])

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield s.getsockname()
        finally:
            last.sendto(b"", s.getsockname())
            thread.join()
