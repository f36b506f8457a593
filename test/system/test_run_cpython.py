"""CPython's own tests of sockets (Debian's libpython3.11-testsuite), inside `leat run` as a user without privileges."""
import fnmatch
import json
import os
import subprocess

import pytest
from conftest import not_in_guest
from inside import PYTHON, command, environment, nothing_left, place, program  # noqa: F401

WHY_NOT = "not root: without a network namespace of its own, a test that looks up a name would ask the Internet" if os.geteuid() else None
if WHY_NOT:
    print(f"not run: CPython's own tests ({WHY_NOT})")
pytestmark = [pytest.mark.skipif(WHY_NOT is not None, reason=f"not run: CPython's own tests ({WHY_NOT})"),
              not_in_guest("CPython's tests have limits of time for real machines")]

ASYNCIO = ("sock_lowlevel", "sendfile", "streams", "server", "base_events", "selector_events", "events", "buffered_proto", "sslproto")

# The groups start together, since they mostly wait. The number is how many tests must run at least.
GROUPS = {
    "socket": (["test.test_socket"], 500),
    "ssl": (["test.test_ssl"], 150),
    "selectors": (["test.test_selectors"], 70),
    "asyncio": ([f"test.test_asyncio.test_{name}" for name in ASYNCIO], 600),
    "libraries": (["test.test_socketserver", "test.test_httplib", "test.test_ftplib"], 220),
}

# Tests that fail, and why. Each pattern must match failing tests, and no other test may fail.
KNOWN = {
    "test.test_socket.*UDPLITE*": "UDP-Lite is not there: socket() says EPROTONOSUPPORT",
}

# Tests whose result depends on timing: they may fail or pass.
SOMETIMES = {
    "test.test_asyncio.test_sock_lowlevel.EPollEventLoopTests.test_sock_client_connect_racing":
        "a connect() after a refused one gives the descriptor a new file, which the epoll registration of the old one does not follow; when the refusal "
        "comes late, the test skips itself",
    "test.test_socket.NetworkConnectionAttributesTest.testSourceAddress":
        "its main thread may close the socket before its other thread asks for the socket's name; on Linux that is less likely",
}


def begin(name, folder, leat=None):
    """Starts the tests of group @name, with another command if @leat; they write to @folder."""
    folder.mkdir()
    folder.chmod(0o777)
    env = environment() | {"TMPDIR": str(folder), "HOME": str(folder)}
    line = command(PYTHON, program("cpython_tests.py"), folder, *GROUPS[name][0], options=["--quiet"], leat=leat)
    return subprocess.Popen(line, env=env, cwd="/", stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def judge(group, out, err):
    """Asserts that exactly the known tests fail."""
    assert out.strip(), err
    found = json.loads(out.splitlines()[-1])
    tests, least = GROUPS[group]
    assert found["run"] - found["skipped"] >= least, found
    known = [k for k in KNOWN if any(k.startswith(t) for t in tests)]
    unexpected = {i: trace for i, trace in found["bad"].items() if not any(fnmatch.fnmatchcase(i, k) for k in [*known, *SOMETIMES])}
    assert not unexpected, "\n".join(f"{i}\n{trace}" for i, trace in unexpected.items())
    for k in known:
        assert fnmatch.filter(found["bad"], k), f"{k} passes now: take it off the list"


@pytest.fixture(scope="module")
def results(place, bin_dir, leat_in_docker):
    """What each group printed, by its name; and under "docker" what the group "socket" printed under Docker's profile."""
    running = {name: begin(name, bin_dir / f"cpython-{name}") for name in GROUPS}
    running["docker"] = begin("socket", bin_dir / "cpython-docker", leat_in_docker)
    said = {}
    try:
        for name, proc in running.items():
            said[name] = proc.communicate(timeout=900)
    finally:
        for proc in running.values():
            if proc.poll() is None:
                proc.kill()
                proc.communicate()
    return said


@pytest.mark.parametrize("group", GROUPS)
def test_cpythons_own_tests_pass_except_the_known_ones(results, group):
    judge(group, *results[group])


def test_cpythons_socket_tests_pass_under_dockers_profile_except_the_known_ones(results):
    judge("socket", *results["docker"])
