#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: delay.py PORT MS

A network with a round trip of MS milliseconds in front of the servers that
listen at PORT of addresses on 127.0.0.0/8: prints the port where the same
addresses answer later. Whatever passes takes half of that time.

The kernel makes the client's connection at once. A network takes one round
trip for that and half of another for what follows, so the server sees the
connection after one and a half; the rest is as in a network then."""

import asyncio
import socket
import sys


async def pass_on(reader, writer, delay):
    loop = asyncio.get_running_loop()
    while data := await reader.read(65536):
        loop.call_later(delay, writer.write, data)
    loop.call_later(delay, writer.close)


async def serve(reader, writer, port, delay):
    address = writer.get_extra_info("sockname")[0]
    await asyncio.sleep(3 * delay)
    try:
        back, forth = await asyncio.open_connection(address, port)
    except OSError:
        writer.close()
        return
    for end in (writer, forth):
        end.get_extra_info("socket").setsockopt(
            socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    await asyncio.gather(pass_on(reader, forth, delay),
                         pass_on(back, writer, delay),
                         return_exceptions=True)


async def main():
    port, delay = int(sys.argv[1]), int(sys.argv[2]) / 2000
    listener = socket.socket()
    # Only this machine can call.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"lo")
    listener.bind(("0.0.0.0", 0))
    server = await asyncio.start_server(
        lambda reader, writer: serve(reader, writer, port, delay),
        sock=listener, backlog=1024)
    print(listener.getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
