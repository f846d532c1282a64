#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Memory with hundreds and thousands of targets: nothing is left behind,
# whatever they do, and what is needed does not grow with their number.

load farm

teardown() {
    farm_stop
}

# Everything that can go wrong, on three targets each.
start_farm_of_faults() {
    local faults=() fault
    make -s -C "$ROOT" BUILD="$BUILD" WERROR=1 all farm
    while read -r fault _; do
        faults+=(--fault "$fault:1")
    done < <("$BUILD/farm/farm" --list-faults)
    farm_start 300 "${faults[@]}"
}

# What valgrind has to say but for descriptors that it was begun with.
valgrind_says() {
    sed -E 's/^==[0-9]+== ?//' "$LAB/valgrind" | awk '
        /^Open file descriptor/ { held = $0; next }
        /<inherited from parent>/ { held = ""; next }
        /^FILE DESCRIPTORS:/ || NF == 0 { next }
        held != "" { print held; held = "" }
        { print }
        END { if (held != "") print held }'
}

@test "300 targets with every fault: no byte and no descriptor is lost" {
    start_farm_of_faults
    # The healthy ones have the payload then: what takes long was done quickly.
    run_to first check -q -t 3 --timeout 10 >"$LAB/status"
    local status=0
    WMIFLEET_STORE=$LAB/state.db valgrind -q --leak-check=full \
        --errors-for-leak-kinds=definite,possible --track-fds=yes \
        --error-exitcode=99 --log-file="$LAB/valgrind" \
        "$BUILD/wmifleet" check --json -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" -f 40 -t 3 --timeout 20 \
        >"$LAB/check.out" 2>"$LAB/check.err" 3>&- || status=$?
    assert_equal "$(valgrind_says | head -n 60)" ""
    assert_equal "$status" 6
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/check.out" |
        sort -u | wc -l)" 300
    # It was no run in which everything timed out.
    jq -r 'select(.host) | .error.class // .status' "$LAB/check.out" |
        sort | uniq -c | tee "$LAB/seen"
    grep -q drift "$LAB/seen"
    grep -q bad-result "$LAB/seen"
}

# need STATUS COUNT [OPTIONS OF THE FARM]: what check needs for so many targets,
# which end so, beyond what their inventory needs.
need() {
    local status=$1 count=$2 listed checked
    shift 2
    farm_start "$count" "$@"
    listed=$(peak "$BUILD/wmifleet" inventory --list -i "$LAB/inventory.json")
    checked=$(peak "$BUILD/wmifleet" check --json -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" --store "$LAB/state.db" -f 100)
    assert_equal "$(jq -r --arg status "$status" \
        'select(.status == $status) | .host' "$LAB/peak.out" | wc -l)" "$count"
    echo "$count targets: $listed KiB listed, $checked checked" >&2
    echo $((checked - listed))
    farm_stop
}

# A thousand are enough for as many sessions at a time as there will ever be.
@test "four times the targets need no more memory" {
    make -s -C "$ROOT" BUILD="$BUILD" WERROR=1 all farm
    local few many
    few=$(need drift 1000)
    many=$(need drift 4000)
    [ $((many * 10)) -le $((few * 12)) ]
}

# Without a session a thousand need next to nothing, so each byte shows. How
# many wait for another try at one time depends on the machine.
@test "nine thousand targets more cost less than 450 bytes each" {
    make -s -C "$ROOT" BUILD="$BUILD" WERROR=1 all farm
    local few many
    few=$(need unreachable 1000 --fault refuse:100)
    many=$(need unreachable 10000 --fault refuse:100)
    [ $((many - few)) -le 4050 ]
}
