"""option_numbers.py KIND: calls setsockopt(2) and getsockopt(2) for every option number of Linux. Prints each call on stderr before it is made, and on stdout with its result."""
import ctypes
import errno
import socket
import struct
import sys

KINDS = {"tcp4": (socket.AF_INET, socket.SOCK_STREAM), "tcp6": (socket.AF_INET6, socket.SOCK_STREAM), "udp4": (socket.AF_INET, socket.SOCK_DGRAM),
         "udp6": (socket.AF_INET6, socket.SOCK_DGRAM)}
LEVELS = {socket.SOL_SOCKET: 90, socket.IPPROTO_IP: 60, socket.IPPROTO_TCP: 50, socket.IPPROTO_IPV6: 90, socket.IPPROTO_UDP: 105}
LIBC = ctypes.CDLL(None, use_errno=True)


def ask(call, s, level, name):
    room, length = ctypes.create_string_buffer(struct.pack("i", 1), 256), ctypes.c_int(4)
    rc = getattr(LIBC, call)(s.fileno(), level, name, room, ctypes.byref(length) if call == "getsockopt" else 4)
    return "0" if rc == 0 else errno.errorcode[ctypes.get_errno()]


for level, most in LEVELS.items():
    for name in range(most):
        for call in "setsockopt", "getsockopt":
            with socket.socket(*KINDS[sys.argv[1]]) as s:
                question = f"{call} {level} {name}"
                print(question, file=sys.stderr, flush=True)
                print(f"{question}: {ask(call, s, level, name)}", flush=True)
