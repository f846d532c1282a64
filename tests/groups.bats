#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# groups on one target whose groups have German names: who is in them is read
# from what the lab keeps, by SID.

load lab
load direct
load accounts

DCOM_USERS=S-1-5-32-562
PERFORMANCE=S-1-5-32-558
ADMINISTRATORS=S-1-5-32-544

setup_file() {
    direct_start --language de
}

teardown_file() {
    lab_stop
}

setup() {
    accounts_reset
    put_user 1600 wmi-reader 0x10201
    put_members $PERFORMANCE "$MACHINE-500"
}

# groups ITEM,...
groups() {
    printf '{"groups":[%s]}' "$1"
}

# item GROUP MEMBER [STATE]
item() {
    printf '{"group":"%s","members":["%s"],"state":"%s"}' "$1" "$2" \
        "${3:-present}"
}

seen() {
    members $DCOM_USERS
    echo "/"
    members $PERFORMANCE
}

@test "a member by word, SID and name goes in, and the stranger stays" {
    for group in distributed_com_users $DCOM_USERS 'Distributed COM-Benutzer'; do
        full_circle "$(groups "$(item "$group" wmi-reader)")" '' seen
        assert_equal "$SEEN" "$MACHINE-1500 $MACHINE-1600 /
$MACHINE-500 "
    done
}

@test "a member may be named by its SID or its machine" {
    full_circle "$(groups "$(item performance_monitor_users "$MACHINE-1600")")" \
        '' seen
    assert_equal "$SEEN" "$MACHINE-1500 /
$MACHINE-1600 $MACHINE-500 "
    full_circle "$(groups "$(item performance_monitor_users \
        'TARGET-1\\wmi-reader')")" '' seen
    assert_equal "$SEEN" "$MACHINE-1500 /
$MACHINE-1600 $MACHINE-500 "
}

@test "a member goes out and comes back under its SID" {
    put_members $DCOM_USERS "$MACHINE-1500" "$MACHINE-1600"
    full_circle "$(groups "$(item distributed_com_users wmi-reader absent)")" \
        '' seen
    assert_equal "$SEEN" "$MACHINE-1500 /
$MACHINE-500 "
}

@test "two items of one group are two settings" {
    local wmi
    put_members $DCOM_USERS "$MACHINE-1500" "$MACHINE-500"
    wmi=$(groups "$(item distributed_com_users wmi-reader),$(item \
        distributed_com_users Administrator absent)")
    assert_equal "$(verdicts "$(asked check "$(request "$wmi")")")" \
"groups[distributed_com_users] drift
groups[distributed_com_users,absent] drift"
    asked apply "$(request "$wmi")" >/dev/null
    assert_equal "$(members $DCOM_USERS)" "$MACHINE-1500 $MACHINE-1600 "
}

@test "what others did to the group since is no conflict and stays" {
    local wmi applied
    wmi=$(groups "$(item distributed_com_users wmi-reader)")
    applied=$(asked apply "$(request "$wmi")")
    put_members $DCOM_USERS "$MACHINE-500" "$MACHINE-1600"
    assert_equal "$(states "$(asked undo "$(undo_of "$applied" "$wmi")")")" \
        changed
    assert_equal "$(members $DCOM_USERS)" "$MACHINE-500 "
}

@test "a group of our own is made, and goes again" {
    full_circle '{"groups":[{"group":"WMI-Leser","create":true,"members":["wmi-reader"]}]}'
    full_circle '{"groups":[{"group":"WMI-Leser","create":true}]}'
}

@test "a group of our own stays while somebody else is in it" {
    local wmi applied sid undone
    wmi='{"groups":[{"group":"WMI-Leser","create":true,"members":["wmi-reader"]}]}'
    applied=$(asked apply "$(request "$wmi")")
    sid=$(jq -r '.settings[0].after.sid' <<<"$applied")
    assert_equal "$(of_account "$sid" Name)" WMI-Leser
    put_members "$sid" "$MACHINE-1600" "$MACHINE-1500"
    undone=$(asked undo "$(undo_of "$applied" "$wmi")")
    assert_equal "$(states "$undone")" failed
    assert_contains "$undone" "it has 1 other members and was left there"
    assert_equal "$(members "$sid")" "$MACHINE-1500 "
}

@test "nobody of that name: the setting fails and says whom" {
    local result
    result=$(asked check "$(request "$(groups \
        "$(item distributed_com_users nobody-here),$(item \
            performance_monitor_users wmi-reader)")")")
    assert_equal "$(verdicts "$result")" \
"groups[distributed_com_users] failed 0x00000534 ERROR_NONE_MAPPED
groups[performance_monitor_users] drift"
    assert_contains "$result" 'the account `nobody-here`'
    result=$(asked check "$(request "$(groups \
        "$(item distributed_com_users nobody-here absent)")")")
    assert_equal "$(states "$result")" ok
    assert_contains "$result" 'nobody has the name `nobody-here`'
}

@test "a group that is none is told" {
    local result
    result=$(asked check "$(request "$(groups "$(item wmi-reader stranger)")")")
    assert_equal "$(verdicts "$result")" \
        "groups[wmi-reader] failed 0x00000560 ERROR_NO_SUCH_ALIAS"
    assert_contains "$result" '`wmi-reader` is no local group'
    result=$(asked check "$(request "$(groups "$(item WMI-Leser stranger)")")")
    assert_equal "$(verdicts "$result")" \
        "groups[WMI-Leser] failed 0x00000534 ERROR_NONE_MAPPED"
    assert_contains "$result" '`WMI-Leser`: this machine has no such group'
    assert_contains "$result" 'add \"create\": true'
}

@test "a group of the domain is none of the machine, whatever its name" {
    local sid=S-1-5-21-7-8-9-1700 name result
    name=$(of_account $DCOM_USERS Name)
    wine reg add "$LAB_KEY\\Accounts\\$sid" /v Kind /t REG_DWORD /d 2 /f \
        >/dev/null
    wine reg add "$LAB_KEY\\Accounts\\$sid" /v Name /t REG_SZ \
        /d "${name:-Distributed COM-Benutzer}" /f >/dev/null
    result=$(asked apply "$(request "$(groups "$(item $sid wmi-reader)")")")
    assert_equal "$(verdicts "$result")" \
        "groups[$sid] failed 0x00000560 ERROR_NO_SUCH_ALIAS"
    assert_equal "$(members $DCOM_USERS)" "$MACHINE-1500 "
}

@test "groups that reach beyond WMI carry a risk" {
    local result
    result=$(asked check "$(request "$(groups "$(item administrators \
        wmi-reader),$(item $DCOM_USERS wmi-reader),$(item \
        performance_monitor_users wmi-reader)")")")
    assert_equal "$(jq -c '[.settings[].risk != null]' <<<"$result")" \
        '[true,true,false]'
    result=$(asked check "$(request "$(groups "$(item administrators \
        wmi-reader absent)")")")
    assert_equal "$(jq -c '[.settings[].risk != null]' <<<"$result")" '[false]'
}

@test "a refused and an ignored change have their codes; nothing is changed" {
    local before wmi
    before=$(everything)
    wmi=$(groups "$(item distributed_com_users wmi-reader)")
    "$LAB/target-1/mode" groups-denied
    assert_equal "$(verdicts "$(asked apply "$(request "$wmi")")")" \
        "groups[distributed_com_users] failed 0x00000005 ERROR_ACCESS_DENIED"
    "$LAB/target-1/mode" groups-ignored
    assert_equal "$(verdicts "$(asked apply "$(request "$wmi")")")" \
        "groups[distributed_com_users] failed 0xA0040001 not_effective"
    "$LAB/target-1/mode" none
    assert_equal "$(everything)" "$before"
}

@test "a domain controller has no local groups" {
    product LanmanNT
    assert_equal "$(verdicts "$(asked apply "$(request "$(groups \
        "$(item $ADMINISTRATORS wmi-reader absent),$(item \
            distributed_com_users wmi-reader)")")")")" \
"groups[$ADMINISTRATORS] blocked 0xA0040012 domain_controller
groups[distributed_com_users] blocked 0xA0040012 domain_controller"
    assert_equal "$(members $DCOM_USERS)" "$MACHINE-1500 "
}

# groups_of NAME: what the facts count its token to be.
groups_of() {
    asked check "$(request "$(groups "$(item distributed_com_users "$1")")")" |
        jq -r '.facts.accounts[0].groups | sort | join(" ")'
}

@test "an account has what Users has, as it comes from the network" {
    put_user 1501 fresh 0x10201
    everybody="S-1-1-0 S-1-5-11 S-1-5-113 S-1-5-2"
    assert_equal "$(groups_of fresh)" "$everybody S-1-5-32-545"
    put_members S-1-5-32-545 S-1-5-4
    assert_equal "$(groups_of fresh)" "$everybody"
    put_members S-1-5-32-562 S-1-5-113
    assert_equal "$(groups_of fresh)" "$everybody S-1-5-32-562"
    put_members S-1-5-32-545 S-1-5-11
    assert_equal "$(groups_of "$MACHINE-501")" \
        "S-1-1-0 S-1-5-113 S-1-5-2 S-1-5-32-546 S-1-5-32-562"
}

@test "a name of an unreachable domain is looked up once a run" {
    "$LAB/target-1/mode" domain-unreachable
    wine reg delete "$LAB_KEY" /v DomainAsked /f >/dev/null 2>&1 || true
    local wmi='{"groups":[
        {"group":"performance_log_users","members":["wmi-reader"]},
        {"group":"distributed_com_users","members":["FAR\\wmi"]}],
      "dcom":{"permissions":[
        {"account":"FAR\\wmi","launch":["remote_launch"]},
        {"account":"wmi-reader","launch":["remote_launch"]}]}}'
    result=$(asked apply "$(request "$wmi")")
    assert_equal "$(wine reg query "$LAB_KEY" /v DomainAsked | tr -d '\r' |
        awk '$1 == "DomainAsked" { print $3 }')" 0x1
    assert_equal "$(verdicts "$result" | sort)" \
        "dcom.permissions[FAR\\wmi] failed 0x000006FD
dcom.permissions[wmi-reader] changed
groups[distributed_com_users] failed 0x000006FD
groups[performance_log_users] changed"
}
