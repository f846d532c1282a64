#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The session breaks, or goes silent, in each phase: that phase's class, never
# a hang, never a wrong verdict. A relay stands before the target and holds
# the session at the chosen moment; then its sshd process is killed.

load lab

setup_file() {
    lab_start 1
}

setup() {
    HELD=$LAB/held
    rm -f "$HELD"
    RELAY=
    : >"$LAB/out"
}

teardown() {
    [ -z "$RELAY" ] || relay_end
}

teardown_file() {
    lab_stop
}

# relay_begin EVENT: an inventory of the target behind a relay.
relay_begin() {
    rm -f "$LAB/relay.port"
    "$BUILD/lab/relay" "$(cat "$LAB/target-1/port")" \
        "$LAB/target-1/sshd.log" "$1" "$HELD" >"$LAB/relay.port" 3>&- &
    RELAY=$!
    until_true grep -qs . "$LAB/relay.port"
    jq --argjson port "$(cat "$LAB/relay.port")" '
        (.. | objects | select(has("target-1"))["target-1"]) =
            {ansible_host: "127.0.0.1", ansible_port: $port}' \
        "$LAB/asked.json" >"$LAB/relayed.json"
    printf '[127.0.0.1]:%s %s\n' "$(cat "$LAB/relay.port")" \
        "$(cat "$LAB/target-1/host_key.pub")" >"$LAB/relayed_hosts"
}

relay_end() {
    kill "$RELAY" 2>/dev/null || :
    wait "$RELAY" 2>/dev/null || :
    RELAY=
}

until_true() {
    local end=$((SECONDS + 20))
    until "$@"; do
        [ $SECONDS -lt $end ]
        sleep 0.02
    done
}

# begin VERB OPTIONS...: in the background.
begin() {
    local verb=$1
    shift
    WMIFLEET_STORE=$LAB/relayed.db "$WMIFLEET" "$verb" \
        -i "$LAB/relayed.json" --known-hosts "$LAB/relayed_hosts" --json "$@" \
        >"$LAB/out" 2>"$LAB/err" 3>&- &
    CONTROLLER=$!
}

ended() {
    EXIT_STATUS=0
    wait "$CONTROLLER" || EXIT_STATUS=$?
    jq -c 'del(.settings, .facts)' "$LAB/out"
    cat "$LAB/err"
}

# Kills the processes of the one session there is: sshd's, not what it runs,
# which goes on as on Windows.
kill_session() {
    local id child
    for id in $(children_of "$(cat "$LAB/target-1/sshd.pid")"); do
        for child in $(children_of "$id"); do
            [ "$(cat "/proc/$child/comm")" != sshd ] || kill -KILL "$child"
        done
        kill -KILL "$id" 2>/dev/null || : # it follows its child by itself
    done
}

children_of() {
    cat /proc/"$1"/task/*/children 2>/dev/null || :
}

# broken VERB EVENT CLASS PHASE: killed at that moment, and tried once.
broken() {
    relay_begin "$2"
    begin "$1" --timeout 25 --retries 0
    until_true test -e "$HELD"
    kill_session
    ended
    verdict "$3" "$4"
}

# silent VERB EVENT CLASS PHASE: nothing comes any more.
silent() {
    relay_begin "$2"
    begin "$1" --timeout 3
    ended
    verdict "$3" "$4"
}

verdict() {
    assert_equal "$(jq -c 'select(.host) | [.error.class, .phase]' \
        "$LAB/out")" "[\"$1\",\"$2\"]"
}

forget_target() {
    rm -rf "$LAB/relayed.db"*
    rm -rf "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet"
}

@test "broken before the banner" {
    broken check banner banner-timeout banner
}

@test "broken in the key exchange" {
    broken check kex kex kex
}

@test "broken before the login is tried again by itself" {
    relay_begin kex
    begin check --timeout 25
    until_true test -e "$HELD"
    kill_session
    ended
    assert_equal "$EXIT_STATUS" 3
    assert_equal "$(jq -c 'select(.host) | [.status, .attempts]' "$LAB/out")" \
        '["drift",2]'
}

@test "broken in the login, before a key was used" {
    broken check userauth-request kex login
}

@test "broken when the channel for the upload opens" {
    forget_target
    broken check 'ctype session' sftp upload_payload
}

@test "broken when SFTP starts" {
    forget_target
    broken check 'request subsystem' sftp upload_payload
}

@test "broken in the middle of the upload" {
    forget_target
    broken check 'request subsystem>20000' upload upload_payload
}

@test "broken when the command is asked for" {
    broken check 'request exec' exec exec
}

@test "broken before the start mark" {
    broken check 'request exec+200' exec start
}

@test "silent before the banner" {
    silent check banner banner-timeout banner
}

@test "silent in the key exchange" {
    silent check kex kex kex
}

@test "silent in the login" {
    silent check userauth-request auth login
}

@test "silent in the middle of the upload" {
    forget_target
    silent check 'request subsystem>20000' upload upload_payload
}

@test "silent when the command is asked for" {
    silent check 'request exec' exec exec
}

@test "silent before the start mark" {
    silent check 'request exec+200' not-started start
}

@test "silent after the start mark" {
    silent check 'request exec+1500' run-timeout run
}

# The payload's own files on the target: what it saved, what it undid.
kept() {
    find "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet" -name "$1" |
        wc -l
}

@test "broken after the start mark: the result is collected, once worked" {
    forget_target
    relay_begin 'request exec+1500'
    begin apply --timeout 60
    until_true test -e "$HELD"
    kill_session
    ended
    assert_equal "$EXIT_STATUS" 0
    assert_equal "$(jq -r 'select(.host) | "\(.status) \(.attempts)"' \
        "$LAB/out")" "changed 2"
    assert_equal "$(registry 1 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    assert_equal "$(kept 's-*')" 1
    assert_equal "$(kept 'u-*')" 1
}

@test "broken after the start mark, and the machine stays away: lost" {
    relay_begin 'request exec+1500'
    begin check --timeout 6
    until_true test -e "$HELD"
    relay_end
    ended
    assert_equal "$EXIT_STATUS" 2
    verdict lost run
}
