#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# verify --from: a fourth target connects to three others. The lab's stand-in
# for remote WMI judges by each target's own registry and gives the code of
# the first layer that is closed (tests/lab/windows/remote).

# Tests run in subshells, and each reads what its own `run` left.
# shellcheck disable=SC2030,SC2031
bats_require_minimum_version 1.5.0

load lab

PASSWORD=Lab-secret-1
export PASSWORD

# The five lines of the common case, once for the room, once for the collector.
INVENTORY='.all.children.lab |= (del(.vars.wmi) |
    .hosts |= with_entries(.value.wmi = (if .key == "target-4" then
        {collector: {targets: ["target-1", "target-2", "target-3"],
            asynchronous: true}}
    else
        {access: {readers: ["wmi-reader"], collectors: ["target-4"],
            asynchronous: true},
         account: {name: "wmi-reader", password: {env: "PASSWORD"}}}
    end)))'

setup_file() {
    lab_start 4
    jq "$INVENTORY" "$LAB/inventory.json" >"$LAB/new.json"
    mv "$LAB/new.json" "$LAB/inventory.json"
}

teardown_file() {
    lab_stop
}

# from [OPTIONS]: verify from the fourth, its JSON in $output.
from() {
    run wmifleet verify --from target-4 --json "$@"
}

# Of the last `from`: host, status, then each layer with state and code.
verdicts() {
    jq -r 'select(.host) | "\(.host) \(.status): " + ([.layers[] |
        "\(.layer)=\(.state)" + (if .code then "/" + .code else "" end)] |
        join(" "))' <<<"$output" | sort
}

# all_of STATUS VERDICTS: what all three targets say.
all_of() {
    assert_equal "$(verdicts)" "$(printf "target-%d $1: $2\n" 1 2 3)"
}

valid() {
    jq -c 'select(.host and .status != "not_tried")' <<<"$output" \
        >"$BATS_TEST_TMPDIR/seen"
    python3 - "$BATS_TEST_TMPDIR/seen" "$ROOT/docs/result.schema.json" <<'PY'
import json, sys
from jsonschema import Draft202012Validator

validator = Draft202012Validator(json.load(open(sys.argv[2])))
lines = [json.loads(line) for line in open(sys.argv[1])]
bad = [error.message for line in lines for error in validator.iter_errors(line)]
print("\n".join(bad))
sys.exit(1 if bad or not lines else 0)
PY
}

# hints LAYER: of the first target.
hint() {
    jq -r --arg layer "$1" 'select(.host == "target-1") | .layers[] |
        select(.layer == $layer) | .hint' <<<"$output"
}

only() {
    wmifleet apply --only "$1" -l '!target-4' >"$BATS_TEST_TMPDIR/apply" ||
        { cat "$BATS_TEST_TMPDIR/apply" >&2 && return 1; }
}

@test "layer by layer from the factory to a connection, and back" {
    from
    assert_equal "$status" 3
    all_of drift 'connect=drift/0x800706BA namespace=skipped query=skipped async_query=skipped'
    valid
    only firewall
    from
    assert_equal "$status" 3
    all_of drift 'connect=drift/0x8007052E namespace=skipped query=skipped async_query=skipped'
    only account
    from
    assert_equal "$status" 3
    all_of drift 'connect=drift/0x80070005 namespace=skipped query=skipped async_query=skipped'
    assert_contains "$(hint connect)" "distributed_com_users"
    only groups
    from
    all_of drift 'connect=ok namespace=drift/0x80041003 query=skipped async_query=skipped'
    assert_contains "$(hint namespace)" "remote_enable"
    only namespaces
    from
    assert_equal "$status" 3
    all_of drift 'connect=ok namespace=ok query=ok async_query=drift/0x800706BA'
    assert_contains "$(hint async_query)" "wmi.collector"
    wmifleet apply -l target-4 >/dev/null
    from
    all_of drift 'connect=ok namespace=ok query=ok async_query=drift/0x80070005'
    assert_contains "$(hint async_query)" "allow_anonymous_callback"
    only cimom
    from
    assert_equal "$status" 0
    all_of ok 'connect=ok namespace=ok query=ok async_query=ok'
    valid
    assert_contains "$(jq -r 'select(.host == "target-2") | .layers[2].text' \
        <<<"$output")" "TARGET-2 "
    wmifleet apply >/dev/null
    from
    assert_equal "$status" 0
    from --expect closed
    assert_equal "$status" 3
    all_of drift 'connect=drift namespace=ok query=ok async_query=ok'
    run wmifleet verify --from target-4
    assert_equal "$status" 0
    assert_equal "$(head -n 1 <<<"$output")" 'ok               3  target-[1-3]'
    wmifleet undo --all --yes >/dev/null
    from
    assert_equal "$status" 3
    all_of drift 'connect=drift/0x800706BA namespace=skipped query=skipped async_query=skipped'
    from --expect closed
    assert_equal "$status" 0
    all_of ok 'connect=ok/0x800706BA namespace=skipped query=skipped async_query=skipped'
}

@test "a person is told which layer stops it, and what to do" {
    run wmifleet verify --from target-4 -l target-1
    assert_equal "$status" 3
    assert_contains "$output" 'target-1: drift
    connect    '
    assert_contains "$output" '(0x800706BA RPC_S_SERVER_UNAVAILABLE)
        '
    assert_contains "$output" 'once mended:  wmifleet verify --from target-4'
    run wmifleet show
    assert_contains "$output" 'target-1: drift
    connect    '
}

@test "the password is in no store, no output and on no machine" {
    run --separate-stderr wmifleet verify --from target-4 -vvvv --json
    assert_equal "$status" 3
    # shellcheck disable=SC2154 # run sets it
    run ! grep -q "$PASSWORD" <<<"$output$stderr"
    run ! grep -qa "$PASSWORD" "$LAB/state.db"
    local home=$LAB/target-4/prefix/drive_c
    run ! grep -rqa "$PASSWORD" "$home/users/Administrator" \
        "$home/ProgramData/wmifleet"
    run ! ls "$home"/users/Administrator/wmifleet-*
}

# A mode of the lab, the layer that it closes, and Windows' code for it.
TROUBLES='wmi-not-registered connect 0x800706D9
wmi-invalid-header connect 0x80010111
wmi-class-not-registered connect 0x80040154
wmi-no-interface connect 0x80004002
wmi-call-failed connect 0x800706BE
wmi-did-not-execute connect 0x800706BF
wmi-transport connect 0x80041015
wmi-logon-untold connect 0x80070005
wmi-repository-corrupt connect 0x8007054E
wmi-not-initialised namespace 0x80041014
wmi-encryption-at-login namespace 0x80041087
wmi-disconnected query 0x80010108
wmi-out-of-memory query 0x80041006
wmi-provider-fails query 0x80041001
wmi-privilege-not-held query 0x80041062
wmi-callback-rejected async_query 0x8001011B'

# first_closed: layer and code of the first target that is no longer ok.
first_closed() {
    jq -r 'select(.host) | [.layers[] | select(.state != "ok")][0] |
        "\(.layer) \(.code) \(.hint != null)"' <<<"$output"
}

@test "every code that remote WMI gives has its layer and its advice" {
    local mode layer code options
    wmifleet apply >/dev/null
    while read -r mode layer code; do
        options=()
        # A wrong password is what Windows does not tell there.
        [ "$mode" != wmi-logon-untold ] || {
            echo wrong >"$BATS_TEST_TMPDIR/wrong"
            options=(--reader 'TARGET-1\wmi-reader'
                --reader-password-file "$BATS_TEST_TMPDIR/wrong")
        }
        "$LAB/target-1/mode" "$mode"
        from -l target-1 "${options[@]}"
        "$LAB/target-1/mode" none
        assert_equal "$mode $(first_closed)" "$mode $layer $code true"
    done <<<"$TROUBLES"
    from -l target-1
    assert_equal "$status" 0
    wmifleet undo --all --yes >/dev/null
}

# with JQ: an inventory that is changed so.
with() {
    cp "$LAB/inventory.json" "$LAB/kept.json"
    jq "$1" "$LAB/kept.json" >"$LAB/inventory.json"
}

without() {
    mv "$LAB/kept.json" "$LAB/inventory.json"
}

@test "codes that states give: a denied logon, no password, no namespace, itself" {
    local rights='HKLM\SOFTWARE\wmifleet-lab\AccountRights\S-1-5-113'
    wmifleet apply >/dev/null
    "$LAB/target-1/wine" reg add "$rights" /v SeDenyNetworkLogonRight \
        /t REG_DWORD /d 1 /f >/dev/null
    from -l target-1
    "$LAB/target-1/wine" reg delete "$rights" /f >/dev/null
    assert_equal "$(first_closed)" 'connect 0x80070569 true'

    "$LAB/target-1/wine" "$BUILD/lab/newuser.exe" blank ''
    echo >"$BATS_TEST_TMPDIR/empty"
    from -l target-1 --reader 'TARGET-1\blank' \
        --reader-password-file "$BATS_TEST_TMPDIR/empty"
    assert_equal "$(first_closed)" 'connect 0x8007052F true'

    with '.all.children.lab.hosts["target-1"].wmi.access.namespaces =
        ["root\\nix"]'
    from -l target-1
    without
    assert_equal "$(first_closed)" 'namespace 0x8004100E true'

    with '.all.children.lab.hosts |= (.self = (.["target-4"] |
        .wmi = {access: {readers: ["wmi-reader"], collectors: ["target-4"]},
            account: {name: "wmi-reader", password: {env: "PASSWORD"}}}))'
    from -l self
    without
    assert_equal "$(first_closed)" 'connect 0x80041064 true'
    wmifleet undo --all --yes >/dev/null
}

@test "the table's other code, a class that is not there, is explained" {
    run wmifleet explain 0x80041010
    assert_equal "$status" 0
    assert_contains "$output" 'the class does not exist in that namespace'
}

@test "a target that hangs takes nobody's turn" {
    local port process
    wmifleet apply >/dev/null
    port=$(tr -d '\r\n' <"$LAB/target-3/rpc")
    process=$(ss -ltnpH "sport = :$port" | sed -E 's/.*pid=([0-9]+).*/\1/')
    kill -STOP "$process"
    from
    kill -CONT "$process"
    assert_equal "$(jq -r 'select(.host) | "\(.host) \(.layers[0].state)"' \
        <<<"$output" | sort)" 'target-1 ok
target-2 ok
target-3 drift'
    [ "$(jq 'select(.host == "target-3") | .layers[0].elapsed_ms' \
        <<<"$output")" -gt 5000 ]
    [ "$(jq 'select(.host == "target-1") | .layers[0].elapsed_ms' \
        <<<"$output")" -lt 5000 ]
    wmifleet undo --all --yes >/dev/null
}

@test "another account by --reader, its password from a file" {
    printf 'other-secret\n' >"$BATS_TEST_TMPDIR/password"
    from -l target-1 --reader 'ELSEWHERE\somebody' \
        --reader-password-file "$BATS_TEST_TMPDIR/password"
    assert_equal "$status" 3
    assert_contains "$(jq -r 'select(.host) | .layers[0].text' <<<"$output")" \
        ' as ELSEWHERE\somebody: '
    run wmifleet verify --from target-4 -l target-1 --reader somebody
    assert_equal "$status" 1
    assert_contains "$output" 'target-1: no password for somebody: '
}

@test "a collector that cannot be reached leaves its targets untried" {
    jq '.all.children.lab.hosts."target-4".ansible_port = 1' \
        "$LAB/inventory.json" >"$BATS_TEST_TMPDIR/away.json"
    from -i "$BATS_TEST_TMPDIR/away.json"
    assert_equal "$status" 4
    assert_equal "$(jq -r 'select(.host) | "\(.host) \(.status)"' \
        <<<"$output" | sort)" 'target-1 not_tried
target-2 not_tried
target-3 not_tried
target-4 unreachable'
    valid
}

@test "a collector without rights leaves its targets untried" {
    "$LAB/target-4/mode" not-elevated
    from
    "$LAB/target-4/mode" none
    assert_equal "$status" 6
    assert_equal "$(jq -r 'select(.host == "target-4") | .error.class' \
        <<<"$output")" not-admin
    assert_equal "$(jq -r 'select(.status == "not_tried") | .host' \
        <<<"$output" | wc -l)" 3
}

@test "what cannot be meant is said before anything is contacted" {
    run wmifleet verify --from nobody
    assert_equal "$status" 1
    assert_contains "$output" '--from nobody: the inventory has no host of that name'
    run wmifleet verify --from lab
    assert_equal "$status" 1
    assert_contains "$output" '--from lab: '
    run wmifleet verify --from target-4 -l target-4
    assert_equal "$status" 1
    assert_contains "$output" 'no other host is selected'
    run wmifleet verify --asynchronous
    assert_equal "$status" 5
    assert_contains "$output" '--asynchronous means something with --from HOST only'
    run wmifleet verify --from target-4 --reader S-1-5-32-544
    assert_equal "$status" 1
    assert_contains "$output" 'no account to connect as'
}
