"""Builds lwIP twice: with Debian's liblwip, whose windows are compiled in, and from Debian's source package with larger windows.

apt-get fetches the source package into a folder of its own. The machine's package lists are not changed.
"""
import contextlib
import pathlib
import re
import subprocess

from lib.machine import run
from lib.measure import NotMeasured

HERE = pathlib.Path(__file__).resolve().parent.parent
FLAGS = ["-O2", "-flto=auto", "-g", "-std=gnu17", "-D_GNU_SOURCE", f"-I{HERE}"]
OURS = [HERE / "peer_lwip.c", HERE / "args.c"]
PACKAGED, TUNED = "lwIP, packaged", "lwIP, tuned"


def source_lists():
    """Returns the machine's package lists, changed to lists of source packages."""
    apt = pathlib.Path("/etc/apt")
    for path in sorted(apt.glob("sources.list.d/*.sources")):
        text = path.read_text()
        if "/debian-archive-keyring" in text:
            return "src.sources", re.sub(r"^Types:.*", "Types: deb-src", text, flags=re.M)
    one = apt / "sources.list"
    if one.exists():
        return "src.list", re.sub(r"^deb ", "deb-src ", one.read_text(), flags=re.M)
    raise NotMeasured("apt has no list of Debian's packages to get a source package from")


def fetch(folder):
    """Fetches lwIP's src/ into @folder, from the machine's package archive."""
    source = folder / "src"
    if (source / "core").is_dir():
        return source
    (folder / "lists/partial").mkdir(parents=True, exist_ok=True)
    name, text = source_lists()
    (folder / name).write_text(text)
    apt = ["apt-get", "-q", "-o", f"Dir::Etc::sourcelist={folder}/{name}", "-o", "Dir::Etc::sourceparts=-", "-o", f"Dir::State::lists={folder}/lists"]
    run(*apt, "update", timeout=120, cwd=folder)
    run(*apt, "source", "--download-only", "lwip", timeout=120, cwd=folder)
    tar = next(folder.glob("lwip_*.orig.tar.*"), None)
    if not tar:
        raise NotMeasured("Debian's source package of lwIP has no archive of the source")
    run("tar", "xf", tar, "-C", folder, "--strip-components=1")
    return source


def build_packaged(out):
    if not pathlib.Path("/usr/include/lwip/lwipopts.h").exists():
        raise NotMeasured("liblwip-dev is not installed")
    run("gcc", *FLAGS, "-isystem", "/usr/include/lwip", *OURS, "-llwip", "-o", out, timeout=120)
    return out


def build_tuned(out):
    source = fetch(out.parent / "lwip-source")
    code = [path for folder in ("core", "core/ipv4", "core/ipv6") for path in sorted((source / folder).glob("*.c"))]
    run("gcc", *FLAGS, "-w", f"-I{HERE}/lwip", f"-I{source}/include", *OURS, *code, source / "netif/ethernet.c", "-o", out, timeout=180)
    return out


class Lwip:
    """Both programs. Each is built at its first use, which must happen while the package archive can be reached."""

    def __init__(self, folder):
        self.folder = folder
        self.built = {}

    def prepare(self):
        for which in (TUNED, PACKAGED):
            with contextlib.suppress(NotMeasured):
                self.program(which)

    def program(self, which):
        if which not in self.built:
            make, name = {PACKAGED: (build_packaged, "peer_lwip_packaged"), TUNED: (build_tuned, "peer_lwip_tuned")}[which]
            self.folder.mkdir(parents=True, exist_ok=True)
            try:
                self.built[which] = make(self.folder / name)
            except (NotMeasured, OSError, subprocess.SubprocessError) as e:
                self.built[which] = NotMeasured(str(e))
        found = self.built[which]
        if isinstance(found, NotMeasured):
            raise found
        return found
