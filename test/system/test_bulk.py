"""Long transfers and many connections through `leat run`: every octet is right, and the worker's memory and descriptors do not grow.

LEAT_BULK is the number of octets of a transfer without loss (2 GB).
"""
import contextlib
import functools
import hashlib
import os
import pathlib
import subprocess
import sys
import threading
import time

import pytest

from conftest import PROGRAMS, SLOWER, may_look, unprivileged
from servers import serving
from waiting import until

sys.path.insert(0, str(PROGRAMS))
import bulk_client  # noqa: E402

BULK = int(os.environ.get("LEAT_BULK", 2_000_000_000))
LOSSY = 10_000_000
# At each end of the link, the receive buffer grows to 6 MiB and the send buffer to 4 MiB. The packets in them take as much again.
GROWTH = 48 << 20


@functools.lru_cache
def digest_of(octets):
    digest = hashlib.sha256()
    while octets:
        n = min(octets, len(bulk_client.BLOCK))
        digest.update(memoryview(bulk_client.BLOCK)[:n])
        octets -= n
    return digest.hexdigest()


def give(octets):
    """A handler for servers.serving() that sends @octets octets."""
    return lambda sock: bulk_client.put(sock, octets)


def take(_):
    """A handler that receives to the end of file, and answers with the digest."""
    return lambda sock: sock.sendall(bulk_client.get(sock).encode())


def echo(sock):
    """Answers one octet with itself, and waits for the end of file."""
    sock.sendall(sock.recv(1))
    sock.recv(1)


@contextlib.contextmanager
def running(leat, bin_dir, what, port, number, *options, timeout=600, env=None):
    """Runs bulk_client.py under leat; it is ended by its id if it takes longer than @timeout."""
    proc = subprocess.Popen([*unprivileged(), leat, "run", "--quiet", *options, "--", "/usr/bin/python3", bin_dir / "programs/bulk_client.py", what, str(port), str(number)],
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/", env=env)
    timer = threading.Timer(timeout, proc.terminate)
    timer.start()
    try:
        yield proc
    finally:
        timer.cancel()
        if proc.poll() is None:
            proc.terminate()
        proc.communicate(timeout=60)


def worker_of(proc):
    """The folder in /proc of the process with the stacks in it: leat's child that is leat itself."""
    def found():
        for child in pathlib.Path(f"/proc/{proc.pid}/task/{proc.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                if pathlib.Path(f"/proc/{child}/cmdline").read_bytes().split(b"\0")[1:2] == [b"run"]:
                    return pathlib.Path(f"/proc/{child}")
        return None

    return until(found, "no worker", proc=proc)


def resident(process):
    """The resident memory of @process in octets; 0 if it has ended."""
    with contextlib.suppress(OSError):
        for line in (process / "status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
    return 0


def watched(proc):
    """Waits for the end of @proc. Returns its output and, ten times a second, the worker's resident memory."""
    worker, sizes, over = worker_of(proc), [], threading.Event()

    def watch():
        sizes.append(resident(worker))
        while not over.wait(0.1):
            sizes.append(resident(worker))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        out, err = proc.communicate(timeout=600)
    finally:
        over.set()
        thread.join()
    return out, err, [n for n in sizes if n]


@pytest.mark.parametrize("what, handle", [("get", give), ("put", take)])
def test_memory_stays_flat_during_a_long_transfer_without_loss(leat, bin_dir, what, handle):
    expected = digest_of(BULK)
    start = time.monotonic()
    with serving(handle(BULK)) as port, running(leat, bin_dir, what, port, BULK) as proc:
        out, err, sizes = watched(proc)
    took = time.monotonic() - start
    assert proc.returncode == 0, err
    assert out.strip() == expected if what == "get" else out.strip() == hashlib.sha256(expected.encode()).hexdigest()
    print(f"{what} {BULK / 1e6:.0f} MB in {took:.1f} s, {BULK / took / 1e6:.0f} MB/s; worker's memory {sizes[0] >> 10} kB at first, {max(sizes) >> 10} kB at most")
    assert max(sizes) - sizes[0] < GROWTH


def test_ten_megabytes_arrive_whole_at_five_percent_loss(leat, bin_dir):
    start = time.monotonic()
    with serving(give(LOSSY)) as port, running(leat, bin_dir, "get", port, LOSSY, "--rtt", "4ms", "--loss", "5%", "--seed", "1") as proc:
        out, err = proc.communicate(timeout=600)
    assert proc.returncode == 0, err
    assert out.strip() == digest_of(LOSSY)
    took = time.monotonic() - start
    print(f"10 MB at 5% loss, 4 ms: {took:.1f} s")
    assert took < 60 * SLOWER


def test_a_thousand_connections_leave_no_descriptor_and_no_memory(leat, bin_dir):
    def open_files():
        return len(list((worker / "fd").iterdir()))

    def rounds(n):
        for _ in range(n):
            proc.stdin.write("\n")
            proc.stdin.flush()
            assert proc.stdout.readline() == "done\n", proc.stderr.read()

    with serving(echo) as port, running(leat, bin_dir, "short", port, 50, env={**os.environ, "LEAT_DISABLE": may_look()}) as proc:
        worker = worker_of(proc)
        rounds(2)
        fds, memory = open_files(), resident(worker)
        rounds(20)
        until(lambda: open_files() <= fds, f"{fds} descriptors before")
        memory_after = resident(worker)
    print(f"{fds} descriptors; memory {memory >> 10} kB then {memory_after >> 10} kB")
    # The summary at the end has 1.6 kB for each connection, up to 20,000, and TIME-WAIT lasts a minute.
    assert memory_after < memory + (4 << 20)
