#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The lab itself, seen by a plain SSH client: whether it does what Windows
# does where the product depends on it.
#
# shellcheck disable=SC2016 # what looks like variables is for the targets

bats_require_minimum_version 1.5.0
load lab

setup_file() {
    TOOLS=$BUILD/lab
    mkdir -p "$BUILD"
    LAB=$(mktemp -d "$BUILD/lab-self.XXXXXX")
    export LAB TOOLS
    "$ROOT/tests/lab/lab" up 2 "$LAB" --target 2:server,de
    PROFILE=$LAB/target-1/prefix/drive_c/users/Administrator
    export PROFILE
    cp "$TOOLS/arguments.exe" "$PROFILE/arguments.exe"
}

teardown_file() {
    lab_stop
}

teardown() {
    "$LAB/target-1/mode" none
}

ssh_options() {
    printf '%s\n' -F none -o BatchMode=yes -o LogLevel=ERROR \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -o KexAlgorithms=curve25519-sha256 -o IdentitiesOnly=yes \
        -i "$LAB/id_ed25519"
}

# remote COMMAND: on target 1, without carriage returns.
remote() {
    local options
    mapfile -t options < <(ssh_options)
    ssh "${options[@]}" -p "$(cat "$LAB/target-1/port")" \
        Administrator@127.0.0.1 "$1" </dev/null 2>&1 | tr -d '\r'
    return "${PIPESTATUS[0]}"
}

# files COMMAND...: over SFTP, each a line.
files() {
    local options
    mapfile -t options < <(ssh_options)
    printf '%s\n' "$@" | sftp -b - "${options[@]}" \
        -P "$(cat "$LAB/target-1/port")" Administrator@127.0.0.1 2>&1
}

# until_true COMMAND...: the condition, or a failure after 20 seconds.
until_true() {
    local end=$((SECONDS + 20))
    until "$@"; do
        [ $SECONDS -lt $end ] || return 1
        sleep 0.05
    done
}

# A program that runs until release() is called.
hold() {
    rm -f "$PROFILE/go" "$PROFILE/done"
    remote '.\arguments.exe --await go --write done over' 3>&- &
    HELD=$!
    until_true running
}

release() {
    touch "$PROFILE/go"
    wait "$HELD" || true
}

# Whether the held program runs on target 1.
running() {
    local comm
    while read -r comm; do
        if grep -qsa "LAB_PREFIX=$LAB/target-1/" "${comm%comm}environ"; then
            return 0
        fi
    done < <(grep -lxs arguments.exe /proc/[0-9]*/comm)
    return 1
}

secure() {
    "$LAB/target-1/wine" "$TOOLS/security.exe" "$@" | tr -d '\r'
}

@test "a command reaches cmd as it was sent, quotes included" {
    run remote '.\arguments.exe "a  b" c\"d %OS% "" e'
    assert_equal "$output" '[a  b]
[c"d]
[Windows_NT]
[]
[e]'
    run remote 'echo "one  two"'
    assert_equal "$output" '"one  two"'
}

@test "a command runs in the profile and knows the connection" {
    run remote 'cd & echo %SSH_CONNECTION%'
    assert_contains "$output" 'C:\users\Administrator'
    assert_contains "$output" "127.0.0.1 $(cat "$LAB/target-1/port")"
}

@test "the exit status is that of the program" {
    run remote '.\arguments.exe --status 42'
    assert_equal "$status" 42
}

@test "cmd refuses ./name and a missing program with status 1" {
    run remote './arguments.exe a'
    assert_equal "$status" 1
    assert_equal "$output" "'.' is not recognized as an internal or external command,
operable program or batch file."
    run remote '.\missing.exe a'
    assert_equal "$status" 1
    assert_contains "$output" "'.\\missing.exe' is not recognized"
}

@test "a PowerShell-like shell prints a quoted first word" {
    "$LAB/target-1/mode" shell-powershell
    run remote '".\arguments.exe" a'
    assert_equal "$output" '.\arguments.exe'
    run remote '& ".\arguments.exe" "a  b" $env:OS'
    assert_equal "$output" '[a  b]
[Windows_NT]'
    run remote './arguments.exe a'
    assert_equal "$output" '[a]'
    run remote '.\arguments.exe --status 42'
    assert_equal "$status" 1
}

@test "a POSIX-like shell takes backslashes for escapes" {
    "$LAB/target-1/mode" shell-posix
    run remote './arguments.exe "a  b" c\ d $0'
    assert_equal "$output" '[a  b]
[c d]
[bash]'
    run -127 remote '.\arguments.exe a'
    assert_contains "$output" '.arguments.exe: command not found'
}

@test "modes: banners, code pages, programs that vanish or do not start" {
    "$LAB/target-1/mode" banner codepage-437
    run remote '.\arguments.exe é'
    assert_contains "$output" 'Property of the school'
    assert_contains "$output" '[├⌐]'
    assert_contains "$output" 'Good bye.'
    "$LAB/target-1/mode" slow-start
    begin=$EPOCHSECONDS
    run remote '.\arguments.exe late'
    assert_equal "$output" '[late]'
    [ $((EPOCHSECONDS - begin)) -ge 2 ]
    "$LAB/target-1/mode" not-started
    run remote '.\arguments.exe a'
    assert_equal "$status$output" 1
    cp "$PROFILE/arguments.exe" "$PROFILE/kept"
    "$LAB/target-1/mode" antivirus
    run remote '.\arguments.exe a'
    assert_equal "$status" 1
    [ ! -e "$PROFILE/arguments.exe" ]
    mv "$PROFILE/kept" "$PROFILE/arguments.exe"
}

@test "mode shows what is in force and refuses what it does not know" {
    "$LAB/target-1/mode" banner utf16
    run "$LAB/target-1/mode"
    assert_equal "$(grep -c '^\*' <<<"$output")" 2
    run "$LAB/target-1/mode" no-such-mode
    assert_equal "$status" 2
    run "$LAB/target-1/mode"
    assert_equal "$(grep -c '^\*' <<<"$output")" 2
}

@test "SFTP starts in the profile and speaks of drive C:" {
    run files pwd 'ls -1 /C:/ProgramData'
    assert_contains "$output" 'directory: /C:/users/Administrator'
    assert_contains "$output" '/C:/ProgramData/Microsoft'
}

@test "a running program can be neither overwritten, renamed nor removed" {
    hold
    run files "-put $TOOLS/login.exe arguments.exe" \
        '-rename arguments.exe other.exe' '-rm arguments.exe'
    assert_equal "$(grep -c 'Permission denied' <<<"$output")" 3
    cmp "$TOOLS/arguments.exe" "$PROFILE/arguments.exe"
    release
    until_true files 'rename arguments.exe other.exe'
    run files "put $TOOLS/arguments.exe" 'rm other.exe'
    assert_equal "$status" 0
}

@test "a program goes on when its SSH session dies" {
    hold
    kill "$HELD"
    wait "$HELD" || true
    until_true no_client
    running
    touch "$PROFILE/go"
    until_true test -s "$PROFILE/done"
    assert_equal "$(tr -d '\r' <"$PROFILE/done")" '[over]'
}

# Ends the clients of this lab; true when there is none.
no_client() {
    local comm
    while read -r comm; do
        if grep -qsaF "$LAB/id_ed25519" "${comm%comm}cmdline"; then
            comm=${comm#/proc/}
            kill "${comm%/comm}" 2>/dev/null
            return 1
        fi
    done < <(grep -lxs ssh /proc/[0-9]*/comm)
}

@test "a folder keeps the security of its creation, files inherit it" {
    run secure make 'C:\ProgramData\mine' \
        'O:BAG:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
    assert_equal "$output" 'O:BAD:P(A;OICI;FA;;;SY)(A;OICI;FA;;;BA)'
    touch "$LAB/target-1/prefix/drive_c/ProgramData/mine/file"
    run secure show 'C:\ProgramData\mine\file'
    assert_equal "$output" 'O:BAD:AI(A;ID;FA;;;SY)(A;ID;FA;;;BA)'
    run secure show 'C:\ProgramData'
    assert_contains "$output" '(A;CI;DCLCRPCR;;;BU)'
}

@test "a folder that is not protected gets its parent's entries" {
    run secure make 'C:\ProgramData\open' 'D:(A;OICI;GR;;;WD)'
    assert_contains "$output" 'D:AI(A;'
    assert_contains "$output" '(A;OICIID;0x1200a9;;;BU)'
    run secure set 'C:\ProgramData\open' 'D:P(A;OICI;FA;;;BA)'
    assert_equal "$output" 'O:BAD:PAI(A;OICI;FA;;;BA)'
    run secure owner 'C:\ProgramData\open' S-1-5-18
    assert_equal "$output" 'error 1307'
}

@test "the modes of the payload's folder come and go" {
    "$LAB/target-1/mode" foreign-folder
    run secure show 'C:\ProgramData\wmifleet'
    assert_contains "$output" 'O:S-1-5-21-'
    "$LAB/target-1/mode" loose-folder
    run secure show 'C:\ProgramData\wmifleet'
    assert_contains "$output" '(A;OICI;0x1301bf;;;BU)'
    "$LAB/target-1/mode" none
    [ ! -e "$LAB/target-1/prefix/drive_c/ProgramData/wmifleet" ]
}

@test "a denied registry refuses writes until the mode ends" {
    key='HKLM\Software\Microsoft\Ole'
    "$LAB/target-1/mode" registry-denied
    run "$LAB/target-1/wine" reg add "$key" /v Tried /d 1 /f
    [ "$status" -ne 0 ]
    "$LAB/target-1/mode" registry-ignored
    run "$LAB/target-1/wine" reg add "$key" /v Tried /d 1 /f
    assert_equal "$status" 0
    assert_equal "$(registry 1 "$key" Tried)" ""
    "$LAB/target-1/mode" none
    "$LAB/target-1/wine" reg add "$key" /v Tried /d 1 /f
    assert_equal "$(registry 1 "$key" Tried)" 1
}

@test "each target has its own identity, language and kind" {
    key='HKLM\Software\Microsoft\Cryptography'
    [ "$(registry 1 "$key" MachineGuid)" != "$(registry 2 "$key" MachineGuid)" ]
    key='HKLM\System\CurrentControlSet\Control\ProductOptions'
    assert_equal "$(registry 1 "$key" ProductType)" WinNT
    assert_equal "$(registry 2 "$key" ProductType)" ServerNT
    assert_equal "$(registry 2 'HKLM\Software\wmifleet-lab' Language)" de
}

# known ADDRESS: whether target 2 shows its key there.
known() {
    ssh-keyscan -p "$(cat "$LAB/target-2/port")" "$1" 2>/dev/null |
        grep -qF "$(cut -d' ' -f2 "$LAB/target-2/host_key.pub")"
}

@test "each target has an address of its own, and 127.0.0.1 beside it" {
    one=$(cat "$LAB/target-1/address")
    two=$(cat "$LAB/target-2/address")
    assert_equal "${one%.*}.2" "$two"
    [[ $two =~ ^127\.[1-9][0-9]*\.[0-9]+\.2$ ]]
    assert_equal "$two" "$(jq -r '.. | objects | select(has("target-2"))
        ["target-2"].ansible_host' "$LAB/inventory.json")"
    known "$two"
    known 127.0.0.1
    run known "$one"
    [ "$status" -ne 0 ]
}

@test "a second lab runs beside, elsewhere, and its end leaves nothing" {
    other=$(mktemp -d /dev/shm/wmifleet-lab.XXXXXX)
    "$ROOT/tests/lab/lab" up 1 "$other"
    place=$(realpath "$other/target-1/prefix")
    wine_folder=/tmp/$(cat "$place/wineserver")
    [ -d "$wine_folder" ]
    [ "$(cat "$other/target-1/address")" != "$(cat "$LAB/target-1/address")" ]
    run remote 'echo still here'
    assert_equal "$output" 'still here'
    "$ROOT/tests/lab/lab" down "$other"
    [ ! -e "$other" ]
    [ ! -e "$place" ]
    [ ! -e "$wine_folder" ]
    run grep -lsa "$other" /proc/[0-9]*/environ
    assert_equal "$output" ""
    run remote 'echo still here'
    assert_equal "$output" 'still here'
}

@test "up that fails half-way ends what it started" {
    other=$LAB/other
    mkdir "$LAB/bin"
    # The second key is the target's: its Windows runs by then.
    cat >"$LAB/bin/ssh-keygen" <<'END'
#!/bin/sh
case $* in *host_key*) exit 1 ;; esac
exec /usr/bin/ssh-keygen "$@"
END
    chmod +x "$LAB/bin/ssh-keygen"
    PATH=$LAB/bin:$PATH run "$ROOT/tests/lab/lab" up 1 "$other"
    [ "$status" -ne 0 ]
    [ ! -e "$other" ]
    run grep -lsa "$other" /proc/[0-9]*/environ
    assert_equal "$output" ""
}

@test "up refuses a folder that is in use" {
    run "$ROOT/tests/lab/lab" up 1 "$LAB"
    assert_equal "$status" 1
    assert_contains "$output" "not empty"
    [ -e "$LAB/inventory.json" ]
}

@test "the account has a password too" {
    cat >"$LAB/askpass" <<END
#!/bin/sh
cat "$LAB/password"
END
    chmod +x "$LAB/askpass"
    run env SSH_ASKPASS="$LAB/askpass" SSH_ASKPASS_REQUIRE=force DISPLAY=:0 \
        ssh -F none -o PubkeyAuthentication=no -o LogLevel=ERROR \
        -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null \
        -p "$(cat "$LAB/target-1/port")" administrator@127.0.0.1 'exit 5'
    assert_equal "$status" 5
}

# The kernel's layout flags of every process that lives on target 1.
layouts() {
    grep -lsa "LAB_PREFIX=$LAB/target-1/" /proc/[0-9]*/environ |
        while read -r environ; do
            cat "${environ%environ}personality" 2>/dev/null || :
        done
}

@test "no Windows program ends at once because its heap was in the way" {
    setarch -R true 2>/dev/null ||
        skip "fixed addresses are forbidden here"
    hold
    local flags seen=0
    for flags in $(layouts); do
        (((0x$flags & 0x40000) != 0))
        seen=$((seen + 1))
    done
    release
    [ "$seen" -gt 4 ]
}
