"""A new network namespace of the program is empty, as on Linux, and the program cannot enter a namespace of the host."""
import contextlib
import os
import shutil
import subprocess

import pytest
from conftest import SLOWER, needs_root, unprivileged
from inside import PYTHON, Place, command, environment, inside, loud, nothing_left, place, program, python  # noqa: F401

UNSHARE = """
import ctypes, errno, os, socket
libc = ctypes.CDLL(None, use_errno=True)
NEWNET, NEWUSER = 0x40000000, 0x10000000
def call(name, *args):
    return errno.errorcode[ctypes.get_errno()] if getattr(libc, name)(*args) < 0 else 'done'
def up():
    import fcntl, struct
    with socket.socket() as s: fcntl.ioctl(s, 0x8914, struct.pack('16sh22x', b'lo', 1))
"""


@pytest.fixture(scope="module", autouse=True)
def user_namespaces():
    if subprocess.run([*unprivileged(), "unshare", "-rn", "true"], capture_output=True).returncode:
        pytest.skip("no user namespaces here")


def both(*args, **more):
    """Runs the command on Linux and inside. Returns for each: output, error output, exit status."""
    done = [subprocess.run([*prefix, *map(str, args)], capture_output=True, text=True, timeout=60 * SLOWER, env=environment(), cwd="/",
                           stdin=subprocess.DEVNULL, **more) for prefix in (unprivileged(), command(options=["-q"]))]
    return [(one.stdout, one.stderr, one.returncode) for one in done]


def test_a_new_network_namespace_is_empty(ports):
    script = f"""ip -br link; ip link set lo up && ip -br addr; ip route; curl -s -m 60 http://127.0.0.1:{ports[0]}/; echo $?
        curl -s -m 60 http://10.0.2.2/; echo $?; cat /proc/net/dev | wc -l"""
    natively, inside_too = both("unshare", "-rn", "sh", "-c", script)
    assert inside_too == natively and "127.0.0.1/8" in natively[0]


def test_the_loopback_of_a_new_namespace_works():
    code = UNSHARE + """
print(call('unshare', NEWUSER | NEWNET)); up()
for family, address in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
    a, u, v = socket.socket(family), socket.socket(family, socket.SOCK_DGRAM), socket.socket(family, socket.SOCK_DGRAM)
    a.bind((address, 0)); a.listen(); b = socket.create_connection(a.getsockname()[:2]); c, peer = a.accept()
    b.sendall(b'x' * 100000); print(len(c.recv(100000, socket.MSG_WAITALL)), peer == b.getsockname())
    u.bind((address, 0)); v.sendto(b'abc', u.getsockname()); print(u.recvfrom(10)[0])
print([name for _, name in socket.if_nameindex()])
"""
    natively, inside_too = both(PYTHON, "-c", code)
    assert inside_too == natively and natively[0].startswith("done\n100000 True\n")


def test_sockets_from_before_unshare_stay_in_leats_network(ports):
    done = python(UNSHARE + f"""
def ask(s):
    s.sendall(b'GET / HTTP/1.0\\r\\n\\r\\n'); return s.makefile('rb').read()[-6:]
before = socket.create_connection(('127.0.0.1', {ports[0]})); unconnected = socket.socket()
child = os.fork()
if child == 0:
    print(call('unshare', NEWUSER | NEWNET)); up()
    print(ask(before), before.getpeername()[1] == {ports[0]}); unconnected.connect(('127.0.0.1', {ports[0]})); print(ask(unconnected))
    try: socket.create_connection(('127.0.0.1', {ports[0]}))
    except OSError as e: print(errno.errorcode[e.errno], flush=True)
    os._exit(0)
os.waitpid(child, 0); print(ask(socket.create_connection(('127.0.0.1', {ports[0]}))))
""")
    assert done.stdout.decode().split("\n") == ["done", "b'hello\\n' True", "b'hello\\n'", "ECONNREFUSED", "b'hello\\n'", ""], done


def test_sockets_of_a_new_namespace_can_be_passed():
    code = UNSHARE + """
print(call('unshare', NEWUSER | NEWNET)); up()
a, b = socket.socketpair(); listener = socket.create_server(('127.0.0.1', 0))
if os.fork() == 0:
    socket.send_fds(a, [b'x'], [listener.fileno()]); os._exit(0)
_, fds, flags, _ = socket.recv_fds(b, 10, 2)
print(len(fds), flags, socket.socket(fileno=fds[0]).getsockname() == listener.getsockname())
"""
    natively, inside_too = both(PYTHON, "-c", code)
    assert inside_too == natively and "1 0 True" in natively[0]


def test_vsock_is_refused_in_a_new_namespace():
    done = python(UNSHARE + "print(call('unshare', NEWUSER | NEWNET), libc.socket(40, 1, 0))")
    assert done.stdout == b"done -1\n"


@pytest.mark.skipif(not shutil.which("bwrap"), reason="needs bubblewrap")
def test_bubblewrap_works_as_on_linux():
    natively, inside_too = both("bwrap", "--ro-bind", "/", "/", "--dev", "/dev", "--unshare-all", "ip", "-br", "addr")
    assert inside_too == natively and natively[2] == 0 and "127.0.0.1/8" in natively[0]


@contextlib.contextmanager
def process_outside():
    """A process of the user outside, in namespaces of its own. Gives its process ID."""
    with subprocess.Popen([*unprivileged(), "unshare", "-rn", "sh", "-c", "echo ready; exec sleep 600"], stdout=subprocess.PIPE) as proc:
        assert proc.stdout.readline() == b"ready\n"
        yield proc.pid
        proc.kill()


@pytest.mark.parametrize("how", ["nsenter -t %d -U -n --preserve-credentials true", "nsenter --user=/proc/%d/ns/user --preserve-credentials true"])
def test_a_namespace_of_the_host_cannot_be_entered(how):
    with process_outside() as pid:
        assert subprocess.run([*unprivileged(), *(how % pid).split()], capture_output=True).returncode == 0
        done = loud(*(how % pid).split())
    assert done.returncode != 0 and "not permitted" in done.stderr and done.stderr.count("may not enter") == 1, done


def test_a_namespace_of_the_host_cannot_be_entered_by_pidfd():
    with process_outside() as pid:
        done = python(UNSHARE + f"print(call('setns', os.pidfd_open({pid}), NEWUSER | NEWNET), call('setns', os.pidfd_open(os.getpid()), NEWUSER))")
    assert done.stdout == b"EPERM EINVAL\n", done


def test_a_namespace_that_was_made_inside_can_be_entered():
    script = """unshare -rn sh -c 'ip link set lo up; echo; exec sleep 600' >"$0/pipe" & read -r _ <"$0/pipe"
        nsenter -t $! -U -n --preserve-credentials ip -br addr; kill $!"""
    for prefix in unprivileged(), command(options=["-q"]):
        folder = subprocess.run([*unprivileged(), "mktemp", "-d"], capture_output=True, text=True, check=True).stdout.strip()
        subprocess.run([*unprivileged(), "mkfifo", folder + "/pipe"], check=True)
        done = subprocess.run([*prefix, "sh", "-c", script, folder], capture_output=True, text=True, timeout=60 * SLOWER, env=environment(), cwd="/")
        shutil.rmtree(folder)
        assert "127.0.0.1/8" in done.stdout, done


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_root_can_return_to_leats_network(ports):
    code = UNSHARE + f"""
ours = os.open('/proc/self/ns/net', os.O_RDONLY)
def ask():
    try: return socket.create_connection(('127.0.0.1', {ports[0]})) and 'connected'
    except OSError as e: return errno.errorcode[e.errno]
print(ask(), call('unshare', NEWNET), ask(), call('setns', ours, NEWNET), ask())
"""
    done = subprocess.run([Place.leat, "run", "-q", "--", PYTHON, "-c", code], capture_output=True, text=True, timeout=60 * SLOWER, cwd="/", env=environment())
    assert done.stdout == "connected done ENETUNREACH done connected\n", done


@pytest.mark.skipif(os.geteuid() != 0 or not os.path.exists("/dev/net/tun"), reason="needs root and /dev/net/tun")
def test_a_tap_can_be_made_in_a_new_namespace_only():
    code = UNSHARE + """
import fcntl, struct
def attach():
    with open('/dev/net/tun', 'r+b', buffering=0) as f:
        try: fcntl.ioctl(f, 0x400454ca, struct.pack('16sh22x', b'leat-test', 0x1002))
        except OSError as e: return errno.errorcode[e.errno]
        return 'attached'
print(attach(), call('unshare', NEWNET), attach())
"""
    done = subprocess.run([Place.leat, "run", "--", PYTHON, "-c", code], capture_output=True, text=True, timeout=60 * SLOWER, cwd="/", env=environment())
    assert done.stdout == "EPERM done attached\n" and "TUN/TAP devices: not supported" in done.stderr, done


@needs_root("a PID namespace of its own")
def test_the_namespace_of_a_process_with_an_unknown_id_cannot_be_entered():
    """The pidfd comes from outside the PID namespace of the run. So the process has no ID there, and Leat cannot tell whose namespace it is in."""
    code = UNSHARE + """
import sys
print(call('setns', int(sys.argv[1]), NEWNET))
"""
    with subprocess.Popen(["unshare", "-n", "sh", "-c", "echo ready; exec sleep 600"], stdout=subprocess.PIPE) as proc:
        assert proc.stdout.readline() == b"ready\n"
        fd = os.pidfd_open(proc.pid)
        os.set_inheritable(fd, True)
        run = ["unshare", "-p", "-f", "--mount-proc"]
        natively = subprocess.run([*run, PYTHON, "-c", code, str(fd)], pass_fds=[fd], capture_output=True, timeout=60 * SLOWER)
        done = subprocess.run([*run, Place.leat, "run", "-q", "--", PYTHON, "-c", code, str(fd)], pass_fds=[fd], capture_output=True, timeout=60 * SLOWER,
                              env=environment(), cwd="/")
        os.close(fd)
        proc.kill()
    assert natively.stdout == b"done\n" and (done.stdout, done.stderr) == (b"EPERM\n", b""), (natively, done)
