#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# dcom.permissions on one target. What stands in its registry is read by its
# own reg and taken apart here, entry by entry (tests/descriptor).

load lab
load direct

APPID='HKLM\Software\Classes\AppID\{8BC3F05E-D86B-11D0-A075-00C04FB68820}'
POLICY='HKLM\Software\Policies\Microsoft\Windows NT\DCOM'
READER=S-1-5-21-1-2-3-1001
OTHER=S-1-5-21-1-2-3-1002
FOREIGN=S-1-5-21-9-9-9-500
# An entry of a type that nobody here knows: a callback with a condition.
STRANGE=09000c00010000006162636d
FACTORY_LAUNCH=(allow:b:S-1-1-0 allow:1f:S-1-5-32-544 allow:1f:S-1-5-32-559
    allow:1f:S-1-5-32-562)
FACTORY_ACCESS=(allow:7:S-1-1-0 allow:3:S-1-5-7 allow:7:S-1-5-32-562
    allow:7:S-1-5-32-559)
FACTORY_WMI=(allow:1f:S-1-5-32-544 allow:1b:S-1-5-11)

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

# put KEY VALUE PART...: a descriptor made of these entries.
put() {
    local key=$1 value=$2
    shift 2
    wine reg add "$key" /v "$value" /t REG_BINARY \
        /d "$("$ROOT/tests/descriptor" make "$@")" /f >/dev/null
}

unset_value() {
    wine reg delete "$1" /v "$2" /f >/dev/null 2>&1 || true
}

# As Windows comes from the factory.
setup() {
    put "$OLE" MachineLaunchRestriction "${FACTORY_LAUNCH[@]}"
    put "$OLE" MachineAccessRestriction "${FACTORY_ACCESS[@]}"
    unset_value "$OLE" DefaultLaunchPermission
    put "$APPID" LaunchPermission "${FACTORY_WMI[@]}"
    wine reg delete "$POLICY" /f >/dev/null 2>&1 || true
}

teardown() {
    "$LAB/target-1/mode" none
}

# entries KEY VALUE: its descriptor, an entry a line, without its owner.
entries() {
    "$ROOT/tests/descriptor" show "$(registry 1 "$1" "$2")" | tail -n +2
}

owner() {
    "$ROOT/tests/descriptor" show "$(registry 1 "$1" "$2")" | head -n 1
}

# written PART...: the same lines for a descriptor made of these entries.
written() {
    "$ROOT/tests/descriptor" show "$("$ROOT/tests/descriptor" make "$@")" |
        tail -n +2
}

everything() {
    wine reg export 'HKLM\Software\Microsoft\Ole' 'C:\ole.reg' /y >/dev/null
    wine reg export "$APPID" 'C:\app.reg' /y >/dev/null
    cat "$LAB/target-1/prefix/drive_c/ole.reg" \
        "$LAB/target-1/prefix/drive_c/app.reg" | tr -d '\0'
}

# asking ITEM,...: a request for dcom.permissions.
asking() {
    printf '{"protocol":1,"wmi":{"dcom":{"permissions":[%s]}},"options":{}}' \
        "$1"
}

permissions() {
    payload "$1" "$(asking "$2")"
}

# verdicts VERB ITEM,...: id, state, code and name, a setting a line.
verdicts() {
    permissions "$@" | verdict_lines
}

# full_circle ITEM: drift, changed, ok, nothing more to change, and back:
# what stood there before stands there again, byte for byte.
full_circle() {
    local before after settings
    before=$(everything)
    assert_contains "$(verdicts check "$1")" " drift"
    assert_equal "$(everything)" "$before"
    settings=$(permissions apply "$1")
    assert_equal "$(jq -r '.[].state' <<<"$settings" | sort -u)" changed
    after=$(everything)
    SEEN_LAUNCH=$(entries "$OLE" MachineLaunchRestriction)
    SEEN_ACCESS=$(entries "$OLE" MachineAccessRestriction)
    SEEN_WMI=$(entries "$APPID" LaunchPermission)
    assert_equal "$(permissions check "$1" | jq -r '.[].state' | sort -u)" ok
    assert_equal "$(permissions apply "$1" | jq -r '.[].state' | sort -u)" ok
    assert_equal "$(everything)" "$after"
    settings=$(payload undo "$(jq -c --argjson applied "$settings" \
        '.undo = {force: false, identity: null, earlier_wmi: [],
            settings: [$applied[] | {id, before, after}]}' \
        <<<"$(asking "$1")")")
    assert_equal "$(jq -r '.[].state' <<<"$settings" | sort -u)" changed
    assert_equal "$(everything)" "$before"
}

remote_reader() {
    printf '{"account":"%s","launch":["remote_launch","remote_activation"],%s' \
        "$READER" '"access":["remote_access"]}'
}

@test "a reader gets what the limits lack, and only that" {
    full_circle "$(remote_reader)"
    assert_equal "$SEEN_LAUNCH" \
        "$(written "${FACTORY_LAUNCH[@]}" allow:15:$READER)"
    assert_equal "$SEEN_ACCESS" "$(written "${FACTORY_ACCESS[@]}")"
    assert_equal "$SEEN_WMI" "$(written "${FACTORY_WMI[@]}" allow:15:$READER)"
}

@test "a named place gets an entry of the account's own" {
    full_circle '{"account":"'$READER'","access":["remote_access"],"on":["machine_limits"]}'
    assert_equal "$SEEN_ACCESS" \
        "$(written "${FACTORY_ACCESS[@]}" allow:5:$READER)"
    assert_equal "$SEEN_LAUNCH" "$(written "${FACTORY_LAUNCH[@]}")"
    assert_equal "$SEEN_WMI" "$(written "${FACTORY_WMI[@]}")"
}

@test "absent values begin as the built-in ones" {
    unset_value "$OLE" MachineLaunchRestriction
    unset_value "$OLE" MachineAccessRestriction
    unset_value "$APPID" LaunchPermission
    full_circle '{"account":"'$READER'","launch":["remote_activation"],"on":["machine_limits","wmi_application"]},{"account":"'$OTHER'","launch":["remote_activation"],"access":["local_access"],"on":["machine_limits"]}'
    assert_equal "$SEEN_LAUNCH" "$(written "${FACTORY_LAUNCH[@]}" \
        allow:11:$READER allow:11:$OTHER)"
    assert_equal "$SEEN_ACCESS" \
        "$(written "${FACTORY_ACCESS[@]}" allow:3:$OTHER)"
    assert_equal "$SEEN_WMI" "$(written allow:1f:S-1-5-18 allow:1f:S-1-5-32-544 \
        allow:1f:S-1-5-4 allow:11:$READER)"
}

@test "what a limit that is not set holds is told as assumed" {
    local item='{"account":"distributed_com_users","launch":["remote_launch"]}'
    assert_equal "$(permissions check "$item" | jq '[.[].hints[] |
        select(test("assumed"))] | length')" 0
    unset_value "$OLE" MachineLaunchRestriction
    assert_contains "$(permissions check "$item" | jq -r '.[].hints[]')" \
        "MachineLaunchRestriction is not set: COM's built-in list counts; that Distributed COM Users and Performance Log Users are in it is assumed"
}

@test "an absent list of the application begins as the machine's default" {
    unset_value "$APPID" LaunchPermission
    put "$OLE" DefaultLaunchPermission allow:1f:S-1-5-18 allow:b:$FOREIGN
    full_circle '{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]}'
    assert_equal "$SEEN_WMI" \
        "$(written allow:1f:S-1-5-18 allow:b:$FOREIGN allow:11:$READER)"
}

@test "foreign entries of every kind stay where they are" {
    put "$OLE" MachineLaunchRestriction deny:1f:$FOREIGN deny:14:S-1-5-32-546 \
        raw:$STRANGE allow:b:$READER allow:1f:$FOREIGN \
        inherited:1f:S-1-5-32-544 inherited:3:$READER
    full_circle '{"account":"'$READER'","launch":["remote_launch","remote_activation"],"on":["machine_limits"]},{"account":"'$OTHER'","launch":["remote_activation"],"on":["machine_limits"]}'
    assert_equal "$SEEN_LAUNCH" "$(written deny:1f:$FOREIGN \
        deny:14:S-1-5-32-546 raw:$STRANGE allow:1f:$READER allow:1f:$FOREIGN \
        allow:11:$OTHER inherited:1f:S-1-5-32-544 inherited:3:$READER)"
}

@test "what is partly done is completed" {
    put "$OLE" MachineLaunchRestriction "${FACTORY_LAUNCH[@]}" allow:5:$READER
    full_circle "$(remote_reader)"
    assert_equal "$SEEN_LAUNCH" \
        "$(written "${FACTORY_LAUNCH[@]}" allow:15:$READER)"
}

@test "absent takes exactly the rights that are named" {
    put "$OLE" MachineLaunchRestriction allow:1f:$READER allow:1f:$FOREIGN
    full_circle '{"account":"'$READER'","state":"absent","launch":["remote_launch"]}'
    assert_equal "$SEEN_LAUNCH" "$(written allow:1b:$READER allow:1f:$FOREIGN)"
}

@test "absent without rights takes the account out, and undo puts it back" {
    put "$OLE" MachineLaunchRestriction allow:b:S-1-1-0 allow:1f:$READER \
        allow:1f:$FOREIGN
    put "$APPID" LaunchPermission allow:15:$READER "${FACTORY_WMI[@]}"
    full_circle '{"account":"'$READER'","state":"absent"}'
    assert_equal "$SEEN_LAUNCH" "$(written allow:b:S-1-1-0 allow:1f:$FOREIGN)"
    assert_equal "$SEEN_WMI" "$(written "${FACTORY_WMI[@]}")"
}

@test "a list is never left empty" {
    put "$OLE" MachineLaunchRestriction allow:1f:$READER
    before=$(everything)
    run verdicts apply '{"account":"'$READER'","state":"absent","on":["machine_limits"]}'
    assert_equal "$output" \
        "dcom.permissions[$READER] conflict 0xA004000C bad_descriptor"
    assert_equal "$(everything)" "$before"
}

@test "an entry that denies is a conflict, not ours to change" {
    put "$OLE" MachineLaunchRestriction deny:10:S-1-1-0 "${FACTORY_LAUNCH[@]}"
    before=$(everything)
    run permissions apply "$(remote_reader)"
    assert_equal "$(jq -r '.[] | .state, .error.name' <<<"$output" | xargs)" \
        "conflict denied_by_entry"
    assert_contains "$(jq -r '.[].error.text' <<<"$output")" "S-1-1-0"
    assert_equal "$(everything)" "$before"
}

@test "old-format and mixed entries are refused with the reason" {
    for mask in 1 1f; do
        put "$OLE" MachineLaunchRestriction allow:1:S-1-1-0 \
            allow:$mask:S-1-5-32-544
        before=$(everything)
        run verdicts apply "$(remote_reader)"
        assert_equal "$output" \
            "dcom.permissions[$READER] conflict 0xA004000B old_descriptor"
        assert_equal "$(everything)" "$before"
    done
}

@test "a value of another type or without sense is left alone" {
    wine reg add "$OLE" /v MachineLaunchRestriction /t REG_SZ /d O:BA /f
    before=$(everything)
    run verdicts apply "$(remote_reader)"
    assert_equal "$output" \
        "dcom.permissions[$READER] conflict 0xA004000C bad_descriptor"
    wine reg add "$OLE" /v MachineLaunchRestriction /t REG_BINARY /d 01000480 /f
    run verdicts apply "$(remote_reader)"
    assert_equal "$output" \
        "dcom.permissions[$READER] conflict 0xA004000C bad_descriptor"
    assert_equal "$(registry 1 "$OLE" MachineLaunchRestriction)" 01000480
}

@test "a policy decides: blocked, named, and nothing is written" {
    wine reg add "$POLICY" /v MachineLaunchRestriction \
        /d 'O:BAG:BAD:(A;;CCDCSW;;;WD)(A;;CCDCLCSWRP;;;BA)' /f
    before=$(everything)
    run permissions apply "$(remote_reader)"
    assert_equal "$(jq -r '.[] | .state, .error.name' <<<"$output" | xargs)" \
        "blocked set_by_policy"
    assert_contains "$(jq -r '.[].error.text' <<<"$output")" \
        'Policies\Microsoft\Windows NT\DCOM, MachineLaunchRestriction'
    assert_equal "$(everything)" "$before"
}

@test "a policy that grants it, or is blank, is not in the way" {
    wine reg add "$POLICY" /v MachineLaunchRestriction \
        /d "O:BAG:BAD:(A;;CCDCLCSWRP;;;$READER)" /f
    item='{"account":"'$READER'","launch":["remote_activation"]}'
    run permissions check "$item"
    assert_equal "$(jq -r '.[].state' <<<"$output")" ok
    assert_contains "$(jq -r '.[].hints[]' <<<"$output")" "this policy decides"
    wine reg add "$POLICY" /v MachineLaunchRestriction /d '' /f
    assert_equal "$(permissions check "$item" | jq -r '.[].state')" drift
}

@test "the result says what the account may do in the end" {
    run permissions apply "$(remote_reader)"
    hints=$(jq -r '.[].hints[]' <<<"$output")
    assert_contains "$hints" "effective before the change, with its groups and both layers: $READER may launch WMI: local_launch, local_activation; call: local_access, remote_access"
    assert_contains "$hints" "effective, with its groups and both layers: $READER may launch WMI: local_launch, remote_launch, local_activation, remote_activation; call"
    assert_contains "$(jq -r '.[].risk' <<<"$output")" "every COM server"
    assert_contains "$(jq -c '.[].after.machine_launch.entries' <<<"$output")" \
        '{"sid":"'$READER'","type":"allow","rights":["remote_launch","remote_activation"]}'
}

@test "words and names find the accounts, whatever their language" {
    item='{"account":"distributed_com_users","launch":["remote_activation"],"on":["wmi_application"]}'
    full_circle "$item"
    assert_equal "$SEEN_WMI" \
        "$(written "${FACTORY_WMI[@]}" allow:11:S-1-5-32-562)"
    run permissions check '{"account":"nobody-of-that-name","launch":["remote_launch"]}'
    assert_equal "$(jq -r '.[] | .state, .error.code, .error.name' \
        <<<"$output" | xargs)" "failed 0x00000534 ERROR_NONE_MAPPED"
    run permissions check '{"account":"distributed_com_user","launch":["remote_launch"]}'
    assert_contains "$output" "did you mean the word \`distributed_com_users\`?"
}

@test "the same account in two places has two settings" {
    both='{"account":"'$READER'","launch":["remote_launch"],"on":["machine_limits"]},{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]}'
    run permissions apply "$both"
    assert_equal "$(jq -r '.[] | .id + " " + .state' <<<"$output")" \
        "dcom.permissions[$READER@machine_limits] changed
dcom.permissions[$READER@wmi_application] changed"
}

@test "a foreign entry that came since is a conflict for undo, and stays" {
    item=$(remote_reader)
    settings=$(permissions apply "$item")
    put "$OLE" MachineLaunchRestriction "${FACTORY_LAUNCH[@]}" \
        allow:15:$READER allow:1f:$FOREIGN
    before=$(everything)
    run payload undo "$(jq -c --argjson applied "$settings" \
        '.undo = {force: false, identity: null, earlier_wmi: [],
            settings: [$applied[] | {id, before, after}]}' <<<"$(asking "$item")")"
    assert_equal "$(jq -r '.[].state' <<<"$output")" conflict
    assert_equal "$(everything)" "$before"
}

@test "a failing permission does not stop the others" {
    put "$OLE" MachineLaunchRestriction allow:1:S-1-1-0
    wine reg delete "$POLICIES" /v LocalAccountTokenFilterPolicy /f || true
    run payload apply '{"protocol":1,"wmi":{"uac":{"local_account_token_filter_policy":0},"dcom":{"enabled":true,"permissions":[{"account":"'$READER'","launch":["remote_activation"],"on":["machine_limits"]},{"account":"'$OTHER'","launch":["remote_activation"],"on":["wmi_application"]}]}},"options":{}}'
    assert_equal "$(jq -r '.[] | .id + " " + .state' <<<"$output")" \
        "uac.local_account_token_filter_policy changed
dcom.enabled ok
dcom.permissions[$READER] conflict
dcom.permissions[$OTHER] changed"
    assert_equal "$(owner "$APPID" LaunchPermission)" \
        "owner S-1-5-32-544 group S-1-5-32-544"
}

# Owner, group and access list of WMI's AppID key, as SDDL.
key_security() {
    wine "$BUILD/lab/keyprobe.exe" show "${APPID#HKLM\\}" | tr -d '\r'
}

@test "TrustedInstaller's key is written, and stays as it was" {
    item='{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]}'
    "$LAB/target-1/mode" trustedinstaller-keys
    security=$(key_security)
    assert_contains "$security" "O:S-1-5-80-956008885-"
    run wine reg add "$APPID" /v LaunchPermission /t REG_BINARY /d 00 /f
    [ "$status" -ne 0 ]
    full_circle "$item"
    assert_equal "$SEEN_WMI" "$(written "${FACTORY_WMI[@]}" allow:11:$READER)"
    assert_equal "$(key_security)" "$security"
}

@test "a value made in TrustedInstaller's key goes again with undo" {
    unset_value "$APPID" LaunchPermission
    "$LAB/target-1/mode" trustedinstaller-keys
    security=$(key_security)
    full_circle '{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]}'
    assert_equal "$SEEN_WMI" "$(written allow:1f:S-1-5-18 allow:1f:S-1-5-32-544 \
        allow:1f:S-1-5-4 allow:11:$READER)"
    assert_equal "$(key_security)" "$security"
}

@test "a key that may not be opened is not taken for one that is not there" {
    local security
    item='{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]}'
    security=$(key_security)
    wine "$BUILD/lab/keyprobe.exe" set "${APPID#HKLM\\}" \
        'O:BAG:BAD:P(A;;RCWDWO;;;BA)'
    run verdicts check "$item"
    found=$output
    run verdicts apply "$item"
    wine "$BUILD/lab/keyprobe.exe" set "${APPID#HKLM\\}" "$security"
    assert_equal "$found" "dcom.permissions[$READER] drift"
    assert_equal "$output" "dcom.permissions[$READER] changed"
    assert_equal "$(entries "$APPID" LaunchPermission)" \
        "$(written "${FACTORY_WMI[@]}" allow:11:$READER)"
}

@test "without the right to restore files the key is denied, with a hint" {
    "$LAB/target-1/mode" trustedinstaller-keys backup-denied
    before=$(everything)
    run permissions apply '{"account":"'$READER'","launch":["remote_activation"],"on":["wmi_application"]},{"account":"'$OTHER'","launch":["remote_activation"],"on":["machine_limits"]}'
    assert_equal "$(jq -r '.[] | [.id, .state, .error.code, .error.name] |
        map(values) | join(" ")' <<<"$output")" \
        "dcom.permissions[$READER] failed 0x00000005 ERROR_ACCESS_DENIED
dcom.permissions[$OTHER] changed"
    assert_contains "$(jq -r '.[0].error.text' <<<"$output")" \
        "LaunchPermission: it cannot be written"
    assert_contains "$(jq -r '.[0] | tojson' <<<"$output")" \
        "not even the right to restore files was enough"
    assert_equal "$(entries "$APPID" LaunchPermission)" \
        "$(written "${FACTORY_WMI[@]}")"
    [ "$before" != "$(everything)" ]
}

@test "a write that does not take is no success" {
    "$LAB/target-1/mode" registry-ignored
    before=$(everything)
    run verdicts apply '{"account":"'$READER'","launch":["remote_activation"],"on":["machine_limits"]}'
    assert_contains "$output" "dcom.permissions[$READER] failed "
    assert_equal "$(everything)" "$before"
}

@test "limits that deny writes are written by the right to restore" {
    "$LAB/target-1/mode" registry-denied
    full_circle '{"account":"'$READER'","launch":["remote_activation"],"on":["machine_limits"]}'
    assert_equal "$SEEN_LAUNCH" \
        "$(written "${FACTORY_LAUNCH[@]}" allow:11:$READER)"
}

@test "a member of Distributed COM Users has that group's rights" {
    local accounts='HKLM\SOFTWARE\wmifleet-lab\Accounts' member
    member=S-1-5-21-0-0-0-1777
    wine reg add "$accounts\\$member" /v Kind /t REG_DWORD /d 1 /f >/dev/null
    wine reg add "$accounts\\$member" /v Name /d group-reader /f >/dev/null
    item='{"account":"group-reader","launch":["remote_launch","remote_activation"],"access":["remote_access"]}'
    run permissions check "$item"
    assert_equal "$(jq -r '.[].state' <<<"$output")" drift
    wine reg add "$accounts\\S-1-5-32-562" /v Members /t REG_MULTI_SZ \
        /d $member /f >/dev/null
    put "$APPID" LaunchPermission "${FACTORY_WMI[@]}" allow:15:S-1-5-32-562
    run permissions check "$item"
    wine reg delete "$accounts\\$member" /f >/dev/null
    wine reg delete "$accounts\\S-1-5-32-562" /f >/dev/null
    assert_equal "$(jq -r '.[].state' <<<"$output")" ok
    assert_contains "$(jq -r '.[].hints[]' <<<"$output")" \
        "group-reader may launch WMI: local_launch, remote_launch, local_activation, remote_activation; call: local_access, remote_access"
}
