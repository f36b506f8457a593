"""Captures of a run hold what each side saw, and Wireshark's analysis counts the same as Leat's."""
import contextlib
import json
import pathlib
import re
import subprocess
import tempfile

import pytest
from conftest import needs_tool, not_in_guest
from inside import PYTHON, inside, nothing_left, place  # noqa: F401
from servers import BIG

pytestmark = [needs_tool("tshark"), not_in_guest("what is captured does not depend on the kernel")]

FIELDS = ["frame.number", "frame.packet_flags_direction", "tcp.seq", "tcp.nxtseq", "tcp.len", "frame.comment", "tcp.analysis.retransmission",
          "tcp.analysis.out_of_order", "tcp.analysis.lost_segment", "tcp.analysis.ack_lost_segment"]
RECEIVED, SENT = "0x00000001", "0x00000002"
LOST = rb"LOST by the emulated link: frame \d+ (?:up|down) \([^)]*\)"


def frames(path):
    words = ["tshark", "-n", "-r", path, "-T", "fields", *(x for f in FIELDS for x in ("-e", f))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=True)
    return [dict(zip(FIELDS, line.split("\t"), strict=True)) for line in done.stdout.splitlines()]


class Run:
    def __init__(self, folder, *program, options):
        files = [x for name in ("capture", "capture-far", "capture-both", "json") for x in ("--" + name, folder / name)]
        self.done = inside(*program, options=[*files, *options], timeout=60)
        assert self.done.returncode == 0, self.done.stderr
        self.summary = json.loads((folder / "json").read_text())
        self.near, self.far, self.both = (frames(folder / name) for name in ("capture", "capture-far", "capture-both"))
        self.lost_near, self.lost_far = (re.findall(LOST, (folder / name).read_bytes()) for name in ("capture", "capture-far"))

    def retransmitted(self, end):
        """How many segments @end retransmitted, as the summary says."""
        return sum(self.summary["connections"][0][end]["retransmitted"].values())


LINK = ["--rtt", "10ms", "--loss", "1.5%", "--seed", "7"]


@pytest.fixture(scope="module")
def folders():
    """Makes empty folders that the unprivileged user may write."""
    with contextlib.ExitStack() as stack:
        def make():
            folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="leat-test-")))
            folder.chmod(0o777)
            return folder
        yield make


@pytest.fixture(scope="module")
def download(place, ports, folders):
    return Run(folders(), "curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{ports[0]}/big", options=LINK)


@pytest.fixture(scope="module")
def upload(place, ports, folders):
    folder = folders()
    (folder / "big").write_bytes(BIG[:2_000_000])
    return Run(folder, "curl", "-s", "-H", "Expect:", "--data-binary", f"@{folder}/big", f"http://127.0.0.1:{ports[0]}/", options=LINK)


def flagged(frame):
    """Returns true if tshark takes the frame for a retransmission. It counts fast and spurious ones as retransmissions, too."""
    return bool(frame["tcp.analysis.retransmission"] or frame["tcp.analysis.out_of_order"])


def more(path):
    """Returns the number of lost frames for whose names there was no room."""
    return sum(int(n) for n in re.findall(rb"; and (\d+) more", path.read_bytes()))


def known_before(rows):
    """Returns the numbers of the frames that repeat or precede octets which the file already holds. No reader of the file can recognise any other retransmission."""
    seen, found = 0, set()
    for row in rows:
        if row["tcp.seq"] and int(row["tcp.nxtseq"] or 0) > int(row["tcp.seq"]):
            if int(row["tcp.seq"]) < seen:
                found.add(row["frame.number"])
            seen = max(seen, int(row["tcp.nxtseq"]))
    return found


def compare(rows, direction):
    """Asserts that Wireshark and Leat flag the same frames as retransmissions. Returns how many frames Leat says were sent again."""
    mine = [row for row in rows if row["frame.packet_flags_direction"] == direction]
    again = {row["frame.number"] for row in mine if "sent again" in row["frame.comment"].split("; before it")[0]}
    assert {row["frame.number"] for row in mine if flagged(row)} == again & known_before(mine)
    return len(again)


def test_wireshark_finds_the_retransmissions_of_the_program(upload):
    """The default file holds all frames that the program sent, lost ones included."""
    assert compare(upload.near, SENT) == upload.retransmitted("program") > 5


def test_wireshark_finds_the_retransmissions_that_the_program_received(download):
    """The default file holds the frames that arrived, and names those that did not."""
    lost_again = sum(b"sent again" in name for name in download.lost_near)
    assert compare(download.near, RECEIVED) + lost_again == download.retransmitted("far_end") > 5


def test_the_capture_of_the_far_side_has_all_its_retransmissions(download, upload):
    assert compare(download.far, SENT) == download.retransmitted("far_end")
    lost_again = sum(b"sent again" in name for name in upload.lost_far)
    assert compare(upload.far, RECEIVED) + lost_again == upload.retransmitted("program")


@pytest.mark.parametrize("name", ["download", "upload"])
def test_every_lost_frame_is_named_once(name, request):
    run = request.getfixturevalue(name)
    assert len(run.lost_near) == len(set(run.lost_near)) == run.summary["link"]["down"]["lost"] > 5
    assert len(run.lost_far) == len(set(run.lost_far)) == run.summary["link"]["up"]["lost"] > 5


def test_a_comment_explains_each_gap_that_wireshark_sees(download):
    """The comment is on the frame after the gap, or on an earlier frame that was sent after the lost one: retransmissions fill other gaps."""
    named, seen, gaps = [], 0, 0
    for row in download.near:
        if row["frame.packet_flags_direction"] != RECEIVED:
            continue
        lost = re.findall(r"LOST by the emulated link: frame \d+ down \([^)]*?(\d+) octets from (\d+)", row["frame.comment"])
        named += [range(int(first), int(first) + int(octets)) for octets, first in lost]
        if row["tcp.analysis.lost_segment"]:
            assert any(seen in octets for octets in named), (row, seen)
            gaps += 1
        seen = max(seen, int(row["tcp.nxtseq"] or 0))
    assert gaps > 5
    assert not any(row["tcp.analysis.ack_lost_segment"] for row in download.near)


def test_each_capture_has_what_its_side_sent_and_what_arrived(download):
    up, down = download.summary["link"]["up"], download.summary["link"]["down"]
    assert len(download.near) == up["frames"] + down["delivered"]
    assert len(download.far) == down["frames"] + up["delivered"]
    assert len(download.both) == len(download.near) + len(download.far)


def test_a_frame_that_arrives_has_a_comment_on_what_the_link_did_to_it(place, ports, scratch):
    link = ["--delay", "5ms", "--down-dup", "3%", "--down-corrupt", "1%", "--down-reorder", "2%", "--seed", "3"]
    run = Run(scratch, "curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{ports[0]}/big", options=link)
    said = [row["frame.comment"] for row in run.near]
    down = run.summary["link"]["down"]
    assert sum("the link delivers it twice" in words for words in said) == 2 * down["duplicated"] > 20
    assert sum("the link flipped a bit of it" in words for words in said) == down["corrupted"] > 5
    assert sum("the link let it overtake others" in words for words in said) >= down["reordered"] > 5


def test_lost_frames_after_which_none_arrived_are_named_at_the_end(place, scratch):
    code = "import socket; socket.socket(2, 2).sendto(b'x', ('10.0.2.2', 9))"
    run = Run(scratch, PYTHON, "-c", code, options=["--down-loss", "100%"])
    assert all(row["frame.packet_flags_direction"] == SENT for row in run.near)
    assert len(run.lost_near) + more(scratch / "capture") == run.summary["link"]["down"]["lost"] > 0


def test_lost_frames_that_do_not_fit_into_a_comment_are_counted(place, scratch, ports):
    """A burst of losses names a few frames, and then says how many more there were."""
    run = Run(scratch, "curl", "-s", "-o", "/dev/null", f"http://127.0.0.1:{ports[0]}/big", options=["--delay", "5ms", "--down-loss", "2%", "--down-burst", "30", "--seed", "2"])
    assert len(run.lost_near) + more(scratch / "capture") == run.summary["link"]["down"]["lost"]
    assert more(scratch / "capture") > 0
