"""Unmodified programs inside `leat run`, as a user without privileges."""
import hashlib
import signal
import socket
import subprocess

import pytest
from conftest import needs_root
from inside import FALLBACKS, PYTHON, command, environment, free_port, inside, loud, nothing_left, place, program, python, started, until_connected  # noqa: F401
from servers import BIG, datagram_server

pytestmark = pytest.mark.yama


@pytest.mark.parametrize("disable", FALLBACKS)
def test_curl_fetches_over_ipv4(ports, disable):
    done = inside("curl", "-s", f"http://127.0.0.1:{ports[0]}/big", disable=disable)
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_curl_fetches_over_ipv6(ports):
    done = inside("curl", "-s", f"http://[::1]:{ports[1]}/big")
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_curl_uploads(ports, scratch):
    path = scratch / "upload"
    path.write_bytes(BIG)
    done = inside("curl", "-s", "-H", "Expect:", "--data-binary", f"@{path}", f"http://127.0.0.1:{ports[0]}/")
    assert done.stdout.decode() == hashlib.sha256(BIG).hexdigest(), done.stderr


def test_curl_fetches_on_a_bad_link(ports):
    done = inside("curl", "-s", f"http://127.0.0.1:{ports[0]}/big", options=["--loss", "1%", "--delay", "1ms"], timeout=60)
    assert (done.returncode, done.stdout) == (0, BIG), done.stderr


def test_a_port_without_a_listener_refuses(ports):
    assert inside("curl", "-s", f"http://127.0.0.1:{free_port()}/").returncode == 7


def test_wget_fetches(ports):
    assert inside("wget", "-q", "-O", "-", f"http://127.0.0.1:{ports[0]}/").stdout == b"hello\n"


def test_nc_sends_its_input(ports):
    done = inside("nc", "-w", "3", "127.0.0.1", ports[0], input=b"GET / HTTP/1.0\r\n\r\n")
    assert done.stdout.endswith(b"hello\n"), done.stderr


def test_a_nonblocking_connect_reports_events_as_on_linux(ports):
    """The link is so slow that the program can look at the socket before the handshake has ended."""
    done = inside(PYTHON, program("nonblocking.py"), ports[0], free_port(), options=["--delay", "50ms"])
    assert done.stdout == b"well\n", done.stderr.decode()


def test_other_socket_families_are_refused_and_reported():
    done = loud(PYTHON, program("isolation.py"))
    assert done.stdout == "well\n" and "MPTCP" in done.stderr, done.stderr


def test_ip_shows_the_network_of_the_run():
    """ip(8) waits in recvmsg() before the answer arrives."""
    assert b"inet 10.0.2.15/24" in inside("ip", "addr").stdout
    assert b"default via 10.0.2.2" in inside("ip", "route").stdout
    assert b"default via fd00:2::2" in inside("ip", "-6", "route").stdout


@pytest.fixture(scope="module")
def static_client(bin_dir):
    subprocess.run(["cc", "-static", "-o", bin_dir / "static_client", program("static_client.c")], check=True)
    return bin_dir / "static_client"


def test_a_static_binary_uses_leats_network(ports, static_client):
    done = inside(static_client, "127.0.0.1", ports[0])
    assert done.stdout.endswith(b"hello\n"), done.stderr


@pytest.fixture(scope="module")
def echo():
    with datagram_server() as name:
        yield name[1]


@pytest.mark.parametrize("disable", FALLBACKS)
def test_datagrams(echo, disable):
    done = inside(PYTHON, program("udp_client.py"), echo, disable=disable)
    assert done.stdout == b"well\n", done.stderr.decode()


def answer_dns(query):
    """Returns an A record 192.0.2.7 for every query of that type; nothing for other types."""
    end = query.index(b"\0", 12) + 5
    kind = int.from_bytes(query[end - 4 : end - 2], "big")
    head = query[:2] + b"\x81\x80\0\1" + (b"\0\1" if kind == 1 else b"\0\0") + b"\0\0\0\0" + query[12:end]
    return head + (b"\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\7" if kind == 1 else b"")


@pytest.fixture(scope="module")
def dns():
    with datagram_server(answer_dns) as name:
        yield name


def test_dig_reaches_the_name_server_at_10_0_2_3(dns):
    done = inside("dig", "+short", "+tries=1", "+time=60", "@10.0.2.3", "example.test", options=["--dns", f"127.0.0.1:{dns[1]}"])
    assert done.stdout == b"192.0.2.7\n", done


def look_up(server, scratch, options=()):
    """Looks up a name where /etc/resolv.conf, in a mount namespace of its own, names @server."""
    conf = scratch / "resolv.conf"
    conf.write_text(f"nameserver {server}\noptions timeout:30 attempts:1\n")
    ask = "import socket; print(socket.gethostbyname('leat.example.test'))"
    mounted = ["unshare", "-m", "sh", "-c", 'mount --bind "$0" /etc/resolv.conf && exec "$@"', str(conf)]
    return subprocess.run([*mounted, *command(PYTHON, "-c", ask, options=["--quiet", *options])], capture_output=True, timeout=60, env=environment(), cwd="/")


@needs_root("a resolv.conf of its own")
def test_a_name_is_looked_up_over_leats_network(dns, scratch):
    done = look_up("127.0.0.53", scratch, ["--dns", f"127.0.0.1:{dns[1]}"])
    assert done.stdout == b"192.0.2.7\n", done.stderr


@needs_root("a resolv.conf of its own")
def test_the_name_server_of_resolv_conf_is_asked(scratch):
    with datagram_server(answer_dns, "127.77.1.53", 53):
        done = look_up("127.77.1.53", scratch)
        assert done.stdout == b"192.0.2.7\n", done.stderr


def test_a_published_web_server_is_reached(scratch):
    (scratch / "file").write_bytes(BIG)
    port = free_port()
    with started(PYTHON, "-m", "http.server", 8000, "-d", scratch, options=["-p", f"{port}:8000"]) as proc:
        until_connected(port, proc)
        done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/file"], capture_output=True, timeout=60)
        assert done.stdout == BIG
        proc.send_signal(signal.SIGINT)
        proc.wait(60)


NGINX = """
daemon off; master_process on; worker_processes 2; pid {0}/pid; error_log {0}/error.log;
events {{ worker_connections 64; }}
http {{ access_log off; client_body_temp_path {0}/a; proxy_temp_path {0}/b; fastcgi_temp_path {0}/c; uwsgi_temp_path {0}/d;
  scgi_temp_path {0}/e; server {{ listen 8000; location / {{ root {0}; }} }} }}
"""


def test_nginx_with_two_workers_is_reached(scratch):
    (scratch / "file").write_bytes(BIG)
    (scratch / "conf").write_text(NGINX.format(scratch))
    port = free_port()
    with started("/usr/sbin/nginx", "-e", scratch / "error.log", "-c", scratch / "conf", options=["-p", f"{port}:8000"]) as proc:
        until_connected(port, proc)
        for _ in range(5):
            done = subprocess.run(["curl", "-s", f"http://127.0.0.1:{port}/file"], capture_output=True, timeout=60)
            assert done.stdout == BIG
        proc.terminate()
        assert proc.wait(60) in (0, -signal.SIGTERM)


@pytest.mark.parametrize("server", ["fork_server.py", "thread_server.py"])
def test_a_server_holds_500_connections(server):
    count, port = 500, free_port()
    with started(PYTHON, program(server), 8000, count, options=["-p", f"{port}:8000"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        clients = [socket.create_connection(("127.0.0.1", port), 60) for _ in range(count)]
        for i, client in enumerate(clients):
            client.settimeout(60)
            client.sendall(b"client %d\n" % i)
        for i, client in enumerate(clients):
            line = client.makefile("rb").readline()
            assert line == b"client %d\n" % i
            client.close()
        assert proc.wait(60) == 0, proc.stderr.read()


def test_a_published_datagram_service_is_reached():
    port = free_port(socket.SOCK_DGRAM)
    code = """
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(('', 7777)); print('ready', flush=True)
data, who = s.recvfrom(100); s.sendto(data.upper(), who)
"""
    with started(PYTHON, "-c", code, options=["-p", f"{port}:7777/udp"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.settimeout(60)
            s.sendto(b"ping", ("127.0.0.1", port))
            assert s.recvfrom(10) == (b"PING", ("127.0.0.1", port))


def test_a_stream_that_failed_can_connect_again(ports):
    code = f"""
import select, socket
s = socket.socket(); s.setblocking(False)
for port in {free_port()}, {ports[0]}:
    s.connect_ex(('127.0.0.1', port))
    p = select.poll(); p.register(s, select.POLLOUT); p.poll(60000)
    print(s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR))
"""
    assert python(code).stdout == b"111\n0\n"


def test_a_half_open_connection_ends_with_an_error():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"""
import socket, time
s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}))
assert s.recv(1) == b''
try:
    while True: s.send(b'more'); time.sleep(0.02)
except (BrokenPipeError, ConnectionResetError): print('broken')
"""
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            conn.close()
            assert proc.wait(60) == 0 and proc.stdout.read() == b"broken\n"


def test_the_program_sees_a_reset():
    """The far side closes with SO_LINGER 0 before the program has written anything."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"import socket; s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]})); print('connected', flush=True)\n"
        code += "try: print(s.recv(10))\nexcept ConnectionResetError: print('reset')"
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            assert proc.stdout.readline() == b"connected\n"
            conn.close()
            assert proc.wait(60) == 0 and proc.stdout.read() == b"reset\n"


def test_a_half_closed_stream_still_receives():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        code = f"import socket; s = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]}));\n"
        code += "s.sendall(b'q' * 300000); s.shutdown(socket.SHUT_WR)\nprint(len(s.makefile('rb').read()))"
        with started(PYTHON, "-c", code) as proc:
            conn, _ = listener.accept()
            assert len(conn.makefile("rb").read()) == 300000
            conn.sendall(b"a" * 400000)
            conn.close()
            assert proc.wait(60) == 0 and proc.stdout.read() == b"400000\n"


def test_the_program_never_holds_an_ip_socket(ports):
    code = f"""
import os, urllib.request
urllib.request.urlopen('http://127.0.0.1:{ports[0]}/').read()
s = __import__('socket').create_connection(('127.0.0.1', {ports[0]}))
inode = os.readlink('/proc/self/fd/%d' % s.fileno())[8:-1]
ip = [line.split()[9] for name in ('tcp', 'tcp6', 'udp', 'udp6') for line in open('/proc/net/' + name).readlines()[1:]]
unix = [line.split()[6] for line in open('/proc/net/unix').readlines()[1:]]
print(inode in ip, inode in unix)
"""
    assert python(code).stdout == b"False True\n"
