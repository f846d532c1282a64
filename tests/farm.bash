# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Thousands of targets, for bats files: `load farm`. See farm/README.md.

# shellcheck source=tests/lab.bash
. "$BATS_TEST_DIRNAME/lab.bash"

# farm_start COUNT [OPTIONS]: a farm of this file's own, its keys known.
farm_start() {
    local count=$1
    shift
    mkdir -p "$BUILD"
    make -s -C "$ROOT" BUILD="$BUILD" farm
    LAB=$(mktemp -d "$BUILD/farm-test.XXXXXX")
    export LAB
    "$BUILD/farm/farm" --count "$count" "$@" --counts "$LAB/counts" \
        --inventory "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        --identity "$LAB/id_ed25519" \
        >"$LAB/ready" 2>"$LAB/farm.log" 3>&- 4>&- &
    printf '%s\n' "$!" >"$LAB/farm.pid"
    disown
    until_true grep -q ready "$LAB/ready" || {
        cat "$LAB/farm.log" >&2
        return 1
    }
}

farm_stop() {
    [ -n "${LAB:-}" ] || return 0
    local pid
    pid=$(cat "$LAB/farm.pid")
    kill -TERM "$pid" 2>/dev/null || true
    until_true process_is_gone "$pid"
    rm -rf "$LAB"
}

process_is_gone() {
    ! kill -0 "$1" 2>/dev/null
}

# until_true COMMAND...: asks again until it is, for half a minute.
until_true() {
    local tries=0
    until "$@" 2>/dev/null; do
        tries=$((tries + 1))
        [ "$tries" -lt 600 ] || return 1
        sleep 0.05
    done
}

# peak COMMAND...: the most memory that it had at one time, in KiB.
peak() {
    /usr/bin/time -q -f %M -o "$LAB/peak" "$@" >"$LAB/peak.out" || true
    cat "$LAB/peak"
}

# farm_counts: what was done to each target so far. The columns: name, fault,
# connections, logins, uploads, commands, runs that were no repetition,
# passwords.
farm_counts() {
    rm -f "$LAB/counts"
    kill -USR1 "$(cat "$LAB/farm.pid")"
    until_true test -e "$LAB/counts"
    grep -v '^#' "$LAB/counts"
}

# farm_most: connections at one time, as the last farm_counts saw them.
farm_most() {
    sed -nE 's/^# at most ([0-9]+) .*/\1/p' "$LAB/counts"
}

# names_of FAULT: the targets with that fault, sorted.
names_of() {
    jq -r --arg group "${1//-/_}" \
        '.all.children[$group].hosts | keys[]' "$LAB/inventory.json"
}

# run_to NAME VERB [OPTIONS]: output and errors in files of that name; prints
# the exit status.
run_to() {
    local name=$1 status=0
    shift
    wmifleet "$@" >"$LAB/$name.out" 2>"$LAB/$name.err" || status=$?
    echo "$status"
}
