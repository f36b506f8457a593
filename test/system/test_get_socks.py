"""`leat get` and curl with a SOCKS proxy (RFC 1928, 1929): what the proxy is asked for, and what its answers mean."""
import os
import struct
import subprocess

import pytest
from as_curl import CURL, LEAT, OK, plain, redirect
from conftest import needs_tool
from servers import Scripted, serving

pytestmark = needs_tool("curl")

DONE = b"\x05\x00\x00\x01\x7f\x00\x00\x01\x1f\x90"


class Proxy:
    """Answers as a SOCKS proxy, and then as the server that was asked for."""

    def __init__(self, method=0, login=0, reply=DONE, answers=(OK,)):
        self.method, self.login, self.reply, self.asked, self.server = method, login, reply, [], Scripted(*answers)

    def __call__(self, sock):
        file = sock.makefile("rb")
        methods = file.read(file.read(2)[1])
        sock.sendall(bytes([5, self.method]))
        if self.method == 2 and 2 not in methods:
            return
        if self.method == 2:
            user = file.read(file.read(2)[1])
            self.asked.append((user, file.read(file.read(1)[0])))
            sock.sendall(bytes([1, self.login]))
        head = file.read(4)
        if len(head) < 4:
            return
        assert head[:3] == b"\x05\x01\x00"
        host = file.read({1: 4, 4: 16}.get(head[3]) or file.read(1)[0])
        self.asked.append((head[3], host, struct.unpack("!H", file.read(2))[0]))
        sock.sendall(self.reply)
        if self.reply[1:2] == b"\x00" and len(self.reply) >= len(DONE):
            self.server(sock)


def ask(program, args, make, env=None):
    proxy = make()
    with serving(proxy) as port:
        p = subprocess.run([*program, "-sS", *(a.replace("PROXY", f"127.0.0.1:{port}") for a in args)], capture_output=True, timeout=60, check=False,
                           env={**os.environ, **{k: v.replace("PROXY", f"127.0.0.1:{port}") for k, v in (env or {}).items()}})
    return (p.returncode, p.stdout, proxy.asked, [plain(r) for r in proxy.server.requests]), p.stderr


def both(args, make=Proxy, env=None):
    curl, leat = (ask(program, args, make, env) for program in ([CURL], LEAT))
    assert leat[0] == curl[0], (curl[1], leat[1])
    assert bool(leat[1]) == bool(curl[1])
    return leat


ASKED = {
    "by its name": ["-x", "socks5h://PROXY", "http://name.example/a?b"],
    "by an address": ["-x", "socks5://PROXY", "--resolve", "name.example:80:192.0.2.1", "http://name.example/a"],
    "an IPv4 address": ["-x", "socks5h://PROXY", "http://192.0.2.1:8080/a"],
    "an IPv6 address": ["-x", "socks5://PROXY", "http://[2001:db8::1]/a"],
    "in large letters": ["-x", "SOCKS5H://PROXY", "http://name.example/"],
    "by another option": ["--socks5-hostname", "PROXY", "http://name.example/"],
    "by another option, an address": ["--socks5", "PROXY", "http://192.0.2.1/"],
    "another server in its place": ["-x", "socks5h://PROXY", "--connect-to", "name.example:80:other.example:81", "http://name.example/"],
    "one connection for two URLs": ["-x", "socks5h://PROXY", "http://name.example/a", "http://name.example/b"],
    "two connections for two servers": ["-x", "socks5h://PROXY", "http://name.example/a", "http://other.example/b"],
    "data": ["-x", "socks5h://PROXY", "-d", "x=y", "http://name.example/a"],
}


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED.keys())
def test_the_proxy_is_asked_for_what_curl_asks_for(args):
    result, said = both(args)
    assert result[0] == 0 and result[2], said


def test_the_proxy_may_come_from_the_environment():
    assert both(["http://name.example/"], env={"ALL_PROXY": "socks5h://PROXY"})[0][2] == [(3, b"name.example", 80)]
    assert both(["-x", "socks5h://PROXY", "--noproxy", "127.0.0.1", "http://127.0.0.1:1/"])[0][:3] == (7, b"", [])


@pytest.mark.parametrize("args", [["-x", "socks5h://me:pw%20x@PROXY"], ["-x", "socks5h://PROXY", "-U", "me:p:w"], ["-x", "socks5h://me:@PROXY"]], ids=" ".join)
def test_a_proxy_that_wants_a_password_gets_it(args):
    result, said = both([*args, "http://name.example/"], lambda: Proxy(method=2))
    assert result[0] == 0 and len(result[2]) == 2, said


def test_a_redirect_goes_by_the_proxy_as_well():
    result, _ = both(["-L", "-x", "socks5h://PROXY", "http://name.example/"], lambda: Proxy(answers=[redirect(302, "http://other.example/x"), OK]))
    assert [host for _, host, _ in result[2]] == [b"name.example", b"other.example"]


FAILURES = {
    "it takes no client": {"method": 0xff},
    "it wants a password": {"method": 2, "args": ["-x", "socks5h://PROXY"]},
    "it refuses the password": {"method": 2, "login": 1},
    "it has not found the server": {"reply": b"\x05\x04" + DONE[2:]},
    "the server refuses": {"reply": b"\x05\x05" + DONE[2:]},
    "an error that has no name": {"reply": b"\x05\x63" + DONE[2:]},
    "it is no proxy": {"reply": b"HTTP/1.1 400"},
    "it breaks off": {"reply": DONE[:7]},
    "an address that is none": {"reply": b"\x05\x00\x00\x09" + DONE[4:]},
}


@pytest.mark.parametrize("how", FAILURES.values(), ids=FAILURES.keys())
def test_a_proxy_that_fails_is_an_error(how):
    how = dict(how)
    args = [*how.pop("args", ["-x", "socks5h://me:pw@PROXY"]), "http://name.example/"]
    result, said = ask(LEAT, args, lambda: Proxy(**how))
    assert result[0] == 97 and said.startswith(b"leat get: (97) SOCKS5 proxy 127.0.0.1: "), said
    if "address" not in str(how) and how.get("reply", b"\x05")[:1] == b"\x05":
        assert ask([CURL], args, lambda: Proxy(**how))[0][0] == 97


def test_a_reply_may_name_the_server_and_come_in_pieces():
    both(["-x", "socks5h://PROXY", "http://name.example/"], lambda: Proxy(reply=b"\x05\x00\x00\x03\x0cname.example\x00\x50"))
    both(["-x", "socks5h://PROXY", "http://name.example/"], lambda: Proxy(reply=b"\x05\x00\x00\x04" + bytes(18)))


def test_a_proxy_that_says_nothing_is_not_waited_for():
    result, said = both(["--connect-timeout", "0.5", "-x", "socks5h://PROXY", "http://name.example/"], lambda: Proxy(reply=b""))
    assert result[0] in (28, 97), said


@pytest.mark.parametrize("url", ["foo://127.0.0.1:1", "ftp://127.0.0.1:1", "http://", "http://127.0.0.1:99999", "http://no such/", "socks5://", "127.0.0.1:1", "socks5://127.0.0.1:1"])
def test_what_is_no_proxy_is_refused_as_by_curl(url):
    curl, leat = (subprocess.run([*program, "-sS", "-x", url, "http://192.0.2.1/"], capture_output=True, text=True, check=False) for program in ([CURL], LEAT))
    assert leat.returncode == curl.returncode, leat.stderr
    first = curl.stderr.split(": ", 1)[1].split(" after ")[0].strip()
    assert first in leat.stderr
