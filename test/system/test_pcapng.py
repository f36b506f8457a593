"""Captures as Wireshark reads them: every field that the encoder writes, and the checksums of segments cut from super-segments."""
import pathlib
import shutil
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "build/test/capture_sample"

pytestmark = pytest.mark.skipif(not shutil.which("tshark"), reason="tshark is not installed")


@pytest.fixture(scope="module")
def sample(tmp_path_factory):
    """The path of the capture, and the numbers of frames sent and delivered."""
    path = tmp_path_factory.mktemp("capture") / "sample.pcapng"
    with path.open("wb") as out:
        proc = subprocess.run([SAMPLE], stdout=out, stderr=subprocess.PIPE, text=True, check=True)
    sent, delivered = map(int, proc.stderr.split())
    return path, sent, delivered


def tshark(path, *args):
    checks = [x for name in ("ip", "tcp", "udp") for x in ("-o", f"{name}.check_checksum:TRUE")]
    proc = subprocess.run(["tshark", "-n", "-r", str(path), *checks, *args], capture_output=True, text=True, check=True)
    return [line.split("\t") for line in proc.stdout.splitlines()]


def test_all_frames_are_there_with_side_direction_and_comment(sample):
    path, sent, delivered = sample
    rows = tshark(path, "-T", "fields", "-e", "frame.interface_name", "-e", "frame.packet_flags_direction", "-e", "frame.comment")
    assert sum(row == ["program", "0x00000002", "as sent"] for row in rows) == sent
    assert sum(row == ["gateway", "0x00000001", "as it came"] for row in rows) == delivered
    assert len(rows) == sent + delivered


def test_no_frame_is_malformed_and_every_checksum_is_right(sample):
    path, sent, delivered = sample
    fields = ["ip.checksum.status", "tcp.checksum.status", "udp.checksum.status"]
    rows = tshark(path, "-T", "fields", *[x for f in fields for x in ("-e", f)])
    good = {("1", "1", ""), ("", "1", ""), ("1", "", "1")}
    assert len(rows) == sent + delivered
    assert {tuple(row) for row in rows} == good
    assert tshark(path, "-Y", "_ws.malformed") == []


def test_times_are_in_nanoseconds(sample):
    path, _, _ = sample
    first = tshark(path, "-T", "fields", "-e", "frame.time_epoch", "-Y", "frame.interface_name == gateway")[0]
    # One frame of 1,502 octets at 100 Mbit/s, then 10 ms.
    assert first == ["1700000000.010120160"]


def test_addresses_have_names(sample):
    path, _, _ = sample
    proc = subprocess.run(["tshark", "-r", str(path), "-N", "n", "-c", "1", "-T", "fields", "-e", "ip.src_host"], capture_output=True, text=True, check=True)
    assert proc.stdout.strip() == "program"


def test_the_section_names_its_writer(sample):
    path, _, _ = sample
    proc = subprocess.run(["capinfos", "-M", str(path)], capture_output=True, text=True, check=True)
    assert "leat test" in proc.stdout
