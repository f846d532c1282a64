#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Every result that the unit tests see is one that docs/result.schema.json
# describes, and the schema itself refuses what it should.

setup() {
    cd "$BATS_TEST_DIRNAME/.."
    BUILD=${BUILD:-build}
}

validate() { # FILE of one JSON object a line
    python3 - "$1" <<'PY'
import json, sys
from jsonschema import Draft202012Validator

schema = json.load(open("docs/result.schema.json"))
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
lines = [line for line in open(sys.argv[1], encoding="utf-8") if line.strip()]
bad = 0
for number, line in enumerate(lines, 1):
    for error in validator.iter_errors(json.loads(line)):
        bad += 1
        print(f"result {number}: {error.json_path}: {error.message[:200]}")
print(len(lines), "results")
sys.exit(1 if bad or not lines else 0)
PY
}

@test "every result that the unit tests see fits the schema" {
    make -s BUILD="$BUILD" SAN=1 WERROR=1 \
        "$BUILD"/san/tests/unit/test_{job,job_run,probe,probe_memory,result}
    export RESULTS_SEEN=$BATS_TEST_TMPDIR/results
    for name in job job_run probe probe_memory result; do
        "$BUILD/san/tests/unit/test_$name" >"$BATS_TEST_TMPDIR/log" 2>&1
    done
    run validate "$RESULTS_SEEN"
    echo "$output"
    [ "$status" -eq 0 ]
    [ "$(wc -l <"$RESULTS_SEEN")" -gt 150 ]
}

@test "the schema refuses what is no result" {
    make -s BUILD="$BUILD" SAN=1 WERROR=1 "$BUILD/san/tests/unit/test_job"
    export RESULTS_SEEN=$BATS_TEST_TMPDIR/results
    "$BUILD/san/tests/unit/test_job" >"$BATS_TEST_TMPDIR/log" 2>&1
    head -n 1 "$RESULTS_SEEN" >"$BATS_TEST_TMPDIR/good"
    validate "$BATS_TEST_TMPDIR/good"
    local change
    for change in '.status = "fine"' '.status = "unreachable"' 'del(.host)' \
        '.surplus = 1' '.layers = []' '.settings[0].state = "broken"' \
        '.settings[0].surplus = 1' '.noise = "\u001b[2J"' \
        '.error = {"class": "none", "code": null, "name": null, "text": null,
                   "hint": null}' \
        '.timing.run = 1' '.timing.run_ms = -1' '.phase = "somewhere"'; do
        jq -c "$change" "$BATS_TEST_TMPDIR/good" >"$BATS_TEST_TMPDIR/bad"
        run validate "$BATS_TEST_TMPDIR/bad"
        echo "$change: $output"
        [ "$status" -eq 1 ]
    done
}
