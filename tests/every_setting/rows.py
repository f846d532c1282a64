# SPDX-License-Identifier: MIT
"""What a row of the tables says, and the words that the tables are written in.

A row is one request for one setting on a machine in one state. Every change
that its apply makes to the registry is in `wanted`, and nothing else may
differ.
"""
import os
from dataclasses import dataclass, field
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader


def _descriptor_tool():
    path = os.path.join(os.path.dirname(__file__), "..", "descriptor")
    loader = SourceFileLoader("descriptor_tool", path)
    module = module_from_spec(spec_from_loader("descriptor_tool", loader))
    loader.exec_module(module)
    return module


descriptor_tool = _descriptor_tool()


@dataclass(frozen=True)
class Outcome:
    """States of the setting in check, apply, and the two after it."""

    check: str
    apply: str
    check_again: str
    apply_again: str
    undo: str = ""
    code: str = ""
    name: str = ""
    hint: str = ""


CHANGED = Outcome("drift", "changed", "ok", "ok", "changed")
OK = Outcome("ok", "ok", "ok", "ok")
SKIPPED = Outcome("skipped", "skipped", "skipped", "skipped")


def refused(state, code, name, hint, check=None):
    """`state` in check and in apply, before and after; `check`: other there."""
    return Outcome(
        check or state, state, check or state, state, "", code, name, hint
    )


@dataclass
class Row:
    name: str
    areas: tuple  # rows with an area in common never go to one machine at once
    wmi: dict
    ids: dict  # setting id: Outcome
    wanted: dict = field(default_factory=dict)  # place: data, None or a judge
    given: dict = field(default_factory=dict)  # place: data or None
    lasting: dict = field(default_factory=dict)  # as wanted: left by undo, told so
    first: tuple = ()  # a command that gives more, and one that takes it away
    last: tuple = ()


def row(name, area, wmi, ids, wanted=None, given=None, **more):
    areas = (area,) if isinstance(area, str) else tuple(area)
    return Row(name, areas, wmi, ids, wanted or {}, given or {}, **more)


# --- descriptors ---------------------------------------------------------------


def descriptor(*parts):
    """One made of these entries, as tests/descriptor has them."""
    return (3, descriptor_tool.made(parts))


def owner(data):
    return descriptor_tool.listed(data[1])[0]


def listed(data):
    return "\n".join(descriptor_tool.listed(data[1])[1:])


def entries(*parts):
    """A judge: exactly these entries in this order, owner and group kept."""
    wanted = descriptor(*parts)

    def judge(old, new):
        if new is None or new[0] != wanted[0]:
            return "no REG_BINARY"
        if listed(new) != listed(wanted):
            return f"entries\n{listed(new)}\nwanted\n{listed(wanted)}"
        if old and old[1] and owner(old) != owner(new):
            return "owner or group changed"
        return None

    return judge
