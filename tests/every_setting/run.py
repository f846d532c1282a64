#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""usage: run.py LAB factory|others

Each row of the tables there and back on the targets of the lab in folder LAB:
factory-made values (factory), or five kinds of machines on which something
stands already (others). $BUILD and $WMIFLEET say what is tested.

A hand is some rows that do not touch each other, all asked of one machine at
once; a round is a hand for each target, and each of its steps is one run of
wmifleet for all of them:

  given -> check (drift) -> apply -> registry as wanted, nothing else changed
  -> check (ok) -> apply (ok), nothing changed -> undo -> registry as given
"""
import json
import os
import subprocess
import sys

import registry as reg
from tables import TABLES

STEPS = ("check", "apply", "check_again", "apply_again")


class Target:
    def __init__(self, lab, number):
        self.lab = lab
        self.host = f"target-{number}"
        self.folder = f"{lab}/{self.host}"
        self.drive = f"{self.folder}/prefix/drive_c"
        self.hand = []
        self.factory = None

    def start(self, *command):
        return subprocess.Popen(
            [f"{self.folder}/wine", *command],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )

    def save(self):
        tool = os.environ["BUILD"] + "/lab/registry.exe"
        return self.start(tool, "C:\\machine.saved", "C:\\users.saved")

    def give(self, changes):
        with open(f"{self.drive}/given.reg", "wb") as file:
            file.write(reg.reg_file(changes))
        return self.start("regedit", "/S", "C:\\given.reg")

    def read(self):
        return reg.read_prefix(self.drive)


def targets_of(lab, kind):
    with open(f"{lab}/asked.json", encoding="utf-8") as file:
        hosts = json.load(file)["all"]["children"]["lab"]["hosts"]
    return [kind(lab, number) for number in range(1, len(hosts) + 1)]


def all_of(processes):
    for process in list(processes):
        if process.wait() != 0:
            sys.exit(f"{process.args}: exit {process.returncode}")


def merged(into, other):
    for key, value in other.items():
        if isinstance(value, dict) and isinstance(into.get(key), dict):
            merged(into[key], value)
        elif isinstance(value, list) and isinstance(into.get(key), list):
            into[key] = into[key] + value
        else:
            into[key] = json.loads(json.dumps(value))
    return into


def dealt(rows):
    """Hands: rows with an area in common are in different ones."""
    hands = []
    for row in rows:
        for hand in hands:
            if not any(set(row.areas) & set(other.areas) for other in hand):
                hand.append(row)
                break
        else:
            hands.append([row])
    return hands


class Round:
    def __init__(self, lab, targets, hands, failures):
        self.lab = lab
        self.failures = failures
        self.targets = targets[: len(hands)]
        for target, hand in zip(self.targets, hands):
            target.hand = hand
        self.results = {}
        self.seen = {}

    def fail(self, target, step, row, text):
        name = row.name if row else ", ".join(r.name for r in target.hand)
        self.failures.append(f"{name}\n  on {target.host}, {step}: {text}")

    def inventory(self):
        with open(f"{self.lab}/asked.json", encoding="utf-8") as file:
            inventory = json.load(file)
        room = inventory["all"]["children"]["lab"]
        del room["vars"]["wmi"]
        for target in self.targets:
            wmi = {}
            for row in target.hand:
                merged(wmi, row.wmi)
            room["hosts"][target.host]["wmi"] = wmi
        with open(f"{self.lab}/inventory.json", "w", encoding="utf-8") as file:
            json.dump(inventory, file, indent=1)

    def wmifleet(self, verb, *more):
        """{host: result}"""
        command = [os.environ["WMIFLEET"], verb, "--json", "--known-hosts"]
        command += [f"{self.lab}/known_hosts", "--store", f"{self.lab}/state.db"]
        if verb != "undo":
            command += ["-i", f"{self.lab}/inventory.json"]
        done = subprocess.run(
            command + list(more), capture_output=True, text=True, check=False
        )
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        if not lines:
            self.failures.append(f"wmifleet {verb}: exit {done.returncode}\n{done.stderr}")
        return {line["host"]: line for line in lines if line.get("host")}

    def save(self, step):
        all_of([target.save() for target in self.targets])
        for target in self.targets:
            self.seen[target.host, step] = target.read()

    def same(self, target, step, as_in):
        changed = reg.differences(
            self.seen[target.host, as_in], self.seen[target.host, step]
        )
        if step == "undo":
            self.judge_lasting(target, changed)
        for place, (old, new) in changed.items():
            self.fail(
                target, step, None,
                f"is not as {as_in}: {reg.told(place, old)} -> {reg.told(place, new)}",
            )

    # --- what the results say ---

    def judge_settings(self, step, results):
        for target in self.targets:
            result = results.get(target.host)
            told = {s["id"]: s for s in (result or {}).get("settings") or []}
            if not told:
                self.fail(target, step, None, f"no settings: {json.dumps(result)[:600]}")
            for row in target.hand:
                for name, outcome in row.ids.items():
                    self.judge_setting(target, step, row, told.get(name), name, outcome)

    def judge_setting(self, target, step, row, told, name, outcome):
        wanted = getattr(outcome, step)
        if told is None:
            self.fail(target, step, row, f"no setting {name}")
        elif told["state"] != wanted:
            error = json.dumps(told.get("error"))
            self.fail(target, step, row, f"{name} is {told['state']}, not {wanted}: {error}")
        elif told["state"] in ("failed", "conflict", "blocked"):
            self.judge_error(target, step, row, told["error"] or {}, outcome)

    def judge_error(self, target, step, row, error, outcome):
        found = (error.get("code"), error.get("name"))
        if found != (outcome.code, outcome.name):
            self.fail(target, step, row, f"{found}, not {outcome.code} {outcome.name}")
        told = f"{error.get('text') or ''}\n{error.get('hint') or ''}"
        if not error.get("text") or not error.get("hint") or outcome.hint not in told:
            self.fail(target, step, row, f"no {outcome.hint!r} in {json.dumps(error)}")

    # --- what the registry says ---

    def judge_registry(self, target):
        before = self.seen[target.host, "given"]
        after = self.seen[target.host, "apply"]
        found = {
            (key.lower(), (name or "").lower(), name is None): ((key, name), change)
            for (key, name), change in reg.differences(before, after).items()
        }
        for row in target.hand:
            wanted = row.wanted(before) if callable(row.wanted) else row.wanted
            for (key, name), judge in wanted.items():
                place = (key.lower(), (name or "").lower(), name is None)
                _, change = found.pop(place, ((key, name), None))
                self.judge_value(target, row, (key, name), judge, change)
        for place, (old, new) in found.values():
            self.fail(
                target, "apply", None,
                f"changed too: {reg.told(place, old)} -> {reg.told(place, new)}",
            )

    def judge_lasting(self, target, changed):
        """What no undo can bring back: it is there, and leaves `changed`."""
        known = {(key.lower(), (name or "").lower()): (key, name) for key, name in changed}
        for row in target.hand:
            for (key, name), judge in row.lasting.items():
                place = known.get((key.lower(), name.lower()), (key, name))
                change = changed.pop(place, None)
                self.judge_value(target, row, place, judge, change, "undo")

    def judge_value(self, target, row, place, judge, change, step="apply"):
        if change is None:
            self.fail(target, step, row, f"not changed: {reg.told(place, None)[:-8]}")
        elif callable(judge):
            complaint = judge(*change)
            if complaint:
                self.fail(target, step, row, f"{place}: {complaint}")
        elif change[1] != judge:
            self.fail(
                target, step, row,
                f"{reg.told(place, change[1])}; wanted {reg.told(place, judge)}",
            )

    # --- the steps ---

    def command(self, which):
        """Whether a row had one."""
        done = [
            target.start(*getattr(row, which))
            for target in self.targets
            for row in target.hand
            if getattr(row, which)
        ]
        all_of(done)
        return bool(done)

    def prepare(self):
        gifts = []
        for target in self.targets:
            given = {}
            for row in target.hand:
                given.update(row.given)
            if given:
                gifts.append(target.give(given))
        all_of(gifts)
        self.command("first")
        self.save("given")

    def there(self):
        self.inventory()
        self.judge_settings("check", self.wmifleet("check"))
        self.save("check")
        applied = self.wmifleet("apply")
        self.judge_settings("apply", applied)
        self.save("apply")
        self.judge_settings("check_again", self.wmifleet("check"))
        self.judge_settings("apply_again", self.wmifleet("apply"))
        self.save("apply again")
        for target in self.targets:
            self.same(target, "check", "given")
            self.judge_registry(target)
            self.same(target, "apply again", "apply")
        return next(iter(applied.values()))["run"] if applied else ""

    def back(self, run):
        expected = {
            target.host: {
                name for row in target.hand for name, outcome in row.ids.items()
                if outcome.undo
            }
            for target in self.targets
        }
        results = {}
        if any(expected.values()):
            results = self.wmifleet("undo", run)
        for target in self.targets:
            settings = (results.get(target.host) or {}).get("settings") or []
            done = {s["id"] for s in settings if s["state"] == "changed"}
            if done != expected[target.host]:
                self.fail(
                    target, "undo", None,
                    f"put back {sorted(done)}, not {sorted(expected[target.host])}: "
                    + json.dumps([s for s in settings if s["state"] != "changed"])
                    + json.dumps((results.get(target.host) or {}).get("error")),
                )
        self.save("undo")
        for target in self.targets:
            self.same(target, "undo", "given")

    def clear(self):
        """Takes what was given, and what undo failed to take, away again."""
        if self.command("last"):
            self.save("undo")
        tidy = []
        for target in self.targets:
            now = self.seen[target.host, "undo"]
            changes = {
                place: old
                for place, (old, _) in reg.differences(
                    target.factory, now, exact=True
                ).items()
                if not reg.set_aside(*place)
            }
            if changes:
                tidy.append(target.give(changes))
        all_of(tidy)

    def play(self):
        self.prepare()
        self.back(self.there())
        self.clear()


def main():
    lab, part = sys.argv[1:]
    os.environ["ROWS_PASSWORD"] = "Lab-Secret-1"
    targets = targets_of(lab, Target)
    rows = [row for table in TABLES for row in getattr(table, part.upper())]
    only = os.environ.get("ROWS")
    if only:
        rows = [row for row in rows if only in row.name]
    all_of([target.save() for target in targets])
    for target in targets:
        target.factory = target.read()
    failures = []
    hands = dealt(rows)
    for at in range(0, len(hands), len(targets)):
        Round(lab, targets, hands[at : at + len(targets)], failures).play()
    print(f"{len(rows)} rows in {len(hands)} hands, {len(failures)} failures")
    print("\n".join(failures))
    return 1 if failures or not rows else 0


if __name__ == "__main__":
    sys.exit(main())
