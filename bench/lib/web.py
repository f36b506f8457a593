"""Web servers that serve one folder, each on one core, with an access log; and the clients that load them from the other core."""
import contextlib
import os
import pathlib
import resource
import shutil
import socket

from lib import insides
from lib.machine import answers, needs, run, started, until
from lib.measure import NotMeasured

SERVER_CORE, CLIENT_CORE = ("taskset", "-c", "0"), ("taskset", "-c", "1")
OPEN_FILES = "open_file_cache max=1000 inactive=20s; open_file_cache_valid 1s; open_file_cache_errors on;"

# As Debian ships it, but for paths, the port, and numbers of connections and requests that the rows need.
NGINX = """daemon off; worker_processes 1; pid {dir}/pid; error_log {dir}/error.log; worker_rlimit_nofile 30000; events {{ worker_connections 16384; }}
http {{ sendfile on; tcp_nopush on; types_hash_max_size 2048; include /etc/nginx/mime.types; default_type application/octet-stream; access_log {dir}/access.log; gzip on;
keepalive_requests 100000000; keepalive_timeout 600s; {more}
client_body_temp_path {dir}/t; proxy_temp_path {dir}/t; fastcgi_temp_path {dir}/t; uwsgi_temp_path {dir}/t; scgi_temp_path {dir}/t;
server {{ listen 127.0.0.1:{port} backlog=4096; root {root}; index index.html; autoindex on; }} }}
"""
LIGHTTPD = """server.document-root = "{root}"
server.port = {port}
server.bind = "127.0.0.1"
server.modules = ("mod_accesslog", "mod_dirlisting", "mod_indexfile")
accesslog.filename = "{dir}/access.log"
server.errorlog = "{dir}/error.log"
server.max-fds = 30000
server.max-connections = 12000
server.max-keep-alive-requests = 100000000
server.max-keep-alive-idle = 600
server.listen-backlog = 4096
dir-listing.activate = "enable"
mimetype.assign = (".html" => "text/html", ".bin" => "application/octet-stream", "" => "application/octet-stream")
"""


class Server:
    """A server that runs while the block is open."""

    def __init__(self, name, port, command, root):
        self.name, self.port, self.command, self.root = name, port, command, root
        self.proc = None

    @contextlib.contextmanager
    def running(self):
        with started(*SERVER_CORE, *self.command, cwd="/") as proc:
            until(lambda: answers(self.port, b"GET /small.html HTTP/1.0\r\n\r\n"), self.name, proc)
            self.proc = proc
            yield self

    def url(self, path):
        return f"http://127.0.0.1:{self.port}/{path}"

    def processes(self):
        """Returns the server's process and its descendants."""
        found, look = [], [self.proc.pid]
        while look:
            pid = look.pop()
            found.append(pid)
            with contextlib.suppress(OSError):
                look += [int(word) for task in pathlib.Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()]
        return found

    def pss(self):
        """Returns its memory in KiB: what it shares with others counts in proportion."""
        total = 0
        for pid in self.processes():
            lines = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            total += next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
        return total


def server_folder(b, name):
    folder = b.scratch / name.replace(" ", "-").replace(",", "")
    folder.mkdir(mode=0o777, exist_ok=True)
    folder.chmod(0o777)
    return folder


def leat_words(b, root, port, program=None):
    folder = server_folder(b, f"leat-serve-{port}")
    return [program or b.build / "leat", "serve", "--quiet", "--workers", "1", "--bind", "127.0.0.1", "--port", port, "--log", folder / "access.log",
            "--max-connections", "12000", "--max-per-client", "12000", "--idle-timeout", "600s", root]


def leat(b, root, port):
    return Server("leat", port, leat_words(b, root, port), root)


def for_everyone(b):
    """A copy of the command that a user without privileges can run."""
    return shutil.copy(b.build / "leat", b.scratch / "leat")


def leat_inside(b, root, port):
    program = for_everyone(b)
    return Server("leat", port, insides.Leat(program).server(port, *leat_words(b, root, port, program)), root)


def leat_outside(b, root, port):
    program = for_everyone(b)
    return Server("native", port, insides.Native().server(port, *leat_words(b, root, port, program)), root)


def nginx(b, root, port, name, more):
    folder = server_folder(b, name)
    conf = folder / "conf"
    conf.write_text(NGINX.format(dir=folder, port=port, root=root, more=more))
    return Server(name, port, ["nginx", "-e", "stderr", "-p", folder, "-c", conf], root)


def lighttpd(b, root, port):
    folder = server_folder(b, "lighttpd")
    conf = folder / "conf"
    conf.write_text(LIGHTTPD.format(dir=folder, port=port, root=root))
    return Server("lighttpd", port, ["lighttpd", "-D", "-f", conf], root)


def all_servers(b, root):
    """Returns the servers, Leat's first: ratios compare it with the others."""
    needs("nginx", "lighttpd", "wrk", "taskset")
    if len(os.sched_getaffinity(0)) < 2:
        raise NotMeasured("one core: server and clients would share it")
    return [leat(b, root, 8100), nginx(b, root, 8101, "nginx", ""), nginx(b, root, 8102, "nginx, open_file_cache", OPEN_FILES), lighttpd(b, root, 8103)]


def wrk(url, connections, keep_alive=True, seconds=1, status=200, script=None):
    """Loads @url. Returns wrk's output, after a check that it saw no other @status and no error."""
    words = [] if keep_alive else ["-H", "Connection: close"]
    words += ["-s", script] if script else []
    out = run(*CLIENT_CORE, "wrk", "-t", 1, "-c", connections, "-d", f"{seconds}s", *words, url, timeout=seconds + 20)
    bad = [line.strip() for line in out.splitlines() if "Non-2xx" in line]
    if status == 200 and bad:
        raise NotMeasured(f"wrk: {bad[0]}")
    return out


def rate(out):
    """Returns the requests per second that wrk's output says."""
    found = next((float(line.split()[1]) for line in out.splitlines() if line.startswith("Requests/sec:")), 0)
    if not found:
        raise NotMeasured("wrk: no request was answered")
    return found


def many_descriptors():
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.contextmanager
def idle_connections(server, count):
    """Opens @count connections, has one request answered on each, and keeps them open."""
    many_descriptors()
    with contextlib.ExitStack() as stack:
        conns = [stack.enter_context(socket.create_connection(("127.0.0.1", server.port), 5)) for _ in range(count)]
        for conn in conns:
            conn.sendall(b"GET /small.html HTTP/1.1\r\nHost: bench\r\n\r\n")
        for conn in conns:
            got = b""
            while got.count(b"x") < 612:
                more = conn.recv(4096)
                if not more:
                    raise NotMeasured(f"{server.name} closed an idle connection")
                got += more
        yield conns


@contextlib.contextmanager
def slow_clients(server, count):
    """Keeps @count clients that never read: half ask for a large file, the others never end their request's head."""
    with contextlib.ExitStack() as stack:
        for i in range(count):
            conn = stack.enter_context(socket.socket())
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            conn.connect(("127.0.0.1", server.port))
            conn.sendall(b"GET /m1.bin HTTP/1.1\r\nHost: bench\r\n" + (b"\r\n" if i % 2 else b""))
        yield
