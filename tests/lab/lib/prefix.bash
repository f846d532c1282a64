# shellcheck shell=bash
# SPDX-License-Identifier: MIT
#
# Wine prefixes: one template in the cache, made once, and copies of it.

readonly TEMPLATE=$CACHE/prefix-template
readonly WINE=/usr/lib/wine/wine64 WINESERVER=/usr/lib/wine/wineserver64
# Debian's loader lies fixed at 0x7d000000, and the kernel begins its heap
# anywhere in the GiB behind it: one start in some thousands meets Windows'
# shared page at 0x7ffe0000 and ends at once. Without randomised addresses
# (inherited by all that a program starts) none does. A container that
# forbids that keeps the odds.
if setarch -R true 2>/dev/null; then
    readonly -a FIXED_ADDRESSES=(setarch -R)
else
    readonly -a FIXED_ADDRESSES=()
fi
# No download of Mono or Gecko, no menu entries in the user's desktop.
readonly OVERRIDES='mscoree,mshtml=;winemenubuilder.exe=d'
readonly TEMPLATE_VERSION=6
# The account of every target. No environment but this reaches Windows.
readonly LAB_ACCOUNT=Administrator

# wine_environment PREFIX: the variables, one a line, without blanks in them
# but for the prefix.
wine_environment() {
    printf '%s\n' "LAB_PREFIX=$1" "WINEPREFIX=$1" WINEDEBUG=-all,err+virtual \
        "WINEDLLOVERRIDES=$OVERRIDES" LC_ALL=C.UTF-8 "USER=$LAB_ACCOUNT" \
        "LOGNAME=$LAB_ACCOUNT" "PATH=/usr/bin:/bin" HOME=/nonexistent
}

# wine_in PREFIX COMMAND...
wine_in() {
    local variables
    mapfile -t variables < <(wine_environment "$1")
    shift
    "${FIXED_ADDRESSES[@]}" env -i "${variables[@]}" "$WINE" "$@" </dev/null
}

prefix_template_stamp() {
    printf '%s %s\n' "$TEMPLATE_VERSION" "$("$WINE" --version)"
}

prefix_template_prepare() {
    local new=$TEMPLATE.new stamp link

    [[ -x $WINE ]] || die "$WINE: missing; install wine64"
    stamp=$(prefix_template_stamp)
    if [[ -e $TEMPLATE/.complete && $(<"$TEMPLATE/.complete") == "$stamp" ]]
    then return; fi
    rm -rf "$new" "$TEMPLATE"
    mkdir -p "$new"
    wine_in "$new" wineboot -i >/dev/null 2>&1 ||
        die "Wine: cannot make a prefix in $new"
    wine_in "$new" winecfg -v win10 >/dev/null 2>&1
    wine_in "$new" reg add 'HKCU\Software\Wine\DllOverrides' /v advapi32 \
        /d native,builtin /f >/dev/null 2>&1
    # Windows without a display.
    wine_in "$new" reg add 'HKCU\Software\Wine\Drivers' /v Graphics \
        /d null /f >/dev/null 2>&1
    wine_in "$new" "$CACHE/svcstate.exe" factory ||
        die "$new: the services' factory state"
    prefix_stop "$new"
    # The profile's folders lead to the user's own: not in a lab.
    find "$new/drive_c/users" -type l -print0 |
        while IFS= read -r -d '' link; do
            rm "$link"
            mkdir "$link"
        done
    rm -f "$new"/dosdevices/com*
    printf '%s\n' "$stamp" >"$new/.complete"
    mv "$new" "$TEMPLATE"
}

# prefix_copy PREFIX: the DLLs, nearly all of it, are hard links. On another
# file system the prefix stands in the cache, behind a link.
prefix_copy() {
    local prefix=$1 place

    if [[ $(stat -c %d "$TEMPLATE") == "$(stat -c %d "${prefix%/*}")" ]]; then
        mkdir "$prefix"
    else
        mkdir -p "$CACHE/prefixes"
        place=$(mktemp -d "$CACHE/prefixes/XXXXXXXX")
        ln -s "$place" "$prefix"
    fi
    mkdir "$prefix/drive_c"
    cp -a "$TEMPLATE"/{dosdevices,*.reg,.update-timestamp} "$prefix/"
    cp -al "$TEMPLATE/drive_c/windows" "$prefix/drive_c/"
    cp -a --remove-destination "$TEMPLATE"/drive_c/windows/*.ini \
        "$prefix/drive_c/windows/"
    find "$TEMPLATE/drive_c" -mindepth 1 -maxdepth 1 ! -name windows \
        -exec cp -a -t "$prefix/drive_c/" {} +
    prefix_stand_ins "$prefix/drive_c/windows/system32"
}

# The lab's DLLs take the place of Wine's, in this prefix alone.
prefix_stand_ins() {
    cp --remove-destination "$CACHE"/{advapi32,netapi32,iphlpapi}{,w}.dll "$1/"
    cp "$CACHE/firewall.dll" "$1/wmifleet-firewall.dll"
    cp "$CACHE/wbem.dll" "$1/wmifleet-wbem.dll"
    cp "$CACHE/service.dll" "$1/wmifleet-service.dll"
    cp "$CACHE/winmgmt.exe" "$1/wbem/"
}

# prefix_stop PREFIX: ends all Windows processes of it and waits for that.
prefix_stop() {
    local folder

    [[ -d $1/drive_c ]] || return 0
    WINEPREFIX=$1 "$WINESERVER" -k 2>/dev/null || true
    WINEPREFIX=$1 timeout "$LAB_DEADLINE" "$WINESERVER" -w ||
        die "$1: Wine does not end"
    if [[ -r $1/wineserver ]]; then
        folder=$(<"$1/wineserver")
        if [[ $folder =~ ^wine-[A-Za-z0-9]+$ ]]; then
            rm -rf "/tmp/$folder"
        fi
        rm -f "$1/wineserver"
    fi
}

prefix_remove() {
    local place

    [[ -e $1 || -L $1 ]] || return 0
    place=$(realpath "$1")
    rm -rf "$place"
    rm -rf "$1"
}
