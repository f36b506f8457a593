"""`leat get` and curl as what is measured: the wall clock and the processor time of a run, each into a folder of its own."""
import os
import subprocess
import tempfile
import time

from lib.machine import last_line, text_of
from lib.measure import NotMeasured
from lib.web import CLIENT_CORE

# name -> its words, and those for eight connections
BOTH = {"leat": (["leat", "get"], ["-j", "8"]), "curl": (["curl"], ["--parallel", "--parallel-max", "8"])}


def cost(b, client, words, parallel):
    """Runs a client with the words of both. Returns seconds of wall clock and of its processor time."""
    program, more = client
    folder = b.scratch / f"fetched-by-{program[0]}"
    folder.mkdir(exist_ok=True)
    path = [b.build / "leat", "get"] if program[0] == "leat" else program
    command = [str(word) for word in (*CLIENT_CORE, *path, "-sS", "-f", *(more if parallel else []), *words)]
    with tempfile.TemporaryFile() as said:
        start = time.monotonic()
        proc = subprocess.Popen(command, cwd=folder, stdin=subprocess.DEVNULL, stdout=said, stderr=said)
        _, status, used = os.wait4(proc.pid, 0)
        took = time.monotonic() - start
        proc.returncode, proc.said = os.waitstatus_to_exitcode(status), said
        if proc.returncode:
            raise NotMeasured(f"{text_of(command)}: exit {proc.returncode}: {last_line(proc)}")
    return took, used.ru_utime + used.ru_stime
