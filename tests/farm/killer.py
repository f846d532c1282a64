#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Runs a command and kills it, with SIGKILL, at a moment of its progress.

    killer.py LINES MICROSECONDS OUT ERR COMMAND...

Its standard error goes to ERR, and when LINES lines of it have come and so
many microseconds have passed it is killed. Exit status 0: it was killed; 1: it
had ended before that.
"""

import os
import signal
import subprocess
import sys
import time


def main():
    lines, microseconds = int(sys.argv[1]), int(sys.argv[2])
    with open(sys.argv[3], "wb") as out, open(sys.argv[4], "wb") as err:
        with subprocess.Popen(sys.argv[5:], stdout=out,
                              stderr=subprocess.PIPE, bufsize=0) as process:
            reader = process.stderr.fileno()
            seen = 0
            while seen < lines and (piece := os.read(reader, 4096)):
                err.write(piece)
                seen += piece.count(b"\n")
            end = time.monotonic_ns() + microseconds * 1000
            while time.monotonic_ns() < end:
                pass
            process.send_signal(signal.SIGKILL)
            while piece := os.read(reader, 65536):
                err.write(piece)
    return 0 if process.returncode == -signal.SIGKILL else 1


if __name__ == "__main__":
    sys.exit(main())
