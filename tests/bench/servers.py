# SPDX-License-Identifier: MIT
"""What is measured against: real sshd, the farm, a slow network, a lab."""

import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from taken import Failure

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DEADLINE = 60  # seconds for anything to begin


def ended(process):
    process.send_signal(signal.SIGTERM)
    process.wait()


def first_line(process, path):
    """What a server prints once it can be called."""
    end = time.monotonic() + DEADLINE
    while time.monotonic() < end and process.poll() is None:
        with open(path, encoding="utf-8") as file:
            line = file.readline()
        if line.endswith("\n"):
            return line.strip()
        time.sleep(0.02)
    raise Failure(f"{process.args[0]}: did not begin")


def start(stack, folder, command):
    """The process and its first line; the stack ends it."""
    path = os.path.join(folder, f"said-{len(os.listdir(folder))}")
    with open(path, "wb") as said:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                   stdout=said)
    stack.callback(ended, process)
    return process, first_line(process, path)


class Machines:
    """Real sshd at several addresses: `recorded` answers as the payload
    does, `plain` has a shell. `slow` is the same through a slow network."""

    def __init__(self, stack, build, scratch, count, kind):
        script = os.path.join(HERE, "machines")
        env = {**os.environ, "BUILD": build}
        words = ["plain"] if kind == "plain" else []
        self.folder = subprocess.run(
            [script, "up", str(count), *words], env=env, check=True,
            stdout=subprocess.PIPE, text=True).stdout.strip()
        stack.callback(subprocess.run, [script, "down", self.folder],
                       env=env, check=True)
        self.stack, self.scratch = stack, scratch
        self.count, self.kind = count, kind
        self.port = int(self.read("port"))
        self.inventory = self.file("inventory.json")
        self.known_hosts = self.file("known_hosts")
        self.identity = self.file("id_ed25519")
        self.addresses = [f"127.0.1.{k}" for k in range(1, count + 1)]
        self.write_ssh_config()

    def file(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.file(name), encoding="utf-8") as file:
            return file.read()

    def write_ssh_config(self):
        self.ssh_config = os.path.join(
            self.scratch, f"ssh-{self.kind}-{self.port}")
        with open(self.ssh_config, "w", encoding="utf-8") as file:
            file.write(f"""Host *
User Administrator
Port {self.port}
IdentityFile {self.identity}
IdentitiesOnly yes
UserKnownHostsFile {self.known_hosts}
KexAlgorithms curve25519-sha256
BatchMode yes
LogLevel ERROR
""")
        os.chmod(self.ssh_config, 0o600)

    def slow(self, latency_ms):
        """The same machines at another port."""
        there = Machines.__new__(Machines)
        there.__dict__.update(self.__dict__)
        _, line = start(self.stack, self.scratch,
                        [os.path.join(HERE, "delay.py"), str(self.port),
                         str(latency_ms)])
        there.port = int(line)
        stem = os.path.join(self.scratch, f"{self.kind}-{there.port}")
        for name in ("inventory", "known_hosts"):
            with open(getattr(self, name), encoding="utf-8") as file:
                text = re.sub(rf"\b{self.port}\b", str(there.port),
                              file.read())
            setattr(there, name, f"{stem}-{name}")
            with open(getattr(there, name), "w", encoding="utf-8") as file:
                file.write(text)
        there.write_ssh_config()
        return there


class Farm:
    """Thousands of targets. Use in a `with`."""

    def __init__(self, build, scratch, count, latency_ms=0):
        self.count = count
        stem = os.path.join(scratch, f"farm-{count}-{latency_ms}-")
        self.inventory = stem + "inventory.json"
        self.known_hosts = stem + "known_hosts"
        self.stack = contextlib.ExitStack()
        self.process, _ = start(self.stack, scratch, [
            os.path.join(build, "farm/farm"), "--count", str(count),
            "--latency", str(latency_ms), "--inventory", self.inventory,
            "--known-hosts", self.known_hosts, "--identity", stem + "key"])

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stack.close()

    def cpu(self):
        """Seconds so far."""
        with open(f"/proc/{self.process.pid}/stat", encoding="utf-8") as file:
            fields = file.read().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Lab:
    """One machine of the lab, with the payload settled there."""

    def __init__(self, stack, build, scratch):
        folder = tempfile.mkdtemp(prefix="bench-lab.", dir=build)
        lab = os.path.join(ROOT, "tests/lab/lab")
        env = {**os.environ, "BUILD": build}
        stack.callback(subprocess.run, ["rm", "-rf", folder], check=True)
        stack.callback(subprocess.run, [lab, "down", folder], env=env,
                       check=True)
        subprocess.run([lab, "up", "1", folder], env=env, check=True)
        self.wine = os.path.join(folder, "target-1/wine")
        self.profile = os.path.join(
            folder, "target-1/prefix/drive_c/users/Administrator")
        with open(os.path.join(folder, "target-1/port"),
                  encoding="utf-8") as file:
            port = file.read().strip()
        self.ssh = ["ssh", "-F", "none", "-p", port, "-o", "BatchMode=yes",
                    "-i", os.path.join(folder, "id_ed25519"), "-o",
                    "LogLevel=ERROR", "-o", "StrictHostKeyChecking=no", "-o",
                    "UserKnownHostsFile=" + os.path.join(scratch, "lab-ssh"),
                    "Administrator@127.0.0.1"]
        self.settled = os.path.join(
            folder, "target-1/prefix/drive_c/ProgramData/wmifleet")
        options = ["-i", os.path.join(folder, "inventory.json"),
                   "--known-hosts", os.path.join(scratch, "lab-known_hosts")]
        wmifleet = os.path.join(build, "wmifleet")
        subprocess.run([wmifleet, "trust", "--yes", *options], check=True,
                       stdout=subprocess.DEVNULL)
        done = subprocess.run(
            [wmifleet, "check", "-q", "--store",
             os.path.join(scratch, "lab.db"), *options], check=False,
            stdout=subprocess.DEVNULL)
        if done.returncode != 3:
            raise Failure(f"the lab: check ended with {done.returncode}")

    def payload(self):
        """The program and the request that a check left there."""
        names = os.listdir(self.settled)
        program = [name for name in names
                   if re.fullmatch(r"p-[0-9a-f]+\.exe", name)]
        request = [name for name in names
                   if re.fullmatch(r"r-[0-9a-f]+\.json", name)]
        if not program or not request:
            raise Failure(f"the lab: no payload among {' '.join(names)}")
        return program[0], request[0]


def summary_of(path):
    """The counts at the end of `--json` output."""
    with open(path, encoding="utf-8") as file:
        last = file.readlines()[-1]
    return json.loads(last)["summary"]
