"""bulk_client.py get|put PORT OCTETS: transfers OCTETS of an endless pattern from or to a server on 127.0.0.1; prints the SHA-256 of what it read.
bulk_client.py short PORT COUNT: makes COUNT connections in turn, and sends one octet each way. It does so once for each line on stdin."""
import hashlib
import socket
import sys

BLOCK = b"".join(hashlib.sha256(b"%d" % i).digest() for i in range(31251))[:1_000_003]  # the length is no multiple of any buffer size


def get(sock):
    digest, buf = hashlib.sha256(), bytearray(1 << 20)
    while n := sock.recv_into(buf):
        digest.update(memoryview(buf)[:n])
    return digest.hexdigest()


def put(sock, octets):
    while octets:
        n = min(octets, len(BLOCK))
        sock.sendall(memoryview(BLOCK)[:n])
        octets -= n
    sock.shutdown(socket.SHUT_WR)


def short(port, count):
    for i in range(count):
        with socket.create_connection(("127.0.0.1", port), 10) as sock:
            sock.sendall(b"%c" % (i % 256))
            assert sock.recv(1) == b"%c" % (i % 256)


def main():
    what, port, number = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    if what == "short":
        for line in sys.stdin:
            short(port, number)
            print("done", flush=True)
        return
    with socket.create_connection(("127.0.0.1", port), 10) as sock:
        sock.settimeout(60)
        if what == "put":
            put(sock, number)
        print(get(sock))


if __name__ == "__main__":
    main()
