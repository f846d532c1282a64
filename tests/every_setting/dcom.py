# SPDX-License-Identifier: MIT
"""dcom.permissions: an account's entries in COM's three lists."""
from itertools import combinations

from registry import binary, sz
from rows import CHANGED, OK, descriptor, entries, refused, row

OLE = "HKLM\\Software\\Microsoft\\Ole"
APPID = "HKLM\\Software\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
POLICY = "HKLM\\Software\\Policies\\Microsoft\\Windows NT\\DCOM"
LAUNCH = (OLE, "MachineLaunchRestriction")
ACCESS = (OLE, "MachineAccessRestriction")
WMI = (APPID, "LaunchPermission")

READER = "S-1-5-21-1-2-3-1001"
FOREIGN = "S-1-5-21-9-9-9-500"
EVERYONE = "S-1-1-0"
# Whom an account stands for when it comes over the network.
TOKEN = (READER, EVERYONE, "S-1-5-11")
# An entry of a type that nobody here knows: a callback with a condition.
STRANGE = "raw:09000c00010000006162636d"

FROM_FACTORY = {
    LAUNCH: ("allow:b:S-1-1-0", "allow:1f:S-1-5-32-544", "allow:1f:S-1-5-32-559",
             "allow:1f:S-1-5-32-562"),
    ACCESS: ("allow:7:S-1-1-0", "allow:3:S-1-5-7", "allow:7:S-1-5-32-562",
             "allow:7:S-1-5-32-559"),
    WMI: ("allow:1f:S-1-5-32-544", "allow:1b:S-1-5-11"),
}
# What the values mean while they are absent.
BUILT_IN = {
    LAUNCH: FROM_FACTORY[LAUNCH],
    ACCESS: FROM_FACTORY[ACCESS],
    WMI: ("allow:1f:S-1-5-18", "allow:1f:S-1-5-32-544", "allow:1f:S-1-5-4"),
}
LAUNCH_BITS = {"local_launch": 2, "remote_launch": 4, "local_activation": 8,
               "remote_activation": 16}
ACCESS_BITS = {"local_access": 2, "remote_access": 4}
PLACES = {None: None, "machine_limits": (LAUNCH, ACCESS), "wmi_application": (WMI,)}


def subsets(words):
    return [s for n in range(1, len(words) + 1) for s in combinations(words, n)]


def mask_of(words, bits):
    return sum(bits[word] for word in words) | (1 if words else 0)


def allowed(parts, sids):
    """The bits that these SIDs are allowed by entries without flags."""
    mask = 0
    for part in parts:
        kind, bits, *sid = part.split(":")
        if kind == "allow" and sid[0] in sids:
            mask |= int(bits, 16)
    return mask


def with_grant(parts, sid, mask):
    """The account's own entry gets the bits; a new one goes behind all
    denials and in front of what is inherited."""
    out = list(parts)
    for i, part in enumerate(out):
        if part.startswith("allow:") and part.endswith(f":{sid}"):
            out[i] = f"allow:{int(part.split(':')[1], 16) | mask:x}:{sid}"
            return tuple(out)
    inherited = [i for i, part in enumerate(out) if part.startswith("inherited:")]
    out.insert(inherited[0] if inherited else len(out), f"allow:{mask:x}:{sid}")
    return tuple(out)


def granted(before, launch, access, on, account=READER):
    """{place: judge} for what a grant changes on a machine with these lists."""
    wanted = {}
    for place, parts in before.items():
        words, bits = (access, ACCESS_BITS) if place == ACCESS else (launch, LAUNCH_BITS)
        named = on and any(PLACES[word] and place in PLACES[word] for word in on)
        mask = mask_of(words, bits)
        if not mask or (on and not named):
            continue
        has = allowed(parts, (account,) if on else TOKEN)
        if mask & ~has:
            wanted[place] = entries(*with_grant(parts, account, mask))
    return wanted


def item(account=READER, **more):
    return {"account": account, **{k: list(v) if isinstance(v, tuple) else v
                                   for k, v in more.items() if v}}


def asked(*items):
    return {"dcom": {"permissions": list(items)}}


def setting(account=READER):
    return f"dcom.permissions[{account}]"


def permission_row(name, wish, outcome, wanted=None, given=None):
    return row(f"dcom {name}", "dcom.permissions", asked(wish),
               {setting(wish["account"]): outcome}, wanted, given)


def grant_row(launch, access, on):
    wanted = granted(FROM_FACTORY, launch, access, on)
    where = " and ".join(on) if on else "where it lacks"
    return permission_row(
        f"{'+'.join(launch + access)} on {where}", item(launch=launch, access=access, on=on),
        CHANGED if wanted else OK, wanted,
    )


ON = ((), ("machine_limits",), ("wmi_application",), ("machine_limits", "wmi_application"))
FACTORY = [
    grant_row(launch, (), on)
    for launch in subsets(LAUNCH_BITS)
    for on in (ON if len(launch) in (1, 4) else ON[::3])
]
FACTORY += [
    grant_row((), access, on) for access in subsets(ACCESS_BITS) for on in ON[:2]
]
FACTORY += [
    grant_row(("remote_launch", "remote_activation"), ("remote_access",), on) for on in ON[:2]
]
FACTORY += [
    permission_row(
        f"{word} by its word", item(word, launch=("remote_activation",), on=("wmi_application",)),
        CHANGED, granted(FROM_FACTORY, ("remote_activation",), (), ("wmi_application",), sid),
    )
    for word, sid in (
        ("distributed_com_users", "S-1-5-32-562"),
        ("anonymous_logon", "S-1-5-7"),
        ("everyone", "S-1-1-0"),
    )
]
FACTORY += [
    permission_row("absent, nothing stands", item(state="absent"), OK),
    permission_row("a right absent, nothing stands",
                   item(state="absent", launch=("remote_launch",)), OK),
]

# --- machines on which something stands ------------------------------------------

REMOTE = item(launch=("remote_launch", "remote_activation"), on=("machine_limits",))
MIXED = (f"deny:1f:{FOREIGN}", "deny:14:S-1-5-32-546", STRANGE, f"allow:b:{READER}",
         f"allow:1f:{FOREIGN}", "inherited:1f:S-1-5-32-544", f"inherited:3:{READER}")


def given(**lists):
    places = {"launch": LAUNCH, "access": ACCESS, "wmi": WMI}
    return {places[name]: data if data is None or isinstance(data[0], int)
            else descriptor(*data) for name, data in lists.items()}


def on_list(parts, launch=("remote_launch", "remote_activation"), access=()):
    return granted({LAUNCH: parts}, launch, access, ("machine_limits",))


DENIED = ("0xA004000A", "denied_by_entry", "")
OLD = ("0xA004000B", "old_descriptor", "")
BAD = ("0xA004000C", "bad_descriptor", "")
SET = ("0xA0040009", "set_by_policy", "MachineLaunchRestriction")

OTHERS = [
    permission_row("absent list of launches", REMOTE, CHANGED, on_list(BUILT_IN[LAUNCH]),
                   given(launch=None)),
    permission_row(
        "absent list of accesses", item(access=("remote_access",), on=("machine_limits",)), CHANGED,
        granted({ACCESS: BUILT_IN[ACCESS]}, (), ("remote_access",), ("machine_limits",)),
        given(access=None)),
    permission_row(
        "absent list of WMI", item(launch=("remote_activation",), on=("wmi_application",)), CHANGED,
        granted({WMI: BUILT_IN[WMI]}, ("remote_activation",), (), ("wmi_application",)),
        given(wmi=None)),
    permission_row("other data", REMOTE, CHANGED, on_list(("allow:1f:S-1-5-32-544",)),
                   given(launch=("allow:1f:S-1-5-32-544",))),
    permission_row("other type", REMOTE, refused("conflict", *BAD), {}, given(launch=sz("O:BA"))),
    permission_row("no sense", REMOTE, refused("conflict", *BAD), {},
                   given(launch=binary("01000480"))),
    permission_row("empty data", REMOTE, CHANGED, on_list(BUILT_IN[LAUNCH]),
                   given(launch=binary(""))),
    permission_row("foreign entries of every kind", REMOTE, CHANGED, on_list(MIXED),
                   given(launch=MIXED)),
    permission_row("partly done", REMOTE, CHANGED,
                   on_list((*FROM_FACTORY[LAUNCH], f"allow:5:{READER}")),
                   given(launch=(*FROM_FACTORY[LAUNCH], f"allow:5:{READER}"))),
    permission_row("done", REMOTE, OK, {}, given(launch=(f"allow:15:{READER}", *MIXED[:3]))),
    permission_row("denied", REMOTE, refused("conflict", *DENIED), {},
                   given(launch=(f"deny:10:{READER}", *FROM_FACTORY[LAUNCH]))),
    permission_row("everyone denied", REMOTE, refused("conflict", *DENIED), {},
                   given(launch=(f"deny:10:{EVERYONE}", *FROM_FACTORY[LAUNCH]))),
    permission_row("another right denied", REMOTE, CHANGED,
                   on_list((f"deny:a:{FOREIGN}", *FROM_FACTORY[LAUNCH])),
                   given(launch=(f"deny:a:{FOREIGN}", *FROM_FACTORY[LAUNCH]))),
    permission_row("old format", REMOTE, refused("conflict", *OLD), {},
                   given(launch=("allow:1:S-1-1-0", "allow:1:S-1-5-32-544"))),
    permission_row("mixed format", REMOTE, refused("conflict", *OLD), {},
                   given(launch=("allow:1:S-1-1-0", "allow:1f:S-1-5-32-544"))),
    permission_row("policy", REMOTE, refused("blocked", *SET), {},
                   {(POLICY, "MachineLaunchRestriction"):
                    sz("O:BAG:BAD:(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;BA)")}),
    permission_row("policy grants it", REMOTE, OK, {},
                   {(POLICY, "MachineLaunchRestriction"):
                    sz(f"O:BAG:BAD:(A;;CCDCLCSWRP;;;{READER})")}),
    permission_row("absent takes one right", item(state="absent", launch=("remote_launch",)),
                   CHANGED, {LAUNCH: entries(f"allow:1b:{READER}", *MIXED[:3])},
                   given(launch=(f"allow:1f:{READER}", *MIXED[:3]))),
    permission_row("absent takes the account out", item(state="absent"), CHANGED,
                   {LAUNCH: entries(*MIXED[:3], *MIXED[4:6]),
                    WMI: entries(*FROM_FACTORY[WMI])},
                   given(launch=MIXED[:6], wmi=(f"allow:15:{READER}", *FROM_FACTORY[WMI]))),
    permission_row("absent, but a flagged entry gives it", item(state="absent"),
                   refused("conflict", "0xA004000A", "denied_by_entry", "inheritance flags"), {},
                   given(launch=MIXED)),
    permission_row("absent would leave nothing", item(state="absent", on=("machine_limits",)),
                   refused("conflict", *BAD), {}, given(launch=(f"allow:1f:{READER}",))),
]
ALL = asked(item(launch=("remote_launch", "remote_activation"), access=("remote_access",)))
