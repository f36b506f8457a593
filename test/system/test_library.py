"""The library as an embedder sees it: what it exports, that a program links with either form, and the TAP example against Linux's TCP."""
import os
import shutil
import subprocess

import pytest

from conftest import BUILD, ROOT

TAP_ECHO = BUILD / "examples" / "tap_echo"
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
# In a network namespace of its own, which goes with its last process.
SCRIPT = r"""
set -eu
ip link set lo up
ip tuntap add dev leat0 mode tap vnet_hdr
ip addr add 10.9.0.1/24 dev leat0
ip link set leat0 up
"$TAP_ECHO" leat0 10.9.0.2/24 7 &
server=$!
trap 'kill $server' EXIT
/usr/bin/python3 - <<'PY'
import random, socket, threading, time
data = random.Random(1).randbytes(1_000_000)
for attempt in range(50):
    try:
        s = socket.create_connection(("10.9.0.2", 7), 5)
        break
    except OSError:
        time.sleep(0.1)
def send():
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
threading.Thread(target=send).start()
back = b""
while piece := s.recv(65536):
    back += piece
print("echoed" if back == data else f"wrong: {len(back)} octets")
PY
"""


def exported(path, *options):
    out = subprocess.run(["nm", "--defined-only", "--extern-only", *options, path], check=True, capture_output=True, text=True).stdout
    return {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}


def test_both_forms_export_the_same_and_only_leat_names():
    static, shared = exported(BUILD / "libleat.a"), exported(BUILD / "libleat.so", "--dynamic")
    if any(name.startswith("__asan") for name in static):
        pytest.skip("built with a sanitizer")
    assert all(name.startswith("leat_") for name in shared), shared
    assert static == shared
    assert {"leat_error_words", "leat_sim_new", "leat_sim_run", "leat_sock_connect"} <= shared


@pytest.mark.parametrize("form", ["static", "shared"])
def test_a_program_links_and_sends_a_file(tmp_path, form):
    program = tmp_path / "two_hosts"
    link = [BUILD / "libleat.a"] if form == "static" else ["-L", BUILD, "-lleat", f"-Wl,-rpath,{BUILD}"]
    made = subprocess.run(["cc", "-std=c17", "-Wall", "-Werror", "-I", ROOT / "include", ROOT / "examples" / "two_hosts.c", *link, "-o", program],
                          capture_output=True, text=True)
    if "__asan" in made.stderr:
        pytest.skip("built with a sanitizer")
    assert made.returncode == 0, made.stderr
    source = ROOT / "include" / "leat.h"
    subprocess.run([program, source, tmp_path / "copy"], check=True, timeout=60)
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_the_header_serves_cplusplus(tmp_path):
    if not shutil.which("c++"):
        pytest.skip("no C++ compiler")
    probe = tmp_path / "probe.cc"
    probe.write_text("#include <leat.h>\nint main() { return leat_error_words(0) == nullptr; }\n")
    subprocess.run(["c++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", ROOT / "include", probe], check=True)


def test_the_tap_example_echoes_to_linux():
    if subprocess.run([*UNSHARE, "sh", "-c", "ip tuntap add dev leat0 mode tap"], capture_output=True).returncode:
        pytest.skip("no TAP in a network namespace here")
    done = subprocess.run([*UNSHARE, "bash", "-c", SCRIPT], env={**os.environ, "TAP_ECHO": str(TAP_ECHO)}, capture_output=True, text=True, timeout=60)
    assert done.stdout.endswith("echoed\n"), done.stdout + done.stderr
