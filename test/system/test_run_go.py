"""Go programs work: static, without libc, with their own resolver, edge-triggered epoll, and a runtime that often sends signals to its threads."""
import hashlib
import urllib.request

import pytest
from conftest import needs_tool, not_in_guest
from inside import FALLBACKS, free_port, inside, nothing_left, place, started  # noqa: F401
from servers import BIG
from test_run import dns  # noqa: F401

pytestmark = [needs_tool("go"), not_in_guest("Go's compiler takes minutes")]


@pytest.fixture(scope="module")
def go_client(go_build):
    return go_build("go_client")


def arguments(ports, dns, name="big", count=64):
    url = f"http://127.0.0.1:{ports[0]}/{name}"
    return [url, count, "10.0.2.3:53", "leat.example.test", 9000], ["--dns", f"127.0.0.1:{dns[1]}"]


@pytest.mark.parametrize("disable", FALLBACKS)
def test_a_go_program_fetches_over_64_connections_looks_up_and_serves(go_client, ports, dns, disable):
    args, options = arguments(ports, dns, "big" if not disable else "small")
    done = inside(go_client, *args, options=options, disable=disable, timeout=60)
    want = hashlib.sha256(BIG if not disable else b"hello\n").hexdigest()
    assert done.stdout.decode().split("\n") == [want, "[192.0.2.7]", "well", ""], (done.stdout, done.stderr)


def test_a_go_program_works_on_a_bad_link(go_client, ports, dns):
    args, options = arguments(ports, dns, "small")
    done = inside(go_client, *args, options=[*options, "--delay", "5ms", "--loss", "1%", "--seed", "3"], timeout=90)
    assert done.stdout.decode().endswith("[192.0.2.7]\nwell\n"), (done.stdout, done.stderr)


def test_a_published_go_server_is_reached(go_client, ports, dns):
    port = free_port()
    args, options = arguments(ports, dns, "small", count=8)
    with started(go_client, *args, "stay", options=[*options, "-p", f"{port}:9000"]) as proc:
        while (line := proc.stdout.readline()) != b"well\n":
            assert line, proc.stderr.read()
        for _ in range(50):
            assert len(urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=60).read()) == 100_000
