"""What a part gets: where the programs are, how long to run, and where results go."""
import contextlib
import dataclasses
import pathlib
import re
import subprocess

from lib import measure
from lib.lwip import Lwip
from lib.machine import run_json
from lib.measure import NotMeasured
from lib.report import group_lines, verdict


@dataclasses.dataclass
class Bench:
    """One run of the benchmarks."""

    build: pathlib.Path  # Meson's folder
    out: pathlib.Path  # where results go
    rounds: int = 5  # for programs in one process
    slow_rounds: int = 3  # for programs that need a second or more each time
    seconds: float = 0.4  # for one figure, if the program has that option
    scratch: pathlib.Path = pathlib.Path("/tmp")  # any user may write there
    rows: re.Pattern = re.compile("")  # only rows whose name it matches
    say: object = print

    def __post_init__(self):
        self.groups, self.notes, self.missing, self.maps = [], [], [], []
        self.part, self.default_cc = "", "?"
        self.lwip = Lwip(self.out)

    def program(self, name):
        """The path of a program that Meson built."""
        for path in (self.build / "bench" / name, self.build / "test/tools" / name):
            if path.exists():
                return path
        raise NotMeasured(f"program {name} not built")

    def figures(self, name, *words, timeout=120, prefix=()):
        """Runs one of Leat's programs. Returns its JSON."""
        path = name if isinstance(name, pathlib.Path) else self.program(name)
        return run_json(*prefix, path, *words, timeout=timeout)

    def figure(self, name, key, *words, **more):
        """Returns the figure @key of a program's JSON."""
        found = self.figures(name, *words, **more)
        if not isinstance(found.get(key), (int, float)):
            raise NotMeasured(f"{name}: no figure {key!r}")
        return found[key]

    def wants(self, *names):
        """Returns true if one of the rows with these names was asked for."""
        return any(self.rows.search(name) for name in names)

    def group(self, name, unit, better, subjects, slow=False, goals=None):
        """Measures one figure of each subject, prints it and keeps it."""
        self.aspects([(name, unit, better)], subjects, slow, goals=goals)

    def aspects(self, aspects, subjects, slow=False, rounds=None, goals=None):
        """Measures several figures that one run gives, with a group for each."""
        if not self.wants(*(name for name, _, _ in aspects)):
            return
        for group in measure.measure(self.part, aspects, subjects, rounds or (self.slow_rounds if slow else self.rounds), goals=goals):
            self.keep(group)

    def keep(self, group):
        """Prints a group that was measured, and keeps it for the results."""
        self.groups.append(group)
        for line in group_lines(measure.group_summary(group)):
            self.say(line)

    def heat_map(self, title, rows, columns, ratios):
        """Keeps a map of ratios for the page: @ratios has a list for each of @rows, with None where nothing was measured."""
        self.maps.append({"part": self.part, "title": title, "rows": rows, "columns": columns, "ratios": ratios})

    def mean(self, what, groups, goals):
        """Notes the mean of Leat's ratios in these groups."""
        for name, (ratio, count) in measure.mean_ratios(groups).items():
            self.note(f"mean of {count} rows with {what}, beside {name}: {verdict(ratio, goals.get(name))}")

    def note(self, text):
        self.notes.append({"part": self.part, "text": text})
        self.say(f"  note: {text}")

    def cannot(self, what, why):
        self.missing.append({"part": self.part, "what": what, "why": str(why)})
        self.say(f"  could not measure {what}: {why}")

    @contextlib.contextmanager
    def section(self, what):
        """If the block cannot be set up or measured, reports it; the part continues after it."""
        try:
            yield
        except (NotMeasured, OSError, KeyError, ValueError, subprocess.SubprocessError) as e:
            self.cannot(what, e if isinstance(e, NotMeasured) else f"{type(e).__name__}: {e}")
