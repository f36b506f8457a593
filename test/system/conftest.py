"""What the tests from outside share: the command, a web server on loopback, a way to run as a user without privileges.

Everything goes to 127.0.0.0/8 and ::1, or to namespaces that a test made itself; every process that is started is ended by its id.
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

# What a runner in the background ignores would be ignored by every program under test as well.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)
signal.signal(signal.SIGQUIT, signal.SIG_DFL)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("LEAT_BUILD", ROOT / "build"))
PROGRAMS = ROOT / "test/programs"
SLOWER = float(os.environ.get("LEAT_TEST_SLOWER", "1"))  # how much longer than a real one this machine may take: an emulated one
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


# An ordinary user's PATH does not have them, and some peers are there (nginx).
os.environ["PATH"] = os.environ.get("PATH", "/usr/bin:/bin") + ":/usr/sbin:/sbin"


def needs_root(why):
    """A mark for a test that root alone can make."""
    return pytest.mark.skipif(os.geteuid() != 0, reason=f"needs root: {why}")


def may_look():
    """For LEAT_DISABLE: without it, root alone may look into the worker's folder in /proc."""
    return "" if os.geteuid() == 0 else "hidden"


def be_alone():
    """As root: move into a network namespace of our own, so that no port is taken, and nothing can leave this machine."""
    clone_newnet = 0x40000000
    if os.geteuid() == 0:
        if ctypes.CDLL(None, use_errno=True).unshare(clone_newnet):
            raise OSError(ctypes.get_errno(), "unshare(CLONE_NEWNET)")
        subprocess.run(["ip", "link", "set", "lo", "up"], check=True)


be_alone()  # before any thread or server exists: each belongs to the namespace that it was made in


@pytest.fixture(scope="session")
def bin_dir():
    """A folder that anybody may read, with copies of what was built and of the test programs (in programs/): the checkout itself may be root's alone."""
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


@pytest.fixture
def scratch():
    """An empty folder that the unprivileged user may write."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="leat-test-"))
    folder.chmod(0o777)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def unprivileged():
    """What to put before a command so that it runs without any privilege."""
    return NOBODY if os.geteuid() == 0 else []


def run(*command, timeout=60, privileged=False, **more):
    """Run to the end, as an unprivileged user unless told otherwise. Output is captured as text."""
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


# Without any capability in the new namespace: a user namespace gives an ordinary user all of them.
ALONE = (["unshare", "--net"], "") if os.geteuid() == 0 else (
    ["unshare", "--map-current-user", "--keep-caps", "--net"], "setpriv --ambient-caps=-all --inh-caps=-all ")


def run_alone(*words, **more):
    """Run to the end in a network namespace of its own: a port that another program holds, or left in TIME-WAIT, would change the answers."""
    unshare, drop = ALONE
    if run(*unshare, "true", privileged=True).returncode:
        pytest.skip("needs root: a network namespace may not be made here")
    script = "ip link set lo up && exec " + drop + shlex.join(map(str, words))
    return run(*unshare, "sh", "-c", script, privileged=True, **more)
