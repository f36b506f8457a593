"""How published ports reach the program, and what a run says of itself where nothing went wrong."""
from conftest import run


def test_a_normal_start_drops_nothing(leat):
    """Announcements and reports of groups that every stack sends at its start are no faults of the other side."""
    done = run(leat, "run", "--", "true")
    assert "link up" in done.stderr and "dropped" not in done.stderr, done.stderr
