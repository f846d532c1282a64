#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
#
# Every Windows function that the payload calls has its line in
# docs/testing.md, which says what its behaviour in the lab proves; and no
# line is there for a function that is not called any more.

bats_require_minimum_version 1.5.0

setup_file() {
    ROOT=$(cd "$BATS_TEST_DIRNAME/.." && pwd)
    BUILD=$(realpath -m "${BUILD:-$ROOT/build}")
    export ROOT BUILD
    env -u MAKEFLAGS make -s -C "$ROOT" "BUILD=$BUILD" payload
}

static_imports() {
    x86_64-w64-mingw32-objdump -p "$BUILD/payload/wmifleet-payload.exe" |
        awk '/^\t[0-9a-f]+\t +[0-9]+  / { print $3 }'
}

sources() {
    cat "$ROOT"/payload/{,*/}*.c | tr '\n' ' '
}

# system_load(L"bcrypt.dll", "BCryptHashData")
loaded() {
    sources | grep -oE 'system_load\( *(LIBRARY|L"[a-z0-9.]+"), *"[A-Za-z0-9]+"' |
        sed -E 's/.*"([A-Za-z0-9]+)"$/\1/'
}

# What the preprocessor makes of INetFwRule_put_Name(...) and its like.
com_methods() {
    local file
    for file in "$ROOT"/payload/{,*/}*.c; do
        (cd "$ROOT" && x86_64-w64-mingw32-gcc -E -P -I. -Ibuild/cjson/include \
            -DUNICODE -D_UNICODE -DCOBJMACROS -D_WIN32_WINNT=0x0602 "$file")
    done | grep -oE 'lpVtbl->[A-Za-z_0-9]+' | sed 's/.*>//'
}

# The names in backquotes of the table's last column.
listed() {
    sed -n '/^## Windows functions/,/^## /p' "$ROOT/docs/testing.md" |
        awk -F '|' '/^[|]/ {
            count = split($4, names, "\140")
            for (i = 2; i < count; i += 2)
                print names[i]
        }'
}

@test "every run-time look-up of a function is one that this test can see" {
    calls=$(sources | grep -oE 'system_load\(' | wc -l)
    # One of them is the definition.
    [ "$(loaded | wc -l)" -eq $((calls - 1)) ]
    [ "$(loaded | wc -l)" -gt 5 ]
    [ "$(grep -c GetProcAddress "$ROOT"/payload/{,*/}*.c | grep -vc ':0$')" -eq 1 ]
}

@test "docs/testing.md lists the functions that the payload calls, no other" {
    { static_imports && loaded && com_methods; } | sort -u >"$BATS_TEST_TMPDIR/called"
    listed | sort -u >"$BATS_TEST_TMPDIR/listed"
    [ "$(wc -l <"$BATS_TEST_TMPDIR/called")" -gt 150 ]
    run -0 diff --label called --label listed -U 0 \
        "$BATS_TEST_TMPDIR/called" "$BATS_TEST_TMPDIR/listed"
}

@test "no function has two lines" {
    [ -z "$(listed | sort | uniq -d)" ]
}
