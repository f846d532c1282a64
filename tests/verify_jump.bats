#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# verify of machines behind a jump host: the questions go through it, and what
# the inventory says of its address is what counts.

bats_require_minimum_version 1.5.0

load peers
load bastion

# What admits that address alone.
admits() {
    jq -nc --arg address "$1" '{wmi: {firewall: {rules: [
        {name: "DCOM", remote_addresses: [$address]},
        {name: "WMI", remote_addresses: [$address]}]}}}'
}

# host NAME K VARIABLES
host() {
    jq -nc --arg name "$1" --arg address "$BASE.$2" --argjson more "$3" \
        '{($name): ({ansible_host: $address} + $more)}'
}

setup_file() {
    peers_start
    export LAB=$DIR
    mkdir -p "$BUILD/lab"
    in_network
    # shellcheck disable=SC2034 # used in bastion.bash
    BASTION_NETWORK=("${INTO[@]}")
    : >"$DIR/known_hosts"
    bastion_start 1
    peer healthy 1 135 healthy LAB-1 "$BASE.1"
    peer dropped 2 135 silent
    peer dropped-ssh 2 4022 silent
    for name in healthy dropped dropped-ssh; do
        await_ready "$name"
    done
    {
        host admits-gate 1 "$(admits 127.0.2.1)"
        host admits-us 1 "$(admits 127.0.0.1)"
        host refused 90 "$(admits 127.0.2.1)"
        host dropped 2 "$(admits 127.0.2.1)"
    } | jq -s --argjson gates "$(bastion_hosts 1)" '{all: {
        hosts: (add + $gates),
        vars: {ansible_port: 4022, wmifleet_proxy_jump: "gate-1"}}}' \
        >"$DIR/inventory.json"
    in_network
    "${INTO[@]}" env WMIFLEET_STORE="$DIR/state.db" "$WMIFLEET" verify --json \
        -v -i "$DIR/inventory.json" --known-hosts "$DIR/known_hosts" \
        --connect-timeout 3 >"$DIR/out" 2>"$DIR/err" || :
}

teardown_file() {
    bastion_stop_all
    peers_stop
}

# layer HOST LAYER: state and text of that verdict.
layer() {
    jq -r --arg host "$1" --arg layer "$2" 'select(.host == $host) |
        .layers[] | select(.layer == $layer) | "\(.state) \(.text)"' "$DIR/out"
}

@test "a machine that admits the jump host answers through it" {
    assert_equal "$(layer admits-gate tcp135)" "ok port 135 answers"
    assert_contains "$(layer admits-gate announced)" "ok it announces"
    assert_equal "$(jq -r 'select(.host == "admits-gate").status' \
        "$DIR/out")" ok
}

@test "one that admits another address alone should not have answered it" {
    assert_contains "$(layer admits-us tcp135)" \
        "drift port 135 answers 127.0.2.1, and the inventory does not admit"
}

@test "a port that nobody listens on is refused through it, too" {
    assert_contains "$(layer refused tcp135)" "port 135 is refused"
}

@test "one that drops what comes is waited for and told" {
    assert_equal "$(jq -r 'select(.host == "dropped").error.class' \
        "$DIR/out")" tcp-timeout
}

@test "all of it is one login" {
    assert_equal "$(bastion_logins 1)" 1
}

@test "a jump host that refuses the login: its hosts are unreachable" {
    jq ".all.hosts[\"gate-1\"].ansible_ssh_private_key_file =
        \"$DIR/bastion-1/host_key\"" "$DIR/inventory.json" >"$DIR/locked.json"
    in_network
    run --separate-stderr "${INTO[@]}" env WMIFLEET_STORE="$DIR/state.db" \
        "$WMIFLEET" verify --json -i "$DIR/locked.json" \
        --known-hosts "$DIR/known_hosts"
    assert_equal "$status" 4
    assert_equal "$(jq -r 'select(.host) |
        "\(.status) \(.error.class)"' <<<"$output" | sort | uniq -c |
        sed 's/^ *//')" "4 unreachable auth"
    assert_contains "$output" '"text":"jump host gate-1: '
}
