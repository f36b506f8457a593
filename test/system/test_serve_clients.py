"""Clients that others wrote, against `leat serve`: on kept connections, through nginx, many at once."""
import http.client
import re
import subprocess

import pytest
from conftest import ROOT, needs_tool, not_in_guest
from serving import BIG, folder, serve, server  # noqa: F401  fixtures
from test_serve_behind import haproxy, nginx

PROXIES = [pytest.param(nginx, marks=needs_tool("nginx")), pytest.param(haproxy, marks=needs_tool("haproxy"))]


@pytest.fixture
def echo(serve):
    return serve("--echo", "/echo", "--log-format", "json")


def said(*command, cwd=None):
    found = subprocess.run(command, cwd=cwd, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120)
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


def ended_well(server):
    """No connection was reset by the server, and it still serves."""
    assert server.get("/file.txt").octets == b"0123456789"
    code, _, err = server.end()
    assert code == 0 and "Sanitizer" not in err, err


@pytest.fixture(scope="module")
def go_fetch(go_build):
    return go_build("go_fetch")


@needs_tool("go")
@not_in_guest("Go's compiler takes minutes")
def test_go_keeps_its_connections(echo, go_fetch):
    connections, well = said(go_fetch, echo.url, "8").split()
    assert well == "well" and int(connections) <= 8 + 8 * 10 + 16, "one for each goroutine, and one for each that was given up"
    ended_well(echo)


@needs_tool("node")
def test_nodes_fetch(echo):
    assert said("node", ROOT / "test/programs/node_fetch.js", echo.url) == "well\n"
    ended_well(echo)


@needs_tool("wrk")
@pytest.mark.parametrize("path, connections", [("/file.txt", 50), ("/big", 10), ("/absent", 50), ("/", 50)])
def test_wrk_sees_no_error(server, path, connections):
    out = said("wrk", "-t1", f"-c{connections}", "-d1s", server.url + path)
    assert "Socket errors" not in out and ("Non-2xx" in out) == (path == "/absent") and int(re.search(r"(\d+) requests in", out)[1]) > connections
    ended_well(server)


@needs_tool("wrk")
@pytest.mark.parametrize("proxy", PROXIES)
def test_a_proxy_with_kept_connections_before_it_sees_no_error(serve, scratch, proxy):
    server = serve("--log-format", "json")
    with proxy(scratch, server.port) as front:
        out = said("wrk", "-t1", "-c20", "-d1s", f"http://127.0.0.1:{front.port}/file.txt")
        assert "Socket errors" not in out and "Non-2xx" not in out
        assert said("curl", "-sS", "-o", "/dev/null", "-w", "%{size_download}", f"http://127.0.0.1:{front.port}/big") == str(len(BIG))
    ended_well(server)


@pytest.mark.parametrize("proxy", PROXIES)
@pytest.mark.parametrize("client", [["curl"], ["leat", "get"]], ids=["curl", "leat get"])
def test_through_a_proxy_everything_is_as_without(serve, scratch, leat, client, proxy):
    server = serve("--log-format", "json", "--allow-upload", "--allow-delete")
    client = [leat if word == "leat" else word for word in client]
    with proxy(scratch, server.port) as front:
        url = f"http://127.0.0.1:{front.port}"

        def status(*words, **more):
            return subprocess.run([*client, "-sS", "-o", "/dev/null", "-w", "%{http_code} %{size_download}", *words], stdout=subprocess.PIPE, text=True,
                                  timeout=60, **more).stdout
        assert said(*client, "-sS", "-f", "-r", "2-4", f"{url}/file.txt") == "234"
        assert said(*client, "-sS", "-f", "-L", f"{url}/sub") == "<p>index"
        assert said(*client, "-sS", "-f", "--compressed", f"{url}/file.txt") == "0123456789"
        assert '"file.txt"' in said(*client, "-sS", "-f", "--compressed", f"{url}/?format=json")
        assert status("-I", f"{url}/big") == "200 0" and status(f"{url}/absent").startswith("404 ")
        assert status("-H", "If-None-Match: *", f"{url}/file.txt") == "304 0"
        assert status(f"{url}/?archive=zip&name=file.txt").startswith("200 ")
        with open(server.site / "big", "rb") as content:  # its length is not known: in chunks
            assert status("-T", "-", f"{url}/new", stdin=content).startswith("201 ")
        assert status("-T", str(server.site / "big"), "-H", "Expect: 100-continue", f"{url}/new").startswith("204 ")
        assert (server.site / "new").read_bytes() == BIG
        assert status("-X", "DELETE", f"{url}/new") == "204 0" and status(f"{url}/new").startswith("404 ")
    ended_well(server)


def test_pythons_client_keeps_its_connection(serve):
    server = serve("--echo", "/echo", "--log-format", "json", "--allow-upload")
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    c.connect()
    first = c.sock

    def ask(method, path, body=None, **more):
        c.request(method, path, body, **more)
        r = c.getresponse()
        assert c.sock is first, "the server has not closed the connection"
        return r.status, r.read()
    assert ask("GET", "/file.txt") == (200, b"0123456789")
    assert ask("HEAD", "/big") == (200, b"") and ask("GET", "/big") == (200, BIG)
    assert ask("GET", "/big", headers={"Range": "bytes=-3"}) == (206, BIG[-3:]) and ask("GET", "/absent")[0] == 404
    assert ask("PUT", "/new", iter([BIG[:1000], BIG[1000:]]), encode_chunked=True, headers={"Transfer-Encoding": "chunked"})[0] == 201
    assert ask("PUT", "/new", BIG)[0] == 204 and ask("GET", "/new") == (200, BIG)
    assert ask("GET", "/?archive=tar&name=file.txt")[0] == 200 and ask("DELETE", "/new")[0] == 405
    assert b"POST" in ask("POST", "/echo", b"a=b")[1]
    c.close()
    ended_well(server)


@pytest.mark.parametrize("options", [["--http1.0"], ["--http1.1"], ["--http2"], ["--http0.9"], ["--raw"], ["--tr-encoding"], ["--compressed"]],
                         ids=lambda options: options[0])
def test_curl_in_each_version(server, tmp_path, options):
    urls = [f"{server.url}/{name}" for name in ("file.txt", "big", "file.txt")]
    said("curl", "-sS", "-f", *options, *(word for i, url in enumerate(urls) for word in ("-o", str(tmp_path / str(i)), url)))
    assert (tmp_path / "0").read_bytes() == (tmp_path / "2").read_bytes() == b"0123456789" and (tmp_path / "1").read_bytes() == BIG


def test_curl_many_at_once(server, tmp_path):
    said("curl", "-sS", "-f", "--parallel", "--parallel-max", "30", "-o", "#1", f"{server.url}/file.txt?[1-200]", cwd=tmp_path)
    assert {path.read_bytes() for path in tmp_path.iterdir()} == {b"0123456789"} and len(list(tmp_path.iterdir())) == 200


def test_wget_keeps_its_connection(server, tmp_path):
    said("wget", "-d", "-nv", "-P", str(tmp_path), *[f"{server.url}/{name}" for name in ("file.txt", "big", "empty.html")])
    assert (tmp_path / "big").read_bytes() == BIG and (tmp_path / "empty.html").read_bytes() == b""
