"""fork_server.py PORT COUNT: a server that forks for each connection. Echoes one line to each of COUNT clients, then ends."""
import os
import socket
import sys

listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind(("0.0.0.0", int(sys.argv[1])))
listener.listen(512)
print("ready", flush=True)
for _ in range(int(sys.argv[2])):
    conn, peer = listener.accept()
    if os.fork() == 0:
        listener.close()
        assert conn.getpeername() == peer, (conn.getpeername(), peer)
        conn.sendall(conn.makefile("rb").readline())
        os._exit(0)
    conn.close()
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass
