"""`leat serve` for tests of its pages."""
import contextlib
import re
import subprocess

from conftest import BUILD


@contextlib.contextmanager
def served(folder, *options, bind="127.0.0.1"):
    """The address of a `leat serve` of the folder, as long as the block runs."""
    server = subprocess.Popen((BUILD / "leat", "serve", "--port", "0", "--bind", bind, "--log", "", *options, folder),
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    for line in server.stdout:
        if found := re.search(rf"http://{re.escape(bind)}:\d+/", line):
            break
    try:
        yield found[0]
    finally:
        server.terminate()
        server.wait()
