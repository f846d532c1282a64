# SPDX-License-Identifier: MIT
"""The tables of docs/benchmarks.md, each between two marks of its own:
<!-- bench: NAME --> and <!-- end -->. What stands elsewhere stays."""

import os
import platform
import re
import subprocess
import time

from taken import Failure, Spread, paired

KIB = 1024


def table(*lines):
    """Markdown of rows; the first is the head."""
    lines = [[str(cell) for cell in line] for line in lines]
    lines.insert(1, ["---"] * len(lines[0]))
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def spread(bench, name, what="wall", times=1.0):
    return Spread([value * times for value in bench.taken.values(name, what)])


# --- figures -----------------------------------------------------------------

class Figure:
    """One row of the design's figures: the middle of the values counts."""

    def __init__(self, what, limit, found, digits, unit, limit_text=None):
        self.what, self.limit, self.found = what, limit, found
        self.digits, self.unit, self.limit_text = digits, unit, limit_text

    def row(self):
        limit = self.limit_text or f"at most {self.limit:g} {self.unit}"
        met = "met" if self.found.middle <= self.limit else "**missed**"
        return (self.what, limit.strip(),
                self.found.text(self.digits, self.unit), met)


def trips(bench, name):
    return Spread([(far - near) * 1000 / bench.latency_ms for near, far in zip(
        bench.taken.values(f"{name}, near", "wall"),
        bench.taken.values(f"{name}, far", "wall"))])


def trips_beyond(bench):
    cold = [far - near for near, far in zip(
        bench.taken.values("one cold, near", "wall"),
        bench.taken.values("one cold, far", "wall"))]
    warm = [far - near for near, far in zip(
        bench.taken.values("one warm, near", "wall"),
        bench.taken.values("one warm, far", "wall"))]
    return Spread([(a - b) * 1000 / bench.latency_ms for a, b in zip(cold, warm)])


def each_host(bench, word):
    """KiB that one admitted host takes."""
    more = max(bench.facts["admitted"] - 1, 1)
    return Spread([(a - b) / more for a, b in zip(
        bench.taken.values(f"memory, all {word}", "most_kib"),
        bench.taken.values(f"memory, one {word}", "most_kib"))])


def beside_inventory(bench, size):
    """KiB of a warm run that its inventory does not explain."""
    alone = spread(bench, f"{size}, one of them", "most_kib").middle
    return spread(bench, f"{size} warm", "most_kib").middle - alone


def growth(bench):
    """Per cent; below 0 where the larger fleet takes less."""
    small, large = (beside_inventory(bench, size) for size in bench.farms)
    return Spread([100 * (large - small) / max(small, 1)])


def against_pssh(bench):
    """Its own time where there is no pssh: 1."""
    own = bench.taken.values("warm, near", "wall")
    return paired(own, bench.taken.values("pssh, near", "wall") or own)


def figures(bench):
    large = bench.farms[-1]
    slow = max((f"{large} cold", f"{large} warm"),
               key=lambda name: spread(bench, name).middle)
    found = (
        Figure("controller CPU per warm host", 4,
               spread(bench, "warm, near", "cpu", 1000 / bench.hosts), 2,
               "ms"),
        Figure(f"wall, {bench.hosts} hosts on real sshd, warm check", 1,
               against_pssh(bench), 2, "",
               "at most pssh's `true` (ratio 1)"),
        Figure("round trips, warm", 9.5, trips(bench, "one warm"), 1, ""),
        Figure("round trips, cold, beyond warm", 10, trips_beyond(bench), 1,
               ""),
        Figure("memory of an admitted host, warm", 96,
               each_host(bench, "warm"), 0, "KiB"),
        Figure("memory of an admitted host, cold", 96,
               each_host(bench, "cold"), 0, "KiB"),
        Figure(f"memory of {large} hosts against {bench.farms[0]}, "
               "without the inventory", 20, growth(bench), 0, "%",
               "at most 20 % more"),
        Figure(f"{slow}, simulated hosts, none lost", 30,
               spread(bench, slow), 1, "s"),
        Figure(f"start, inventory of {large} hosts", 0.3,
               spread(bench, "inventory"), 2, "s"),
        Figure("payload, one file", 160,
               Spread([bench.facts["payload_bytes"] / KIB]), 0, "KiB"),
        Figure("payload under Wine, full check", 3,
               paired(bench.taken.values("payload", "wall"),
                      bench.taken.values("empty program", "wall")), 2, "",
               "at most 3 empty programs"),
        Figure("the same, each by a login", 3,
               paired(bench.taken.values("payload, login", "wall"),
                      bench.taken.values("empty program, login", "wall")), 2,
               "", "at most 3 empty programs"),
    )
    return table(("what", "figure", "found", ""),
                 *(figure.row() for figure in found))


# --- the tables --------------------------------------------------------------

def logins(bench):
    names = [("wmifleet check, warm", "warm", bench.hosts),
             ("wmifleet check, cold", "cold", bench.hosts)]
    names += [(f"{name} `true`", name, bench.hosts)
              for name in ("pssh", "pdsh", "clush")
              if bench.taken.values(f"{name}, near", "wall")]
    base = bench.taken.values("warm, near", "wall")
    lines = []
    for title, name, hosts in names:
        walls = bench.taken.values(f"{name}, near", "wall")
        lines.append((title, spread(bench, f"{name}, near").text(2),
                      paired(walls, base).text(2),
                      spread(bench, f"{name}, far").text(2),
                      spread(bench, f"{name}, near", "cpu",
                             1000 / hosts).text(1)))
    for name in ("ansible raw", "ansible ping, pipelined", "ansible ping"):
        if not bench.taken.values(name, "wall"):
            continue
        lines.append((f"{name} ({bench.ansible_hosts} hosts)",
                      spread(bench, name).text(2), "", "",
                      spread(bench, name, "cpu",
                             1000 / bench.ansible_hosts).text(1)))
    return table((f"{bench.hosts} hosts", "wall, s", "to the first row",
                  f"wall with {bench.latency_ms} ms, s", "CPU a host, ms"), *lines)


def round_trips(bench):
    lines = [(title, trips(bench, name).text(1),
              spread(bench, f"{name}, near", "wall", 1000).text(0))
             for title, name in (("`ssh host true`", "one ssh"),
                                 ("wmifleet check, warm", "one warm"),
                                 ("wmifleet check, cold", "one cold"))]
    return table(("one host", "round trips", "wall without latency, ms"),
                 *lines)


def farm(bench):
    lines = []
    for size in bench.farms:
        for word in ("cold", "warm"):
            name = f"{size} {word}"
            walls = spread(bench, name)
            both = (spread(bench, name, "cpu").middle
                    + spread(bench, f"{name}, the farm", "cpu").middle)
            lines.append((
                name, walls.text(1), f"{both / 2:.1f}",
                f"{size / walls.middle:.0f}",
                spread(bench, name, "cpu", 1000 / size).text(2),
                spread(bench, f"{name}, the farm", "cpu",
                       1000 / size).text(2),
                spread(bench, name, "most_kib", 1 / KIB).text(1)))
    return table(("targets", "wall, s", "both CPU times / 2, s", "a second",
                  "controller's CPU each, ms", "the farm's, ms",
                  "most memory, MiB"), *lines)


def memory(bench):
    lines = [(f"{count} at a time, {word}",
              spread(bench, f"memory, {name} {word}", "most_kib").text(0))
             for word in ("warm", "cold")
             for name, count in (("one", 1), ("all", bench.facts["admitted"]))]
    for size in bench.farms:
        lines.append((f"all {size} chosen, 1 of them done",
                      spread(bench, f"{size}, one of them",
                             "most_kib").text(0)))
        lines.append((f"{size}, warm, without that",
                      f"{beside_inventory(bench, size):.0f}"))
    return table(("hosts", "KiB"), *lines)


def payload(bench):
    return table(
        ("what", ""),
        ("size", f"{bench.facts['payload_bytes'] / KIB:.1f} KiB"),
        ("imports", ", ".join(bench.facts["imports"])),
        ("empty program under Wine, ms",
         spread(bench, "empty program", "wall", 1000).text(0)),
        ("full check under Wine, ms",
         spread(bench, "payload", "wall", 1000).text(0)),
        ("empty program by a login, ms",
         spread(bench, "empty program, login", "wall", 1000).text(0)),
        ("full check by a login, ms",
         spread(bench, "payload, login", "wall", 1000).text(0)))


# --- the machine -------------------------------------------------------------

def output_of(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True,
                          stderr=subprocess.DEVNULL, check=False)
    return done.stdout.strip()


def version_of(package):
    return output_of("dpkg-query", "-W", "-f", "${Version}", package) or "?"


def machine(bench):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = re.search(r"model name\s*: (.*)", file.read())
    packages = ("libssh2-1", "libuv1", "libsqlite3-0", "libssl3", "libssh-4",
                "openssh-client", "pssh", "pdsh", "clustershell",
                "ansible-core", "wine64")
    return table(
        ("the machine", ""),
        ("CPU", model.group(1) if model else platform.machine()),
        ("cores", os.cpu_count()),
        ("kernel", platform.release()),
        ("load at the end", f"{os.getloadavg()[1]:.1f}"),
        ("packages", ", ".join(f"{name} {version_of(name)}"
                               for name in packages)),
        ("day", time.strftime("%Y-%m-%d")),
        ("repetitions", f"{bench.repetitions}; "
         f"{bench.large_repetitions} of {bench.farms[-1]} targets, "
         f"{bench.ansible_repetitions} of Ansible"))


TABLES = {"figures": figures, "logins": logins, "round trips": round_trips,
          "farm": farm, "memory": memory, "payload": payload,
          "machine": machine}


def write(page, out, bench):
    """The page with new tables, into `out`."""
    with open(page, encoding="utf-8") as file:
        text = file.read()
    for name, make in TABLES.items():
        begin = f"<!-- bench: {name} -->\n"
        if text.count(begin) != 1:
            raise Failure(f"{page}: {begin.strip()} is not there once")
        head, _, rest = text.partition(begin)
        _, end, tail = rest.partition("<!-- end -->")
        if not end:
            raise Failure(f"{page}: {name}: no <!-- end -->")
        text = f"{head}{begin}{make(bench)}\n{end}{tail}"
    with open(out + ".new", "w", encoding="utf-8") as file:
        file.write(text)
    os.replace(out + ".new", out)
