# SPDX-License-Identifier: MIT
"""A target's registry, read from what Wine's server saved.

A place is (key, name), what stands there (type, bytes); keys begin with HKLM
or HKU; the presence of a key is the name None, the default value the name "".
"""
import re
import struct

SZ, EXPAND_SZ, BINARY, DWORD, MULTI_SZ = 1, 2, 3, 4, 7
KEY = ("key",)

RULES = (
    "HKLM\\System\\CurrentControlSet\\Services\\SharedAccess\\Parameters"
    "\\FirewallPolicy\\FirewallRules"
)
LAB = "HKLM\\Software\\wmifleet-lab"
SERVICE_LISTS = LAB + "\\ServiceSecurity"
NAMESPACES = LAB + "\\Namespaces\\"

CONTROL = {"a": 7, "b": 8, "t": 9, "n": 10, "v": 11, "f": 12, "r": 13, "e": 27}


def sz(text, kind=SZ):
    return (kind, (text + "\0").encode("utf-16-le"))


def dword(number):
    return (DWORD, struct.pack("<I", number))


def binary(text):
    return (BINARY, bytes.fromhex(text))


def text_of(data):
    return data[1].decode("utf-16-le").rstrip("\0")


def number_of(data):
    return struct.unpack("<I", data[1])[0]


# --- reading -----------------------------------------------------------------

ESCAPE = re.compile(r"\\(x[0-9a-fA-F]{1,4}|[0-7]{1,3}|.)", re.S)


def plain(escaped):
    def one(match):
        word = match.group(1)
        if word[0] == "x" and len(word) > 1:
            return chr(int(word[1:], 16))
        if word[0] in "01234567":
            return chr(int(word, 8))
        return chr(CONTROL[word]) if word in CONTROL else word

    return ESCAPE.sub(one, escaped)


def utf16(text):
    return text.encode("utf-16-le", "surrogatepass")


def data_of(text):
    if text.startswith('"'):
        return (SZ, utf16(plain(text[1:-1]) + "\0"))
    kind, value = text.split(":", 1)
    if kind == "dword":
        return (DWORD, struct.pack("<I", int(value, 16)))
    number = int(kind[kind.index("(") + 1 : -1], 16) if "(" in kind else BINARY
    if kind.startswith("str"):
        return (number, utf16(plain(value[1:-1]) + "\0"))
    return (number, bytes.fromhex(value.replace(",", "")))


VALUE = re.compile(r'(@|"(?:[^"\\]|\\.)*")=(.*)', re.S)


def values_of(body):
    """{name: data} of one key."""
    values = {}
    for line in re.sub(r"\\\n +", "", body).split("\n"):
        if line.startswith(("#link", "#class")):
            values[line.split("=")[0]] = (0, line.encode())
        elif line.startswith(('"', "@=")):
            match = VALUE.fullmatch(line)
            name = match.group(1)
            name = "" if name == "@" else plain(name[1:-1])
            values[name] = data_of(match.group(2))
    return values


class Registry:
    """Keeps each key's text; only what differs is taken apart."""

    def __init__(self):
        self.bodies = {}

    def add_saved(self, path, root):
        with open(path, encoding="utf-8") as file:
            sections = file.read().split("\n\n[")
        for section in sections[1:]:
            head, _, body = section.partition("\n")
            time, _, rest = body.partition("\n")
            key = plain(head[: head.rindex("]")])
            key = f"{root}\\{key}" if key else root
            self.bodies[key] = rest if time.startswith("#time=") else body

    def keys(self):
        """With those that are there because something is in them."""
        keys = set()
        for key in self.bodies:
            while key and key not in keys:
                keys.add(key)
                key = key.rpartition("\\")[0]
        return keys

    def values(self, key):
        return values_of(self.bodies.get(key, ""))

    def get(self, place):
        key, name = place
        for known in self.bodies:
            if known.lower() == key.lower():
                for other, data in self.values(known).items():
                    if other.lower() == name.lower():
                        return data
        return None


def read_prefix(drive):
    """Of what build/lab/registry.exe saved on that drive C:."""
    registry = Registry()
    registry.add_saved(f"{drive}/machine.saved", "HKLM")
    registry.add_saved(f"{drive}/users.saved", "HKU")
    return registry


# --- comparing ---------------------------------------------------------------


def set_aside(key, name):
    """What may differ, and nothing else may: the lab's notes of the security
    of wmifleet's own folder, and the number of the next account (Windows never
    gives one twice)."""
    records = LAB + "\\FileSecurity"
    if (key, name) == (LAB + "\\Accounts", "NextRid"):
        return True
    return key.lower() == records.lower() and (
        name is None or name.lower().startswith("c:\\programdata\\wmifleet")
    )


def rules_by_text(values):
    """A firewall rule whose id Windows has made is known by its text, for it
    gets another id when it is put back."""
    same = {}
    for name, data in values.items():
        if re.fullmatch(r"\{[0-9A-Fa-f-]{36}\}", name):
            name = "{id} " + text_of(data)
            data = (0, str(1 + int(same.get(name, (0, b"0"))[1])).encode())
        same[name] = data
    return same


def sid_bytes(data, at):
    return data[at : at + 8 + 4 * data[at + 1]]


def list_bytes(data, at):
    count = struct.unpack_from("<H", data, at + 4)[0]
    end = at + 8
    for _ in range(count):
        end += struct.unpack_from("<H", data, end + 2)[0]
    entries = data[at + 8 : end]
    return struct.pack("<BBHHH", 2, 0, 8 + len(entries), count, 0) + entries


def without_layout(data):
    """A descriptor in one order of its parts, without the room that is left
    over, as those who are given it take it: namespaces, the service manager."""
    text = data[1]
    owner, group, audits, at = struct.unpack_from("<4I", text, 4)
    sacl = list_bytes(text, audits) if text[2] & 0x10 and audits else b""
    parts = sacl + list_bytes(text, at)
    owner, group = sid_bytes(text, owner), sid_bytes(text, group)
    behind = 20 + len(parts)
    places = (behind, behind + len(owner), 20 if sacl else 0, 20 + len(sacl))
    return (BINARY, text[:4] + struct.pack("<4I", *places) + parts + owner + group)


# No entry of the namespace's own, which is the same as no value there.
NOTHING_OWN = (
    BINARY,
    bytes.fromhex(
        "010004801c0000002c00000000000000140000000200080000000000"
        "01020000000000052000000020020000" "01020000000000052000000020020000"
    ),
)


def as_compared(key, values):
    if key == RULES:
        return rules_by_text(values)
    if key == SERVICE_LISTS:
        return {name: without_layout(data) for name, data in values.items()}
    if key.lower().startswith(NAMESPACES.lower()):
        same = {n: without_layout(d) if n == "SD" else d for n, d in values.items()}
        if same.get("SD", NOTHING_OWN) == NOTHING_OWN:
            same.pop("SD", None)
        return same
    return values


def differences(before, after, exact=False):
    """{place: (old or None, new or None)}, in the order of the places.
    `exact`: nothing is set aside, ids and layouts count."""
    found = {}
    if before.bodies.keys() != after.bodies.keys():
        there, now = before.keys(), after.keys()
        for key in there ^ now:
            found[(key, None)] = (KEY if key in there else None, KEY if key in now else None)
    for key in before.bodies.keys() | after.bodies.keys():
        if before.bodies.get(key) == after.bodies.get(key):
            continue
        old, new = before.values(key), after.values(key)
        if not exact:
            old, new = as_compared(key, old), as_compared(key, new)
        for name in old.keys() | new.keys():
            if old.get(name) != new.get(name):
                found[(key, name)] = (old.get(name), new.get(name))
    kept = [place for place in found if exact or not set_aside(*place)]
    kept.sort(key=lambda p: (p[0], p[1] or ""))
    return {place: found[place] for place in kept}


def told(place, data):
    key, name = place
    where = key if name is None else f"{key} | {name or '@'}"
    if data is None:
        return f"{where}: absent"
    if data == KEY or data[0] == 0:
        return f"{where}: present"
    if data[0] in (SZ, EXPAND_SZ):
        return f"{where}: type {data[0]} {text_of(data)!r}"
    return f"{where}: type {data[0]} {data[1].hex()}"


# --- writing -----------------------------------------------------------------

ROOTS = {"HKLM": "HKEY_LOCAL_MACHINE", "HKU": "HKEY_USERS"}


def reg_line(name, data):
    quoted = name.replace("\\", "\\\\").replace('"', '\\"')
    left = f'"{quoted}"' if name else "@"
    if data is None:
        return f"{left}=-"
    return f"{left}=hex({data[0]:x}):" + ",".join(f"{b:02x}" for b in data[1])


def reg_file(changes):
    """The .reg text that makes {place: data or None} so; a key with None goes
    with all that is in it."""
    gone = {key for (key, name), data in changes.items() if name is None and data is None}
    changes = {
        (key, name): data
        for (key, name), data in changes.items()
        if name is None or data is not None or key not in gone
    }
    lines = ["Windows Registry Editor Version 5.00", ""]
    for (key, name), data in sorted(
        changes.items(), key=lambda c: (c[0][1] is not None, c[0][0], c[0][1] or "")
    ):
        root, _, rest = key.partition("\\")
        gone = name is None and data is None
        lines.append(f"[{'-' if gone else ''}{ROOTS[root]}\\{rest}]")
        if name is not None:
            lines.append(reg_line(name, data))
        lines.append("")
    return "\r\n".join(lines).encode("utf-16")
