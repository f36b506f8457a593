"""How things are measured: every subject of a group in turn, A B A B, after a warm-up that does not count; then medians, spread, and ratios.

A ratio says how many times as good the first subject, ours, did as another: above 1 is better, whichever way the unit points.
"""
import dataclasses
import statistics
import time

MORE, LESS = "more", "less"  # which of two figures is the better one


class NotMeasured(Exception):
    """Something cannot be measured here; the words say why."""


@dataclasses.dataclass
class Group:
    """One thing, done by several."""

    part: str
    name: str
    unit: str
    better: str
    values: dict  # subject -> figures, one a round
    missing: dict  # subject -> why

    def ours(self):
        return next(iter(self.values), None)


def summary(values):
    """The figures of one subject in short."""
    ordered = sorted(values)
    quarters = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else [ordered[0]] * 3
    return {"median": statistics.median(ordered), "min": ordered[0], "max": ordered[-1], "q1": quarters[0], "q3": quarters[2], "values": values}


def ratio(ours, other, better):
    """How many times as good as @other; None where nothing can be said."""
    up, down = (ours, other) if better == MORE else (other, ours)
    return up / down if down > 0 else None


def ratios(group, subjects):
    """Subject -> ratio of our median to its median. @subjects: as group_summary() makes them. Nothing without a figure of ours."""
    if not subjects or next(iter(subjects)) != group.ours():
        return {}
    first = next(iter(subjects))
    found = {name: ratio(subjects[first]["median"], s["median"], group.better) for name, s in subjects.items() if name != first}
    return {name: value for name, value in found.items() if value is not None}


def group_summary(group):
    subjects = {name: summary(values) for name, values in group.values.items()}
    return {"part": group.part, "name": group.name, "unit": group.unit, "better": group.better, "subjects": subjects,
            "ratios": ratios(group, subjects) if group.ours() == "leat" else {}, "missing": group.missing}


def once(run, count):
    """@count figures, or (None, why)."""
    try:
        found = run()
        values = [float(value) for value in (found if isinstance(found, (list, tuple)) else [found])]
    except NotMeasured as e:
        return None, str(e)
    except Exception as e:  # noqa: BLE001 - whatever one subject does, the others go on
        return None, f"{type(e).__name__}: {e}"
    good = len(values) == count and all(0 <= value < float("inf") for value in values)
    return (values, None) if good else (None, f"no figure: {found}")


def measure(part, aspects, subjects, rounds, clock=time.monotonic, limit=180.0):
    """
    Measure @subjects in turn, @rounds times after the warm-up; a group for each of @aspects.

    @aspects   (name, unit, MORE or LESS) of each figure that a subject gives
    @subjects  name -> a function that returns one figure, or one for each aspect

    A subject that fails in the warm-up, or in every round, is missing with its reason; one that fails in some rounds counts with the others. When
    @limit seconds are over no further round begins.
    """
    groups = [Group(part, *aspect, {}, {}) for aspect in aspects]
    alive, end, last = {}, clock() + limit, {}
    for subject, run in subjects.items():
        found, why = once(run, len(aspects))
        if found is None:
            for group in groups:
                group.missing[subject] = why
        else:
            alive[subject] = run
            for group in groups:
                group.values[subject] = []
    for _ in range(rounds):
        if clock() >= end:
            break
        for subject, run in alive.items():
            found, last[subject] = once(run, len(aspects))
            for group, value in zip(groups, found or []):
                group.values[subject].append(value)
    for subject in alive:
        for group in groups:
            if not group.values[subject]:
                del group.values[subject]
                group.missing[subject] = last.get(subject) or "no time was left"
    return groups
