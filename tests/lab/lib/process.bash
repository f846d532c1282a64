# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Starting, awaiting and ending processes, by their ids only.

readonly LAB_DEADLINE=60 # seconds that any one thing may take

# process_start OUTPUT COMMAND...: in the background, in a session of its
# own, with nothing of ours open; $! is its id.
process_start() {
    local output=$1
    shift
    (
        for fd in /proc/self/fd/*; do
            fd=${fd##*/}
            if ((fd > 2)); then eval "exec $fd>&-"; fi
        done
        exec setsid "$@"
    ) </dev/null >"$output" 2>&1 &
}

# await WHAT COMMAND...: until the command succeeds.
await() {
    local what=$1 end=$((SECONDS + LAB_DEADLINE))
    shift
    until "$@"; do
        ((SECONDS < end)) || die "$what: not there after $LAB_DEADLINE s"
        sleep 0.02
    done
}

# The ids of the processes that live in this lab: all have LAB_PREFIX in
# their environment.
process_ids() {
    local file
    grep -lsaE "(^|[[:cntrl:]])LAB_PREFIX=$(process_quote "$1")/target-" \
        /proc/[0-9]*/environ | while IFS=/ read -r _ _ file _; do
        printf '%s\n' "$file"
    done
}

process_quote() {
    # shellcheck disable=SC2016 # a pattern for sed
    printf '%s' "$1" | sed 's/[][\.*^$(){}?+|/]/\\&/g'
}

process_none() {
    [[ -z $(process_ids "$1") ]]
}

# Ends what is left of a lab.
process_end_all() {
    local id
    for id in $(process_ids "$1"); do
        kill -KILL "$id" 2>/dev/null || true
    done
    await "$1: the end of its processes" process_none "$1"
}

# True when no process of this group is left. One that has ended counts for
# nothing, even where nobody collects it.
group_ended() {
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$1" '
        { sub(/^.*\) /, "") }
        $3 == group && $1 != "Z" { found = 1 }
        END { exit found }'
}
