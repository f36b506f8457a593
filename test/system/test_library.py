"""The library in the build: both forms export the same names, and a program links with either."""
import shutil
import subprocess

import pytest

from conftest import BUILD, ROOT


def exported(path, *options):
    out = subprocess.run(["nm", "--defined-only", "--extern-only", *options, path], check=True, capture_output=True, text=True).stdout
    return {line.split()[2] for line in out.splitlines() if len(line.split()) == 3}


def test_both_forms_export_the_same_and_only_leat_names():
    static, shared = exported(BUILD / "libleat.a"), exported(BUILD / "libleat.so", "--dynamic")
    if any(name.startswith("__asan") for name in static):
        pytest.skip("built with a sanitizer")
    assert all(name.startswith("leat_") for name in shared), shared
    assert static == shared
    assert {"leat_error_words", "leat_sim_new", "leat_sim_run", "leat_sock_connect"} <= shared


@pytest.mark.parametrize("form", ["static", "shared"])
def test_a_program_links_and_sends_a_file(tmp_path, form):
    program = tmp_path / "two_hosts"
    link = [BUILD / "libleat.a"] if form == "static" else ["-L", BUILD, "-lleat", f"-Wl,-rpath,{BUILD}"]
    made = subprocess.run(["cc", "-std=c17", "-Wall", "-Werror", "-I", ROOT / "include", ROOT / "examples" / "two_hosts.c", *link, "-o", program],
                          capture_output=True, text=True)
    if "__asan" in made.stderr:
        pytest.skip("built with a sanitizer")
    assert made.returncode == 0, made.stderr
    source = ROOT / "include" / "leat.h"
    subprocess.run([program, source, tmp_path / "copy"], check=True, timeout=60)
    assert (tmp_path / "copy").read_bytes() == source.read_bytes()


def test_the_header_serves_cplusplus(tmp_path):
    if not shutil.which("c++"):
        pytest.skip("no C++ compiler")
    probe = tmp_path / "probe.cc"
    probe.write_text("#include <leat.h>\nint main() { return leat_error_words(0) == nullptr; }\n")
    subprocess.run(["c++", "-Wall", "-Wextra", "-Werror", "-fsyntax-only", "-I", ROOT / "include", probe], check=True)
