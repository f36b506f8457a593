"""`leat get`: progress on a terminal, and the reports of -w, which are compared with curl's."""
import json
import os
import pty
import re
import subprocess
import threading

import pytest
from conftest import BUILD, needs_tool
from servers import serving, web_server

LEAT = [str(BUILD / "leat"), "get"]


def on_terminal(args, cwd):
    """Runs with a terminal as standard error: the exit status, standard output, and what the terminal got."""
    main, terminal = pty.openpty()
    with subprocess.Popen(args, cwd=cwd, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=terminal) as p:
        os.close(terminal)
        got = b""
        reader = threading.Thread(target=lambda: out.append(p.stdout.read()))
        out = []
        reader.start()
        try:
            while piece := os.read(main, 65536):
                got += piece
        except OSError:  # the other end is closed
            pass
        reader.join()
        os.close(main)
        return p.wait(60), out[0], got.decode()


def slowly(pieces, wait):
    """A server whose content is @pieces; it waits for @wait between them."""
    def answer(sock):
        sock.recv(65536)
        sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % sum(map(len, pieces)))
        for piece in pieces:
            sock.sendall(piece)
            wait()
    return answer


def test_a_terminal_sees_a_bar_and_one_last_line(tmp_path, web):
    status, out, seen = on_terminal([*LEAT, "-o", "big.bin", "--limit-rate", "4M", web.url("big")], tmp_path)
    assert status == 0 and out == b"" and (tmp_path / "big.bin").stat().st_size == 3_000_000
    lines = re.split(r"\r\n|\r\x1b\[J", seen)
    going = [line for line in lines if "left" in line]
    assert going and all(re.fullmatch(r"big\.bin +\d+% \[=*>? *\] +[\d.]+ [kM]B +[\d.]+ [kM]B/s +\d+s left", line) for line in going), seen
    assert re.fullmatch(r"big\.bin +100% \[=+\] +3\.0 MB +[\d.]+ MB/s +in \d+s", lines[-2]) and lines[-1] == "", seen


def test_several_transfers_have_a_line_each_and_a_sum(tmp_path, web):
    urls = [w for name in "abc" for w in ("-o", name, web.url("big"))]
    _, _, seen = on_terminal([*LEAT, "-j", "3", "--limit-rate", "3M", *urls], tmp_path)
    assert re.search(r"a +\d+% .*\r\nb +\d+% .*\r\nc +\d+% .*\r\n0 of 3 files, ", seen), seen
    assert re.findall(r"(?m)^([abc]) +100% ", seen.replace("\x1b[J", "\n")) and "in " in seen.splitlines()[-1]


def test_an_error_is_a_line_of_its_own(tmp_path):
    with serving(slowly([b"x" * 1000], lambda: None)) as port:
        threads = [*LEAT, "-o", "a", f"http://127.0.0.1:{port}/a", "-o", "b", "http://127.0.0.1:1/"]
        status, _, seen = on_terminal(threads, tmp_path)
    assert status == 7
    assert re.search(r"(?m)^leat get: \(7\) ", seen), seen


@pytest.mark.parametrize("option", ["-s", "--no-progress-meter", "-v"])
def test_progress_can_be_turned_off(tmp_path, web, option):
    _, _, seen = on_terminal([*LEAT, option, "-o", "x", web.url("small")], tmp_path)
    assert "%" not in seen and "\x1b" not in seen


def test_no_terminal_sees_no_progress(tmp_path, web):
    p = subprocess.run([*LEAT, "-o", "x", web.url("small")], cwd=tmp_path, capture_output=True, check=True)
    assert p.stdout == p.stderr == b""


def test_a_name_cannot_command_the_terminal(tmp_path, web):
    _, _, seen = on_terminal([*LEAT, "-o", "a\x1b[31mb", web.url("small")], tmp_path)
    assert "a?[31mb" in seen


FORMATS = {
    "codes": "%{http_code} %{response_code} %{http_version} %{num_redirects} %{num_connects} %{num_headers} %{exitcode}",
    "sizes": "%{size_download} %{size_upload} %{size_header}",
    "URLs": "%{url} %{url_effective} %{redirect_url} %{method} %{urlnum} %{filename_effective}",
    "fields": "%{content_type} %header{server} %header{Content-Length} %header{none}",
    "syntax": "%%\\t\\r\\q%x%{http_code\\n",
    "ends": "%{remote_ip} %{remote_port} %{local_ip}",
    "header_json": "%{header_json}",
    "standard error": "a%{stderr}b%{stdout}c",
    "only after errors": "a%{onerror}b %{errormsg}",
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A web server with a file, and a folder to which it redirects."""
    folder = tmp_path_factory.mktemp("site")
    (folder / "dir").mkdir()
    for name in ("small", "dir/index.html"):
        (folder / name).write_text("hello\n")
    with web_server(folder) as port:
        yield f"http://127.0.0.1:{port}/"


@needs_tool("curl")
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("how", [["/small"], ["-L", "/small"], ["-d", "a=b", "/none"], ["/dir"], ["-L", "/dir"]], ids=" ".join)
def test_reports_are_curls(tmp_path, site, fmt, how):
    said = []
    for program in (["curl"], LEAT):
        p = subprocess.run([*program, "-s", "-o", "out", "-w", fmt, *how[:-1], site + how[-1][1:]], cwd=tmp_path, capture_output=True, text=True)
        # Python's server writes the second into Date.
        said.append(re.sub(r"\d\d:\d\d:\d\d GMT", "", p.stdout) + "|" + p.stderr)
    assert said[1] == said[0]


@needs_tool("curl")
def test_json_has_the_variables_of_curl(tmp_path, web):
    curl, leat = [json.loads(subprocess.run([*program, "-s", "-o", "out", "-w", "%{json}", web.url("small")], cwd=tmp_path, capture_output=True, check=True).stdout)
                  for program in (["curl"], LEAT)]
    tls_and_ftp = {"certs", "num_certs", "ftp_entry_path", "curl_version"}
    assert set(curl) - set(leat) == tls_and_ftp
    same = set(leat) & set(curl) - {"local_port", "speed_download", "size_request", "scheme"}
    assert {k: leat[k] for k in same if not k.startswith("time_")} == {k: curl[k] for k in same if not k.startswith("time_")}
    assert 0 < leat["time_connect"] <= leat["time_pretransfer"] <= leat["time_starttransfer"] <= leat["time_total"] < 10


def test_a_failure_has_code_000_and_its_words(tmp_path):
    p = subprocess.run([*LEAT, "-s", "-w", "%{http_code} %{exitcode}%{onerror} %{errormsg}", "http://127.0.0.1:1/"], capture_output=True, text=True)
    assert p.returncode == 7 and re.fullmatch(r"000 7 Failed to connect to 127\.0\.0\.1 port 1 .*", p.stdout)


def test_a_format_is_read_from_a_file_without_its_line_ends(tmp_path, web):
    (tmp_path / "format").write_text("%{http_code}\n%{size_download}\\n\n")
    p = subprocess.run([*LEAT, "-o", "x", "-w", "@format", web.url("small")], cwd=tmp_path, capture_output=True, text=True)
    assert p.stdout == "2006\n"
    p = subprocess.run([*LEAT, "-w", "@none", web.url("small")], cwd=tmp_path, capture_output=True, text=True)
    assert p.returncode == 2 and "none" in p.stderr


def test_an_unknown_variable_is_named(web):
    p = subprocess.run([*LEAT, "-s", "-w", "[%{http_cod}]", web.url("small")], capture_output=True, text=True)
    assert p.stdout == "hello\n[]" and p.stderr == "leat get: unknown --write-out variable: 'http_cod'\n"


def test_each_url_has_its_report(web):
    p = subprocess.run([*LEAT, "-s", "-w", "<%{urlnum} %{num_connects}>", web.url("small"), web.url("small")], capture_output=True, text=True)
    assert p.stdout == "hello\n<0 1>hello\n<1 0>"
