#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A fleet that is well: hundreds at a time, each exactly once. The targets are
# the farm's; the SSH server in them is not the controller's library.

load farm

HUNDRED='f000*:f00100'

setup_file() {
    farm_start 1000 --latency 0-40
}

teardown_file() {
    farm_stop
}

# How often the targets have worked: so many of them, so often.
works() {
    farm_counts | cut -f7 | sort -n | uniq -c |
        awk '{ print $1 " times " $2 }'
}

# summary NAME: ok, changed, drift, failed, unreachable of a run.
summary() {
    tail -n 1 "$LAB/$1.out" |
        jq -c '.summary | [.ok, .changed, .drift, .failed, .unreachable]'
}

# hosts_once NAME COUNT: each host has one object, and a summary ends it.
hosts_once() {
    assert_equal "$(wc -l <"$LAB/$1.out")" $(($2 + 1))
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/$1.out" | sort -u |
        wc -l)" "$2"
}

@test "a target that is far away lets every answer wait" {
    local LAB round_trip_ms=40 phase trips
    farm_start 20 --latency $round_trip_ms
    assert_equal "$(run_to far check --json)" 3
    # the median: what comes in the very moment of a write is read by it
    while read -r phase trips; do
        [ "$(jq -r "select(.host) | .timing.$phase" "$LAB/far.out" | sort -n |
            sed -n 10p)" -ge $((trips * round_trip_ms - 5)) ]
    done <<'END'
banner_ms 2
login_ms 3
upload_payload_ms 6
exec_ms 2
END
    farm_stop
}

@test "a hundred: check, apply, check, undo, check" {
    local expected verb status
    while read -r expected verb status; do
        assert_equal "$(run_to "$verb" "$verb" --json -l "$HUNDRED")" "$status"
        hosts_once "$verb" 100
        assert_equal "$(summary "$verb")" "$expected"
    done <<'END'
[0,0,100,0,0] check 3
[0,100,0,0,0] apply 0
[100,0,0,0,0] check 0
END
    assert_equal "$(run_to undo undo --yes --json)" 0
    hosts_once undo 100
    assert_equal "$(summary undo)" '[0,100,0,0,0]'
    assert_equal "$(run_to check check --json -l "$HUNDRED")" 3
    assert_equal "$(works)" "900 times 0
100 times 5"
}

@test "what comes back is what was there" {
    assert_equal "$(run_to again apply --json -l f00001)" 0
    jq -c 'select(.host) | .settings[] | [.id, .before, .after, .state]' \
        "$LAB/again.out" >"$LAB/settings"
    assert_contains "$(cat "$LAB/settings")" \
        '["uac.local_account_token_filter_policy",{"absent":"value"},1,"changed"]'
    assert_equal "$(run_to undone undo --yes --json)" 0
    assert_contains "$(jq -c 'select(.host) | .settings[] |
        [.id, .before, .after]' "$LAB/undone.out")" \
        '["uac.local_account_token_filter_policy",1,{"absent":"value"}]'
}

@test "a warm check uploads nothing and asks one command" {
    local before after
    run_to warm check -q -l f00007
    run_to warm check -q -l f00007
    before=$(farm_counts | grep '^f00007')
    run_to warm check -q -l f00007
    after=$(farm_counts | grep '^f00007')
    # connections, logins, uploads, commands, works
    assert_equal "$(paste <(cut -f3- <<<"$before" | tr '\t' '\n') \
        <(cut -f3- <<<"$after" | tr '\t' '\n') |
        awk '{ printf "%d ", $2 - $1 }')" "1 1 0 1 1 0 "
}

@test "a thousand, each exactly once, and not more at a time than asked" {
    local before=$SECONDS
    farm_counts | cut -f1,7 >"$LAB/before"
    local status
    status=$(run_to thousand check --json --forks 200)
    echo "took $((SECONDS - before)) s"
    jq -c 'select(.error) | [.host, .phase, .error.text, .timing]' \
        "$LAB/thousand.out"
    assert_equal "$status" 3
    hosts_once thousand 1000
    assert_equal "$(summary thousand)" '[0,0,1000,0,0]'
    assert_equal "$(farm_counts | cut -f1,7 | paste "$LAB/before" - |
        awk '{ print $4 - $2 }' | sort -u)" 1
    assert_equal "$(farm_counts | awk '$3 != $4' | wc -l)" 0
    [ "$(farm_most)" -le 200 ]
}

# The keys of some targets, as the farm knows them.
keys_of() {
    grep -E "^\[($1)\]" "$LAB/known_hosts" | sort
}

@test "trust learns a thousand keys, each line whole" {
    "$WMIFLEET" trust --yes -i "$LAB/inventory.json" \
        --known-hosts "$LAB/learned" >"$LAB/trust.out"
    assert_equal "$(sort "$LAB/learned")" "$(keys_of 'f.*')"
    # and they count from now on
    "$WMIFLEET" ping -q -i "$LAB/inventory.json" -l f00500 \
        --known-hosts "$LAB/learned" --store "$LAB/ping.db"
}

@test "two runs that meet the same new hosts tear no line" {
    local met="$LAB/met" first
    "$WMIFLEET" ping -q -i "$LAB/inventory.json" -l 'f002*' \
        --known-hosts "$met" --host-keys accept-new --store "$LAB/one.db" \
        3>&- &
    first=$!
    "$WMIFLEET" ping -q -i "$LAB/inventory.json" -l 'f002*' \
        --known-hosts "$met" --host-keys accept-new --store "$LAB/two.db"
    wait "$first"
    assert_equal "$(sort -u "$met")" "$(keys_of 'f002..')"
}

@test "a controller that was stopped for a while blames no target" {
    wmifleet check --json --timeout 4 -f 20 -l "$HUNDRED" \
        >"$LAB/stopped.out" 2>"$LAB/stopped.err" 3>&- &
    local job=$! ended=0 controller
    until_true test -s "$LAB/stopped.out"
    controller=$(pgrep -P "$job" -x wmifleet || echo "$job")
    kill -STOP "$controller"
    sleep 5 # longer than each host has
    kill -CONT "$controller"
    wait "$job" || ended=$?
    assert_equal "$(jq -r 'select(.status == "unreachable" or
        .status == "failed") | "\(.host) \(.phase)"' "$LAB/stopped.out")" ''
    assert_equal "$ended" 3
    hosts_once stopped 100
}
