# SPDX-License-Identifier: MIT
"""usage: compare.py OURS THEIRS

Compares two outputs of `inventory --list` by meaning: the same groups with
the same members in the same order, the same variables of every host, `wmi`
aside. Prints the differences; exit 1 when there are any.
"""
import json
import sys


def read(path):
    with open(path, encoding="utf-8") as file:
        tree = json.load(file)
    variables = tree.pop("_meta")["hostvars"]
    for host in list(variables):
        variables[host].pop("wmi", None)
        if not variables[host]:
            del variables[host]
    return tree, variables


def differences(what, ours, theirs):
    for name in sorted(set(ours) | set(theirs)):
        if repr(ours.get(name)) != repr(theirs.get(name)):
            yield f"{what} {name}:\n  ours   {ours.get(name)}\n  theirs {theirs.get(name)}"


def sort_keys(tree):
    return json.loads(json.dumps(tree, sort_keys=True))


def main():
    ours, our_variables = map(sort_keys, read(sys.argv[1]))
    theirs, their_variables = map(sort_keys, read(sys.argv[2]))
    if not theirs or not their_variables:
        sys.exit("the other side is empty")
    found = list(differences("group", ours, theirs))
    found += differences("host", our_variables, their_variables)
    print("\n".join(found))
    sys.exit(1 if found else 0)


main()
