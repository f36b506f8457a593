"""How figures are measured: after a warm-up that does not count, the subjects of a group take turns (A B A B). Then medians, spread and ratios are computed.

A ratio compares the first subject, Leat, with another one. Above 1 means that Leat is better, whether more or less of the unit is better.
"""
import dataclasses
import statistics
import time

MORE, LESS = "more", "less"  # which of two figures is the better one


class NotMeasured(Exception):
    """Something cannot be measured here; the text gives the reason."""


@dataclasses.dataclass
class Group:
    """One task, measured for several subjects."""

    part: str
    name: str
    unit: str
    better: str
    values: dict  # subject -> figures, one for each round
    missing: dict  # subject -> reason
    goals: dict = dataclasses.field(default_factory=dict)  # another subject -> the ratio to it that Leat should have

    def ours(self):
        return next(iter(self.values), None)


def summary(values):
    """Returns the summary of one subject's figures."""
    ordered = sorted(values)
    quarters = statistics.quantiles(ordered, n=4, method="inclusive") if len(ordered) > 1 else [ordered[0]] * 3
    return {"median": statistics.median(ordered), "min": ordered[0], "max": ordered[-1], "q1": quarters[0], "q3": quarters[2], "values": values}


def ratio(ours, other, better):
    """Returns how many times @ours is as good as @other, or None if that is not defined."""
    up, down = (ours, other) if better == MORE else (other, ours)
    return up / down if down > 0 else None


def ratios(group, subjects):
    """Returns subject -> ratio of Leat's median to its median. @subjects is as in group_summary(). The result is empty if Leat has no figure."""
    if not subjects or next(iter(subjects)) != group.ours():
        return {}
    first = next(iter(subjects))
    found = {name: ratio(subjects[first]["median"], s["median"], group.better) for name, s in subjects.items() if name != first}
    return {name: value for name, value in found.items() if value is not None}


def mean_ratios(groups):
    """Returns subject -> (geometric mean of Leat's ratios to it, number of groups that have one)."""
    found = {}
    for group in groups:
        for name, value in group_summary(group)["ratios"].items():
            found.setdefault(name, []).append(value)
    return {name: (statistics.geometric_mean(values), len(values)) for name, values in found.items() if min(values) > 0}


def group_summary(group):
    subjects = {name: summary(values) for name, values in group.values.items()}
    return {"part": group.part, "name": group.name, "unit": group.unit, "better": group.better, "subjects": subjects,
            "ratios": ratios(group, subjects) if group.ours() == "leat" else {}, "missing": group.missing, "goals": group.goals}


def once(run, count):
    """Returns (@count figures, None), or (None, reason)."""
    try:
        found = run()
        values = [float(value) for value in (found if isinstance(found, (list, tuple)) else [found])]
    except NotMeasured as e:
        return None, str(e)
    except Exception as e:  # noqa: BLE001 - the other subjects continue, whatever one does
        return None, f"{type(e).__name__}: {e}"
    good = len(values) == count and all(0 <= value < float("inf") for value in values)
    return (values, None) if good else (None, f"no figure: {found}")


def measure(part, aspects, subjects, rounds, clock=time.monotonic, limit=180.0, goals=None):
    """
    Measures @subjects in turn, @rounds times after the warm-up. Returns a group for each of @aspects.

    @aspects   (name, unit, MORE or LESS) of each figure that a subject gives
    @subjects  name -> a function that returns one figure, or one for each aspect
    @goals     another subject -> the ratio to it that Leat should have

    A subject that fails in the warm-up, or in every round, is missing, with the reason. If it fails in some rounds, the other rounds count. No round
    begins after @limit seconds.
    """
    groups = [Group(part, *aspect, {}, {}, goals or {}) for aspect in aspects]
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
