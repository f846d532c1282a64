# SPDX-License-Identifier: MIT
"""account and groups, from the keys of the stand-in for netapi32."""
import time

from registry import KEY, LAB, MULTI_SZ, dword, number_of, sz
from rows import CHANGED, OK, Outcome, refused, row

ACCOUNTS = LAB + "\\Accounts"
RIGHTS = LAB + "\\AccountRights"
MACHINE = "S-1-5-21-0-0-0"
READER = "S-1-5-21-1-2-3-1001"
OTHER = "S-1-5-21-1-2-3-1002"
DCOM_USERS = "S-1-5-32-562"
WORDS = {
    "distributed_com_users": DCOM_USERS,
    "performance_monitor_users": "S-1-5-32-558",
    "event_log_readers": "S-1-5-32-573",
}


# --- groups ----------------------------------------------------------------------


def members(*sids):
    return (MULTI_SZ, ("\0".join(sids) + "\0\0" if sids else "\0\0").encode("utf-16-le"))


def of_group(sid):
    return (f"{ACCOUNTS}\\{sid}", "Members")


def group(name, *people, **more):
    return {"groups": [{"group": name, "members": list(people), **more}]}


def group_row(name, wish, outcome, before=(), after=None, sid=DCOM_USERS, given=None):
    label = wish["groups"][0]["group"]
    # Whoever is among Distributed COM Users has the rights of DCOM's rows.
    areas = ("groups", "dcom.permissions") if sid == DCOM_USERS else "groups"
    return row(
        f"groups: {name}", areas, wish, {f"groups[{label}]": outcome},
        {} if after is None else {of_group(sid): members(*after)},
        {of_group(sid): members(*before), **(given or {})},
    )


def mode(name):
    return {(LAB + "\\Modes", name): dword(1)}


GROUP_FACTORY = [
    group_row(f"into {word}", group(word, READER), CHANGED, (), (READER,), sid)
    for word, sid in WORDS.items()
]
GROUP_FACTORY += [
    group_row("by SID", group(DCOM_USERS, READER), CHANGED, (), (READER,)),
    group_row("two at once", group("distributed_com_users", READER, OTHER), CHANGED, (),
              (READER, OTHER)),
    group_row("out, nobody is in", group("distributed_com_users", READER, state="absent"), OK),
]
GROUP_OTHERS = [
    group_row("stands", group("distributed_com_users", READER), OK, (OTHER, READER)),
    group_row("foreign members", group("distributed_com_users", READER), CHANGED, (OTHER,),
              (OTHER, READER)),
    group_row("partly done", group("distributed_com_users", READER, OTHER), CHANGED, (READER,),
              (READER, OTHER)),
    group_row("out", group("distributed_com_users", READER, state="absent"), CHANGED,
              (OTHER, READER), (OTHER,)),
    group_row("no such group", group("no-such-group", READER),
              refused("failed", "0x00000534", "ERROR_NONE_MAPPED", "no-such-group")),
    group_row("no such member", group("distributed_com_users", "nobody-of-that-name"),
              refused("failed", "0x00000534", "ERROR_NONE_MAPPED", "")),
    group_row("denied", group("distributed_com_users", READER),
              refused("failed", "0x00000005", "ERROR_ACCESS_DENIED", "", "drift"),
              given=mode("groups-denied")),
    group_row("ignored", group("distributed_com_users", READER),
              refused("failed", "0xA0040001", "not_effective", "", "drift"),
              given=mode("groups-ignored")),
]

# --- the account -----------------------------------------------------------------

SECRET = {"env": "ROWS_PASSWORD"}  # run.py sets it
ID = "account[wmi-reader]"
SID = MACHINE + "-1001"
ENABLED, DISABLED, LOCKED, NEVER_EXPIRES = 0x201, 0x203, 0x10, 0x10000  # UF_*
DENIED = ("SeDenyInteractiveLogonRight", "SeDenyRemoteInteractiveLogonRight")
NEXT = {(ACCOUNTS, "NextRid"): dword(1001)}


def account(**more):
    return {"account": {"name": "wmi-reader", **more}}


def of_account(name):
    return (f"{ACCOUNTS}\\{SID}", name)


def of_rights(name):
    return (f"{RIGHTS}\\{SID}", name)


def rights(*names):
    return {of_rights(None): KEY, **{of_rights(name): dword(1) for name in names}}


def just_now(old, new):
    """A judge: the password was set within these minutes."""
    age = abs(time.time() - number_of(new))
    return None if age < 3600 else f"{age} seconds ago"


def made(flags, denied=DENIED):
    """What an account that is made has."""
    return {
        of_account(None): KEY,
        of_account("Name"): sz("wmi-reader"),
        of_account("Kind"): dword(1),
        of_account("Comment"): sz("Reads WMI over the network (wmifleet)"),
        of_account("Flags"): dword(flags),
        of_account("PasswordExpired"): dword(0),
        of_account("PasswordSet"): just_now,
        **(rights(*denied) if denied else {}),
    }


def standing(flags=ENABLED | NEVER_EXPIRES, denied=DENIED, **values):
    """An account that somebody made."""
    given = {
        (ACCOUNTS, "NextRid"): dword(1002),
        of_account("Name"): sz("wmi-reader"),
        of_account("Kind"): dword(1),
        of_account("Comment"): sz("by hand"),
        of_account("Flags"): dword(flags),
        of_account("PasswordExpired"): dword(0),
        of_account("PasswordSet"): dword(int(time.time()) - 86400),
        **{of_account(name): data for name, data in values.items()},
    }
    return given | {of_rights(name): dword(1) for name in denied}


def account_row(name, wish, outcome, wanted=None, given=None, **more):
    return row(f"account: {name}", ("groups", "services"), wish, {ID: outcome}, wanted,
               given or NEXT, **more)


ACCOUNT_FACTORY = [
    account_row("made", account(password=SECRET), CHANGED, made(ENABLED | NEVER_EXPIRES)),
    account_row("its password expires", account(password=SECRET, password_never_expires=False),
                CHANGED, made(ENABLED)),
    account_row("for every logon", account(password=SECRET, network_logon_only=False), CHANGED,
                made(ENABLED | NEVER_EXPIRES, ())),
    account_row("absent, nobody is there", account(state="absent"), OK),
    row("account: made, and a group of our own for it", ("groups", "services"),
        account(password=SECRET) | group("WMI readers", "wmi-reader", create=True),
        {ID: CHANGED, "groups[WMI readers]": CHANGED},
        {**made(ENABLED | NEVER_EXPIRES),
         (f"{ACCOUNTS}\\{MACHINE}-1002", None): KEY,
         (f"{ACCOUNTS}\\{MACHINE}-1002", "Name"): sz("WMI readers"),
         (f"{ACCOUNTS}\\{MACHINE}-1002", "Kind"): dword(2),
         (f"{ACCOUNTS}\\{MACHINE}-1002", "Members"): members(SID)}, NEXT),
]
FLAGS = of_account("Flags")
ACCOUNT_OTHERS = [
    account_row("stands", account(password=SECRET), OK, {}, standing()),
    account_row("disabled", account(password=SECRET), CHANGED,
                {FLAGS: dword(ENABLED | NEVER_EXPIRES)}, standing(DISABLED | NEVER_EXPIRES)),
    account_row("its password would expire", account(), CHANGED,
                {FLAGS: dword(ENABLED | NEVER_EXPIRES)}, standing(ENABLED)),
    account_row("has expired", account(), CHANGED, {of_account("Expires"): dword(0xFFFFFFFF)},
                standing(Expires=dword(1000000000))),
    # A lockout can be taken away, never given.
    account_row("is locked out", account(), Outcome("drift", "changed", "ok", "ok"),
                {FLAGS: dword(ENABLED | NEVER_EXPIRES)},
                standing(ENABLED | LOCKED | NEVER_EXPIRES),
                lasting={FLAGS: dword(ENABLED | NEVER_EXPIRES)}),
    account_row("is locked out and disabled", account(), CHANGED,
                {FLAGS: dword(ENABLED | NEVER_EXPIRES)},
                standing(DISABLED | LOCKED | NEVER_EXPIRES),
                lasting={FLAGS: dword(DISABLED | NEVER_EXPIRES)}),
    # Nor can a password be made as old as it was.
    account_row("has to change its password", account(), CHANGED,
                {of_account("PasswordExpired"): dword(0), of_account("PasswordSet"): just_now},
                standing(PasswordExpired=dword(1), FullName=sz(""), Expires=dword(0xFFFFFFFF)),
                lasting={of_account("PasswordSet"): just_now}),
    account_row("absent, and it is there", account(state="absent"),
                refused("irreversible", "", "", ""), {}, standing()),
    account_row("one right is denied already", account(), CHANGED,
                {of_rights(DENIED[1]): dword(1)}, standing(denied=DENIED[:1])),
    account_row("a foreign right of it", account(), CHANGED,
                {of_rights(name): dword(1) for name in DENIED},
                standing(denied=("SeBatchLogonRight",))),
    account_row("for every logon again", account(network_logon_only=False), CHANGED,
                {of_rights(name): None for name in DENIED},
                standing(denied=(*DENIED, "SeBatchLogonRight"))),
]

FACTORY = GROUP_FACTORY + ACCOUNT_FACTORY
OTHERS = GROUP_OTHERS + ACCOUNT_OTHERS
ALL = {
    **account(password=SECRET),
    "groups": [
        {"group": "distributed_com_users", "members": ["wmi-reader", READER]},
        {"group": "WMI readers", "members": ["wmi-reader"], "create": True},
    ],
}
GIVEN = {**NEXT, of_group(DCOM_USERS): members(OTHER)}
