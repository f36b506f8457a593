"""The output files of a run: refused before the program starts if they cannot be opened, and never incomplete without a message."""
import json
import os
import shlex
import shutil
import subprocess
import tempfile
import threading

import pytest
from inside import Place, command, environment, inside, nothing_left, place, started  # noqa: F401

OPTIONS = ["--capture", "--capture-far", "--capture-both", "--json"]
ERRORS = [
    ("/no/such/folder/f", "No such file or directory"),
    ("/", "Is a directory"),
    ("/etc/passwd/f", "Not a directory"),
    ("/etc/passwd", "Permission denied"),
]


def shell(line, **more):
    return subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=60, env=environment(), cwd="/", stdin=subprocess.DEVNULL, **more)


@pytest.fixture
def fifo(scratch):
    os.mkfifo(scratch / "f")
    os.chmod(scratch / "f", 0o666)
    return scratch / "f"


@pytest.fixture(scope="module", autouse=True)
def unread(place):
    """A run that waits for a reader of its FIFO while the other tests run."""
    folder = tempfile.mkdtemp(prefix="leat-test-")
    os.chmod(folder, 0o777)
    os.mkfifo(f"{folder}/f")
    os.chmod(f"{folder}/f", 0o666)
    with started("echo", "started", options=["--capture", f"{folder}/f"]) as proc:
        yield f"{folder}/f", proc
    shutil.rmtree(folder)


def leat(*args, options=()):
    return " ".join(command(*args, options=["--quiet", *options]))


@pytest.mark.parametrize("path, words", ERRORS, ids=[words for _, words in ERRORS])
@pytest.mark.parametrize("option", OPTIONS)
def test_a_file_that_cannot_be_opened_is_refused_before_the_program_starts(option, path, words):
    done = inside("echo", "started", options=[option, path])
    assert (done.returncode, done.stdout) == (125, b"")
    assert done.stderr.decode() == f"leat run: {option} {path}: {words}\n"


def test_a_capture_to_a_full_disk_is_refused_before_the_program_starts():
    done = inside("echo", "started", options=["--capture", "/dev/full"])
    assert (done.returncode, done.stdout) == (125, b"")
    assert done.stderr == b"leat run: --capture /dev/full: No space left on device\n"


def test_a_successful_run_ends_with_125_if_its_summary_cannot_be_written():
    done = inside("echo", "started", options=["--json", "/dev/full"])
    assert (done.returncode, done.stdout) == (125, b"started\n")
    assert done.stderr == b"leat run: --json /dev/full is incomplete: No space left on device\n"


def test_the_exit_status_of_a_failed_program_is_kept():
    done = inside("sh", "-c", "exit 7", options=["--json", "/dev/full"])
    assert done.returncode == 7 and b"--json /dev/full is incomplete" in done.stderr
    done = inside("sh", "-c", "kill -TERM $$", options=["--json", "/dev/full"])
    assert done.returncode == -15 and b"--json /dev/full is incomplete" in done.stderr


def test_a_disk_that_fills_up_stops_the_capture_but_not_the_program(ports):
    """The limit on the size of a file stands for a full disk."""
    program = f"curl -s -o /dev/null -w '%{{http_code}} %{{size_download}}' http://127.0.0.1:{ports[0]}/big"
    name = f"{Place.names}/c"
    done = shell(f"ulimit -f 64; {leat(options=['--capture', name])} {program}")
    os.unlink(name)
    assert (done.returncode, done.stdout) == (125, "200 3000000")
    assert done.stderr == f"leat run: --capture {name} is incomplete: File too large\n"


@pytest.mark.parametrize("option", ["--json -", "--capture -"])
def test_standard_output_that_is_closed_is_refused(option):
    done = shell(f"{leat('true', options=option.split())} >&-")
    assert (done.returncode, done.stderr) == (125, f"leat run: {option}: Bad file descriptor\n")


def test_trace_needs_standard_error():
    assert shell(f"{leat('echo', 'started', options=['--trace'])} 2>&-").stdout == ""
    assert shell(f"{leat('echo', 'started', options=['--trace'])} 2>&-").returncode == 125


# What a program runs until a reader in its working folder has gone.
GONE = "while [ ! -e gone ]; do sleep 0.01; done"


def test_a_successful_run_ends_with_125_if_its_trace_cannot_be_written(ports, scratch):
    curl = ["curl", "-s", f"http://127.0.0.1:{ports[0]}/"]
    done = shell(f"{leat(*curl, options=['--trace'])} 2>/dev/full")
    assert (done.returncode, done.stdout) == (125, "hello\n")
    line = leat("sh", "-c", shlex.quote(f"{shlex.join(curl)}; {GONE}; {shlex.join(curl)}"), options=["--trace"])
    done = subprocess.run(["bash", "-c", f"{line} 2>&1 >/dev/null | {{ head -c 1 >/dev/null; exec <&-; touch gone; }}; exit ${{PIPESTATUS[0]}}"],
                          timeout=60, cwd=scratch, env=environment(), stdin=subprocess.DEVNULL)
    assert done.returncode == 125


def test_a_successful_run_ends_with_125_if_the_reader_of_its_summary_is_gone(scratch):
    line = f"{leat('sh', '-c', shlex.quote(GONE), options=['--json', '-'])} | {{ exec <&-; touch gone; }}; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", line], capture_output=True, timeout=60, cwd=scratch, env=environment(), stdin=subprocess.DEVNULL)
    assert (done.returncode, done.stderr) == (125, b"leat run: --json - is incomplete: Broken pipe\n")


def test_a_fifo_with_a_reader_gets_the_whole_summary(fifo):
    found = []
    reader = threading.Thread(target=lambda: found.append((fifo).read_text()))
    with started("true", options=["--json", fifo], text=True) as proc:
        assert "waiting 10 s for a reader" in proc.stderr.readline()
        reader.start()
        assert proc.wait(60) == 0
    reader.join(60)
    assert json.loads(found[0])["exit"] == {"status": 0}


def test_a_successful_run_ends_with_125_if_the_reader_of_its_capture_goes_away(fifo, ports):
    reader = subprocess.Popen(["head", "-c", "100", fifo], stdout=subprocess.DEVNULL)
    done = inside("curl", "-s", f"http://127.0.0.1:{ports[0]}/big", "-o", "/dev/null", options=["--capture", fifo])
    reader.wait(60)
    assert done.returncode == 125 and done.stderr.endswith(b"f is incomplete: Broken pipe\n")


def test_two_options_with_one_file_are_refused(scratch):
    for name in (scratch / "f", "-"):
        done = inside("echo", "started", options=["--capture", name, "--json", name])
        assert (done.returncode, done.stdout) == (125, b"")
        assert b"name the same file" in done.stderr
        done = inside("echo", "started", options=["--capture-both", name, "--capture-far", name])
        assert (done.returncode, done.stdout) == (125, b"")
        assert b"name the same file" in done.stderr
    assert inside("true", options=["--capture", "/dev/null", "--json", "/dev/null"]).returncode == 0


@pytest.mark.parametrize("words", ["--version", "--help", "run --help", "doctor", "doctor --json", "doctor --help"])
def test_output_that_cannot_be_written_is_an_error(words):
    done = shell(f"{Place.leat} {words} >/dev/full")
    assert (done.returncode, done.stderr) == (125, "leat: cannot write to standard output: No space left on device\n")


def test_a_fifo_that_no_process_reads_is_refused_after_ten_seconds(unread):
    path, proc = unread
    said, complained = proc.communicate(timeout=60)
    assert (proc.returncode, said) == (125, b"")
    assert complained.decode().splitlines()[-1] == f"leat run: --capture {path}: no process reads this FIFO"
