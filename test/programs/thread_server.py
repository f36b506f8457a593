"""thread_server.py PORT COUNT: a server with a thread for each connection. Serves COUNT clients at once, and echoes until the end of file."""
import socket
import sys
import threading

listener = socket.create_server(("", int(sys.argv[1])), backlog=512)
count = int(sys.argv[2])
everybody = threading.Barrier(count)


def serve(conn):
    first = conn.recv(65536)
    everybody.wait(30)
    conn.sendall(first)
    while data := conn.recv(65536):
        conn.sendall(data)
    conn.close()


print("ready", flush=True)
threads = []
for _ in range(count):
    conn, _ = listener.accept()
    thread = threading.Thread(target=serve, args=(conn,))
    thread.start()
    threads.append(thread)
for thread in threads:
    thread.join(30)
