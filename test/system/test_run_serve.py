"""`leat serve` and `leat get` over a bad link: each inside a `leat run` of its own, as a user without privileges, or with nginx and curl at the other end."""
import concurrent.futures
import contextlib
import hashlib
import json
import os
import random
import subprocess

import pytest

from conftest import needs_tool, not_in_guest
from inside import Place, free_port, inside, nothing_left, place, started, until_connected  # noqa: F401
from peer_servers import peer_command

pytestmark = not_in_guest("several stacks, a server and its clients at once take an emulated processor minutes")
BAD = ["--loss", "5%", "--rtt", "200ms", "--rate", "4mbit"]
FILE = random.Random(3).randbytes(60_000)
DIGEST = hashlib.sha256(FILE).hexdigest()
LARGE = random.Random(4).randbytes(700_000)  # three pieces of --parts


@pytest.fixture
def site(scratch):
    folder = scratch / "site"
    for path in (folder / "list", folder / "up"):
        path.mkdir(parents=True)
    (folder / "file").write_bytes(FILE)
    (folder / "large").write_bytes(LARGE)
    for i in range(1, 6):
        (folder / f"list/{i}").write_text(f"number {i}")
    for path in [scratch, *scratch.rglob("*")]:
        path.chmod(0o777 if path.is_dir() else 0o644)
    return folder


def leat_serve(site, port):
    return [Place.leat, "serve", site, "--port", port, "--bind", "127.0.0.1", "--log", "", "--allow-upload", "--quiet"]


def nginx(site, port):
    return peer_command("nginx", site.parent / "nginx", site, port)


@contextlib.contextmanager
def served(site, server, link, seed=1):
    """The address of a server inside `leat run`, over @link. It ends as it should."""
    port = free_port()
    with started(*server(site, port), options=[*link, "--seed", seed, "-p", f"{port}:{port}"]) as proc:
        until_connected(port, proc)
        yield f"http://127.0.0.1:{port}"
        proc.terminate()
        assert proc.wait(60) == 0, proc.stderr.read()


def leat_get():
    return [Place.leat, "get", "-sS", "-f"]


def curl():
    return ["curl", "-sS", "-f"]


SERVERS = [leat_serve, pytest.param(nginx, marks=needs_tool("nginx"))]
CLIENTS = [leat_get, pytest.param(curl, marks=needs_tool("curl"))]


def run_far(client, folder, *words, seed, link=BAD, **more):
    """Runs the client inside a `leat run` in a folder of its own; its output."""
    at = folder / str(seed)
    at.mkdir()
    at.chmod(0o777)
    (at / "part").write_bytes(FILE[:20_000])
    (at / "part").chmod(0o666)
    words = [str(at / w) if w in ("whole", "part", "#1") else w for w in words]
    done = inside(*client(), *words, options=[*link, "--seed", seed], timeout=300, **more)
    assert done.returncode == 0, done.stderr
    return done.stdout


def whole(client, url, folder, site):
    run_far(client, folder, "-o", "whole", *(["--sha256", DIGEST] if client is leat_get else []), f"{url}/file", seed=11)
    assert (folder / "11/whole").read_bytes() == FILE


def part_of_it(client, url, folder, site):
    assert run_far(client, folder, "-r", "1000-29999", f"{url}/file", seed=12) == FILE[1000:30_000]


def resumed(client, url, folder, site):
    run_far(client, folder, "-C", "-", "-o", "part", f"{url}/file", seed=13)
    assert (folder / "13/part").read_bytes() == FILE


def several(client, url, folder, site):
    assert run_far(client, folder, "-w", "%{num_connects}", "-o", "#1", f"{url}/list/[1-5]", seed=14) == b"10000"
    assert [(folder / f"14/{i}").read_text() for i in range(1, 6)] == [f"number {i}" for i in range(1, 6)]


def listed(client, url, folder, site):
    found = run_far(client, folder, f"{url}/list/?format=json", seed=15)
    if found.startswith(b"{"):
        assert [e["name"] for e in json.loads(found)["entries"]] == ["1", "2", "3", "4", "5"]
    else:
        assert all(f'href="{i}"'.encode() in found for i in range(1, 6))


def upload(client, url, folder, site):
    run_far(client, folder, "-T", "-", f"{url}/up/{client.__name__}", seed=16, input=FILE)
    assert (site / "up" / client.__name__).read_bytes() == FILE


@pytest.mark.parametrize("client", CLIENTS)
@pytest.mark.parametrize("server", SERVERS)
def test_both_ends_are_behind_bad_links(site, scratch, server, client):
    """The transfers go on side by side: each has a link of its own, and that of the server is theirs together."""
    todo = [whole, part_of_it, resumed, several, listed] + [upload] * (server is leat_serve)
    with served(site, server, BAD) as url, concurrent.futures.ThreadPoolExecutor(len(todo)) as pool:
        for done in [pool.submit(one, client, url, scratch, site) for one in todo]:
            done.result()


@pytest.mark.parametrize("server", SERVERS)
def test_a_file_in_parts_comes_over_a_bad_link(site, scratch, server):
    os.utime(site / "large", (1e9, 1e9))
    with served(site, server, []) as url:
        run_far(leat_get, scratch, "--parts", "3", "--sha256", hashlib.sha256(LARGE).hexdigest(), "-o", "whole", f"{url}/large", seed=17,
                link=["--loss", "2%", "--rtt", "20ms"])
    assert (scratch / "17/whole").read_bytes() == LARGE


def test_an_archive_comes_over_a_bad_link(site, scratch):
    with served(site, leat_serve, BAD) as url:
        (scratch / "a.tar").write_bytes(run_far(leat_get, scratch, f"{url}/list/?archive=tar", seed=18))
    names = subprocess.run(["tar", "-tf", scratch / "a.tar"], capture_output=True, text=True, check=True).stdout.split()
    assert {name.rpartition("/")[2] for name in names} >= {"1", "2", "3", "4", "5"}


def test_a_server_and_its_client_are_in_the_same_run(site):
    """They meet at the loopback of their own stack."""
    script = f"""
        $0 serve {site} --port 8000 --bind 127.0.0.1 --log '' --quiet & server=$!
        until $0 get -s -f -o {site.parent}/none http://127.0.0.1:8000/list/1; do :; done
        $0 get -sS -f --sha256 {DIGEST} -o {site.parent}/inner http://127.0.0.1:8000/file
        $0 get -sS -f http://127.0.0.1:8000/list/2
        kill $server; wait $server
    """
    done = inside("sh", "-c", script, Place.leat, options=[*BAD, "--seed", 19], timeout=300)
    assert done.returncode == 0 and done.stdout == b"number 2", done.stderr
    assert (site.parent / "inner").read_bytes() == FILE
