"""The rules of the benchmarks' harness, tested with fake programs; and each measuring program of this project runs."""
import contextlib
import html.parser
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys

import pytest
from conftest import BUILD, ROOT
from servers import BIG
from waiting import until

sys.path.insert(0, str(ROOT / "bench"))
from lib import instr, machine, measure, plot, report  # noqa: E402
from lib.context import Bench  # noqa: E402
from lib.iperf import gbit  # noqa: E402
from lib.lwip import PACKAGED, Lwip  # noqa: E402
from lib.measure import LESS, MORE, NotMeasured  # noqa: E402
from lib.tap import leat_on_tap, veth  # noqa: E402

PROGRAMS = BUILD / "bench"
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="not run: namespaces need root")


class Taken:
    """A subject that gives its figures one by one, and records its turns."""

    def __init__(self, name, figures, turns):
        self.name, self.figures, self.turns = name, list(figures), turns

    def __call__(self):
        self.turns.append(self.name)
        found = self.figures.pop(0)
        if isinstance(found, Exception):
            raise found
        return found


def group_of(subjects, better=MORE, rounds=3, **more):
    turns = []
    found = measure.measure("p", [("g", "u", better)], {name: Taken(name, figures, turns) for name, figures in subjects.items()}, rounds, **more)
    return found[0], turns


def test_subjects_take_turns_after_a_warm_up_that_does_not_count():
    group, turns = group_of({"leat": [99, 1, 2, 3], "other": [99, 4, 5, 6]})
    assert turns == ["leat", "other"] * 4
    assert group.values == {"leat": [1, 2, 3], "other": [4, 5, 6]}


def test_the_figure_is_the_median_beside_its_spread():
    s = measure.summary([9.0, 1.0, 2.0, 100.0, 3.0])
    assert (s["median"], s["min"], s["max"], s["q1"], s["q3"]) == (3.0, 1.0, 100.0, 2.0, 9.0)
    assert measure.summary([7.0])["q3"] == 7.0


def test_a_ratio_above_one_says_that_ours_is_better_whichever_way_the_unit_points():
    faster, _ = group_of({"leat": [0, 4, 4, 4], "other": [0, 2, 2, 2]}, MORE)
    sooner, _ = group_of({"leat": [0, 2, 2, 2], "other": [0, 4, 4, 4]}, LESS)
    assert measure.group_summary(faster)["ratios"] == {"other": 2}
    assert measure.group_summary(sooner)["ratios"] == {"other": 2}


def test_there_is_no_ratio_without_a_figure_of_ours():
    group, _ = group_of({"leat": [NotMeasured("not built")], "a": [0, 1, 1, 1], "b": [0, 2, 2, 2]})
    found = measure.group_summary(group)
    assert found["ratios"] == {} and found["missing"] == {"leat": "not built"} and list(found["subjects"]) == ["a", "b"]


def test_a_row_with_goals_says_if_they_are_met():
    group, _ = group_of({"leat": [0, 97, 97, 97], "a": [0, 100, 100, 100], "b": [0, 98, 98, 98], "c": [0, 97, 97, 97]}, goals={"a": 0.98, "b": 0.98})
    lines = report.group_lines(measure.group_summary(group))
    assert lines[2].endswith("leat is 0.97 times as good; goal 0.98: MISSED") and lines[3].endswith("leat is 0.99 times as good; goal 0.98: met")
    assert lines[4].endswith("leat is 1.00 times as good")


def test_the_mean_of_rows_is_geometric_and_beside_each_peer():
    groups = [group_of({"leat": [0, n] * 2, "a": [0, 1] * 2})[0] for n in (1, 4)] + [group_of({"leat": [0, 3] * 2, "b": [0, 1] * 2}, LESS)[0]]
    said = []
    Bench(build=BUILD, out=BUILD, say=said.append).mean("small files", groups, {"a": 1.2, "b": 1.2})
    assert said == ["  note: mean of 2 rows with small files, beside a: leat is 2.00 times as good; goal 1.20: met",
                    "  note: mean of 1 rows with small files, beside b: leat is 0.33 times as good; goal 1.20: MISSED"]


def test_only_the_rows_that_were_asked_for_are_measured():
    b = Bench(build=BUILD, out=BUILD, say=lambda line: None, rounds=1, rows=re.compile("idle|LEAT RUN", re.IGNORECASE))
    for name in ("under leat run, 1", "404", "10,000 idle connections"):
        b.group(name, "u", MORE, {"leat": lambda: 1})
    assert [g.name for g in b.groups] == ["under leat run, 1", "10,000 idle connections"]


@AS_ROOT
def test_rows_of_which_there_are_none_are_an_error(pretended):
    for expression, word in (("absent", "no row of super matches 'absent'"), ("(", "'(' is no regular expression")):
        done = subprocess.run([ROOT / "tools/bench", "--quick", "--rows", expression, "super"], capture_output=True, text=True, timeout=60,
                              env={**os.environ, "BUILD": str(pretended)})
        assert done.returncode and word in done.stderr and "Traceback" not in done.stderr


def test_a_subject_that_fails_once_counts_with_its_other_figures_and_one_that_always_fails_is_named():
    group, _ = group_of({"leat": [0, 5, NotMeasured("busy"), 7], "other": [0] + [NotMeasured("gone")] * 3, "none": [float("nan")]})
    assert group.values == {"leat": [5, 7]}
    assert group.missing["other"] == "gone" and group.missing["none"].startswith("no figure")


def test_no_round_begins_after_the_limit():
    times = iter([0.0, 1.0, 11.0, 12.0])
    group, turns = group_of({"leat": [0, 1, 2, 3]}, clock=lambda: next(times), limit=10)
    assert group.values == {"leat": [1]} and len(turns) == 2


def test_a_run_with_several_figures_makes_a_group_of_each():
    found = measure.measure("p", [("a", "u", MORE), ("b", "u", LESS)], {"leat": lambda: (1, 2), "short": lambda: (1,)}, 2)
    assert [g.values for g in found] == [{"leat": [1, 1]}, {"leat": [2, 2]}]
    assert all("short" in g.missing for g in found)


def test_subjects_without_a_figure_are_grouped_by_the_reason():
    missing = [{"part": "p", "what": w, "why": y} for w, y in (("a", "gone"), ("b", "gone"), ("c", "busy"))]
    assert report.closing({"missing": missing}) == ["could not measure:", "  p: a and 1 more: gone", "  p: c: busy"]


class Page(html.parser.HTMLParser):
    """Collects what a page fetches, and the tags that it does not close."""

    def __init__(self):
        super().__init__()
        self.fetches, self.open, self.bars = [], [], 0

    def handle_starttag(self, tag, attrs):
        self.fetches += [value for name, value in attrs if name in ("src", "href", "data")]
        self.bars += tag == "rect"
        if tag != "meta":
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.bars += tag == "rect"

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def check_page(text):
    page = Page()
    page.feed(text)
    assert not page.fetches and not page.open
    return page


def test_the_page_closes_its_tags_fetches_nothing_and_escapes_names():
    group, _ = group_of({"leat": [0, 1, 2, 3], "a <b>": [0, 4, 5, 6]})
    found = {"machine": {"cpu": "<x>", "cores": 1, "kernel": "k", "load": 0.0}, "seconds": 1.0, "groups": [measure.group_summary(group)],
             "notes": [{"part": "p", "text": "<n>"}], "missing": [{"part": "p", "what": "<w>", "why": "&"}], "maps": []}
    assert check_page(plot.page(found, {"p": "<t>"})).bars == 2


def test_an_unknown_part_is_refused_with_the_list_of_parts():
    done = subprocess.run([ROOT / "tools/bench", "wire,speed"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 1 and "no part 'speed'" in done.stderr and "wire" in done.stderr


@pytest.fixture
def pretended(tmp_path):
    """A build with fake programs that print a figure."""
    folder = tmp_path / "build/bench"
    folder.mkdir(parents=True)
    for name, said in (("leat_wire", '{"ns_per_segment": 100, "gbit": 50}'), ("copy", '{"gbit": 100}')):
        (folder / name).write_text(f"#!/bin/sh\necho '{said}'\n")
        (folder / name).chmod(0o755)
    return folder.parent


@AS_ROOT
def test_a_run_leaves_json_and_a_page_and_names_what_was_not_built(pretended):
    done = subprocess.run([ROOT / "tools/bench", "--rounds", "2", "super", "udp"], capture_output=True, text=True, timeout=60, env={**os.environ, "BUILD": str(pretended)})
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads((pretended / "bench/results.json").read_text())
    first = found["groups"][0]
    assert first["subjects"]["leat"]["values"] == [50.0, 50.0] and first["ratios"] == {"two memcpy": 0.5}
    assert any("program leat_udp not built" in m["why"] for m in found["missing"])
    assert "program leat_udp not built" in done.stdout and "leat is 0.50 times as good" in done.stdout
    check_page((pretended / "bench/results.html").read_text())


@AS_ROOT
def test_a_run_without_any_figure_fails(tmp_path):
    done = subprocess.run([ROOT / "tools/bench", "--quick", "super"], capture_output=True, text=True, timeout=60, env={**os.environ, "BUILD": str(tmp_path)})
    assert done.returncode == 1 and "program leat_wire not built" in done.stdout


OURS = [
    ("leat_wire", ["--window", 65536, "--idle", 3], {"bytes", "segments", "seconds", "ns_per_segment", "gbit"}),
    ("leat_wire", ["--ip", 6, "--super", 1], {"bytes", "segments", "seconds", "ns_per_segment", "gbit"}),
    ("leat_churn", ["--ip", 4], {"per_second"}),
    ("leat_idle", ["--connections", 1000], {"bytes_per_connection", "ns_per_segment"}),
    ("leat_udp", ["--size", 64], {"datagrams", "per_second", "ns_per_datagram"}),
    ("leat_udp", ["--size", 1400, "--segments", 40, "--ip", 6], {"datagrams", "per_second"}),
    ("leat_link", ["--rate", 1e6], {"frames", "per_second", "worst_error_ns"}),
    ("leat_link", ["--impair", 1, "--delay", 1000], {"frames", "per_second"}),
    ("copy", ["--window", 65536], {"bytes", "gbit"}),
    ("peer_churn", ["--ip", 4], {"connections", "per_second"}),
    ("peer_churn", ["--ip", 6], {"connections", "per_second"}),
]


@pytest.mark.parametrize("name, words, keys", OURS, ids=[f"{n}-{i}" for i, (n, _, _) in enumerate(OURS)])
def test_a_program_that_measures_runs_and_prints_its_figures(name, words, keys):
    path = PROGRAMS / name
    if not path.exists():
        pytest.skip(f"not run: program {name} not built")

    def measured():
        found = machine.run_json(path, *words, "--seconds", 0.05, timeout=60)
        assert found["params"]["seconds"] == 0.05 and all(found[key] >= 0 for key in keys)
        return any(found[key] > 0 for key in keys)
    until(measured, "nothing was measured")  # on a busy machine nothing may happen in 50 ms


@pytest.mark.parametrize("words", [["--speed", "1"], ["--seconds"], ["--seconds", "fast"]])
def test_a_program_that_measures_refuses_unknown_options_and_values(words):
    done = subprocess.run([PROGRAMS / "leat_udp", *words], capture_output=True, text=True, timeout=60)
    assert done.returncode == 2 and words[0] in done.stderr and not done.stdout


def test_the_link_is_exact_to_a_nanosecond_in_virtual_time():
    for rate in (1e6, 1e10):
        assert machine.run_json(PROGRAMS / "leat_link", "--rate", rate, "--delay", 10000, "--seconds", 0.05)["worst_error_ns"] < 1


def test_lwip_as_packaged_is_measured_where_it_is_installed(tmp_path):
    try:
        program = Lwip(tmp_path).program(PACKAGED)
    except NotMeasured as e:
        pytest.skip(f"not run: {e}")
    for words in ([], ["--ip", 6, "--idle", 10], ["--churn", 100]):
        command = [program, *words, "--seconds", 0.05]
        until(lambda command=command: (found := machine.run_json(*command))["bytes"] + found["connections"] > 0, "nothing was measured")
    with pytest.raises(NotMeasured, match="no window that large"):
        machine.run_json(program, "--window", 1 << 20)


@AS_ROOT
@pytest.mark.parametrize("way", [[], ["-R"], ["-P", "3", "-R"]], ids=["to", "from", "three"])
def test_iperf3_measures_a_host_on_a_tap(tmp_path, way):
    try:
        with leat_on_tap(Bench(build=BUILD, out=tmp_path)) as net:
            assert gbit(net.prefix, net.address, *way) > 0
            for words in (("send", 64, 1), ("draw", 64, 64)):
                blast = [*net.prefix, PROGRAMS / "blast", words[0], net.address, *words[1:], 0.1]
                until(lambda blast=blast: machine.run_json(*blast)["datagrams"] > 0, "no datagram arrives")
    except NotMeasured as e:
        pytest.skip(f"not run: {e}")


def hammered(b, net, way, count):
    """True if connections were made, each within 900 ms. After a lost SYN or FIN that takes a second or more each time, and otherwise only on a busy machine."""
    found = b.figures("hammer", way, net.address, count, 0.2, prefix=net.prefix)
    return found["connections"] > 0 and found["per_second"] > 0 and 0 < found["slowest_ms"] < 900


@AS_ROOT
@pytest.mark.parametrize("subject", ["leat", "linux", "gateway"])
def test_connections_over_a_tap_are_counted_and_none_fails(tmp_path, subject):
    b = Bench(build=BUILD, out=tmp_path)
    place = {"leat": lambda: leat_on_tap(b), "linux": lambda: veth(b, (b.program("hammer"), "serve")),
             "gateway": lambda: leat_on_tap(b, b.program("tap_host"), "--tap", "leat0", "gate")}[subject]
    with contextlib.ExitStack() as stack:
        try:
            net = stack.enter_context(place())
        except NotMeasured as e:
            pytest.skip(f"not run: {e}")
        if subject == "gateway":
            stack.enter_context(machine.started(*net.prefix, b.program("hammer"), "serve"))
            machine.until(lambda: ":7 " in machine.run(*net.prefix, "ss", "-Hltn"), "hammer")
        for way in ("push",) if subject == "gateway" else ("push", "draw"):
            for count in (1, 64):
                until(lambda way=way, count=count: hammered(b, net, way, count), "a SYN or FIN was lost, and sent again")


@AS_ROOT
def test_a_connection_that_fails_ends_the_measurement_with_a_message():
    with machine.namespace("refuses") as name:
        for way, word in (("push", "Connection refused"), ("draw", "Connection refused")):
            done = subprocess.run(["ip", "netns", "exec", name, PROGRAMS / "hammer", way, "127.0.0.1", "1", "1"], capture_output=True, text=True, timeout=60)
            assert done.returncode == 1 and word in done.stderr and not done.stdout


def test_the_bare_pump_passes_data_and_exit_status_on(web, tmp_path):
    done = subprocess.run([PROGRAMS / "pump", "curl", "-s", "-o", tmp_path / "got", web.url("big")], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "got").read_bytes() == BIG
    assert subprocess.run([PROGRAMS / "pump", "sh", "-c", "exit 7"], timeout=60).returncode == 7


PROFILE = """fn=(1) main
cfn=(2) to_other
calls=3 10
5 100
fn=(2)
7 20
fn=(3) other
cfn=(2)
calls=4 10
9 50
cfn=(21) to_other_thing
calls=9 1
9 50
summary: 170
"""


def test_instructions_are_counted_per_frame():
    assert instr.calls(PROFILE, "to_other") == 7 and instr.calls(PROFILE, "nobody") == 0
    assert instr.counted(PROFILE) == 170


def test_only_figures_over_five_percent_worse_give_a_warning():
    kept = {"a": 100.0, "b": 100.0, "c": 100.0}
    lines = instr.compare({"a": 105.0, "b": 105.1, "c": 50.0, "d": 1.0}, kept)
    assert len(lines) == 2 and all(line.startswith("warning: ") for line in lines)
    assert "b: 105.1" in lines[0] and "+5.1%" in lines[0] and "d: 1.0" in lines[1]


def test_a_figure_is_kept_for_everything_that_is_counted():
    assert set(json.loads((ROOT / "bench/instructions.json").read_text())) == set(instr.FIXED)


@pytest.mark.skipif(not shutil.which("valgrind"), reason="not run: valgrind is not installed")
def test_callgrind_counts_a_program_of_ours(tmp_path, monkeypatch):
    monkeypatch.setattr(instr, "SECONDS", 0.1)
    assert 100 < instr.instructions(PROGRAMS / "leat_udp", ["--size", 64], tmp_path) < 100000
    assert 100 < instr.instructions(pathlib.Path(PROGRAMS / "leat_link"), [], tmp_path) < 100000
