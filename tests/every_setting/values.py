# SPDX-License-Identifier: MIT
"""uac, dcom.enabled and cimom: one registry value each."""
from registry import EXPAND_SZ, MULTI_SZ, binary, dword, sz
from rows import CHANGED, OK, refused, row

POLICIES = "HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Policies\\System"
OLE = "HKLM\\Software\\Microsoft\\Ole"
CIMOM = "HKLM\\Software\\Microsoft\\WBEM\\CIMOM"
MODES = "HKLM\\Software\\wmifleet-lab\\Modes"

FILTER = (POLICIES, "LocalAccountTokenFilterPolicy")
ENABLE = (OLE, "EnableDCOM")
CALLBACK = (CIMOM, "AllowAnonymousCallback")
UNSECAPP = (CIMOM, "UnsecAppAccessControlDefault")


def uac(value):
    return {"uac": {"local_account_token_filter_policy": value}}


def dcom(value):
    return {"dcom": {"enabled": value}}


def cimom(value):
    return {"cimom": {"allow_anonymous_callback": value}}


def unsecapp(value):
    return {"cimom": {"unsecapp_access_control_default": value}}


# area: the request, the setting's id, where its value is, from the factory.
SETTINGS = {
    "uac": (uac, "uac.local_account_token_filter_policy", FILTER, None),
    "dcom.enabled": (dcom, "dcom.enabled", ENABLE, sz("Y")),
    "cimom": (cimom, "cimom.allow_anonymous_callback", CALLBACK, None),
    "cimom.unsecapp": (unsecapp, "cimom.unsecapp_access_control_default", UNSECAPP, None),
}
# What each value that can be asked for makes of the registry's.
VALUES = {
    "uac": {0: dword(0), 1: dword(1), "absent": None},
    "dcom.enabled": {True: sz("Y"), False: sz("N")},
    "cimom": {0: dword(0), 1: dword(1), "absent": None},
    "cimom.unsecapp": {0: sz("0"), 1: sz("1"), "absent": None},
}
# What Windows reads as that value too: it is left as it is.
ALSO = {
    ("dcom.enabled", True): (sz("y"), (1, "Y".encode("utf-16-le"))),
    ("dcom.enabled", False): ((1, "N".encode("utf-16-le")),),
}
# What may stand there already: (kind of state, data).
STANDING = {
    "uac": (
        ("other data", dword(0)),
        ("other data", dword(1)),
        ("other data", dword(7)),
        ("other type", sz("1")),
        ("other type", binary("01000000")),
        ("other type", (11, b"\1" + bytes(7))),
        ("short data", (4, b"\1")),
    ),
    "dcom.enabled": (
        ("absent", None),
        ("other data", sz("N")),
        ("other data", sz("maybe")),
        ("other data", sz("")),
        ("other type", dword(1)),
        ("other type", sz("Y", EXPAND_SZ)),
        ("other type", (MULTI_SZ, "Y\0\0".encode("utf-16-le"))),
        ("no end", (1, "N".encode("utf-16-le"))),
        ("no end", (1, "Y".encode("utf-16-le"))),
        ("small", sz("y")),
        ("odd bytes", (1, b"Y\0\0")),
    ),
    "cimom": (
        ("other data", dword(0)),
        ("other data", dword(1)),
        ("other data", dword(0xFFFFFFFF)),
        ("other type", sz("1", EXPAND_SZ)),
        ("other type", binary("")),
        ("short data", (4, b"\1\0")),
    ),
    "cimom.unsecapp": (
        ("other data", sz("0")),
        ("other data", sz("1")),
        ("other data", sz("yes")),
        ("other type", dword(1)),
        ("other type", sz("1", EXPAND_SZ)),
        ("odd bytes", (1, b"1\0\0")),
    ),
}


def one(area, value, kind, standing):
    request, name, place, factory = SETTINGS[area]
    data = VALUES[area][value]
    agrees = standing == data or standing in ALSO.get((area, value), ())
    given = {} if kind == "factory" else {place: standing}
    what = "" if standing is None else f" {standing[0]}:{standing[1].hex()}"
    return row(
        f"{area} = {value}, {kind}{what}",
        area,
        request(value),
        {name: OK if agrees else CHANGED},
        {} if agrees else {place: data},
        given,
    )


FACTORY = [
    one(area, value, "factory", SETTINGS[area][3])
    for area, values in VALUES.items()
    for value in values
]
OTHERS = [
    one(area, value, kind, standing)
    for area, values in VALUES.items()
    for value in values
    for kind, standing in STANDING[area]
]
ALL = {**uac(1), **dcom(False), "cimom": {**cimom(1)["cimom"], **unsecapp(1)["cimom"]}}
