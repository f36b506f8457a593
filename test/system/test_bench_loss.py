"""The rules of the measurements on bad links: the link between two TAPs, the load on Linux's sockets and Leat's, and the same in virtual time."""
import contextlib
import json
import os
import pathlib
import subprocess
import sys

import pytest
from conftest import BUILD, ROOT

sys.path.insert(0, str(ROOT / "bench"))
import part_loss  # noqa: E402
import part_loss_full  # noqa: E402
from lib import goodput, lossy, machine, measure, plot  # noqa: E402
from lib.context import Bench  # noqa: E402
from lib.lossy import Cell, carry  # noqa: E402
from lib.measure import NotMeasured  # noqa: E402

PROGRAMS = BUILD / "bench"
BRIDGE, LOAD, SIM = (PROGRAMS / name for name in ("leat_bridge", "leat_load", "leat_load_sim"))
AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="not run: namespaces need root")


@pytest.fixture
def b(tmp_path):
    return Bench(build=BUILD, out=tmp_path, slow_rounds=1, say=lambda line: None)


@contextlib.contextmanager
def measured():
    """Skips where something cannot be measured; so a failure of the programs themselves must not be NotMeasured."""
    try:
        yield
    except NotMeasured as e:
        if any(word in str(e) for word in ("not built", "not installed", "/dev/net/tun", "type bridge")):
            pytest.skip(f"not run: {e}")
        raise


def virtual(*words):
    return machine.run_json(SIM, *words, timeout=60)


# The load in virtual time


def test_virtual_time_gives_the_same_figures_again_and_others_with_another_seed():
    words = ("--rtt", "40ms", "--rate", "10mbit", "--loss", "1%", "--limit", "10s", "--runs", 2)
    first = virtual(*words, "--seed", 1)
    assert first == virtual(*words, "--seed", 1)
    assert first != virtual(*words, "--seed", 5) and first["lost"] > 0 and first["recoveries"] > 0


def test_a_good_link_is_filled_and_a_lossy_one_is_not():
    words = ("--rtt", "10ms", "--rate", "10mbit", "--queue", 50)
    good, bad = virtual(*words), virtual(*words, "--loss", "5%")
    assert 9 < good["mbit"] < 10 and good["lost"] == 0
    assert 0 < bad["mbit"] < 5 and bad["lost"] > 0


def test_flows_share_the_link_and_their_octets_are_added():
    words = ("--rtt", "100ms", "--rate", "50mbit", "--up-loss", "1%", "--limit", "20s", "--runs", 3)
    assert virtual(*words, "--flows", 8)["mbit"] > 3 * virtual(*words)["mbit"]


def test_transfers_are_timed_one_by_one():
    found = virtual("--rtt", "40ms", "--transfers", 20, "--octets", "100K", "--flows", 3)
    assert found["missing"] == 0 and 40 * 2 < found["median_ms"] <= found["largest_ms"]
    assert found["median_ms"] == pytest.approx(found["mean_ms"], rel=0.1)


def test_transfers_that_do_not_end_in_time_are_missing_and_not_counted_as_fast():
    found = virtual("--rtt", "2s", "--transfers", 10, "--octets", "100K", "--limit", "5s")
    assert found["missing"] == 10 and "median_ms" not in found


@pytest.mark.parametrize("program, words, what", [
    (SIM, ["--rate", "10"], "--rate"), (SIM, ["--loss", "fast"], "--loss"), (SIM, ["--flows", "0"], "--flows"), (SIM, ["--publish", "1:1"], "--publish"),
    (SIM, ["--transfers", "3"], "belong together"), (SIM, ["--cc", "none"], "congestion control"), (SIM, ["word"], "only options"),
    (SIM, ["--jitter", "5ms"], "--jitter is larger"), (BRIDGE, ["one"], "two devices"), (BRIDGE, ["--capture", "f", "a", "b"], "--capture"),
    (LOAD, ["draw"], "needs serve"), (LOAD, ["draw", "10.0.0.1,no"], "one to four addresses"), (LOAD, ["--tap", "t", "serve"], "--address"),
    (LOAD, ["--rtt", "1ms", "serve"], "--rtt"), (LOAD, ["--tap", "t", "--address", "10.0.0.1", "--cc", "none", "serve"], "congestion control")])
def test_wrong_words_are_refused_with_one_line(program, words, what):
    done = subprocess.run([program, *words], capture_output=True, text=True, timeout=10)
    assert done.returncode == 2 and what in done.stderr and len(done.stderr.splitlines()) == 1 and not done.stdout


@pytest.mark.parametrize("program", [BRIDGE, LOAD, SIM], ids=lambda p: p.name)
def test_the_help_names_the_options_that_the_program_takes(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 0 and done.stdout.startswith(f"usage: {program.name}")
    assert ("--rtt" in done.stdout) == (program != LOAD) and "--publish" not in done.stdout


# The figures that are kept


def test_a_goodput_is_kept_for_every_cell():
    """A control that is new gives warnings until its figures are kept."""
    kept = json.loads((ROOT / "bench/goodput.json").read_text())
    controls = {name.split(",")[0] for name in kept}
    assert "reno" in controls and controls <= set(machine.run(LOAD, "algorithms").split())
    assert len(kept) == len(controls) * len(goodput.GRID + goodput.TROUBLE + goodput.SMALL)


@pytest.mark.parametrize("words", [["goodputs"], ["--update", "--update"], ["goodput", "--update"]], ids=" ".join)
def test_what_is_to_be_counted_is_named_or_the_usage_is_printed(words):
    done = subprocess.run([ROOT / "tools/bench_instr", *words], capture_output=True, text=True, timeout=30)
    assert done.returncode == 1 and "[--update] [instructions] [goodput]" in done.stderr and not done.stdout


def test_only_a_goodput_over_three_percent_away_gives_a_warning():
    kept = {"a": 10.0, "b": 10.0, "c": 10.0, "d": 10.0}
    lines = goodput.compare({"a": 10.29, "b": 9.72, "c": 10.31, "d": 9.7, "e": 1.0}, kept)
    assert [line.split(":")[1].strip() for line in lines] == ["c", "d", "e"] and all(line.startswith("warning: ") for line in lines)
    assert "+3.1% from 10.000" in lines[0]


# Cells


def test_a_run_lasts_for_two_hundred_losses_within_its_bounds():
    assert Cell(1, 40, 200).seconds() == lossy.LONGEST and Cell(0, 10, 10).seconds() == lossy.SHORTEST
    often = Cell(1, 10, 50, flows=20)
    assert lossy.SHORTEST <= often.seconds() < lossy.LONGEST
    assert often.losses_a_second() * often.seconds() == pytest.approx(lossy.ENOUGH_LOSSES, rel=0.3) or often.seconds() == lossy.SHORTEST


def test_cells_have_names_and_options_of_their_own():
    cells = {str(cell): cell for cell in part_loss_full.GRID + part_loss.CELLS}
    assert len(cells) == len(set(part_loss_full.GRID + part_loss.CELLS)) and len(part_loss_full.GRID) == 72
    assert str(Cell(1, 40, 50, burst=4, jitter=5)) == "1% loss, 40 ms, 50 mbit, bursts of 4, 5 ms of jitter"
    for cell in cells.values():
        assert machine.run_json(SIM, *cell.link(1), "--limit", "50ms")["missing"] == 0


def test_fairness_is_one_for_equal_flows_and_an_nth_for_one_that_has_all():
    assert lossy.jain({"octets": [5, 5]}) == 1 and lossy.jain({"octets": [7, 0]}) == 0.5 and lossy.jain({"octets": [0, 0]}) == 0


def test_a_transfer_that_is_missing_counts_as_the_limit():
    assert lossy.times({"ms": [3.0, 1.0]}, 3) == [1.0, 3.0, lossy.TRANSFERS_LIMIT * 1e3]


def test_runs_go_together_up_to_a_sum_of_rates_and_one_that_fails_leaves_the_others():
    running, most = [], []

    def job(mbit):
        def run():
            running.append(mbit)
            most.append(sum(running))
            running.remove(mbit)
            return mbit
        return mbit, run

    def fails():
        raise NotMeasured("no")
    found = part_loss.together({"a": job(200), "b": job(200), "c": job(40), "d": job(999), "e": (1, fails)})
    assert {name: found[name] for name in "abcd"} == {"a": 200, "b": 200, "c": 40, "d": 999} and str(found["e"]) == "no"
    assert all(total <= part_loss.MBIT_AT_ONCE or total == 999 for total in most)


def pretended(cell, senders):
    return {"octets": [25_000_000 if senders == ["leat"] else 12_500_000] * cell.flows, "ms": [10.0] * cell.transfers, "failed": 0, "seconds": 10.0,
            "sender": {host: {"recoveries": 1, "timeouts": 0, "retransmitted": 2} for host in senders}, "link": {"up": {"late": 1.0}}}


def test_the_part_compares_leat_with_linux_twice_and_draws_a_map(b, monkeypatch):
    monkeypatch.setattr(part_loss, "carry", lambda b, cell, senders, receiver, cc, seed: pretended(cell, senders))
    monkeypatch.setattr(part_loss, "algorithms", lambda b: ["reno"])
    b.part = "loss"
    part_loss.measured(b, [Cell(1, 40, 50), Cell(0, 40, 50)], [Cell(0, 40, 50, flows=2)], [Cell(0, 40, 50, transfers=5)])
    assert not b.missing
    groups = {g.name: measure.group_summary(g) for g in b.groups}
    assert groups["1% loss, 40 ms, 50 mbit, reno: Leat sends"]["ratios"] == {"Linux": 2, "Linux, other seeds": 2}
    assert groups["1% loss, 40 ms, 50 mbit, reno: Leat receives"]["ratios"]["Linux"] == 1
    assert sum("Jain" in name for name in groups) == 1 and sum("median" in name for name in groups) == 3
    assert b.maps == [{"part": "loss", "title": "Leat sends, reno: times the goodput of Linux, the mean of the seeds", "rows": ["0% loss", "1% loss"],
                       "columns": ["50 mbit, 40 ms"], "ratios": [[2.0], [2.0]]}]
    assert len([json.loads(line) for line in (b.out / "loss.jsonl").read_text().splitlines()]) == (2 * 5 + 2 + 5) * part_loss.SEEDS_A_ROUND


def test_the_grid_is_measured_whole_and_drawn_whole(b, monkeypatch):
    monkeypatch.setattr(part_loss, "carry", lambda b, cell, senders, receiver, cc, seed: pretended(cell, senders))
    monkeypatch.setattr(part_loss, "algorithms", lambda b: ["reno"])
    part_loss_full.run(b)
    names = [g.name for g in b.groups]
    assert not b.missing and len(set(names)) == len(names)
    assert b.maps[0]["ratios"] == [[2.0] * 12] * 6, "six losses, and twelve pairs of a rate and a delay"
    assert all(any(word in name for name in names) for word in ("bursts of 4", "1% reordered", "5 ms of jitter", "queue of 50", "4 flows", "Jain", "transfers"))


def test_seeds_are_paired_and_those_without_both_figures_are_left_out():
    runs = [{"octets": [n], "seconds": 1} for n in (10, 20, 30)]
    assert part_loss.paired([runs[1], runs[0], NotMeasured("x")], [runs[0], runs[1], runs[2]]) == pytest.approx((1.25, 0.75))
    assert part_loss.paired(runs[:1], runs[:1]) is None


def test_all_subjects_have_the_same_seeds_but_for_linux_with_others(b, monkeypatch):
    seeds = {}

    def noted(b, cell, senders, receiver, cc, seed):
        seeds.setdefault((senders[0], receiver), []).append(seed)
        return pretended(cell, senders)
    monkeypatch.setattr(part_loss, "carry", noted)
    part_loss.rounds_of(b, part_loss.Details(b), Cell(1, 40, 50), "reno", [part_loss.SENDS, part_loss.LINUX, part_loss.OTHER])
    assert sorted(seeds["leat", "Linux"]) == [1, 2] and sorted(seeds["Linux", "Linux"]) == [1, 2, 1001, 1002]


def test_a_cell_that_cannot_be_measured_is_named_and_the_next_is_measured(b, monkeypatch):
    def only_without_loss(b, cell, senders, receiver, cc, seed):
        if cell.loss:
            raise NotMeasured("the link broke")
        return pretended(cell, senders)
    monkeypatch.setattr(part_loss, "carry", only_without_loss)
    monkeypatch.setattr(part_loss, "algorithms", lambda b: ["reno"])
    part_loss.measured(b, [Cell(1, 40, 50), Cell(0, 40, 50)], [], [])
    assert all(g.missing["leat"] == "the link broke" for g in b.groups if g.name.startswith("1%"))
    assert b.maps[0]["rows"] == ["0% loss"]


def test_the_map_shades_ratios_and_leaves_out_what_was_not_measured():
    text = plot.heat_map({"title": "<t>", "rows": ["r"], "columns": ["a", "b"], "ratios": [[0.5, None]]})
    assert text.count("<rect") == 1 and "0.50" in text and "&lt;t&gt;" in text
    assert plot.shade(1) == "#ffffff" and plot.shade(0) == plot.shade(0.5) == plot.shade(0.1) and plot.shade(2) == plot.shade(9)


# The link and the load between namespaces


@AS_ROOT
@pytest.mark.parametrize("senders, receiver", [(["Linux"], "Linux"), (["leat"], "Linux"), (["Linux"], "leat"), (["leat"], "leat"), (["leat", "Linux"], "Linux")],
                         ids=lambda v: "+".join(v) if isinstance(v, list) else v)
def test_data_is_carried_between_all_kinds_of_hosts_and_losses_are_counted(b, senders, receiver):
    with measured():
        found = carry(b, Cell(5, 10, 10, transfers=8), senders, receiver, "reno", 1)
    up = found["link"]["up"]
    assert len(found["ms"]) == 8 and found["failed"] == 0 and sum(found["octets"]) == 8 * 100_000
    assert 0 < up["lost"] and up["delivered"] + up["lost"] + up["queue_full"] <= up["frames"]
    assert set(found["sender"]) == set(senders) and sum(counted["retransmitted"] for counted in found["sender"].values()) > 0
    assert not leftovers()


@AS_ROOT
def test_flows_of_leat_and_linux_share_a_link_until_the_time_is_over(b, monkeypatch):
    monkeypatch.setattr(lossy, "SHORTEST", 10)
    with measured():
        found = carry(b, Cell(0, 10, 10, flows=2), ["leat", "Linux"], "Linux", "reno", 1)
    assert len(found["octets"]) == 2 and all(octets > 0 for octets in found["octets"]) and found["seconds"] >= 10 and found["failed"] == 0
    assert lossy.goodput(found) < 10 and 0.5 <= lossy.jain(found) <= 1


@AS_ROOT
@pytest.mark.parametrize("sender", ["Linux", "leat"])
def test_transfers_between_namespaces_are_timed(b, sender, monkeypatch):
    with measured():
        found = carry(b, Cell(0, 20, 50, transfers=6), [sender], "Linux", "reno", 1)
    assert len(found["ms"]) == 6 and found["failed"] == 0
    assert min(found["ms"]) >= 2 * 20, "connecting and the request take a round trip each"


@AS_ROOT
def test_the_link_makes_the_losses_of_its_seed_and_its_capture_shows_them(b, tmp_path):
    """A frame that is lost on its way is in the capture at one end only, with the same number for the same seed."""
    with measured():
        machine.needs("tshark")
        lost = [fates(b, tmp_path / f"{i}.pcapng", seed) for i, seed in enumerate((3, 3, 4))]
    assert lost[0] == lost[1] and lost[0] and lost[0] != lost[2]


def fates(b, path, seed, count=60):
    """Sends @count echo requests, one after the other. Returns the numbers of those that were lost."""
    with lossy.bad_link(b, ["--up-loss", "20%", "--seed", seed, "--capture-both", path]) as link:
        ends = ((link.near, lossy.ADDRESSES["far", "Linux"], link.far), (link.far, lossy.ADDRESSES["near", "Linux"], link.near))
        for prefix, address, other in ends:  # so that no frame of ARP is lost
            mac = machine.run(*other, "cat", "/sys/class/net/br0/address").strip()
            machine.run(*prefix, "ip", "neigh", "replace", address, "lladdr", mac, "nud", "permanent", "dev", "br0")
        ping = [*link.near, "ping", "-q", "-W", "1", lossy.ADDRESSES["far", "Linux"], "-c"]
        machine.run(*ping, count, "-i", "0.002", ok=(0, 1))
        machine.until(lambda: "1 received" in machine.run(*ping, 1, ok=(0, 1)), "the end of the link", timeout=60)  # all others have passed it
        assert link.counters()["up"]["lost"] > 0
    fields = ("frame.interface_id", "icmp.ident", "icmp.seq")
    lines = machine.run("tshark", "-r", path, "-Y", "icmp.type == 8", "-T", "fields", *(word for f in fields for word in ("-e", f))).splitlines()
    frames = [line.split("\t") for line in lines]
    arrived = [name for side, *name in frames if side == "1"]
    sent = [name for side, *name in frames if side == "0"]
    return [i for i, name in enumerate(sent[:count]) if name not in arrived]


@AS_ROOT
def test_a_device_that_another_program_has_is_an_error_of_one_line(b):
    with measured(), machine.namespace("busy") as name:
        prefix = ["ip", "netns", "exec", name]
        with machine.started(*prefix, BRIDGE, "one", "two") as proc:
            machine.until(lambda: "ready" in machine.said(proc), "the link", proc)
            done = subprocess.run([*prefix, BRIDGE, "three", "two"], capture_output=True, text=True, timeout=10)
    assert done.returncode == 1 and "leat_bridge: two: " in done.stderr and len(done.stderr.splitlines()) == 1


def leftovers():
    """Returns namespaces and devices of these measurements that are still there."""
    names = [line.split()[0] for line in machine.run("ip", "netns", "list").splitlines()]
    return [name for name in names if name.startswith(f"leat-bench-{os.getpid()}-")] + [
        path.name for path in pathlib.Path("/sys/class/net").iterdir() if f"{os.getpid()}-" in path.name]
