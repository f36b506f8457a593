"""Runs `leat get` beside curl: the same arguments, the same servers, and then the same content, exit status and request.

The order of the fields of a request may differ, and so may the value of User-Agent and the boundary of a form.
"""
import os
import re
import subprocess

from conftest import BUILD
from servers import Scripted, serving

CURL, LEAT = "curl", [str(BUILD / "leat"), "get"]
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


def plain(request):
    """A request in a form in which those of curl and of leat are equal."""
    head, _, body = request.partition(b"\r\n\r\n")
    boundary = re.search(rb"boundary=(\S+)", head)
    if boundary:
        head = re.sub(rb"(?i)content-length: \d+", b"content-length: N", head.replace(boundary[1], b"B"))
        body = body.replace(boundary[1], b"B")
    first, *fields = head.split(b"\r\n")
    fields = sorted(re.sub(rb"(?i)^user-agent: (curl|leat)/.*", b"user-agent: US", f.lower().strip()) for f in fields)
    return first, fields, body


def run(program, args, folder, stdin=b"", there=()):
    """The exit status, standard output, the files in the folder, and standard error. @there has files, which are old."""
    folder.mkdir()
    for name, text in there:
        (folder / name).write_text(text)
        os.utime(folder / name, (1_700_000_000, 1_700_000_000))
    p = subprocess.run([*program, *args], cwd=folder, input=stdin, capture_output=True, timeout=60, check=False, env={**os.environ, "HOME": str(folder)})
    files = {str(f.relative_to(folder)): f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()}
    return p.returncode, p.stdout, files, p.stderr


def both(tmp_path, args, answers, stdin=b"", there=()):
    """Runs both against servers of their own; asserts that they are alike; the result of leat, and its requests."""
    results = []
    for name, program in (("curl", [CURL]), ("leat", LEAT)):
        server = Scripted(*answers)
        with serving(server) as port:
            server.answers = [a.replace(b"PORT", str(port).encode()) for a in answers]
            url = f"http://127.0.0.1:{port}"
            result = run(program, ["-sS", *(a.replace("URL", url).replace("PORT", str(port)) for a in args)], tmp_path / name, stdin, there)
        requests = [plain(r.replace(str(port).encode(), b"PORT")) for r in server.requests]
        results.append((result[:3], requests, result[3]))
    (curl, curl_asked, curl_said), (leat, leat_asked, leat_said) = results
    assert leat == curl, (curl_said, leat_said)
    assert leat_asked == curl_asked
    assert bool(leat_said) == bool(curl_said), (curl_said, leat_said)
    return leat, leat_asked, leat_said


def redirect(status, to):
    return f"HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n".encode()
