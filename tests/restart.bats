#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The one restart of winmgmt for all settings that need it, on a target whose
# service manager has dependents as Windows has them.

load lab

ONE_TIME=wmifleet-0123456789abcdef
PENDING='C:\ProgramData\wmifleet\pending.json'
# Two settings that need the restart, one that does not, before and behind.
WMI='{"uac":{"local_account_token_filter_policy":1},
    "dcom":{"permissions":[{"account":"S-1-5-21-1-2-3-1001",
        "access":["remote_access"],"on":["machine_limits"]}]},
    "cimom":{"allow_anonymous_callback":1},
    "firewall":{"wmi_group":{"enabled":true}}}'

setup_file() {
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$BUILD" payload
    "$ROOT/tests/lab/lab" up 1 "$LAB"
    export HOME_DIR=$LAB/target-1/prefix/drive_c/users/Administrator
    cp "$BUILD/payload/wmifleet-payload.exe" "$HOME_DIR/$ONE_TIME.exe"
}

teardown_file() {
    lab_stop
}

wine() {
    "$LAB/target-1/wine" "$@" </dev/null
}

# As Windows comes from the factory, with winmgmt and what needs it running.
setup() {
    "$LAB/target-1/mode" none
    wine reg delete "$POLICIES" /v LocalAccountTokenFilterPolicy /f || true
    wine reg delete "$CIMOM" /v AllowAnonymousCallback /f || true
    wine reg delete "$OLE" /v MachineAccessRestriction /f || true
    rm -f "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet/pending.json"
    for service in winmgmt iphlpsvc wscsvc; do
        wine net start "$service" || true
    done
} >/dev/null 2>&1

# payload VERB WMI [OPTIONS [UNDO]]: its whole result.
payload() {
    local name run request
    request=$(jq -cn --argjson wmi "$2" --argjson options "${3:-{\}}" \
        --argjson undo "${4:-null}" '{protocol: 1, wmi: $wmi,
            options: $options} + if $undo then {undo: $undo} else {} end')
    name=$ONE_TIME-$(printf '%s' "$request" | sha256sum | cut -c1-32).json
    run=restart-$(date +%s%N)
    printf '%s' "$request" >"$HOME_DIR/$name"
    (cd "$HOME_DIR" && wine "$ONE_TIME.exe" "$1" "$name" "$run") |
        tail -n 1 | tr -d '\036' |
        jq -c 'if .complete then . else error("no result") end'
}

# undo WMI RESULT: puts back what that apply's result says.
undo() {
    payload undo "$1" '{}' "$(jq -c '{force: false, identity: null,
        earlier_wmi: [], settings: [.settings[] | select(.before != .after) |
            {id, before, after}]}' <<<"$2")"
}

states() {
    jq -r '.settings[] | .id + " " + .state' | sed 's/^\([a-z]*\)[^ ]*/\1/'
}

# The process of a service, as Windows tells it.
pid() {
    wine sc queryex "$1" 2>/dev/null | tr -d '\r' | awk '$1 == "PID" { print $3 }'
}
