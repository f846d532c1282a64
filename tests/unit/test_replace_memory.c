/* SPDX-License-Identifier: MIT */
/*
 * known_hosts where the nth allocation fails: it is read whole or not at all,
 * and a key is replaced whole or the file stays as it was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <openssl/evp.h>

#include "controller/host_keys/known_hosts_index.h"
#include "controller/host_keys/known_hosts_replace.h"
#include "tests/unit/alloc_door.h"

#define ED "ssh-ed25519 "
#define OLD                                                                    \
    "AAAAC3NzaC1lZDI1NTE5AAAAIAfp3UADo+SdfPDmHqN7TU+p7N5q/a5ZRfUq00S9KrQq"
#define NEW                                                                    \
    "AAAAC3NzaC1lZDI1NTE5AAAAIAE05QmQZxLX5VWkwr6/uX+klzZXiPsBAbA00mFkSXd+"
#define GONE                                                                   \
    "AAAAC3NzaC1lZDI1NTE5AAAAIDP4Inm8gwgb6rfVpl6GDji5Out2ARX37m8gQg5XdiMV"

static const char before[] = "# mine\n"
                             "lab-17,10.0.3.17 " ED OLD "\n"
                             "lab-18,lab-17 " ED OLD " of two\n"
                             "@revoked * " ED GONE "\n"
                             "lab-19 " ED OLD "\n";
static const char after[] = "# mine\n"
                            "lab-18 " ED OLD " of two\n"
                            "@revoked * " ED GONE "\n"
                            "lab-19 " ED OLD "\n"
                            "lab-17,10.0.3.17 " ED NEW "\n";

struct place {
    char folder[40];
    char file[60];
};

static void write_file(const struct place *place)
{
    FILE *file = fopen(place->file, "w");
    assert_non_null(file);
    fputs(before, file);
    fclose(file);
}

static void assert_file(const struct place *place, const char *wanted)
{
    char text[2000];
    FILE *file = fopen(place->file, "r");
    assert_non_null(file);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(text, wanted);
}

static struct host_key key_of(const char *base64, unsigned char *bytes)
{
    int got = EVP_DecodeBlock(bytes, (const unsigned char *)base64,
                              (int)strlen(base64));
    assert_true(got > 0);
    return (struct host_key){"ssh-ed25519", bytes, (size_t)got};
}

static void test_without_memory_no_key_is_replaced_by_half(void **state)
{
    const struct place *place = *state;
    unsigned char bytes[80];
    const struct key_replacement item = {.alias = "lab-17",
                                         .address = "10.0.3.17",
                                         .port = 22,
                                         .key = key_of(NEW, bytes)};
    bool refused = true;
    size_t nth = 1;
    for (; refused; nth++) {
        struct err err = {0};
        write_file(place);
        struct known_hosts *known = known_hosts_open(place->file, NULL, &err);
        assert_non_null(known);
        alloc_door_shut(nth, false);
        int failed = known_hosts_replace(known, &item, 1, &err);
        refused = alloc_door_open();
        assert_file(place, failed ? before : after);
        if (failed && strstr(err.text, "emory") == NULL)
            fail_msg("allocation %zu: %s", nth, err.text);
        known_hosts_close(known);
    }
    assert_true(nth > 10);
}

/* A key that is revoked would count again. */
static void test_without_memory_no_line_is_left_out(void **state)
{
    const struct place *place = *state;
    unsigned char bytes[80];
    const struct host_key gone = key_of(GONE, bytes);
    bool refused = true;
    size_t nth = 1;
    write_file(place);
    for (; refused; nth++) {
        struct err err = {0};
        alloc_door_shut(nth, false);
        struct known_hosts *known = known_hosts_open(place->file, NULL, &err);
        refused = alloc_door_open();
        if (known != NULL) {
            assert_non_null(
                known_hosts_find(known, &gone, MARK_REVOKED, "lab-17"));
            known_hosts_close(known);
        }
    }
    assert_true(nth > 10);
}

static int make_place(void **state)
{
    static struct place place;
    strcpy(place.folder, "/tmp/wmifleet-known-XXXXXX");
    if (mkdtemp(place.folder) == NULL)
        return -1;
    strcpy(stpcpy(place.file, place.folder), "/known_hosts");
    *state = &place;
    return 0;
}

static int remove_place(void **state)
{
    const struct place *place = *state;
    unlink(place->file);
    return rmdir(place->folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_without_memory_no_key_is_replaced_by_half),
        cmocka_unit_test(test_without_memory_no_line_is_left_out),
    };
    return cmocka_run_group_tests(tests, make_place, remove_place);
}
