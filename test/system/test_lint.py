"""Each lint finds a planted violation, and accepts what is right."""
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]


def run(*command):
    return subprocess.run([str(c) for c in command], capture_output=True, text=True)


@pytest.fixture
def tree(tmp_path):
    """A tree of three layers: low, then left and right, which may not include each other."""
    (tmp_path / "layers.txt").write_text("low\nleft right\n")
    for layer in ("low", "left", "right"):
        (tmp_path / "src" / layer).mkdir(parents=True)
        (tmp_path / "src" / layer / f"{layer}.h").write_text("/* nothing */\n")
    (tmp_path / "build").mkdir()
    return tmp_path


def archive(tree, layer, source):
    """Compiles @source into the archive of @layer."""
    folder = tree / "src" / layer
    (folder / f"{layer}.c").write_text(source)
    subprocess.run(["gcc", "-I", tree / "src", "-c", folder / f"{layer}.c", "-o", tree / f"{layer}.o"], check=True)
    subprocess.run(["ar", "rcs", tree / "build" / f"libleat_{layer}.a", tree / f"{layer}.o"], check=True)


def lint(tree, *more):
    return run(ROOT / "tools/lint_layers", "--root", tree, *more)


def test_an_include_downwards_passes(tree):
    (tree / "src/left/a.c").write_text('#include "low/low.h"\n#include "left/left.h"\n#include <stdio.h>\n#include "leat.h"\n')
    assert lint(tree).returncode == 0


def test_an_include_upwards_is_caught(tree):
    (tree / "src/low/a.c").write_text('#include "left/left.h"\n')
    found = lint(tree)
    assert found.returncode == 1
    assert 'src/low/a.c: low may not include "left/left.h"' in found.stdout


@pytest.mark.parametrize("target", ["right/right.h", "../right/right.h", "left.h"])
def test_an_include_sideways_or_without_its_layer_is_caught(tree, target):
    (tree / "src/left/a.c").write_text(f'#include "{target}"\n')
    assert lint(tree).returncode == 1


def test_an_undeclared_layer_is_caught(tree):
    (tree / "src/new").mkdir()
    (tree / "src/new/a.c").write_text("int a;\n")
    assert "does not know the layer 'new'" in lint(tree).stdout


@pytest.fixture
def rooms(tree):
    """The same, with two rooms in the layer left: left/a, then left/b."""
    (tree / "layers.txt").write_text("low\nleft/a\nleft/b\nleft right\n")
    for room in ("a", "b"):
        (tree / "src/left" / room).mkdir()
        (tree / "src/left" / room / f"{room}.h").write_text("/* nothing */\n")
    return tree


def test_a_layer_may_include_its_rooms_and_a_room_what_comes_before_it(rooms):
    (rooms / "src/left/use.c").write_text('#include "left/a/a.h"\n#include "left/b/b.h"\n')
    (rooms / "src/left/b/use.c").write_text('#include "low/low.h"\n#include "left/a/a.h"\n')
    assert lint(rooms).returncode == 0


@pytest.mark.parametrize("where, target", [("left/a", "left/b/b.h"), ("left/b", "left/left.h"), ("right", "left/a/a.h"), ("low", "left/a/a.h")])
def test_an_include_against_the_order_of_rooms_is_caught(rooms, where, target):
    (rooms / "src" / where / "use.c").write_text(f'#include "{target}"\n')
    assert lint(rooms).returncode == 1


def test_a_symbol_from_a_higher_layer_is_caught_without_an_include(tree):
    archive(tree, "left", "int left_value(void) { return 1; }\n")
    archive(tree, "low", "int left_value(void);\nint low_value(void) { return left_value(); }\n")
    assert lint(tree).returncode == 0
    found = lint(tree, "--build", tree / "build")
    assert found.returncode == 1
    assert "libleat_low.a: needs left_value, which left defines" in found.stdout


def test_a_symbol_of_two_layers_is_caught(tree):
    archive(tree, "left", "int value(void);\nint value(void) { return 1; }\n")
    archive(tree, "right", "int value(void);\nint value(void) { return 2; }\n")
    found = lint(tree, "--build", tree / "build")
    assert found.returncode == 1
    assert "libleat_right.a: defines value, as libleat_left.a does" in found.stdout


def test_a_symbol_of_a_library_that_the_command_is_linked_with_is_caught(tree):
    archive(tree, "left", "int value(void);\nint value(void) { return 1; }\n")
    archive(tree, "right", "int value(void);\nint value(void) { return 2; }\nint other(void);\nint other(void) { return 3; }\n")
    (tree / "build/libleat_right.a").rename(tree / "libothers.a")
    (tree / "build/build.ninja").write_text(f"build leat: c_LINKER main.o | {tree}/libothers.a\n LINK_ARGS = -lc\n\nbuild all: phony\n")
    found = lint(tree, "--build", tree / "build")
    assert found.returncode == 1
    assert found.stdout == "libleat_left.a: defines value, as libothers.a does; a program gets one of them\n"


def test_symbols_from_lower_layers_pass(tree):
    archive(tree, "low", "int low_value(void) { return 1; }\n")
    archive(tree, "left", "int low_value(void);\nint left_value(void) { return low_value(); }\n")
    assert lint(tree, "--build", tree / "build").returncode == 0


def test_a_check_of_symbols_without_archives_fails(tree):
    assert lint(tree, "--build", tree / "build").returncode == 1


SEQ = '#include "base/seq.h"\nstruct c { seq_t snd_una, snd_nxt; };\n'


def lint_seq(tmp_path, body):
    source = tmp_path / "a.c"
    source.write_text(SEQ + body + "\n")
    (tmp_path / "compile_commands.json").write_text(
        f'[{{"directory": "{tmp_path}", "file": "{source}", "command": "cc -I{ROOT}/src -I{ROOT}/include -c {source}"}}]')
    found = run(ROOT / "tools/lint_seq", "--build", tmp_path, source)
    assert found.returncode in (0, 1), found.stdout + found.stderr
    return found.returncode


@pytest.mark.parametrize("body", [
    "int f(struct c *c, seq_t x) { return c->snd_una < x; }",
    "int f(struct c *c) { return c->snd_una + 5 >= c->snd_nxt; }",
    "int f(struct c *c, unsigned x) { return x > c->snd_nxt; }",
])
def test_a_raw_comparison_of_sequence_numbers_is_caught(tmp_path, body):
    assert lint_seq(tmp_path, body) == 1


@pytest.mark.parametrize("body", [
    "int f(struct c *c) { return seq_lt(c->snd_una, c->snd_nxt); }",
    "int f(struct c *c, unsigned len) { return c->snd_nxt - c->snd_una < len; }",
    "int f(struct c *c) { return c->snd_nxt == c->snd_una; }",
])
def test_a_comparison_that_allows_for_wrapping_passes(tmp_path, body):
    assert lint_seq(tmp_path, body) == 0


HEAD = "/*\n * a.c - holds one number. It knows no other.\n */\n"


def lint_comments(root, text, folder="src/low"):
    """Runs the lint on a tree whose only file contains @text."""
    (root / folder).mkdir(parents=True)
    (root / folder / "a.c").write_text(text)
    return run(ROOT / "tools/lint_comments", "--root", root)


@pytest.mark.parametrize("folder", ["src/low", "include", "bench", "examples", "fuzz"])
def test_a_file_without_a_comment_at_its_head_is_caught(tmp_path, folder):
    found = lint_comments(tmp_path, "int a;\n" + HEAD, folder)
    assert found.returncode == 1
    assert f"{folder}/a.c: the file does not begin with a comment" in found.stdout


@pytest.mark.parametrize("comment", [
    "/* " + "x" * 95 + " */",
    "/*\n * " + "x" * 98 + "\n */",
    "\t/*\n\t * " + "x" * 90 + "\n\t */",
    "/*\n" + "x" * 101 + "\n */",
])
def test_a_comment_of_more_than_100_columns_is_caught(tmp_path, comment):
    found = lint_comments(tmp_path, HEAD + comment + "\n")
    assert found.returncode == 1 and "columns; at most 100 are allowed" in found.stdout


@pytest.mark.parametrize("text", [
    "/* " + "x" * 94 + " */",
    "\t/*\n\t * " + "x" * 89 + "\n\t */",
    "int a; /* " + "x" * 95 + " */",
    'const char *s = "/*\\"' + "x" * 95 + '";\nint b; /* ends */',
    "int f(int *a)\n{\n\treturn 1" + "\n\t    * " + "1" * 95 + ";\n}",
])
def test_code_comments_after_code_and_comments_of_100_columns_pass(tmp_path, text):
    assert lint_comments(tmp_path, HEAD + text + "\n").returncode == 0


@pytest.mark.parametrize("text", ["/* Nobody reads it. */", "int b; /* what is told */", "struct teller b;", "void bury_it(void);"])
def test_a_word_of_the_house_is_caught_in_comments_and_names(tmp_path, text):
    found = lint_comments(tmp_path, HEAD + text + "\n")
    assert found.returncode == 1 and "a.c:4: '" in found.stdout


@pytest.mark.parametrize("text", ["/* A newspaper, retold. */", 'const char *s = "news";', "/* no one is notified */"])
def test_other_words_and_literals_may_stand(tmp_path, text):
    assert lint_comments(tmp_path, HEAD + text + "\n").returncode == 0


def lint_two(root, one, other):
    """Runs the lint on a tree with two files."""
    (root / "src/low").mkdir(parents=True)
    (root / "src/low/one.h").write_text(HEAD + one + "\n")
    (root / "src/low/other.c").write_text(HEAD + other + "\n")
    return run(ROOT / "tools/lint_comments", "--root", root)


@pytest.mark.parametrize("other", ["struct part {\n\tint b;\n};", "union part { int b; };", "struct whole {\n\tenum part { B } b;\n};", "enum part\n{ B };"])
def test_two_structs_of_one_name_are_caught(tmp_path, other):
    found = lint_two(tmp_path, "struct part {\n\tint a;\n};", other)
    assert found.returncode == 1 and "the name 'part' is taken: src/low/one.h:4" in found.stdout


@pytest.mark.parametrize("other", ["struct part;", "struct part *f(void);", "struct { int b; } part;", "/* struct part { */", 'const char *s = "struct part {";',
                                   "struct parts {\n\tstruct part a;\n};", "struct part f(struct part p)\n{\n\treturn p;\n}"])
def test_a_use_of_a_struct_is_no_second_one(tmp_path, other):
    assert lint_two(tmp_path, "struct part {\n\tint a;\n};", other).returncode == 0


def lint_waits(root, text):
    """Runs the lint on a tree with one test."""
    (root / "test/system").mkdir(parents=True)
    (root / "test/system/test_it.py").write_text(text)
    return run(ROOT / "tools/lint_waits", "--root", root)


TIMED = "def test():\n    begin = time.monotonic()\n    f()\n    took = time.monotonic() - begin\n"


@pytest.mark.parametrize("text, message", [
    (TIMED + "    assert took < 5\n", "test/system/test_it.py:5: a duration has a bound below 10 s"),
    (TIMED + "    assert done() and 0.5 >= time.monotonic() - begin\n", "a duration has a bound below 10 s"),
    (TIMED + "    assert 1 < time.monotonic() - begin < 2\n", "a duration has a bound below 10 s"),
    (TIMED + "    assert took < (time.monotonic() - begin) / 2\n", "compares two measured durations"),
    (TIMED + "    assert sorted([took])[0] < 0.5\n", "a duration has a bound below 10 s"),
    ("f(timeout=5)\n", "f() waits less than 10 s"), ("proc.wait(5)\n", "wait() waits less than 10 s"),
    ("until(done, 'what', 2)\n", "until() waits less than 10 s"), ("socket.create_connection(at, 5)\n", "create_connection() waits less than 10 s"),
    ('CODE = """\nIMPORT socket\ns.settimeout(3)\n"""\n'.replace("IMPORT", "import"), "test_it.py:3: settimeout() waits less than 10 s"),
])
def test_what_a_slow_machine_breaks_is_caught(tmp_path, text, message):
    found = lint_waits(tmp_path, text)
    assert found.returncode == 1 and message in found.stdout


@pytest.mark.parametrize("text", [
    TIMED + "    assert took > 2\n", TIMED + "    assert took < 10\n", TIMED + "    assert 3 <= said <= took\n", TIMED + "    assert time.monotonic() < end\n",
    TIMED + "    return took < 1\n", TIMED + "    assert len(found) < 5\n", "proc.wait(60)\n", "over.wait(0.1)\n", "s.settimeout(0.2)\n", "f(timeout=t)\n", "','.join(a)\n",
])
def test_lower_bounds_and_long_waits_are_accepted(tmp_path, text):
    assert lint_waits(tmp_path, text).returncode == 0


@pytest.mark.parametrize("script", ["tools/deps", "tools/demo", "tools/fuzz", "tools/guest-init", ".ci/run"])
def test_sh_can_parse_the_script(script):
    assert run("sh", "-n", ROOT / script).returncode == 0


def test_deps_refuses_an_unknown_group():
    found = run(ROOT / "tools/deps", "everything")
    assert found.returncode == 2 and "run, test, bench, kernel or arm64" in found.stderr


def test_deps_without_the_right_to_install_prints_the_line_to_type(tmp_path):
    """As an ordinary user without sudo it exits with 1, and asks nothing."""
    for name, text in (("dpkg-query", "exit 1"), ("id", "echo 1000"), ("sudo", "exit 1")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{text}\n")
        (tmp_path / name).chmod(0o755)
    found = subprocess.run(["sh", ROOT / "tools/deps", "run"], env={"PATH": f"{tmp_path}:/usr/bin:/bin"}, capture_output=True, text=True,
                           stdin=subprocess.DEVNULL)
    assert found.returncode == 1
    assert "sudo apt-get update && sudo apt-get install" in found.stderr
