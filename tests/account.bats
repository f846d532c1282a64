#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# account on one target: made, mended, deleted, and its password nowhere.

load lab
load direct
load accounts

READER=S-1-5-21-0-0-0-1001
PASSWORD=Hemligt-Ord-9
DENIED='SeDenyInteractiveLogonRight SeDenyRemoteInteractiveLogonRight '

setup_file() {
    direct_start
}

teardown_file() {
    lab_stop
}

setup() {
    accounts_reset
}

# account [MEMBER,...]
account() {
    printf '{"account":{"name":"wmi-reader","password":{"env":"X"}%s}}' \
        "${1:+,$1}"
}

seen() {
    of_account $READER Name
    of_account $READER Flags
    rights $READER
}

apply() {
    asked apply "$(request "$1" "${2:-$PASSWORD}" "${3:-}")"
}

check() {
    asked check "$(request "$1")"
}

@test "an account is made, for the network alone, and goes again" {
    full_circle "$(account)" $PASSWORD seen
    assert_equal "$SEEN" "wmi-reader
0x10201
$DENIED"
    [ ! -e "$FOLDER/a-$READER.json" ]
}

@test "its password may expire and it may log on where that is asked" {
    full_circle "$(account \
        '"password_never_expires":false,"network_logon_only":false')" \
        $PASSWORD seen
    assert_equal "$SEEN" "wmi-reader
0x201"
}

@test "an account that cannot log on is drift by name, mended, and put back" {
    local result before applied
    apply "$(account)" >/dev/null
    put_number 1001 Flags 0x213
    put_number 1001 Expires 1000000000
    put_number 1001 PasswordExpired 1
    wine reg add "$LAB_KEY\\Accounts\\$READER" /v FullName /t REG_SZ /d "" \
        /f >/dev/null # Windows always has one, the lab once it is written
    before=$(everything)
    result=$(check "$(account)")
    assert_equal "$(states "$result")" drift
    for what in 'found disabled' 'found locked out' 'found expired' \
        'with a password that has to be changed' 'with a password that expires'; do
        assert_contains "$(jq -r '.settings[].hints[]' <<<"$result")" "$what"
    done
    applied=$(apply "$(account)")
    assert_equal "$(states "$applied")" changed
    assert_equal "$(of_account $READER Flags)" 0x10201
    assert_equal "$(of_account $READER Expires)" 0xffffffff
    assert_equal "$(of_account $READER PasswordExpired)" 0x0
    assert_equal "$(states "$(check "$(account)")")" ok
    assert_equal "$(states "$(asked undo "$(undo_of "$applied" \
        "$(account)")")")" changed
    # A lockout can be taken away, never given, nor can the password be made
    # as old as it was.
    assert_equal "$(everything | sed '/"Flags"=dword:00000203/s/03$/13/
        /"PasswordSet"=/d')" "$(sed '/"PasswordSet"=/d' <<<"$before")"
}

@test "a password that was too old is still ours when it counts again" {
    local wmi record set result
    wmi=$(account '"password_never_expires":false')
    record=$FOLDER/a-$READER.json
    apply "$wmi" >/dev/null
    set=$(($(of_account $READER PasswordSet) - 7776000))
    put_number 1001 PasswordSet $set
    jq -c '.last_set -= 7776000' "$record" >"$record.old"
    mv "$record.old" "$record"
    result=$(check "$wmi")
    assert_equal "$(states "$result")" drift
    assert_contains "$result" 'with a password that has to be changed'
    assert_equal "$(states "$(apply "$wmi")")" changed
    [ $(($(of_account $READER PasswordSet))) -gt $set ]
    assert_equal "$(states "$(check "$wmi")")" ok
}

@test "a password that grew old by itself is no conflict of undo" {
    local wmi applied
    wmi=$(account '"password_never_expires":false')
    applied=$(apply "$wmi")
    put_number 1001 PasswordSet \
        $(($(of_account $READER PasswordSet) - 7776000))
    assert_equal "$(states "$(asked undo "$(undo_of "$applied" "$wmi")")")" \
        changed
    assert_equal "$(of_account $READER Name)" ""
}

@test "rights of its own that it had before stay" {
    local applied
    apply "$(account '"network_logon_only":false')" >/dev/null
    wine reg add "$LAB_KEY\\AccountRights\\$READER" /v SeBatchLogonRight \
        /t REG_DWORD /d 1 /f >/dev/null
    applied=$(apply "$(account)")
    assert_equal "$(rights $READER)" "SeBatchLogonRight $DENIED"
    asked undo "$(undo_of "$applied" "$(account)")" >/dev/null
    assert_equal "$(rights $READER)" "SeBatchLogonRight "
}

@test "the password of an account that was there is only set when asked" {
    local result
    put_user 1001 wmi-reader 0x10201
    apply "$(account)" >/dev/null
    result=$(check "$(account)")
    assert_equal "$(states "$result")" ok
    assert_contains "$result" 'is not known'
    assert_equal "$(of_account $READER PasswordSet)" ""
    result=$(check "$(account '"update_password":true')")
    assert_equal "$(states "$result")" drift
    assert_contains "$(jq -r '.settings[].risk' <<<"$result")" \
        'cannot be brought back'
    result=$(apply "$(account '"update_password":true')")
    assert_equal "$(states "$result")" changed
    assert_contains "$result" 'no undo brings the one before back'
    [ -n "$(of_account $READER PasswordSet)" ]
    assert_equal "$(states "$(check "$(account '"update_password":true')")")" ok
    assert_equal "$(states "$(apply "$(account '"update_password":true')")")" ok
    # Another one in the inventory is told, and set once where that is asked.
    result=$(apply "$(account)" Another-Ord-8)
    assert_equal "$(verdicts "$result")" \
        "account[wmi-reader] irreversible 0xA0040011 irreversible"
    assert_contains "$result" 'is another one than was set here'
    assert_equal "$(states "$(apply "$(account '"update_password":true')" \
        Another-Ord-8)")" changed
    assert_equal "$(states "$(apply "$(account '"update_password":true')" \
        Another-Ord-8)")" ok
}

@test "a password that somebody set since is drift, and set again with leave" {
    local result
    apply "$(account)" >/dev/null
    put_number 1001 PasswordSet 1000000000
    result=$(check "$(account)")
    assert_equal "$(verdicts "$result")" \
        "account[wmi-reader] irreversible 0xA0040011 irreversible"
    assert_contains "$result" 'somebody set another password since'
    assert_equal "$(states "$(apply "$(account)")")" irreversible
    assert_equal "$(of_account $READER PasswordSet)" 0x3b9aca00
    result=$(apply "$(account)" $PASSWORD '{"allow_irreversible":true}')
    assert_equal "$(states "$result")" changed
    assert_equal "$(jq .settings[0].restorable <<<"$result")" false
    assert_equal "$(states "$(check "$(account)")")" ok
}

@test "deleting an account needs leave, and no undo brings it back" {
    local gone result before
    gone='{"account":{"name":"wmi-reader","state":"absent"}}'
    assert_equal "$(states "$(check "$gone")")" ok
    apply "$(account)" >/dev/null
    before=$(everything)
    assert_equal "$(verdicts "$(check "$gone")")" \
        "account[wmi-reader] irreversible 0xA0040011 irreversible"
    assert_equal "$(states "$(apply "$gone")")" irreversible
    assert_equal "$(everything)" "$before"
    result=$(asked apply "$(request "$gone" '' '{"allow_irreversible":true}')")
    assert_equal "$(states "$result")" changed
    assert_equal "$(jq .settings[0].restorable <<<"$result")" false
    assert_equal "$(of_account $READER Name)$(rights $READER)" ""
    assert_equal "$(states "$(check "$gone")")" ok
    assert_contains "$(verdicts "$(asked undo "$(undo_of "$result" \
        "$gone")")")" "failed 0xA0040011 irreversible"
}

@test "an account of that name with another SID is a conflict of undo" {
    local applied
    applied=$(apply "$(account)")
    wine reg delete "$LAB_KEY\\Accounts\\$READER" /f >/dev/null
    put_user 1007 wmi-reader 0x10201
    assert_equal "$(states "$(asked undo "$(undo_of "$applied" \
        "$(account)")")")" conflict
    assert_equal "$(of_account "$MACHINE-1007" Name)" wmi-reader
}

@test "Windows' own accounts are never touched" {
    local before
    before=$(everything)
    for name in Administrator Guest; do
        for state in present absent; do
            assert_contains "$(verdicts "$(asked apply "$(request \
                '{"account":{"name":"'$name'","state":"'$state'"}}' '' \
                '{"allow_irreversible":true}')")")" \
                "conflict 0xA0040013 protected_account"
        done
    done
    assert_equal "$(everything)" "$before"
}

@test "an administrator keeps the console unless it is asked for by name" {
    local result
    put_user 1001 wmi-reader 0x10201
    put_members S-1-5-32-544 "$MACHINE-500" $READER
    for verb in check apply; do
        result=$(asked $verb "$(request "$(account)")")
        assert_equal "$(verdicts "$result")" \
            "account[wmi-reader] conflict 0xA0040013 protected_account"
        assert_contains "$result" 'it is an administrator of the machine'
    done
    assert_equal "$(rights $READER)" ""
    assert_equal "$(states "$(check \
        "$(account '"network_logon_only":false')")")" ok
    result=$(apply "$(account '"network_logon_only":true')")
    assert_equal "$(states "$result")" changed
    assert_contains "$(jq -r '.settings[].risk' <<<"$result")" \
        'can no longer log on'
    assert_equal "$(rights $READER)" "$DENIED"
    assert_equal "$(states "$(check "$(account)")")" ok
}

@test "no account and no password: blocked" {
    assert_equal "$(verdicts "$(check '{"account":{"name":"wmi-reader"}}')")" \
        "account[wmi-reader] blocked 0x000008AD NERR_UserNotFound"
}

@test "refusals have their codes" {
    "$LAB/target-1/mode" password-policy
    assert_equal "$(verdicts "$(apply "$(account)")")" \
        "account[wmi-reader] failed 0x000008C5 NERR_PasswordTooShort"
    assert_equal "$(of_account $READER Name)" ""
    "$LAB/target-1/mode" rights-denied
    assert_equal "$(verdicts "$(apply "$(account)")")" \
        "account[wmi-reader] failed 0x00000005 ERROR_ACCESS_DENIED"
    "$LAB/target-1/mode" rights-ignored
    assert_equal "$(verdicts "$(apply "$(account)")")" \
        "account[wmi-reader] failed 0xA0040001 not_effective"
    "$LAB/target-1/mode" none
    product LanmanNT
    assert_equal "$(verdicts "$(check "$(account)")")" \
        "account[wmi-reader] blocked 0xA0040012 domain_controller"
}

@test "what needs the account waits for it, and goes before it" {
    local wmi result applied before
    wmi=$(jq -c '. + {groups: [{group: "distributed_com_users",
            members: ["wmi-reader"]}],
        dcom: {permissions: [{account: "wmi-reader",
            launch: ["remote_activation"], on: ["machine_limits"]}]}}' \
        <<<"$(account)")
    before=$(everything)
    result=$(check "$wmi")
    assert_equal "$(states "$result")" drift
    assert_contains "$(jq -r '.settings[1].hints[]' <<<"$result")" \
        'does not exist yet: the setting `account` makes it'
    applied=$(apply "$wmi")
    assert_equal "$(states "$applied")" changed
    assert_equal "$(members S-1-5-32-562)" "$READER $MACHINE-1500 "
    assert_equal "$(states "$(apply "$wmi")")" ok
    assert_equal "$(jq -r '[.settings[] | .id[:4] + .state] | join(" ")' \
        <<<"$(asked undo "$(undo_of "$applied" "$wmi")")")" \
        "dcomchanged grouchanged accochanged"
    assert_equal "$(everything)" "$before"
}

@test "a user of the domain is not taken for the account that is to be made" {
    local wmi result user=S-1-5-21-9-9-9-1234
    wine reg add "$LAB_KEY\\Accounts\\$user" /v Name /t REG_SZ \
        /d wmi-reader /f >/dev/null
    wine reg add "$LAB_KEY\\Accounts\\$user" /v Kind /t REG_DWORD /d 1 \
        /f >/dev/null
    wmi=$(jq -c '. + {groups: [{group: "distributed_com_users",
            members: ["wmi-reader"]}], namespaces: [{path: "root\\cimv2",
            grants: [{account: "wmi-reader", rights: ["remote_enable"]}]}]}' \
        <<<"$(account)")
    result=$(apply "$wmi")
    assert_equal "$(states "$result")" changed
    assert_equal "$(members S-1-5-32-562)" "$READER $MACHINE-1500 "
    assert_equal "$(jq -r '.settings[] | .after.sid' <<<"$result" |
        sort -u | tr '\n' ' ')" "$READER S-1-5-32-562 "
    assert_equal "$(states "$(asked undo "$(undo_of "$result" "$wmi")")")" \
        changed
}

@test "an undo that failed half-way is finished later, the account gone or not" {
    local wmi applied result
    wmi=$(jq -c '. + {service_control: {grants: [{account: "wmi-reader",
            rights: ["connect", "enumerate"]}]},
        groups: [{group: "distributed_com_users", members: ["wmi-reader"]}]}' \
        <<<"$(account)")
    for gone in false true; do
        applied=$(apply "$wmi")
        assert_equal "$(states "$applied")" changed
        "$LAB/target-1/mode" scm-denied
        result=$(asked undo "$(undo_of "$applied" "$wmi")")
        assert_equal "$(states "$result")" "changed failed"
        assert_contains "$(verdicts "$result")" 'account[wmi-reader] failed'
        assert_contains "$result" \
            'as long as service_control.grants[wmi-reader] is not put back'
        assert_equal "$(of_account $READER Name)" wmi-reader
        "$LAB/target-1/mode" none
        ! $gone || wine reg delete "$LAB_KEY\\Accounts\\$READER" /f >/dev/null
        result=$(asked undo "$(undo_of "$applied" "$wmi")")
        assert_contains "$(verdicts "$result")" \
            'service_control.grants[wmi-reader] changed'
        assert_contains "changed ok" "$(states "$result")"
        assert_equal "$(of_account $READER Name)" ""
        READER=$MACHINE-1002
    done
    wine reg delete "$LAB_KEY\\AccountRights\\$READER" /f >/dev/null
}

# --- through the controller ------------------------------------------------

# with MEMBER,...: the inventory asks for that account alone.
with() {
    jq --argjson wmi "$1" '.all.children.lab.vars.wmi = $wmi' \
        "$LAB/asked.json" >"$LAB/inventory.json"
}

# Neither as UTF-8 nor as UTF-16, in the prefix, the store or the logs.
no_secret() {
    local wide
    wide=$(sed 's/./&\\x00/g' <<<"$PASSWORD")
    run grep -raF -e "$PASSWORD" "$LAB"
    assert_equal "$output" ""
    LC_ALL=C run grep -raP -l -e "$wide" "$LAB"
    assert_equal "$output" ""
}

@test "a password from env, file or command reaches the account and no place" {
    local out source
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    wmifleet trust --yes >/dev/null
    printf '%s\n' $PASSWORD >"$BATS_TEST_TMPDIR/secret"
    export READER_SECRET=$PASSWORD
    for source in '{"env":"READER_SECRET"}' \
        '{"file":"'"$BATS_TEST_TMPDIR"'/secret"}' \
        '{"command":["cat","'"$BATS_TEST_TMPDIR"'/secret"]}'; do
        with '{"account":{"name":"wmi-reader","password":'"$source"'}}'
        run wmifleet check --json -vvv
        assert_equal "$status" 3
        out=$output
        run wmifleet apply --json -vvv
        assert_equal "$status" 0
        out+=$output
        assert_equal "$(of_account "$(grep '^{' <<<"$output" |
            result_of target-1 | jq -r .settings[0].after.sid)" Name)" \
            wmi-reader
        run wmifleet apply --json -vvv
        assert_equal "$status" 0
        out+=$output
        run wmifleet check
        assert_equal "$status" 0
        out+=$(wmifleet inventory --list; wmifleet show; wmifleet status)
        case $out in *"$PASSWORD"*) false ;; esac
        no_secret
        [ -z "$(ls "$HOME_DIR" | grep -v "^$ONE_TIME" | grep '^wmifleet-')" ]
        run wmifleet undo
        assert_equal "$status" 0
    done
}

@test "an account that undo deleted comes back by apply, and it says so" {
    local first
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    wmifleet trust --yes >/dev/null
    export READER_SECRET=$PASSWORD
    with '{"account":{"name":"wmi-reader","password":{"env":"READER_SECRET"}}}'
    wmifleet apply >/dev/null
    first=$(wmifleet undo --json | jq -r 'select(.host).run')
    run wmifleet undo "$first"
    assert_equal "$status" 2
    assert_contains "$output" "apply makes it anew, with another SID"
    assert_contains "$output" "make it anew: wmifleet apply"
    [[ $output != *"once mended"* ]]
    run wmifleet apply
    assert_equal "$status" 0
    run wmifleet undo
    assert_equal "$status" 0
}

@test "with the store lost, the machine's snapshot takes the account back" {
    local before
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    wmifleet trust --yes >/dev/null
    rm -f "$FOLDER"/u-*.json "$FOLDER"/s-*.json
    before=$(everything)
    export READER_SECRET=$PASSWORD
    with '{"account":{"name":"wmi-reader","password":{"env":"READER_SECRET"}}}'
    run wmifleet apply
    assert_equal "$status" 0
    assert_contains "$(everything)" '"Name"="wmi-reader"'
    # What is kept of the wish names no password, and not where it was from.
    run jq -c .wmi.account "$FOLDER"/u-*.json
    assert_equal "$output" '{"name":"wmi-reader"}'
    run grep -l -e READER_SECRET -e '"secrets"' "$FOLDER"/[us]-*.json
    assert_equal "$output" ""
    no_secret
    rm -f "$LAB"/state.db*
    unset READER_SECRET
    run wmifleet undo --from-target --yes </dev/null
    assert_equal "$status" 0
    assert_contains "$output" "changed          1  target-1"
    assert_equal "$(everything)" "$before"
    assert_equal "$(jq -s 'length' "$FOLDER"/u-*.json)" 2
    run jq -c '.wmi.account, (.earlier_wmi[]?.account)' "$FOLDER"/u-*.json
    assert_equal "$(sort -u <<<"$output")" '{"name":"wmi-reader"}'
    no_secret
}

@test "a password that is not there stops the run before any contact" {
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    with '{"account":{"name":"wmi-reader","password":{"env":"NOT_SET"}}}'
    wmifleet trust --yes >/dev/null
    log_mark 1
    run wmifleet apply
    assert_equal "$status" 1
    assert_contains "$output" \
        'target-1: wmi.account.password: the environment variable NOT_SET is not set'
    run wmifleet check
    assert_equal "$status" 3
    run wmifleet apply --skip account
    assert_equal "$status" 0
}

@test "deleting through the controller: drift, blocked, and with leave done" {
    [ -e "$LAB/asked.json" ] || cp "$LAB/inventory.json" "$LAB/asked.json"
    put_user 1001 wmi-reader 0x10201
    with '{"account":{"name":"wmi-reader","state":"absent"}}'
    wmifleet trust --yes >/dev/null
    run wmifleet check --json
    assert_equal "$status" 3
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" drift
    run wmifleet apply --json
    assert_equal "$status" 2
    assert_equal "$(result_of target-1 <<<"$output" | jq -r .status)" blocked
    run wmifleet apply --allow-irreversible
    assert_equal "$status" 0
    assert_equal "$(of_account $READER Name)" ""
}
