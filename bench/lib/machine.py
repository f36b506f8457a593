"""The machine: a network namespace of our own, programs that are started and always ended, and what the results must say of where they come from."""
import contextlib
import ctypes
import json
import os
import pathlib
import platform
import shutil
import signal
import socket
import subprocess
import tempfile
import time

from lib.measure import NotMeasured

CLONE_NEWNET = 0x40000000
NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
CC_FILE = pathlib.Path("/proc/sys/net/ipv4/tcp_congestion_control")


def be_alone():
    """Move into a network namespace of our own, with loopback only: nothing that is measured can leave the machine, and no port is taken."""
    if os.geteuid() != 0:
        raise NotMeasured("not root: no network namespace can be made")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET):
        raise NotMeasured(f"no network namespace can be made: {os.strerror(ctypes.get_errno())}")
    run("ip", "link", "set", "lo", "up")


def needs(*tools):
    for tool in tools:
        if not shutil.which(tool):
            raise NotMeasured(f"{tool} is not installed")


def text_of(command):
    return " ".join(str(word) for word in command)[:120]


def run(*command, timeout=60, ok=(0,), **more):
    """Run to the end, bounded; its output. Anything but an exit status in @ok says why on one line."""
    more.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", timeout=timeout, **more)
    except FileNotFoundError as e:
        raise NotMeasured(f"{e.filename} is not installed") from None
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"{text_of(command)}: not done after {timeout} s") from None
    if done.returncode not in ok:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NotMeasured(f"{text_of(command)}: exit {done.returncode}: {said[-1][:200] if said else 'no word'}")
    return done.stdout


def run_json(*command, **more):
    """The same, for a program that prints one JSON object."""
    out = run(*command, **more)
    try:
        return json.loads(out)
    except ValueError:
        raise NotMeasured(f"{text_of(command)}: printed no JSON: {out.strip()[-100:]!r}") from None


def end(proc):
    """Ask it to end, then make it."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if proc.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            proc.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            proc.wait(5)


@contextlib.contextmanager
def started(*command, log=None, **more):
    """A program in the background, ended when the block is left. What it says goes to a file, shown if it dies early."""
    with tempfile.TemporaryFile() if log is None else open(log, "w+b") as out:
        proc = subprocess.Popen([str(word) for word in command], stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.STDOUT, **more)
        proc.said = out
        try:
            yield proc
        finally:
            end(proc)


def said(proc):
    """What it has said; read without moving where it goes on writing."""
    return os.pread(proc.said.fileno(), 1 << 20, 0).decode(errors="replace")


def last_word(proc):
    lines = said(proc).strip().splitlines()
    return lines[-1][:200] if lines else "no word"


def until(done, what, proc=None, timeout=10.0):
    """Wait until @done() is true; not longer, and not past the end of @proc."""
    give_up = time.monotonic() + timeout
    while time.monotonic() < give_up:
        if done():
            return
        if proc is not None and proc.poll() is not None:
            raise NotMeasured(f"{what}: exit {proc.returncode}: {last_word(proc)}")
        time.sleep(0.02)
    raise NotMeasured(f"{what}: not ready after {timeout:.0f} s")


def answers(port, question=b"", host="127.0.0.1"):
    """Does a server answer there? Without a @question, connecting is enough."""
    try:
        with socket.create_connection((host, port), 1) as s:
            s.settimeout(1)
            s.sendall(question)
            return not question or bool(s.recv(1))
    except OSError:
        return False


def set_default_cc():
    """Cubic for whatever names nothing, or what comes next where the machine does not let a namespace have it. The name of what holds."""
    for name in ("cubic", "reno"):
        with contextlib.suppress(OSError):
            CC_FILE.write_text(name)
            break
    return CC_FILE.read_text().strip()


@contextlib.contextmanager
def namespace(number):
    """A named namespace with loopback up; its name. Gone when the block is left."""
    name = f"leat-bench-{os.getpid()}-{number}"
    run("ip", "netns", "add", name)
    try:
        run("ip", "-n", name, "link", "set", "lo", "up")
        # A new namespace has the machine's own default, whatever was set here.
        run("ip", "netns", "exec", name, "sysctl", "-qw", f"net.ipv4.tcp_congestion_control={CC_FILE.read_text().strip()}", ok=(0, 1, 255))
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


def about():
    """What stands beside the figures."""
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0]}
