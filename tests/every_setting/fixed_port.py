# SPDX-License-Identifier: MIT
"""fixed_port: what `winmgmt /standalonehost` leaves in the registry."""
from registry import EXPAND_SZ, KEY, MULTI_SZ, binary, dword, sz, text_of
from rows import CHANGED, OK, row

SERVICE = "HKLM\\System\\CurrentControlSet\\Services\\Winmgmt"
SVCHOST = "HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion\\SvcHost"
APPID = "HKLM\\Software\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}"
LEVELS = {"connect": 2, "call": 3, "packet": 4, "packet_integrity": 5, "packet_privacy": 6}


def asked(enabled, port=None, level=None):
    wish = {"enabled": enabled}
    if port:
        wish["port"] = port
    if level:
        wish["authentication_level"] = level
    return {"fixed_port": wish}


def port_row(name, wish, outcome, wanted=None, given=None, **more):
    return row(f"fixed port: {name}", "services", wish, {"fixed_port": outcome}, wanted, given,
               **more)


def without_winmgmt(old, new):
    """A judge: the others of the shared host stay, in their order."""
    kept = [name for name in text_of(old).split("\0") if name.lower() != "winmgmt"]
    return None if text_of(new).split("\0") == kept else f"{text_of(new)!r}"


def with_winmgmt(old, new):
    """A judge: it comes in at the end, where the command puts it."""
    wanted = text_of(old).split("\0") + ["Winmgmt"]
    return None if text_of(new).split("\0") == wanted else f"{text_of(new)!r}"


def texts(*items):
    return (MULTI_SZ, ("\0".join(items) + "\0\0").encode("utf-16-le"))


def on(port=24158, level=6, endpoints=()):
    return {
        (APPID, "Endpoints"): texts(*endpoints, f"ncacn_ip_tcp,0,{port}"),
        (SVCHOST, "netsvcs"): without_winmgmt,
        (SVCHOST, "winmgmt"): texts("Winmgmt"),
        (SVCHOST + "\\winmgmt", None): KEY,
        (SVCHOST + "\\winmgmt", "AuthenticationLevel"): dword(level),
        (SVCHOST + "\\winmgmt", "CoInitializeSecurityParam"): dword(1),
        (SERVICE, "ImagePath"): sz("%systemroot%\\system32\\svchost.exe -k winmgmt", EXPAND_SZ),
    }


FACTORY = [
    port_row("on", asked(True), CHANGED, on()),
    port_row("off", asked(False), OK),
]
FACTORY += [
    port_row(f"on, {word}", asked(True, None, word), CHANGED, on(level=level))
    for word, level in LEVELS.items()
]
FACTORY += [
    port_row(f"on, port {port}", asked(True, port), CHANGED, on(port)) for port in (1024, 65535)
]
OTHERS = [
    port_row("on, endpoints of other protocols", asked(True), CHANGED,
             on(endpoints=("ncacn_np,0,\\pipe\\other",)),
             {(APPID, "Endpoints"): texts("ncacn_np,0,\\pipe\\other", "ncacn_ip_tcp,0,4000")}),
    port_row("on, endpoints of another type", asked(True), CHANGED, on(),
             {(APPID, "Endpoints"): sz("ncacn_ip_tcp,0,24158")}),
    port_row("on, a foreign value and a wrong type", asked(True), CHANGED,
             {place: data for place, data in on().items()
              if place != (SVCHOST + "\\winmgmt", None)},
             {(SVCHOST + "\\winmgmt", "Foreign"): binary("00ff"),
              (SVCHOST + "\\winmgmt", "AuthenticationLevel"): sz("6")}),
]
COMMAND = "C:\\windows\\system32\\wbem\\winmgmt.exe"
OFF = {place: None for place in on() if place != (SVCHOST, "netsvcs")}
OFF |= {
    (SVCHOST, "netsvcs"): with_winmgmt,
    (SERVICE, "ImagePath"): sz("%systemroot%\\system32\\svchost.exe -k netsvcs -p", EXPAND_SZ),
}
OTHERS += [
    port_row("off, and it is on", asked(False), CHANGED, OFF,
             first=(COMMAND, "/standalonehost", "6"), last=(COMMAND, "/sharedhost")),
    port_row("another port and level than it has", asked(True, 5000, "call"), CHANGED,
             {(APPID, "Endpoints"): texts("ncacn_ip_tcp,0,5000"),
              (SVCHOST + "\\winmgmt", "AuthenticationLevel"): dword(3)},
             first=(COMMAND, "/standalonehost", "6"), last=(COMMAND, "/sharedhost")),
]
ALL = asked(True, 5000)
