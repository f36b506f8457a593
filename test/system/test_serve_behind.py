"""`leat serve` behind nginx and haproxy: whatever a client sends, the proxy and the server see the same requests (no smuggling)."""
import collections
import concurrent.futures
import contextlib
import json
import re
import socket
import subprocess
import threading

import pytest
from conftest import needs_tool
from ports import free_port
from serving import folder, serve, server  # noqa: F401  fixtures
from waiting import answers, until

SMUGGLED = b"GET /echo?smuggled HTTP/1.1\r\nHost: a\r\nX: "


def post(fields, content, target="/echo?outer", version="1.1"):
    return f"POST {target} HTTP/{version}\r\nHost: a\r\n".encode() + fields + b"\r\n\r\n" + content


def coded(field):
    """Two readings of one request: one takes the field for chunked coding, and the other does not."""
    return [post(field + b"\r\nContent-Length: %d" % (5 + len(SMUGGLED)), b"0\r\n\r\n" + SMUGGLED),
            post(b"Content-Length: 4\r\n" + field, b"%x\r\n" % len(SMUGGLED) + SMUGGLED + b"\r\n0\r\n\r\n"),
            post(field, b"0\r\n\r\n" + SMUGGLED)]


def counted(field):
    """Two readings: one takes the field for a length of 0, and the other for that of the content."""
    return [post(field.replace(b"N", b"%d" % len(SMUGGLED)), SMUGGLED)]


CODINGS = [b"Transfer-Encoding: chunked", b"Transfer-Encoding : chunked", b"Transfer-Encoding:\tchunked", b"Transfer-Encoding: xchunked",
           b"Transfer-Encoding: chunked\r\nTransfer-Encoding: x", b"Transfer-Encoding: x\r\nTransfer-Encoding: chunked", b" Transfer-Encoding: chunked",
           b"X: y\r\n Transfer-Encoding: chunked", b"X: y\nTransfer-Encoding: chunked", b"X: y\rTransfer-Encoding: chunked", b"Transfer-Encoding:\x0bchunked",
           b'Transfer-Encoding: "chunked"', b"Transfer-Encoding: chunked, identity", b"Transfer-Encoding: identity, chunked", b"Transfer-Encoding: CHUNKED",
           b"Transfer_Encoding: chunked", b"Transfer-Encoding\x00: chunked", b"Transfer-Encoding: chun\r\n ked", b"Transfer-Encoding:\r\n chunked",
           b"Transfer-Encoding: chunked;x=y", b"Transfer-Encoding: ,chunked", b"Transfer-Encoding: chunked, chunked", b"Transfer-Encoding: chunked\x00",
           b"Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked", b"TE: chunked\r\nTransfer-Encoding: gzip, chunked", b"Transfer-Encoding:"]
LENGTHS = [b"Content-Length: 0\r\nContent-Length: N", b"Content-Length: N\r\nContent-Length: 0", b"Content-Length: N, N", b"Content-Length: 0, N",
           b"Content-Length: +N", b"Content-Length: -0", b"Content-Length: 0x0", b"Content-Length: N ", b"Content-Length : N", b"Content-Length: 0\r\n 5",
           b"Content-Length: 000N", b"Content-Length: 18446744073709551616", b"Content-Length: N.0", b"Content-Length:\r\n N", b"Content-Length\t: N",
           b"Content_Length: N", b"Connection: Content-Length\r\nContent-Length: N", b"Content-Length: ", b"content-length: N\r\nCONTENT-LENGTH: N",
           b"X: y\nContent-Length: N", b"Expect: 100-continue\r\nContent-Length: N", b"Expect: tea\r\nContent-Length: N", b"Content-Length: 0\r\nX:\x00"]
CHUNKS = [b"5\nhello\n0\n\n", b"5\r\nhelloXX0\r\n\r\n", b"0x5\r\nhello\r\n0\r\n\r\n", b"5 \r\nhello\r\n0\r\n\r\n", b"+5\r\nhello\r\n0\r\n\r\n", b"-1\r\n\r\n",
          b"fffffffffffffffff0\r\nhello\r\n0\r\n\r\n", b'5;x="a\r\nb"\r\nhello\r\n0\r\n\r\n', b"5;\nx\r\nhello\r\n0\r\n\r\n", b"0\r\nContent-Length: 9\r\n\r\n",
          b"0\r\nX: y\nZ\r\n\r\n", b"5;a\rb\r\nhello\r\n0\r\n\r\n", b"0\r\n\r\r\n", b"0\n\r\n", b"00000000000000000000\r\n\r\n", b"\r\n0\r\n\r\n", b"5\r\nhello\r\n0;x\r\n\r\n"]
HEADS = [b"GET /echo?outer HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
         b"HEAD /echo?outer HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % len(SMUGGLED) + SMUGGLED,
         b"GET /echo?outer HTTP/1.1\nHost: a\n\n" + SMUGGLED, b"GET /echo?outer HTTP/1.1\r\nHost: a\r\n\n" + SMUGGLED,
         b"GET /echo?outer HTTP/1.1 GET /echo?smuggled HTTP/1.1\r\nHost: a\r\n\r\n", b"GET\t/echo?outer\tHTTP/1.1\r\nHost: a\r\n\r\n",
         b"GET /echo?outer HTTP/1.2\r\nHost: a\r\n\r\n", b"GET /echo?outer HTTP/2.0\r\nHost: a\r\n\r\n", b"GET /echo?outer\r\n" + SMUGGLED,
         b"GET http://b/echo?outer HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /echo?outer HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
         b"GET /echo?outer#fragment HTTP/1.1\r\nHost: a\r\n\r\n", b"GET //echo?outer HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /x/../echo?outer HTTP/1.1\r\nHost: a\r\n\r\n",
         b"GET /%65cho?outer HTTP/1.1\r\nHost: a\r\n\r\n", b"GET \\echo?outer HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /echo?\xe4\xb8\xad HTTP/1.1\r\nHost: a\r\n\r\n",
         b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SMUGGLED, b"GET /echo?outer HTTP/1.1\r\nHost: a\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: \r\n\r\n" + SMUGGLED,
         b"GET /echo?outer HTTP/1.0\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + SMUGGLED,
         b"GET /echo?outer HTTP/1.1\r\nHost: a\r\nX: " + b"y" * 9000 + b"\r\n\r\n", b"\r\n\r\nGET /echo?outer HTTP/1.1\r\nHost: a\r\n\r\n",
         b"OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /echo?outer HTTP/1.1\r\n\r\n" + SMUGGLED, b"GET /echo?outer HTTP/1.1\r\nHost: a\r\nX-\x80: y\r\n\r\n"]
CORPUS = [octets for f in CODINGS for octets in coded(f)] + [octets for f in LENGTHS for octets in counted(f)] + \
         [post(b"Transfer-Encoding: chunked", content + SMUGGLED) for content in CHUNKS] + HEADS


def request_of(line, escape=None):
    """Method and target of a request line, without the authority of the absolute form; @escape is before the number of an octet."""
    if escape:
        line = re.sub(escape + "([0-9A-F]{2})", lambda m: chr(int(m[1], 16)), line)
    method, _, rest = line.partition(" ")
    return method + " " + re.sub(r"^http://[^/]*", "", rest.split(" ")[0])


class Proxy:
    """What a proxy in front says of the requests that it has passed on."""

    def __init__(self, port, passed):
        self.port, self.passed = port, passed


@contextlib.contextmanager
def running(command, port):
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as proc:
        try:
            until(lambda: answers(port), command[0], proc=proc)
            yield
        finally:
            proc.terminate()
            proc.stderr.read()


@contextlib.contextmanager
def nginx(scratch, to):
    port, log = free_port(), scratch / "nginx.log"
    log.touch()
    (scratch / "nginx.conf").write_text(f"""
        daemon off; master_process off; pid {scratch}/nginx.pid; error_log stderr crit; events {{}}
        http {{
            log_format passed '$upstream_addr $request'; access_log {log} passed;
            client_body_temp_path {scratch}/body; proxy_temp_path {scratch}/proxy; fastcgi_temp_path {scratch}/f; uwsgi_temp_path {scratch}/u;
            scgi_temp_path {scratch}/s; client_body_timeout 2s; client_header_timeout 2s; keepalive_timeout 2s; client_max_body_size 0;
            upstream leat {{ server 127.0.0.1:{to}; keepalive 4; }}
            server {{
                listen 127.0.0.1:{port}; merge_slashes off; ignore_invalid_headers off; underscores_in_headers on; large_client_header_buffers 4 16k;
                location / {{ proxy_pass http://leat; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_next_upstream off; }}
            }}
        }}""")

    def passed():
        lines = (line.split(" ", 1) for line in log.read_text(errors="replace").splitlines())
        return [request_of(request, r"\\x") for upstream, request in lines if upstream != "-"]
    with running(["nginx", "-p", str(scratch), "-c", str(scratch / "nginx.conf")], port):
        yield Proxy(port, passed)


@contextlib.contextmanager
def haproxy(scratch, to):
    port, lines = free_port(), []
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as log:
        log.bind(("127.0.0.1", 0))
        log.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
        (scratch / "haproxy.conf").write_text(f"""
global
    log 127.0.0.1:{log.getsockname()[1]} len 65000 format raw local0
defaults
    mode http
    log global
    log-format "%s %HM %HU"
    http-reuse always
    option http-keep-alive
    option accept-invalid-http-request
    retries 0
    timeout connect 60s
    timeout client 2s
    timeout server 60s
frontend front
    bind 127.0.0.1:{port}
    default_backend leat
backend leat
    server leat 127.0.0.1:{to}
""")
        threading.Thread(target=lambda: [lines.append(line) for line in iter(lambda: log.recv(65536), b"end")], daemon=True).start()

        def passed():
            parts = (line.decode(errors="replace").strip().split(" ", 1) for line in list(lines))
            return [request_of(request, "#") for server_name, request in parts if server_name == "leat"]
        with running(["haproxy", "-db", "-f", str(scratch / "haproxy.conf")], port):
            yield Proxy(port, passed)
        log.sendto(b"end", log.getsockname())


def seen(server):
    """What the server says of the requests that came."""
    found = []
    for line in server.log.read_text().splitlines():
        entry = json.loads(line)
        found.append(request_of(f"{entry['method']} {entry['target']}" if "method" in entry else entry.get("line", "")))
    return found


def send(port, octets):
    """Sends the octets, and reads until the proxy closes: after the answer, or when no more octets come in time."""
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        with contextlib.suppress(ConnectionError):
            s.sendall(octets)
            while s.recv(65536):
                pass


def ask(port, number):
    """A request of someone else, who must get the answer to it."""
    with socket.create_connection(("127.0.0.1", port), 60) as s:
        s.sendall(f"GET /echo?mine={number} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n".encode())
        got = b""
        while piece := s.recv(65536):
            got += piece
    assert got.startswith(b"HTTP/1.1 200 ") and b"mine=%d" % number in got.replace(b'": "', b"=").replace(b'":"', b"=") and b"smuggled" not in got, got


@pytest.mark.parametrize("proxy", [pytest.param(nginx, marks=needs_tool("nginx")), pytest.param(haproxy, marks=needs_tool("haproxy"))])
def test_a_proxy_and_the_server_see_the_same_requests(serve, scratch, proxy):
    server = serve("--echo", "/echo", "--log-format", "json")
    with proxy(scratch, server.port) as front, concurrent.futures.ThreadPoolExecutor(48) as pool:
        def one(number):
            send(front.port, CORPUS[number])
            ask(front.port, number)
        list(pool.map(one, range(len(CORPUS))))

        def same():
            return collections.Counter(front.passed()) == collections.Counter(seen(server))
        try:
            until(same, "they see the same requests")
        except AssertionError:
            a, b = collections.Counter(front.passed()), collections.Counter(seen(server))
            raise AssertionError(f"the proxy alone: {a - b}; the server alone: {b - a}") from None
        assert len(front.passed()) >= len(CORPUS) + 20
