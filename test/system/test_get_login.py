"""`leat get`: passwords in a netrc file, and -z, beside curl."""
import base64
import re

import pytest
from as_curl import LEAT, OK, both, redirect, run
from conftest import needs_tool
from servers import Scripted, serving

pytestmark = needs_tool("curl")

ME = "machine 127.0.0.1 login me password secret"
NETRC = {
    "the host's": (ME, ["-n", "URL/a"]),
    "nobody asks for it": (ME, ["URL/a"]),
    "the default's": ("default login d password p", ["-n", "URL/a"]),
    "after that of another host": ("machine other login a password b\n" + ME, ["--netrc", "URL/a"]),
    "-u counts more": (ME, ["-n", "-u", "x:y", "URL/a"]),
    "that of the user in the URL": (ME + " machine 127.0.0.1 login you password two", ["-n", "http://you@127.0.0.1:PORT/"]),
    "a quotation": ('machine 127.0.0.1 login me password "a \\"b\\n c"', ["-n", "URL/a"]),
    "no password": ("machine 127.0.0.1 login me", ["-n", "URL/a"]),
    "a comment": ("machine 127.0.0.1\n# machine x\n login me\n password pw #x", ["-n", "URL/a"]),
    "a macro": ("macdef init\nmachine 127.0.0.1 login no password no\n\n" + ME, ["-n", "URL/a"]),
    "no file": (None, ["-n", "URL/a"]),
    "a file by its name": (ME, ["--netrc-file", ".netrc", "URL/a"]),
    "large letters": ("MACHINE 127.0.0.1 LOGIN me PASSWORD pw ACCOUNT a", ["--netrc-optional", "URL/a"]),
    "a quotation without an end": ('machine 127.0.0.1 login me password "x', ["-n", "URL/a"]),
    "no such words": ("x" * 300, ["-n", "URL/a"]),
}


@pytest.mark.parametrize("text, args", NETRC.values(), ids=NETRC.keys())
def test_passwords_are_those_that_curl_finds(tmp_path, text, args):
    both(tmp_path, args, [OK], there=[(".netrc", text)] if text else [])


@pytest.mark.parametrize("text", [ME + "\nmachine localhost login lo password ho", ME], ids=["its own", "none"])
def test_each_server_gets_its_own_password(tmp_path, text):
    both(tmp_path, ["-n", "-L", "URL/a"], [redirect(302, "http://localhost:PORT/x"), OK], there=[(".netrc", text)])


@pytest.mark.parametrize("text, url, sent", [
    ("machine 127.0.0.1 login me password secret", "http://you@127.0.0.1:PORT/", ["you:"]),
    ("machine 127.0.0.1 login me password secret", "http://you:own@127.0.0.1:PORT/", ["you:own"]),
    ("default login me password secret", "http://127.0.0.1:PORT/", ["me:secret", None])],
    ids=["another user's", "one in the URL counts more", "a default is for the first server"])
def test_no_password_is_sent_to_whom_it_is_not_meant_for(tmp_path, text, url, sent):
    """curl 7.88 sends all of them."""
    server = Scripted(*[redirect(302, "http://localhost:PORT/x")] * (len(sent) - 1), OK)
    with serving(server) as port:
        server.answers = [a.replace(b"PORT", str(port).encode()) for a in server.answers]
        status, _, _, said = run(LEAT, ["-sSLn", url.replace("PORT", str(port))], tmp_path / "folder", there=[(".netrc", text)])
    assert status == 0, said
    got = [re.search(rb"(?i)authorization: basic (\S+)", r) for r in server.requests]
    assert [m and base64.b64decode(m[1]).decode() for m in got] == sent


def test_a_file_of_passwords_that_is_missing_is_a_warning(tmp_path):
    with serving(Scripted(OK)) as port:
        status, out, _, said = run(LEAT, ["--netrc-file", "none", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert (status, out) == (0, b"hello") and said == b"Warning: no passwords from none: No such file or directory\n"


OLD = b"HTTP/1.1 200 OK\r\nLast-Modified: Mon, 01 Jan 2001 00:00:00 GMT\r\nContent-Length: 5\r\n\r\nhello"
NEW = OLD.replace(b"Mon, 01 Jan 2001", b"Wed, 01 Jan 2031")
SAME = b"HTTP/1.1 304 Not Modified\r\n\r\n"
DATES = ["20261120", "20 Nov 2026", "Nov 20 2026", "Fri, 20 Nov 2026 10:11:12 GMT", "20 Nov 2026 10:11:12", "-20 Nov 2026", "=20 Nov 2026", "+20 Nov 2026",
         "20 Nov 2026 10:11:12 +0200", "Friday, 20-Nov-26 10:11:12 GMT", "there", "-there", "none", ""]
CONDITIONS = {
    "what has not changed leaves the file": (["-z", "there", "-o", "there"], SAME),
    "a 304 makes no file": (["-o", "new"], SAME),
    "a server without conditions": (["-z", "there", "-o", "there"], OLD),
    "it counts as a 304": (["-z", "there", "-w", "%{http_code}"], OLD),
    "its head is shown": (["-z", "there", "-i"], OLD),
    "what is newer": (["-z", "there", "-o", "there"], NEW),
    "what is older": (["-z", "-there"], OLD),
    "what is not older": (["-z", "-there"], NEW),
    "a field of the user's": (["-z", "there", "-H", "If-Modified-Since: x"], NEW),
    "a head": (["-z", "there", "-I"], OLD),
    "a range": (["-z", "there", "-r", "0-2"], OLD),
    "data": (["-z", "there", "-d", "x"], OLD),
}


@pytest.mark.parametrize("date", DATES)
def test_dates_are_those_of_curl(tmp_path, date):
    both(tmp_path, ["-z", date, "URL/a"], [OK], there=[("there", "old")])


@pytest.mark.parametrize("args, answer", CONDITIONS.values(), ids=CONDITIONS.keys())
def test_what_has_not_changed_is_not_written(tmp_path, args, answer):
    both(tmp_path, [*args, "URL/a"], [answer], there=[("there", "old")])


@pytest.mark.parametrize("date", ["2026-11-20", "2026-11-20 00:00:00", "2026-11-20T00:00:00Z", "2026-11-20T01:00:00+0100"])
def test_dates_of_iso_8601_are_read_as_well(tmp_path, date):
    server = Scripted(OK)
    with serving(server) as port:
        run(LEAT, ["-sS", "-z", date, f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert b"If-Modified-Since: Fri, 20 Nov 2026 00:00:00 GMT\r\n" in server.requests[0]


def test_what_is_neither_date_nor_file_is_a_warning(tmp_path):
    with serving(Scripted(OK)) as port:
        status, out, _, said = run(LEAT, ["-z", "none", f"http://127.0.0.1:{port}/"], tmp_path / "folder")
    assert (status, out) == (0, b"hello") and said == b"Warning: -z: none is no date and no file, so all is fetched\n"
