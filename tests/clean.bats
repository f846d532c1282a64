#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# clean: a target is left as it was before the first contact, nothing is
# removed that is not wmifleet's, and no undo data that is still of use.

load lab

setup_file() {
    lab_start 1
    export DRIVE=$LAB/target-1/prefix/drive_c
    # A first login makes what every login makes.
    wmifleet ping >/dev/null
    tree >"$LAB/before"
    holder
}

teardown_file() {
    lab_stop
}

# Each test begins with a target that nobody has touched.
setup() {
    FOLDER=$DRIVE/ProgramData/wmifleet
    PROFILE=$DRIVE/users/Administrator
    "$LAB/target-1/mode" none
    rm -rf "$FOLDER" "$LAB"/state.db* "$LAB"/other.db*
    find "$PROFILE" -maxdepth 1 -name 'wmifleet-*' -delete
}

# Nothing is held any more, whatever a test came to.
teardown() {
    [ -z "${HOLDER:-}" ] || let_go
}

# Whatever stands in ProgramData and the profile, Wine's own log aside.
tree() {
    (cd "$DRIVE" && find ProgramData users/Administrator \
        -printf '%p %y %l\n' | sort)
}

as_before() {
    tree | diff "$LAB/before" -
}

# A program that has a file open, as a virus scanner has, until C:\free exists;
# with a second word it holds the machine-wide mutex, as a payload at work does.
holder() {
    cat >"$LAB/hold.c" <<'C'
#include <windows.h>
int wmain(int argc, wchar_t **argv)
{
    OVERLAPPED at = {.OffsetHigh = 1};
    HANDLE file = CreateFileW(argv[1], GENERIC_READ | (argc > 2) * GENERIC_WRITE,
                              FILE_SHARE_READ | (argc > 2) * FILE_SHARE_WRITE,
                              NULL, OPEN_EXISTING, 0, NULL);
    if (argc > 2)
        LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &at);
    HANDLE held = CreateFileW(L"C:\\held", GENERIC_WRITE, 0, NULL,
                              CREATE_ALWAYS, 0, NULL);
    CloseHandle(held);
    while (GetFileAttributesW(L"C:\\free") == INVALID_FILE_ATTRIBUTES)
        Sleep(20);
    CloseHandle(file);
    return 0;
}
C
    x86_64-w64-mingw32-gcc -municode -O1 -o "$LAB/hold.exe" "$LAB/hold.c"
}

# hold WINDOWS-PATH [WORD]
hold() {
    rm -f "$DRIVE"/{held,free}
    "$LAB/target-1/wine" "$LAB/hold.exe" "$@" 3>&- &
    HOLDER=$!
    local end=$((SECONDS + 60))
    until [ -e "$DRIVE/held" ]; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

let_go() {
    touch "$DRIVE/free"
    wait "$HOLDER"
    HOLDER=
    rm -f "$DRIVE"/{held,free}
}

# The ids and states of one host's result.
files() {
    jq -r 'select(.host) | .settings[] | "\(.id) \(.state)"'
}

newest() {
    wmifleet runs | awk -v verb="$1" '$2 == verb { print $1; exit }'
}

@test "after a check nothing is left, and the next check is cold and works" {
    run wmifleet check
    assert_equal "$status" 3
    run wmifleet check -v
    assert_contains "$output" ", warm"
    run wmifleet clean --json
    echo "$output"
    assert_equal "$status" 0
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" changed
    assert_equal "$(files <<<"$output" | sed -E 's/[0-9a-f]{32}/HASH/;
        s/s-.*-check/s-RUN-check/' | sort)" \
        "folder changed
folder[p-HASH.exe] changed
folder[r-HASH.json] changed
folder[s-RUN-check-HASH.json] changed
folder[s-RUN-check-HASH.json] changed"
    as_before
    run wmifleet check -v
    assert_equal "$status" 3
    assert_contains "$output" ", cold"
}

@test "after apply, undo and clean nothing is left" {
    wmifleet apply >/dev/null
    wmifleet undo >/dev/null
    run wmifleet clean
    echo "$output"
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    as_before
}

@test "a clean of a machine that has nothing of ours is ok, and makes nothing" {
    run wmifleet clean
    assert_equal "$status" 0
    assert_contains "$output" "ok               1  target-1"
    as_before
    wmifleet check >/dev/null || :
    wmifleet clean >/dev/null
    run wmifleet clean --json
    assert_equal "$status" 0
    assert_equal "$(result_of target-1 <<<"$output" |
        jq -c '[.status, .settings]')" '["ok",[]]'
    as_before
}

# asking FILE VALUE: an inventory that asks for this one setting.
asking() {
    jq "(.. | objects | select(has(\"wmi\")) | .wmi) =
        {uac: {local_account_token_filter_policy: $2}}" \
        "$LAB/asked.json" >"$LAB/$1"
}

@test "an apply that was not put back: blocked, the run named, nothing goes" {
    asking one.json 1
    wmifleet apply -i "$LAB/one.json" >/dev/null
    local id before
    id=$(newest apply)
    before=$(cd "$FOLDER" && ls)
    run wmifleet clean
    echo "$output"
    assert_equal "$status" 2
    assert_contains "$output" "blocked          1  target-1"
    assert_contains "$output" "run $id was not put back"
    assert_contains "$output" "wmifleet undo $id, then clean"
    assert_contains "$output" "clean --forget-undo"
    assert_equal "$(cd "$FOLDER" && ls)" "$before"
    run wmifleet clean --json
    assert_equal "$(files <<<"$output")" "folder[u-$id.json] blocked"
    # Nor where the saved result is gone, or the snapshot is damaged.
    rm "$FOLDER"/s-*
    run wmifleet clean
    assert_equal "$status" 2
    echo '{' >"$FOLDER/u-$id.json"
    run wmifleet clean
    assert_equal "$status" 2
    assert_contains "$output" "run $id was not put back"

    # The store has its own copy, and undo of it works all the same.
    run wmifleet clean --forget-undo
    assert_equal "$status" 0
    as_before
    run wmifleet undo --from-target --yes </dev/null
    echo "$output"
    assert_contains "$output" "nothing to put back"
    run wmifleet undo "$id"
    echo "$output"
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    run wmifleet clean
    assert_equal "$status" 0
    as_before
}

@test "of two applies the one that was not put back keeps the data" {
    asking one.json 1
    asking two.json 0
    wmifleet apply -i "$LAB/one.json" >/dev/null
    local first
    first=$(newest apply)
    wmifleet apply -i "$LAB/two.json" >/dev/null
    wmifleet undo >/dev/null
    run wmifleet clean --json
    assert_equal "$status" 2
    assert_equal "$(files <<<"$output")" "folder[u-$first.json] blocked"
    wmifleet undo "$first" >/dev/null
    run wmifleet clean
    assert_equal "$status" 0
    as_before
}

@test "what is put back by hand, and seen by a check, is no undo data in use" {
    asking one.json 1
    wmifleet apply -i "$LAB/one.json" >/dev/null
    "$LAB/target-1/wine" reg delete "$POLICIES" \
        /v LocalAccountTokenFilterPolicy /f >/dev/null
    run wmifleet clean
    assert_equal "$status" 2
    wmifleet check -i "$LAB/one.json" >/dev/null || :
    run wmifleet clean
    assert_equal "$status" 0
    as_before
}

@test "a dry run tells what would go, and leaves it" {
    wmifleet check >/dev/null || :
    local before
    before=$(cd "$FOLDER" && find . -type f ! -name lock -exec cksum {} + | sort)
    run wmifleet clean --dry-run --json
    assert_equal "$status" 3
    assert_equal "$(files <<<"$output" | sed 's/.* //' | sort -u)" drift
    assert_equal "$(cd "$FOLDER" && find . -type f ! -name lock \
        -exec cksum {} + | sort)" "$before"
    run wmifleet check -v
    assert_contains "$output" ", warm"
}

@test "files of others stay, and are named; links are not followed" {
    wmifleet check >/dev/null || :
    mkdir -p "$DRIVE/elsewhere"
    echo mine >"$DRIVE/elsewhere/kept"
    echo mine >"$FOLDER/notes.txt"
    echo mine >"$FOLDER/p-0123.exe"
    ln -s "$DRIVE/elsewhere" "$FOLDER/c-20200101"
    echo mine >"$PROFILE/wmifleet-notes.txt"
    run wmifleet clean
    echo "$output"
    rm "$PROFILE/wmifleet-notes.txt"
    assert_equal "$status" 0
    assert_contains "$output" "what is in it is not of wmifleet"
    assert_equal "$(cd "$FOLDER" && find . -type f | sort)" "./notes.txt
./p-0123.exe"
    assert_equal "$(cat "$DRIVE/elsewhere/kept")" mine
    rm -r "$DRIVE/elsewhere" "$FOLDER"
}

@test "a folder of another owner is not touched" {
    wmifleet check >/dev/null || :
    "$LAB/target-1/mode" foreign-folder
    local before
    before=$(ls "$FOLDER")
    run wmifleet clean --json
    assert_equal "$status" 2
    assert_equal "$(result_of target-1 <<<"$output" |
        jq -r .error.class)" unsafe-dir
    assert_equal "$(ls "$FOLDER")" "$before"
}

@test "one-time files that were left go when they are stale, others' stay" {
    local old=wmifleet-0123456789abcdef.exe
    local new=wmifleet-fedcba9876543210.exe
    echo >"$PROFILE/$old"
    touch -d '-1 hour' "$PROFILE/$old"
    echo >"$PROFILE/$new"
    run wmifleet clean
    echo "$output"
    assert_equal "$status" 0
    assert_contains "$output" "profile[$old]"
    assert_contains "$output" "$new in the login's profile is younger"
    assert_equal "$(find "$PROFILE" -maxdepth 1 -name 'wmifleet-*' \
        -printf '%f\n')" "$new"
}

@test "a file that somebody holds: failed, by its name, and the rest goes" {
    wmifleet check >/dev/null || :
    local payload
    payload=$(cd "$FOLDER" && ls p-*.exe)
    hold "C:\\ProgramData\\wmifleet\\$payload"
    run wmifleet clean --json
    let_go
    echo "$output"
    assert_equal "$status" 2
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" failed
    assert_equal "$(files <<<"$output" | grep -v changed)" \
        "folder[$payload] failed"
    assert_contains "$(result_of target-1 <<<"$output" |
        jq -r '.settings[].error.text // empty')" "$payload"
    assert_equal "$(cd "$FOLDER" && find . -type f ! -name lock)" "./$payload"
    run wmifleet clean
    assert_equal "$status" 0
    as_before
}

@test "while another payload works, clean waits, and then cleans" {
    wmifleet check >/dev/null || :
    hold 'C:\ProgramData\wmifleet\lock' locked
    WMIFLEET_STORE=$LAB/state.db "$WMIFLEET" clean -vv \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        >"$LAB/out" 2>"$LAB/err" 3>&- &
    local controller=$! end=$((SECONDS + 60))
    until grep -q -e '-> busy' "$LAB/err"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
    [ -n "$(ls "$FOLDER"/p-*.exe)" ]
    let_go
    wait "$controller"
    assert_contains "$(cat "$LAB/out")" "changed          1  target-1"
    as_before
}

@test "another store still works after a clean that it knows nothing of" {
    run wmifleet check --store "$LAB/other.db"
    assert_equal "$status" 3
    wmifleet clean >/dev/null
    as_before
    run wmifleet check --store "$LAB/other.db" -v
    assert_equal "$status" 3
    assert_contains "$output" ", cold"
}

@test "hosts of which nothing is asked are cleaned too" {
    wmifleet check >/dev/null || :
    jq 'del(.. | .wmi?)' "$LAB/asked.json" >"$LAB/plain.json"
    run wmifleet clean -i "$LAB/plain.json"
    assert_equal "$status" 0
    as_before
}
