"""Requests to `leat serve` that have content: what --echo shows of them, and what uploads and deletions do to the folder."""
import http.client
import json
import os
import re
import shlex
import socket
import subprocess

import pytest

from serving import BIG, folder, serve, server  # noqa: F401  (fixtures)


def curl(*words, check=True, **more):
    """What curl prints; its option -w adds the status."""
    return subprocess.run(["curl", "-s", "--max-time", "60", *map(str, words)], capture_output=True, text=True, check=check, timeout=60, **more).stdout


def status(*words, **more):
    return curl("-o", "/dev/null", "-w", "%{http_code}", *words, **more)


@pytest.fixture
def echo(serve):
    return serve("--echo", "/echo").url + "/echo"


def test_echo_shows_parameters_of_the_url_and_of_the_content(echo):
    got = curl("-d", "b=2", "-d", "c=x y", echo + "?a=1")
    assert "POST /echo?a=1 HTTP/1.1\n  Host: 127.0.0.1:" in got
    assert "Parameters in the URL:\n  a = 1\nParameters in the content:\n  b = 2\n  c = x y\nContent: 9 octets\nb=2&c=x y\n" in got
    assert "Parameters in the content: none\nContent: 0 octets\n" in curl("-G", "-d", "b=2", echo)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "PATCH"])
def test_echo_answers_each_method(echo, method):
    got = json.loads(curl("-X", method, "-H", "Accept: application/json", "-d", "some", echo))
    assert (got["method"], got["content"]["text"]) == (method, "some")


def test_echo_shows_files_of_a_form(echo, tmp_path):
    (tmp_path / "a.txt").write_text("of the file")
    got = json.loads(curl("-H", "Accept: application/json", "-F", "n=v", "-F", f"f=@{tmp_path}/a.txt", echo))
    assert got["body_parameters"] == [{"name": "n", "value": "v"}, {"name": "f", "value": "of the file", "file_name": "a.txt", "type": "text/plain"}]


def test_echo_reads_large_content_and_shows_its_begin(echo, tmp_path):
    (tmp_path / "big").write_bytes(BIG)
    got = json.loads(curl("-H", "Accept: application/json", "-T", tmp_path / "big", echo))
    assert (got["content"]["octets"], got["content"]["shown"]) == (len(BIG), 16384)
    assert bytes.fromhex(got["content"]["hex"]) == BIG[:16384]


def test_echo_is_a_page_with_forms_in_a_browser(echo):
    got = curl("-H", "Accept: text/html,*/*;q=0.8", "-H", "Accept-Language: zh", echo)
    assert "<html lang=\"zh\">" in got
    assert '<form method="get"' in got and '<form method="post">' in got and 'enctype="multipart/form-data"' in got


def test_100_continue_is_seen_on_the_wire(echo, tmp_path):
    (tmp_path / "big").write_bytes(BIG)
    seen = subprocess.run(["curl", "-sv", "-o", "/dev/null", "-H", "Expect: 100-continue", "--expect100-timeout", "60", "-T", tmp_path / "big", echo], capture_output=True, text=True, timeout=60).stderr
    order = [seen.index(line) for line in ("> Expect: 100-continue", "< HTTP/1.1 100 Continue", "We are completely uploaded", "< HTTP/1.1 200 OK")]
    assert order == sorted(order)


def test_405_says_what_is_allowed_at_the_path(serve):
    server = serve("--echo", "/echo")
    assert (server.get("/file.txt", "PUT").status, server.get("/file.txt", "PUT").headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    assert server.get("/echo", "OPTIONS").headers["Allow"] == "GET, HEAD, POST, PUT, DELETE, OPTIONS, PATCH"
    assert server.get("/echo", "TRACE").status == 405
    assert server.get("/echo", "BREW").status == 501


@pytest.fixture
def site(serve, folder):
    """A server that lets clients add, replace and remove files."""
    return serve("--allow-upload", "--allow-delete")


def names(folder):
    """What is in a folder, hidden names too."""
    return sorted(os.listdir(folder))


def put(server, path, content=b"new", **fields):
    c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
    c.request("PUT", path, content, {name.replace("_", "-"): value for name, value in fields.items()})
    r = c.getresponse()
    r.octets = r.read()
    c.close()
    return r


def test_201_and_204_curl_stores_a_file(site, tmp_path):
    (tmp_path / "big").write_bytes(BIG)
    assert status("-T", tmp_path / "big", site.url + "/new%20%E4%B8%AD") == "201"
    assert (site.site / "new 中").read_bytes() == BIG
    (tmp_path / "big").write_bytes(b"other")
    assert status("-T", tmp_path / "big", site.url + "/sub/") == "201"  # curl adds the name
    assert status("-T", tmp_path / "big", site.url + "/sub/big") == "204"
    assert (site.site / "sub/big").read_bytes() == b"other"
    assert site.get("/sub/big").octets == b"other"
    assert site.lines('"PUT /sub/big HTTP/1.1" 204 ')


def test_content_of_unknown_length_is_stored(site):
    assert curl("-T", "-", "-w", "%{http_code}", site.url + "/piped", input="from a pipe") == "201"
    assert (site.site / "piped").read_text() == "from a pipe"


def test_the_answer_has_the_tag_that_get_has(site):
    tag = put(site, "/a").headers["ETag"]
    assert tag and site.get("/a").headers["ETag"] == tag


def test_412_what_is_there_must_be_as_the_client_says(site):
    tag = site.get("/file.txt").headers["ETag"]
    assert put(site, "/file.txt", If_None_Match="*").status == 412
    assert put(site, "/file.txt", If_Match='"other"').status == 412
    assert put(site, "/file.txt", If_Unmodified_Since="Sun, 06 Nov 1994 08:49:37 GMT").status == 412
    assert put(site, "/absent", If_Match="*").status == 412
    assert site.get("/file.txt", "DELETE", If_Match='"other"').status == 412
    assert (site.site / "file.txt").read_text() == "0123456789"
    assert put(site, "/file.txt", If_Match=tag).status == 204
    assert put(site, "/fresh", If_None_Match="*").status == 201
    assert put(site, "/fresh", If_None_Match="*").status == 412


def test_409_a_folder_is_missing_or_in_the_way(site):
    assert put(site, "/absent/file").status == 409
    assert put(site, "/file.txt/file").status == 409
    assert put(site, "/sub").status == 409


def test_a_refused_change_says_why(site):
    for path, words in (("/absent/file", "the folder that is to have the file does not exist"), ("/sub", "there is a folder of this name")):
        assert json.loads(put(site, path, Accept="application/json").octets)["detail"] == words
        assert words in put(site, path, Accept="text/html").octets.decode()
    assert "detail" not in json.loads(site.get("/absent", Accept="application/json").octets)


def test_403_names_and_places_that_are_not_for_clients(site, folder):
    (site.site / "fixed").mkdir()
    (site.site / "fixed").chmod(0o555)
    for path in ("/.hidden", "/sub/.new", "/.git/config", "/" + "x" * 256, "/a%0Ab", "/outside/x"):
        assert put(site, path).status in (403, 409), path
    assert put(site, "/fixed/x").status == 403 or os.geteuid() == 0
    assert put(site, "/closed").status == 403, "a file that may not be written is not replaced"
    assert put(site, "/a%2Fb").status == 400
    assert put(site, "/../x").status == 400
    assert (site.site / ".hidden").read_text() == "hidden"


def test_413_too_large_is_said_before_the_content_is_sent(serve, tmp_path):
    server = serve("--allow-upload", "--max-upload", "1M")
    (tmp_path / "big").write_bytes(BIG)
    seen = subprocess.run(["curl", "-sv", "-H", "Expect: 100-continue", "--expect100-timeout", "60", "-T", tmp_path / "big", server.url + "/big2"], capture_output=True, text=True, timeout=60).stderr
    assert "< HTTP/1.1 413 " in seen and "100 Continue" not in seen
    assert curl("-T", "-", "-w", "%{http_code}", "-o", "/dev/null", server.url + "/big3", input="x" * 2_000_000, check=False).startswith("413")
    assert put(server, "/small", b"x" * (1 << 20)).status == 201
    assert [name for name in names(server.site) if name.startswith(("big2", "big3", ".leat"))] == []


def test_411_400_and_415_what_cannot_be_stored(site, tmp_path):
    assert site.ask(b"PUT /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n").startswith(b"HTTP/1.1 411 ")
    assert put(site, "/x", Content_Range="bytes 0-2/10").status == 400
    r = put(site, "/x", Content_Encoding="gzip")
    assert (r.status, r.headers["Accept-Encoding"]) == (415, "identity")
    assert curl("-d", "a=b", "-o", "/dev/null", "-w", "%{http_code} %header{accept-post}", site.url + "/sub/") == "415 multipart/form-data"
    assert "x" not in names(site.site)


def test_without_the_options_nothing_changes(serve):
    server = serve()
    for method in ("PUT", "POST", "DELETE"):
        r = server.get("/file.txt", method)
        assert (r.status, r.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
    server.end()
    uploads = serve("--allow-upload")
    assert uploads.get("/file.txt", "OPTIONS").headers["Allow"] == "GET, HEAD, PUT, OPTIONS"
    assert uploads.get("/sub/", "OPTIONS").headers["Allow"] == "GET, HEAD, POST, OPTIONS"
    assert uploads.get("/file.txt", "DELETE").status == 405
    assert put(uploads, "/new/").status == 405
    uploads.end()
    deletes = serve("--allow-delete")
    assert deletes.get("/sub/", "OPTIONS").headers["Allow"] == "GET, HEAD, DELETE, OPTIONS"
    assert deletes.get("/", "OPTIONS").headers["Allow"] == "GET, HEAD, OPTIONS"
    assert deletes.get("/", "DELETE").status == 405


def test_a_form_adds_files_to_a_folder(site, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "big").write_bytes(BIG * 3)
    got = curl("-F", "note=x", "-F", f"f=@{tmp_path}/a.txt", "-F", f"f=@{tmp_path}/big;filename=中 b", "-w", "%{http_code}", site.url + "/sub/empty/")
    assert got == "2 files stored\n201"
    assert (site.site / "sub/empty/a.txt").read_text() == "a"
    assert (site.site / "sub/empty/中 b").read_bytes() == BIG * 3
    got = curl("-F", f"f=@{tmp_path}/a.txt;filename=c d", "-w", "%header{location}", site.url + "/")
    assert got == "1 file stored\n/c%20d"
    assert curl("-H", "Accept: application/json", "-F", f"f=@{tmp_path}/a.txt;filename=e", site.url + "/sub/") == '{"stored":1}\n'


def test_303_a_browser_goes_back_to_the_folder(site, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    got = curl("-H", "Accept: text/html,*/*;q=0.8", "-F", f"f=@{tmp_path}/a.txt", "-o", "/dev/null", "-w", "%{http_code} %header{location}", site.url + "//sub/./empty/")
    assert got == "303 /sub/empty/"


def test_308_a_form_for_a_folder_without_its_slash_is_sent_again(site, tmp_path):
    (tmp_path / "a.txt").write_text("a")
    assert status("-F", f"f=@{tmp_path}/a.txt", site.url + "/sub") == "308"
    assert status("-L", "-F", f"f=@{tmp_path}/a.txt", site.url + "/sub") == "201"
    assert status("-F", f"f=@{tmp_path}/a.txt", site.url + "/file.txt") == "405"


def test_409_a_form_replaces_no_file(site, tmp_path):
    (tmp_path / "a").write_text("new")
    assert status("-F", f"f=@{tmp_path}/a;filename=first", "-F", f"f=@{tmp_path}/a;filename=file.txt", site.url + "/") == "409"
    assert (site.site / "file.txt").read_text() == "0123456789"
    assert (site.site / "first").read_text() == "new"
    assert site.lines('"POST / HTTP/1.1" 409 ')


def test_400_a_form_without_a_file_or_cut_off(site):
    assert status("-F", "note=x", site.url + "/") == "400"
    head = b"POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Type: multipart/form-data; boundary=B\r\nContent-Length: %d\r\n\r\n"
    form = b'--B\r\nContent-Disposition: form-data; name="f"; filename="cut"\r\n\r\ndata'
    assert site.ask(head % len(form) + form).startswith(b"HTTP/1.1 400 ")
    assert "cut" not in names(site.site)


def test_an_upload_that_breaks_off_leaves_nothing_and_replaces_nothing(site):
    before = names(site.site)
    with socket.create_connection(("127.0.0.1", site.port), 60) as s:
        s.sendall(b"PUT /file.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n" + b"x" * 500_000)
        assert (site.site / "file.txt").read_text() == "0123456789"
        assert names(site.site) == before
        assert site.get("/big").octets == BIG, "others are served meanwhile"
    assert site.lines('"PUT /file.txt HTTP/1.1" ')
    assert (site.site / "file.txt").read_text() == "0123456789"
    assert names(site.site) == before


def test_a_server_that_is_killed_leaves_nothing(site):
    before = names(site.site)
    with socket.create_connection(("127.0.0.1", site.port), 60) as s:
        s.sendall(b"PUT /file.txt HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 1000000\r\n\r\n")
        assert b"100 Continue" in s.recv(100)
        s.sendall(b"x" * 500_000)
        site.proc.kill()
        site.proc.wait()
    assert names(site.site) == before


def test_uploads_of_one_name_at_the_same_time_end_whole(site, tmp_path):
    for i in range(8):
        (tmp_path / str(i)).write_bytes(bytes([i]) * 3_000_000)
    for _ in range(3):
        running = [subprocess.Popen(["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "-T", tmp_path / str(i), site.url + "/same"], stdout=subprocess.PIPE, text=True) for i in range(8)]
        assert {p.communicate(timeout=60)[0] for p in running} <= {"201", "204"}
        got = (site.site / "same").read_bytes()
        assert len(got) == 3_000_000 and len(set(got)) == 1
    assert not [name for name in names(site.site) if name.startswith(".leat")]


def test_204_delete_removes_files_and_empty_folders(site):
    assert site.get("/file.txt", "DELETE").status == 204
    assert site.get("/file.txt", "DELETE").status == 404
    assert site.get("/sub/empty/", "DELETE").status == 204
    assert site.get("/sub", "DELETE").status == 409
    assert site.get("/big/", "DELETE").status == 404
    assert site.get("/.hidden", "DELETE").status == 403
    assert site.get("/outside", "DELETE").status == 204, "the link goes, and not what it leads to"
    assert names(site.site / "sub") == ["index.html"]
    assert site.lines('"DELETE /file.txt HTTP/1.1" 204 ')


@pytest.mark.parametrize("fields, status", [
    ({"Sec_Fetch_Site": "cross-site"}, 403), ({"Sec_Fetch_Site": "same-site"}, 403), ({"Sec_Fetch_Site": "same-origin", "Origin": "null"}, 201),
    ({"Sec_Fetch_Site": "none"}, 201), ({"Origin": "http://other.example"}, 403), ({"Origin": "null"}, 403), ({"Origin": "http://127.0.0.1"}, 403),
    ({"Origin": "http://127.0.0.1:{port}"}, 201), ({"Origin": "https://a.example", "Host": "a.example"}, 201), ({}, 201)])
def test_403_a_page_of_another_origin_changes_nothing(site, fields, status):
    fields = {name: value.format(port=site.port) for name, value in fields.items()}
    assert put(site, "/x", **fields).status == status
    assert ("x" in names(site.site)) == (status == 201)
    assert site.get("/x", "DELETE", **fields).status == (204 if status == 201 else 403)


def test_a_preflight_says_that_other_origins_may_only_read(serve):
    server = serve("--allow-upload", "--cors", "--echo", "/echo")
    asked = {"Origin": "http://other.example", "Access_Control_Request_Method": "PUT"}
    assert server.get("/x", "OPTIONS", **asked).headers["Access-Control-Allow-Methods"] == "GET, HEAD, OPTIONS"
    assert "PUT" in server.get("/echo", "OPTIONS", **asked).headers["Access-Control-Allow-Methods"]


def small_disk(leat, tmp_path, *options):
    """A server in a namespace of its own, of a folder with 1 MB of room."""
    site = tmp_path / "disk"
    site.mkdir()
    return subprocess.Popen(["unshare", "--map-root-user", "--mount", "sh", "-c",
                             f"mount -t tmpfs -o size=1m none {site} && cd {site} && exec {leat} serve --bind 127.0.0.1 --port 0 --log '' {shlex.join(options)}"],
                            stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def test_507_a_full_disk_is_said_before_the_content_if_its_length_is_known(leat, tmp_path):
    server = small_disk(leat, tmp_path, "--allow-upload")
    said = ""
    while "Ctrl-C" not in said:
        line = server.stderr.readline()
        assert line, said
        said += line
    try:
        url = re.search(r"http://127[^\s]*", said)[0]
        (tmp_path / "big").write_bytes(BIG)
        seen = subprocess.run(["curl", "-sv", "-H", "Expect: 100-continue", "--expect100-timeout", "60", "-T", tmp_path / "big", url + "a"], capture_output=True, text=True, timeout=60).stderr
        assert "< HTTP/1.1 507 " in seen and "100 Continue" not in seen
        assert curl("-T", "-", "-w", "%{http_code}", "-o", "/dev/null", url + "b", input="x" * 3_000_000, check=False).startswith("507")
        assert curl("-F", f"f=@{tmp_path}/big", "-w", "%{http_code}", "-o", "/dev/null", url, check=False).startswith("507")
        assert status("-T", tmp_path / "big", "-r", "0-9", url + "c", check=False) in ("400", "507")
        assert json.loads(curl("-H", "Accept: application/json", url))["entries"] == [], "nothing is left"
        (tmp_path / "big").write_bytes(b"small")
        assert status("-T", tmp_path / "big", url + "c") == "201"
    finally:
        server.terminate()
        server.communicate(timeout=60)
