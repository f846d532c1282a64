#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Login shells of every kind, with what they print around an answer and what
# they make of its characters: the result is the same as through plain cmd,
# letter by letter. A rule with a name that no single code page has makes that
# count.

load lab

setup_file() {
    lab_start 1
    jq '(.. | objects | select(has("rules")).rules) +=
        [{name: "Pr\u00fcfstand \u65e5\u672c", direction: "in",
          program: "%ProgramFiles%\\Pr\u00fcf \u65e5\\s\u00e9.exe",
          protocol: "udp", local_ports: "5000-5005"}]' \
        "$LAB/asked.json" >"$LAB/inventory.json"
    wmifleet_in "$LAB" apply >/dev/null
    # What is compared: one setting of each kind differs, in both languages.
    jq '(.. | objects | select(has("rules")).rules[-1].local_ports) = "5000" |
        (.. | objects | select(has("uac")).uac) =
            {local_account_token_filter_policy: 0}' \
        "$LAB/inventory.json" >"$LAB/other.json"
    mv "$LAB/other.json" "$LAB/inventory.json"
    wmifleet_in "$LAB" check --json | settings >"$LAB/plain.json"
}

teardown_file() {
    lab_stop
}

setup() {
    "$LAB/target-1/mode" none
    rm -f "$LAB"/state.db*
}

teardown() {
    "$LAB/target-1/mode" none
}

settings() {
    result_of target-1 | jq .settings
}

commands_since() {
    log_since 1 | grep -c 'server_input_channel_req: .* request exec' || :
}

# same_result MODE...: cold, then warm; the second needs one command alone.
same_result() {
    "$LAB/target-1/mode" "$@"
    run wmifleet check --json
    assert_equal "$status" 3
    assert_equal "$(settings <<<"$output")" "$(cat "$LAB/plain.json")"
    result_of target-1 <<<"$output" | jq -r '.noise // ""' >"$LAB/noise"
    log_mark 1
    run wmifleet check --json
    assert_equal "$status" 3
    assert_equal "$(settings <<<"$output")" "$(cat "$LAB/plain.json")"
    assert_equal "$(commands_since)" 1
    run log_since 1
    [[ $output != *"request subsystem"* ]]
}

@test "the plain result has the letters that were asked for" {
    assert_contains "$(cat "$LAB/plain.json")" "Prüfstand 日本"
    assert_contains "$(cat "$LAB/plain.json")" 'Prüf 日\\sé.exe'
    assert_equal "$(jq -c '[.[] | select(.state != "ok") | .id]' \
        "$LAB/plain.json")" '["uac.local_account_token_filter_policy","firewall.rules[Prüfstand 日本]"]'
}

@test "cmd" {
    same_result none
}

@test "PowerShell" {
    same_result shell-powershell
}

@test "a shell of the sh family" {
    same_result shell-posix
}

@test "banners before and after are noise, not the result" {
    same_result banner
    assert_contains "$(cat "$LAB/noise")" "Property of the school"
    assert_contains "$(cat "$LAB/noise")" "Good bye."
}

@test "banners of PowerShell" {
    same_result shell-powershell banner
    assert_contains "$(cat "$LAB/noise")" "Property of the school"
}

@test "banners of a shell of the sh family" {
    same_result shell-posix banner
    assert_contains "$(cat "$LAB/noise")" "Good bye."
}

@test "code page 437" {
    same_result codepage-437
}

@test "code page 932" {
    same_result codepage-932
}

@test "UTF-16" {
    same_result utf16
}

@test "PowerShell with banners, through code page 932" {
    same_result shell-powershell banner codepage-932
}

@test "a shell of the sh family with banners, as UTF-16" {
    same_result shell-posix banner utf16
}

@test "the command that Windows' cmd takes for an option is not sent twice" {
    "$LAB/target-1/mode" shell-posix
    log_mark 1
    run wmifleet check
    assert_equal "$status" 3
    assert_equal "$(commands_since)" 2
}

@test "a default shell that was changed is noticed within the same run" {
    for shell in none shell-posix shell-powershell none; do
        "$LAB/target-1/mode" "$shell"
        run wmifleet check --json
        assert_equal "$status" 3
        assert_equal "$(settings <<<"$output")" "$(cat "$LAB/plain.json")"
        log_mark 1
        run wmifleet check --json
        assert_equal "$status" 3
        assert_equal "$(commands_since)" 1
    done
}

@test "apply through a shell that garbles output writes the right letters" {
    "$LAB/target-1/mode" shell-powershell banner codepage-437
    run wmifleet apply
    assert_equal "$status" 0
    "$LAB/target-1/mode" none
    run wmifleet check
    assert_equal "$status" 0
    jq '(.. | objects | select(has("rules")).rules[-1].local_ports) = "5000-5005"
        | (.. | objects | select(has("uac")).uac) =
            {local_account_token_filter_policy: 1}' \
        "$LAB/inventory.json" >"$LAB/back.json"
    run wmifleet apply -i "$LAB/back.json"
    assert_equal "$status" 0
}

# The folder that a login starts in, or that ProgramData is, has a name that
# no command line of ours may carry.
move_profile() {
    local target=$LAB/target-1 profile
    profile=$target/prefix/drive_c/users/$1
    mkdir -p "$profile"
    sed -i "s|\"LAB_PROFILE=[^\"]*\"|\"LAB_PROFILE=$profile\"|" \
        "$target/sshd_config"
    kill -HUP "$(cat "$target/sshd.pid")"
}

@test "a profile folder with blanks and other letters" {
    before=$(grep -c 'Server listening' "$LAB/target-1/sshd.log")
    move_profile 'Jürgen Groß 日本'
    until [ "$(grep -c 'Server listening' "$LAB/target-1/sshd.log")" -gt \
        "$before" ]; do :; done
    for shell in none shell-powershell shell-posix; do
        rm -f "$LAB"/state.db*
        same_result "$shell"
    done
    [ -z "$(find "$LAB/target-1/prefix/drive_c/users" -name 'wmifleet-*')" ]
    move_profile Administrator
}

@test "a ProgramData folder with blanks: its 8.3 form is used, and kept" {
    key='HKLM\Software\Microsoft\Windows NT\CurrentVersion\ProfileList'
    old=$("$LAB/target-1/wine" reg query "$key" /v ProgramData | tr -d '\r' |
        awk '$1 == "ProgramData" { $1 = $2 = ""; print substr($0, 3) }')
    mkdir -p "$LAB/target-1/prefix/drive_c/Program Dätä"
    "$LAB/target-1/wine" reg add "$key" /v ProgramData /t REG_EXPAND_SZ \
        /d '%SystemDrive%\Program Dätä' /f
    for shell in none shell-powershell shell-posix; do
        rm -f "$LAB"/state.db*
        same_result "$shell"
    done
    ls "$LAB/target-1/prefix/drive_c/Program Dätä/wmifleet"/p-*.exe
    "$LAB/target-1/wine" reg add "$key" /v ProgramData /t REG_EXPAND_SZ \
        /d "$old" /f
}
