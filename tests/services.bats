#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# services and service_control on one target. What stands there is asked of
# its own sc, and of the registry of its service manager.

load lab
load direct

READER=S-1-5-21-1-2-3-1001
OTHER=S-1-5-21-1-2-3-1002
RIGHTS='"rights":["connect","enumerate","query_lock","read_control"]'
WINMGMT='{"services":{"winmgmt":"running"}}'
SECURITY='HKLM\SOFTWARE\wmifleet-lab\ServiceSecurity'

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

setup() {
    "$LAB/target-1/mode" none
    wine reg delete "$SECURITY" /v '(manager)' /f >/dev/null 2>&1 || true
}

# asked VERB WMI [UNDO]: the settings of its result.
asked() {
    local request
    request=$(jq -cn --argjson wmi "$2" --argjson undo "${3:-null}" \
        '{protocol: 1, wmi: $wmi, options: {}} +
            if $undo then {undo: $undo} else {} end')
    payload "$1" "$request"
}

undo() {
    asked undo "$1" "$(jq -c '{force: false, identity: null,
        earlier_wmi: [], settings: [.[] | {id, before, after}]}' <<<"$2")"
}

verdicts() {
    verdict_lines <<<"$1"
}

granting() {
    printf '{"service_control":{"grants":[%s]}}' "$1"
}

# The service manager's list, an entry a line; Windows' own leaves no record.
manager() {
    local hex
    hex=$(registry 1 "$SECURITY" '(manager)')
    [ -z "$hex" ] || "$ROOT/tests/descriptor" show "$hex"
}

@test "both run: nothing to do" {
    run asked apply '{"services":{"winmgmt":"running","rpcss":"running"}}'
    assert_equal "$(verdicts "$output")" "services.rpcss ok
services.winmgmt ok"
    assert_equal "$(jq -c '.[1].after' <<<"$output")" \
        '{"state":"running","start":"automatic"}'
}

@test "a stopped winmgmt is started, a disabled one made automatic, and back" {
    for mode in winmgmt-stopped winmgmt-disabled; do
        "$LAB/target-1/mode" "$mode"
        found=$(asked check "$WINMGMT")
        assert_equal "$(verdicts "$found")" "services.winmgmt drift"
        before=$(jq -c '.[].before' <<<"$found")
        applied=$(asked apply "$WINMGMT")
        assert_equal "$(verdicts "$applied")" "services.winmgmt changed"
        assert_contains "$(wine sc query winmgmt)" RUNNING
        assert_equal "$(verdicts "$(asked check "$WINMGMT")")" \
            "services.winmgmt ok"
        undone=$(undo "$WINMGMT" "$applied")
        assert_equal "$(verdicts "$undone")" "services.winmgmt changed"
        assert_equal "$(jq -c '.[].after' <<<"$undone")" "$before"
        "$LAB/target-1/mode" none
    done
}

winmgmt_pid() {
    direct check '{"protocol":1,"wmi":'"$WINMGMT"',"options":{}}' |
        jq -e .facts.winmgmt.pid
}

@test "a winmgmt that is disabled is started before its namespaces are read" {
    wmi='{"services":{"winmgmt":"running"},"namespaces":[{"path":"root\\cimv2",
        "grants":[{"account":"'$READER'","rights":["remote_enable"]}]}]}'
    "$LAB/target-1/mode" winmgmt-disabled
    applied=$(asked apply "$wmi")
    assert_equal "$(verdicts "$applied")" "services.winmgmt changed
namespaces[root\\cimv2].grants[$READER] changed"
    undo "$wmi" "$applied" >/dev/null
    "$LAB/target-1/mode" winmgmt-stopped
    found=$(direct check '{"protocol":1,"options":{},"wmi":'"$wmi"'}')
    assert_contains "$(jq -r '.hints[]' <<<"$found")" 'started by this check'
    assert_equal "$(jq -r '.settings[0] | .id + " " + .state' <<<"$found")" \
        "services.winmgmt drift"
}

@test "a paused winmgmt is continued in its process, and paused by undo" {
    pid=$(winmgmt_pid)
    "$LAB/target-1/mode" winmgmt-paused
    found=$(asked check "$WINMGMT")
    assert_equal "$(verdicts "$found")" "services.winmgmt drift"
    assert_equal "$(jq -c '.[].before' <<<"$found")" \
        '{"state":"paused","start":"automatic"}'
    applied=$(asked apply "$WINMGMT")
    assert_equal "$(verdicts "$applied")" "services.winmgmt changed"
    assert_contains "$(wine sc query winmgmt)" RUNNING
    assert_equal "$(winmgmt_pid)" "$pid"
    undone=$(undo "$WINMGMT" "$applied")
    assert_equal "$(verdicts "$undone")" "services.winmgmt changed"
    assert_contains "$(wine sc query winmgmt)" PAUSED
}

@test "rpcss that does not run is blocked, and never started" {
    "$LAB/target-1/mode" rpcss-stopped
    run asked apply '{"services":{"rpcss":"running"}}'
    "$LAB/target-1/mode" none
    assert_equal "$(verdicts "$output")" \
        "services.rpcss blocked 0x00000426 ERROR_SERVICE_NOT_ACTIVE"
}

@test "an account gets its rights, all others keep theirs, and back" {
    wmi=$(granting '{"account":"'$READER'",'"$RIGHTS"'},{"account":"'$OTHER'","rights":["enumerate"]}')
    before=$(manager)
    assert_equal "$(asked check "$wmi" | jq -r '[.[].state] | unique[]')" drift
    applied=$(asked apply "$wmi")
    assert_equal "$(jq -r '[.[].state] | unique[]' <<<"$applied")" changed
    assert_equal "$(jq -c '.[0].after.entries[].rights' <<<"$applied")" \
        '["connect","enumerate","query_lock","read_control"]'
    assert_contains "$(manager)" "$READER"
    assert_contains "$(manager)" "S-1-5-32-544"
    assert_equal "$(asked check "$wmi" | jq -r '[.[].state] | unique[]')" ok
    undone=$(undo "$wmi" "$applied")
    assert_equal "$(jq -r '[.[].state] | unique[]' <<<"$undone")" changed
    [[ $(manager) != *$READER* && $(manager) != *$OTHER* ]]
    assert_equal "$(asked check "$wmi" | jq -c '[.[].before.entries]')" '[[],[]]'
}

@test "what SYSTEM and Administrators have is not taken away" {
    run asked apply "$(granting '{"account":"administrators","state":"absent"}')"
    assert_contains "$(verdicts "$output")" " conflict"
    assert_equal "$(manager)" ""
}

@test "a service manager that refuses, and one that only says yes" {
    wmi=$(granting '{"account":"'$READER'",'"$RIGHTS"'}')
    "$LAB/target-1/mode" scm-denied
    assert_equal "$(verdicts "$(asked apply "$wmi")")" \
        "service_control.grants[$READER] failed 0x00000005 ERROR_ACCESS_DENIED"
    "$LAB/target-1/mode" scm-ignored
    assert_equal "$(verdicts "$(asked apply "$wmi")")" \
        "service_control.grants[$READER] failed 0xA0040001 not_effective"
}
