#!/usr/bin/python3
# SPDX-License-Identifier: MIT
#
# usage: impacket_peer.py ADDRESS PORT WHAT [ANNOUNCED...]
#
# A DCE/RPC server out of impacket's own classes and structures, independent of
# the code under test. Prints "ready" once it listens.
#   healthy      IObjectExporter; ServerAlive2 announces what is given
#   fragmented   the same in fragments of 16 bytes
#   no-bindings  ServerAlive2 with a null pointer in place of bindings
#   failing      ServerAlive2 returns 5
#   no-call      IObjectExporter without that call
#   objects      IRemUnknown2, as a process that serves COM objects
import socket
import sys

from impacket.dcerpc.v5 import dcomrt
from impacket.dcerpc.v5.dtypes import NULL
from impacket.dcerpc.v5.rpcrt import (PFC_FIRST_FRAG, PFC_LAST_FRAG,
                                      DCERPCServer)

OBJECT_EXPORTER = ("99fcfec4-5260-101b-bbcb-00aa0021347a", "0.0")
REM_UNKNOWN_2 = ("00000143-0000-0000-c000-000000000046", "0.0")
TCP_TOWER = 7
SERVICES = (10, 9, 16, 30, 31, 22)


def units(announced):
    """The array of a DUALSTRINGARRAY, and where its second half begins."""
    out = []
    for address in announced:
        out += [TCP_TOWER, *map(ord, address), 0]
    out.append(0)
    security = len(out)
    for service in SERVICES:
        out += [service, 0xFFFF, 0]
    out.append(0)
    return out, security


def server_alive(announced, status=0):
    def answer(_request):
        response = dcomrt.ServerAlive2Response()
        if announced is None:
            response["ppdsaOrBindings"] = NULL
        else:
            array, security = units(announced)
            response["ppdsaOrBindings"]["wNumEntries"] = len(array)
            response["ppdsaOrBindings"]["wSecurityOffset"] = security
            response["ppdsaOrBindings"]["aStringArray"] = array
        response["pReserved"] = NULL
        response["ErrorCode"] = status
        return response.getData()

    return answer


class Peer(DCERPCServer):
    def __init__(self, address, port):
        super().__init__()
        self._sock.close()
        self._sock = socket.socket()
        self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._sock.bind((address, port))
        self._sock.listen(10)

    def in_fragments(self, length):
        self._max_frag = length

    def send(self, data):
        """As the base class, which leaves frag_len that of the whole."""
        whole = data["pduData"]
        length = self._max_frag or max(len(whole), 1)
        for at in range(0, max(len(whole), 1), length):
            data["flags"] = (PFC_FIRST_FRAG if at == 0 else 0) | (
                PFC_LAST_FRAG if at + length >= len(whole) else 0)
            data["pduData"] = whole[at:at + length]
            data["frag_len"] = data._SIZE + len(data["pduData"])
            self._clientSock.sendall(data.get_packet())


def main():
    address, port, what = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    announced = sys.argv[4:]
    peer = Peer(address, port)
    calls = {
        "healthy": {5: server_alive(announced)},
        "fragmented": {5: server_alive(announced)},
        "no-bindings": {5: server_alive(None)},
        "failing": {5: server_alive(announced, 5)},
        "no-call": {},
    }
    if what in calls:
        peer.addCallbacks(OBJECT_EXPORTER, str(port), calls[what])
    else:
        peer.addCallbacks(REM_UNKNOWN_2, str(port), {})
    if what == "fragmented":
        peer.in_fragments(16)
    print("ready", flush=True)
    peer.run()


main()
