#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# The demonstration and the installation leave the machine as it was.

load lab

setup_file() {
    NOTES=$(mktemp -d "$BUILD/leaves-test.XXXXXX")
    export NOTES
}

teardown_file() {
    rm -rf "$NOTES"
}

# What a demonstration could leave outside the tree: accounts, services, the
# user's files, sshd's folders. Other programs' temporary files are not ours.
outside() {
    cksum /etc/passwd /etc/group /etc/shadow 2>/dev/null || :
    local folder
    for folder in "$HOME/.ssh" "$HOME/.wine" "$HOME/.local/state/wmifleet" \
        "$HOME/.config" "$HOME/.local/share" /run/sshd /etc/ssh \
        /etc/systemd/system /etc/init.d /usr/local/bin; do
        find "$folder" -printf '%p %y %s %T@\n' 2>/dev/null || :
    done
}

# Processes that hold the demonstration's folder in their command line, their
# environment or as their working directory.
processes_of() {
    local process
    for process in /proc/[0-9]*; do
        case $process in
        "/proc/$BASHPID" | "/proc/$$") continue ;;
        esac
        { cat "$process/cmdline" "$process/environ" &&
            readlink "$process/cwd"; } 2>/dev/null | tr '\0' '\n' |
            grep -qF "$1/demo." && basename "$process"
    done
    return 0
}

demo() {
    # An own folder, so that other demonstrations are not seen; its caches
    # are the ones there are.
    mkdir -p "$NOTES/build"
    [ -e "$NOTES/build/lab" ] || ln -s "$BUILD/lab" "$NOTES/build/lab"
    [ -e "$NOTES/build/wmifleet" ] ||
        ln -s "$BUILD/wmifleet" "$NOTES/build/wmifleet"
    "$ROOT/tests/demo" "$NOTES/build"
}

@test "the demonstration works, and works again" {
    outside >"$NOTES/before"
    run demo
    echo "$output"
    assert_equal "$status" 0
    assert_contains "$output" "demo: all steps ended as they should"
    run demo
    echo "$output"
    assert_equal "$status" 0
}

@test "after it nothing runs" {
    assert_equal "$(processes_of "$NOTES/build")" ""
}

@test "after it nothing lies about in the tree" {
    assert_equal "$(find "$NOTES/build" -mindepth 1 -printf '%f\n' | sort)" \
        "lab
wmifleet"
}

@test "after it there is no account, no service and no file elsewhere" {
    outside >"$NOTES/after"
    run diff "$NOTES/before" "$NOTES/after"
    assert_equal "$output" ""
}

@test "what is installed runs, and is removed whole" {
    local place=$NOTES/installed
    local make=(env -u MAKEFLAGS -u MAKELEVEL make -s -C "$ROOT"
        "BUILD=$BUILD" "DESTDIR=$place" PREFIX=/usr)
    "${make[@]}" install
    run "$place/usr/bin/wmifleet" --version
    assert_equal "$status" 0
    assert_contains "$output" "wmifleet "
    assert_equal "$(cd "$place" && find . -type f | sort)" \
        "./usr/bin/wmifleet
./usr/share/man/man1/wmifleet.1
./usr/share/wmifleet/schema.json"
    "${make[@]}" uninstall
    assert_equal "$(cd "$place" && find . ! -type d)" ""
    assert_equal "$(find "$place" -path '*wmifleet*' ! -path "$place")" ""
}
