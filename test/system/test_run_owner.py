"""Captures, the summary and the trace name the process that owns a connection."""
import json
import re
import socket
import subprocess
import time

from conftest import needs_tool
from inside import PYTHON, command, environment, free_port, inside, nothing_left, place, started  # noqa: F401


def watched(scratch, *program, options=(), **more):
    """Runs @program with a JSON summary and a capture. Returns the finished process, the summary, and the path of the capture."""
    done = inside(*program, options=["--json", scratch / "s.json", "--capture", scratch / "c.pcapng", *options], **more)
    return done, json.loads((scratch / "s.json").read_text()), scratch / "c.pcapng"


@needs_tool("tshark")
def test_the_summary_and_the_packets_name_curl(ports, scratch):
    done, summary, capture = watched(scratch, "sh", "-c", f"echo $$; exec curl -s http://127.0.0.1:{ports[0]}/")
    pid = int(done.stdout.split()[0])
    assert [c["owner"] for c in summary["connections"]] == [f"curl[{pid}]"]
    read = subprocess.run(["tshark", "-r", capture, "-Y", "tcp.dstport==%d" % ports[0], "-T", "fields", "-e", "frame.comment"],
                          capture_output=True, text=True, timeout=60)
    lines = read.stdout.splitlines()
    assert len(lines) >= 4 and all(f"curl[{pid}]" in line for line in lines), read


def test_the_trace_names_the_owner(ports):
    done = inside("curl", "-s", f"http://127.0.0.1:{ports[0]}/", options=["--trace"])
    assert re.search(rb":\d+ curl\[\d+\]\n", done.stderr)


def test_the_duration_in_the_summary_begins_with_the_run():
    begun = time.monotonic()
    done = subprocess.run(command("sleep", "0.3"), capture_output=True, text=True, timeout=60, env=environment(""), cwd="/")
    took = re.search(r"0 TCP connections in (\d+)ms", done.stderr)
    assert took and 300 <= int(took[1]) <= (time.monotonic() - begun) * 1000, done.stderr


SERVER = """
import os, socket
s = socket.create_server(('', 8000)); print('ready', flush=True)
for i in range(3):
    conn, who = s.accept()
    if os.fork() == 0:
        s.close()
        print(os.getpid(), conn.getpeername()[1], flush=True)
        conn.sendall(b'hello'); conn.close(); os._exit(0)
    conn.close(); os.wait()
"""


def test_each_child_of_a_forking_server_owns_its_connection(scratch):
    port = free_port()
    with started(PYTHON, "-c", SERVER, options=["-p", f"{port}:8000", "--json", scratch / "s.json"]) as proc:
        assert proc.stdout.readline() == b"ready\n"
        for _ in range(3):
            with socket.create_connection(("127.0.0.1", port), 60) as s:
                assert s.makefile("rb").read() == b"hello"
        said = dict(reversed(line.split()) for line in proc.stdout.read().decode().splitlines())
        assert proc.wait(60) == 0
    found = {str(c["far_name"]["port"]): c["owner"] for c in json.loads((scratch / "s.json").read_text())["connections"]}
    assert found == {far: f"python3[{pid}]" for far, pid in said.items()}


def test_control_characters_in_a_process_name_are_not_printed(ports):
    code = f"""
import socket
open('/proc/self/comm', 'w').write('\\x1b[31mred')
socket.create_connection(('127.0.0.1', {ports[0]})).close()
"""
    done = inside(PYTHON, "-c", code, options=["--trace"])
    assert b"\x1b" not in done.stderr and b"?[31mred[" in done.stderr
