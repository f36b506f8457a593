"""Web servers of other people that serve one folder on 127.0.0.1, each a process of its own with a configuration of the tests'.

Each compresses text as it sends it, redirects /moved to /sub/index.html, and shows what is below /private/ to the user "me" with the password "secret".
"""
import contextlib
import os
import shutil
import subprocess

import pytest
from conftest import unprivileged
from ports import free_port
from waiting import answers, until

DIGEST = "$apr1$leatleat$/TzrSk.TKQW5qmqaY6ZQW0"  # openssl passwd -apr1
BCRYPT = "$2b$04$/hXYGIMAVXM1DckdKsVRFeDMxhOfMfrFuR2ixGKGvLfBWPEcho4pG"  # the form that Caddy knows

NGINX = """
daemon off; worker_processes 1; pid {place}/pid; error_log {place}/errors;
events {{ worker_connections 64; }}
http {{
  access_log off; types {{ text/plain txt; text/html html; }} default_type application/octet-stream;
  gzip on; gzip_min_length 1; gzip_types text/plain;
  client_body_temp_path {place}/1; proxy_temp_path {place}/2; fastcgi_temp_path {place}/3; uwsgi_temp_path {place}/4; scgi_temp_path {place}/5;
  server {{
    listen 127.0.0.1:{port}; root {site}; client_max_body_size 0;
    location = /moved {{ return 301 /sub/index.html; }}
    location /private/ {{ auth_basic "x"; auth_basic_user_file {place}/users; }}
    location /echo {{ default_type text/plain; return 200 "$request_method $content_type $content_length"; }}
    location /list/ {{ autoindex on; }}
  }}
}}
"""
HTTPD = """
ServerRoot {place}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {place}/pid
ErrorLog {place}/errors
DefaultRuntimeDir {place}
{modules}
StartServers 1
TypesConfig {place}/types
AddType text/plain .txt
AddType text/html .html
DocumentRoot {site}
DirectoryIndex index.html
AddOutputFilterByType DEFLATE text/plain
Redirect permanent /moved /sub/index.html
<Location /private/>
  AuthType Basic
  AuthName x
  AuthUserFile {place}/users
  Require valid-user
</Location>
"""
HTTPD_MODULES = "mpm_event authn_core authn_file authz_core authz_user auth_basic alias dir mime filter deflate autoindex"
LIGHTTPD = """
server.document-root = "{site}"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{place}/errors"
server.upload-dirs = ("{place}")
server.modules = ("mod_auth", "mod_authn_file", "mod_deflate", "mod_redirect", "mod_dirlisting")
server.stat-cache-engine = "disable"
index-file.names = ("index.html")
mimetype.assign = (".txt" => "text/plain", ".html" => "text/html", "" => "application/octet-stream")
deflate.mimetypes = ("text/plain")
deflate.allowed-encodings = ("gzip")
url.redirect = ("^/moved$" => "/sub/index.html")
auth.backend = "htpasswd"
auth.backend.htpasswd.userfile = "{place}/users"
auth.require = ("/private/" => ("method" => "basic", "realm" => "x", "require" => "valid-user"))
$HTTP["url"] =~ "^/list/" {{ dir-listing.activate = "enable" }}
"""
CADDY = """
{{
  admin off
  auto_https off
  log {{
    output file {place}/errors
  }}
}}
http://127.0.0.1:{port} {{
  bind 127.0.0.1
  root * {site}
  encode gzip {{
    minimum_length 1
    match {{
      header Content-Type text/plain*
    }}
  }}
  redir /moved /sub/index.html permanent
  basicauth /private/* {{
    me {bcrypt}
  }}
  @lists path /list/*
  file_server @lists browse
  file_server
}}
"""


def modules():
    return "\n".join(f"LoadModule {name}_module /usr/lib/apache2/modules/mod_{name}.so" for name in HTTPD_MODULES.split())


# name -> the text of its configuration, and the words that start it
SERVERS = {
    "nginx": (NGINX, "nginx -e {place}/errors -c {conf}"),
    "apache2": (HTTPD, "apache2 -X -f {conf}"),
    "lighttpd": (LIGHTTPD, "lighttpd -D -f {conf}"),
    "caddy": (CADDY, "caddy run --adapter caddyfile --config {conf}"),
    "python": (None, "/usr/bin/python3 -m http.server --protocol HTTP/1.1 --bind 127.0.0.1 --directory {site} {port}"),
}


def peer_command(name, place, site, port):
    """The words that start the server @name of the folder @site at @port of 127.0.0.1. Its own files are in @place, a folder that is made."""
    conf, words = SERVERS[name]
    if not shutil.which(words.split()[0]):
        pytest.skip(f"not run: {name} is not installed")
    place.mkdir()
    place.chmod(0o777)
    (place / "users").write_text(f"me:{DIGEST}\n")
    (place / "types").touch()
    if conf:
        (place / "conf").write_text(conf.format(place=place, site=site, port=port, modules=modules(), bcrypt=BCRYPT))
    return words.format(place=place, conf=place / "conf", site=site, port=port).split()


@contextlib.contextmanager
def peer_server(name, place, site):
    """The server @name of the folder @site, with its own files in @place; yields its port."""
    port = free_port()
    command = [*unprivileged(), *peer_command(name, place, site, port)]
    env = os.environ | {"HOME": str(place), "XDG_CONFIG_HOME": str(place), "XDG_DATA_HOME": str(place)}
    with subprocess.Popen(command, env=env, cwd=place, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as proc:
        try:
            until(lambda: answers(port), f"{name} does not answer", proc=proc)
            yield port
        finally:
            proc.terminate()
