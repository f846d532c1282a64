#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's WMI namespaces behave as Microsoft documents the real ones. What
# is asked through COM is in tests/lab/windows/wbem/wbemprobe*.c; here stands
# in which state of the machine it is asked, and what the registry shows.

load lab

NAMESPACES='HKLM\SOFTWARE\wmifleet-lab\Namespaces'

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

wine() {
    "$LAB/target-1/wine" "$@" </dev/null | tr -d '\r'
    return "${PIPESTATUS[0]}"
}

# probe SECTION...: all of it holds; what does not is shown.
probe() {
    lab_probe 1 3 wbemprobe "$@"
}

# probe_in_mode MODE
probe_in_mode() {
    "$LAB/target-1/mode" "$1"
    probe "$1"
}

# The descriptors that stand in the registry, all of them.
stored() {
    wine reg query "$NAMESPACES" /s | grep -E '^HKEY|SD' | grep -B 1 'SD'
}

forget() {
    wine reg delete "$NAMESPACES\\$1" /v SD /f
}

@test "namespace stand-in: connections" {
    probe connections
}

@test "namespace stand-in: __SystemSecurity and its methods" {
    probe objects
}

@test "namespace stand-in: everything else is Wine's" {
    probe wine
}

@test "namespace stand-in: the factory state" {
    run stored
    assert_equal "$output" ""
    probe reading
}

@test "namespace stand-in: entries are set, inherited ones recomputed" {
    probe writing
    forget 'root\cimv2'
}

@test "namespace stand-in: descriptors that SetSD refuses" {
    probe refusals
    forget 'root\default'
}

@test "namespace stand-in: what sub-namespaces inherit" {
    probe inheritance
    forget 'root\Microsoft'
    forget 'root\Microsoft\Windows'
    run stored
    assert_equal "$output" ""
}

@test "namespace stand-in: rights of the caller" {
    probe rights
    forget 'root\wmi'
    forget 'root\SECURITY'
    "$LAB/target-1/mode" not-elevated
    probe not-elevated
}

@test "namespace stand-in: a namespace is a key of the registry" {
    wine reg delete "$NAMESPACES\\root\\subscription" /f
    run wine "$BUILD/lab/wbemprobe.exe" connections
    wine reg add "$NAMESPACES\\root\\subscription" /f
    assert_equal "$status" 1
    assert_equal "$(grep -c '^not ok' <<<"$output")" 1
    assert_contains "$output" "got 0x8004100E"
}

@test "namespace stand-in: every failure mode" {
    for mode in namespace-denied namespace-ignored namespace-returns-error \
        wmi-stopped; do
        echo "# $mode" >&2
        probe_in_mode "$mode"
    done
    run stored
    assert_equal "$output" ""
}

@test "namespace stand-in: the probe notices writes that do not take" {
    for mode in namespace-denied namespace-ignored namespace-returns-error; do
        "$LAB/target-1/mode" "$mode"
        run probe writing
        [ "$status" -ne 0 ]
    done
}
