#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Machines on which the payload must not work: another owner or a looser
# access list of its folder, a login without rights, a virus scanner,
# application control. Nothing is run or written there, the reason is told
# with a remedy, and the one-time files are gone.

load lab

setup_file() {
    lab_start 1
    fake_payload
}

teardown_file() {
    lab_stop
}

setup() {
    FOLDER=$LAB/target-1/prefix/drive_c/ProgramData/wmifleet
    PROFILE=$LAB/target-1/prefix/drive_c/users/Administrator
    "$LAB/target-1/mode" none
    rm -rf "$FOLDER" "$LAB/target-1/prefix/drive_c/mark.txt"
    rm -f "$LAB"/state.db*
}

teardown() {
    "$LAB/target-1/mode" none
}

# A program under the payload's own name that leaves a mark when it is run.
fake_payload() {
    local name
    cat >"$LAB/fake.c" <<'C'
#include <stdio.h>
int main(void)
{
    FILE *mark = fopen("C:\\mark.txt", "w");
    if (mark != NULL)
        fclose(mark);
    return 0;
}
C
    x86_64-w64-mingw32-gcc -O1 -o "$LAB/fake.exe" "$LAB/fake.c"
    wmifleet_in "$LAB" check --only uac >/dev/null || [ $? -eq 3 ]
    name=$(basename \
        "$LAB"/target-1/prefix/drive_c/ProgramData/wmifleet/p-*.exe)
    echo "$name" >"$LAB/payload.name"
}

# Everything of the machine that is not the lab's own or Wine's bookkeeping.
machine() {
    local key
    for key in Policies Microsoft Classes; do
        "$LAB/target-1/wine" reg export "HKLM\\Software\\$key" \
            'C:\export.reg' /y >/dev/null
        cat "$LAB/target-1/prefix/drive_c/export.reg"
    done
    "$LAB/target-1/wine" reg export 'HKLM\System' 'C:\export.reg' /y >/dev/null
    cat "$LAB/target-1/prefix/drive_c/export.reg"
    rm "$LAB/target-1/prefix/drive_c/export.reg"
}

# Names, sizes and contents of what is in the folder.
contents() {
    (cd "$FOLDER" && find . -type f -exec cksum {} + | sort)
}

no_files_in_profile() {
    [ -z "$(find "$PROFILE" -name 'wmifleet-*')" ]
}

# refused VERB CLASS EXIT TEXT HINT
refused() {
    run wmifleet "$1" --json
    assert_equal "$status" "$3"
    local error
    error=$(result_of target-1 <<<"$output" | jq -c .error)
    assert_equal "$(jq -r .class <<<"$error")" "$2"
    assert_contains "$(jq -r .text <<<"$error")" "$4"
    assert_contains "$(jq -r .hint <<<"$error")" "$5"
    assert_equal "$(result_of target-1 <<<"$output" | jq -c .settings)" "[]"
    no_files_in_profile
}

# A folder of MODE with a program of the payload's name and a request in it:
# neither is run, read, replaced or removed.
refuses_folder() {
    local before
    mkdir -p "$FOLDER"
    cp "$LAB/fake.exe" "$FOLDER/$(cat "$LAB/payload.name")"
    "$LAB/target-1/mode" "$1"
    before=$(contents && machine | cksum)
    for verb in check apply; do
        refused "$verb" unsafe-dir 2 "$2" "delete it as an administrator"
        [ ! -e "$LAB/target-1/prefix/drive_c/mark.txt" ]
        assert_equal "$(contents && machine | cksum)" "$before"
    done
}

@test "the fake leaves its mark when something runs it" {
    mkdir -p "$FOLDER"
    cp "$LAB/fake.exe" "$FOLDER/$(cat "$LAB/payload.name")"
    "$LAB/target-1/wine" "C:\\ProgramData\\wmifleet\\$(cat "$LAB/payload.name")"
    [ -e "$LAB/target-1/prefix/drive_c/mark.txt" ]
}

@test "a folder of another owner: nothing in it is run or written" {
    refuses_folder foreign-folder "owner is neither Administrators nor SYSTEM"
}

@test "a folder that Users may write to: nothing in it is run or written" {
    refuses_folder loose-folder "allows others than SYSTEM and Administrators"
}

@test "a warm host whose folder changed hands is refused, then taken back" {
    run wmifleet check
    assert_equal "$status" 3
    "$LAB/target-1/mode" loose-folder
    before=$(contents)
    refused check unsafe-dir 2 "allows others" "delete it"
    # The folder is no longer believed: what now stands in it is not run.
    cp "$LAB/fake.exe" "$FOLDER/$(cat "$LAB/payload.name")"
    refused check unsafe-dir 2 "allows others" "delete it"
    [ ! -e "$LAB/target-1/prefix/drive_c/mark.txt" ]
    # As the hint says.
    rm -r "$FOLDER"
    "$LAB/target-1/mode" none
    run wmifleet check
    assert_equal "$status" 3
    [ -e "$FOLDER/$(cat "$LAB/payload.name")" ]
}

@test "a login that is not elevated changes nothing and makes no folder" {
    "$LAB/target-1/mode" not-elevated
    before=$(machine | cksum)
    for verb in check apply; do
        refused "$verb" not-admin 2 "not an elevated administrator" \
            "member of Administrators"
    done
    [ ! -e "$FOLDER" ]
    assert_equal "$(machine | cksum)" "$before"
}

@test "a program that a virus scanner takes away is told as removed" {
    "$LAB/target-1/mode" antivirus
    refused check removed 4 "was uploaded whole and is gone" "antivirus"
    refused apply removed 4 "was uploaded whole and is gone" "antivirus"
    [ ! -e "$FOLDER" ]
}

@test "the hash that antivirus has to allow is the one --version shows" {
    "$LAB/target-1/mode" antivirus
    run wmifleet check
    assert_contains "$output" "wmifleet --version shows it"
    hash=$(cat "$LAB/payload.name")
    hash=${hash#p-}
    assert_contains "$("$WMIFLEET" --version)" "${hash%.exe}"
}

@test "a program that is there and does not run is told as not-started" {
    "$LAB/target-1/mode" not-started
    refused check not-started 4 "did not start" "application control"
    refused apply not-started 4 "did not start" "application control"
    [ ! -e "$FOLDER" ]
}

@test "a warm host that starts no programs any more is told as not-started" {
    run wmifleet check
    assert_equal "$status" 3
    "$LAB/target-1/mode" not-started
    refused check not-started 4 "did not start" "application control"
}

@test "a person reads class, cause and remedy" {
    "$LAB/target-1/mode" not-elevated
    run wmifleet check
    assert_equal "$status" 2
    assert_contains "$output" "not-admin: this login is not an elevated"
    assert_contains "$output" "log in as a member of Administrators"
}
