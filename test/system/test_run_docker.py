"""`leat run` under Docker's default seccomp profile, under which no process may take the descriptors of another.

The profile forbids pidfd_getfd(2) and kcmp(2), and clone3(2) does not exist. Most tests here are those of other files, run with another `leat`. test_run_cpython.py runs CPython's tests of sockets in this way.
"""
import json

import pytest
from conftest import not_in_guest, run
from inside import PYTHON, nothing_left, place, python  # noqa: F401
from test_run import (  # noqa: F401
    dns,
    echo,
    test_a_server_holds_500_connections,
    test_a_half_closed_stream_still_receives,
    test_a_published_datagram_service_is_reached,
    test_a_published_web_server_is_reached,
    test_the_program_sees_a_reset,
    test_a_stream_that_failed_can_connect_again,
    test_a_nonblocking_connect_reports_events_as_on_linux,
    test_curl_fetches_on_a_bad_link,
    test_curl_fetches_over_ipv6,
    test_curl_uploads,
    test_dig_reaches_the_name_server_at_10_0_2_3,
    test_ip_shows_the_network_of_the_run,
    test_nginx_with_two_workers_is_reached,
    test_a_port_without_a_listener_refuses,
)
from test_run_closing import test_an_answer_before_a_close_with_unread_input_arrives_within_one_program  # noqa: F401
from test_run_life import (  # noqa: F401
    test_a_handler_runs_while_a_call_waits,
    test_leat_ends_by_the_signal_that_killed_the_program,
    test_exit_status_passes_through,
    test_a_run_lasts_until_its_last_process_has_ended,
    test_killing_the_worker_ends_the_tree_with_125,
)


pytestmark = not_in_guest("most tests are those of other files")


@pytest.fixture(scope="module")
def leat(leat_in_docker):
    return leat_in_docker


def test_the_profile_forbids_pidfd_getfd(bin_dir):
    """Otherwise the other tests would prove nothing."""
    code = "import ctypes, os, signal; c = ctypes.CDLL(None, use_errno=True); p = os.pidfd_open(os.getpid()); print(c.syscall(438, p, 0, 0), ctypes.get_errno())"
    result = run(bin_dir / "docker_profile", PYTHON, "-c", code)
    assert result.stdout == "-1 1\n", result.stderr


def test_the_doctor_says_that_leat_works_under_the_profile(leat):
    found = run(leat, "doctor", "--json")
    checks = {c["name"]: c for c in json.loads(found.stdout)["checks"]}
    assert found.returncode == 0, found.stdout
    assert checks["pidfd_getfd"]["finding"] == "worse"


def test_the_port_of_a_closed_listener_is_free_at_once():
    code = """
import socket
for i in range(20):
    with socket.create_server(("127.0.0.1", 7777)) as listener:
        with socket.create_connection(("127.0.0.1", 7777)) as client:
            listener.accept()[0].close()
print("well")
"""
    assert python(code).stdout == b"well\n"


def test_a_socket_stays_open_in_a_child_after_the_parent_closed_it():
    code = """
import os, socket, time
listener = socket.create_server(("127.0.0.1", 0))
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
datagrams.bind(("127.0.0.1", 0))
names = listener.getsockname(), datagrams.getsockname()
r, w = os.pipe()
if os.fork() == 0:
    os.close(r)
    listener, kept = os.dup(listener.fileno()), listener.close()  # under another number
    time.sleep(1.5)  # garbage collection runs three times
    child = socket.socket(fileno=listener).accept()[0]
    os.write(w, child.recv(9) + datagrams.recv(9))
    os._exit(0)
listener.close()
datagrams.close()
os.close(w)
time.sleep(1.2)
client = socket.create_connection(names[0])
client.send(b"stream")
socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b" datagram", names[1])
print(os.read(r, 99).decode())
"""
    result = python(code)
    assert result.stdout == b"stream datagram\n", result.stderr


def test_threads_may_use_both_ends_of_one_connection():
    code = """
import hashlib, os, socket, threading
data = os.urandom(3_000_000)
listener = socket.create_server(("127.0.0.1", 0))
client = socket.create_connection(listener.getsockname())
served = listener.accept()[0]
def send(s):
    s.sendall(data)
    s.shutdown(socket.SHUT_WR)
for s in client, served:
    threading.Thread(target=send, args=(s,)).start()
for s in client, served:
    digest = hashlib.sha256()
    while part := s.recv(65536):
        digest.update(part)
    assert digest.digest() == hashlib.sha256(data).digest()
print("both whole")
"""
    assert python(code).stdout == b"both whole\n"


PASSED = """
import socket, time
here, there = socket.socketpair()
listener, server = socket.create_server(('127.0.0.1', 0)), socket.socket(type=socket.SOCK_DGRAM)
server.bind(('127.0.0.1', 0))
at, udp = listener.getsockname(), server.getsockname()
socket.send_fds(here, [b'x'], [listener.fileno(), server.fileno()])
listener.close(); server.close()
sender = socket.socket(type=socket.SOCK_DGRAM)
for wait in {waits}:
    sender.sendto(b'x', udp)
    port = (closed := socket.socket()).bind(('127.0.0.1', 0)) or closed.getsockname()
    closed.close()
    try: socket.socket().bind(port)  # the name of a closed one is looked for at once
    except OSError: print('taken, for that')
    time.sleep(wait)  # garbage collection must not find it
_, fds, _, _ = socket.recv_fds(there, 9, 2)
listener, server = (socket.socket(fileno=fd) for fd in fds)
for s in listener, server: s.settimeout(60)
client = socket.create_connection(at)
listener.accept()[0].send(b'well'); print(client.recv(9), server.recv(9))
listener.close()
end = time.monotonic() + 60
while not (refused := socket.socket().connect_ex(at) > 0) and time.monotonic() < end: time.sleep(0.05)
print(refused)
"""


def test_a_descriptor_in_flight_is_not_taken_for_closed():
    """No descriptor table holds it for longer than the interval of any garbage collection."""
    code = PASSED.replace("{waits}", "(0.01, 0.01, 1.6)")
    done = python(code, disable="getfd")
    assert done.stdout.replace(b"taken, for that\n", b"") == b"b'well' b'x'\nTrue\n" and not done.stderr, done
