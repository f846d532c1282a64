#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's service control manager behaves as Microsoft documents the real
# one: tests/lab/windows/services/svcprobe.c, in several states.

load lab

setup_file() {
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 1 "$LAB"
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
}

# probe SECTION
probe() {
    local output status=0
    output=$("$LAB/target-1/wine" "$BUILD/lab/svcprobe.exe" "$1" |
        tr -d '\r'; exit "${PIPESTATUS[0]}") || status=$?
    grep -A 1 '^not ok' <<<"$output" >&2 || :
    [ "$(tail -n 1 <<<"$output")" = "1..$(grep -c ' - ' <<<"$output")" ]
    [ "$(grep -c '^ok' <<<"$output")" -ge 3 ]
    return "$status"
}

@test "services stand-in: security of the manager and of services" {
    probe security
}

@test "services stand-in: the modes of security" {
    for mode in scm-denied scm-ignored not-elevated; do
        echo "# $mode" >&2
        "$LAB/target-1/mode" "$mode"
        probe "$mode"
    done
}

@test "services stand-in: Windows' own descriptor leaves no record" {
    probe security
    run "$LAB/target-1/wine" reg query \
        'HKLM\SOFTWARE\wmifleet-lab\ServiceSecurity'
    [[ $output != *manager* ]]
}

# What the registry says of the services.
services_registry() {
    "$LAB/target-1/wine" reg export 'HKLM\System\CurrentControlSet\Services' \
        'C:\services.reg' /y >/dev/null
    tr -d '\0' <"$LAB/target-1/prefix/drive_c/services.reg"
}

@test "services stand-in: configuration, dependants, a restart" {
    before=$(services_registry)
    probe control
    assert_equal "$(services_registry)" "$before"
}

@test "services stand-in: the modes of services, and their end" {
    before=$(services_registry)
    for mode in winmgmt-stopped winmgmt-disabled service-start-fails \
        dependant-start-fails service-stop-hangs rpcss-stopped; do
        echo "# $mode" >&2
        "$LAB/target-1/mode" "$mode"
        probe "$mode"
    done
    "$LAB/target-1/mode" none
    assert_equal "$(services_registry)" "$before"
    run "$LAB/target-1/wine" net start
    for name in "Windows Management Instrumentation" "IP Helper" \
        "Security Center" "Lab Monitoring Agent" "Remote Procedure Call"; do
        assert_contains "$output" "$name"
    done
}

@test "services stand-in: WMI starts its service when somebody connects" {
    "$LAB/target-1/mode" winmgmt-stopped
    run "$LAB/target-1/wine" net start
    [[ $output != *"Windows Management Instrumentation"* ]]
    "$LAB/target-1/wine" "$BUILD/lab/wbemprobe.exe" connections
    run "$LAB/target-1/wine" net start
    assert_contains "$output" "Windows Management Instrumentation"
}

@test "services stand-in: WMI says that its service is disabled" {
    "$LAB/target-1/mode" winmgmt-disabled
    run "$LAB/target-1/wine" "$BUILD/lab/wbemprobe.exe" connections
    [ "$status" -ne 0 ]
    assert_contains "$output" "got 0x80070422"
}
