#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# fixed_port on one target, over the lab's winmgmt.exe and service manager.
# What it left is read with the target's own reg.

bats_require_minimum_version 1.5.0
load lab
load direct

APPID='HKLM\Software\Classes\AppID\{8BC3F05E-D86B-11D0-A075-00C04FB68820}'
SERVICE='HKLM\System\CurrentControlSet\Services\winmgmt'
SVCHOST='HKLM\Software\Microsoft\Windows NT\CurrentVersion\SvcHost'
GROUP='@FirewallAPI.dll,-34251'
ON='{"fixed_port":{"enabled":true}}'
OFF='{"fixed_port":{"enabled":false}}'

setup_file() {
    direct_start
    everything >"$LAB/factory"
}

teardown_file() {
    lab_stop
}

# Everything that the command may touch, as reg exports it.
everything() {
    local key
    for key in "$SERVICE" "$SVCHOST" "$APPID"; do
        wine reg export "$key" 'C:\all.reg' /y >/dev/null &&
            iconv -f utf-16 -t utf-8 "$LAB/target-1/prefix/drive_c/all.reg"
    done | tr -d '\r'
}

# Each test begins, and has to end, as Windows comes from the factory.
setup() {
    assert_equal "$(everything)" "$(cat "$LAB/factory")"
}

teardown() {
    "$LAB/target-1/mode" none
}

# ask VERB WMI
ask() {
    payload "$1" '{"protocol":1,"wmi":'"$2"',"options":{"restart":"never"}}'
}

# ours VERB WMI: the setting in question.
ours() {
    ask "$@" | jq -c '.[] | select(.id == "fixed_port")'
}

verdict() {
    ours "$@" | jq -r '[.state, .error.code, .error.name] | map(values) | join(" ")'
}

# back WMI SETTINGS: undoes what an apply of WMI said.
back() {
    payload undo "$(jq -nc --argjson wmi "$1" --argjson applied "$2" \
        '{protocol: 1, wmi: $wmi, options: {restart: "never"}, undo: {
            force: false, identity: null, earlier_wmi: [],
            settings: [$applied[] | {id, before, after}]}}')"
}

# "winmgmt 6 ncacn_ip_tcp,0,24158": group, level and endpoints.
seen() {
    wine reg query "$SERVICE" /v ImagePath | tr -d '\r' |
        sed -n 's/.* -k \([^ ]*\).*/\1/p'
    registry 1 "$SVCHOST\\winmgmt" AuthenticationLevel
    registry 1 "$APPID" Endpoints
}

# full_circle WMI SEEN: drift, changed, as wanted, ok, nothing more to change,
# and back: value for value what stood there before.
full_circle() {
    local before after settings
    before=$(everything)
    assert_equal "$(verdict check "$1")" drift
    assert_equal "$(everything)" "$before"
    settings=$(ask apply "$1")
    assert_contains "changed pending_restart" \
        "$(jq -r '.[] | select(.id == "fixed_port") | .state' <<<"$settings")"
    assert_equal "$(seen | xargs)" "$2"
    after=$(everything)
    assert_contains "ok pending_restart" "$(verdict check "$1")"
    assert_contains "ok pending_restart" "$(verdict apply "$1")"
    assert_equal "$(everything)" "$after"
    settings=$(back "$1" "$settings")
    assert_contains "changed pending_restart" "$(jq -r '.[0].state' <<<"$settings")"
    assert_equal "$(everything)" "$before"
}

@test "the port of the page, from the factory and back" {
    full_circle "$ON" "winmgmt 0x6 ncacn_ip_tcp,0,24158"
}

@test "every level, and another port" {
    full_circle '{"fixed_port":{"enabled":true,"port":5000,"authentication_level":"packet_integrity"}}' \
        "winmgmt 0x5 ncacn_ip_tcp,0,5000"
    for level in connect:0x2 call:0x3 packet:0x4; do
        full_circle '{"fixed_port":{"enabled":true,"authentication_level":"'"${level%:*}"'"}}' \
            "winmgmt ${level#*:} ncacn_ip_tcp,0,24158"
    done
}

@test "off: back in the shared host, without the port that stays behind" {
    applied=$(ask apply "$ON")
    full_circle "$OFF" netsvcs
    full_circle '{"fixed_port":{"enabled":true,"port":65535}}' \
        "winmgmt 0x6 ncacn_ip_tcp,0,65535"
    back "$ON" "$applied"
}

@test "off is what the factory is" {
    before=$(everything)
    assert_contains "ok pending_restart" "$(verdict check "$OFF")"
    assert_contains "ok pending_restart" "$(verdict apply "$OFF")"
    assert_equal "$(everything)" "$before"
}

@test "endpoints of other protocols stay, another port gives way" {
    wine reg add "$APPID" /v Endpoints /t REG_MULTI_SZ /f \
        /d 'ncacn_np,0,\pipe\other\0ncacn_ip_tcp,0,4000' >/dev/null
    full_circle "$ON" 'winmgmt 0x6 ncacn_np,0,pipeother0ncacn_ip_tcp,0,24158'
    full_circle "$OFF" 'netsvcs ncacn_np,0,pipeother'
    wine reg delete "$APPID" /v Endpoints /f
}

@test "a value of another type, and values beside ours, come back" {
    wine reg add "$APPID" /v Endpoints /t REG_SZ /d ncacn_ip_tcp,0,24158 /f
    wine reg add "$SVCHOST\\winmgmt" /v Foreign /t REG_BINARY /d 00ff /f
    wine reg add "$SVCHOST\\winmgmt" /v AuthenticationLevel /t REG_SZ /d 6 /f
    full_circle "$ON" "winmgmt 0x6 ncacn_ip_tcp,0,24158"
    assert_equal "$(registry 1 "$SVCHOST\\winmgmt" Foreign)" 00FF
    wine reg delete "$APPID" /v Endpoints /f
    wine reg delete "$SVCHOST\\winmgmt" /f
}

# shared [NAMES]: the services of the shared host, set when they are given.
shared() {
    if [ $# -gt 0 ]; then
        wine reg add "$SVCHOST" /v netsvcs /t REG_MULTI_SZ /d "$1" /f >/dev/null
    fi
    wine reg query "$SVCHOST" /v netsvcs | tr -d '\r' |
        sed -n 's/.*REG_MULTI_SZ *//p'
}

@test "undo keeps what somebody else added to the shared host" {
    factory=$(shared)
    applied=$(ask apply "$ON")
    joined=$(shared "Early\\0$(shared)\\0Late")
    assert_equal "$joined" "Early\\0${factory/\\0Winmgmt/}\\0Late"
    undone=$(back "$ON" "$applied")
    assert_contains "changed pending_restart" "$(jq -r '.[0].state' <<<"$undone")"
    assert_equal "$(shared)" "Early\\0$factory\\0Late"
    # And forth again, past one more: winmgmt alone goes.
    shared "Early\\0$factory\\0Late\\0Later" >/dev/null
    again=$(back "$ON" "$undone")
    assert_contains "changed pending_restart" "$(jq -r '.[0].state' <<<"$again")"
    assert_equal "$(shared)" "$joined\\0Later"
    back "$ON" "$again"
    assert_equal "$(shared "$factory")" "$factory"
}

@test "what is partly done is completed" {
    "$LAB/target-1/mode" standalone-denied
    applied=$(ask apply "$ON")
    "$LAB/target-1/mode" none
    assert_equal "$(seen | xargs)" "winmgmt 0x6"
    full_circle "$ON" "winmgmt 0x6 ncacn_ip_tcp,0,24158"
    back "$ON" "$applied"
}

@test "refused half way: it tells which part is missing" {
    "$LAB/target-1/mode" standalone-denied
    applied=$(ask apply "$ON")
    assert_equal "$(jq -r '.[0] | .state, .error.code, .error.name' <<<"$applied" |
        xargs)" "failed 0x00000005 ERROR_ACCESS_DENIED"
    assert_contains "$(jq -r '.[0].error.text' <<<"$applied")" \
        "the Endpoints of the WMI application: not as asked after winmgmt /standalonehost: access is denied, it said: Access is denied."
    assert_contains "$(jq -r '.[0].error.hint' <<<"$applied")" "undo"
    # For another port the refusal comes before anything is done.
    back "$ON" "$applied"
    before=$(everything)
    assert_equal "$(verdict apply '{"fixed_port":{"enabled":true,"port":5000}}')" \
        "failed 0x00000005 ERROR_ACCESS_DENIED"
    assert_equal "$(everything)" "$before"
}

@test "a command that does nothing is not believed, and nothing is left" {
    "$LAB/target-1/mode" standalone-ignored
    before=$(everything)
    for wmi in "$ON" '{"fixed_port":{"enabled":true,"port":5000}}'; do
        run ours apply "$wmi"
        assert_equal "$(jq -r '.state, .error.code, .error.name' <<<"$output" |
            xargs)" "failed 0xA0040001 not_effective"
        assert_contains "$(jq -r .error.text <<<"$output")" \
            "the host process of winmgmt, the Endpoints of the WMI application: not as asked after winmgmt /standalonehost: exit code 0, it said: WMI service has its own host now."
        assert_equal "$(everything)" "$before"
    done
}

@test "a level that Windows keeps elsewhere is not judged, and it says so" {
    "$LAB/target-1/mode" standalone-level-elsewhere
    full_circle "$ON" "winmgmt ncacn_ip_tcp,0,24158"
    applied=$(ask apply "$ON")
    "$LAB/target-1/mode" none
    assert_contains "$(jq -r '.[0].hints[]' <<<"$applied")" \
        "the authentication level cannot be read back on this Windows; winmgmt /standalonehost 6 sets it"
    run ours check "$ON"
    assert_contains "$(jq -r '.hints[]' <<<"$output")" "cannot be read back"
    back "$ON" "$applied"
    run ours check "$ON"
    [[ $output != *"cannot be read back"* ]]
}

# Owner, group and access list of WMI's AppID key, as SDDL.
key_security() {
    wine "$BUILD/lab/keyprobe.exe" show "${APPID#HKLM\\}" | tr -d '\r'
}

@test "TrustedInstaller's key gets its port, and stays as it was" {
    "$LAB/target-1/mode" trustedinstaller-keys
    security=$(key_security)
    assert_contains "$security" "O:S-1-5-80-956008885-"
    run wine reg add "$APPID" /v Endpoints /t REG_MULTI_SZ /d other /f
    [ "$status" -ne 0 ]
    full_circle "$ON" "winmgmt 0x6 ncacn_ip_tcp,0,24158"
    full_circle '{"fixed_port":{"enabled":true,"port":5000}}' \
        "winmgmt 0x6 ncacn_ip_tcp,0,5000"
    assert_equal "$(key_security)" "$security"
    "$LAB/target-1/mode" trustedinstaller-keys backup-denied
    run ours apply "$ON"
    assert_equal "$(jq -r '.state, .error.code, .error.name' <<<"$output" |
        xargs)" "failed 0x00000005 ERROR_ACCESS_DENIED"
    back "$ON" "[$output]"
    assert_equal "$(key_security)" "$security"
}

# with WMI: the inventory asks for that alone.
with() {
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    jq --argjson wmi "$1" '.all.children.lab.vars.wmi = $wmi' \
        "$LAB/asked.json" >"$LAB/inventory.json"
    wmifleet trust --yes >/dev/null
}

# states: id and state of each setting in the result on standard input.
states() {
    result_of target-1 | jq -r '.settings[] | .id + " " + .state' | sort
}

@test "through the controller: exit status 2, and the others are done" {
    with '{"fixed_port":{"enabled":true},
        "uac":{"local_account_token_filter_policy":1},
        "firewall":{"wmi_group":{"enabled":true}}}'
    "$LAB/target-1/mode" standalone-denied
    run wmifleet apply --json --restart never
    assert_equal "$status" 2
    assert_equal "$(states <<<"$output")" "firewall.wmi_group changed
fixed_port failed
uac.local_account_token_filter_policy changed"
    assert_equal "$(registry 1 "$POLICIES" LocalAccountTokenFilterPolicy)" 0x1
    "$LAB/target-1/mode" none
    run wmifleet undo --json --restart never
    assert_equal "$status" 0
}

# The svchost groups that run on the target, by its processes' own lines.
hosts() {
    local process
    grep -lsxzF "WINEPREFIX=$LAB/target-1/prefix" /proc/[0-9]*/environ |
        while read -r process; do
            tr '\0' ' ' <"${process%environ}cmdline" && echo
        done | sed -n 's/.*svchost\.exe -k \([^ ]*\).*/\1/p' | sort
}

@test "the restart moves winmgmt into its own host process, and undo back" {
    with "$ON"
    before=$(everything)
    factory=$(hosts)
    assert_contains "$factory" netsvcs
    [[ $factory != *winmgmt* ]]
    run wmifleet apply --json
    assert_equal "$status" 0
    assert_equal "$(states <<<"$output")" "fixed_port changed"
    assert_equal "$(hosts | grep -c winmgmt)" 1
    run wmifleet check
    assert_equal "$status" 0
    run wmifleet undo
    assert_equal "$status" 0
    assert_equal "$(hosts)" "$factory"
    assert_equal "$(everything)" "$before"
}

@test "a slow command is waited for" {
    "$LAB/target-1/mode" standalone-slow
    applied=$(ask apply "$ON")
    "$LAB/target-1/mode" none
    assert_contains "changed pending_restart" "$(jq -r '.[0].state' <<<"$applied")"
    back "$ON" "$applied"
}

@test "without winmgmt.exe it says so" {
    program=$LAB/target-1/prefix/drive_c/windows/system32/wbem/winmgmt.exe
    mv "$program" "$program.away"
    run verdict apply "$ON"
    mv "$program.away" "$program"
    assert_equal "$output" "failed 0x00000002 ERROR_FILE_NOT_FOUND"
}

@test "somebody else's change since is a conflict for undo, and stays" {
    applied=$(ask apply "$ON")
    wine reg add "$SVCHOST\\winmgmt" /v AuthenticationLevel /t REG_DWORD /d 4 /f
    before=$(everything)
    run back "$ON" "$applied"
    assert_equal "$(jq -r '.[0].state' <<<"$output")" conflict
    assert_equal "$(everything)" "$before"
    wine reg add "$SVCHOST\\winmgmt" /v AuthenticationLevel /t REG_DWORD /d 6 /f
    back "$ON" "$applied"
}

@test "a low level is a risk, a closed firewall and Server 2025 are hints" {
    version='HKLM\Software\Microsoft\Windows NT\CurrentVersion'
    run ours check '{"fixed_port":{"enabled":true,"authentication_level":"packet"}}'
    assert_contains "$(jq -r .risk <<<"$output")" readable
    assert_contains "$(jq -r '.hints[]' <<<"$output")" \
        "no firewall rule lets TCP port 24158 of winmgmt in"
    run ours check "$ON"
    assert_equal "$(jq -r .risk <<<"$output")" null
    [[ $output != *2025* ]]
    build=$(registry 1 "$version" CurrentBuildNumber)
    type=$(registry 1 "$version" InstallationType)
    wine reg add "$version" /v CurrentBuildNumber /d 26100 /f
    wine reg add "$version" /v InstallationType /d Server /f
    run ours check "$ON"
    wine reg add "$version" /v CurrentBuildNumber /d "$build" /f
    wine reg add "$version" /v InstallationType /d "$type" /f
    assert_contains "$(jq -r '.hints[]' <<<"$output")" "Windows Server 2025"
}

# admits PORT: whether an enabled rule of the target lets winmgmt take
# connections to that port; judged by the text that Windows keeps of rules.
admits() {
    wine reg query 'HKLM\System\CurrentControlSet\Services\SharedAccess\Parameters\FirewallPolicy\FirewallRules' |
        tr -d '\r' | grep -i "EmbedCtxt=$GROUP|" | awk -v port="$1" '
        BEGIN { IGNORECASE = 1; admitted = 1 }
        { delete has; count = split($0, parts, "|"); ports = "any"
          for (i = 1; i <= count; i++) {
              at = index(parts[i], "=")
              key = substr(parts[i], 1, at - 1)
              has[key] = substr(parts[i], at + 1)
              if (key == "LPort") ports = has[key]
          }
          if (toupper(has["Active"]) == "TRUE" && has["Action"] == "Allow" &&
              has["Dir"] == "In" && has["Protocol"] == 6 &&
              tolower(has["Svc"]) == "winmgmt" &&
              tolower(has["App"]) ~ /svchost\.exe$/ &&
              (ports == "any" || ports == port))
              admitted = 0 }
        END { exit admitted }'
}

@test "the rule group alone suffices for the fixed port" {
    both='{"firewall":{"wmi_group":{"enabled":true}},"fixed_port":{"enabled":true}}'
    run ! admits 24158
    applied=$(ask apply "$both")
    assert_equal "$(jq -r '.[] | .id + " " + (.hints // [] | tostring)' <<<"$applied" |
        grep -c 'no firewall rule')" 0
    admits 24158
    admits 5000
    # The payload, asked of the port alone, sees the same.
    run ours check "$ON"
    [[ $output != *"no firewall rule"* ]]
    back "$both" "$applied"
    run ! admits 24158
}
