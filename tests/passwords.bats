#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Logging in with a password, by each way to give one. It is never shown,
# never kept, and never sent to a host whose key is new. (The interactive
# prompt needs PAM, which the lab's sshd does without: test_ssh_prompt.c.)

load lab

setup_file() {
    lab_start 1
    sed '/ansible_ssh_private_key_file/d' "$LAB/asked.json" >"$LAB/inventory.json"
    cp "$LAB/inventory.json" "$LAB/nothing.json"
    export SECRET
    SECRET=$(cat "$LAB/password")
}

teardown_file() {
    lab_stop
}

setup() {
    unset SSH_AUTH_SOCK
    export HOME=$LAB
    rm -f "$LAB"/state.db*
    cp "$LAB/nothing.json" "$LAB/inventory.json"
}

# with KEY JSON: the inventory with this variable for all.
with() {
    jq --arg key "$1" --argjson value "$2" '.all.children.lab.vars[$key] = $value' \
        "$LAB/nothing.json" >"$LAB/inventory.json"
}

# logs_in [OPTIONS]: a check with all that can be printed; nothing of it and
# nothing of what is kept has the password.
logs_in() {
    log_mark 1
    run wmifleet check --json -vvv "$@"
    assert_equal "$status" 3
    assert_equal "$(grep '^{' <<<"$output" | result_of target-1 |
        jq -r .status)" drift
    unseen "$output"
    assert_contains "$(log_since 1)" "Accepted password"
}

unseen() {
    if [[ $1 == *"$SECRET"* ]]; then
        echo "the password was printed" >&2
        return 1
    fi
    if grep -aqF -- "$SECRET" "$LAB"/state.db*; then
        echo "the password is in the store" >&2
        return 1
    fi
}

@test "without a password the login is refused, with what the server takes" {
    run wmifleet check
    assert_equal "$status" 4
    assert_contains "$output" "auth: "
    assert_contains "$output" "password"
}

@test "an empty SSH_AUTH_SOCK is no agent, not a broken one" {
    SSH_AUTH_SOCK='' run wmifleet check
    assert_equal "$status" 4
    [[ $output != *ssh-agent* ]]
}

@test "ansible_password" {
    with ansible_password "\"$SECRET\""
    logs_in
    unseen "$(wmifleet inventory --list; wmifleet inventory --host target-1
        wmifleet show; wmifleet runs; wmifleet status)"
}

@test "wmifleet_password from the environment" {
    with wmifleet_password '{"env": "LAB_SECRET"}'
    LAB_SECRET=$SECRET logs_in
}

@test "wmifleet_password from a file" {
    with wmifleet_password "{\"file\": \"$LAB/password\"}"
    logs_in
}

@test "wmifleet_password from a command" {
    with wmifleet_password "{\"command\": [\"cat\", \"$LAB/password\"]}"
    logs_in
}

@test "--password-file" {
    logs_in --password-file "$LAB/password"
}

@test "a source that has none is named, and no guess is made" {
    with wmifleet_password '{"env": "NOT_SET_ANYWHERE"}'
    log_mark 1
    run wmifleet check
    assert_equal "$status" 4
    assert_contains "$output" "NOT_SET_ANYWHERE"
    run log_since 1
    [[ $output != *"method password"* ]]
}

@test "a wrong password is of class auth, and is not shown either" {
    printf 'Wrong-password-9\n' >"$LAB/wrong"
    run wmifleet check --json -vvv --password-file "$LAB/wrong"
    assert_equal "$status" 4
    assert_equal "$(grep '^{' <<<"$output" | result_of target-1 |
        jq -r .error.class)" auth
    [[ $output != *Wrong-password-9* ]]
    run wmifleet check --password-file "$LAB/wrong"
    assert_contains "$output" "refused"
}

@test "the password is no word of a command line" {
    # The program that knows the password waits: so does the run.
    mkfifo "$LAB/gate"
    cat >"$LAB/ask" <<'PROGRAM'
#!/bin/sh
cat "$1/gate" >/dev/null
cat "$1/password"
PROGRAM
    chmod +x "$LAB/ask"
    with wmifleet_password "{\"command\": [\"$LAB/ask\", \"$LAB\"]}"
    wmifleet check --json >"$LAB/out" 2>&1 &
    pid=$!
    : >"$LAB/gate"
    looks=0 words=0
    while kill -0 "$pid" 2>/dev/null; do
        looks=$((looks + 1))
        words=$((words + $(cat /proc/[0-9]*/cmdline 2>/dev/null |
            tr '\0' '\n' | grep -cFf "$LAB/password" || :)))
    done
    wait "$pid" || [ $? -eq 3 ]
    [ "$looks" -gt 0 ]
    assert_equal "$words" 0
    assert_equal "$(grep '^{' "$LAB/out" | result_of target-1 | jq -r .status)" \
        drift
}

@test "a host whose key is new is not sent a password" {
    log_mark 1
    run wmifleet_in "$LAB" ping --known-hosts "$LAB/new-hosts" \
        --host-keys accept-new --password-file "$LAB/password"
    assert_equal "$status" 4
    assert_contains "$output" "no password was sent"
    run log_since 1
    [[ $output != *"method password"* ]]
    [[ $output != *"Accepted"* ]]
    rm -f "$LAB/new-hosts"
    run wmifleet_in "$LAB" ping --known-hosts "$LAB/new-hosts" \
        --host-keys accept-new --password-file "$LAB/password" \
        --password-to-new-hosts
    assert_equal "$status" 0
}

@test "--ask-pass: what is typed logs in and is not shown" {
    log_mark 1
    run "$ROOT/tests/at_terminal" "$SECRET" "$WMIFLEET" ping --ask-pass \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        --store "$LAB/state.db"
    assert_equal "$status" 0
    assert_contains "$output" 'SSH password:'
    [[ $output != *"left silent"* ]]
    unseen "$output"
    assert_contains "$(log_since 1)" "Accepted password"
}

@test "--ask-pass: Ctrl-C ends the program and leaves no silent terminal" {
    log_mark 1
    run "$ROOT/tests/at_terminal" INT "$WMIFLEET" ping --ask-pass \
        -i "$LAB/inventory.json" --known-hosts "$LAB/known_hosts" \
        --store "$LAB/state.db"
    assert_equal "$status" 130
    [[ $output != *"left silent"* ]]
    assert_equal "$(log_since 1)" ''
}

@test "half of a password that is too long is not tried" {
    head -c 3000 /dev/zero | tr '\0' x >"$LAB/long"
    run wmifleet ping --password-file "$LAB/long"
    assert_equal "$status" 1
    assert_contains "$output" "long: its first line is no password"
}
