"""The machine: a network namespace for the benchmarks, programs that are started and always ended, and a description of the machine for the results."""
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
    """Moves into a new network namespace with loopback only. So no measured traffic leaves the machine, and no port is in use."""
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
    """Runs a command to its end, at most @timeout seconds. Returns its output. An exit status that is not in @ok raises NotMeasured with a one-line reason."""
    more.setdefault("stdin", subprocess.DEVNULL)
    try:
        done = subprocess.run([str(word) for word in command], capture_output=True, text=True, errors="replace", timeout=timeout, **more)
    except FileNotFoundError as e:
        raise NotMeasured(f"{e.filename} is not installed") from None
    except subprocess.TimeoutExpired:
        raise NotMeasured(f"{text_of(command)}: not done after {timeout} s") from None
    if done.returncode not in ok:
        said = (done.stderr.strip() or done.stdout.strip()).splitlines()
        raise NotMeasured(f"{text_of(command)}: exit {done.returncode}: {said[-1][:200] if said else 'no message'}")
    return done.stdout


def run_json(*command, **more):
    """Runs a command that prints one JSON object, and returns the object."""
    out = run(*command, **more)
    try:
        return json.loads(out)
    except ValueError:
        raise NotMeasured(f"{text_of(command)}: printed no JSON: {out.strip()[-100:]!r}") from None


def end(proc):
    """Ends a process: SIGTERM first, then SIGKILL."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        if proc.poll() is not None:
            break
        with contextlib.suppress(ProcessLookupError):
            proc.send_signal(how)
        with contextlib.suppress(subprocess.TimeoutExpired):
            proc.wait(5)


@contextlib.contextmanager
def started(*command, log=None, **more):
    """Runs a program in the background and ends it when the block is left. Its output goes to a file, whose last line is shown if it ends early."""
    more.setdefault("stdin", subprocess.DEVNULL)
    with tempfile.TemporaryFile() if log is None else open(log, "w+b") as out:
        proc = subprocess.Popen([str(word) for word in command], stdout=out, stderr=subprocess.STDOUT, **more)
        proc.said = out
        try:
            yield proc
        finally:
            end(proc)


def said(proc):
    """Returns its output so far. Reading does not move the place where it writes."""
    return os.pread(proc.said.fileno(), 1 << 20, 0).decode(errors="replace")


def last_line(proc):
    lines = said(proc).strip().splitlines()
    return lines[-1][:200] if lines else "no message"


def until(done, what, proc=None, timeout=60.0):
    """Waits until @done() is true. Raises NotMeasured after @timeout seconds, or if @proc ends."""
    give_up = time.monotonic() + timeout
    while time.monotonic() < give_up:
        if done():
            return
        if proc is not None and proc.poll() is not None:
            raise NotMeasured(f"{what}: exit {proc.returncode}: {last_line(proc)}")
        time.sleep(0.02)
    raise NotMeasured(f"{what}: not ready after {timeout:.0f} s")


def answers(port, question=b"", host="127.0.0.1"):
    """Returns true if a server answers there. Without a @question, a connection is enough."""
    try:
        with socket.create_connection((host, port), 1) as s:
            s.settimeout(1)
            s.sendall(question)
            return not question or bool(s.recv(1))
    except OSError:
        return False


def set_default_cc():
    """Makes cubic the default congestion control, or reno if a namespace may not have cubic. Returns the name of the default."""
    for name in ("cubic", "reno"):
        with contextlib.suppress(OSError):
            CC_FILE.write_text(name)
            break
    return CC_FILE.read_text().strip()


@contextlib.contextmanager
def namespace(number):
    """Makes a named namespace with loopback up, and yields its name. Removes it when the block is left."""
    name = f"leat-bench-{os.getpid()}-{number}"
    run("ip", "netns", "add", name)
    try:
        run("ip", "-n", name, "link", "set", "lo", "up")
        # A new namespace has the machine's default, not the one that was set here.
        run("ip", "netns", "exec", name, "sysctl", "-qw", f"net.ipv4.tcp_congestion_control={CC_FILE.read_text().strip()}", ok=(0, 1, 255))
        yield name
    finally:
        subprocess.run(["ip", "netns", "del", name], capture_output=True)


def about():
    """Returns the description of the machine for the results."""
    cpu = next((line.split(":", 1)[1].strip() for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines() if line.startswith("model name")), "?")
    return {"cpu": cpu, "cores": os.cpu_count(), "kernel": platform.release(), "load": os.getloadavg()[0]}
