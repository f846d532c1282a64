#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Where output goes. Nothing is contacted but a closed port.

setup() {
    ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    WMIFLEET=$(realpath -m "${BUILD:-$ROOT/build}")/wmifleet
    cd "$BATS_TEST_TMPDIR" || return
    export WMIFLEET_STORE=$PWD/state.db HOME=$PWD
    unset WMIFLEET_INVENTORY
    run "$WMIFLEET" ping -q -i '127.0.0.1:1,'
    [ "$status" -eq 4 ]
}

assert_status() {
    # shellcheck disable=SC2154 # run sets both
    [ "$status" -eq "$1" ] || {
        printf 'status %s, said: %s\n' "$status" "$output"
        return 1
    }
}

unwritten() { # ARGUMENTS...
    local said status=0
    said=$("$WMIFLEET" "$@" 2>&1 >/dev/full) || status=$?
    if [ "$status" -ne 1 ] || [[ $said != *"standard output: cannot be written"* ]]; then
        echo "$*: status $status, said: $said"
        return 1
    fi
}

@test "--outdir: a file for each host, whole, under a name that is safe" {
    jq -n '{all: {hosts: (["pc-1", "..", "a/b", "b\u00fcro %", "PC_2.lab"] |
        map({key: ., value: {ansible_host: "127.0.0.1", ansible_port: 1}}) |
        from_entries)}}' >inventory.json
    run "$WMIFLEET" ping -i inventory.json --outdir files --json
    assert_status 4
    [ "$(find files -mindepth 1 -printf '%P\n' | LC_ALL=C sort | tr '\n' ' ')" = \
        '%2E..json PC_2.lab.json a%2Fb.json b%C3%BCro%20%25.json pc-1.json ' ]
    # each is the object that --json printed
    [ "$(cat files/*.json | jq -cS . | sort)" = \
        "$(grep '^{"host":' <<<"$output" | jq -cS . | sort)" ]
}

@test "--outdir: the next run's files take the place of the last one's" {
    local before
    run "$WMIFLEET" ping -i '127.0.0.1:1,' --outdir files
    before=$(jq -r .run files/*.json)
    run "$WMIFLEET" ping -i '127.0.0.1:1,' --outdir files
    [ "$(find files -mindepth 1 | wc -l)" -eq 1 ]
    [ "$(jq -r .run files/*.json)" != "$before" ]
    # and the command to go on with has it
    [[ $output == *"once mended:  wmifleet ping "*" --outdir files"* ]]
}

@test "--outdir: where it cannot be written nothing is contacted" {
    local runs dir
    runs=$("$WMIFLEET" runs | wc -l)
    touch file
    for dir in file none/files /proc/files; do
        run "$WMIFLEET" ping -i '127.0.0.1:1,' --outdir "$dir"
        assert_status 1
        [[ $output == "wmifleet: --outdir $dir: cannot be "* ]]
    done
    [ "$("$WMIFLEET" runs | wc -l)" -eq "$runs" ]
}

@test "--outdir: a file that cannot be put there ends the run" {
    mkdir -p files/127.0.0.1.json
    run "$WMIFLEET" ping -i '127.0.0.1:1,' --outdir files
    assert_status 1
    [[ $output == *"127.0.0.1.json: cannot be written: "* ]]
}

@test "what cannot be written is an error, not success" {
    unwritten runs
    unwritten runs --json
    unwritten show
    unwritten show --json
    unwritten status
    unwritten status -o json
    unwritten inventory --list -i '127.0.0.1,'
    unwritten ping -i '127.0.0.1:1,'
    unwritten ping --json -i '127.0.0.1:1,'
}
