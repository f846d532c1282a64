# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# The payload called without the controller, on one target: `load direct`
# after `load lab`.

ONE_TIME=wmifleet-0123456789abcdef

# direct_start [OPTIONS]: a target with the payload in the login's profile.
direct_start() {
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$BUILD" payload
    "$ROOT/tests/lab/lab" up 1 "$LAB" "$@"
    local drive=$LAB/target-1/prefix/drive_c
    export HOME_DIR=$drive/users/Administrator
    export FOLDER=$drive/ProgramData/wmifleet
    cp "$BUILD/payload/wmifleet-payload.exe" "$HOME_DIR/$ONE_TIME.exe"
}

wine() {
    "$LAB/target-1/wine" "$@" </dev/null
}

# direct VERB REQUEST: the result document of one run.
direct() {
    local name
    name=$ONE_TIME-$(printf '%s' "$2" | sha256sum | cut -c1-32).json
    printf '%s' "$2" >"$HOME_DIR/$name"
    (cd "$HOME_DIR" && wine "$ONE_TIME.exe" "$1" "$name" "run-$(date +%s%N)") |
        tail -n 1 | tr -d '\036' |
        jq -c 'if .complete then . else error("no result") end'
}

# payload VERB REQUEST: the settings of its result.
payload() {
    direct "$@" | jq -c .settings
}

# "ID STATE CODE NAME", a line for each of the settings on standard input.
verdict_lines() {
    jq -r '.[] | [.id, .state, .error.code, .error.name] | map(values) |
        join(" ")'
}
