#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: killed.py LAB

Ends the payload in front of each of its writes, and undoes. One request asks
for all settings at once; build/lab/killer.exe, a debugger, counts what the
unmodified program writes, then ends it in front of the first write, the
second, and so on to the last. After each: the snapshot is on the target's
disk, there is no result, and `undo --from-target` restores the registry.
"""
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import registry as reg
from run import Target, all_of, merged, targets_of
from tables import TABLES

ONE_TIME = "wmifleet-0123456789abcdef"
KILLED = 99


def everything():
    wmi = {}
    for table in TABLES:
        merged(wmi, table.ALL)
    secrets = {"account_password": "Lab-Secret-1"}
    options = {"secret": True, "restart": "never"}
    return {"protocol": 1, "wmi": wmi, "options": options, "secrets": secrets}


def given():
    places = {}
    for table in TABLES:
        places.update(getattr(table, "GIVEN", {}))
    return places


class Victim(Target):
    """A target whose payload is ended."""

    def prepare(self):
        self.profile = f"{self.drive}/users/Administrator"
        self.own = f"{self.drive}/ProgramData/wmifleet"
        shutil.copy(
            os.environ["BUILD"] + "/payload/wmifleet-payload.exe",
            f"{self.profile}/{ONE_TIME}.exe",
        )

    def request(self, content):
        text = json.dumps(content)
        name = f"{ONE_TIME}-{hashlib.sha256(text.encode()).hexdigest()[:32]}.json"
        with open(f"{self.profile}/{name}", "w", encoding="ascii") as file:
            file.write(text)
        return name

    def command(self, *words):
        done = subprocess.run(
            [f"{self.folder}/wine", *words],
            cwd=self.profile,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            sys.exit(f"{self.host}: {words}: exit {done.returncode}: {done.stderr}")
        return done.stdout

    def kill(self, number, run, asked):
        """What was written, a line each, and the exit status."""
        tool = os.environ["BUILD"] + "/lab/killer.exe"
        name = self.request(asked)
        told = self.command(tool, str(number), f"{ONE_TIME}.exe", "apply", name, run)
        lines = told.splitlines()
        ids = re.compile(r"\{[0-9A-F-]{36}\}|S-1-5-21-0-0-0-[0-9]+")
        return [ids.sub("{id}", line) for line in lines[:-1]], int(lines[-1].split()[1])

    def now(self):
        if self.save().wait() != 0:
            sys.exit(f"{self.host}: the registry cannot be saved")
        return self.read()

    def result(self, run):
        names = [n for n in os.listdir(self.own) if n.startswith(f"s-{run}-")]
        if not names:
            return None
        with open(f"{self.own}/{names[0]}", encoding="ascii") as file:
            return json.load(file)

    def undo(self, run):
        """By what the target itself keeps: the controller knows of no run."""
        store = f"{self.folder}/state.db"
        options = ["--yes", "--json", "-l", self.host, "--store", store]
        options += ["--restart", "never"]
        options += ["-i", f"{self.lab}/inventory.json"]
        options += ["--known-hosts", f"{self.lab}/known_hosts"]
        return subprocess.run(
            [os.environ["WMIFLEET"], "undo", "--from-target", *options, run],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )


def undone(target, factory, run):
    """What is wrong after the undo of this run."""
    told = target.undo(run)
    wrong = []
    if told.returncode != 0:
        wrong.append(f"undo: exit {told.returncode}: {told.stderr} {told.stdout[-3000:]}")
    for place, (old, new) in reg.differences(factory, target.now()).items():
        wrong.append(f"left behind: {reg.told(place, old)} -> {reg.told(place, new)}")
    return wrong


def counted(target, asked):
    """Every write of a run that nobody ends, which then is undone."""
    factory = target.now()
    writes, status = target.kill(0, "count", asked)
    result = target.result("count")
    if result is None:
        sys.exit("the run that is counted: no result")
    wrong = [
        f"{s['id']} {s['state']} {json.dumps(s['error'])}"
        for s in result["settings"]
        if s["state"] not in ("changed", "pending_restart")
    ]
    if status != 0 or wrong:
        sys.exit(f"the run that is counted: {status} " + "\n".join(wrong))
    wrong = undone(target, factory, "count")
    if wrong:
        sys.exit("the run that is counted:\n" + "\n".join(wrong))
    return writes


def one_killed(target, factory, number, asked, writes):
    run = f"killed-{number}"
    done, status = target.kill(number, run, asked)
    wrong = []
    if done != writes[:number] or status != KILLED:
        wrong.append(f"exit {status}, wrote {done[-1:]}")
    if target.result(run) is not None:
        wrong.append("a result, though it was killed")
    if not os.path.exists(f"{target.own}/u-{run}.json"):
        return wrong + ["no snapshot on the disk"]
    return wrong + undone(target, factory, run)


def walk(target, numbers, asked, writes):
    """Kills at these writes; the target is as before after each."""
    failures = []
    factory = target.now()
    for number in numbers:
        wrong = one_killed(target, factory, number, asked, writes)
        if wrong:
            factory = target.now()
        failures += [f"killed before {writes[number - 1]}\n  {target.host}: {w}" for w in wrong]
    return failures


def main():
    lab = sys.argv[1]
    targets = targets_of(lab, Victim)
    for target in targets:
        target.prepare()
        all_of([target.give(given())])
    asked = everything()
    writes = counted(targets[0], asked)
    print(f"{len(writes)} writes", flush=True)
    with ThreadPoolExecutor(len(targets)) as pool:
        walks = [
            pool.submit(walk, target, range(k + 1, len(writes) + 1, len(targets)), asked, writes)
            for k, target in enumerate(targets)
        ]
        failures = [line for one in walks for line in one.result()]
    print("\n".join(failures))
    return 1 if failures or not writes else 0


if __name__ == "__main__":
    sys.exit(main())
