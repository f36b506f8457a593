"""What the socket calls answer inside `leat run` is what Linux answers, line by line, but for what inexact.py lists."""
import collections
import os
import shlex

import pytest
from conftest import PROGRAMS, run, unprivileged
from inexact import INEXACT
from inside import PYTHON, command, environment, nothing_left, place, program  # noqa: F401

NAMES = sorted(path.stem for path in PROGRAMS.glob("same_*.py"))


def alone(*words):
    """In a network namespace of its own, where that can be made: then no port is another test's."""
    words = list(map(str, words))
    if os.geteuid() != 0:
        return run(*words, timeout=240, env=environment())
    script = "ip link set lo up && exec " + shlex.join(words)
    return run("unshare", "--net", "sh", "-c", script, privileged=True, timeout=240, env=environment())


def answers(text):
    """By the name of the question; one that is asked again has a number."""
    found, asked = {}, collections.Counter()
    for line in text.splitlines():
        question, answer = line.split(": ", 1)
        asked[question] += 1
        found[question if asked[question] == 1 else f"{question} #{asked[question]}"] = answer
    return found


@pytest.mark.parametrize("name", NAMES)
def test_the_same_answers_as_linux(name):
    linux = alone(*unprivileged(), PYTHON, "-B", program(f"{name}.py"))
    leat = alone(*command(PYTHON, "-B", program(f"{name}.py"), options=["--quiet"]))
    assert linux.returncode == 0, linux.stderr
    assert leat.returncode == 0, leat.stderr
    expected, told = answers(linux.stdout), answers(leat.stdout)
    assert len(expected) >= 100
    known = {question: both for group in INEXACT.get(name, {}).values() for question, both in group.items()}
    assert not set(known) - set(expected), "listed, but not asked"
    wrong = [f"{q}: Linux {expected.get(q)!r}, Leat {told.get(q)!r}" for q in {**expected, **told} if expected.get(q) != told.get(q) and q not in known]
    assert not wrong, "\n".join(wrong)
    other = [f"{q}: Linux {expected[q]!r}, Leat {told.get(q)!r}, listed {known[q]!r}" for q in known if (expected[q], told.get(q)) != known[q]]
    assert not other, "\n".join(other)


def test_every_list_has_its_program():
    assert set(INEXACT) <= set(NAMES)
