"""Leat on a TAP talks to Linux's TCP/IP. Each test has a network namespace of its own.

Where the machine allows no namespace or no TAP, the tests are skipped with that reason.
"""
import random
import shutil
import signal
import subprocess

import pytest
from conftest import BUILD, PROGRAMS
from namespaces import why_no_tap, with_tap
from waiting import until

TAP_HOST = BUILD / "test/tools/tap_host"
BAD = ["--loss", "2", "--delay", "4", "--dup", "0.5", "--reorder", "1", "--seed", "11"]
PEER = PROGRAMS / "tap_peer.py"
PORT = 5000  # tap_peer.py's


WHY_NOT = why_no_tap()
pytestmark = pytest.mark.skipif(WHY_NOT is not None, reason=f"not run: TAP tests against Linux ({WHY_NOT})")


def needs(tool):
    """The path of @tool; the test is skipped if it is not installed."""
    path = shutil.which(tool)
    if not path:
        pytest.skip(f"not run: {tool} is not installed")
    return path


class Net:
    """A namespace with Linux at 10.9.0.1 and fd09::1 of a TAP, and a Leat host at 10.9.0.2 and fd09::2 when one runs."""

    def __init__(self, folder):
        self.space = with_tap()
        self.run, self.popen = self.space.run, self.space.popen
        self.folder = folder
        self.host = self.dumpcap = None

    def start(self, what, *options):
        """Starts the Leat host, doing @what; returns when it serves."""
        self.host = self.popen(TAP_HOST, "--tap", "leat0", *options, what)
        line = self.host.stdout.readline()
        assert line.startswith("ready"), line + self.host.stdout.read()

    def stop(self):
        """Ends the Leat host, which must not have complained; returns what it counted."""
        self.host.send_signal(signal.SIGTERM)
        said, _ = self.host.communicate(timeout=60)
        code, self.host = self.host.returncode, None
        assert "runtime error" not in said and "AddressSanitizer" not in said, said
        assert "pool in use 0" in said, said
        assert code == 0, said
        return said

    def capture(self):
        """Starts a capture of what crosses the TAP, to be judged by check_capture() after end_capture()."""
        path = self.folder / "tap.pcapng"
        self.dumpcap = self.popen(needs("dumpcap"), "-q", "-i", "leat0", "-w", path)
        while "File:" not in (line := self.dumpcap.stdout.readline()):
            assert line, "no capture has begun"
        return path

    def end_capture(self, path):
        """Ends the capture when the file contains a last datagram, and so everything before it."""
        self.run("/usr/bin/python3", "-c", "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'the last datagram', ('10.9.0.2', 9))", check=True)
        until(lambda: b"the last datagram" in path.read_bytes(), "the capture lacks the last datagram")
        self.dumpcap.terminate()
        self.dumpcap.communicate(timeout=60)


@pytest.fixture
def net(tmp_path):
    """A Net of the test's own."""
    net = Net(tmp_path)
    yield net
    net.space.close()


def peer(net, *words):
    """Runs tap_peer.py in the namespace."""
    done = net.run("/usr/bin/python3", PEER, *words)
    assert done.returncode == 0, done.stdout + done.stderr


def check_capture(path):
    """Asserts that tshark finds no malformed packet and no bad checksum from Leat. Linux's frames are captured before their checksums are made."""
    tshark = needs("tshark")
    bad = "eth.src == 02:4c:45:41:54:02 && (_ws.malformed || ip.checksum.status == 0 || tcp.checksum.status == 0 || udp.checksum.status == 0"
    bad += " || icmp.checksum.status == 0 || icmpv6.checksum.status == 0)"
    options = [x for p in ("ip.check_checksum", "tcp.check_checksum", "udp.check_checksum") for x in ("-o", f"{p}:TRUE")]
    done = subprocess.run([tshark, "-r", path, *options, "-Y", bad], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert not done.stdout.strip(), done.stdout
    count = subprocess.run([tshark, "-r", path, "-Y", "eth.src == 02:4c:45:41:54:02"], capture_output=True, text=True)
    assert count.stdout.strip()


@pytest.mark.parametrize("options", [[], ["--no-offload"], BAD, [*BAD, "--no-offload"]], ids=["offload", "plain", "bad", "bad-plain"])
def test_linux_as_client(net, options):
    net.start("serve", *options)
    size = 1_000_000 if "--loss" in options else 5_000_000
    for host in ("10.9.0.2", "fd09::2"):
        peer(net, "echo_client", host, size, 1)
        peer(net, "echo_client", host, 0, 1)
        peer(net, "echo_client", host, 1, 1)
    net.stop()


def test_the_tap_of_a_killed_host_is_free_at_once(net):
    for _ in range(5):
        net.start("serve")
        net.host.kill()
        net.host.wait()
    net.start("serve")
    net.stop()


def test_linux_as_client_without_io_uring(net, monkeypatch):
    """Without io_uring, which a kernel or a container may forbid, each frame needs a system call."""
    monkeypatch.setenv("LEAT_DISABLE", "io_uring")
    test_linux_as_client(net, ["--no-offload"])


@pytest.mark.parametrize("options", [[], ["--no-offload"], BAD], ids=["offload", "plain", "bad"])
@pytest.mark.parametrize("host", ["10.9.0.1", "fd09::1"])
def test_linux_as_server(net, options, host):
    data = random.Random(5).randbytes(1_500_000)
    sent, got = net.folder / "sent", net.folder / "got"
    sent.write_bytes(data)
    server = net.popen("/usr/bin/python3", PEER, "echo_server")
    assert server.stdout.readline() == "ready\n"
    done = net.run(TAP_HOST, "--tap", "leat0", *options, "fetch", host, PORT, sent, got)
    assert done.returncode == 0, done.stdout + done.stderr
    assert got.read_bytes() == data
    assert server.wait(timeout=60) == 0


def test_many_connections_at_once(net):
    net.start("serve", "--loss", "1", "--delay", "2", "--seed", "3")
    peer(net, "many_clients", "10.9.0.2", 100)
    net.stop()


def test_ping_arping_traceroute(net):
    net.start("serve")
    ping = needs("ping")
    pings = [net.popen(ping, "-i", "0.2", *words.split()) for words in (
        "-c 3 10.9.0.2", "-6 -c 3 fd09::2", "-c 2 -s 5000 10.9.0.2", "-6 -c 2 -s 5000 fd09::2")]
    for proc in pings:
        said, _ = proc.communicate(timeout=60)
        assert proc.returncode == 0 and " 0% packet loss" in said, said
    done = net.run(ping, "-i", "0.2", "-6", "-c", "2", "-I", "leat0", "ff02::1")
    assert done.returncode == 0 and " 0% packet loss" in done.stdout, done.stdout + done.stderr
    done = net.run(needs("arping"), "-c", "2", "-I", "leat0", "10.9.0.2")
    assert done.returncode == 0 and "02:4c:45:41:54:02" in done.stdout.lower(), done.stdout + done.stderr
    for words in (["-4", "10.9.0.2"], ["-6", "fd09::2"], ["-4", "-T", "-p", "7", "10.9.0.2"]):
        done = net.run(needs("traceroute"), "-n", "-q", "1", "-w", "2", *words)
        assert f" 1  {words[-1]} " in done.stdout, done.stdout + done.stderr
    net.stop()


def test_the_gateway_passes_ends_resets_and_refusals(net):
    net.start("gate")
    peer(net, "gate_server", "10.9.0.2")
    peer(net, "gate_server", "fd09::2")
    said = net.stop()
    assert "flow open: up 0 down 0" not in said


@pytest.mark.parametrize("options", [[], ["--loss", "0.5", "--delay", "2", "--seed", "9"]], ids=["plain", "loss"])
def test_iperf3_both_ways_through_the_gateway(net, options):
    iperf = needs("iperf3")
    net.start("gate", *options)
    server = net.popen(iperf, "-s", "-B", "127.0.0.1", "--forceflush")
    while "Server listening" not in server.stdout.readline():
        assert server.poll() is None
    for way in ([], ["-R"], ["-u", "-b", "20M"]):
        done = net.run(iperf, "-c", "10.9.0.2", "-t", "1", "-f", "m", *way)
        if "-u" in way and options and "unable to read from stream socket" in done.stderr:
            # With -u iperf3 begins with a datagram that it never repeats. The link may lose it, so it is run again.
            done = net.run(iperf, "-c", "10.9.0.2", "-t", "1", "-f", "m", *way)
        assert done.returncode == 0, done.stdout + done.stderr
        result = [line for line in done.stdout.splitlines() if "receiver" in line][-1]
        print(f"iperf3 {' '.join([*options, *way])}: {result.split('sec', 1)[1].strip()}")
    net.stop()


@pytest.mark.parametrize("options", [["--no-offload"], [*BAD, "--no-offload"]], ids=["plain", "bad"])
def test_tshark_finds_nothing_wrong(net, options):
    needs("tshark")
    net.start("serve", *options)
    path = net.capture()
    peer(net, "echo_client", "10.9.0.2", 300_000, 1)
    peer(net, "echo_client", "fd09::2", 300_000, 2)
    net.run("ping", "-c", "2", "-i", "0.2", "10.9.0.2")
    net.run("ping", "-6", "-c", "2", "-i", "0.2", "fd09::2")
    net.run("/usr/bin/python3", "-c", "import socket; s=socket.socket(socket.AF_INET,socket.SOCK_DGRAM); s.sendto(b'x'*3000,('10.9.0.2',7)); s.sendto(b'x',('10.9.0.2',8))")
    net.end_capture(path)
    net.stop()
    check_capture(path)
