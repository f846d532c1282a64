#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Where output goes. Nothing is contacted but a closed port.

setup() {
    ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    WMIFLEET=$(realpath -m "${BUILD:-$ROOT/build}")/wmifleet
    cd "$BATS_TEST_TMPDIR" || return
    export WMIFLEET_STORE=$PWD/state.db HOME=$PWD
    unset WMIFLEET_INVENTORY
    run "$WMIFLEET" ping -q -i '127.0.0.1:1,'
    [ "$status" -eq 4 ]
}

unwritten() { # ARGUMENTS...
    local said status=0
    said=$("$WMIFLEET" "$@" 2>&1 >/dev/full) || status=$?
    if [ "$status" -ne 1 ] || [[ $said != *"standard output: cannot be written"* ]]; then
        echo "$*: status $status, said: $said"
        return 1
    fi
}

@test "what cannot be written is an error, not success" {
    unwritten runs
    unwritten runs --json
    unwritten show
    unwritten show --json
    unwritten status
    unwritten status -o json
    unwritten inventory --list -i '127.0.0.1,'
    unwritten ping -i '127.0.0.1:1,'
    unwritten ping --json -i '127.0.0.1:1,'
}
