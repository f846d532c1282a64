#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
# usage: forward.py PORT TO: passes what comes to 127.0.0.1:PORT on to
# 127.0.0.1:TO and back, until it is killed.
import socketserver
import socket
import sys
import threading


def pass_on(source, sink):
    while data := source.recv(65536):
        sink.sendall(data)
    sink.shutdown(socket.SHUT_WR)


class Connection(socketserver.BaseRequestHandler):
    def handle(self):
        with socket.create_connection(("127.0.0.1", int(sys.argv[2]))) as to:
            back = threading.Thread(target=pass_on, args=(to, self.request))
            back.start()
            pass_on(self.request, to)
            back.join()


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True


Server(("127.0.0.1", int(sys.argv[1])), Connection).serve_forever()
