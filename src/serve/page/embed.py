"""embed.py CSS JS HEADER: a style sheet and a script as strings of C, with the policy that lets a page run just these."""
import base64
import hashlib
import pathlib
import sys


def literal(text):
    """Text as string literals of C, one a line."""
    lines = text.split("\n")
    ended = [line + "\n" for line in lines[:-1]] + lines[-1:]
    quoted = ['"' + line.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t").replace("?", "\\?") + '"' for line in ended]
    return "\n    ".join(quoted)


def digest(text):
    return "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


def main():
    css, js = (pathlib.Path(name).read_text(encoding="utf-8") for name in sys.argv[1:3])
    policy = "; ".join((
        "default-src 'none'", f"style-src {digest(css)}", f"script-src {digest(js)}", "img-src 'self' data:",
        "media-src 'self'", "connect-src 'self'", "base-uri 'none'", "form-action 'none'"))
    pathlib.Path(sys.argv[3]).write_text(f"""\
/*
 * The style and the script of a listing. Made by embed.py from listing.css and listing.js.
 */
#define LISTING_POLICY "{policy}"

static const char listing_css[] =
    {literal(css)};

static const char listing_js[] =
    {literal(js)};
""", encoding="utf-8")


main()
