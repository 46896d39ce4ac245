"""echo_gevent: an echo server of gevent's greenlets, one for each connection. Runs until it is ended."""
from gevent.server import StreamServer

BUFFER_SIZE = 512


def serve(connection, _):
    while data := connection.recv(BUFFER_SIZE):
        connection.sendall(data)


server = StreamServer(("127.0.0.1", 0), serve)
server.start()
print(f"port {server.server_port} tcp", flush=True)
server.serve_forever()
