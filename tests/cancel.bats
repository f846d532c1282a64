#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A run that is told to stop: what it did is told and can be put back, the
# rest was never begun, and nothing lies about.

load lab

# Two settings with a restart of winmgmt behind them, and one after that.
WMI='{uac: {local_account_token_filter_policy: 1},
    cimom: {allow_anonymous_callback: 1},
    firewall: {wmi_group: {enabled: true}}}'

setup_file() {
    lab_start 1
    jq "(.. | objects | select(has(\"wmi\")) | .wmi) = $WMI" \
        "$LAB/asked.json" >"$LAB/inventory.json"
    export FOLDER=$LAB/target-1/prefix/drive_c/ProgramData/wmifleet
    wine net start winmgmt >/dev/null 2>&1 || :
    wmifleet check >/dev/null || :
    factory >"$LAB/factory"
}

teardown_file() {
    lab_stop
}

setup() {
    "$LAB/target-1/mode" none
    rm -f "$LAB"/state.db*
}

wine() {
    "$LAB/target-1/wine" "$@" </dev/null
}

# What the settings stand on.
factory() {
    registry 1 "$POLICIES" LocalAccountTokenFilterPolicy
    registry 1 "$CIMOM" AllowAnonymousCallback
    wine reg query \
        'HKLM\SYSTEM\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules' |
        tr -d '\r' | sort
}

until_true() {
    local end=$((SECONDS + 60))
    until "$@" 2>/dev/null; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# begin: an apply in the background, held while winmgmt does not stop.
begin() {
    "$LAB/target-1/mode" service-stop-hangs
    rm -f "$LAB"/{out,err}
    WMIFLEET_STORE=$LAB/state.db "$WMIFLEET" apply --json \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        >"$LAB/out" 2>"$LAB/err" 3>&- &
    CONTROLLER=$!
    until_true held
}

# The mode's own end would start winmgmt again before the payload saw it stop.
go_on() {
    wine reg delete 'HKLM\SOFTWARE\wmifleet-lab\Modes' \
        /v service-stop-hangs /f >/dev/null
}

held() {
    wine sc query winmgmt | grep -q STOP_PENDING
}

# A result of --json, or nothing yet.
applied() {
    jq -c 'select(.host == "target-1")' "$LAB/out"
}

# ask_to_stop RUN: as the controller would; what the payload says.
ask_to_stop() {
    local payload request
    payload=$(basename "$FOLDER"/p-*.exe)
    request=$(basename "$FOLDER"/r-*.json)
    wine "C:\\ProgramData\\wmifleet\\$payload" cancel "$request" "$1" |
        tail -n 1 | tr -d '\036'
}

run_id() {
    wmifleet runs --json | jq -r .run | head -n 1
}

mark_is_there() {
    compgen -G "$FOLDER/c-*" >/dev/null
}

no_mark() {
    ! mark_is_there
}

states() {
    jq -r '.settings[] | .id + " " + .state'
}

@test "cancelled between two settings: the rest is skipped, undo restores" {
    begin
    ask_to_stop "$(run_id)" >"$LAB/said" 3>&- &
    local asking=$!
    until_true mark_is_there
    go_on
    wait "$asking"
    wait "$CONTROLLER" || :
    assert_equal "$(applied | jq -r '.status + " " + .error.class')" \
        "cancelled cancelled"
    assert_equal "$(applied | states)" \
        "uac.local_account_token_filter_policy changed
cimom.allow_anonymous_callback changed
firewall.wmi_group skipped"
    assert_contains "$(applied | jq -r .error.text)" "1 of 3 settings"
    assert_contains "$(jq -r '.hints[]' "$LAB/said")" "was at work and has ended"
    assert_equal "$(jq -r '[.verb, .error, .complete] | map(tostring) |
        join(" ")' "$LAB/said")" "cancel null true"
    no_mark
    run wmifleet undo --json
    assert_equal "$status" 0
    assert_equal "$(factory)" "$(cat "$LAB/factory")"
}

@test "a run that is not at work is not cancelled, and nothing is left" {
    run ask_to_stop nobody-1
    assert_contains "$(jq -r '.hints[]' <<<"$output")" \
        "run nobody-1 is not at work here"
    assert_equal "$(jq -r .error <<<"$output")" null
    no_mark
    run wmifleet check
    assert_equal "$status" 3
}

all_changed="uac.local_account_token_filter_policy changed
cimom.allow_anonymous_callback changed
firewall.wmi_group changed"

# Goes on with the run; then it is a whole one, and undo brings all back.
assert_goes_on() {
    run wmifleet apply --json --resume "$1"
    assert_equal "$status" 0
    assert_equal "$(result_of target-1 <<<"$output" | states)" "$all_changed"
    assert_equal "$(wmifleet runs --json | jq -s length)" 1
    no_mark
    run wmifleet undo --json
    assert_equal "$status" 0
    assert_equal "$(factory)" "$(cat "$LAB/factory")"
}

@test "Ctrl-C twice: the machine stops, and the run is gone on with" {
    local ended=0
    begin
    kill -INT "$CONTROLLER"
    until_true grep -q interrupted "$LAB/err"
    kill -INT "$CONTROLLER"
    until_true mark_is_there
    go_on
    wait "$CONTROLLER" || ended=$?
    assert_equal "$ended" 130
    assert_equal "$(applied | jq -r '.status + " " + .error.class')" \
        "cancelled cancelled"
    assert_goes_on "$(run_id)"
}

@test "a controller killed while the machine works: the run is gone on with" {
    begin
    kill -KILL "$CONTROLLER"
    wait "$CONTROLLER" || :
    go_on
    assert_goes_on "$(run_id)"
}
