# SPDX-License-Identifier: MIT
"""firewall.wmi_group and firewall.rules, over the rules' texts in the store."""
from itertools import combinations

from registry import LAB, RULES, dword, sz, text_of
from rows import CHANGED, OK, SKIPPED, refused, row

MODES = LAB + "\\Modes"
POLICY = "HKLM\\Software\\Policies\\Microsoft\\WindowsFirewall"
GROUP_TEXT = "@FirewallAPI.dll,-34251"
PROFILES = ("domain", "private", "public")
SUBSETS = [s for n in (1, 2, 3) for s in combinations(PROFILES, n)]
GROUP_ID = "firewall.wmi_group"


def mode(name):
    return {(MODES, name): dword(1)}


# --- the group -----------------------------------------------------------------


class Rule:
    """The text of a rule, taken apart."""

    def __init__(self, text):
        self.text = text
        words = text.split("|")[1:-1]
        self.fields = [tuple(word.split("=", 1)) for word in words]

    def values(self, key):
        return [value for name, value in self.fields if name == key]

    def profiles(self):
        told = [value.lower() for value in self.values("Profile")]
        return set(told) or set(PROFILES)

    def again(self, active, profiles):
        """The same with another Active and other profiles."""
        out = []
        for key, value in self.fields:
            if key == "Active":
                value = "TRUE" if active else "FALSE"
            if key != "Profile":
                out.append(f"{key}={value}")
            if key == "Protocol" and len(profiles) < len(PROFILES):
                out += [f"Profile={p.capitalize()}" for p in PROFILES if p in profiles]
        return "|".join([self.text.split("|")[0], *out, ""])


def group_rules(before):
    for name, data in before.values(RULES).items():
        rule = Rule(text_of(data))
        if GROUP_TEXT in rule.values("EmbedCtxt"):
            yield name, rule


def switched(enabled, profiles):
    """What the group's rules become: whole ones where Windows need not divide
    them, else the rest keeps its id and the part gets one of its own."""

    def wanted(before):
        changes = {}
        for name, rule in group_rules(before):
            was = rule.values("Active") == ["TRUE"]
            part = rule.profiles() & set(profiles)
            if not part or was == enabled:
                continue
            rest = rule.profiles() - part
            if not rest and name.startswith("{"):
                changes[(RULES, "{id} " + rule.text)] = None
                changes[(RULES, "{id} " + rule.again(enabled, part))] = (0, b"1")
                continue
            if not rest:
                changes[(RULES, name)] = sz(rule.again(enabled, part))
                continue
            changes[(RULES, name)] = sz(rule.again(was, rest))
            changes[(RULES, "{id} " + rule.again(enabled, part))] = (0, b"1")
        return changes

    return wanted


def group(enabled, profiles=None):
    wish = {"enabled": enabled}
    if profiles:
        wish["profiles"] = list(profiles)
    return {"firewall": {"wmi_group": wish}}


def areas_of(area, given):
    """Modes and policies are about the whole firewall."""
    alone = any(key == MODES or key.startswith(POLICY) for key, _ in given or {})
    return ("firewall.group", "firewall.rules") if alone else (area,)


def group_row(name, enabled, profiles, outcome, wanted=None, given=None):
    areas = areas_of("firewall.group", given)
    return row(name, areas, group(enabled, profiles), {GROUP_ID: outcome}, wanted, given)


def divides(profiles):
    return ("private" in profiles) != ("public" in profiles)


GROUP_FACTORY = [
    group_row("group on", True, None, CHANGED, switched(True, PROFILES)),
    group_row("group off", False, None, OK),
]
for some in SUBSETS:
    GROUP_FACTORY += [
        group_row(
            f"group on in {some}", True, some, CHANGED, switched(True, some),
            mode("split-rules") if divides(some) else {},
        ),
        group_row(f"group off in {some}", False, some, OK),
    ]


def built_in(part, profiles, active):
    """One of the eight, as the factory has it but for Active."""
    scoped = "" if profiles == ("domain",) else "RA4=LocalSubnet|RA6=LocalSubnet|"
    where = "".join(f"Profile={p.capitalize()}|" for p in profiles)
    words = {
        "ASYNC-In": ("In", "", "%systemroot%\\system32\\wbem\\unsecapp.exe", "", 34256),
        "RPCSS-In": ("In", "LPort=135|", "%SystemRoot%\\system32\\svchost.exe", "rpcss", 34252),
        "WINMGMT-In": ("In", "", "%SystemRoot%\\system32\\svchost.exe", "winmgmt", 34254),
        "WINMGMT-Out": ("Out", "", "%SystemRoot%\\system32\\svchost.exe", "winmgmt", 34258),
    }[part]
    direction, port, program, service, number = words
    return sz(
        f"v2.31|Action=Allow|Active={'TRUE' if active else 'FALSE'}|Dir={direction}|Protocol=6|"
        f"{where}{port}{scoped}App={program}|{f'Svc={service}|' if service else ''}"
        f"Name=@FirewallAPI.dll,-{number}|Desc=@FirewallAPI.dll,-{number + 1}|"
        f"EmbedCtxt={GROUP_TEXT}|"
    )


def built_ins(active, suffixes=("", "-NoScope")):
    return {
        (RULES, f"WMI-{part}-TCP{suffix}"): built_in(
            part, ("domain",) if suffix else ("private", "public"), active
        )
        for part in ("ASYNC-In", "RPCSS-In", "WINMGMT-In", "WINMGMT-Out")
        for suffix in suffixes
    }


NOT_EFFECTIVE = ("0xA0040001", "not_effective", "firewall.rules")
OVERRIDE = ("0x00000001", "NET_FW_MODIFY_STATE_GP_OVERRIDE", "policy")


def whole_then_split(some, active):
    return {**mode("split-rules"), **built_ins(active)}


GROUP_OTHERS = [
    group_row("group off, it is on", False, None, CHANGED,
              switched(False, PROFILES), built_ins(True)),
    group_row("group on, it is on", True, None, OK, {}, built_ins(True)),
    group_row("group on, partly done", True, None, CHANGED,
              switched(True, PROFILES), built_ins(True, ("-NoScope",))),
    group_row("group on, one of our direction only", True, None, CHANGED,
              switched(True, PROFILES),
              {(RULES, "WMI-RPCSS-In-TCP"): built_in("RPCSS-In", ("private", "public"), True)}),
    group_row("group on, a rule is missing", True, None, CHANGED,
              switched(True, PROFILES), {(RULES, "WMI-WINMGMT-Out-TCP"): None}),
    group_row("group on, a foreign rule is in it", True, None, CHANGED,
              switched(True, PROFILES),
              {(RULES, "{11111111-2222-3333-4444-555555555555}"):
               sz("v2.31|Action=Allow|Active=FALSE|Dir=In|Protocol=6|Profile=Domain|LPort=5000|"
                  f"Name=Added by hand|EmbedCtxt={GROUP_TEXT}|")}),
    group_row("group on, policy decides", True, None, refused("blocked", *OVERRIDE), {},
              mode("policy-override")),
    group_row("group on, no local merge", True, None, refused("blocked", *OVERRIDE), {},
              mode("no-local-merge")),
    group_row("group on, all inbound is blocked", True, None,
              refused("blocked", "0x00000002", "NET_FW_MODIFY_STATE_INBOUND_BLOCKED", ""), {},
              mode("block-all")),
    group_row("group on, the group is gone", True, None,
              refused("blocked", "0xA0040003", "group_missing", ""), {},
              mode("group-missing")),
    group_row("group on, denied", True, None,
              refused("failed", "0x80070005", "E_ACCESSDENIED", "", "drift"), {},
              mode("access-denied")),
    group_row("group on, writes do not take", True, None,
              refused("failed", "0xA0040001", "not_effective", "", "drift"), {},
              mode("write-ignored")),
]
for some in [s for s in SUBSETS if divides(s)]:
    if "domain" not in some:
        GROUP_OTHERS.append(
            group_row(f"group on in {some}, rules are whole", True, some,
                      refused("failed", *NOT_EFFECTIVE, "drift")))
    GROUP_OTHERS.append(
        group_row(f"group off in {some}, it is on", False, some, CHANGED,
                  switched(False, some), whole_then_split(some, True)))
GROUP_OTHERS.append(
    group_row("group off in domain, it is on", False, ("domain",), CHANGED,
              switched(False, ("domain",)), built_ins(True)))

# --- rules ---------------------------------------------------------------------

SVCHOST = "%systemroot%\\system32\\svchost.exe"
PAGE = {
    "DCOM": ("In", "Protocol=6", "LPort=135", f"App={SVCHOST}|Svc=rpcss"),
    "WMI": ("In", "Protocol=6", "", f"App={SVCHOST}|Svc=winmgmt"),
    "UnsecApp": ("In", "", "", "App=%systemroot%\\system32\\wbem\\unsecapp.exe"),
    "WMI_OUT": ("Out", "Protocol=6", "", f"App={SVCHOST}|Svc=winmgmt"),
}
OURS = ("Desc=Made by wmifleet for remote WMI.", "EmbedCtxt=wmifleet")


def text(name, *, page=None, profiles=(), addresses="", action="Allow", ours=True, **other):
    direction, protocol, port, whose = PAGE[page or name] if (page or name) in PAGE else ("In", "", "", "")
    direction = other.get("direction", direction)
    protocol = other.get("protocol", protocol)
    port = other.get("port", port)
    whose = other.get("whose", whose)
    where = [f"Profile={p.capitalize()}" for p in PROFILES if p in profiles]
    words = [f"v2.31|Action={action}|Active=TRUE|Dir={direction}", protocol, *where, port,
             addresses, whose, f"Name={name}", *(OURS if ours else ())]
    return "|".join(word for word in words if word) + "|"


def added(*texts):
    return {(RULES, "{id} " + one): (0, b"1") for one in texts}


def removed(*texts):
    return {(RULES, "{id} " + one): None for one in texts}


def standing(*texts):
    return {
        (RULES, f"{{1111111{k}-0000-0000-0000-000000000000}}"): sz(one)
        for k, one in enumerate(texts)
    }


def rule_row(name, wish, outcome, wanted=None, given=None):
    return row(
        f"rule {name}", areas_of("firewall.rules", given), {"firewall": {"rules": [wish]}},
        {f"firewall.rules[{wish['name']}]": outcome}, wanted, given,
    )


def page_rule(name, **more):
    return {"name": name, **more}


def own(**more):
    return {"name": "own", "direction": "in", **more}


# A wish's addresses, and what of them stands in the store.
ADDRESSES = {
    ("192.0.2.10",): "RA4=192.0.2.10",
    ("192.0.2.0/24",): "RA4=192.0.2.0/255.255.255.0",
    ("192.0.2.1-192.0.2.9",): "RA4=192.0.2.1-192.0.2.9",
    ("2001:db8::5",): "RA6=2001:db8::5",
    ("2001:db8::/32",): "RA6=2001:db8::/32",
    ("192.0.2.10", "198.51.100.0/24", "2001:db8::5"):
        "RA4=192.0.2.10|RA4=198.51.100.0/255.255.255.0|RA6=2001:db8::5",
    ("LocalSubnet",): "RA4=LocalSubnet|RA6=LocalSubnet",
}
PROGRAM = {"program": "C:\\Mon\\mon.exe"}
WHOSE = "App=C:\\Mon\\mon.exe"
# An own rule's members, and the words of its text.
MEMBERS = [
    ({"program": "System"}, {"whose": "App=System"}),
    ({"service": "winmgmt"}, {"whose": "Svc=winmgmt"}),
    ({**PROGRAM, "service": "mon"}, {"whose": WHOSE + "|Svc=mon"}),
    ({**PROGRAM, "direction": "out"}, {"whose": WHOSE, "direction": "Out"}),
    ({**PROGRAM, "protocol": "tcp"}, {"whose": WHOSE, "protocol": "Protocol=6"}),
    ({**PROGRAM, "protocol": "udp"}, {"whose": WHOSE, "protocol": "Protocol=17"}),
    ({**PROGRAM, "protocol": "any"}, {"whose": WHOSE}),
    ({**PROGRAM, "protocol": 47}, {"whose": WHOSE, "protocol": "Protocol=47"}),
    ({"protocol": "tcp", "local_ports": 24158}, {"protocol": "Protocol=6", "port": "LPort=24158"}),
    ({"protocol": "udp", "local_ports": "5000-5010"},
     {"protocol": "Protocol=17", "port": "LPort2_10=5000-5010"}),
    ({"protocol": "tcp", "local_ports": [135, "445", "5000-5010"]},
     {"protocol": "Protocol=6", "port": "LPort=135|LPort=445|LPort2_10=5000-5010"}),
    ({"protocol": "tcp", "local_ports": "RPC"}, {"protocol": "Protocol=6", "port": "LPort=RPC"}),
    ({"protocol": "tcp", "local_ports": "RPC-EPMap"},
     {"protocol": "Protocol=6", "port": "LPort=RPC-EPMap"}),
    ({**PROGRAM, "local_ports": "any"}, {"whose": WHOSE}),
]

RULE_FACTORY = [rule_row(name, page_rule(name), CHANGED, added(text(name))) for name in PAGE]
RULE_FACTORY += [rule_row(f"{name} absent", page_rule(name, state="absent"), OK) for name in PAGE]
RULE_FACTORY += [
    rule_row(f"DCOM from {wish}", page_rule("DCOM", remote_addresses=list(wish)), CHANGED,
             added(text("DCOM", addresses=words)))
    for wish, words in ADDRESSES.items()
]
RULE_FACTORY += [
    rule_row(f"WMI in {some}", page_rule("WMI", profiles=list(some)), CHANGED,
             added(text("WMI", profiles=some if len(some) < 3 else ())))
    for some in SUBSETS
]
RULE_FACTORY += [
    rule_row(f"own {wish}", own(**wish), CHANGED, added(text("own", **words)))
    for wish, words in MEMBERS
]

# The address that the login comes from; the lab's is loopback's.
CONTROLLER = "RA4=127.0.0.1"
RULE_FACTORY += [
    rule_row("DCOM from the controller", page_rule("DCOM", remote_addresses=["controller"]),
             CHANGED, added(text("DCOM", addresses=CONTROLLER))),
    rule_row("WMI from the controller and another",
             page_rule("WMI", remote_addresses=["192.0.2.10", "controller"]), CHANGED,
             added(text("WMI", addresses="RA4=192.0.2.10|" + CONTROLLER))),
    rule_row("of a program that is there",
             own(program="%SystemRoot%\\system32\\cmd.exe", require_program=True), CHANGED,
             added(text("own", whose="App=%SystemRoot%\\system32\\cmd.exe"))),
    rule_row("of a program that is missing",
             own(program="%SystemRoot%\\mon.exe", require_program=True),
             refused("failed", "0x00000002", "ERROR_FILE_NOT_FOUND",
                     "there is no file C:\\windows\\mon.exe")),
    rule_row("of a folder", own(program="%SystemRoot%\\system32", require_program=True),
             refused("failed", "0x00000002", "ERROR_FILE_NOT_FOUND", "install the program")),
    rule_row("WMI_OUT where outbound is allowed",
             page_rule("WMI_OUT", when_outbound_blocked=True), SKIPPED),
]

COLLECTOR = page_rule("DCOM", remote_addresses=["192.0.2.10"])
RIGHT = text("DCOM", addresses="RA4=192.0.2.10")
WIDE = text("DCOM")
FOREIGN = text("DCOM", ours=False)
NAMESAKE = text("DCOM", ours=False, whose=f"App={SVCHOST}|Svc=other")
GONE = page_rule("DCOM", state="absent")
NOT_OURS = ("0xA0040006", "rule_not_ours", "match")

FIREWALL = "HKLM\\SYSTEM\\CurrentControlSet\\Services\\SharedAccess\\Parameters\\FirewallPolicy"
BLOCKED_OUT = page_rule("WMI_OUT", when_outbound_blocked=True)


def outbound(*profiles):
    """Blocked by default in these."""
    return {(f"{FIREWALL}\\{p}Profile", "DefaultOutboundAction"): dword(1) for p in profiles}


RULE_OTHERS = [
    row("rule WMI_OUT, outbound blocked where the machine is",
        ("firewall.rules", "firewall.group"), {"firewall": {"rules": [BLOCKED_OUT]}},
        {"firewall.rules[WMI_OUT]": CHANGED}, added(text("WMI_OUT")), outbound("Public")),
    row("rule WMI_OUT, outbound blocked elsewhere",
        ("firewall.rules", "firewall.group"), {"firewall": {"rules": [BLOCKED_OUT]}},
        {"firewall.rules[WMI_OUT]": SKIPPED}, {}, outbound("Standard", "Domain")),
    rule_row("of the controller at another address",
             page_rule("DCOM", remote_addresses=["controller"]), CHANGED,
             {**removed(RIGHT), **added(text("DCOM", addresses=CONTROLLER))}, standing(RIGHT)),
    rule_row("of the controller stands", page_rule("DCOM", remote_addresses=["controller"]), OK,
             {}, standing(text("DCOM", addresses=CONTROLLER))),
    rule_row("stands", COLLECTOR, OK, {}, standing(RIGHT)),
    rule_row("of ours differs", COLLECTOR, CHANGED, {**removed(WIDE), **added(RIGHT)},
             standing(WIDE)),
    rule_row("of ours stands twice, once wrong", COLLECTOR, CHANGED, removed(WIDE),
             standing(RIGHT, WIDE)),
    rule_row("foreign one agrees", page_rule("DCOM"), OK, {}, standing(FOREIGN)),
    rule_row("foreign one differs", COLLECTOR, CHANGED, added(RIGHT), standing(FOREIGN)),
    rule_row("foreign one is disabled", page_rule("DCOM"), CHANGED, added(WIDE),
             standing(FOREIGN.replace("Active=TRUE", "Active=FALSE"))),
    rule_row("foreign namesake", page_rule("DCOM"), CHANGED, added(WIDE), standing(NAMESAKE)),
    rule_row("unknown words in a foreign one", COLLECTOR, CHANGED, added(RIGHT),
             standing(FOREIGN + "TTK2_22=WFDPrint|")),
    rule_row("absent, ours stands", GONE, CHANGED, removed(WIDE), standing(WIDE)),
    rule_row("absent, a foreign one agrees", GONE, CHANGED, removed(FOREIGN), standing(FOREIGN)),
    rule_row("absent, namesake", GONE, refused("conflict", *NOT_OURS), {}, standing(NAMESAKE)),
    rule_row("absent by name", page_rule("DCOM", state="absent", match="name"), CHANGED,
             removed(NAMESAKE, WIDE), standing(NAMESAKE, WIDE)),
    rule_row("absent, another profile", page_rule("own", state="absent", program="C:\\Mon\\mon.exe"),
             CHANGED, removed(text("own", whose=WHOSE, ours=False, profiles=("public",))),
             standing(text("own", whose=WHOSE, ours=False, profiles=("public",)))),
    row("rule blocked by another", ("firewall.rules", "firewall.group"),
        {"firewall": {"rules": [COLLECTOR]}},
        {"firewall.rules[DCOM]":
         refused("blocked", "0xA0040002", "blocked_by_rule", "hardening")}, {},
        standing(text("hardening", page="DCOM", action="Block", ours=False))),
    rule_row("policy decides", COLLECTOR, refused("blocked", *OVERRIDE), {},
             mode("policy-override")),
    rule_row("policy of one profile", COLLECTOR,
             refused("blocked", "0x00000001", "NET_FW_MODIFY_STATE_GP_OVERRIDE",
                     "public (AllowLocalPolicyMerge = 0)"), {},
             {(POLICY + "\\PublicProfile", "AllowLocalPolicyMerge"): dword(0)}),
    rule_row("denied", COLLECTOR,
             refused("failed", "0x80070005", "E_ACCESSDENIED", "", "drift"), {},
             mode("access-denied")),
    rule_row("writes do not take", COLLECTOR,
             refused("failed", "0xA0040001", "not_effective", "", "drift"), {},
             mode("write-ignored")),
    rule_row("service stopped", COLLECTOR,
             refused("failed", "0x800706D9", "EPT_S_NOT_REGISTERED", "MpsSvc"), {},
             mode("service-stopped")),
    row("rules partly done", ("firewall.rules",),
        {"firewall": {"rules": [COLLECTOR, page_rule("WMI"), page_rule("WMI_OUT")]}},
        {"firewall.rules[DCOM]": OK, "firewall.rules[WMI]": CHANGED,
         "firewall.rules[WMI_OUT]": CHANGED},
        added(text("WMI"), text("WMI_OUT")), standing(RIGHT)),
    row("two namesakes of two directions", ("firewall.rules",),
        {"firewall": {"rules": [own(**PROGRAM), own(**PROGRAM) | {"direction": "out"}]}},
        {"firewall.rules[own]": CHANGED, "firewall.rules[own,out]": CHANGED},
        added(text("own", whose=WHOSE), text("own", whose=WHOSE, direction="Out"))),
    row("a rule in the place of its namesake", ("firewall.rules",),
        {"firewall": {"rules": [
            {"name": "own", "state": "absent", "program": "C:\\Old\\mon.exe"}, own(**PROGRAM)]}},
        {"firewall.rules[own]": CHANGED, "firewall.rules[own,in]": CHANGED},
        {**added(text("own", whose=WHOSE)), **removed(text("own", whose="App=C:\\Old\\mon.exe"))},
        standing(text("own", whose="App=C:\\Old\\mon.exe"))),
]

FACTORY = GROUP_FACTORY + RULE_FACTORY
OTHERS = GROUP_OTHERS + RULE_OTHERS
ALL = {
    "firewall": {
        "wmi_group": {"enabled": True},
        "rules": [COLLECTOR, page_rule("WMI", profiles=["private"])],
    }
}
