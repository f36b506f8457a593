"""The library as an embedder gets it: installed under a prefix, found by pkg-config, linked shared and static, and exporting only leat_*."""
import os
import pathlib
import re
import shutil
import subprocess

import pytest
from conftest import BUILD, ROOT

EXAMPLES = ["two_hosts", "tap_echo"]
SANITIZED = b"__asan_init" in (BUILD / "libleat.so").read_bytes() if (BUILD / "libleat.so").exists() else False


def output(*command, **more):
    found = subprocess.run([str(c) for c in command], capture_output=True, text=True, timeout=120, stdin=subprocess.DEVNULL, **more)
    assert found.returncode == 0, f"{command}\n{found.stdout}{found.stderr}"
    return found.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The folder under a DESTDIR that is the prefix of `meson install`."""
    if not shutil.which("meson"):
        pytest.skip("not run: installation (no meson)")
    if SANITIZED:
        pytest.skip("not run: installation (the build has sanitizers)")
    dest = tmp_path_factory.mktemp("dest")
    output("meson", "install", "-C", BUILD, "--no-rebuild", "--quiet", env={**os.environ, "DESTDIR": str(dest)})
    pc = next(dest.rglob("leat.pc"))
    prefix = re.search(r"^prefix=(.*)$", pc.read_text(), re.M)[1]
    return dest / prefix.lstrip("/")


@pytest.fixture(scope="module")
def pkg_config(installed):
    if not shutil.which("pkg-config"):
        pytest.skip("not run: installation (no pkg-config)")
    folder = next(installed.rglob("leat.pc")).parent

    def ask(*args):
        return output("pkg-config", f"--define-variable=prefix={installed}", *args, "leat", env={**os.environ, "PKG_CONFIG_PATH": str(folder)}).split()

    return ask


def libdir(installed):
    return next(installed.rglob("libleat.a")).parent


def test_all_of_it_is_installed(installed):
    have = {str(p.relative_to(installed)) for p in installed.rglob("*") if not p.is_dir()}
    names = {pathlib.PurePath(p).name for p in have}
    assert {"leat.h", "leat.pc", "libleat.a", "libleat.so", "libleat.so.0", "leat.1", "leat-get.1", "leat-serve.1", "leat-serve.5", "leat.3", "leat"} <= names
    assert "include/leat.h" in have
    assert {"share/bash-completion/completions/leat", "share/zsh/site-functions/_leat", "share/fish/vendor_completions.d/leat.fish"} <= have
    assert not [n for n in names if re.match(r"libleat_", n)], "the layers' own archives are not for others"


def test_the_version_is_one(installed, pkg_config):
    assert pkg_config("--modversion") == [output(installed / "bin/leat", "--version").split()[1]]


@pytest.mark.parametrize("example", EXAMPLES)
@pytest.mark.parametrize("how", ["shared", "static"])
def test_an_example_is_built_against_what_is_installed(example, how, installed, pkg_config, tmp_path):
    program = tmp_path / example
    flags = pkg_config("--cflags")
    if how == "shared":
        libs = [*pkg_config("--libs"), f"-Wl,-rpath,{libdir(installed)}"]
    else:
        libs = ["-static", *pkg_config("--libs", "--static")]
    output("gcc", "-Wall", "-Werror", *flags, ROOT / f"examples/{example}.c", "-o", program, *libs)
    needed = re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-d", program))
    assert ("libleat.so.0" in needed) == (how == "shared"), needed
    if example == "two_hosts":
        said = output(program, ROOT / "README.md", tmp_path / "to", 3)
        assert (tmp_path / "to").read_bytes() == (ROOT / "README.md").read_bytes(), said
    else:
        assert subprocess.run([program], timeout=60).returncode == 2  # it says how it is used


def test_only_leat_is_exported(installed):
    shared = output("nm", "-D", "--defined-only", libdir(installed) / "libleat.so").splitlines()
    static = [line for line in output("nm", "-g", "--defined-only", libdir(installed) / "libleat.a").splitlines() if re.match(r"[0-9a-f]{8}", line)]
    names = [{line.split()[2] for line in lines} for lines in (shared, static)]
    assert names[0] == names[1]
    declared = set(re.findall(r"\b(leat_[a-z0-9_]+)\(", re.sub(r"/\*.*?\*/", "", (ROOT / "include/leat.h").read_text(), flags=re.S)))
    assert names[0] == declared, "what is declared is what is exported"


def test_the_library_needs_the_c_library_alone(installed):
    needed = set(re.findall(r"NEEDED.*\[(.*)\]", output("readelf", "-d", libdir(installed) / "libleat.so")))
    assert needed <= {"libc.so.6"}, needed
    soname = re.search(r"SONAME.*\[(.*)\]", output("readelf", "-d", libdir(installed) / "libleat.so"))[1]
    assert soname == "libleat.so.0"


def test_the_archive_holds_its_objects(installed, tmp_path):
    """A thin archive would refer to files of the build, which an embedder does not have."""
    archive = libdir(installed) / "libleat.a"
    assert archive.read_bytes().startswith(b"!<arch>\n")
    shutil.copy(archive, tmp_path / "libleat.a")
    (tmp_path / "a.c").write_text("#include <leat.h>\n/* names that the inside has, too */\n"
                                  "int tap_open(void) { return 1; }\nint sim_new(void) { return 2; }\nint stack_new(void) { return 4; }\n"
                                  "int main(void) { return leat_version() ? tap_open() + sim_new() + stack_new() - 7 : 1; }\n")
    output("gcc", f"-I{installed}/include", tmp_path / "a.c", "-o", tmp_path / "a", f"-L{tmp_path}", "-lleat", cwd="/")
    output(tmp_path / "a")


@pytest.mark.parametrize("compiler", [
    ["gcc", "-std=c99", "-x", "c"], ["gcc", "-std=c11", "-x", "c"], ["g++", "-std=c++11", "-x", "c++"], ["g++", "-std=c++20", "-x", "c++"],
    ["clang", "-std=c99", "-x", "c"], ["clang++", "-std=c++17", "-x", "c++"]])
def test_the_header_stands_alone(compiler):
    if not shutil.which(compiler[0]):
        pytest.skip(f"not run: the header under {compiler[0]} (not installed)")
    found = subprocess.run([*compiler, "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Werror", f"-I{ROOT}/include", "-"],
                           input="#include <leat.h>\n#include <leat.h>\n", capture_output=True, text=True, timeout=60)
    assert found.returncode == 0, found.stderr
