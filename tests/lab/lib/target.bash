# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# One target: a prefix with its resident program, and an sshd.

# shellcheck disable=SC2034 # used in lab
readonly LAB_PASSWORD=Lab-password-1
# shellcheck disable=SC2016 # crypt(3) of LAB_PASSWORD
readonly LAB_HASH='$6$wmifleetlab$nZ7fOmZmPT3eCu8hP132MCyHl3Z1ARQvMlVlXwrcQlUUVXJjrHS5kauH2FKH1PWfFHrrFRNA0isp8GXYe6gR9.'

declare -A TARGET_LANGUAGE=() TARGET_KIND=()

# target_words K WORD[,WORD]
target_words() {
    local word
    for word in ${2//,/ }; do
        case $word in
        en | de) TARGET_LANGUAGE[$1]=$word ;;
        client | server) TARGET_KIND[$1]=$word ;;
        *) usage_error "$word: not a word for a target" ;;
        esac
    done
}

target_options() {
    local count=$1 language=en kind=client special=() k
    shift
    while (($# > 0)); do
        case $1 in
        --language)
            [[ ${2-} == en || ${2-} == de ]] ||
                usage_error "--language: say en or de"
            language=$2
            shift
            ;;
        --server) kind=server ;;
        --target)
            [[ ${2-} =~ ^[0-9]+:[a-z,]+$ ]] ||
                usage_error "--target: say K:WORD[,WORD]"
            special+=("$2")
            shift
            ;;
        *) usage_error "$1: no such option" ;;
        esac
        shift
    done
    for ((k = 1; k <= count; k++)); do
        TARGET_LANGUAGE[$k]=$language
        TARGET_KIND[$k]=$kind
    done
    for k in "${special[@]}"; do
        ((${k%%:*} >= 1 && ${k%%:*} <= count)) ||
            usage_error "--target $k: there is no such target"
        target_words "${k%%:*}" "${k#*:}"
    done
}

# A Windows path of a Unix one.
windows_path() {
    printf 'Z:%s' "${1//\//\\}"
}

# target_address DIR K: an address on loopback of the target's own; labs in
# other folders have other ones, and 127.0.x.y stays everybody's.
target_address() {
    local sum
    sum=$(printf '%s' "$1" | cksum)
    sum=$((${sum%% *} % (254 * 256)))
    printf '127.%d.%d.%d\n' $((sum / 256 + 1)) $((sum % 256)) "$2"
}

target_make() {
    local dir=$1/target-$2 variables

    mkdir "$dir"
    target_address "${dir%/*}" "$2" >"$dir/address"
    prefix_copy "$dir/prefix"
    printf '%s\n%s\n' "$(<"$dir/address")" "$(windows_path "${dir%/*}")" \
        >"$dir/prefix/drive_c/windows/wmifleet-lab.txt"
    target_scripts "$dir"
    ssh-keygen -q -t ed25519 -N '' -C "target-$2" -f "$dir/host_key"
    mapfile -t variables < <(wine_environment "$dir/prefix")
    process_start /dev/null "${FIXED_ADDRESSES[@]}" env -i "${variables[@]}" \
        "$WINE" "$CACHE/resident.exe" "$(windows_path "$dir/windows-is-up")"
}

target_await_windows() {
    await "$1: Wine" test -e "$1/windows-is-up"
    rm "$1/windows-is-up"
    target_factory "$2" >"$1/factory.reg"
    "$1/wine" regedit /S "$(windows_path "$1/factory.reg")"
    rm "$1/factory.reg"
    "$1/wine" "$CACHE/fwstate.exe" "${TARGET_KIND[$2]}" \
        "${TARGET_LANGUAGE[$2]}" || die "$1: the firewall's factory state"
    "$1/wine" "$CACHE/svcstate.exe" await || die "$1: the services"
}

# The registry that Wine's own lacks, as one file: each start of Wine costs.
target_factory() {
    local windows=$HERE/windows
    target_identity "$1"
    tail -q -n +2 "$windows/factory.reg" \
        "$windows/factory-${TARGET_KIND[$1]}.reg"
}

# What no two machines have in common.
target_identity() {
    local guid names installed
    guid=$(</proc/sys/kernel/random/uuid)
    printf -v installed '%08x' $((1600000000 + RANDOM * 1000))
    names='HKEY_LOCAL_MACHINE\System\CurrentControlSet\Control\ComputerName'
    cat <<END
REGEDIT4

[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Cryptography]
"MachineGuid"="$guid"

[HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows NT\\CurrentVersion]
"InstallDate"=dword:$installed

[$names\\ComputerName]
"ComputerName"="TARGET-$1"

[$names\\ActiveComputerName]
"ComputerName"="TARGET-$1"

[HKEY_LOCAL_MACHINE\\System\\CurrentControlSet\\Services\\Tcpip\\Parameters]
"Hostname"="target-$1"
"NV Hostname"="target-$1"
END
}

target_scripts() {
    local dir=$1 quoted variables
    quoted=$(printf '%q' "$dir")
    mapfile -t variables < <(wine_environment "$dir/prefix")
    cat >"$dir/wine" <<END
#!/bin/bash
# Runs a Windows command on this target.
exec ${FIXED_ADDRESSES[*]} env -i $(printf '%q ' "${variables[@]}") $WINE "\$@"
END
    cat >"$dir/mode" <<END
#!/bin/bash
# Shows or sets the modes of this target.
$quoted/wine $(printf '%q' "$CACHE/mode.exe") "\$@" && exit
status=\$?
echo "mode \$*: ended with \$status" >&2
exit \$status
END
    chmod +x "$dir/wine" "$dir/mode"
}

target_sshd_config() {
    local dir=$1 profile
    profile=$dir/prefix/drive_c/users/$LAB_ACCOUNT
    cat <<END
ListenAddress 127.0.0.1:$2
ListenAddress $(<"$dir/address"):$2
HostKey "$dir/host_key"
AuthorizedKeysFile "${dir%/*}/id_ed25519.pub"
StrictModes no
UsePAM no
UseDNS no
PidFile "$dir/sshd.pid"
LogLevel DEBUG
MaxStartups 1000
MaxSessions 100
LoginGraceTime 120
PermitUserRC no
PrintMotd no
PrintLastLog no
Subsystem sftp wmifleet-lab-sftp
SetEnv "LAB_PREFIX=$dir/prefix" "LAB_PROFILE=$profile" "LAB_TOOLS=$CACHE" "LAB_WINE=$WINE" "LAB_SFTP=$SFTP_SERVER" "LAB_OVERRIDES=$OVERRIDES"
END
}

# The port may be taken between its choice and sshd's start: then again.
target_start_sshd() {
    local dir=$1 attempt port id

    for attempt in 1 2 3 4 5; do
        port=$("$CACHE/free_port")
        target_sshd_config "$dir" "$port" >"$dir/sshd_config"
        process_start /dev/null "${FIXED_ADDRESSES[@]}" env -i \
            LAB_PREFIX="$dir/prefix" LAB_ACCOUNT="$LAB_ACCOUNT" \
            LAB_ACCOUNT_HOME="$dir/prefix/drive_c" LAB_ACCOUNT_HASH="$LAB_HASH" \
            LAB_ACCOUNT_SHELL="$CACHE/session" \
            LD_PRELOAD="$CACHE/account.so" LD_LIBRARY_PATH="$SSHD_LIBRARIES" \
            "$SSHD" -D -f "$dir/sshd_config" -E "$dir/sshd.log"
        id=$!
        await "$dir: sshd" sshd_decided "$dir/sshd.pid" "$id"
        if [[ -e $dir/sshd.pid ]]; then
            printf '%s\n' "$id" >"$dir/sshd.group"
            printf '%s\n' "$port" >"$dir/port"
            return
        fi
    done
    tail -n 5 "$dir/sshd.log" >&2 || true
    die "$dir: sshd does not start ($attempt attempts)"
}

# sshd_decided PIDFILE PID: it listens, or it has ended.
sshd_decided() {
    [[ -e $1 ]] || ! kill -0 "$2" 2>/dev/null
}

target_stop() {
    local dir=$1 group

    if [[ -r $dir/sshd.group ]]; then
        group=$(<"$dir/sshd.group")
        if [[ -n $(process_of_group "$group" "$dir") ]]; then
            kill -TERM -- "-$group" 2>/dev/null || true
            await "$dir: the end of sshd" group_ended "$group"
        fi
        rm -f "$dir/sshd.group"
    fi
    prefix_stop "$dir/prefix"
}

# Says the group's id when its leader still is this target's sshd.
process_of_group() {
    if tr '\0' ' ' 2>/dev/null <"/proc/$1/cmdline" |
        grep -qF -- "$2/sshd_config"; then
        printf '%s\n' "$1"
    fi
}

target_remove() {
    prefix_remove "$1/prefix"
    rm -rf "$1"
}

# What the inventory asks for: the Microsoft page, in the order of the page.
inventory_wmi() {
    cat <<'END'
        "wmi": {
          "firewall": {
            "wmi_group": {"enabled": true},
            "rules": [
              {"name": "DCOM", "remote_addresses": ["192.0.2.10"]},
              {"name": "WMI", "remote_addresses": ["192.0.2.10"]},
              {"name": "UnsecApp", "remote_addresses": ["192.0.2.10"]},
              {"name": "WMI_OUT", "remote_addresses": ["192.0.2.10"]}
            ]
          },
          "uac": {"local_account_token_filter_policy": 1},
          "dcom": {"enabled": true},
          "cimom": {"allow_anonymous_callback": 1}
        }
END
}

inventory_write() {
    local dir=$1 count=$2 k comma=,
    {
        printf '{\n  "all": {\n    "children": {\n      "lab": {\n'
        printf '        "hosts": {\n'
        for ((k = 1; k <= count; k++)); do
            ((k < count)) || comma=
            printf '          "target-%d": {"ansible_host": "%s", ' \
                "$k" "$(<"$dir/target-$k/address")"
            printf '"ansible_port": %d}%s\n' \
                "$(<"$dir/target-$k/port")" "$comma"
        done
        printf '        },\n        "vars": {\n'
        printf '          "ansible_user": "%s",\n' "$LAB_ACCOUNT"
        printf '          "ansible_ssh_private_key_file": %s,\n' \
            "$(json_text "$dir/id_ed25519")"
        inventory_wmi | sed 's/^/  /'
        printf '        }\n      }\n    }\n  }\n}\n'
    } >"$dir/inventory.json"
}

json_text() {
    printf '%s' "$1" | sed 's/[\\"]/\\&/g; s/^/"/; s/$/"/'
}
