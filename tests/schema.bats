#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# inventory/schema.json says what the program says.

setup() {
    cd "$BATS_TEST_DIRNAME/.."
}

@test "the schema and the program judge one table of settings alike" {
    run tests/schema-verdicts table
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "the schema takes settings in every layout, whole and in parts" {
    run tests/schema-verdicts parts
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "the examples are valid by the schema, broken ones are not" {
    run tests/schema-verdicts files
    [ "$status" -eq 0 ] || { echo "$output"; false; }
}

@test "the program takes every example" {
    for file in inventory/examples/*.json; do
        run "${BUILD:-build}/wmifleet" inventory --check -i "$file"
        [ "$status" -eq 0 ] || { echo "$file: $output"; false; }
    done
}
