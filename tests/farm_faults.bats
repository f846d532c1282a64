#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every way in which a target can be broken or hostile, a few of each among
# healthy ones. The controller is the one with sanitizers: what a target says
# can neither crash it nor hold it up, nor reach the terminal as it is.

load farm
load farm_verdicts

COUNT=150
DEADLINE=15

setup_file() {
    local faults=() fault
    make -s -C "$ROOT" BUILD="$BUILD" SAN=1 WERROR=1 "$BUILD/san/wmifleet"
    for fault in $(fault_words); do
        faults+=(--fault "$fault:1")
    done
    farm_start $COUNT "${faults[@]}"
    export WMIFLEET=$BUILD/san/wmifleet
    # the options by which no host takes longer than that
    local patience=(--timeout "$DEADLINE" --connect-timeout 3)
    local before=$SECONDS
    CHECK_STATUS=$(run_to check check --json -vv "${patience[@]}")
    export CHECK_STATUS CHECK_TOOK=$((SECONDS - before))
    # the checks of the store are another's: nothing is known, all is cold
    rm -f "$LAB"/state.db*
    APPLY_STATUS=$(run_to apply apply -vvv --color always "${patience[@]}")
    export APPLY_STATUS
}

teardown_file() {
    farm_stop
}

setup() {
    WMIFLEET=$BUILD/san/wmifleet
}

# Nothing in the file that a terminal would obey, and no broken UTF-8.
is_plain() {
    iconv -f UTF-8 -t UTF-8 "$1" >/dev/null
    ! LC_ALL=C grep -naP '[\x00-\x08\x0b-\x1f\x7f]' "$1" || return 1
    # C1, marks that turn the direction of a text
    ! LC_ALL=C grep -naP \
        '\xc2[\x80-\x9f]|\xe2\x80[\x8e\x8f\xaa-\xae]|\xe2\x81[\xa6-\xa9]' \
        "$1" || return 1
}

@test "the table has every fault of the farm" {
    assert_equal "$(fault_words | sort)" \
        "$("$BUILD/farm/farm" --list-faults | awk '{ print $1 }' | sort)"
}

@test "each fault has its class and phase: check" {
    assert_equal "$(found <"$LAB/check.out")" "$(expected check)"
}

@test "each fault has its class and phase: apply" {
    wmifleet show --json >"$LAB/apply.results" || true
    assert_equal "$(found <"$LAB/apply.results")" "$(expected apply)"
}

@test "every host has exactly one verdict" {
    assert_equal "$(wc -l <"$LAB/check.out")" $((COUNT + 1))
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/check.out" |
        sort -u | wc -l)" "$COUNT"
    assert_equal "$(jq -r 'select(.host) | .host' "$LAB/apply.results" |
        sort -u | wc -l)" "$COUNT"
}

@test "both runs end by themselves, with the status for both kinds" {
    # another status is also what a sanitizer's finding ends with
    assert_equal "$CHECK_STATUS $APPLY_STATUS" "6 6"
    run cat "$LAB/check.err" "$LAB/apply.err"
    [[ $output != *Sanitizer* ]]
    [[ $output != *"runtime error"* ]]
}

@test "the whole takes the time of one deadline" {
    echo "took $CHECK_TOOK s"
    # twice: the machine may be busy
    [ "$CHECK_TOOK" -lt $((DEADLINE * 2)) ]
}

@test "nothing reaches the terminal as a target sent it" {
    is_plain "$LAB/check.out"
    is_plain "$LAB/check.err"
    is_plain "$LAB/apply.err"
    sed 's/\x1b\[[0-9;]*m//g' "$LAB/apply.out" >"$LAB/apply.plain"
    is_plain "$LAB/apply.plain"
    wmifleet show --color never >"$LAB/show.out" || true
    is_plain "$LAB/show.out"
    wmifleet status --color never >"$LAB/status.out" || true
    is_plain "$LAB/status.out"
    # and it was sent, and told
    assert_contains "$(cat "$LAB/apply.plain" "$LAB/apply.err")" 'owned'
    assert_contains "$(cat "$LAB/check.out")" 'owned'
}

@test "healthy neighbours worked once a run" {
    farm_counts >"$LAB/seen"
    assert_equal "$(awk '$2 == "healthy" { print $3, $4, $7 }' "$LAB/seen" |
        sort -u)" "2 2 2"
}

@test "a result that was lost is asked for again, not worked again" {
    assert_equal "$(awk '$2 == "drop-result-once" { print $3, $7 }' \
        "$LAB/seen" | sort -u)" "3 2"
    assert_equal "$(awk '$2 == "drop-result" { print $7 }' "$LAB/seen" |
        sort -u)" 2
}

@test "no password or key is tried where the host key is wrong" {
    assert_equal "$(awk '$2 ~ /^(wrong|other)-host-key$/ { print $3, $4 }' \
        "$LAB/seen" | sort -u)" "2 0"
}

@test "SFTP that is refused has not timed out" {
    run jq -r 'select(.error.class == "sftp") | .error.text' "$LAB/check.out"
    assert_contains "$output" "SFTP does not start: the server refused it"
    [[ $output != *"timed out"* ]]
}

@test "exit statuses of mixtures" {
    local expected hosts
    while read -r expected hosts; do
        echo "$hosts"
        assert_equal "$(run_to mixture check -q -t 3 --timeout $DEADLINE \
            -l "$hosts")" "$expected"
    done <<'END'
0 healthy
0 healthy:loud:clock_skew:escape_noise
4 healthy:refuse
4 refuse:drop_kex:auth_refused:sftp_full:vanish
2 healthy:not_admin
2 truncated_result:other_run:deep_result:no_result
6 not_admin:refuse:healthy
END
}
