"""`leat get` and curl with the same arguments against servers of other people: nginx and Python's http.server."""
import contextlib
import gzip
import pathlib
import socket
import subprocess

import pytest
from conftest import BUILD, needs_tool
from servers import web_server
from waiting import answers, until

LEAT = [str(BUILD / "leat"), "get"]
BIG = bytes(range(256)) * 20000

NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; default_type text/plain; gzip on; gzip_min_length 1; gzip_types text/plain;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3; uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  server {{
    listen 127.0.0.1:{port}; root {site};
    location /moved {{ return 301 /sub/file; }}
    location /private {{ auth_basic "x"; auth_basic_user_file {folder}/users; }}
    location /echo {{ return 200 "$request_method $content_type $content_length"; }}
  }}
}}
"""

ASKED = {
    "a file": ["URL/file"],
    "a large file": ["-o", "out", "URL/big"],
    "a head": ["-I", "URL/file"],
    "a range": ["-r", "2-5", "URL/file"],
    "a suffix": ["-r", "-3", "URL/file"],
    "a folder's name": ["-L", "URL/sub"],
    "what is missing": ["-f", "URL/none"],
    "what is missing, with its page": ["-o", "out", "URL/none"],
    "several files": ["URL/file", "URL/sub/file", "URL/big", "-o", "1", "-o", "2", "-o", "3"],
    "a file that is here in part": ["-C", "-", "-o", "part", "URL/big"],
    "a file that is here": ["-C", "-", "-o", "whole", "URL/big"],
    "the time of the file": ["-R", "-O", "URL/file"],
}
OF_NGINX = {
    "a redirect": ["-L", "URL/moved"],
    "a redirect that is not followed": ["-i", "-H", "X: y", "URL/moved"],
    "compressed content": ["--compressed", "-H", "Accept-Encoding: gzip", "URL/file"],
    "what needs a password": ["-f", "URL/private/x"],
    "content that is sent": ["-d", "a=b", "URL/echo"],
    "a form": ["-F", "a=b", "-o", "/dev/null", "URL/echo"],
}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    folder.chmod(0o755)
    (folder / "sub").mkdir()
    (folder / "file").write_text("0123456789")
    (folder / "sub/file").write_text("below")
    (folder / "sub/index.html").write_text("<p>index")
    (folder / "big").write_bytes(BIG)
    return folder


@contextlib.contextmanager
def nginx(folder, site):
    with socket.create_server(("127.0.0.1", 0)) as s:
        port = s.getsockname()[1]
    (folder / "users").write_text("")
    user = "user root;" if pathlib.Path("/proc/self").owner() == "root" else ""
    (folder / "conf").write_text(NGINX.format(folder=folder, site=site, port=port, user=user))
    with subprocess.Popen(["nginx", "-c", str(folder / "conf"), "-e", str(folder / "errors")], stderr=subprocess.DEVNULL) as p:
        try:
            until(lambda: answers(port), "nginx does not answer", proc=p)
            yield port
        finally:
            p.terminate()


def run(program, args, folder, port):
    folder.mkdir()
    (folder / "part").write_bytes(BIG[:100000])
    (folder / "whole").write_bytes(BIG)
    args = [a.replace("URL", f"http://127.0.0.1:{port}") for a in args]
    p = subprocess.run([*program, "-sS", *args], cwd=folder, capture_output=True, timeout=30, check=False)
    out = b"\n".join(line for line in p.stdout.split(b"\n") if not line.startswith(b"Date:"))
    return p.returncode, out, {f.name: (f.read_bytes(), int(f.stat().st_mtime) if "-R" in args and f.name == "file" else 0) for f in folder.iterdir()}


@pytest.mark.parametrize("args", ASKED.values(), ids=ASKED.keys())
def test_pythons_server_gives_both_the_same(tmp_path, site, args):
    with web_server(site) as port:
        assert run(LEAT, args, tmp_path / "leat", port) == run(["curl"], args, tmp_path / "curl", port)


@pytest.fixture(scope="module")
def nginx_port(tmp_path_factory, site):
    with nginx(tmp_path_factory.mktemp("nginx"), site) as port:
        yield port


@needs_tool("nginx")
@pytest.mark.parametrize("args", [*ASKED.values(), *OF_NGINX.values()], ids=[*ASKED, *OF_NGINX])
def test_nginx_gives_both_the_same(tmp_path, nginx_port, args):
    assert run(LEAT, args, tmp_path / "leat", nginx_port) == run(["curl"], args, tmp_path / "curl", nginx_port)


@needs_tool("nginx")
def test_what_nginx_compresses_arrives_as_it_was(nginx_port):
    url = f"http://127.0.0.1:{nginx_port}/file"
    plain = subprocess.run([*LEAT, "-s", "--compressed", url], capture_output=True, check=True).stdout
    coded = subprocess.run([*LEAT, "-s", "-H", "Accept-Encoding: gzip", url], capture_output=True, check=True).stdout
    assert plain == gzip.decompress(coded) == b"0123456789"
