"""Network namespaces for tests: each lasts as long as the process that holds it, so none is left over.

An ordinary user gets one too, as the root of a user namespace, where the machine allows that.
"""
import os
import subprocess

# The words before a command that run it as root in a new network namespace.
UNSHARE = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--net"]
ENTER = ["--net"] if os.geteuid() == 0 else ["--user", "--preserve-credentials", "--net"]
TAP = ["ip tuntap add dev leat0 mode tap vnet_hdr", "sysctl -qw net.ipv6.conf.leat0.accept_dad=0", "ip addr add 10.9.0.1/24 dev leat0",
       "ip addr add fd09::1/64 dev leat0 nodad", "ip link set leat0 up", "ip route add default via 10.9.0.2",
       "ip -6 route add default via fd09::2"]


class Namespace:
    """A network namespace with its loopback up. Raises OSError with the reason if none can be made here."""

    def __init__(self):
        self.held = None
        self.ended = []  # what close() ends
        script = "ip link set lo up && echo ready && exec cat"
        self.held = subprocess.Popen([*UNSHARE, "sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        if self.held.stdout.readline() != "ready\n":
            raise OSError(f"no network namespace can be made here: {self.held.communicate()[1].strip()}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends what popen() started and the namespace with it."""
        for process in self.ended:
            if process.poll() is None:
                process.kill()
            process.communicate()
        self.held.communicate()

    def command(self, *words):
        """The command that runs @words in the namespace."""
        return ["nsenter", f"--target={self.held.pid}", *ENTER, *map(str, words)]

    def run(self, *words, check=False, timeout=90, **more):
        """Runs to the end; its output is captured as text."""
        return subprocess.run(self.command(*words), capture_output=True, text=True, check=check, timeout=timeout, stdin=subprocess.DEVNULL, **more)

    def popen(self, *words, **more):
        """Starts a command, which close() ends if the test does not. By default its output is text, and includes its errors."""
        more = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True, **more}
        self.ended.append(subprocess.Popen(self.command(*words), **more))
        return self.ended[-1]


def with_tap():
    """A Namespace with a TAP device, leat0: Linux is 10.9.0.1 and fd09::1; the program that opens the device is expected at 10.9.0.2 and fd09::2."""
    space = Namespace()
    try:
        if not os.access("/dev/net/tun", os.R_OK | os.W_OK):
            raise OSError("/dev/net/tun may not be opened")
        for line in TAP:
            if (done := space.run(*line.split())).returncode:
                raise OSError(f"no TAP device can be made here: {line}: {done.stderr.strip()}")
    except BaseException:
        space.close()
        raise
    return space


def why_no_tap():
    """Why with_tap() fails on this machine; None if it does not."""
    try:
        with_tap().close()
    except OSError as e:
        return str(e)
    return None
