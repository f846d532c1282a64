#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab's service control manager behaves as Microsoft documents the real
# one: tests/lab/windows/services/svcprobe.c, in several states.

bats_require_minimum_version 1.5.0

load lab

WINMGMT='C:\windows\system32\wbem\winmgmt.exe'
GROUPS_KEY='HKLM\Software\Microsoft\Windows NT\CurrentVersion\SvcHost'
APPID='HKLM\Software\Classes\AppID\{8BC3F05E-D86B-11D0-A075-00C04FB68820}'
WINMGMT_KEY='HKLM\System\CurrentControlSet\Services\winmgmt'

setup_file() {
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    "$ROOT/tests/lab/lab" up 2 "$LAB" --target 2:de
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
    "$LAB/target-1/wine" reg delete "$APPID" /v Endpoints /f || :
}

# probe SECTION
probe() {
    lab_probe 1 3 svcprobe "$1"
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

# programs K: the command lines of what runs on target K.
programs() {
    local file
    grep -lsaF "LAB_PREFIX=$LAB/target-$1/prefix" /proc/[0-9]*/environ |
        while read -r file; do
            tr '\0' ' ' <"${file%environ}cmdline" 2>/dev/null && echo
        done
}

# own_host K: what of it stands in the registry of target K.
own_host() {
    registry "$1" "$GROUPS_KEY" winmgmt
    registry "$1" "$GROUPS_KEY\winmgmt" AuthenticationLevel
    registry "$1" "$APPID" Endpoints
    "$LAB/target-$1/wine" reg query "$WINMGMT_KEY" /v ImagePath |
        tr -d '\r' | grep -o 'svchost.*'
}

@test "winmgmt.exe: a host of its own, which the next start uses" {
    run -0 "$LAB/target-1/wine" "$WINMGMT" /standalonehost 6
    assert_equal "$(own_host 1 | xargs)" \
        "Winmgmt 0x6 ncacn_ip_tcp,0,24158 svchost.exe -k winmgmt"
    run registry 1 "$GROUPS_KEY" netsvcs
    [[ $output != *Winmgmt* ]]
    run probe control
    programs 1 | grep -q 'svchost.exe.-k.winmgmt'
    "$LAB/target-1/wine" "$WINMGMT" /sharedhost
    assert_equal "$(own_host 1 | xargs)" \
        "ncacn_ip_tcp,0,24158 svchost.exe -k netsvcs -p"
    # It is back, but not where it was.
    assert_equal "$(registry 1 "$GROUPS_KEY" netsvcs)" \
        'BITS\0fontcache\0iphlpsvc\0Schedule\0SharedAccess\0Winmgmt'
    probe control
}

@test "winmgmt.exe: another endpoint stays, the level has a default" {
    "$LAB/target-1/wine" reg add "$APPID" /v Endpoints /t REG_MULTI_SZ \
        /d ncacn_ip_tcp,0,30000 /f
    "$LAB/target-1/wine" "$WINMGMT" /standalonehost
    run own_host 1
    "$LAB/target-1/wine" "$WINMGMT" /sharedhost
    assert_equal "$(xargs <<<"$output")" \
        "Winmgmt 0x4 ncacn_ip_tcp,0,30000 svchost.exe -k winmgmt"
}

@test "winmgmt.exe: the modes, whatever its exit status says" {
    "$LAB/target-1/mode" standalone-denied
    run -0 "$LAB/target-1/wine" "$WINMGMT" /standalonehost 6
    assert_contains "$output" "Access is denied."
    assert_equal "$(own_host 1 | xargs)" \
        "Winmgmt 0x6 svchost.exe -k winmgmt"
    "$LAB/target-1/mode" none
    "$LAB/target-1/wine" "$WINMGMT" /sharedhost
    "$LAB/target-1/mode" standalone-ignored
    run -0 "$LAB/target-1/wine" "$WINMGMT" /standalonehost 6
    assert_equal "$(own_host 1 | xargs)" "svchost.exe -k netsvcs -p"
    "$LAB/target-1/mode" standalone-level-elsewhere
    "$LAB/target-1/wine" "$WINMGMT" /standalonehost 6
    assert_equal "$(own_host 1 | xargs)" \
        "Winmgmt ncacn_ip_tcp,0,24158 svchost.exe -k winmgmt"
    "$LAB/target-1/wine" "$WINMGMT" /sharedhost
    "$LAB/target-1/mode" standalone-slow
    run -124 timeout 4 "$LAB/target-1/wine" "$WINMGMT" /sharedhost
}

@test "winmgmt.exe: refuses other words, speaks the machine's language" {
    for words in "" /standalonehost\ 7 /standalonehost\ x /sharedhost\ 1 /kill; do
        # shellcheck disable=SC2086 # words
        run -1 "$LAB/target-1/wine" "$WINMGMT" $words
        assert_contains "$output" standalonehost
    done
    run -0 "$LAB/target-2/wine" "$WINMGMT" /sharedhost
    assert_contains "$output" "Der WMI-Dienst"
}
