"""The command line: wrong words are refused in one line that helps; help; the doctor."""
import json
import os
import re

import pytest
from conftest import ROOT, run

pytestmark = pytest.mark.yama


def refused(found, *words):
    assert found.returncode == 125
    assert found.stdout == ""
    assert found.stderr.count("\n") == 1, found.stderr
    for word in words:
        assert word in found.stderr, found.stderr


@pytest.mark.parametrize("option, words", [
    (["--rate", "10"], ["10 has no unit: kbit, mbit or gbit"]),
    (["--rate", "10mbps"], ["mbit"]),
    (["--delay", "40"], ["40 has no unit: us, ms or s"]),
    (["--loss", "1"], ["1 has no unit: a percentage"]),
    (["--loss", "0.01x"], ["percentage"]),
    (["--loss", "101%"], ["100%"]),
    (["--lose", "1%"], ["unknown option --lose", "did you mean --loss"]),
    (["--up-los", "1%"], ["did you mean --up-loss"]),
    (["--mtu", "576"], ["1280"]),
    (["--seed", "x"], ["not a number"]),
    (["--queue", "0"], ["too small"]),
    (["-p", "80:http"], ["HOST:PROGRAM"]),
    (["-p", "localhost:8080:80"], ["no IP address", "127.0.0.1:8080:80"]),
    (["-p", "8080:80", "-p", "8080:81"], ["8080:81", "published already"]),
    (["--dns", "dns.example"], ["not the IP address", "[::1]:5353"]),
    (["--dns", "fe80::53"], ["fe80::1%eth0"]),
    (["--net", "10.0.2.0/8"], ["/24"]),
    (["--delay", "1ms", "--jitter", "2ms"], ["--jitter is larger than --delay"]),
])
def test_an_ambiguous_value_is_refused_in_one_line(leat, option, words):
    found = run(leat, "run", *option, "--", "true")
    refused(found, *words)


def test_without_a_program_it_says_how_it_is_called(leat):
    refused(run(leat, "run", "--loss", "1%"), "PROGRAM is missing", "leat run [options] -- PROGRAM")


def test_an_option_at_the_end_needs_its_value(leat):
    refused(run(leat, "run", "--loss"), "--loss needs a value: SHARE")


def test_an_unknown_command_is_answered_with_the_nearest(leat):
    refused(run(leat, "rn"), "did you mean 'run'")
    refused(run(leat, "versio"), "did you mean 'version'")
    refused(run(leat, "--verson"), "did you mean '--version'")
    refused(run(leat, "frobnicate"), "leat --help")


def test_help_and_version(leat):
    assert "doctor" in run(leat, "--help").stdout
    text = run(leat, "run", "--help").stdout
    for word in ("--delay", "--rtt", "--capture", "-p [ADDR:]HOST:PROGRAM"):
        assert word in text
    assert run(leat, "--version").stdout.startswith("leat ")


def test_the_doctor_reports_that_this_machine_is_able(leat):
    found = run(leat, "doctor", "--json")
    report = json.loads(found.stdout)
    assert report["able"] is True and found.returncode == 0
    assert len(report["checks"]) >= 10
    assert "leat run works here" in run(leat, "doctor").stdout


def test_the_doctor_reports_what_was_disabled(leat):
    found = run(leat, "doctor", "--json", env={"LEAT_DISABLE": "pidfd_thread,sync_wakeup", "PATH": "/usr/bin:/bin"})
    findings = {c["name"]: c["finding"] for c in json.loads(found.stdout)["checks"]}
    assert findings["PIDFD_THREAD (Linux 6.9)"] == "worse"
    assert findings["SYNC_WAKE_UP (Linux 6.6)"] == "worse"


def test_the_doctor_agrees_with_the_kernels_age(leat):
    """The doctor tries each call and reads no version. The result must fit the version."""
    release = tuple(int(n) for n in os.uname().release.split("-")[0].split(".")[:2])
    since = {"WAIT_KILLABLE_RECV (Linux 5.19)": (5, 19), "PIDFD_THREAD (Linux 6.9)": (6, 9), "SYNC_WAKE_UP (Linux 6.6)": (6, 6)}
    findings = {c["name"]: c["finding"] for c in json.loads(run(leat, "doctor", "--json").stdout)["checks"]}
    for name, first in since.items():
        assert findings[name] == ("ok" if release >= first else "worse"), (name, release)


def options_of_the_manual():
    """The names of each option of `leat run` in leat(1), a list for each entry."""
    text = (ROOT / "man/leat.1").read_text().split(".Ss leat doctor")[0]
    return [["-" + name for name in re.findall(r"\bFl (-?[a-z-]+)", entry)] for entry in re.findall(r"^\.It (Fl .*)", text, re.M)]


def test_the_manual_and_the_help_have_the_same_options(leat):
    helped = set(re.findall(r"^  (--?[a-z-]+) ", run(leat, "run", "--help").stdout, re.M))
    manual = options_of_the_manual()
    assert len(helped) >= 20
    assert helped == {name for names in manual for name in names if name in helped}
    assert [names for names in manual if not helped & set(names)] == []


@pytest.mark.parametrize("name", [name for names in options_of_the_manual() for name in names])
def test_an_option_of_the_manual_is_understood(leat, name):
    assert "unknown option" not in run(leat, "run", name).stderr


def test_the_manual_has_every_command(leat):
    text = (ROOT / "man/leat.1").read_text()
    for command in re.findall(r"^  ([a-z]+) ", run(leat, "--help").stdout, re.M):
        assert re.search(rf"^\.Cm {command}$", text, re.M), command


def test_the_manual_has_no_error():
    found = run("mandoc", "-T", "lint", "-W", "warning", ROOT / "man/leat.1", ROOT / "man/leat-get.1", ROOT / "man/leat-serve.1", ROOT / "man/leat-serve.5", ROOT / "man/leat.3", privileged=True)
    assert found.returncode == 0, found.stdout


def test_a_port_that_cannot_be_published_gives_a_message(leat):
    found = run(leat, "run", "-q", "-p", "9:9", "--", "true")
    assert found.returncode == 125
    assert "cannot listen on 127.0.0.1:9: access denied" in found.stderr
    assert "fault" not in found.stderr


def unshared(options, line):
    """Runs a line of shell in new namespaces: as root, or as the root of a user namespace."""
    unshare = ["unshare", *options, *([] if os.geteuid() == 0 else ["-r"])]
    if run(*unshare, "true", privileged=True).returncode:
        pytest.skip("needs root, or user namespaces")
    return run(*unshare, "sh", "-c", line, privileged=True)


@pytest.mark.parametrize("options, begin, words", [
    (["-m"], "mount -t tmpfs none /proc;", "No such file or directory"),
    (["-p", "-f"], "", "No such process"),
], ids=["no /proc", "that of another PID namespace"])
def test_the_doctor_and_a_run_report_that_proc_is_missing(leat, options, begin, words):
    found = unshared(options, f"{begin} {leat} doctor --json; echo =$?=; {leat} run -q -- echo started 2>&1; echo =$?=")
    report, status, said, ended = re.fullmatch(r"(.*)=(\d+)=\n(.*)=(\d+)=\n", found.stdout, re.S).groups()
    report = json.loads(report)
    missing = [c for c in report["checks"] if c["finding"] == "missing"]
    assert report["able"] is False and status == "1"
    assert [(c["name"], c["error"]) for c in missing] == [("/proc of this PID namespace", words)]
    assert ended == "125" and said.count("\n") == 1
    assert f"no /proc of this PID namespace ({words})" in said and "mount -t proc" in said


@pytest.mark.parametrize("words, said", [
    ("run -x -- true", "unknown option -x; `leat run --help` lists the options"),
    ("run --capture -- true", "--capture needs a value: FILE"),
    ("run --json --trace -- true", "--json needs a value: FILE"),
    ("run --json= -- true", "--json: '' is not a file name"),
    ("run --loss 1 -- true", "--loss: 1 has no unit: a percentage"),
    ("run --delay 5ms --down-delay 0ms --reorder 1% -- true", "--reorder needs --delay"),
    ("--loss 1% true", "the options of a run follow its name: leat run [options] -- PROGRAM ARGS…"),
    ("curl http://127.0.0.1/", "`leat run -- curl …` runs a program"),
    ("help frobnicate", "unknown command 'frobnicate'"),
    ("completion", "bash|zsh|fish is missing"),
    ("completion tcsh", "tcsh: no completions for this shell: bash, zsh or fish"),
    ("doctor now", "unexpected argument 'now'; usage: leat doctor [--json]"),
])
def test_a_mistake_is_answered_with_what_helps(leat, words, said):
    refused(run(leat, *words.split()), said)


@pytest.mark.parametrize("value, shown", [
    ("1\n2", "'1\\n2'"),
    ("\x1b[31m", "'\\x1b[31m'"),
    ("8 0", "'8 0'"),
    ("9" * 64, "9" * 64),
    ("9" * 100000, "'" + "9" * 64 + "...'"),
    ("中" * 30, "'" + "中" * 21 + "...'"),
], ids=["newline", "escape", "blank", "short", "long", "cut between characters"])
def test_a_message_is_one_line_whatever_the_value_is(leat, value, shown):
    found = run(leat, "serve", "--port", value)
    assert (found.returncode, found.stderr) == (125, f"leat serve: --port: {shown} is not a port from 0 to 65535\n")
    named = run(leat, "serve", f"no {value[:3]}")
    assert named.returncode == 125 and named.stderr.count("\n") == 1 and "\x1b" not in named.stderr


def test_each_command_explains_itself_however_it_is_asked(leat):
    for command in ("run", "serve", "doctor", "completion"):
        shown = run(leat, command, "--help")
        assert shown.returncode == 0 and shown.stdout.startswith(f"usage: leat {command}")
        for words in (["help", command], ["--help", command], [command, "-h"]):
            assert run(leat, *words).stdout == shown.stdout
    assert run(leat, "help").stdout == run(leat, "-h").stdout == run(leat, "--help").stdout
    assert run(leat).stderr == run(leat, "--help").stdout and run(leat).returncode == 125
    assert run(leat, "--version").stdout == run(leat, "-V").stdout == run(leat, "version").stdout


@pytest.mark.parametrize("name, status, words", [
    ("nosuch", 127, "leat: nosuch: no such program in PATH"),
    ("/no/such", 127, "leat: /no/such: No such file or directory"),
    ("", 127, "leat: '': No such file or directory"),
    ("/tmp", 126, "leat: /tmp: Is a directory"),
])
def test_a_missing_program_is_reported_before_a_network_is_made(leat, scratch, name, status, words):
    """It is reported before any file is emptied, too."""
    (scratch / "s").write_text("before")
    (scratch / "s").chmod(0o666)
    found = run(leat, "run", "--json", scratch / "s", "--", name)
    assert (found.returncode, found.stdout, found.stderr) == (status, "", words + "\n")
    assert (scratch / "s").read_text() == "before"


def test_a_script_without_its_interpreter_is_reported_as_such(leat, scratch):
    (scratch / "script").write_text("#!/no/such/sh\n")
    (scratch / "script").chmod(0o755)
    found = run(leat, "run", "-q", "--", scratch / "script")
    assert (found.returncode, found.stderr) == (127, f"leat: {scratch}/script: its interpreter does not exist\n")
