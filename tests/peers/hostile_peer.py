#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
#
# usage: hostile_peer.py ADDRESS PORT WHAT [FILE]
#
# A peer that does what no healthy machine does, or that refuses as one may.
# Prints "ready" once it listens.
#   silent       drops every SYN: its backlog is full
#   mute         takes connections and says nothing
#   hang-up      ends each connection at once
#   garbage      another protocol's greeting
#   nak          bind_nak, reason 4 (local limit exceeded)
#   rejected     a bind_ack that does not offer the interface
#   fault-5      a bind_ack, then the fault ERROR_ACCESS_DENIED
#   storm        fragments of a response without end
#   flood        a response whose fragments are large, without end
#   trickle      a byte of a good bind_ack each 50 ms, for ever at the last
#   counts       a response that announces more bindings than it brings
#   escapes      announces what a terminal would obey
#   late         a good bind_ack, then nothing
#   record       a good answer to each; FILE has both sides as text2pcap -D takes
#                them
import socket
import struct
import sys
import threading
import time

NDR = bytes.fromhex("045d888aeb1cc9119fe808002b10486002000000")
FIRST, LAST = 1, 2


def pdu(kind, call, body, flags=FIRST | LAST):
    return struct.pack("<BBBB4sHHI", 5, 0, kind, flags, b"\x10\0\0\0",
                       16 + len(body), 0, call) + body



def bind_ack(result, reason):
    return pdu(12, 1, struct.pack("<HHIH", 5840, 5840, 0x1234, 4) + b"135\0" +
               b"\0\0" + struct.pack("<B3xHH", 1, result, reason) + NDR)


BIND_ACK = bind_ack(0, 0)
BIND_REJECTED = bind_ack(2, 1)


def response(stub, flags=FIRST | LAST):
    return pdu(2, 2, struct.pack("<IHBB", len(stub), 0, 0, 0) + stub, flags)


def bindings(words, claimed=None):
    """The stub of a response to ServerAlive2."""
    array = []
    for word in words:
        array += [7, *map(ord, word), 0]
    array.append(0)
    security = len(array)
    array += [10, 0xFFFF, 0, 0]
    count = claimed if claimed is not None else len(array)
    stub = struct.pack("<HHIIHH", 5, 7, 0x20000, count, count, security)
    stub += struct.pack(f"<{len(array)}H", *array)
    return stub + b"\0" * (-len(stub) % 4) + bytes(8)


def endless(connection, stub):
    connection.sendall(response(stub, FIRST))
    while True:
        connection.sendall(response(stub, 0))


def record(connection, path):
    with open(path, "w", encoding="ascii") as out:
        for answer in (BIND_ACK, response(bindings(["LAB", sys.argv[1]]))):
            for way, packet in (("I", connection.recv(4096)), ("O", answer)):
                out.write(f"{way}\n000000 {packet.hex(' ')}\n\n")
            out.flush()
            connection.sendall(answer)
    connection.recv(4096)


def play(what, connection):
    if what == "hang-up":
        return
    if what == "record":
        record(connection, sys.argv[4])
        return
    if what == "garbage":
        connection.sendall(b"SSH-2.0-OpenSSH_for_Windows_9.5\r\n")
    connection.recv(4096)
    if what == "nak":
        connection.sendall(pdu(13, 1, struct.pack("<HB2B", 4, 1, 5, 0)))
    elif what == "rejected":
        connection.sendall(BIND_REJECTED)
    elif what == "trickle":
        for byte in BIND_ACK[:-1]:
            connection.sendall(bytes([byte]))
            time.sleep(0.05)
    elif what not in ("mute", "garbage"):
        connection.sendall(BIND_ACK)
        connection.recv(4096)
    if what == "fault-5":
        connection.sendall(pdu(3, 2, struct.pack("<IHBBII", 32, 0, 0, 0, 5, 0)))
    elif what == "storm":
        endless(connection, b"")
    elif what == "flood":
        endless(connection, bytes(5000))
    elif what == "counts":
        connection.sendall(response(bindings(["LAB"], 0xFFFF)))
    elif what == "escapes":
        connection.sendall(response(bindings(["\x1b[2J", "\u202e", "192.0.2.1"])))
    while connection.recv(4096):
        pass


def serve(what, connection):
    with connection:
        try:
            play(what, connection)
        except OSError:
            pass


def main():
    address, port, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((address, port))
    listener.listen(0 if what == "silent" else 16)
    if what == "silent":
        held = socket.create_connection((address, port))
        print("ready", flush=True)
        threading.Event().wait()
        held.close()
    print("ready", flush=True)
    while True:
        connection, _ = listener.accept()
        threading.Thread(target=serve, args=(what, connection),
                         daemon=True).start()


main()
