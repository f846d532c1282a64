# SPDX-License-Identifier: MIT
"""What is measured, part by part: each takes its samples in turns, so that a
busy moment of the machine falls on all of them."""

import contextlib
import os
import shutil
import subprocess

from servers import Farm, Lab, Machines, summary_of
from taken import Failure

ADMITTED = 256


class Bench:
    """The sizes, where things are, and what was found."""

    def __init__(self, taken, build, scratch, quick):
        self.taken, self.build, self.scratch = taken, build, scratch
        self.wmifleet = os.path.join(build, "wmifleet")
        self.repetitions = 1 if quick else 5
        self.hosts = 10 if quick else 100
        self.latency_ms = 10 if quick else 100
        self.ansible_hosts = 1 if quick else 25
        self.ansible_repetitions = 1 if quick else 3
        self.farms = (20, 40) if quick else (1000, 10000)
        self.large_repetitions = 1 if quick else 3
        self.fresh = 0
        self.facts = {}

    def new_file(self, name):
        """A path that nothing is at."""
        self.fresh += 1
        return os.path.join(self.scratch, f"{self.fresh}-{name}")

    def check(self, servers, store, *options):
        """A check of them; of all, unless options say less."""
        return [self.wmifleet, "check", "--json", "-f", str(ADMITTED),
                "-i", servers.inventory, "--known-hosts", servers.known_hosts,
                "--store", store, *options]

    def warm(self, servers, *options, expect=(0,)):
        """A store that knows the targets; they know the payload then."""
        store = self.new_file("store")
        self.taken.take("(getting warm)", self.check(servers, store, *options),
                        expect=expect)
        return store


# --- real sshd ---------------------------------------------------------------

def peers(plain):
    """What others that are installed need to run `true` on all machines."""
    hosts = os.path.join(plain.scratch, "hosts")
    with open(hosts, "w", encoding="utf-8") as file:
        file.write("\n".join(plain.addresses) + "\n")
    count = str(plain.count)
    ssh = f"-F {plain.ssh_config}"
    every = {
        "pssh": (["parallel-ssh", "-h", hosts, "-p", count, "-t", "0", "-x",
                  ssh, "true"], {}),
        "pdsh": (["pdsh", "-R", "ssh", "-f", count, "-w",
                  ",".join(plain.addresses), "true"],
                 {"PDSH_SSH_ARGS": f"{ssh} %h"}),
        "clush": (["clush", "-S", "-q", "-f", count, "-o", ssh, "-w",
                   ",".join(plain.addresses), "true"], {}),
    }
    return {name: how for name, how in every.items()
            if shutil.which(how[0][0])}


def logins(bench):
    """Many machines on real sshd, near and far, against the peers."""
    with contextlib.ExitStack() as stack:
        recorded = Machines(stack, bench.build, bench.scratch, bench.hosts,
                            "recorded")
        plain = Machines(stack, bench.build, bench.scratch, bench.hosts,
                         "plain")
        store = bench.warm(recorded)
        for word, servers, shells in (
                ("near", recorded, plain),
                ("far", recorded.slow(bench.latency_ms), plain.slow(bench.latency_ms))):
            if word == "far": # another port is another machine
                store = bench.warm(servers)
            for _ in range(bench.repetitions):
                login_turn(bench, word, servers, shells, store)
        ansible(bench, plain)


def login_turn(bench, word, recorded, plain, store):
    bench.taken.take(f"warm, {word}", bench.check(recorded, store))
    for name, (command, env) in peers(plain).items():
        bench.taken.peer(f"{name}, {word}", command, env)
    bench.taken.take(f"cold, {word}",
                     bench.check(recorded, bench.new_file("store")))


def ansible(bench, plain):
    """Ansible, which takes long: fewer hosts."""
    count = bench.ansible_hosts
    inventory = ",".join(plain.addresses[:count]) + ","
    common = {"ANSIBLE_HOST_KEY_CHECKING": "True",
              "ANSIBLE_HOME": bench.new_file("ansible"),
              "ANSIBLE_NOCOLOR": "1"}
    base = ["ansible", "all", "-i", inventory, "-f", str(count), "-T", "60",
            "-e", "ansible_python_interpreter=/usr/bin/python3"]
    # Its own way, but the connections are not kept for a minute afterwards.
    shared = f"-F {plain.ssh_config} -o ControlMaster=auto -o ControlPersist=1"
    alone = f"-F {plain.ssh_config}"
    for _ in range(bench.ansible_repetitions):
        for name, module, pipelined, ssh in (
                ("ansible raw", ["-m", "raw", "-a", "true"], "False", alone),
                ("ansible ping, pipelined", ["-m", "ping"], "True", alone),
                ("ansible ping", ["-m", "ping"], "False", shared)):
            bench.taken.peer(name, [*base, *module], {
                **common, "ANSIBLE_PIPELINING": pipelined,
                "ANSIBLE_SSH_ARGS": ssh,
                "ANSIBLE_SSH_CONTROL_PATH_DIR": bench.scratch})


def round_trips(bench):
    """One machine, near and far: the difference is its round trips."""
    with contextlib.ExitStack() as stack:
        recorded = Machines(stack, bench.build, bench.scratch, 1, "recorded")
        plain = Machines(stack, bench.build, bench.scratch, 1, "plain")
        places = {}
        for word, servers, shells in (
                ("near", recorded, plain),
                ("far", recorded.slow(bench.latency_ms), plain.slow(bench.latency_ms))):
            places[word] = (servers, shells, bench.warm(servers))
        for _ in range(bench.repetitions):
            for word, (servers, shells, store) in places.items():
                bench.taken.take(f"one ssh, {word}", [
                    "ssh", "-F", shells.ssh_config, shells.addresses[0],
                    "true"])
                bench.taken.take(f"one warm, {word}",
                                 bench.check(servers, store))
                bench.taken.take(f"one cold, {word}", bench.check(
                    servers, bench.new_file("store")))


# --- the farm ----------------------------------------------------------------

def farm_run(bench, name, farm, store):
    """A check of the whole farm, its own CPU time beside it."""
    output = bench.new_file("results")
    before = farm.cpu()
    bench.taken.take(name, bench.check(farm, store), expect=(3,),
                     output=output)
    bench.taken.keep(f"{name}, the farm", cpu=farm.cpu() - before)
    counts = summary_of(output)
    os.remove(output)
    if counts["drift"] != farm.count:
        raise Failure(f"{name}: of {farm.count} targets "
                      f"{farm.count - counts['drift']} were lost: {counts}")


def farms(bench):
    """A fleet, cold and warm; what it holds beside its inventory."""
    for size, repetitions in zip(bench.farms, (bench.repetitions,
                                               bench.large_repetitions)):
        with Farm(bench.build, bench.scratch, size) as farm:
            for _ in range(repetitions):
                store = bench.new_file("store")
                farm_run(bench, f"{size} cold", farm, store)
                farm_run(bench, f"{size} warm", farm, store)
            # All of them chosen, and nobody there to say go on.
            bench.taken.take(f"{size}, one of them", bench.check(
                farm, store, "--canary", "1"), expect=(4,))
            if size == bench.farms[-1]:
                for _ in range(bench.repetitions):
                    bench.taken.take("inventory", [
                        bench.wmifleet, "inventory", "--list", "-i",
                        farm.inventory])


def memory(bench):
    """One host, and as many as are admitted at once; slow enough for all of
    them to be at work at the same time."""
    count = min(ADMITTED, bench.farms[-1])
    bench.facts["admitted"] = count
    with Farm(bench.build, bench.scratch, count, bench.latency_ms) as farm:
        for _ in range(bench.repetitions):
            for name, limit in (("one", "f00001"), ("all", "all")):
                store = bench.new_file("store")
                for word in ("cold", "warm"):
                    bench.taken.take(
                        f"memory, {name} {word}",
                        bench.check(farm, store, "-l", limit), expect=(3,))


# --- the payload -------------------------------------------------------------

def payload(bench):
    """Its size, what it imports, and what it costs under Wine."""
    program = os.path.join(bench.build, "payload/wmifleet-payload.exe")
    told = subprocess.run(["x86_64-w64-mingw32-objdump", "-p", program],
                          check=True, stdout=subprocess.PIPE, text=True)
    bench.facts["payload_bytes"] = os.path.getsize(program)
    bench.facts["imports"] = sorted(
        line.split(":")[1].strip() for line in told.stdout.splitlines()
        if "DLL Name:" in line)
    with contextlib.ExitStack() as stack:
        lab = Lab(stack, bench.build, bench.scratch)
        name, request = lab.payload()
        empty = os.path.join(bench.build, "bench/empty.exe")
        shutil.copy(empty, lab.profile)
        for turn in range(2 * bench.repetitions + 1):
            bench.taken.take("empty program", [lab.wine, empty])
            bench.taken.take(
                "payload", [lab.wine, name, "check", request,
                            f"bench-{turn}"], cwd=lab.settled)
            bench.taken.take("empty program, login",
                             [*lab.ssh, ".\\empty.exe"])
            bench.taken.take("payload, login", [
                *lab.ssh, f"C:\\ProgramData\\wmifleet\\{name} check {request} "
                f"bench-login-{turn}"])


PARTS = (logins, round_trips, memory, farms, payload)
