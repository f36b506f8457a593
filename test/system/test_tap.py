"""Leat on a TAP against Linux's TCP/IP: in a network namespace that is made here and taken away again.

Needs root (or CAP_NET_ADMIN and CAP_SYS_ADMIN) and /dev/net/tun. What the machine does not allow is printed by name and skipped.
"""
import hashlib
import os
import pathlib
import random
import shutil
import signal
import socket
import subprocess
import threading
import time

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LEAT_BUILD", ROOT / "build"))
TAP_HOST = BUILD / "test/tools/tap_host"
BAD = ["--loss", "2", "--delay", "4", "--dup", "0.5", "--reorder", "1", "--seed", "11"]
PORT = 5000


def missing():
    """What this machine lacks, or None."""
    if not TAP_HOST.exists():
        return f"{TAP_HOST} is not built"
    if os.geteuid() != 0:
        return "not root"
    if not os.path.exists("/dev/net/tun"):
        return "no /dev/net/tun"
    if not shutil.which("ip"):
        return "no ip (iproute2)"
    name = f"leat-probe-{os.getpid()}"
    if subprocess.run(["ip", "netns", "add", name], capture_output=True).returncode:
        return "network namespaces cannot be made here"
    made = subprocess.run(["ip", "netns", "exec", name, "ip", "tuntap", "add", "dev", "leat0", "mode", "tap", "vnet_hdr"], capture_output=True)
    subprocess.run(["ip", "netns", "del", name], capture_output=True)
    return "TAP devices cannot be made here" if made.returncode else None


WHY_NOT = missing()
if WHY_NOT:
    print(f"not run: TAP tests against Linux ({WHY_NOT})")
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=f"not run: TAP tests against Linux ({WHY_NOT})")


def needs(tool):
    """Skip the test by name where @tool is not installed."""
    path = shutil.which(tool)
    if not path:
        print(f"not run: {tool} is not installed")
        pytest.skip(f"not run: {tool} is not installed")
    return path


class Net:
    """A namespace with Linux at 10.9.0.1 and fd09::1, and a Leat host at 10.9.0.2 and fd09::2 when one runs."""

    def __init__(self, folder):
        self.name = f"leat-test-{os.getpid()}"
        self.folder = folder
        self.host = None
        self.captures = []
        subprocess.run(["ip", "netns", "add", self.name], check=True)
        try:
            for line in (
                "ip link set lo up",
                "ip tuntap add dev leat0 mode tap vnet_hdr",
                "sysctl -qw net.ipv6.conf.leat0.accept_dad=0",
                "ip addr add 10.9.0.1/24 dev leat0",
                "ip addr add fd09::1/64 dev leat0 nodad",
                "ip link set leat0 up",
                "ip route add default via 10.9.0.2",
                "ip -6 route add default via fd09::2",
            ):
                self.run(*line.split(), check=True)
        except BaseException:
            self.remove()
            raise

    def command(self, *words):
        return ["ip", "netns", "exec", self.name, *[str(w) for w in words]]

    def run(self, *words, check=False, timeout=90):
        return subprocess.run(self.command(*words), capture_output=True, text=True, check=check, timeout=timeout)

    def popen(self, *words, **more):
        return subprocess.Popen(self.command(*words), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **more)

    def start(self, what, *options):
        """The Leat host, doing @what; returns when it serves."""
        self.host = self.popen(TAP_HOST, "--tap", "leat0", *options, what)
        line = self.host.stdout.readline()
        assert line.startswith("ready"), line + self.host.stdout.read()

    def stop(self):
        """End the Leat host; returns what it counted. It must not have complained."""
        self.host.send_signal(signal.SIGTERM)
        said, _ = self.host.communicate(timeout=30)
        code, self.host = self.host.returncode, None
        assert "runtime error" not in said and "AddressSanitizer" not in said, said
        assert "pool in use 0" in said, said
        assert code == 0, said
        return said

    def capture(self):
        """Capture what crosses the TAP; end_capture() judges it."""
        path = self.folder / "tap.pcap"
        tcpdump = self.popen(needs("tcpdump"), "-i", "leat0", "-U", "-w", path)
        self.captures.append(tcpdump)
        assert "listening" in tcpdump.stdout.readline()
        return path

    def end_capture(self):
        time.sleep(0.3)
        tcpdump = self.captures.pop()
        tcpdump.terminate()
        tcpdump.communicate(timeout=10)

    def remove(self):
        for process in [self.host, *self.captures]:
            if process and process.poll() is None:
                process.kill()
                process.communicate()
        subprocess.run(["ip", "netns", "del", self.name], capture_output=True)


@pytest.fixture
def net(tmp_path):
    net = Net(tmp_path)
    try:
        yield net
    finally:
        net.remove()


def inside(net, function, *arguments):
    """Call @function in a process in the namespace; returns what it printed. Threads would share our namespace."""
    source = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import test_tap; test_tap.{function.__name__}(*sys.argv[1:])"
    done = net.run("/usr/bin/python3", "-c", source, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


# What runs in the namespace.


def octets(seed, size):
    return random.Random(int(seed)).randbytes(int(size))


def echo_client(host, size, seed):
    """Send @size octets to the echo port, half-close, and get the same back up to the end of file."""
    data, got = octets(seed, size), hashlib.sha256()
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
    """@count connections at once, each of its own octets."""
    errors = []

    def one(i):
        try:
            echo_client(host, 2000 + 37 * i, i)
        except Exception as e:  # noqa: BLE001 - told below
            errors.append((i, repr(e)))

    threads = [threading.Thread(target=one, args=(i,)) for i in range(int(count))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors, errors


def echo_server():
    """One connection: everything back, then the end."""
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


def gate_server(host):
    """Half-close and reset, through the gateway to a server of ours on the namespace's loopback."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as listener:
        listener.bind(("::1" if ":" in host else "127.0.0.1", PORT))
        listener.listen()
        s = socket.create_connection((host, PORT), timeout=20)
        c, _ = listener.accept()
        s.sendall(b"question")
        s.shutdown(socket.SHUT_WR)
        assert c.recv(100) == b"question"
        assert c.recv(100) == b""
        c.sendall(b"answer")
        c.close()
        assert s.recv(100) == b"answer"
        assert s.recv(100) == b""
        s.close()

        s = socket.create_connection((host, PORT), timeout=20)
        c, _ = listener.accept()
        c.sendall(b"last words")
        time.sleep(0.2)
        c.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        c.close()
        assert s.recv(100) == b"last words"
        with pytest.raises(ConnectionResetError):
            s.recv(100)
        s.close()

        s = socket.create_connection((host, PORT), timeout=20)
        c, _ = listener.accept()
        c.settimeout(20)
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
        s.close()
        with pytest.raises(ConnectionResetError):
            c.recv(100)
        c.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((host, PORT + 1), timeout=20)
    u = socket.socket(family, socket.SOCK_DGRAM)
    u.connect((host, PORT + 1))
    u.settimeout(20)
    u.send(b"anyone?")
    with pytest.raises(ConnectionRefusedError):
        u.recv(100)


def check_capture(path):
    """tshark finds no malformed packet and no bad checksum of Leat's in it. Linux's own frames are captured before their checksums are made."""
    tshark = needs("tshark")
    bad = "eth.src == 02:4c:45:41:54:02 && (_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0"
    bad += " || icmp.checksum.status == 0 || icmpv6.checksum.status == 0)"
    options = [x for p in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum") for x in ("-o", f"{p}:TRUE")]
    done = subprocess.run([tshark, "-r", path, *options, "-Y", bad], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.strip(), done.stdout
    count = subprocess.run([tshark, "-r", path, "-Y", "eth.src == 02:4c:45:41:54:02"], capture_output=True, text=True)
    assert count.stdout.strip()


# The tests.


@pytest.mark.parametrize("options", [[], ["--no-offload"], BAD, [*BAD, "--no-offload"]], ids=["offload", "plain", "bad", "bad-plain"])
def test_linux_as_client(net, options):
    net.start("serve", *options)
    size = 1_000_000 if "--loss" in options else 5_000_000
    for host in ("10.9.0.2", "fd09::2"):
        inside(net, echo_client, host, size, 1)
        inside(net, echo_client, host, 0, 1)
        inside(net, echo_client, host, 1, 1)
    net.stop()


def test_the_tap_of_a_killed_host_is_free_at_once(net):
    for _ in range(5):
        net.start("serve")
        net.host.kill()
        net.host.wait()
    net.start("serve")
    net.stop()


def test_linux_as_client_without_io_uring(net, monkeypatch):
    """Where the kernel or a container forbids it, each frame has its own system call."""
    monkeypatch.setenv("LEAT_DISABLE", "io_uring")
    test_linux_as_client(net, ["--no-offload"])


@pytest.mark.parametrize("options", [[], ["--no-offload"], BAD], ids=["offload", "plain", "bad"])
@pytest.mark.parametrize("host", ["10.9.0.1", "fd09::1"])
def test_linux_as_server(net, options, host):
    data = octets(5, 1_500_000)
    sent, got = net.folder / "sent", net.folder / "got"
    sent.write_bytes(data)
    source = f"import sys; sys.path.insert(0, {str(pathlib.Path(__file__).parent)!r}); import test_tap; test_tap.echo_server()"
    server = net.popen("/usr/bin/python3", "-c", source)
    net.captures.append(server)
    assert server.stdout.readline() == "ready\n"
    done = net.run(TAP_HOST, "--tap", "leat0", *options, "fetch", host, PORT, sent, got)
    assert done.returncode == 0, done.stdout + done.stderr
    assert got.read_bytes() == data
    assert server.wait(timeout=30) == 0


def test_many_connections_at_once(net):
    net.start("serve", "--loss", "1", "--delay", "2", "--seed", "3")
    inside(net, many_clients, "10.9.0.2", 100)
    net.stop()


def test_ping_arping_traceroute(net):
    net.start("serve")
    ping = needs("ping")
    for words in (
        [ping, "-c", "3", "-i", "0.2", "10.9.0.2"],
        [ping, "-6", "-c", "3", "-i", "0.2", "fd09::2"],
        [ping, "-c", "2", "-i", "0.2", "-s", "5000", "10.9.0.2"],
        [ping, "-6", "-c", "2", "-i", "0.2", "-s", "5000", "fd09::2"],
        [ping, "-6", "-c", "2", "-i", "0.2", "-I", "leat0", "ff02::1"],
    ):
        done = net.run(*words)
        assert done.returncode == 0 and " 0% packet loss" in done.stdout, done.stdout + done.stderr
    done = net.run(needs("arping"), "-c", "2", "-I", "leat0", "10.9.0.2")
    assert done.returncode == 0 and "02:4c:45:41:54:02" in done.stdout.lower(), done.stdout + done.stderr
    for words in (["-4", "10.9.0.2"], ["-6", "fd09::2"], ["-4", "-T", "-p", "7", "10.9.0.2"]):
        done = net.run(needs("traceroute"), "-n", "-q", "1", "-w", "2", *words)
        assert f" 1  {words[-1]} " in done.stdout, done.stdout + done.stderr
    net.stop()


def test_the_gateway_passes_ends_resets_and_refusals(net):
    net.start("gate")
    inside(net, gate_server, "10.9.0.2")
    inside(net, gate_server, "fd09::2")
    said = net.stop()
    assert "flow open: up 0 down 0" not in said


@pytest.mark.parametrize("options", [[], ["--loss", "0.5", "--delay", "2", "--seed", "9"]], ids=["plain", "loss"])
def test_iperf3_both_ways_through_the_gateway(net, options):
    iperf = needs("iperf3")
    net.start("gate", *options)
    server = net.popen(iperf, "-s", "-B", "127.0.0.1")
    net.captures.append(server)
    time.sleep(0.5)
    for way in ([], ["-R"], ["-u", "-b", "20M"]):
        done = net.run(iperf, "-c", "10.9.0.2", "-t", "2", "-f", "m", *way)
        if "-u" in way and options and "unable to read from stream socket" in done.stderr:
            # Over UDP iperf3 begins with one datagram that it never repeats: on a link that loses, that is asked once more.
            done = net.run(iperf, "-c", "10.9.0.2", "-t", "2", "-f", "m", *way)
        assert done.returncode == 0, done.stdout + done.stderr
        result = [line for line in done.stdout.splitlines() if "receiver" in line][-1]
        print(f"iperf3 {' '.join([*options, *way])}: {result.split('sec', 1)[1].strip()}")
    server.terminate()
    net.stop()


@pytest.mark.parametrize("options", [["--no-offload"], [*BAD, "--no-offload"]], ids=["plain", "bad"])
def test_tshark_finds_nothing_wrong(net, options):
    needs("tshark")
    net.start("serve", *options)
    path = net.capture()
    inside(net, echo_client, "10.9.0.2", 300_000, 1)
    inside(net, echo_client, "fd09::2", 300_000, 2)
    net.run("ping", "-c", "2", "-i", "0.2", "10.9.0.2")
    net.run("ping", "-6", "-c", "2", "-i", "0.2", "fd09::2")
    net.run("/usr/bin/python3", "-c", "import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.sendto(b'x'*3000,('10.9.0.2',7)); s.sendto(b'x',('10.9.0.2',8))")
    net.end_capture()
    net.stop()
    check_capture(path)
