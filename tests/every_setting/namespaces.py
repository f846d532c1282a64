# SPDX-License-Identifier: MIT
"""namespaces: an account's entry in a WMI namespace, from the stand-in's
store of each namespace's own entries."""
from registry import LAB
from rows import CHANGED, OK, descriptor, entries, refused, row

READER = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
FOREIGN = "S-1-5-21-9-9-9-500"
TOKEN = (READER, "S-1-1-0", "S-1-5-11")
BITS = {
    "enable_account": 0x1,
    "execute_methods": 0x2,
    "full_write": 0x4,
    "partial_write": 0x8,
    "provider_write": 0x10,
    "remote_enable": 0x20,
    "read_security": 0x20000,
    "edit_security": 0x40000,
}
READ = ("enable_account", "remote_enable")
# What Windows gives to root, for all namespaces below.
ROOT = ("allow/2:6003f:S-1-5-32-544", "allow/2:13:S-1-5-20", "allow/2:13:S-1-5-19",
        "allow/2:13:S-1-5-11")
HERE = "root\\CIMV2"


def place(path):
    return (f"{LAB}\\Namespaces\\{path}", "SD")


def mask_of(rights):
    return sum(BITS[word] for word in rights)


def standing(parts=(), path=HERE, root=ROOT):
    given = {place("root"): descriptor(*root)}
    if path != "root":
        given[place(path)] = descriptor(*parts)
    return given


def grant(rights=(), account=READER, state=None, below=False):
    wish = {"account": account}
    if state:
        wish["state"] = state
    if rights:
        wish["rights"] = list(rights)
    if below:
        wish["subnamespaces"] = True
    return wish


def asked(path, *grants):
    return {"namespaces": [{"path": path, "grants": list(grants)}]}


def grant_row(name, wish, outcome, wanted=None, given=None, path=HERE):
    return row(
        f"namespace {name}", "namespaces", asked(path, wish),
        {f"namespaces[{path}].grants[{wish['account']}]": outcome},
        wanted, given or standing(path=path),
    )


def has(parts):
    """What an account that nobody knows is allowed by these."""
    mask = 0
    for part in parts:
        _, bits, sid = part.split(":")
        mask |= int(bits, 16) if sid in TOKEN else 0
    return mask


def given_right(rights, below, path=HERE):
    mask = mask_of(rights)
    lacks = mask & ~has(ROOT)
    own = ROOT if path == "root" else ()
    entry = f"allow{'/2' if below else ''}:{mask:x}:{READER}"
    return grant_row(
        f"{path}: {'+'.join(rights)}{' and below' if below else ''}",
        grant(rights, below=below), CHANGED if lacks else OK,
        {place(path): entries(*own, entry)} if lacks else {}, None, path,
    )


RIGHTS = [(word,) for word in BITS if word != "full_write"]
RIGHTS += [("full_write", "partial_write", "provider_write"), READ, tuple(BITS)]

FACTORY = [given_right(rights, below) for rights in RIGHTS for below in (False, True)]
FACTORY += [given_right(READ, False, path) for path in ("root", "root\\DEFAULT", "root\\WMI")]
FACTORY += [
    grant_row("absent, nothing stands", grant(state="absent"),
              OK),
    grant_row("a right absent, nothing stands", grant(("remote_enable",), state="absent"), OK),
    grant_row("by a word", grant(READ, "distributed_com_users"), CHANGED,
              {place(HERE): entries("allow:21:S-1-5-32-562")}),
]

MIXED = (f"deny:20:{FOREIGN}", "deny/2:40000:S-1-5-32-546", f"allow/a:1:{READER}",
         f"allow:20003:{FOREIGN}", f"allow/4:3:{OTHER}")
DENIED = ("0xA004000A", "denied_by_entry", "wmimgmt.msc")


def from_these(name, wish, before, after, path=HERE):
    return grant_row(name, wish, CHANGED, {place(path): entries(*after)}, standing(before, path))


OTHERS = [
    from_these("other rights stand", grant(READ), (f"allow:2:{READER}", f"allow:20003:{FOREIGN}"),
               (f"allow:23:{READER}", f"allow:20003:{FOREIGN}")),
    from_these("partly done", grant(READ), (f"allow:1:{READER}",), (f"allow:21:{READER}",)),
    from_these("stands, but not for those below", grant(READ, below=True),
               (f"allow:21:{READER}",), (f"allow:21:{READER}", f"allow/2:21:{READER}")),
    from_these("foreign entries of every kind", grant(READ), MIXED,
               (*MIXED, f"allow:21:{READER}")),
    from_these("absent takes one right", grant(("remote_enable",), state="absent"),
               (f"allow:23:{READER}", *MIXED[:2], MIXED[3]),
               (f"allow:3:{READER}", *MIXED[:2], MIXED[3])),
    grant_row("done", grant(READ), OK, {}, standing((f"allow:21:{READER}", MIXED[3]))),
    grant_row("denied to the account", grant(READ), refused("conflict", *DENIED), {},
              standing((f"deny:20:{READER}", MIXED[3]))),
    grant_row("denied to everyone", grant(READ), refused("conflict", *DENIED), {},
              standing(("deny/2:20:S-1-1-0",))),
    from_these("a right that is not asked for is denied", grant(READ),
               (f"deny:40000:{READER}",), (f"deny:40000:{READER}", f"allow:21:{READER}")),
    grant_row("comes from further up", grant(READ), OK, {},
              standing((), root=(*ROOT, f"allow/2:21:{READER}"))),
    grant_row("not there", grant(READ),
              refused("failed", "0x8004100E", "WBEM_E_INVALID_NAMESPACE", ""), {},
              {place("root"): descriptor(*ROOT)}, "root\\nosuch"),
]
for mode, wanted in {
    "wmi-stopped": refused("failed", "0x800706BA", "RPC_S_SERVER_UNAVAILABLE", ""),
    "namespace-denied": refused("failed", "0x80041003", "WBEM_E_ACCESS_DENIED", "", "drift"),
    "namespace-ignored": refused("failed", "0xA0040001", "not_effective", "", "drift"),
    "namespace-returns-error": refused("failed", "0x80041003", "WBEM_E_ACCESS_DENIED", "", "drift"),
}.items():
    OTHERS.append(
        grant_row(f"mode {mode}", grant(READ), wanted, {},
                  {**standing(), (LAB + "\\Modes", mode): (4, b"\1\0\0\0")}))

ALL = asked(HERE, grant(READ), grant(READ, OTHER, below=True))
