"""What the system tests share: the command, web servers on loopback, and calls that run a program as a user without privileges.

Traffic goes to 127.0.0.0/8 and ::1, or stays in namespaces that a test makes. A process that a test starts is ended by its id.
"""
import ctypes
import os
import pathlib
import shlex
import shutil
import signal
import subprocess
import tempfile

import pytest

from servers import web_servers

# If this process runs in the background it may ignore signals, and every program under test would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LEAT_BUILD", ROOT / "build"))
PROGRAMS = ROOT / "test/programs"
SLOWER = float(os.environ.get("LEAT_TEST_SLOWER", "1"))  # how many times as long as a real machine an emulated one may take
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


# Some peers (nginx) are in folders that an ordinary user's PATH lacks.
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def needs_root(why):
    """A mark for a test that needs root, because of @why."""
    return pytest.mark.skipif(os.geteuid() != 0, reason=f"needs root: {why}")


def needs_tool(name):
    """A mark for a test that needs the program @name."""
    return pytest.mark.skipif(not shutil.which(name), reason=f"not run: {name} is not installed")


def not_in_guest(why):
    """A mark for a test that the emulated guest of tools/guest.py does not run, because of @why."""
    return pytest.mark.skipif("LEAT_GUEST" in os.environ, reason=f"not in a guest: {why}")


def pytest_configure(config):
    config.addinivalue_line("markers", "yama: the guest of tools/kernel runs it again where Yama lets a process look into its descendants alone")


def may_look():
    """A value for LEAT_DISABLE with which an ordinary user may read the worker's folder in /proc."""
    return "" if os.geteuid() == 0 else "hidden"


def be_alone():
    """As root, moves into a network namespace of our own: no port is taken there, and nothing can leave the machine."""
    clone_newnet = 0x40000000
    if os.geteuid() == 0:
        if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet):
            raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


be_alone()  # before any thread or server exists: each stays in the namespace in which it was made


@pytest.fixture(scope="session")
def bin_dir():
    """A folder that every user may read, with copies of what was built and, in programs/, of the test programs. The checkout may be readable by root alone."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-test-"))
    folder.chmod(0o755)
    shutil.copytree(PROGRAMS, folder / "programs")
    for path in [BUILD / "leat", *BUILD.glob("test/tools/*")]:
        if path.is_file() and os.access(path, os.X_OK):
            shutil.copy(path, folder / path.name)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def leat(bin_dir):
    return str(bin_dir / "leat")


@pytest.fixture(scope="session")
def go_build(bin_dir, tmp_path_factory):
    """A function that builds the Go program test/programs/@name without using the network, and returns its path. The programs share what was compiled."""
    folder = tmp_path_factory.mktemp("go")

    def build(name):
        shutil.copytree(PROGRAMS / name, folder / name)
        env = os.environ | {"CGO_ENABLED": "0", "GOFLAGS": "-mod=mod", "GOPROXY": "off", "GOCACHE": str(folder / "cache"), "HOME": str(folder)}
        subprocess.run(["go", "build", "-o", bin_dir / name, "."], cwd=folder / name, env=env, check=True, timeout=300)
        return bin_dir / name
    return build


@pytest.fixture(scope="session")
def leat_in_docker(bin_dir):
    """The command, run under Docker's default seccomp profile."""
    wrapper = bin_dir / "leat-in-docker"
    wrapper.write_text(f'#!/bin/sh\nexec {bin_dir}/docker_profile {bin_dir}/leat "$@"\n')
    wrapper.chmod(0o755)
    return str(wrapper)


@pytest.fixture
def scratch():
    """An empty folder that the unprivileged user may write."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def unprivileged():
    """The words before a command that make it run without any privilege."""
    return NOBODY if os.geteuid() == 0 else []


def run(*command, timeout=60, privileged=False, **more):
    """Runs a command to its end, as an unprivileged user unless @privileged. Its output is captured as text."""
    prefix = [] if privileged else unprivileged()
    more.setdefault("stdin", subprocess.DEVNULL)
    more.setdefault("cwd", "/")
    return subprocess.run(prefix + [str(c) for c in command], capture_output=True, text=True, errors="replace",
                          timeout=timeout * SLOWER, **more)


@pytest.fixture(scope="session")
def web():
    """Web servers on 127.0.0.1 and ::1; see servers.Web."""
    with web_servers() as found:
        yield found


@pytest.fixture(scope="session")
def ports(web):
    """The ports of the web server on 127.0.0.1, and of the one on ::1."""
    return web.ports


# The words before a command that run it in a new network namespace, and those that drop the capabilities that a user namespace gives.
ALONE = (["unshare", "--net"], "") if os.geteuid() == 0 else (
    ["unshare", "--map-current-user", "--keep-caps", "--net"], "setpriv --ambient-caps=-all --inh-caps=-all ")


def run_alone(*words, **more):
    """Runs a command to its end in a network namespace of its own, where no other program has ports, also none in TIME-WAIT."""
    unshare, drop = ALONE
    if run(*unshare, "true", privileged=True).returncode:
        pytest.skip("needs root: a network namespace may not be made here")
    script = "ip link set lo up && exec " + drop + shlex.join(map(str, words))
    return run(*unshare, "sh", "-c", script, privileged=True, **more)
