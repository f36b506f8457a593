"""What was found, as text and as JSON."""
import json

from lib.measure import group_summary


def figure(value):
    """Four digits are more than such a machine repeats."""
    if value == 0:
        return "0"
    digits = 0 if abs(value) >= 1000 else 1 if abs(value) >= 100 else 2 if abs(value) >= 10 else 3
    return f"{value:,.{digits}f}"


def group_lines(group):
    """Lines for one group: median, smallest and largest, and how many times as good ours is."""
    lines = [f"  {group['name']} ({group['unit']}, {group['better']} is better)"]
    for name, s in group["subjects"].items():
        ratio = group["ratios"].get(name)
        beside = f"   leat is {ratio:.2f} times as good" if ratio is not None else ""
        lines.append(f"    {name:<26} {figure(s['median']):>12}   {figure(s['min'])} to {figure(s['max'])}{beside}")
    lines += [f"    {name:<26} could not measure: {why}" for name, why in group["missing"].items()]
    return lines


def results(bench, machine, took):
    """All of it, as it goes into results.json."""
    groups = [group_summary(g) for g in bench.groups]
    missing = list(bench.missing)
    missing += [{"part": g["part"], "what": f"{g['name']}: {name}", "why": why} for g in groups for name, why in g["missing"].items()]
    return {"machine": machine, "seconds": round(took, 1), "rounds": bench.rounds, "slow_rounds": bench.slow_rounds,
            "groups": groups, "notes": bench.notes, "missing": missing}


def table(found, part):
    """The ratios of a part for a document: figures of one machine would be taken for promises."""
    groups = [g for g in found["groups"] if g["part"] == part and g["ratios"]]
    peers = list(dict.fromkeys(name for g in groups for name in g["ratios"]))
    lines = ["| " + " | ".join(["", *peers]) + " |", "|---" * (len(peers) + 1) + "|"]
    for g in groups:
        cells = [f"{g['ratios'][name]:.2f}" if name in g["ratios"] else "" for name in peers]
        lines.append("| " + " | ".join([g["name"], *cells]) + " |")
    return "\n".join(lines) if groups else ""


def write(found, folder):
    """results.json, and results.md with the tables."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "results.json"
    path.write_text(json.dumps(found, indent=1) + "\n")
    tables = [f"{part}\n\n{table(found, part)}\n" for part in dict.fromkeys(g["part"] for g in found["groups"]) if table(found, part)]
    (folder / "results.md").write_text("\n".join(tables))
    return path


def closing(found):
    """The last lines: what there is not, once for each reason."""
    reasons = {}
    for m in found["missing"]:
        reasons.setdefault((m["part"], m["why"]), []).append(m["what"])
    if not reasons:
        return ["nothing was left out"]
    return ["could not measure:"] + [f"  {part}: {what[0]}{f' and {len(what) - 1} more' if len(what) > 1 else ''}: {why}"
                                     for (part, why), what in reasons.items()]
