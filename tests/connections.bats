#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The payload's verb verify, called directly: what it does with its request,
# and what it tells where no connection comes about. Connections that do are
# in verify_from.bats.

bats_require_minimum_version 1.5.0

load lab
load direct

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

# asking TARGET,...: a request; the passwords are "secret-0", "secret-1", ...
asking() {
    jq -nc --argjson targets "[$1]" '{protocol: 1, wmi: {},
        options: {secret: true},
        verify: {asynchronous: false, targets: $targets},
        secrets: {salt: "00",
            passwords: [range($targets | length) | "secret-\(.)"]}}'
}

# to HOST ADDRESS [NAMESPACES]
to() {
    printf '{"host":"%s","address":"%s","user":"LAB\\\\reader","namespaces":%s}' \
        "$1" "$2" "${3:-[\"root\\\\cimv2\"]}"
}

# told RESULT: host, step, namespace, code and name, a step a line.
told() {
    jq -r '.connections[] | .host as $host | .steps[] |
        [$host, .step, .namespace, .code, .name] | map(values) | join(" ")' \
        <<<"$1"
}

@test "each target has its own steps, in the order asked for" {
    result=$(direct verify "$(asking "$(to here .),$(to nowhere no.such.example)")")
    assert_equal "$(jq -c .error <<<"$result")" null
    assert_equal "$(told "$result")" 'here locator
here connect root\cimv2 0x80041064 WBEM_E_LOCAL_CREDENTIALS
nowhere locator
nowhere connect root\cimv2 0x800706BA RPC_S_SERVER_UNAVAILABLE'
    [ "$(jq '[.connections[].steps[].elapsed_ms | numbers] | length' \
        <<<"$result")" -eq 4 ]
}

@test "a namespace that WMI refuses does not end the others, a dead network does" {
    both='["root\\cimv2","root\\default"]'
    result=$(direct verify \
        "$(asking "$(to here . "$both"),$(to nowhere no.such.example "$both")")")
    assert_equal "$(told "$result" | grep connect | cut -d ' ' -f 1-3)" \
        'here connect root\cimv2
here connect root\default
nowhere connect root\cimv2'
}

@test "no password is left on the machine, in the answer or in its folder" {
    result=$(direct verify "$(asking "$(to here .)")")
    assert_equal "$(jq -r '.connections[0].host' <<<"$result")" here
    assert_equal "$(jq -c .settled <<<"$result")" true
    assert_equal "$(jq -c .request_settled <<<"$result")" false
    run ! grep -q secret-0 <<<"$result"
    run ! grep -rqa secret-0 "$FOLDER" "$HOME_DIR"
    run ! ls "$HOME_DIR"/*.json
}

@test "asked again under the same run id it tells what it found" {
    text=$(asking "$(to here .)")
    name=$ONE_TIME-$(printf '%s' "$text" | sha256sum | cut -c1-32).json
    printf '%s' "$text" >"$HOME_DIR/$name"
    cd "$HOME_DIR"
    first=$(wine "$ONE_TIME.exe" verify "$name" run-again | tail -n 1)
    second=$(wine "$ONE_TIME.exe" verify "$name" run-again | tail -n 1)
    assert_contains "$first" '"connections"'
    assert_equal "$second" "$first"
}

@test "nothing of the machine is changed" {
    everything() {
        wine reg export HKLM 'C:\all.reg' /y >/dev/null
        tr -d '\0' <"$LAB/target-1/prefix/drive_c/all.reg"
    }
    direct verify "$(asking "$(to here .)")" >/dev/null
    before=$(everything | sha256sum)
    direct verify "$(asking "$(to here .),$(to nowhere no.such.example)")" \
        >/dev/null
    assert_equal "$(everything | sha256sum)" "$before"
}

@test "a request that would leave its path is refused" {
    bad=$(to here '.\\root\\default')
    result=$(direct verify "$(asking "$bad")")
    assert_equal "$(jq -r .error.class <<<"$result")" payload-failed
    assert_equal "$(jq -r .error.text <<<"$result")" \
        'request: "verify" is not as it should be'
    assert_equal "$(jq -c .connections <<<"$result")" null
}
