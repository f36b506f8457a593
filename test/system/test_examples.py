"""The examples: two hosts in virtual time; echo servers on a TAP, with Linux's TCP as their client; and an echo service in three worlds."""
import random
import select
import subprocess

import pytest
from conftest import BUILD
from namespaces import why_no_tap, with_tap

TWO_HOSTS = BUILD / "examples/two_hosts"
TAP_ECHO = BUILD / "examples/tap_echo"
IO_ECHO = BUILD / "examples/io_echo"


def two_hosts(*args):
    return subprocess.run([TWO_HOSTS, *map(str, args)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


@pytest.mark.parametrize("size", [0, 1, 1460, 100_000, 5_000_000])
def test_a_file_crosses_a_link_that_loses_frames(size, scratch):
    (scratch / "from").write_bytes(random.Random(size).randbytes(size))
    found = two_hosts(scratch / "from", scratch / "to", 3)
    assert found.returncode == 0, found.stdout + found.stderr
    assert (scratch / "to").read_bytes() == (scratch / "from").read_bytes()
    assert found.stdout.startswith(f"{size} octets in ")
    if size == 5_000_000:
        assert ", 0 sent again" not in found.stdout, "nothing was sent again in spite of 1% of loss"


def test_the_same_seed_gives_the_same_run(scratch):
    (scratch / "from").write_bytes(random.Random(1).randbytes(1_000_000))
    said = {seed: {two_hosts(scratch / "from", scratch / "to", seed).stdout for _ in range(3)} for seed in (5, 6)}
    assert all(len(outputs) == 1 for outputs in said.values()), said
    assert said[5] != said[6]


def test_a_file_that_cannot_be_read_gives_exit_status_2(scratch):
    assert two_hosts(scratch / "none", scratch / "to").returncode == 2
    assert two_hosts().returncode == 2


WHY_NO_TAP = why_no_tap()
needs_tap = pytest.mark.skipif(WHY_NO_TAP is not None, reason=f"not run: the echo server on a TAP ({WHY_NO_TAP})")

# Asserts that everything sent comes back, and that the server ends its direction after the client does.
CLIENT = """
import random, socket, sys, threading
sent = random.Random(7).randbytes(int(sys.argv[2]))
with socket.create_connection((sys.argv[1], int(sys.argv[3])), timeout=60) as s:
    threading.Thread(target=lambda: (s.sendall(sent), s.shutdown(socket.SHUT_WR)), daemon=True).start()
    got = bytearray()
    while piece := s.recv(65536):
        got += piece
assert got == sent, (len(got), len(sent))
"""


def client(address, size, port=7):
    return ["/usr/bin/python3", "-c", CLIENT, address, str(size), str(port)]


def ready_line(server):
    assert select.select([server.stdout], [], [], 60)[0], "not ready"
    line = server.stdout.readline()
    assert line.startswith("ready"), server.stderr.read()
    return line


@pytest.fixture(scope="module", params=[[TAP_ECHO, "leat0", "10.9.0.2/24"], [IO_ECHO, "tap", "leat0", "10.9.0.2/24", "7"]], ids=["tap_echo", "io_echo"])
def echo(request):
    """A namespace with Linux at 10.9.0.1 of a TAP, and the example at 10.9.0.2."""
    with with_tap() as space:
        server = space.popen(*request.param, stderr=subprocess.PIPE)
        ready_line(server)
        yield space
        assert server.poll() is None, server.stderr.read()


@needs_tap
@pytest.mark.parametrize("size", [0, 1, 1448, 1_000_000, 20_000_000])
def test_linux_gets_back_what_it_sent(echo, size):
    found = echo.run(*client("10.9.0.2", size))
    assert found.returncode == 0, found.stderr


@needs_tap
def test_linux_has_many_connections_at_once(echo):
    clients = [echo.popen(*client("10.9.0.2", 100000)) for _ in range(10)]
    for one in clients:
        said, _ = one.communicate(timeout=60)
        assert one.returncode == 0, said


@needs_tap
def test_a_client_that_resets_harms_no_other(echo):
    reset = "import socket,struct; s=socket.create_connection(('10.9.0.2',7)); s.sendall(b'x'*100000); " \
            "s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii',1,0)); s.close()"
    echo.run("/usr/bin/python3", "-c", reset, check=True)
    found = echo.run(*client("10.9.0.2", 1000))
    assert found.returncode == 0, found.stderr


# io_echo: the same service on the machine's sockets, on Leat's (above), and in virtual time.


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_the_service_echoes_on_the_machines_sockets(address):
    with subprocess.Popen([IO_ECHO, "host", address, "0"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            port = int(ready_line(server).rsplit(":", 1)[1])
            for size in (0, 1, 5_000_000):
                found = subprocess.run(client(address, size, port), capture_output=True, text=True, timeout=60)
                assert found.returncode == 0, found.stderr
            assert server.poll() is None, server.stderr.read()
        finally:
            server.kill()


def io_echo_sim(*args):
    return subprocess.run([IO_ECHO, "sim", *map(str, args)], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)


def test_the_service_echoes_in_virtual_time_the_same_for_the_same_seed():
    outputs = {}
    for seed in range(1, 9):
        found = io_echo_sim(seed)
        assert found.returncode == 0, found.stderr
        assert "\n1000000 octets came back after " in found.stdout
        outputs[seed] = found.stdout
    assert len(set(outputs.values())) > 1, outputs
    assert io_echo_sim(3).stdout == outputs[3]


@pytest.mark.parametrize("args", [[], ["host"], ["host", "127.0.0.1", "x"], ["host", "nowhere", "0"], ["tap", "leat0", "10.9.0.2", "7"], ["sea"]])
def test_the_service_refuses_wrong_arguments_with_a_message(args):
    found = subprocess.run([IO_ECHO, *args], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
    assert found.returncode in (1, 2)
    assert found.stderr
