"""echoes.py ADDRESS COUNT OCTETS: sends echo requests, one at a time, and prints each round trip in milliseconds. ping(8) rounds to a tenth."""
import socket
import sys
import time

address, count, octets = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM, socket.IPPROTO_ICMP) as s:
    s.settimeout(1)
    s.connect((address, 0))
    for number in range(count):
        request = bytes([8, 0, 0, 0, 0, 0, number >> 8, number & 255]) + bytes(octets)
        start = time.perf_counter_ns()
        try:
            s.send(request)
            while s.recv(65536)[6:8] != request[6:8]:
                pass
        except OSError:
            continue
        print((time.perf_counter_ns() - start) / 1e6)
