"""Small pictures, sounds and films that browsers can show, made without any program."""
import struct
import wave

PNG = bytes.fromhex("89504e470d0a1a0a0000000d4948445200000001000000010806000000"
                    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082")
# A picture of 1 by 1 in VP8 (RFC 6386): a key frame.
FRAME = bytes.fromhex("300100" "9d012a" "01000100" "0ec0fe25a4" "000370000000")


def write_wav(path, seconds):
    """Silence, as 16 bits of stereo at 44.1 kHz: 176 kB a second."""
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(44100)
        sound.writeframes(bytes(4 * 44100 * seconds))


def number(n):
    return n.to_bytes((n.bit_length() + 7) // 8 or 1, "big")


def element(name, content):
    """An element of EBML (RFC 8794, 4): its ID, its length in 8 octets, and its content."""
    return bytes.fromhex(name) + (len(content) | 1 << 56).to_bytes(8, "big") + content


def write_webm(path, seconds):
    """A film of one picture a second, each a cluster with a cue (RFC 9559, 5.1)."""
    info = element("1549A966", element("2AD7B1", number(1_000_000)) + element("4489", struct.pack(">d", 1000 * seconds))
                   + element("4D80", b"leat") + element("5741", b"leat"))
    video = element("B0", number(1)) + element("BA", number(1))
    tracks = element("1654AE6B", element("AE", element("D7", number(1)) + element("73C5", number(1)) + element("83", number(1))
                                         + element("86", b"V_VP8") + element("E0", video)))
    clusters = [element("1F43B675", element("E7", number(1000 * at)) + element("A3", b"\x81\0\0\x80" + FRAME)) for at in range(seconds)]
    cues, size = b"", 0
    for _ in range(2):  # the places depend on the size of the cues
        at, points = len(info) + len(tracks) + size, b""
        for i, cluster in enumerate(clusters):
            track = element("F7", number(1)) + element("F1", at.to_bytes(4, "big"))
            points += element("BB", element("B3", number(1000 * i)) + element("B7", track))
            at += len(cluster)
        cues = element("1C53BB6B", points)
        size = len(cues)
    head = element("1A45DFA3", element("4286", number(1)) + element("42F7", number(1)) + element("42F2", number(4)) + element("42F3", number(8))
                   + element("4282", b"webm") + element("4287", number(2)) + element("4285", number(2)))
    path.write_bytes(head + element("18538067", info + tracks + cues + b"".join(clusters)))
