#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The payload by itself: what was built, and what it does when it is run by
# hand on one target. The tests of this file build on each other.

load lab

NONCE=0123456789abcdef
ONE_TIME=wmifleet-$NONCE
PAYLOAD=$BUILD/payload/wmifleet-payload.exe

setup_file() {
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-test.XXXXXX")
    export LAB
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$BUILD" payload
    "$ROOT/tests/lab/lab" up 1 "$LAB"
    drive=$(cd "$LAB/target-1/prefix/drive_c" && pwd -P)
    export HOME_DIR=$drive/users/Administrator FOLDER=$drive/ProgramData/wmifleet
    cp "$PAYLOAD" "$HOME_DIR/$ONE_TIME.exe"
}

teardown_file() {
    lab_stop
}

hash_of() {
    sha256sum "$1" | cut -c1-32
}

# request JSON: puts it into the profile under its one-time name, says which.
request() {
    local name
    printf '%s' "$1" >"$HOME_DIR/request.tmp"
    name=$ONE_TIME-$(hash_of "$HOME_DIR/request.tmp").json
    mv "$HOME_DIR/request.tmp" "$HOME_DIR/$name"
    printf '%s' "$name"
}

# payload PROGRAM VERB REQUEST RUN: its raw output.
payload() {
    (cd "$HOME_DIR" && "$LAB/target-1/wine" "$@" </dev/null)
}

cold() {
    payload "$ONE_TIME.exe" "$@"
}

warm() {
    payload "C:\\ProgramData\\wmifleet\\p-$(hash_of "$PAYLOAD").exe" "$@"
}

# The result document out of raw output.
result() {
    tail -n 1 | tr -d '\036'
}

WMI='{"uac":{"local_account_token_filter_policy":1},"dcom":{"enabled":true},"cimom":{"allow_anonymous_callback":1}}'
REQUEST="{\"protocol\":1,\"wmi\":$WMI,\"options\":{}}"

@test "two builds are identical" {
    other=$(mktemp -d "$BUILD/again.XXXXXX")
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$other" payload
    run cmp "$PAYLOAD" "$other/payload/wmifleet-payload.exe"
    rm -rf "$other"
    assert_equal "$output" ""
    assert_equal "$status" 0
}

@test "it has at most 240 KiB" {
    size=$(stat -c %s "$PAYLOAD")
    [ "$size" -le 245760 ] || assert_equal "$size" "at most 245760"
}

@test "it imports from five libraries of System32 and no other" {
    run bash -c "x86_64-w64-mingw32-objdump -p '$PAYLOAD' |
        sed -n 's/.*DLL Name: //p' | tr A-Z a-z | sort | xargs"
    assert_equal "$output" \
        "advapi32.dll kernel32.dll msvcrt.dll ole32.dll oleaut32.dll"
}

@test "it prints the start mark, then one complete result, in ASCII" {
    name=$(request "$REQUEST")
    cold check "$name" first >"$LAB/raw"
    assert_equal "$(LC_ALL=C tr -d '\036\012\040-\176' <"$LAB/raw" | wc -c)" 0
    assert_equal "$(wc -l <"$LAB/raw")" 2
    assert_equal "$(head -n 1 "$LAB/raw" | tr -d '\036' | jq -c .)" \
        "{\"started\":{\"protocol\":1,\"run\":\"first\",\"payload\":\"$(hash_of "$PAYLOAD")\"}}"
    assert_equal "$(head -c 1 "$LAB/raw" | od -An -tx1 | tr -d ' ')" 1e
    run jq -r '[.verb, .error, .settled, .request_settled, .complete,
        (keys_unsorted | last)] | map(tostring) | join(" ")' \
        <<<"$(result <"$LAB/raw")"
    assert_equal "$output" "check null true true true complete"
    run jq -r '.settings[] | .id + " " + .state' <<<"$(result <"$LAB/raw")"
    assert_equal "$output" "uac.local_account_token_filter_policy drift
dcom.enabled ok
cimom.allow_anonymous_callback drift"
}

@test "the folder is for SYSTEM and Administrators only" {
    run "$LAB/target-1/wine" "$BUILD/lab/security.exe" show \
        'C:\ProgramData\wmifleet'
    assert_equal "$(tr -d '\r' <<<"$output")" \
        'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RC;;;OW)'
}

@test "an owner may not change who may do what, in the folder and below" {
    run "$LAB/target-1/wine" "$BUILD/lab/security.exe" show \
        "C:\\ProgramData\\wmifleet\\p-$(hash_of "$PAYLOAD").exe"
    assert_contains "$output" '(A;ID;RC;;;OW)'
    name=$(request "$REQUEST")
    "$LAB/target-1/wine" "$BUILD/lab/security.exe" set \
        'C:\ProgramData\wmifleet' \
        'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RCWD;;;OW)'
    run jq -r .error.class <<<"$(cold check "$name" owner | result)"
    "$LAB/target-1/wine" "$BUILD/lab/security.exe" set \
        'C:\ProgramData\wmifleet' \
        'D:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)(A;OICI;RC;;;OW)'
    assert_equal "$output" unsafe-dir
}

@test "a check makes no snapshot; apply saves the state before it writes" {
    [ -z "$(find "$FOLDER" -name 'u-*')" ]
    "$LAB/target-1/wine" reg delete "$CIMOM" /f
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    run jq -c '[.settings[].state]' <<<"$(warm apply "$name" second | result)"
    assert_equal "$output" '["changed","ok","changed"]'
    run jq -c '[.settings[] | [.id, .before]]' "$FOLDER/u-second.json"
    assert_equal "$output" '[["uac.local_account_token_filter_policy",{"absent":"value"}],["cimom.allow_anonymous_callback",{"absent":"key","levels":1}]]'
    assert_equal "$(registry 1 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    assert_equal "$(registry 1 "$CIMOM" AllowAnonymousCallback)" 0x1
}

@test "a second apply changes nothing and keeps no snapshot" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    run jq -c '[.settings[].state]' <<<"$(warm apply "$name" third | result)"
    assert_equal "$output" '["ok","ok","ok"]'
    [ ! -e "$FOLDER/u-third.json" ]
}

@test "the same run is answered again from what it saved" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    run warm apply "$name" second
    assert_equal "$(result <<<"$output")" \
        "$(cat "$FOLDER"/s-second-apply-*.json)"
}

@test "a run that ended half-way tells its first state when asked again" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    before=$(cat "$FOLDER/u-second.json")
    rm "$FOLDER"/s-second-apply-*.json
    "$LAB/target-1/wine" reg delete "$CIMOM" /v AllowAnonymousCallback /f
    run jq -c '[.settings[] | [.state, .before]]' \
        <<<"$(warm apply "$name" second | result)"
    assert_equal "$output" \
        '[["changed",{"absent":"value"}],["ok","Y"],["changed",{"absent":"key","levels":1}]]'
    assert_equal "$(cat "$FOLDER/u-second.json")" "$before"
}

@test "a value of another type, and a key of that name, are seen" {
    "$LAB/target-1/wine" reg add "$CIMOM" /v AllowAnonymousCallback \
        /t REG_SZ /d 1 /f
    "$LAB/target-1/wine" reg add "$CIMOM\\AllowAnonymousCallback" /f
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    run jq -c '.settings[2] | .state, .before, .hints[0]' \
        <<<"$(warm check "$name" typed | result)"
    assert_contains "$output" '"drift"'
    assert_contains "$output" '"1"'
    assert_contains "$output" 'has a key named'
    "$LAB/target-1/wine" reg delete "$CIMOM\\AllowAnonymousCallback" /f
}

@test "while one run works, another is busy and the same one waits for it" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    program="C:\\ProgramData\\wmifleet\\p-$(hash_of "$PAYLOAD").exe"
    # Wine's file locks are the system's: the test itself holds the lock.
    python3 - "$HOME_DIR" "$FOLDER" "$LAB/target-1/wine" "$program" \
        "$name" >"$LAB/busy" <<'END'
import fcntl, json, os, subprocess, sys

home, folder, wine, program, request = sys.argv[1:]
key = "held-check-" + request[2:34]

def start(run):
    return subprocess.Popen([wine, program, "check", request, run], cwd=home,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)

def told(process):
    out, _ = process.communicate()
    return json.loads(out.split(b"\x1e")[-1])

# Wine's server holds what a Windows program has open.
def held_by_another(path):
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            fds = "/proc/%s/fd/" % pid
            if int(pid) != os.getpid() and any(
                    os.readlink(fds + fd) == path for fd in os.listdir(fds)):
                return True
        except OSError:
            pass
    return False

lock = open(folder + "/lock", "r+b", buffering=0)
fcntl.lockf(lock, fcntl.LOCK_EX, 1, 1 << 32)
lock.write(key.encode())
lock.truncate()
busy = told(start("other"))
print(busy["error"]["class"], key in busy["error"]["text"],
      len(busy["settings"]), os.path.exists(folder + "/u-other.json"))

same = start("held")
while not held_by_another(folder + "/lock"):  # from here on it waits
    assert same.poll() is None
saved = '{"run":"held","complete":true}'
with open(folder + "/s-" + key + ".json", "w") as file:
    file.write(saved)
lock.close()
print(json.dumps(told(same), separators=(",", ":")) == saved)
print(told(start("other"))["error"])
END
    assert_equal "$(cat "$LAB/busy")" "busy True 0 False
True
None"
}

@test "a result is saved though nobody reads it" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    payload "C:\\ProgramData\\wmifleet\\p-$(hash_of "$PAYLOAD").exe" \
        check "$name" unread >&-
    run jq -r .complete "$FOLDER"/s-unread-check-*.json
    assert_equal "$output" true
}

@test "a request whose bytes are not those of its name is refused" {
    name=$(request '{"protocol":1,"wmi":{},"options":{}}')
    printf ' ' >>"$HOME_DIR/$name"
    run jq -r '.error.class, .request_settled' \
        <<<"$(cold check "$name" altered | result)"
    assert_equal "$output" "payload-failed
false"
    [ ! -e "$FOLDER/r-${name#"$ONE_TIME"-}" ]
    rm "$HOME_DIR/$name"
}

@test "a request with a secret is deleted and never copied" {
    name=$(request "{\"protocol\":1,\"wmi\":$WMI,\"options\":{\"secret\":true}}")
    run jq -r '.error, .request_settled' \
        <<<"$(cold check "$name" secret | result)"
    assert_equal "$output" "null
false"
    [ ! -e "$HOME_DIR/$name" ]
    [ ! -e "$FOLDER/r-${name#"$ONE_TIME"-}" ]
}

@test "the run whose snapshots are asked for is judged like a run id" {
    for id in '""' '"*"' '"..\\x"' '"a b"' '"r?"' 5 null \
        '"12345678901234567890123456789012345678901"'; do
        name=$(request "{\"protocol\":1,\"wmi\":{},\"options\":{\"run\":$id}}")
        run jq -r '.error.class, (.error.text | contains("options"))' \
            <<<"$(cold snapshots "$name" asked | result)"
        assert_equal "$output" "payload-failed
true"
    done
    name=$(request '{"protocol":1,"wmi":{},"options":{"run":"2026-A"}}')
    run jq -c '.error, .snapshots' <<<"$(cold snapshots "$name" asked | result)"
    assert_equal "$output" 'null
{"files":[],"left_out":0}'
}

@test "a new request takes the place of the old one" {
    name=$(request "{\"protocol\":1,\"wmi\":$WMI,\"options\":{\"only\":[\"dcom\"]}}")
    run jq -r '.settings[].id' <<<"$(warm check "$name" newer | result)"
    assert_equal "$output" dcom.enabled
    assert_equal "$(find "$FOLDER" -name 'r-*' -printf '%f\n')" \
        "r-${name#"$ONE_TIME"-}"
}

@test "a payload in the folder that was altered is replaced" {
    settled=$FOLDER/p-$(hash_of "$PAYLOAD").exe
    printf 'x' >>"$settled"
    name=$(request "$REQUEST")
    run jq -r .settled <<<"$(cold check "$name" altered-payload | result)"
    assert_equal "$output" true
    cmp "$settled" "$PAYLOAD"
}

# A program that has a file open until another one lies beside it, and for a
# moment longer, as virus scanners and indexers do.
build_scanner() {
    cat >"$LAB/scanner.c" <<'C'
#include <windows.h>
#include <stdio.h>
int main(int argc, char **argv)
{
    char beside[MAX_PATH];
    if (argc != 2)
        return 1;
    HANDLE file = CreateFileA(argv[1], GENERIC_READ, FILE_SHARE_READ, NULL,
                              OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return 1;
    snprintf(beside, sizeof beside, "%s.new", argv[1]);
    puts("open");
    fflush(stdout);
    for (int i = 0; i < 3000; i++)
        if (GetFileAttributesA(beside) != INVALID_FILE_ATTRIBUTES)
            break;
        else
            Sleep(1);
    Sleep(300);
    CloseHandle(file);
    return 0;
}
C
    x86_64-w64-mingw32-gcc -O1 -o "$LAB/scanner.exe" "$LAB/scanner.c"
}

@test "a file that a scanner has open for a moment is replaced all the same" {
    name=$(request "$REQUEST")
    settled=r-${name##*-}
    echo altered >"$FOLDER/$settled"
    build_scanner
    mkfifo "$LAB/ready"
    "$LAB/target-1/wine" "$LAB/scanner.exe" \
        "C:\\ProgramData\\wmifleet\\$settled" >"$LAB/ready" 2>/dev/null </dev/null &
    read -r <"$LAB/ready"
    run jq -c '[.error, .request_settled, .hints]' \
        <<<"$(cold check "$name" scanned | result)"
    wait $!
    assert_equal "$output" "[null,true,[]]"
    assert_equal "$(hash_of "$FOLDER/$settled")" "${settled:2:32}"
}

@test "one-time files of yesterday are swept, nothing else is" {
    old=$HOME_DIR/wmifleet-aaaaaaaaaaaaaaaa
    touch -d '2 days ago' "$old.exe" "$old.txt" "$HOME_DIR/wmifleet-notes.exe"
    touch "$HOME_DIR/wmifleet-bbbbbbbbbbbbbbbb.exe"
    name=$(request "$REQUEST")
    cold check "$name" sweep >/dev/null
    [ ! -e "$old.exe" ]
    [ -e "$old.txt" ]
    [ -e "$HOME_DIR/wmifleet-notes.exe" ]
    [ -e "$HOME_DIR/wmifleet-bbbbbbbbbbbbbbbb.exe" ]
    [ -e "$HOME_DIR/$ONE_TIME.exe" ]
}

@test "at most twenty results of a verb are kept, and every snapshot" {
    name=r-$(printf '%s' "$REQUEST" | sha256sum | cut -c1-32).json
    for i in $(seq 25); do
        touch -d '1 day ago' "$FOLDER/s-old-$i-check-x.json"
    done
    warm check "$name" newest >/dev/null
    assert_equal "$(find "$FOLDER" -name 's-*-check-*.json' | wc -l)" 20
    [ "$(find "$FOLDER" -name 's-*-apply-*.json' | wc -l)" -gt 0 ]
    ls "$FOLDER"/s-newest-check-*.json
    ls "$FOLDER/u-second.json"
}

@test "a folder of somebody else, or one that is open, is not used" {
    name=$(request "$REQUEST")
    for mode in foreign-folder loose-folder; do
        "$LAB/target-1/mode" $mode
        find "$FOLDER" -type f -printf '%f %T@\n' | sort >"$LAB/before"
        run jq -r '.error.class, .folder' \
            <<<"$(cold check "$name" "$mode" | result)"
        assert_equal "$output" "unsafe-dir
null"
        find "$FOLDER" -type f -printf '%f %T@\n' | sort >"$LAB/after"
        cmp "$LAB/before" "$LAB/after"
    done
    "$LAB/target-1/mode" none
}

@test "a login that is not elevated is told so and leaves nothing" {
    name=$(request "$REQUEST")
    "$LAB/target-1/mode" not-elevated
    run jq -r '.error.class, .folder, (.settings | length)' \
        <<<"$(cold apply "$name" plain | result)"
    "$LAB/target-1/mode" none
    assert_equal "$output" "not-admin
null
0"
    [ -z "$(find "$FOLDER" -name '*plain*')" ]
}

@test "a write that is refused or does not take is told with its code" {
    name=$(request "$REQUEST")
    "$LAB/target-1/wine" reg delete "$POLICIES" \
        /v LocalAccountTokenFilterPolicy /f
    "$LAB/target-1/mode" registry-denied
    run jq -r '.settings[0] | .state, .error.code, .error.name, .error.hint' \
        <<<"$(cold apply "$name" denied | result)"
    assert_contains "$output" "failed
0x00000005
ERROR_ACCESS_DENIED
look at the permissions"
    "$LAB/target-1/mode" registry-ignored
    run jq -r '.settings[0] | .state, .error.name' \
        <<<"$(cold apply "$name" ignored | result)"
    "$LAB/target-1/mode" none
    assert_equal "$output" "failed
not_effective"
}
