"""take_sockets.py: tries to take sockets or memory from Leat's two processes, the parent of this one and its parent. Prints what the kernel allows."""
import ctypes
import errno
import os
import pathlib

SYS_PIDFD_OPEN, SYS_PIDFD_GETFD = 434, 438
PTRACE_ATTACH, PTRACE_SEIZE = 16, 0x4206
libc = ctypes.CDLL(None, use_errno=True)


class Span(ctypes.Structure):
    _fields_ = [("base", ctypes.c_void_p), ("len", ctypes.c_size_t)]


def result(call, *args):
    ctypes.set_errno(0)
    value = call(*map(ctypes.c_void_p, args))
    return errno.errorcode[ctypes.get_errno()] if value == -1 else "allowed"


def opened(path):
    try:
        return "allowed" if os.listdir(path) is not None else ""
    except NotADirectoryError:
        pass
    except OSError as e:
        return errno.errorcode[e.errno]
    try:
        with open(path, "rb"):
            return "allowed"
    except OSError as e:
        return errno.errorcode[e.errno]


def read_memory(pid):
    room = ctypes.create_string_buffer(8)
    span = Span(ctypes.addressof(room), 8)
    at = ctypes.addressof(span)
    return result(libc.process_vm_readv, pid, at, 1, at, 1, 0)


def parent_of(pid):
    return int(pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])


worker = os.getppid()
for name, pid in ("worker", worker), ("supervisor", parent_of(worker)):
    pidfd = libc.syscall(SYS_PIDFD_OPEN, pid, 0)
    print(name, *[result(libc.syscall, SYS_PIDFD_GETFD, pidfd, fd, 0) for fd in range(1, 8)],
          read_memory(pid), *[opened(f"/proc/{pid}/{file}") for file in ("fd", "fdinfo", "mem", "environ", "map_files")],
          result(libc.ptrace, PTRACE_SEIZE, pid, 0, 0), result(libc.ptrace, PTRACE_ATTACH, pid, 0, 0))
