"""Folders of `leat serve` as archives, taken apart by other people's programs."""
import contextlib
import http.client
import io
import os
import socket
import tarfile
import zipfile

import pytest
from conftest import needs_tool, run
from serving import BIG, folder, serve, server  # noqa: F401
from waiting import until

TEXT = b"".join(b"%06d: a line of text that can be compressed\n" % i for i in range(4000))
KINDS = {"zip": "application/zip", "tar": "application/x-tar", "tar.gz": "application/gzip", "tar.zst": "application/zstd"}


@pytest.fixture
def tree(server):
    """A folder with files of all kinds, and what of it belongs into an archive."""
    top = server.site / "照片"
    (top / "sub/empty").mkdir(parents=True)
    (top / "中文.txt").write_bytes(TEXT)
    (top / "big.bin").write_bytes(BIG)
    (top / ("n" * 200)).write_text("a long name")
    (top / ".hidden").write_text("hidden")
    (top / "sub/link").symlink_to("../中文.txt")
    (top / "sub/out").symlink_to("/etc/hostname")
    (top / "sub/up").symlink_to("..")
    os.mkfifo(top / "fifo")
    os.utime(top / "中文.txt", (1700000000, 1700000000))
    return {"照片/中文.txt": TEXT, "照片/big.bin": BIG, "照片/" + "n" * 200: b"a long name", "照片/sub/link": TEXT}


PATH = "/%E7%85%A7%E7%89%87/"


def from_tar(octets, mode="r:*"):
    with tarfile.open(fileobj=io.BytesIO(octets), mode=mode) as t:
        return {m.name: t.extractfile(m).read() for m in t if m.isfile()}, {m.name for m in t if m.isdir()}


def from_zip(octets):
    with zipfile.ZipFile(io.BytesIO(octets)) as z:
        assert z.testzip() is None
        files = {i.filename: z.read(i) for i in z.infolist() if not i.is_dir()}
        return files, {i.filename.rstrip("/") for i in z.infolist() if i.is_dir()}


def unpacked(kind, octets):
    if kind == "zip":
        return from_zip(octets)
    if kind == "tar.zst":
        octets = pytest.importorskip("zstandard").ZstdDecompressor().decompressobj().decompress(octets)
    return from_tar(octets)


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_has_what_get_would_give(server, tree, kind):
    r = server.get(f"{PATH}?archive={kind}")
    assert (r.status, r.headers["Content-Type"]) == (200, KINDS[kind])
    assert r.headers["Content-Disposition"].endswith(f"filename*=UTF-8''%E7%85%A7%E7%89%87.{kind}")
    assert unpacked(kind, r.octets) == (tree, {"照片/sub", "照片/sub/empty"})


@needs_tool("unzip")
@needs_tool("bsdtar")
def test_unzip_tar_and_bsdtar_take_archives_apart(server, tree, tmp_path):
    for kind in "zip", "tar", "tar.gz":
        (tmp_path / kind).write_bytes(server.get(f"{PATH}?archive={kind}").octets)
    assert "No errors detected" in run("unzip", "-tq", tmp_path / "zip", privileged=True).stdout
    for command in (["unzip", "-qd", "a", "zip"], ["tar", "-xf", "tar", "--one-top-level=b"], ["bsdtar", "-xf", "zip", "-C", "c"],
                    ["bsdtar", "-xf", "tar.gz", "-C", "d"]):
        for name in "abcd":
            (tmp_path / name).mkdir(exist_ok=True)
        done = run(*command, cwd=tmp_path, privileged=True)
        assert (done.returncode, done.stderr) == (0, "")
    for name in "abcd":
        assert {str(p.relative_to(tmp_path / name)): p.read_bytes() for p in (tmp_path / name).rglob("*") if p.is_file()} == tree
        assert (tmp_path / name / "照片/中文.txt").stat().st_mtime == 1700000000


@needs_tool("bsdtar")
def test_a_zip_file_is_read_as_it_comes(server, tree):
    """Without its end, which has the list of all entries."""
    listed = run("sh", "-c", f"curl -s '{server.url}{PATH}?archive=zip' | bsdtar -tf -")
    assert listed.returncode == 0 and len(listed.stdout.splitlines()) == len(tree) + 2


def test_names_choose_what_is_packed(server, tree):
    r = server.get(PATH + "?archive=zip&name=%E4%B8%AD%E6%96%87.txt&name=sub")
    assert set(from_zip(r.octets)[0]) == {"照片/中文.txt", "照片/sub/link"}
    for absent in "absent", "..", ".hidden", "sub%2Flink", "%00":
        assert server.get(f"{PATH}?archive=zip&name={absent}").status == 404


def test_what_cannot_be_read_is_named_in_the_archive(server):
    files = from_tar(server.get("/?archive=tar").octets)[0]
    assert files["files/file.txt"] == b"0123456789" and "files/closed" not in files
    assert b"files/closed: Permission denied\n" in files["files/LEFT-OUT.txt"]


def test_head_and_wrong_kinds_and_paths(server, tree):
    head = server.get(PATH + "?archive=zip", "HEAD")
    assert (head.status, head.octets, head.headers["Content-Type"]) == (200, b"", "application/zip")
    assert server.get(PATH + "?archive=rar").status == 400
    assert server.get("/absent/?archive=zip").status == 404
    assert server.get("/.hidden/?archive=zip").status == 404
    r = server.get("/sub?archive=zip")
    assert (r.status, r.headers["Location"]) == (301, "/sub/?archive=zip")
    assert server.get("/file.txt?archive=zip").octets == b"0123456789"


def test_a_folder_with_an_index_file_is_packed_as_well(server):
    assert "sub/index.html" in from_zip(server.get("/sub/?archive=zip").octets)[0]


def test_an_option_forbids_archives(serve):
    assert "text/html" in serve("--no-archives").get("/?archive=zip").headers["Content-Type"]


@pytest.mark.parametrize("workers", ["1", "3"])
def test_more_than_four_archives_at_a_time_are_refused(serve, workers):
    server = serve("--workers", workers, "--drain-timeout", "1s")
    (server.site / "large").touch()
    os.truncate(server.site / "large", 1 << 30)
    with contextlib.ExitStack() as all_of_them:
        for _ in range(4):
            s = all_of_them.enter_context(socket.create_connection(("127.0.0.1", server.port), 60))
            s.sendall(b"GET /?archive=tar HTTP/1.1\r\nHost: a\r\n\r\n")
            assert s.recv(15) == b"HTTP/1.1 200 OK"
        refused = [server.get("/?archive=tar") for _ in range(12)]
        assert {r.status for r in refused} == {503} and refused[0].headers["Retry-After"]
        assert server.get("/file.txt").status == 200
        s.close()
        until(lambda: server.get("/sub/?archive=tar").status == 200, "the place of the archive that was given up is not free")


def test_a_file_that_grows_is_packed_as_it_was_and_one_that_shrinks_breaks_a_tar_archive_off(server):
    path = server.site / "sub/changing"
    for size in 70_000_000, 10:
        path.touch()
        os.truncate(path, 50_000_000)
        c = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        c.request("GET", "/sub/?archive=tar&name=changing")
        r = c.getresponse()
        begin = r.read(1000)
        os.truncate(path, size)
        if size == 10:
            with pytest.raises((http.client.IncompleteRead, ConnectionError)):
                r.read()
        else:
            assert len(from_tar(begin + r.read())[0]["sub/changing"]) == 50_000_000
        c.close()
