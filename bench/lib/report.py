"""The results, as text and as JSON."""
import json

from lib.measure import group_summary


def figure(value):
    """Formats a figure with about four digits; more would not be repeatable."""
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


def verdict(ratio, goal):
    """Says how many times as good Leat is, and whether that is its goal."""
    return f"leat is {ratio:.2f} times as good" + (f"; goal {goal:.2f}: {'met' if ratio >= goal else 'MISSED'}" if goal else "")


def group_lines(group):
    """Returns the lines of one group: median, smallest and largest figure, and Leat's ratio."""
    lines = [f"  {group['name']} ({group['unit']}, {group['better']} is better)"]
    for name, s in group["subjects"].items():
        ratio = group["ratios"].get(name)
        beside = f"   {verdict(ratio, group['goals'].get(name))}" if ratio is not None else ""
        lines.append(f"    {name:<26} {figure(s['median']):>12}   {figure(s['min'])} to {figure(s['max'])}{beside}")
    lines += [f"    {name:<26} could not measure: {why}" for name, why in group["missing"].items()]
    return lines


def results(bench, machine, took):
    """Returns all results, for results.json."""
    groups = [group_summary(g) for g in bench.groups]
    missing = list(bench.missing)
    missing += [{"part": g["part"], "what": f"{g['name']}: {name}", "why": why} for g in groups for name, why in g["missing"].items()]
    return {"machine": machine, "seconds": round(took, 1), "rounds": bench.rounds, "slow_rounds": bench.slow_rounds,
            "groups": groups, "notes": bench.notes, "missing": missing, "maps": bench.maps}


def table(found, part):
    """Returns a table of a part's ratios, for documents. It has no absolute figures, because they would be read as promises."""
    groups = [g for g in found["groups"] if g["part"] == part and g["ratios"]]
    peers = list(dict.fromkeys(name for g in groups for name in g["ratios"]))
    lines = ["| " + " | ".join(["", *peers]) + " |", "|---" * (len(peers) + 1) + "|"]
    for g in groups:
        cells = [f"{g['ratios'][name]:.2f}" if name in g["ratios"] else "" for name in peers]
        lines.append("| " + " | ".join([g["name"], *cells]) + " |")
    return "\n".join(lines) if groups else ""


def write(found, folder):
    """Writes results.json, and results.md with the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    tables = [f"{part}\n\n{table(found, part)}\n" for part in dict.fromkeys(g["part"] for g in found["groups"]) if table(found, part)]
    (folder / "results.md").write_text("\n".join(tables))
    return path


def closing(found):
    """Returns the last lines: what could not be measured, grouped by reason."""
    reasons = {}
    for m in found["missing"]:
        reasons.setdefault((m["part"], m["why"]), []).append(m["what"])
    if not reasons:
        return ["everything was measured"]
    return ["could not measure:"] + [f"  {part}: {what[0]}{f' and {len(what) - 1} more' if len(what) > 1 else ''}: {why}"
                                     for (part, why), what in reasons.items()]
