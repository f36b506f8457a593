"""embed.py HEADER NAME FILE...: style sheets and scripts, joined in this order, as strings of C: NAME_css, NAME_js.

With a script there is also NAME_POLICY, the policy that lets a page run just these.
"""
import base64
import hashlib
import pathlib
import re
import sys


def joined(names, ending):
    """The files with this ending, without what only their reader needs: comments that have lines of their own, and indentation."""
    text = "\n".join(pathlib.Path(name).read_text(encoding="utf-8") for name in names if name.endswith(ending))
    text = re.sub(r"^\s*/\*.*?\*/[ \t]*$", "", text, flags=re.M | re.S)
    return "".join(line.strip() + "\n" for line in text.split("\n") if line.strip())


def string(name, text):
    """A string of C, a line for each of the text."""
    quoted = ['"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("?", "\\?") + '\\n"' for line in text.split("\n")[:-1]]
    return f"\nstatic const char {name}[] =\n    " + "\n    ".join(quoted) + ";\n"


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def policy(css, js):
    return "; ".join((
        "default-src 'none'", f"style-src {digest(css)}", f"script-src {digest(js)}", "img-src 'self' data:",
        "media-src 'self'", "frame-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'self'"))


def main():
    header, name, *files = sys.argv[1:]
    css, js = joined(files, ".css"), joined(files, ".js")
    text = "/*\n * Made by embed.py from the files next to it.\n */\n"
    if js:
        js = '"use strict";\n(() => {\n' + js + "})();\n"
        text += f'#define {name.upper()}_POLICY "{policy(css, js)}"\n' + string(name + "_js", js)
    pathlib.Path(header).write_text(text + string(name + "_css", css), encoding="utf-8")


main()
