# SPDX-License-Identifier: MIT
"""Samples: taken by the program `measure`, kept by name, told as numbers."""

import os
import statistics
import subprocess
import sys
import tempfile
import time


class Failure(Exception):
    """Something could not be measured."""


class Sample:
    """One run of one command: seconds and KiB."""

    def __init__(self, wall, cpu, most_kib):
        self.wall = wall
        self.cpu = cpu
        self.most_kib = most_kib


def run(measure, command, *, expect=(0,), env=None, cwd=None, output=None):
    """Runs a command to its end and returns its sample. Standard output goes
    to the file `output`; what it says on standard error is shown only where
    it ended otherwise than expected."""
    reading, writing = os.pipe()
    os.set_inheritable(writing, True)
    with tempfile.TemporaryFile() if output is None else open(
            output, "wb+") as out:
        # measure tells its numbers at descriptor 3.
        done = subprocess.run(
            ["/bin/sh", "-c", f'exec "$0" "$@" 3>&{writing} {writing}>&-',
             measure, *command],
            stdin=subprocess.DEVNULL, stdout=out, stderr=subprocess.PIPE,
            env={**os.environ, **(env or {})}, cwd=cwd, pass_fds=(writing,),
            check=False)
        out.seek(max(0, out.seek(0, os.SEEK_END) - 1000))
        said = out.read()
    os.close(writing)
    with os.fdopen(reading) as told:
        numbers = told.read().split()
    if len(numbers) != 4 or int(numbers[3]) not in expect:
        raise Failure(f"{' '.join(command)}: ended with "
                      f"{numbers[3] if len(numbers) == 4 else '?'}\n"
                      f"{said.decode(errors='replace')}\n"
                      f"{done.stderr.decode(errors='replace')[-1000:]}")
    return Sample(int(numbers[0]) / 1e6, int(numbers[1]) / 1e6,
                  int(numbers[2]))


class Taken:
    """All samples of this bench, and its progress on standard error."""

    def __init__(self, measure):
        self.measure = measure
        self.begun = time.monotonic()
        self.samples = {}

    def say(self, text):
        passed = int(time.monotonic() - self.begun)
        print(f"[{passed // 60:2}:{passed % 60:02}] {text}", file=sys.stderr,
              flush=True)

    def take(self, name, command, **options):
        """One sample more of that name."""
        sample = run(self.measure, command, **options)
        self.samples.setdefault(name, []).append(sample)
        self.say(f"{name}: {sample.wall:.2f} s, "
                 f"{sample.cpu * 1000:.0f} ms of CPU")
        return sample

    def peer(self, name, command, env):
        """A sample of somebody else's program; its failure is told only."""
        try:
            self.take(name, command, env=env)
        except Failure as why:
            self.say(f"{name}: left out: {why}")

    def keep(self, name, wall=0.0, cpu=0.0, most_kib=0):
        """A sample that was taken otherwise."""
        self.samples.setdefault(name, []).append(Sample(wall, cpu, most_kib))

    def values(self, name, what):
        return [getattr(sample, what) for sample in self.samples.get(name, [])]


class Spread:
    """Least, middle and most of some values."""

    def __init__(self, values):
        if not values:
            raise Failure("nothing was measured")
        self.least = min(values)
        self.middle = statistics.median(values)
        self.most = max(values)
        self.count = len(values)

    def text(self, digits=2, unit=""):
        values = [f"{value:.{digits}f}"
                  for value in (self.middle, self.least, self.most)]
        unit = f" {unit}" if unit else ""
        if self.count == 1:
            return f"{values[0]}{unit}"
        return f"{values[0]}{unit} ({values[1]} to {values[2]})"


def paired(values, others):
    """Ratios of what was measured in turns."""
    return Spread([a / b for a, b in zip(values, others)])
