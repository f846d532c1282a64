#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The bench itself works: every part once, with a few machines. Its numbers
# say nothing here. Peers that are not installed are left out.

load lab

@test "each figure has its row, the prose stays, and nothing is left" {
    env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT" "BUILD=$BUILD" \
        all lab farm bench-tools
    cp "$ROOT/docs/benchmarks.md" "$BATS_TEST_TMPDIR/page"
    "$ROOT/tests/bench/bench" --build "$BUILD" --quick
    cmp "$ROOT/docs/benchmarks.md" "$BATS_TEST_TMPDIR/page"
    assert_equal "$(prose "$BUILD/bench/benchmarks.md")" \
        "$(prose "$BATS_TEST_TMPDIR/page")"
    assert_equal "$(rows figures | wc -l)" 12
    for table in logins 'round trips' farm memory payload machine; do
        [ "$(rows "$table" | wc -l)" -ge 3 ]
    done
    run find "$BUILD" -maxdepth 1 \( -name 'bench.*' -o -name 'bench-lab.*' \)
    assert_equal "$output" ''
}

# What stands outside of the tables.
prose() {
    sed '/^<!-- bench: /,/^<!-- end -->$/d' "$1"
}

# rows TABLE: without its head.
rows() {
    sed -n "/^<!-- bench: $1 -->\$/,/^<!-- end -->\$/p" \
        "$BUILD/bench/benchmarks.md" | grep '^|' | tail -n +3
}
