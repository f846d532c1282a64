#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# A thousand hosts through one login on a jump host, and what becomes of them
# when it is lost. The targets are the farm's: they save results, as the
# payload does, and count how often they worked.

load farm
load bastion

setup_file() {
    farm_start 1000 --latency 0-40
    bastion_start 1 "MaxStartups 10:30:100" "MaxSessions 10"
    cp "$LAB/inventory.json" "$LAB/direct.json"
    jq --argjson gates "$(bastion_hosts 1)" '.all.hosts += $gates |
        .all.vars.wmifleet_proxy_jump = "gate-1"' "$LAB/direct.json" \
        >"$LAB/inventory.json"
}

teardown_file() {
    bastion_stop_all
    farm_stop
}

# How often each of the targets has worked: so many of them, so often.
works() {
    farm_counts | cut -f7 | sort -n | uniq -c |
        awk '{ print $1 " times " $2 }'
}

have_worked() {
    [ "$(farm_counts | awk -F '\t' '$7 > 0' | wc -l)" -ge "$1" ]
}

@test "the login is killed while they work: each is done, each worked once" {
    local session
    wmifleet apply --json -f 64 -l 'f000*:f001*:f002*' >"$LAB/killed.out" \
        2>"$LAB/killed.err" 3>&- &
    await "work" have_worked 30
    session=$(bastion_session 1)
    # shellcheck disable=SC2086 # several
    kill -KILL $session
    wait $! || {
        cat "$LAB/killed.err"
        false
    }
    assert_equal "$(tail -n 1 "$LAB/killed.out" | jq .summary.changed)" 299
    assert_equal "$(bastion_logins 1)" 2
    assert_equal "$(works)" "701 times 0
299 times 1"
    assert_contains "$(cat "$LAB/killed.err")" "jump host gate-1: "
}

@test "a thousand through one login" {
    local logins
    logins=$(bastion_logins 1)
    assert_equal "$(run_to check check --json -f 256)" 3
    assert_equal "$(tail -n 1 "$LAB/check.out" |
        jq -c '.summary | [.ok, .drift]')" "[299,701]"
    assert_equal "$(bastion_logins 1)" $((logins + 1))
}

@test "undo finds the way back through the jump host without the inventory" {
    local logins
    logins=$(bastion_logins 1)
    assert_equal "$(WMIFLEET_INVENTORY=/nowhere run_to undo undo --yes \
        --json -l 'f000*')" 0
    assert_equal "$(tail -n 1 "$LAB/undo.out" | jq .summary.changed)" 99
    assert_equal "$(bastion_logins 1)" $((logins + 1))
}
