#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A payload that is ended in front of any of its writes leaves what undo needs
# to put everything back.

load lab

setup_file() {
    export WMIFLEET
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$BUILD" payload
    lab_start 4
}

teardown_file() {
    lab_stop
}

@test "killed at each write and undone: the registry is as before" {
    python3 -B "$ROOT/tests/every_setting/killed.py" "$LAB"
}
