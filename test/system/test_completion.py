"""Shell completions: what bash offers at each place of a command line, and that every shell has every option."""
import re
import subprocess

import pytest
from conftest import run

TRY = """
source <(leat completion bash) || exit 1
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
_leat
printf '%s\\n' "${COMPREPLY[@]}"
"""


def offered(bin_dir, folder, *words):
    found = subprocess.run(["bash", "-c", TRY, "bash", *words], cwd=folder, capture_output=True, text=True, timeout=60, env={"PATH": f"{bin_dir}:/usr/bin:/bin"})
    assert (found.returncode, found.stderr) == (0, ""), found.stderr
    return set(found.stdout.split())


def commands(leat):
    return re.findall(r"^  ([a-z]+) ", run(leat, "--help").stdout, re.M)


def options(leat, command):
    return set(re.findall(r"^  (--?[A-Za-z0-9#.-]+)", run(leat, command, "--help").stdout, re.M))


@pytest.mark.parametrize("words, expected", [
    (["leat", "do"], {"doctor"}),
    (["leat", "help", "ru"], {"run"}),
    (["leat", "run", "--lo"], {"--loss"}),
    (["leat", "run", "--loss", "1%", "--capture-"], {"--capture-far", "--capture-both"}),
    (["leat", "run", "--until", ""], {"first", "all"}),
    (["leat", "run", "--until", "=", "f"], {"first"}),
    (["leat", "run", "--capture", "fi"], {"file"}),
    (["leat", "run", "--loss", ""], set()),
    (["leat", "run", "--trace", "--", "cat", "fi"], {"file"}),
    (["leat", "run", "--capture", "x", "mkfif"], {"mkfifo"}),
    (["leat", "completion", "z"], {"zsh"}),
    (["leat", "completion", "zsh", "fi"], set()),
    (["leat", "doctor", "--j"], {"--json"}),
], ids=lambda words: " ".join(words) if isinstance(words, list) else "")
def test_bash_offers_what_can_come_next(bin_dir, tmp_path, words, expected):
    (tmp_path / "file").touch()
    assert offered(bin_dir, tmp_path, *words) == expected


def test_bash_offers_every_command_and_option(leat, bin_dir, tmp_path):
    assert offered(bin_dir, tmp_path, "leat", "") == {*commands(leat), "help"}
    for command in commands(leat):
        assert options(leat, command) <= offered(bin_dir, tmp_path, "leat", command, "-"), command


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_a_shell_names_every_command_and_option(leat, shell):
    script = run(leat, "completion", shell).stdout
    for command in commands(leat):
        assert command in script
        for option in options(leat, command):
            name = option.lstrip("-")
            form = {"zsh": rf"{option}[=+]?\[|\{{-h,--help\}}" if name == "help" else rf"'\*{option}[=+]?\[",
                    "fish": rf" -{'l' if option.startswith('--') else 's'} {name} "}[shell]
            assert re.search(form, script), option


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_the_script_of_a_shell_has_no_syntax_error(leat, shell):
    found = subprocess.run([shell, "-n"], input=run(leat, "completion", shell).stdout, capture_output=True, text=True, timeout=60)
    assert (found.returncode, found.stderr) == (0, "")
