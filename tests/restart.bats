#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The one restart of winmgmt for all settings that need it, on a target whose
# service manager has dependents as Windows has them.

load lab
load direct

# Two settings that need the restart, one that does not, before and behind.
WMI='{"uac":{"local_account_token_filter_policy":1},
    "dcom":{"permissions":[{"account":"S-1-5-21-1-2-3-1001",
        "access":["remote_access"],"on":["machine_limits"]}]},
    "cimom":{"allow_anonymous_callback":1},
    "firewall":{"wmi_group":{"enabled":true}}}'

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

# As Windows comes from the factory, with winmgmt and what needs it running.
setup() {
    "$LAB/target-1/mode" none
    wine reg delete "$POLICIES" /v LocalAccountTokenFilterPolicy /f || true
    wine reg delete "$CIMOM" /v AllowAnonymousCallback /f || true
    wine reg delete "$OLE" /v MachineAccessRestriction /f || true
    rm -f "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet/pending.json"
    for service in winmgmt iphlpsvc wscsvc LabMonitor; do
        wine net start "$service" || true
    done
} >/dev/null 2>&1

# asked VERB WMI [OPTIONS [UNDO]]: its whole result.
asked() {
    local request
    request=$(jq -cn --argjson wmi "$2" --argjson options "${3:-{\}}" \
        --argjson undo "${4:-null}" '{protocol: 1, wmi: $wmi,
            options: $options} + if $undo then {undo: $undo} else {} end')
    direct "$1" "$request"
}

# undo WMI RESULT: puts back what that apply's result says.
undo() {
    asked undo "$1" '{}' "$(jq -c '{force: false, identity: null,
        earlier_wmi: [], settings: [.settings[] | select(.before != .after) |
            {id, before, after}]}' <<<"$2")"
}

states() {
    jq -r '.settings[] | .id + " " + .state' | sed 's/^\([a-z]*\)[^ ]*/\1/'
}

# The process that winmgmt runs in, as the result has it.
winmgmt_pid() {
    jq -r .facts.winmgmt.pid
}

# Each line of a service's state as its own manager tells it.
running() {
    wine sc query "$1" | tr -d '\r' | awk '$1 == "STATE" { print $4 }'
}

assert_dependents_run() {
    for service in winmgmt iphlpsvc wscsvc LabMonitor; do
        assert_equal "$service $(running "$service")" "$service RUNNING"
    done
}

# By somebody else, with what needs it; one on its way up refuses to stop.
stop_winmgmt() {
    for service in LabMonitor iphlpsvc wscsvc winmgmt; do
        for ((i = 0; i < 100; i++)); do
            wine sc stop "$service" >/dev/null || true
            [ "$(running "$service")" != STOPPED ] || continue 2
        done
        echo "$service: $(running "$service")" >&2
        return 1
    done
}

registry_now() {
    wine reg export 'HKLM\Software\Microsoft' 'C:\now.reg' /y >/dev/null
    cat "$LAB/target-1/prefix/drive_c/now.reg"
}

@test "one restart for all that need it, and undo restarts too" {
    before=$(registry_now)
    found=$(asked check "$WMI")
    old=$(winmgmt_pid <<<"$found")
    assert_contains "$(jq -r '.settings[] |
        select(.id | test("^(cimom|dcom)")) | .hints[]' <<<"$found")" \
        "apply restarts winmgmt, LabMonitor, wscsvc, iphlpsvc"
    assert_equal "$(jq '[.settings[].hints // [] | .[] |
        select(test("^iphlpsvc carries port proxies.*SSH session"))] | length' \
        <<<"$found")" 2
    assert_equal "$(jq '[.settings[] | select(.id | test("^(uac|firewall)")) |
        .hints // [] | .[] | select(test("restart"))] | length' \
        <<<"$found")" 0
    applied=$(asked apply "$WMI")
    assert_equal "$(jq -r '[.settings[].state] | unique[]' <<<"$applied")" changed
    new=$(winmgmt_pid <<<"$applied")
    [ "$new" != "$old" ]
    assert_equal "$(jq -r '.hints[]' <<<"$applied")" \
        "restarted: winmgmt, LabMonitor, wscsvc, iphlpsvc"
    assert_dependents_run
    clean=$(asked check "$WMI")
    assert_equal "$(jq -r '[.settings[].state] | unique[]' <<<"$clean")" ok
    assert_equal "$(winmgmt_pid <<<"$clean")" "$new"
    undone=$(undo "$WMI" "$applied")
    assert_equal "$(jq -r '[.settings[].state] | unique[]' <<<"$undone")" changed
    [ "$(winmgmt_pid <<<"$undone")" != "$new" ]
    assert_dependents_run
    assert_equal "$(registry_now)" "$before"
}

@test "without a change nothing is restarted" {
    asked apply "$WMI" >/dev/null
    first=$(asked check "$WMI" | winmgmt_pid)
    again=$(asked apply "$WMI")
    assert_equal "$(jq -r '[.settings[].state] | unique[]' <<<"$again")" ok
    assert_equal "$(winmgmt_pid <<<"$again")" "$first"
    other=$(asked apply '{"uac":{"local_account_token_filter_policy":0}}')
    assert_equal "$(jq -r '.settings[].state' <<<"$other")" changed
    assert_equal "$(winmgmt_pid <<<"$other")" "$first"
}

@test "restart never: pending, drift for check, and the next apply restarts" {
    only='{"cimom":{"allow_anonymous_callback":1}}'
    first=$(asked check "$only" | winmgmt_pid)
    never=$(asked apply "$only" '{"restart":"never"}')
    assert_equal "$(jq -r '.settings[].state' <<<"$never")" pending_restart
    assert_contains "$(jq -r '.settings[].hints[]' <<<"$never")" \
        "takes effect when winmgmt restarts"
    assert_equal "$(winmgmt_pid <<<"$never")" "$first"
    found=$(asked check "$only")
    assert_equal "$(jq -r '.settings[].state' <<<"$found")" pending_restart
    assert_contains "$(jq -r '.settings[].hints[]' <<<"$found")" \
        "apply restarts winmgmt"
    done_now=$(asked apply "$only")
    assert_equal "$(jq -c '.settings[] | [.state, .before, .after]' \
        <<<"$done_now")" '["changed",1,1]'
    [ "$(winmgmt_pid <<<"$done_now")" != "$first" ]
    assert_equal "$(asked check "$only" | jq -r '.settings[].state')" ok
    [ ! -e "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet/pending.json" ]
}

@test "what somebody else restarted is pending no more" {
    only='{"cimom":{"allow_anonymous_callback":1}}'
    asked apply "$only" '{"restart":"never"}' >/dev/null
    stop_winmgmt
    assert_equal "$(asked check "$only" | jq -r '.settings[].state')" ok
    wine net start winmgmt
    assert_equal "$(asked check "$only" | jq -r '.settings[].state')" ok
}

@test "winmgmt that does not run is not started for a restart" {
    stop_winmgmt
    run asked apply '{"cimom":{"allow_anonymous_callback":1}}'
    assert_equal "$(jq -r '.settings[].state' <<<"$output")" changed
    assert_equal "$(running winmgmt)" STOPPED
}

@test "a service that hangs is not killed, and the rest runs again" {
    "$LAB/target-1/mode" service-stop-hangs
    run asked apply '{"cimom":{"allow_anonymous_callback":1}}'
    "$LAB/target-1/mode" none
    assert_equal "$(jq -r '.settings[] | [.state, .error.code, .error.name] |
        join(" ")' <<<"$output")" \
        "failed 0x0000041D ERROR_SERVICE_REQUEST_TIMEOUT"
    assert_contains "$(jq -r '.settings[].error.hint' <<<"$output")" reboot
    assert_equal "$(jq -r '.settings[].after' <<<"$output")" 1
}

@test "a dependent that does not start again is told" {
    "$LAB/target-1/mode" dependant-start-fails
    run asked apply '{"cimom":{"allow_anonymous_callback":1}}'
    "$LAB/target-1/mode" none
    assert_equal "$(jq -r '.settings[].state' <<<"$output")" failed
    assert_contains "$(jq -r '.settings[].error.text' <<<"$output")" \
        "does not start again"
    assert_equal "$(running winmgmt)" RUNNING
}
