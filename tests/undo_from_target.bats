#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The way back when the controller's store is lost or does not know: by the
# snapshots that each target keeps itself.

load lab

setup_file() {
    lab_start 3
    for k in 1 2 3; do
        registry_text $k >"$LAB/factory-$k"
    done
}

teardown_file() {
    lab_stop
}

# The target's whole registry, a line a value; see registry-lines for what is
# set aside.
registry_text() {
    local root
    for root in HKLM HKU; do
        "$LAB/target-$1/wine" reg export $root 'C:\all.reg' /y >/dev/null
        "$ROOT/tests/registry-lines" "$LAB/target-$1/prefix/drive_c/all.reg"
    done
}

# Each test begins with targets as they came, no store and no snapshots.
setup() {
    rm -f "$LAB"/state.db*
    local k
    for k in 1 2 3; do
        rm -f "$(folder $k)"/u-*.json "$(folder $k)"/s-*.json
    done
}

folder() {
    printf '%s' "$LAB/target-$1/prefix/drive_c/ProgramData/wmifleet"
}

# snapshot K: the newest one's path.
snapshot() {
    ls -t "$(folder "$1")"/u-*.json | head -n 1
}

# The controller loses its store.
forget() {
    rm -f "$LAB"/state.db*
}

as_before() {
    local k
    for k in "$@"; do
        registry_text "$k" | diff "$LAB/factory-$k" -
    done
}

from_target() {
    wmifleet undo --from-target "$@" </dev/null
}

@test "a result that is too long to be sent keeps no snapshot from being used" {
    run wmifleet apply -l target-1
    assert_equal "$status" 0
    printf '%1100000s' '' >>"$(ls "$(folder 1)"/s-*-apply-*.json)"
    forget
    run from_target --yes -l target-1
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    as_before 1
}

@test "with the store lost, the machines' snapshots put the registry back" {
    run wmifleet apply
    assert_equal "$status" 0
    forget
    run from_target --yes
    assert_equal "$status" 0
    assert_contains "$output" "target-[1-3]: back to before run "
    assert_contains "$output" "1 -> absent"
    assert_contains "$output" "changed          3  target-[1-3]"
    as_before 1 2 3
}

@test "the newest snapshot is found among thousands of older ones" {
    local dir
    dir=$(folder 1)
    run wmifleet apply -l target-1
    assert_equal "$status" 0
    forget
    # Their names come first in the folder, which NTFS keeps in order.
    (cd "$dir" && seq -f 'u-00000000-%05.0f.json' 4200 |
        xargs touch -d '2020-01-01')
    run from_target --yes -l target-1
    find "$dir" -name 'u-00000000-*' -delete
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    as_before 1
}

@test "without a yes and without a terminal nothing is put back" {
    wmifleet apply -l target-1 >/dev/null
    forget
    run from_target -l target-1
    assert_equal "$status" 1
    assert_contains "$output" "back to before run "
    assert_contains "$output" "no terminal to ask at"
    assert_equal "$(registry 1 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    from_target -l target-1 --yes
    as_before 1
}

# asked ANSWER: the same at a terminal.
asked() {
    NO_COLOR=1 WMIFLEET_STORE=$LAB/state.db \
        WMIFLEET_INVENTORY=$LAB/inventory.json \
        "$ROOT/tests/at_terminal" "$1" "$WMIFLEET" undo --from-target \
        --known-hosts "$LAB/known_hosts" -l target-1
}

@test "at a terminal it asks: anything but a yes touches nothing" {
    wmifleet apply -l target-1 >/dev/null
    forget
    registry_text 1 >"$LAB/applied"
    for answer in n no "" 1 "not yet" EOF; do
        run asked "$answer"
        assert_equal "$status" 1
        assert_contains "$output" "back to before run "
        assert_contains "$output" "Put this back on 1 host? [y/N] "
        assert_contains "$output" "nothing was put back"
    done
    registry_text 1 | diff "$LAB/applied" -
    assert_equal "$(wmifleet runs | grep -c ' undo ')" 0
    run asked y
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    as_before 1
}

@test "two applies: the last one, or all of them" {
    wmifleet apply -l target-1 --only uac >/dev/null
    jq '(.. | objects | select(has("uac")) | .uac.local_account_token_filter_policy) = 0' \
        "$LAB/asked.json" >"$LAB/zero.json"
    wmifleet apply -l target-1 -i "$LAB/zero.json" >/dev/null
    forget
    run from_target -l target-1 --yes
    assert_equal "$status" 0
    assert_equal "$(registry 1 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    forget
    run from_target -l target-1 --yes --all
    assert_equal "$status" 0
    as_before 1
}

@test "such an undo can be undone, by the store and by the target" {
    wmifleet apply -l target-1 >/dev/null
    forget
    from_target -l target-1 --yes
    id=$(wmifleet runs | awk '$2 == "undo" { print $1; exit }')
    run wmifleet undo "$id"
    assert_equal "$status" 0
    run wmifleet check -l target-1
    assert_equal "$status" 0
    from_target -l target-1 --yes
    as_before 1
    forget
    run from_target "$id" -l target-1 --yes
    assert_equal "$status" 0
    run wmifleet check -l target-1
    assert_equal "$status" 0
    from_target -l target-1 --yes
    as_before 1
}

@test "a payload killed half-way is put back from its snapshot alone" {
    wmifleet apply -l target-2 >/dev/null
    rm "$(folder 2)"/s-*.json
    forget
    # One of its writes was not done yet, another was changed since.
    "$LAB/target-2/wine" reg delete "$CIMOM" /v AllowAnonymousCallback /f \
        >/dev/null
    "$LAB/target-2/wine" reg add "$POLICIES" \
        /v LocalAccountTokenFilterPolicy /t REG_DWORD /d 7 /f >/dev/null
    run from_target -l target-2 --yes
    assert_equal "$status" 0
    assert_contains "$output" "unknown -> absent"
    as_before 2
}

@test "what somebody changed since is a conflict here too" {
    wmifleet apply -l target-2 >/dev/null
    forget
    "$LAB/target-2/wine" reg add "$POLICIES" \
        /v LocalAccountTokenFilterPolicy /t REG_DWORD /d 7 /f >/dev/null
    run from_target -l target-2 --yes
    assert_equal "$status" 2
    assert_contains "$output" "somebody changed it since"
    assert_equal "$(registry 2 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x7
    from_target -l target-2 --yes --force
    as_before 2
}

@test "a snapshot of another installation is refused, nothing is written" {
    wmifleet apply -l target-3 >/dev/null
    forget
    key='HKLM\Software\Microsoft\Cryptography'
    guid=$(registry 3 "$key" MachineGuid)
    "$LAB/target-3/wine" reg add "$key" /v MachineGuid /d another-guid /f \
        >/dev/null
    registry_text 3 >"$LAB/applied"
    run from_target -l target-3 --yes
    assert_equal "$status" 2
    assert_contains "$output" "$(basename "$(snapshot 3)")"
    assert_contains "$output" "another installation of Windows"
    registry_text 3 | diff "$LAB/applied" -
    run from_target -l target-3 --yes --all
    assert_equal "$status" 2
    registry_text 3 | diff "$LAB/applied" -
    "$LAB/target-3/wine" reg add "$key" /v MachineGuid /d "$guid" /f >/dev/null
    from_target -l target-3 --yes
    as_before 3
}

# refused FILTER WORDS...: the snapshot, rewritten by jq, is told by its name
# with these words, and nothing is written.
refused() {
    local file=$1 filter=$2 words=$3
    jq -c "$filter" "$LAB/good.json" >"$file"
    run from_target -l target-1 --yes
    assert_equal "$status" 2
    assert_contains "$output" "$(basename "$file"): "
    assert_contains "$output" "$words"
    registry_text 1 | diff "$LAB/applied" -
}

@test "a snapshot that was tampered with is refused by its name" {
    wmifleet apply -l target-1 >/dev/null
    forget
    registry_text 1 >"$LAB/applied"
    file=$(snapshot 1)
    cp "$file" "$LAB/good.json"
    refused "$file" '.more = 1' "members that no snapshot has"
    refused "$file" '.settings[0].more = 1' "members that none has"
    refused "$file" '.settings[0].id = "sam.password"' "no family of settings"
    refused "$file" '.settings = 5' "no list of settings"
    refused "$file" '.wmi.uac = "all"' "what was asked is not understood"
    refused "$file" '.wmi.account = {name: "a", password: {env: "HOME"}}' \
        "it names a password"
    refused "$file" '.run = "other"' "another run than its name says"
    refused "$file" '.complete = false' "not whole"
    refused "$file" 'del(.wmi) | del(.verb)' "an earlier version wrote it"
    refused "$file" '.settings[0].before = reduce range(40) as $i (1; [.])' \
        "no usable state"
    refused "$file" '.settings[0].id = "uac.\u001b[2J"' "no usable id"
    printf '{"protocol":1,' >"$file"
    run from_target -l target-1 --yes
    assert_equal "$status" 2
    assert_contains "$output" "$(basename "$file"): "
    head -c 2000000 /dev/zero | tr '\0' ' ' >"$file"
    run from_target -l target-1 --yes
    assert_equal "$status" 2
    assert_contains "$output" "longer than"
    registry_text 1 | diff "$LAB/applied" -
    cp "$LAB/good.json" "$file"
    from_target -l target-1 --yes
    as_before 1
}

@test "a target without snapshots has nothing to put back, and says so" {
    run from_target -l target-1 --yes
    assert_equal "$status" 0
    assert_contains "$output" "nothing to put back"
    assert_contains "$output" "changed          0"
}

until_true() {
    local end=$((SECONDS + 20))
    until "$@"; do
        [ $SECONDS -lt $end ]
        sleep 0.02
    done
}

command_given() {
    log_since 1 | grep -q 'Starting session: command'
}

result_saved() {
    compgen -G "$(folder 1)/s-*-apply-*.json" >/dev/null
}

# The controller stops before the payload's work and never goes on.
killed_apply() {
    local pid
    "$LAB/target-1/mode" slow-start
    log_mark 1
    WMIFLEET_STORE=$LAB/state.db "$WMIFLEET" apply -l target-1 \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        >/dev/null 2>&1 3>&- &
    pid=$!
    until_true command_given
    kill -STOP $pid
    until_true result_saved
    kill -KILL $pid
    wait $pid || :
    "$LAB/target-1/mode" none
}

@test "a run of a killed controller points to the targets' own snapshots" {
    killed_apply
    id=$(wmifleet runs | awk '$2 == "apply" { print $1; exit }')
    run wmifleet undo
    assert_equal "$status" 1
    assert_contains "$output" "changed on target-1; "
    assert_contains "$output" "wmifleet undo $id --from-target"
    run env -u WMIFLEET_INVENTORY WMIFLEET_STORE="$LAB/state.db" "$WMIFLEET" \
        undo "$id" --from-target --yes --known-hosts "$LAB/known_hosts"
    assert_equal "$status" 0
    as_before 1
}
