# SPDX-License-Identifier: MIT
"""services and service_control: WMI's service, and the service manager's list."""
from registry import LAB, dword
from rows import CHANGED, OK, descriptor, entries, refused, row

READER = "S-1-5-21-1-2-3-1001"
FOREIGN = "S-1-5-21-9-9-9-500"
MANAGER = (LAB + "\\ServiceSecurity", "(manager)")
BITS = {"connect": 1, "enumerate": 4, "query_lock": 16, "read_control": 0x20000}
FROM_FACTORY = ("allow:1:S-1-5-11", "allow:20015:S-1-5-4", "allow:20015:S-1-5-6",
                "allow:20035:S-1-5-18", "allow:f003f:S-1-5-32-544")
SETTING = f"service_control.grants[{READER}]"


def asked(rights=(), state=None):
    grant = {"account": READER}
    if rights:
        grant["rights"] = list(rights)
    if state:
        grant["state"] = state
    return {"service_control": {"grants": [grant]}}


def mask_of(rights):
    return sum(BITS[word] for word in rights)


def control_row(name, wish, outcome, before=FROM_FACTORY, after=None, given=None):
    return row(
        f"service manager: {name}", "services", wish, {SETTING: outcome},
        {} if after is None else {MANAGER: entries(*after)},
        {MANAGER: descriptor(*before), **(given or {})},
    )


def right_row(rights):
    lacks = mask_of(rights) & ~1
    return control_row(
        "+".join(rights), asked(rights), CHANGED if lacks else OK, FROM_FACTORY,
        (*FROM_FACTORY, f"allow:{mask_of(rights):x}:{READER}") if lacks else None,
    )


FACTORY = [right_row((word,)) for word in BITS]
FACTORY += [
    right_row(tuple(BITS)),
    right_row(("connect", "enumerate")),
    control_row("absent, nothing stands", asked(state="absent"), OK),
    row("services running", "services", {"services": {"winmgmt": "running", "rpcss": "running"}},
        {"services.winmgmt": OK, "services.rpcss": OK}),
]
ALL_RIGHTS = tuple(BITS)
MIXED = (f"deny:20:{FOREIGN}", f"allow:1:{READER}", f"allow:20015:{FOREIGN}", *FROM_FACTORY)
AUDITS = ("audit:f003f:S-1-1-0", f"audit:1:{FOREIGN}")
DENIED = ("0xA004000A", "denied_by_entry", "")
OTHERS = [
    control_row("partly done, among foreign entries", asked(ALL_RIGHTS), CHANGED, MIXED,
                (MIXED[0], f"allow:20015:{READER}", *MIXED[2:])),
    control_row("a list for audits stays", asked(ALL_RIGHTS), CHANGED,
                (*FROM_FACTORY, *AUDITS),
                (*FROM_FACTORY, f"allow:20015:{READER}", *AUDITS)),
    control_row("done", asked(ALL_RIGHTS), OK, (*FROM_FACTORY, f"allow:20015:{READER}")),
    control_row("denied", asked(ALL_RIGHTS), refused("conflict", *DENIED),
                (f"deny:4:{READER}", *FROM_FACTORY)),
    control_row("absent takes the account out", asked(state="absent"), CHANGED, MIXED,
                (MIXED[0], *MIXED[2:])),
    control_row("absent takes one right", asked(("enumerate",), "absent"), CHANGED,
                (f"allow:20015:{READER}", *FROM_FACTORY),
                (f"allow:20011:{READER}", *FROM_FACTORY)),
    control_row("ignored", asked(ALL_RIGHTS),
                refused("failed", "0xA0040001", "not_effective", "", "drift"),
                given={(LAB + "\\Modes", "scm-ignored"): dword(1)}),
    control_row("refused", asked(ALL_RIGHTS),
                refused("failed", "0x00000005", "ERROR_ACCESS_DENIED", "", "drift"),
                given={(LAB + "\\Modes", "scm-denied"): dword(1)}),
]
ALL = asked(ALL_RIGHTS)
GIVEN = {MANAGER: descriptor(*FROM_FACTORY)}
