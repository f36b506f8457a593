"""Runs nginx and redis inside, and measures them."""
import contextlib
import csv
import time

from lib.machine import answers, needs, run, started, until
from lib.measure import NotMeasured

PAGE = b"x" * 612
NGINX = """daemon off; worker_processes {workers}; pid {dir}/pid; error_log stderr crit; events {{ worker_connections 1024; }}
http {{ access_log off; keepalive_requests 1000000; sendfile on; root {dir};
client_body_temp_path {dir}/t; proxy_temp_path {dir}/t; fastcgi_temp_path {dir}/t; uwsgi_temp_path {dir}/t; scgi_temp_path {dir}/t;
server {{ listen {port} backlog=1024; }} }}
"""


@contextlib.contextmanager
def serving(inside, port, question, *command):
    with started(*inside.server(port, *command), cwd="/") as proc:
        until(lambda: answers(port, question), f"{command[0]} ({inside.name})", proc)
        yield


def nginx(b, inside, port, workers):
    """Runs nginx inside, with a page of 612 octets, at the machine's 127.0.0.1:@port."""
    needs("nginx")
    folder = b.scratch / f"nginx-{port}-{workers}"
    folder.mkdir(mode=0o777, exist_ok=True)
    folder.chmod(0o777)
    (folder / "index.html").write_bytes(PAGE)
    conf = folder / "conf"
    conf.write_text(NGINX.format(workers=workers, dir=folder, port=port))
    return serving(inside, port, b"GET / HTTP/1.0\r\n\r\n", "nginx", "-e", "stderr", "-p", folder, "-c", conf)


def redis(b, inside, port):
    needs("redis-server")
    folder = b.scratch / f"redis-{port}"
    folder.mkdir(mode=0o777, exist_ok=True)
    folder.chmod(0o777)
    return serving(inside, port, b"PING\r\n", "redis-server", "--port", port, "--bind", "0.0.0.0", "--save", "", "--appendonly", "no", "--protected-mode", "no",
                   "--dir", folder)


def wrk(prefix, host, port, keep_alive):
    """Returns requests per second over 16 connections."""
    needs("wrk")
    words = [] if keep_alive else ["-H", "Connection: close"]
    out = run(*prefix, "wrk", "-t", 1, "-c", 16, "-d", "1s", *words, f"http://{host}:{port}/index.html", timeout=20)
    errors = [line.strip() for line in out.splitlines() if "Non-2xx" in line]
    rate = next((float(line.split()[1]) for line in out.splitlines() if line.startswith("Requests/sec:")), 0)
    if errors or not rate:
        raise NotMeasured(f"wrk: {errors[0] if errors else 'no request was answered'}")
    return rate


def redis_rate(port, clients, pipeline, requests):
    """Returns GETs per second."""
    out = run("redis-benchmark", "-p", port, "-c", clients, "-P", pipeline, "-n", requests, "-t", "get", "--csv", timeout=30)
    row = next((r for r in csv.DictReader(out.splitlines()) if r.get("test") == "GET"), None)
    if not row:
        raise NotMeasured("redis-benchmark: no figure")
    return float(row["rps"])


def curl_time(command, count):
    """Runs @command (text) @count times, one after the other. Returns the milliseconds of one run."""
    loop = f"i=0; while [ $i -lt {count} ]; do {command} || exit 1; i=$((i+1)); done"
    start = time.monotonic()
    run(*(["sh", "-c", loop]), timeout=60, cwd="/")
    return (time.monotonic() - start) * 1000 / count
