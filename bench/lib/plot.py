"""The results as a web page: bars for medians, whiskers from the smallest to the largest figure. It is one file that loads nothing else."""
import math
from html import escape

from lib.report import figure

WIDTH, LABEL, BAR, ROW, VALUE = 860, 200, 460, 22, 180
OURS, OTHERS, INK = "#2b6cb0", "#a0aec0", "#1a202c"
STYLE = """body{font:15px/1.5 system-ui,sans-serif;max-width:920px;margin:2em auto;padding:0 1em;color:#1a202c;background:#fff}
h1,h2{font-weight:600}h3{margin:1.4em 0 .2em;font-size:1em}small{color:#4a5568;font-weight:400}svg{display:block;max-width:100%;height:auto}
li{margin:.2em 0}@media(prefers-color-scheme:dark){body{background:#171923;color:#e2e8f0}small{color:#a0aec0}svg text{fill:#e2e8f0}svg path{stroke:#e2e8f0}svg text.on{fill:#1a202c}}"""


def text(x, y, words, anchor="start"):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="13" fill="{INK}" dominant-baseline="middle">{escape(words)}</text>'


def bar(y, name, s, ratio, scale):
    """Returns the row of one subject."""
    middle, width = y + ROW / 2, s["median"] * scale
    low, high = LABEL + s["min"] * scale, LABEL + s["max"] * scale
    words = figure(s["median"]) + (f"  (leat {ratio:.2f}×)" if ratio is not None else "")
    return "".join([
        text(LABEL - 8, middle, name, "end"),
        f'<rect x="{LABEL}" y="{y + 3}" width="{width:.1f}" height="{ROW - 6}" fill="{OURS if name == "leat" else OTHERS}"/>',
        f'<path d="M{low:.1f} {middle}H{high:.1f}M{low:.1f} {middle - 4}v8M{high:.1f} {middle - 4}v8" stroke="{INK}" fill="none"/>',
        text(max(LABEL + width, high) + 8, middle, words),
    ])


def svg(group):
    subjects = group["subjects"]
    scale = BAR / max([s["max"] for s in subjects.values()] + [1e-12])
    rows = [bar(i * ROW, name, s, group["ratios"].get(name), scale) for i, (name, s) in enumerate(subjects.items())]
    return f'<svg xmlns="http://www.w3.org/2000/svg" role="img" viewBox="0 0 {WIDTH} {ROW * len(rows)}">{"".join(rows)}</svg>'


def shade(ratio):
    """Returns the colour of a ratio: red below 1, white at 1, blue above; full at half and at twice."""
    depth = max(-1.0, min(1.0, math.log2(ratio))) if ratio > 0 else -1.0
    end = (197, 48, 48) if depth < 0 else (43, 108, 176)
    return "#" + "".join(f"{round(255 + (c - 255) * abs(depth) * 0.8):02x}" for c in end)


def heat_map(found):
    """Returns a table of ratios as coloured fields."""
    rows, columns = found["rows"], found["columns"]
    width = min(90, (WIDTH - LABEL) / max(1, len(columns)))
    parts = [text(LABEL + width * (i + 0.5), ROW / 2, name, "middle") for i, name in enumerate(columns)]
    for y, (name, ratios) in enumerate(zip(rows, found["ratios"]), start=1):
        parts.append(text(LABEL - 8, ROW * (y + 0.5), name, "end"))
        for x, ratio in enumerate(ratios):
            if ratio is not None:
                at = LABEL + width * x
                parts.append(f'<rect x="{at:.1f}" y="{ROW * y}" width="{width - 1:.1f}" height="{ROW - 1}" fill="{shade(ratio)}"/>'
                             f'<text class="on" x="{at + width / 2:.1f}" y="{ROW * (y + 0.5):.1f}" text-anchor="middle" font-size="13" '
                             f'dominant-baseline="middle">{ratio:.2f}</text>')
    return (f'<h3>{escape(found["title"])}</h3><svg xmlns="http://www.w3.org/2000/svg" role="img" '
            f'viewBox="0 0 {WIDTH} {ROW * (len(rows) + 1)}">{"".join(parts)}</svg>')


def section(part, title, found):
    out = [f"<h2>{escape(part)} <small>{escape(title)}</small></h2>"]
    out += [heat_map(m) for m in found["maps"] if m["part"] == part]
    for group in (g for g in found["groups"] if g["part"] == part):
        out.append(f"<h3>{escape(group['name'])} <small>{escape(group['unit'])}, {group['better']} is better</small></h3>")
        out.append(svg(group) if group["subjects"] else "<p>Could not be measured.</p>")
    out += [f"<p><small>{escape(n['text'])}</small></p>" for n in found["notes"] if n["part"] == part]
    return "\n".join(out)


def page(found, titles):
    """Returns the page. @titles: part -> its title, in the order of the page."""
    m = found["machine"]
    head = (f"{m['cpu']}, {m['cores']} cores, Linux {m['kernel']}; load {m['load']:.1f} when it began; {found['seconds']:.0f} s. "
            "Bars are medians, whiskers go from the smallest to the largest figure. A ratio above 1 means that Leat did better.")
    missing = "".join(f"<li>{escape(x['part'])}: {escape(x['what'])}: {escape(x['why'])}</li>" for x in found["missing"])
    return "\n".join([
        '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">',
        f"<title>Leat: benchmarks</title><style>{STYLE}</style></head><body><h1>Leat: benchmarks</h1><p>{escape(head)}</p>",
        *[section(part, title, found) for part, title in titles.items()],
        f"<h2>Could not be measured</h2><ul>{missing}</ul>" if missing else "",
        "</body></html>\n",
    ])
