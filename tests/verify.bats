#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# verify from the controller, against peers that are not ours: impacket's RPC
# server for what is healthy, scripts for what refuses, lies or floods. Every
# layer's verdict, by what the inventory says of the address that asks.

load peers

# host NAME K [VARIABLES]: a line of the inventory.
host() {
    jq -nc --arg name "$1" --arg address "$BASE.$2" \
        --argjson more "${3:-null}" \
        '{($name): ({ansible_host: $address} + ($more // {}))}'
}

# Machines whose port 135 a peer plays: name, number, what the peer does.
MACHINES='healthy 1 healthy
fragments 2 fragmented
translated 3 healthy
unbound 4 no-bindings
failing 5 failing
callless 6 no-call
rejected 7 rejected
dropped 8 silent
mute 9 mute
hang-up 10 hang-up
garbage 11 garbage
nak 12 nak
fault-5 13 fault-5
storm 14 storm
flood 15 flood
trickle 16 trickle
counts 17 counts
escapes 18 escapes
late 19 late'

CLOSED_TO_US='{"wmi": {"firewall": {"wmi_group": {"enabled": false}, "rules": [
    {"name": "DCOM", "remote_addresses": ["192.0.2.10"]},
    {"name": "WMI", "remote_addresses": ["192.0.2.10"]}]}}}'

# access COLLECTOR: the five-line form, which becomes rules for that address.
access() {
    printf '{"wmi": {"firewall": null, "access": {"readers": ["reader"], "collectors": ["%s"],
             "namespaces": ["root\\\\cimv2"]}}}' "$1"
}

fixed() {
    printf '{"wmi": {"fixed_port": {"enabled": true, "port": %d},
             "firewall": {"wmi_group": {"enabled": true}}}}' "$1"
}

inventory() {
    {
        while read -r name k _; do
            host "$name" "$k"
        done <<<"$MACHINES"
        host refused 90
        host closed-silent 8 "$CLOSED_TO_US"
        host closed-refused 90 "$CLOSED_TO_US"
        host closed-answers 1 "$CLOSED_TO_US"
        host closed-garbage 11 "$CLOSED_TO_US"
        host access-silent 8 "$(access 192.0.2.10)"
        host access-answers 1 "$(access 192.0.2.10)"
        host access-ours 1 "$(access controller)"
        host access-dropped 8 "$(access controller)"
        host off 20 '{"ansible_port": 8022}'
        host off-closed 20 "$(jq -c '.ansible_port = 8022' \
            <<<"$CLOSED_TO_US")"
        host fixed-open 1 "$(fixed 24158)"
        host fixed-refused 1 "$(fixed 24159)"
        host fixed-dropped 1 "$(fixed 24160)"
        host fixed-garbage 1 "$(fixed 24161)"
        host no-name 91 '{"ansible_host": "no.such.name.invalid"}'
        host nothing 92 '{"wmi": null}'
    } | jq -s '{all: {hosts: add, vars: {ansible_port: 4022,
        wmi: {firewall: {wmi_group: {enabled: true}}}}}}'
}

start_peers() {
    local name k what announced
    while read -r name k what; do
        announced=$BASE.$k
        [ "$name" != translated ] || announced=10.0.0.3
        peer "$name" "$k" 135 "$what" "LAB-$k" "$announced"
    done <<<"$MACHINES"
    peer off 20 135 silent
    peer off-ssh 20 8022 silent
    peer objects 1 24158 objects
    peer port-silent 1 24160 silent
    peer port-garbage 1 24161 garbage
    peer record 21 135 record "$DIR/packets"
    for name in "$DIR"/*.pid; do
        await_ready "$(basename "$name" .pid)"
    done
}

setup_file() {
    peers_start
    start_peers
    inventory >"$DIR/inventory.json"
    verify --json --timeout 4 >"$DIR/out" 2>"$DIR/err" || true
}

teardown_file() {
    peers_stop
}

# verify OPTIONS: in the peers' network, with this file's inventory and store.
verify() {
    net env "WMIFLEET_STORE=$DIR/state.db" "$WMIFLEET" verify \
        -i "$DIR/inventory.json" -t 1 "$@"
}

# layer HOST LAYER: of the run of setup_file, "state code" and its words.
layer() {
    jq -r --arg host "$1" --arg layer "$2" 'select(.host == $host).layers[] |
        select(.layer == $layer) | "\(.state) \(.code // "-")\n\(.text)\n\(.hint)"' \
        "$DIR/out"
}

# is HOST STATUS LAYER STATE CODE WORDS
is() {
    local found
    found=$(layer "$1" "$3")
    echo "$1: $found"
    assert_equal "$(jq -r --arg host "$1" 'select(.host == $host).status' \
        "$DIR/out")" "$2"
    assert_equal "$(head -n 1 <<<"$found")" "$4 $5"
    assert_contains "$found" "$6"
}

@test "every host has one result, of the documented form" {
    jq -c 'select(.host)' "$DIR/out" >"$DIR/results"
    assert_equal "$(wc -l <"$DIR/results")" 35
    assert_equal "$(jq -c 'select(.summary).summary.nothing_asked' \
        "$DIR/out")" 1
    run python3 - "$DIR/results" "$ROOT/docs/result.schema.json" <<'PY'
import json, sys
from jsonschema import Draft202012Validator
validator = Draft202012Validator(json.load(open(sys.argv[2])))
for line in open(sys.argv[1]):
    for error in validator.iter_errors(json.loads(line)):
        sys.exit(f"{error.json_path}: {error.message[:300]}: {line[:100]}")
PY
    echo "$output"
    assert_equal "$status" 0
    assert_equal "$(jq -c '[.layers[].layer]' "$DIR/results" | sort -u)" \
        '["address","tcp135","rpc","announced","wmi_port"]'
}

@test "a healthy machine, its answer in one piece or in many" {
    for name in healthy fragments; do
        is $name ok tcp135 ok - "port 135 answers"
        is $name ok rpc ok - "DCOM 5.7"
        is $name ok announced ok - "LAB-"
        is $name ok wmi_port skipped - "run wmifleet check first"
    done
}

@test "nothing listens, and dropped" {
    is refused drift tcp135 drift 0x800706BA "refused"
    is dropped drift tcp135 drift 0x800706BA "a firewall drops"
    is refused drift rpc skipped - "not reached"
}

@test "RPC that refuses: bind_nak, no such interface, fault 5" {
    is nak drift rpc drift - "bind_nak, reason 4"
    is rejected drift rpc drift - "does not offer DCOM"
    is fault-5 drift rpc drift 0x00000005 "RestrictRemoteClients"
    is callless failed rpc failed 0x000006E4 "fault"
    is failing failed rpc failed 0x00000005 "cannot serve"
}

@test "what is no RPC, never ends or never comes" {
    is garbage failed rpc failed - "not DCE/RPC version 5"
    is counts failed rpc failed - "more bindings than it brings"
    is storm failed rpc failed - "no end of fragments"
    is flood failed rpc failed - "longer than any"
    is hang-up failed rpc failed - "without an answer"
    for name in mute late trickle; do
        is $name failed rpc failed - "does not answer in time"
    done
}

@test "healthy, and announcing only another address, or none" {
    is translated drift announced drift 0x800706BA "10.0.0.3"
    is translated drift announced drift 0x800706BA "address translation"
    is unbound drift announced drift 0x800706BA "no address"
}

@test "what a terminal would obey reaches none" {
    is escapes drift announced drift 0x800706BA "it announces 192.0.2.1, and"
    run grep -c $'\x1b' "$DIR/out"
    assert_equal "$output" 0
}

@test "the fixed port: open, closed, dropped, another program's" {
    is fixed-open ok wmi_port ok - "port 24158 answers"
    is fixed-refused drift wmi_port drift 0x800706BA "24159 is refused"
    is fixed-dropped drift wmi_port drift 0x800706BA "the rule for winmgmt"
    is fixed-garbage failed wmi_port failed - "port 24161 speaks no RPC"
}

@test "where the inventory closes it to us, silence is right" {
    is closed-silent ok tcp135 ok - "not admitted from here"
    is closed-silent ok tcp135 ok - "--from HOST"
    is closed-refused ok tcp135 ok - "not admitted from here"
    is closed-answers drift tcp135 drift - "does not admit"
    is access-silent ok tcp135 ok - "not admitted from here"
    is access-answers drift tcp135 drift - "does not admit"
    is access-ours ok tcp135 ok - "port 135 answers"
    is access-dropped drift tcp135 drift 0x800706BA "a firewall drops"
    is closed-garbage drift tcp135 drift - "does not admit"
}

@test "--expect overrides the inventory" {
    run verify --json --expect closed -l dropped,healthy
    assert_equal "$status" 3
    assert_equal "$(result_of dropped <<<"$output" | jq -r .status)" ok
    assert_equal "$(result_of healthy <<<"$output" | jq -r .status)" drift
    run verify --json --expect open -l closed-silent,closed-answers
    assert_equal "$status" 3
    assert_equal "$(result_of closed-silent <<<"$output" |
        jq -r .status)" drift
    assert_equal "$(result_of closed-answers <<<"$output" |
        jq -r .status)" ok
}

@test "a machine that is off is unreachable, whatever the inventory wants" {
    for name in off off-closed; do
        is $name unreachable tcp135 failed 0x800706BA "no answer on port 135"
        assert_equal "$(jq -r --arg host $name \
            'select(.host == $host).error.class' "$DIR/out")" tcp-timeout
    done
    is no-name unreachable address failed - "no.such.name.invalid"
    assert_equal "$(jq -r 'select(.host == "no-name").error.class' \
        "$DIR/out")" resolve
}

@test "the exit status, for every mixture" {
    local expected hosts
    while read -r expected hosts; do
        run verify -l "$hosts"
        echo "$hosts: $status"
        assert_equal "$status" "$expected"
    done <<'END'
0 healthy
0 closed-silent,healthy
3 refused,healthy
2 garbage
2 garbage,refused
4 no-name,healthy
4 no-name,refused
6 no-name,garbage
1 nothing
END
    run verify --expect perhaps
    assert_equal "$status" 5
}

@test "no login is needed: nothing is asked of known_hosts or keys" {
    mkdir "$DIR/nobody"
    export HOME=$DIR/nobody SSH_AUTH_SOCK=
    run verify -l healthy
    echo "$output"
    assert_equal "$status" 0
    assert_equal "$(ls -A "$DIR/nobody")" ""
}

# The newest facts of a host, as a check puts them into the store.
put_facts() { # HOST FACTS
    python3 - "$DIR/state.db" "$1" "$2" <<'PY'
import json, sqlite3, sys
path, host, facts = sys.argv[1:]
run = "20261122-000000-0000000" + str(len(facts) % 10)
result = {"host": host, "address": "x:22", "run": run, "verb": "check",
          "status": "ok", "phase": "done", "error": None, "identity": None,
          "facts": json.loads(facts), "settings": [], "hints": [],
          "timing": {}, "attempts": 1, "noise": None}
with sqlite3.connect(path) as store:
    store.execute("INSERT OR IGNORE INTO run(id, verb, started, inventory)"
                  " VALUES(?, 'check', '2026-11-22T00:00:00Z', 'x')", (run,))
    store.execute("INSERT OR REPLACE INTO result(run, host, status, json)"
                  " VALUES(?, ?, 0, ?)", (run, host, json.dumps(result)))
PY
}

@test "the port that the last check found, and the machine's name" {
    put_facts healthy '{"computer": "lab-1", "winmgmt": {"ports": [24159, 24158]}}'
    run verify --json -l healthy
    echo "$output"
    assert_equal "$(result_of healthy <<<"$output" |
        jq -r '.layers[4] | "\(.state) \(.text)"')" "ok port 24158 answers"
    put_facts fragments '{"computer": "OTHER", "winmgmt": {"ports": [24159]}}'
    run verify --json -l fragments
    echo "$output"
    assert_equal "$status" 3
    assert_contains "$(result_of fragments <<<"$output" |
        jq -r '.layers[3].text')" "LAB-2 answers at $BASE.2, where the last check found OTHER"
    assert_contains "$(result_of fragments <<<"$output" |
        jq -r '.layers[4].text')" "where winmgmt listened at the last check, is refused"
}

@test "behind address translation: admitted by the address that the machine sees" {
    run verify -l closed-answers
    assert_equal "$status" 3
    put_facts closed-answers '{"ssh_client": "192.0.2.10"}'
    run verify -l closed-answers
    echo "$output"
    assert_equal "$status" 0
}

@test "a run is kept: runs, show and status" {
    run verify -l 'healthy,refused' --reason 'after the move'
    export WMIFLEET_STORE=$DIR/state.db
    run "$WMIFLEET" runs
    assert_contains "$output" "verify"
    assert_contains "$output" "1 ok, 1 drift; exit 3; after the move"
    run "$WMIFLEET" show
    assert_contains "$output" "port 135 is refused"
    run "$WMIFLEET" status
    assert_contains "$output" "port 135 is refused"
    run "$WMIFLEET" show --json
    assert_equal "$(result_of refused <<<"$output" | jq -c \
        '[.layers[].state]')" '["ok","drift","skipped","skipped","skipped"]'
}

@test "what a person reads: only what differs or has more to say" {
    run verify -l 'fixed-open,refused'
    echo "$output"
    assert_contains "$output" "refused: drift
    tcp135     port 135 is refused: nothing listens (0x800706BA RPC_S_SERVER_UNAVAILABLE)"
    assert_contains "$output" "ok               1  fixed-open"
    case $output in *"fixed-open: ok"*) false ;; esac
}

@test "Wireshark's dissector reads our packets without a complaint" {
    host record 21 >"$DIR/one"
    jq '{all: {hosts: ., vars: {wmi: {dcom: {enabled: true}}}}}' "$DIR/one" \
        >"$DIR/record.json"
    run net "$WMIFLEET" verify -i "$DIR/record.json" --store "$DIR/record.db"
    assert_equal "$status" 0
    text2pcap -q -D -T 49152,135 "$DIR/packets" "$DIR/packets.pcap" 2>/dev/null
    run tshark -r "$DIR/packets.pcap" -V -d tcp.port==135,dcerpc \
        -Y tcp.dstport==135
    assert_equal "$status" 0
    assert_contains "$output" "Packet type: Bind (11)"
    assert_contains "$output" "Abstract Syntax: IOXIDResolver V0.0"
    assert_contains "$output" "DCOM OXID Resolver, ServerAlive2"
    local complaint
    for complaint in Malformed 'Expert Info' Unreassembled; do
        case $output in *"$complaint"*)
            echo "$output"
            false
            ;;
        esac
    done
}
