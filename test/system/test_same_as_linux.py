"""Socket calls inside `leat run` return what they return on Linux, line by line, except for what inexact.py lists."""
import collections
import concurrent.futures
import re
import socket

import pytest
from conftest import PROGRAMS, ROOT, run_alone, unprivileged
from inexact import INEXACT
from inside import PYTHON, command, environment, nothing_left, place, program  # noqa: F401

NAMES = sorted(path.stem for path in PROGRAMS.glob("same_*.py"))

PARTS = 3  # into which the cases of a program are divided; they run at the same time, since they mostly wait


PATIENCE = (1, 5, 25)  # how many times as long as on a quiet machine the cases wait for what they expect to come, or not to come


def alone(*words, patience=1):
    return run_alone(*words, timeout=600, env=environment() | {"LEAT_TEST_PATIENCE": str(patience)})


def answers(text):
    """Returns the results by case; a case that is printed again gets a number."""
    found, asked = {}, collections.Counter()
    for line in text.splitlines():
        question, answer = line.split(": ", 1)
        asked[question] += 1
        found[question if asked[question] == 1 else f"{question} #{asked[question]}"] = answer
    return found


def run_in_parts(*words, cases=(), patience=1):
    """Starts all parts, or the @cases. Returns a function that waits for them and returns their results together."""
    parts = [POOL.submit(alone, *words, *part, patience=patience) for part in ([cases] if cases else [[f"{n}/{PARTS}"] for n in range(PARTS)])]

    def together():
        done = [part.result() for part in parts]
        for part in done:
            assert part.returncode == 0, part.stderr
        return answers("".join(part.stdout for part in done))
    return together


POOL = concurrent.futures.ThreadPoolExecutor(max_workers=2 * PARTS)


def case_of(question):
    return re.split("[/ ]", question)[0]


def asked(name, known):
    """The answers of Linux and of Leat. Cases whose answers are not the expected ones are asked again with more patience: the machine may be busy."""
    words, expected, found, again = (PYTHON, "-B", program(f"{name}.py")), {}, {}, []
    for patience in PATIENCE:
        linux = run_in_parts(*unprivileged(), *words, cases=again, patience=patience)
        leat = run_in_parts(*command(*words, options=["--quiet"]), cases=again, patience=patience)
        for answers_of, new in (expected, linux()), (found, leat()):
            for question in [q for q in answers_of if case_of(q) in again]:
                del answers_of[question]
            answers_of.update(new)
        pairs = {q: (expected.get(q), found.get(q)) for q in {**expected, **found}}
        again = sorted({case_of(q) for q, (one, other) in pairs.items() if known.get(q, (one, one)) != (one, other)})
        if not again:
            break
    return expected, found


@pytest.mark.parametrize("name", NAMES)
def test_socket_calls_return_what_they_return_on_linux(name):
    known = {question: both for group in INEXACT.get(name, {}).values() for question, both in group.items()}
    expected, found = asked(name, known)
    assert len(expected) >= 100
    assert not set(known) - set(expected), "listed, but not asked"
    wrong = [f"{q}: Linux {expected.get(q)!r}, Leat {found.get(q)!r}" for q in {**expected, **found} if expected.get(q) != found.get(q) and q not in known]
    assert not wrong, "\n".join(wrong)
    other = [f"{q}: Linux {expected[q]!r}, Leat {found.get(q)!r}, listed {known[q]!r}" for q in known if (expected[q], found.get(q)) != known[q]]
    assert not other, "\n".join(other)


def test_every_list_has_its_program():
    assert set(INEXACT) <= set(NAMES)


# What depends on the kernel's version (later than 6.1), on how it was built, or on the value that is set.
NOT_EVERYWHERE = {*((0, n) for n in (16, 17, 51, 52)), *((1, n) for n in (80, 82)), *((6, n) for n in (14, 32, 38, 39, 40, 41, 42, 43, 44, 45, 46)),
                  (17, 100), *((41, n) for n in (34, 35))}
LACKING = re.compile(r"leat: (socket option \w+): not supported")
ROW = re.compile(r'\{(\w+), (\d+), ([A-Z| ]+), "\w+"\}')  # level, number, calls and kinds of socket


def listed_as_missing(kind):
    """The questions of option_numbers.py that src/run/socket/missing.c says Leat refuses."""
    words = {"STREAM", "ANY"} if kind.startswith("tcp") else {"DGRAM", "ANY"}
    for level, number, on in ROW.findall((ROOT / "src/run/socket/missing.c").read_text()):
        on = set(on.split(" | "))
        if on & words and (level != "IPPROTO_IPV6" or kind.endswith("6")):
            calls = [call for call, word in (("setsockopt", "SET"), ("getsockopt", "GET")) if on & {word, "BOTH"}]
            yield from (f"{call} {getattr(socket, level)} {number}" for call in calls)


@pytest.mark.parametrize("kind", ["tcp4", "tcp6", "udp4", "udp6"])
def test_an_option_is_reported_as_missing_where_linux_has_it_and_only_there(kind):
    linux = answers(alone(*unprivileged(), PYTHON, "-B", program("option_numbers.py"), kind).stdout)
    inside = alone(*command(PYTHON, "-B", program("option_numbers.py"), kind))
    leat = answers(inside.stdout)
    question, reported, names = None, set(), collections.Counter()
    for line in inside.stderr.splitlines():
        if found := LACKING.match(line):
            reported.add(tuple(question.split()[1:]))
            names[found[1]] += 1
            asked = tuple(map(int, question.split()[1:]))
            assert linux[question] != "ENOPROTOOPT" or asked in NOT_EVERYWHERE, f"{line} at {question}"
            assert leat[question] == "ENOPROTOOPT", f"{line} at {question}"
        elif line in linux:
            question = line
    assert names["socket option SO_RXQ_OVFL"] == 1
    assert [name for name, times in names.items() if times > 1 and "MCAST_" not in name] == []
    assert [q for q in linux if linux[q] == "0" and leat[q] == "ENOPROTOOPT" and tuple(q.split()[1:]) not in reported] == []
    assert [q for q in listed_as_missing(kind) if leat[q] != "ENOPROTOOPT"] == []


def test_quiet_leaves_out_what_is_missing():
    assert alone(*command(PYTHON, "-B", program("option_numbers.py"), "tcp4", options=["-q"])).stderr.count("leat:") == 0
