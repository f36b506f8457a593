"""Which addresses can be bound at the same time is as on Linux, and listeners with SO_REUSEPORT share what arrives."""
import pathlib
import shutil
import textwrap

import pytest

from conftest import run, run_alone, unprivileged

PROGRAM = pathlib.Path(__file__).resolve().parents[1] / "programs/bind_matrix.py"
PYTHON = "/usr/bin/python3"


@pytest.fixture
def matrix(scratch):
    """bind_matrix.py, in a folder that every user may read."""
    return shutil.copy(PROGRAM, scratch)


@pytest.mark.parametrize("which", ["tcp", "udp", "gone", "later"])
def test_addresses_conflict_as_on_linux(leat, matrix, which):
    native = run_alone(*unprivileged(), PYTHON, matrix, which)
    ours = run(leat, "run", "--", PYTHON, matrix, which, timeout=120)
    assert native.returncode == 0 and ours.returncode == 0, native.stderr + ours.stderr
    assert native.stdout.count("\n") > 50
    differ = [f"Linux {a!r}, Leat {b!r}" for a, b in zip(native.stdout.split("\n"), ours.stdout.split("\n"), strict=True) if a != b]
    assert not differ, "\n".join(differ[:20])


@pytest.mark.skipif(not shutil.which("nginx"), reason="nginx is not installed")
def test_nginx_workers_share_connections_with_reuseport(leat, scratch):
    """With `listen ... reuseport` each of two workers takes its share, over IPv4 and IPv6."""
    (scratch / "nginx.conf").write_text(textwrap.dedent(f"""
        worker_processes 2;
        pid {scratch}/pid;
        error_log {scratch}/error.log;
        events {{ worker_connections 64; }}
        http {{
            access_log off;
            client_body_temp_path {scratch}/a; proxy_temp_path {scratch}/b; fastcgi_temp_path {scratch}/c;
            uwsgi_temp_path {scratch}/d; scgi_temp_path {scratch}/e;
            server {{
                listen 8080 reuseport;
                listen [::]:8080 reuseport ipv6only=on;
                return 200 "$pid\\n";
            }}
        }}
    """))
    (scratch / "ask.sh").write_text(textwrap.dedent(f"""
        nginx -c {scratch}/nginx.conf -e {scratch}/error.log  # returns when it listens
        for i in $(seq 30); do curl -s http://127.0.0.1:8080/; curl -s -g 'http://[::1]:8080/'; done
        kill $(cat {scratch}/pid)
    """))
    done = run(leat, "run", "--", "sh", scratch / "ask.sh")
    workers = done.stdout.split()
    assert len(workers) == 60, done.stderr + (scratch / "error.log").read_text()
    share = {pid: workers.count(pid) for pid in set(workers)}
    assert len(share) == 2 and min(share.values()) >= 8, share
