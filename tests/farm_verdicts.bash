# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# What each fault of the farm is to a run: `. farm_verdicts.bash`.

# Status, class, phase of a check; the last column is the same for an apply
# where that is something else, since what was begun there may have changed the
# machine.
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
drop-auth         unreachable  kex                 login
escape-goodbye    unreachable  auth                login
sftp-refused      unreachable  sftp                upload_payload
sftp-garbage      unreachable  sftp                upload_payload
sftp-denied       unreachable  upload              upload_payload
sftp-full         unreachable  upload              upload_payload
sftp-wrong-size   unreachable  upload              start
sftp-close-fails  unreachable  upload              upload
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
works-on          failed       run-timeout         run
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

fault_words() {
    awk 'NF > 0 && $1 != "healthy" { print $1 }' <<<"$FAULTS"
}

# The faults of the table with what a run with that verb makes of them, in
# lines FAULT STATUS CLASS PHASE.
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

# The same of each result on standard input. That the payload cannot be closed
# is found out in its own turn or in the request's.
verdicts() {
    jq -n -r --slurpfile inventory "$LAB/inventory.json" '
        ($inventory[0].all.children | to_entries |
            [.[] | .key as $group | .value.hosts | keys[] |
                {key: ., value: ($group | gsub("_"; "-"))}] |
            from_entries) as $fault |
        inputs | select(.host) |
        "\($fault[.host]) \(.status) \(.error.class // "-") \(.phase)"' |
        sed '/^sftp-close-fails /s/ upload_[a-z]*$/ upload/'
}

# Each kind once.
found() {
    verdicts | sort -u
}
