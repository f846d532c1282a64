#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What several machines have in common. The lab's targets are all of one
# machine SID, Wine's; which Windows they are decides whether that matters.

bats_require_minimum_version 1.5.0
load lab

WINDOWS='HKLM\Software\Microsoft\Windows NT\CurrentVersion'

setup_file() {
    lab_start 2
}

teardown_file() {
    lab_stop
}

# build K NUMBER
build() {
    "$LAB/target-$1/wine" reg add "$WINDOWS" /v CurrentBuildNumber /d "$2" \
        /f >/dev/null
}

@test "machines of one SID are told once, where one of them refuses the others" {
    build 1 26100
    build 2 19045
    run -3 wmifleet check
    assert_equal "$(grep -c 'one machine SID' <<<"$output")" 1
    assert_contains "$output" 'target-[1-2]: one machine SID: Windows 11 24H2'
    run -3 wmifleet check --json
    assert_equal "$(jq -c 'select(.summary) | .summary.findings[] |
        [.name, .hosts]' <<<"$output")" \
        '["one_machine_sid",["target-1","target-2"]]'
}

@test "older ones are not, nor one alone" {
    build 1 19045
    run -3 wmifleet check
    case $output in *'machine SID'*) false ;; esac
    build 1 26100
    run -3 wmifleet check -l target-1
    case $output in *'machine SID'*) false ;; esac
    run -3 wmifleet check --json -l target-1
    assert_equal "$(jq -c 'select(.summary) | .summary.findings' <<<"$output")" '[]'
}
