#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Opens for backup and restore behave on the lab as Microsoft documents them,
# and leave owner and permissions of a key alone: tests/lab/windows/keyprobe.c.

load lab

APPID='SOFTWARE\Classes\AppID\{8BC3F05E-D86B-11D0-A075-00C04FB68820}'
INSTALLER=S-1-5-80-956008885-3418522649-1831038044-1853292631-2271478464

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

keyprobe() {
    "$LAB/target-1/wine" "$BUILD/lab/keyprobe.exe" "$@" | tr -d '\r'
    return "${PIPESTATUS[0]}"
}

# opens KEY [PRIVILEGE...]: the probe's TAP, all of it good, and a key whose
# security is what it was.
opens() {
    local before tap status=0
    before=$(keyprobe show "$1")
    tap=$(keyprobe open "$@") || status=$?
    grep -A 1 '^not ok' <<<"$tap" >&2 || :
    [ "$(tail -n 1 <<<"$tap")" = "1..$(grep -c ' - ' <<<"$tap")" ]
    assert_equal "$(keyprobe show "$1")" "$before"
    TAP=$tap
    return "$status"
}

@test "key stand-in: TrustedInstaller's key, and what it was before" {
    factory=$(keyprobe show "$APPID")
    "$LAB/target-1/mode" trustedinstaller-keys
    run keyprobe show "$APPID"
    assert_contains "$output" "O:${INSTALLER}G:${INSTALLER}D:PAI(A;CI;KA;;;"
    assert_contains "$output" '(A;CI;KR;;;BA)'
    "$LAB/target-1/mode" trustedinstaller-keys banner
    "$LAB/target-1/mode" none
    assert_equal "$(keyprobe show "$APPID")" "$factory"
    run "$LAB/target-1/wine" reg query 'HKLM\SOFTWARE\wmifleet-lab\KeySecurity'
    [[ $output != *AppID* ]]
}

@test "key stand-in: a plain open for writing is refused" {
    "$LAB/target-1/mode" trustedinstaller-keys
    run "$LAB/target-1/wine" reg add "HKLM\\$APPID" /v x /d y /f
    [ "$status" -ne 0 ]
    run "$LAB/target-1/wine" reg query "HKLM\\$APPID"
    assert_contains "$output" LaunchPermission
}

@test "key stand-in: privileges decide what an open for restore gives" {
    "$LAB/target-1/mode" trustedinstaller-keys
    opens "$APPID"
    [ "$(grep -c '^ok' <<<"$TAP")" -eq 4 ]
    opens "$APPID" SeBackupPrivilege
    opens "$APPID" SeRestorePrivilege
    opens "$APPID" SeBackupPrivilege SeRestorePrivilege
    [ "$(grep -c '^ok' <<<"$TAP")" -ge 18 ]
}

@test "key stand-in: a denial to everybody does not stop it" {
    key='SOFTWARE\wmifleet-lab-key'
    keyprobe set "$key" 'O:BAG:BAD:PAI(D;;0x10007;;;WD)(A;;KA;;;BA)'
    opens "$key" SeBackupPrivilege SeRestorePrivilege
    keyprobe set "$key" "O:${INSTALLER}G:SYD:(D;;0x6;;;BA)(A;;KR;;;WD)"
    opens "$key" SeBackupPrivilege SeRestorePrivilege
}

@test "key stand-in: backup-denied takes the privileges away" {
    "$LAB/target-1/mode" trustedinstaller-keys backup-denied
    opens "$APPID" SeBackupPrivilege SeRestorePrivilege
    assert_contains "$TAP" '# SeBackupPrivilege: 1300'
    assert_contains "$TAP" '# SeRestorePrivilege: 1300'
    [ "$(grep -c '^ok' <<<"$TAP")" -eq 4 ]
}
