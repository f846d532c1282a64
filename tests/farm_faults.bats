#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every way in which a target can be broken or hostile, a few of each among
# healthy ones. The controller is the one with sanitizers: what a target says
# can neither crash it nor hold it up, nor reach the terminal as it is.

load farm

# What each fault is to a check: status, class, phase; the last column is the
# same for an apply where that is something else, since what was begun there
# may have changed the machine.
FAULTS='
healthy           drift        -                   done
refuse            unreachable  refused             connect
switched-off      unreachable  tcp-timeout         connect
never-answer      unreachable  banner-timeout      banner
drop-banner       unreachable  banner-timeout      banner
trickle           unreachable  banner-timeout      banner
garbage-banner    unreachable  banner-timeout      banner
flood-banner      unreachable  banner-timeout      banner
drop-kex          unreachable  kex                 kex
wrong-host-key    unreachable  hostkey-changed     hostkey
other-host-key    unreachable  hostkey-other-host  hostkey
auth-refused      unreachable  auth                login
drop-auth         unreachable  auth                login
escape-goodbye    unreachable  auth                login
sftp-refused      unreachable  sftp                upload_payload
sftp-garbage      unreachable  sftp                upload_payload
sftp-denied       unreachable  upload              upload_payload
sftp-full         unreachable  upload              upload_payload
sftp-wrong-size   unreachable  upload              upload_payload
drop-upload       unreachable  upload              upload_payload
vanish            unreachable  removed             start
exec-refused      unreachable  exec                exec
drop-exec         unreachable  exec                exec      failed,lost,start
drop-start        unreachable  exec                start     failed,lost,start
no-start          unreachable  not-started         start
silent-exec       unreachable  not-started         start     failed,lost,start
flood-stdout      unreachable  not-started         start     failed,lost,start
flood-stderr      unreachable  not-started         start     failed,lost,start
drop-result       failed       lost                run
drop-result-once  drift        -                   done
no-result         failed       payload-failed      run
silent-result     failed       run-timeout         run
trickle-result    failed       run-timeout         run
flood-result      failed       run-timeout         run
truncated-result  failed       bad-result          run
other-run         failed       bad-result          run
other-mark        failed       bad-result          start
other-request     failed       bad-result          run
other-payload     failed       bad-result          run
huge-result       failed       bad-result          run
deep-result       failed       bad-result          run
escape-id         failed       bad-result          run
escape-texts      failed       -                   done
escape-noise      drift        -                   done
not-admin         failed       not-admin           run
unsafe-dir        failed       unsafe-dir          run
busy              failed       busy                run
clock-skew        drift        -                   done
loud              drift        -                   done
never-close       drift        -                   done
'
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

fault_words() {
    awk 'NF > 0 && $1 != "healthy" { print $1 }' <<<"$FAULTS"
}

# The faults of the table with what a run with that verb makes of them.
expected() {
    awk -v verb="$1" 'NF > 0 {
        if (verb == "apply" && NF == 5) {
            split($5, other, ",")
            print $1, other[1], other[2], other[3]
        } else {
            sub("drift", verb == "apply" ? "changed" : "drift", $2)
            print $1, $2, $3, $4
        }
    }' <<<"$FAULTS" | sort
}

# The same of the results on standard input, each kind once.
found() {
    jq -r --slurpfile inventory "$LAB/inventory.json" '
        ($inventory[0].all.children | to_entries |
            [.[] | .key as $group | .value.hosts | keys[] |
                {key: ., value: ($group | gsub("_"; "-"))}] |
            from_entries) as $fault |
        select(.host) |
        "\($fault[.host]) \(.status) \(.error.class // "-") \(.phase)"' |
        sort -u
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
