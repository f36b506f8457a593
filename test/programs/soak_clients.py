"""The clients of serve_soak.py: what one of them does in a round, each with a check of the answer. They know nothing of what disturbs the server."""
import contextlib
import hashlib
import http.client
import io
import json
import re
import select
import socket
import subprocess
import tarfile
import tempfile
import zipfile

SIZES = {"small": 10, "page": 5000, "half": 16384, "more": 16385, "large": 300_000, "huge": 5_000_000}
MANY = 500  # files of the folder many
WRK_CONNECTIONS = 4
PATIENCE = 60  # seconds that an answer may take on a busy machine


def octets(name):
    return hashlib.shake_128(name.encode()).digest(SIZES[name])


FILES = {name: octets(name) for name in SIZES}


class Client:
    """A client of the server at @port. A round raises an OSError, a ValueError or an HTTPException if the server did something wrong."""

    def __init__(self, leat, port):
        self.leat, self.port, self.stop = leat, port, False

    def connection(self):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)

    def ask(self, c, method, path, body=None, **fields):
        c.request(method, path, body=body, headers={name.replace("_", "-"): value for name, value in fields.items()})
        r = c.getresponse()
        return r.status, r.read(), r

    def expect(self, found, status, content=None):
        if found[0] not in status or (content is not None and found[1] != content):
            raise ValueError(f"status {found[0]}, {len(found[1])} octets, not {status}")

    # What follows are the rounds. @c is a connection that is kept.
    def whole(self, c, dice):
        name = dice.choice(list(FILES))
        self.expect(self.ask(c, "GET", f"/{name}"), [200], FILES[name])

    def part(self, c, dice):
        name = dice.choice(list(FILES))
        a = dice.randrange(SIZES[name])
        b = dice.randrange(a, SIZES[name])
        self.expect(self.ask(c, "GET", f"/{name}", Range=f"bytes={a}-{b}"), [206], FILES[name][a:b + 1])

    def absent(self, c, dice):
        self.expect(self.ask(c, "GET", "/not-there"), [404])

    def head(self, c, dice):
        self.expect(self.ask(c, "HEAD", "/huge"), [200], b"")

    def list(self, c, dice):
        found = self.ask(c, "GET", "/many/?format=json")
        self.expect(found, [200])
        if len(json.loads(found[1])["entries"]) != 500:
            raise ValueError("a list is not complete")

    def unchanged(self, c, dice):
        self.expect(self.ask(c, "GET", "/page", If_None_Match="*"), [304], b"")

    def change(self, c, dice):
        path, content = f"/up/{dice.getrandbits(64):x}", dice.randbytes(dice.choice([0, 10, 20_000, 400_000]))
        self.expect(self.ask(c, "PUT", path, content), [201, 204])
        self.expect(self.ask(c, "GET", path), [200], content)
        self.expect(self.ask(c, "DELETE", path), [204])

    def pipeline(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as s:
            s.sendall(b"GET /page HTTP/1.1\r\nHost: a\r\n\r\n" * 9 + b"GET /page HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            got = b""
            while piece := s.recv(65536):
                got += piece
        # A server that is about to end closes after any of them.
        if got.count(FILES["page"]) != got.count(b"HTTP/1.1 200 OK\r\n") or (b"HTTP/1.1 200 OK\r\n" not in got):
            raise ValueError("pipelined requests")

    def give_up(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as s:
            s.sendall(b"GET /huge HTTP/1.1\r\nHost: a\r\n\r\n")
            s.recv(dice.choice([1, 1000, 100_000]))

    def slowly(self, c, dice):
        with socket.socket() as s:
            s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            s.settimeout(PATIENCE)
            s.connect(("127.0.0.1", self.port))
            s.sendall(b"GET /large HTTP/1.0\r\n\r\n")
            got = b""
            while piece := s.recv(4096):
                got += piece
        if not got.endswith(FILES["large"]):
            raise ValueError("a slow reader")

    def trickle(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as s, contextlib.suppress(ConnectionError):
            s.sendall(b"GET / HTTP/1.1\r\nX: y\r\n"[:dice.randrange(1, 20)])
            while not self.stop and not select.select([s], [], [], 0.1)[0]:
                pass  # until the server closes

    def junk(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as s, contextlib.suppress(ConnectionError):
            s.sendall(dice.randbytes(dice.randrange(1, 3000)))
            s.shutdown(socket.SHUT_WR)
            while s.recv(65536):
                pass

    def archive(self, c, dice):
        kind = dice.choice(["zip", "tar.gz"])
        found = self.ask(c, "GET", f"/many/?archive={kind}")
        self.expect(found, [200, 503])  # a worker makes four at a time
        if found[0] == 503:
            return
        try:
            with zipfile.ZipFile(io.BytesIO(found[1])) if kind == "zip" else tarfile.open(fileobj=io.BytesIO(found[1])) as a:
                names = a.namelist() if kind == "zip" else a.getnames()
        except (zipfile.BadZipFile, tarfile.TarError, EOFError) as e:
            raise ValueError(f"{kind} of {len(found[1])} octets: {e}: {found[1][:100]} … {found[1][-100:]}: {found[2].headers.items()}") from None
        if len([name for name in names if name.rpartition("/")[2].isdigit()]) != MANY:
            raise ValueError(f"an archive has {len(names)} entries")

    def archive_given_up(self, c, dice):
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE) as s:
            s.sendall(b"GET /?archive=tar HTTP/1.1\r\nHost: a\r\n\r\n")
            s.recv(dice.choice([1, 1000, 100_000]))

    def leat_get(self, c, dice):
        """Several files on one connection; a file in parts; an upload, which is removed."""
        url, digest = f"http://127.0.0.1:{self.port}", hashlib.sha256(FILES["huge"]).hexdigest()
        up = f"{url}/up/{dice.getrandbits(64):x}"
        with tempfile.TemporaryDirectory(prefix="leat-soak-get-") as folder:
            words = dice.choice([["-f", *(f"{url}/{name}" for name in FILES), "--remote-name-all"], ["-O", "--parts", "4", "--sha256", digest, f"{url}/huge"],
                                 ["-f", "-T", "-", up, "-o", "/dev/null"]])
            done = subprocess.run([self.leat, "get", "-sS", *words], cwd=folder, input=FILES["large"], capture_output=True, timeout=PATIENCE)
            if done.returncode:
                raise ValueError(f"leat get {words[:2]}: exit status {done.returncode}: {done.stderr}")
            wrong = [name for name, content in FILES.items() if (name == "huge" or "--remote-name-all" in words) and "-T" not in words
                     and open(f"{folder}/{name}", "rb").read() != content]
        if wrong:
            raise ValueError(f"leat get: {wrong} are not what they are on the server")
        if "-T" in words:
            self.expect(self.ask(c, "DELETE", up[len(url):]), [204])

    def wrk(self):
        """A second of requests one after the other on each connection. Returns how many were answered, and wrk's complaints.

        A connection that was closed as a request was sent is a read error for wrk (RFC 9112, 9.5: a client repeats the request).
        """
        out = subprocess.run(["wrk", "-t1", f"-c{WRK_CONNECTIONS}", "-d1s", f"--timeout={PATIENCE}s", f"http://127.0.0.1:{self.port}/page"], capture_output=True, text=True, timeout=PATIENCE).stdout
        errors = re.search(r"connect (\d+), read (\d+), write (\d+), timeout (\d+)", out)
        connect, read, write, late = map(int, errors.groups()) if errors else (0, 0, 0, 0)
        return int(re.search(r"(\d+) requests in", out)[1]), read + write, connect + late, "Non-2xx" in out
