"""tools/guest.py: runs tests on Debian 12's own kernel under qemu, with a root file system that this machine shares read-only, and no network.

Nothing is installed. apt's own tools fetch the kernel's package from this machine's mirrors of Debian, with a configuration apart from the
machine's own, and the kernel is unpacked from it. docs/design/0018-other-kernels.md says why.
"""
import dataclasses
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading

ROOT = pathlib.Path(__file__).resolve().parent.parent
KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg"
MODULES = ["virtio_pci", "9p", "9pnet_virtio", "overlay"]
MACHINES = {
    "amd64": ["qemu-system-x86_64", "-machine", "q35", "-cpu", "max"],
    "arm64": ["qemu-system-aarch64", "-machine", "virt", "-cpu", "cortex-a72"],
}
PYTEST = "/usr/bin/python3 -m pytest -v -rs -p no:cacheprovider --color=no -o faulthandler_timeout=180"
# The script that runs in the guest, in the checkout. Each stage calls pytest after a line of shell.
JOB = """cd /leat
export PYTHONDONTWRITEBYTECODE=1 LEAT_GUEST=1 LEAT_TEST_SLOWER=10 LEAT_BUILD=/leat/{build}
ip link set lo up
uname -srvm
{build}/leat doctor
"""
STAGE = """echo 'guest: stage {name}'
{{ {before} && {pytest} {words}; }} && echo 'guest: stage passed' || echo 'guest: stage failed'
"""
CONSOLES = {"amd64": "ttyS0", "arm64": "ttyAMA0"}


@dataclasses.dataclass
class Stage:
    name: str
    tests: list  # as pytest names them, in test/system
    mark: str = ""  # only tests with this mark of pytest
    before: str = "true"  # a line of shell, which must succeed

    def words(self):
        """What follows `pytest`."""
        return shlex.join([*(["-m", self.mark] if self.mark else []), *(f"test/system/{name}" for name in self.tests)])


def run(*command, **more):
    """Runs a command that must succeed; returns its output."""
    done = subprocess.run([str(c) for c in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
                          timeout=1800, **more)
    if done.returncode:
        sys.exit(f"{shlex.join(map(str, command))}: exit {done.returncode}\n{done.stdout[-4000:]}")
    return done.stdout


def test_files():
    """The test files that are about the kernel below `leat run`. In them, conftest.not_in_guest() marks what takes too long here."""
    return ["test_cli.py", *sorted(path.name for path in (ROOT / "test/system").glob("test_run*.py"))]


class Packages:
    """Debian 12's packages for an architecture. What this machine's apt knows is neither used nor changed."""

    def __init__(self, arch, folder):
        self.folder = folder / "apt"
        for name in ("state/lists/partial", "cache/archives/partial"):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        found = run("apt-get", "indextargets", "--format", "$(SITE) $(RELEASE) main", "Identifier: Packages", "Origin: Debian")
        sources = sorted({line for line in found.splitlines() if line.split()[1].startswith("bookworm")})
        (self.folder / "sources.list").write_text("".join(f"deb [signed-by={KEYRING}] {line}\n" for line in sources))
        (self.folder / "status").write_text("")
        (self.folder / "apt.conf").write_text("".join(f'{key} "{value}";\n' for key, value in {
            "APT::Architecture": arch, "APT::Architectures": arch, "APT::Install-Recommends": "false", "APT::Sandbox::User": "root",
            "Dir::State": self.folder / "state", "Dir::State::status": self.folder / "status", "Dir::Cache": self.folder / "cache",
            "Dir::Etc::sourcelist": self.folder / "sources.list", "Dir::Etc::sourceparts": "/dev/null"}.items()))
        self.env = {**os.environ, "APT_CONFIG": str(self.folder / "apt.conf"), "LC_ALL": "C"}
        run("apt-get", "update", "-q", env=self.env)

    def kernel(self):
        """The package that the meta-package depends on today: its name and version, ("linux-image-6.1.0-56-amd64", "6.1.192-2")."""
        meta = "linux-image-" + run("apt-config", "dump", "--format", "%v", "APT::Architecture", env=self.env)
        name = re.search(r"Depends: (linux-image-\S+)", run("apt-cache", "depends", meta, env=self.env))[1]
        return name, re.search(r"Candidate: (\S+)", run("apt-cache", "policy", name, env=self.env))[1]

    def unpack(self, names, into, alone=False):
        """Unpacks packages and, unless `alone`, all that they depend on. None of their scripts is run."""
        archives = self.folder / "cache/archives"
        if alone:
            run("apt-get", "download", *names, cwd=archives, env=self.env)
        else:
            run("apt-get", "install", "-y", "-q", "--download-only", *names, env=self.env)
        for name in ("bin", "sbin", "lib"):  # Debian 12 has them below /usr, whatever path a package uses
            (into / "usr" / name).mkdir(parents=True, exist_ok=True)
            if not (into / name).is_symlink():
                (into / name).symlink_to(f"usr/{name}")
        for path in sorted(archives.glob("*.deb")):
            run("sh", "-ec", 'dpkg-deb --fsys-tarfile "$1" | tar -x -p -C "$2" --keep-directory-symlink', "sh", path, into)
            path.unlink()


class Kernel:
    """Debian's kernel, unpacked: `image` is booted, `modules` is its /lib/modules."""

    def __init__(self, arch, folder):
        packages = Packages(arch, folder)
        self.name, self.version = packages.kernel()
        self.release = self.name.removeprefix("linux-image-")
        root = folder / "kernel"
        self.image = root / f"boot/vmlinuz-{self.release}"
        self.modules = root / "lib/modules"
        if not self.image.exists():
            shutil.rmtree(root, ignore_errors=True)
            packages.unpack([f"{self.name}={self.version}"], root, alone=True)
            run("depmod", "-b", root, self.release)

    def in_order(self, names):
        """The files of the modules and of all modules that they need, in the order in which they can be loaded."""
        lines = (self.modules / self.release / "modules.dep").read_text().splitlines()
        needs = {left: right.split() for left, _, right in (line.partition(":") for line in lines)}
        found = []
        for name in names:
            for path in needs:  # none: it is built in
                if path.endswith(f"/{name}.ko"):
                    found += [p for p in [*reversed(needs[path]), path] if p not in found]
        return found


def initramfs(kernel, busybox, job, folder):
    """Makes the first file system: it holds only what is needed to mount the shared one."""
    root = folder / "initramfs"
    shutil.rmtree(root, ignore_errors=True)
    for name in ("bin", "modules"):
        (root / name).mkdir(parents=True)
    shutil.copy(busybox, root / "bin/busybox")
    shutil.copy(ROOT / "tools/guest-init", root / "init")
    (root / "init").chmod(0o755)
    (root / "job").write_text(job)
    order = kernel.in_order(MODULES)
    for path in order:
        shutil.copy(kernel.modules / kernel.release / path, root / "modules")
    (root / "modules/order").write_text("".join(path.rsplit("/", 1)[1] + "\n" for path in order))
    archive = folder / "initramfs.gz"
    run("sh", "-c", f"cd {shlex.quote(str(root))} && find . | cpio -o -H newc --quiet | gzip -1 >{shlex.quote(str(archive))}")
    return archive


def shared(tag, path):
    return ["-virtfs", f"local,path={path},mount_tag={tag},security_model=none,readonly=on,multidevs=remap"]


def boot(arch, kernel, archive, root, seconds):
    """Runs a guest to its end and shows its console; returns the lines. After `seconds` qemu is ended, by its own id."""
    command = [*MACHINES[arch], "-accel", "tcg", "-smp", "2", "-m", "2G", "-nic", "none", "-display", "none", "-no-reboot", "-monitor", "none",
               "-serial", "stdio", "-kernel", str(kernel.image), "-initrd", str(archive),
               "-append", f"console={CONSOLES[arch]} loglevel=4 panic=-1 rdinit=/init", *shared("root", root), *shared("leat", ROOT),
               *shared("modules", kernel.modules)]
    print(f"$ {shlex.join(command)}", flush=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # through the `finally` below
    proc = subprocess.Popen(["nice", *command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    late = threading.Timer(seconds, proc.kill)
    late.start()
    said = []
    try:
        for line in proc.stdout:
            said.append(line.decode(errors="replace").rstrip("\r\n"))
            print(said[-1], flush=True)
        proc.wait(60)
    finally:
        late.cancel()
        proc.kill()
        proc.wait()
    if proc.returncode == -signal.SIGKILL:
        said.append(f"guest: killed after {seconds} s")
    return said


def test(arch, kernel, busybox, root, build, stages, folder, seconds):
    """Runs the stages in a guest, on what is built in `build`. Returns whether all of it passes."""
    job = JOB.format(build=build) + "".join(
        STAGE.format(name=s.name, before=s.before, pytest=PYTEST, words=s.words()) for s in stages)
    said = boot(arch, kernel, initramfs(kernel, busybox, job, folder), root, seconds)
    counted = {word: sum(int(n) for line in said if re.match(r"=+ .* in [0-9.]+s", line) for n in re.findall(rf"(\d+) {word}", line))
               for word in ("passed", "failed", "error", "skipped")}
    well = said.count("guest: stage passed")
    good = well == len(stages) and counted["passed"] > 0 and "guest: exit 0" in said
    print(f"Linux {kernel.release} ({kernel.version}) on {arch}: " + ", ".join(f"{n} {word}" for word, n in counted.items()) +
          f"; {well} of {len(stages)} stages" + ("" if good else ": FAILED"))
    return good
