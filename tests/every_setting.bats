#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every setting and every value it can have, there and back: the tables are in
# tests/every_setting, one module a family; run.py says what is done with a
# row. ROWS=TEXT takes only rows with that text in their names.

load lab

setup_file() {
    export WMIFLEET
    lab_start 6
    whole_export >"$LAB/factory.txt"
}

teardown_file() {
    lab_stop
}

# What Wine's own reg says of everything, the volatile keys too. Set aside: the
# notes of the security of wmifleet's folder and the number of the next account
# (as set_aside in registry.py), and how often a service was started.
whole_export() {
    local hive
    for hive in HKLM HKU; do
        "$LAB/target-1/wine" reg export $hive 'C:\all.reg' /y >/dev/null
        iconv -f utf-16 -t utf-8 "$LAB/target-1/prefix/drive_c/all.reg"
    done | tr -d '\r' | sed -z 's/\\\n  //g' |
        sed '/\\Control\\ServiceCurrent]$/,+1d; /^"NextRid"=/d' |
        grep -vi -e '^$' -e '^"c:\\\\programdata\\\\wmifleet' -e '\\FileSecurity]$'
}

@test "every value from the factory state: there, proven, and back" {
    python3 -B "$ROOT/tests/every_setting/run.py" "$LAB" factory
}

@test "every value from five other states: there, proven, and back" {
    python3 -B "$ROOT/tests/every_setting/run.py" "$LAB" others
}

@test "after all of them the whole export is that of the first minute" {
    whole_export | diff "$LAB/factory.txt" -
}
