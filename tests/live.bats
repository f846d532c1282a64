#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# What a person sees while a run works, at a real terminal that at_screen
# plays; and that nobody else sees anything of it.

bats_require_minimum_version 1.5.0
load farm

setup_file() {
    # f00001 and on, none of the first ten with a fault.
    farm_start 60 --latency 5-40 --fault never-answer:1 --fault refuse:1
}

teardown_file() {
    farm_stop
}

setup() {
    export WMIFLEET_STORE=$BATS_TEST_TMPDIR/state.db TERM=xterm
    unset NO_COLOR
    SILENT=$(names_of never-answer)
    REFUSED=$(names_of refuse)
    WELL="all:!$SILENT:!$REFUSED"
}

# at_screen OPTIONS... -- VERB OPTIONS...: the verb at a terminal; what became
# of it in $seen.
at_screen() {
    local options=()
    while [ "$1" != -- ]; do
        options+=("$1")
        shift
    done
    shift
    seen=$("$ROOT/tests/at_screen" "${options[@]}" "$WMIFLEET" "$@" \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts")
}

# of JQ: that of what was seen.
of() {
    jq -r "$1" <<<"$seen"
}

# The lines that were drawn, in order.
drawn() {
    of '.lines[][1]'
}

# Nothing was drawn that the terminal could not take.
assert_clean() {
    assert_equal "$(of '.wrapped + .unknown + .undone | length')" 0
    assert_equal "$(of '.screen[]' | grep -cE '^[0-9]+/[0-9]+  |left$')" 0
}

@test "a line tells how far a check is, and is gone at the end" {
    at_screen --columns 120 -- check -l "$WELL" --forks 12
    assert_equal "$(of .status)" 3
    assert_clean
    [ "$(drawn | wc -l)" -ge 5 ]
    assert_equal "$(drawn | grep -vcE '^[0-9]+/58  ok 0  drift [0-9]+  failed 0  unreachable 0(  |$)')" 0
    drawn | grep -qE '  [0-9.]+/(s|min)  [0-9]+ (s|min) left'
    drawn | grep -qE '  slowest f[0-9]{5}: [a-z_]+ [0-9]+ s$'
    # what stands at the end is the recap, from the first row on
    assert_contains "$(of '.screen[0]')" ': drift'
    assert_contains "$(of '.screen | join("\n")')" 'drift           58'
}

@test "the line follows the terminal's width and is never wider" {
    at_screen --columns 100 --when 'drift [1-9]' columns=40 \
        -- check -l "$WELL" --forks 12
    assert_clean
    # one line may have been on its way
    assert_equal "$(of '[.lines[] | select(.[0] == 40 and (.[1] | length) > 39)]
        | length <= 1')" true
    [ "$(of '[.lines[] | select(.[0] == 40)] | length')" -ge 3 ]
    [ "$(of '[.lines[] | select(.[0] == 100) | .[1] | length] | max')" -gt 40 ]
}

@test "the slowest host is named with what it is waited for" {
    at_screen --columns 120 --when "slowest $SILENT: banner ([2-9]|1[0-9]) s" type=^C \
        --when 'ending' type=^C -- ping
    assert_clean
    assert_equal "$(of .status)" 130
    drawn | grep -qE 'ending, [0-9]+ at work'
    assert_contains "$(of '.screen | join("\n")')" 'interrupted'
    assert_contains "$(of '.screen | join("\n")')" \
        "to go on:     wmifleet ping --resume "
}

@test "messages and results at the same terminal tear nothing" {
    at_screen --columns 100 -- check --json -v -l "$WELL" --forks 12
    assert_clean
    drawn | grep -q 'drift'
    of '.screen | join("")' >"$BATS_TEST_TMPDIR/screen"
    # every object is whole, every message begins a line
    assert_equal "$(grep -o '{"host":' "$BATS_TEST_TMPDIR/screen" | wc -l)" 58
    assert_equal "$(of '.screen[]' | grep -cE '^wmifleet: f[0-9]+: drift in [0-9.]+ s, cold')" 58
    assert_equal "$(of '.screen[]' | grep -cE '.wmifleet: |.\{"host":')" 0
}

@test "a host that is waited for is counted, with the time until its next try" {
    at_screen --columns 100 --when '1 waiting, next in [0-9]+ s' type=^C \
        -- ping -l "$REFUSED" --until-done --for 1h
    assert_clean
    drawn | grep -qE '^0/1  .*1 waiting, next in [0-9]+ s'
}

@test "apply counts what it changed, trust what it reached" {
    at_screen --columns 100 -- apply -l 'f0000*' --forks 3
    assert_clean
    drawn | grep -qE 'changed [1-9]'
    seen=$("$ROOT/tests/at_screen" --columns 100 "$WMIFLEET" trust --yes \
        -i "$LAB/inventory.json" -l 'f0000*' --forks 1 \
        --known-hosts "$BATS_TEST_TMPDIR/learned")
    assert_clean
    drawn | grep -qE '^[1-9]/9  ok [1-9]  failed 0'
}

# What goes to standard error, a file, of a run with the terminal's rest.
stderr_of() {
    local status=0
    # shellcheck disable=SC2016 # that shell expands it
    TERM=$1 "$ROOT/tests/at_screen" sh -c \
        'exec "$0" "$@" 2>"$BATS_TEST_TMPDIR/err"' "$WMIFLEET" check \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        -l 'f0000*' >"$BATS_TEST_TMPDIR/seen" || status=$?
    [ "$status" -eq 0 ]
    cat "$BATS_TEST_TMPDIR/err"
}

@test "a file, a pipe, -q and a dumb terminal get nothing of it" {
    assert_equal "$(stderr_of xterm)" ''
    run --separate-stderr "$WMIFLEET" check -i "$LAB/inventory.json" \
        --known-hosts "$LAB/known_hosts" -l 'f0000*'
    # shellcheck disable=SC2154 # run sets it
    assert_equal "$stderr" ''
    assert_equal "$(grep -c $'[\r\033]' <<<"$output")" 0
    at_screen -- check -q -l 'f0000*'
    assert_equal "$(drawn)" ''
    TERM=dumb at_screen -- check -l 'f0000*'
    assert_equal "$(drawn)" ''
    assert_contains "$(of '.screen | join("\n")')" 'unreachable      0'
}

@test "without colours the line is there all the same" {
    NO_COLOR=1 at_screen --columns 100 -- ping -l "$WELL" --forks 3
    assert_clean
    drawn | grep -qE '^[0-9]+/58  ok [1-9]'
}

# The command that a recap printed behind a label, as a shell runs it.
pasted() {
    sed -nE "s/^$1 +wmifleet //p" "$BATS_TEST_TMPDIR/recap" |
        sed "s|^|exec '$WMIFLEET' |; s|$| \"\$@\"|" >"$BATS_TEST_TMPDIR/command"
    grep -q . "$BATS_TEST_TMPDIR/command"
    sh "$BATS_TEST_TMPDIR/command" "${@:2}"
}

# What a pasted command came to: NAME STATUS of each host, one a line.
came_to() {
    jq -r 'select(.host) | "\(.host) \(.status)"' "$BATS_TEST_TMPDIR/again"
}

@test "the commands that the end prints can be pasted, each on its own" {
    local ended=0
    "$WMIFLEET" ping -i "$LAB/inventory.json" -l "f0000[1-3]:$REFUSED:f00060" \
        --known-hosts "$LAB/known_hosts" --serial 1 \
        --private-key "$LAB/id_ed25519" >"$BATS_TEST_TMPDIR/recap" || ended=$?
    cat "$BATS_TEST_TMPDIR/recap"
    assert_equal "$ended" 4
    grep -q '^not tried        1  f00060$' "$BATS_TEST_TMPDIR/recap"
    ended=0
    pasted 'to go on:' --json >"$BATS_TEST_TMPDIR/again" || ended=$?
    assert_equal "$ended" 0
    assert_equal "$(came_to)" 'f00060 ok'
    # though another run of the verb came between
    pasted 'once mended:' --json >"$BATS_TEST_TMPDIR/again" || ended=$?
    assert_equal "$ended" 4
    assert_equal "$(came_to)" "$REFUSED unreachable"
}

@test "a long list of names is cut at a terminal, and whole in a pipe" {
    local odd='~f000[0-5][13579]'
    at_screen --columns 50 -- ping -q -l "$odd"
    assert_clean
    assert_contains "$(of '.screen | join("")')" ',... ('
    run "$WMIFLEET" ping -q -i "$LAB/inventory.json" -l "$odd" \
        --known-hosts "$LAB/known_hosts"
    assert_contains "$output" '00003,00005,00007,00009,00011,'
    [[ $output != *...* ]]
}
