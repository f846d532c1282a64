/* SPDX-License-Identifier: MIT */
/* What known_hosts says of a key: tables of files and questions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cmocka.h>

#include "base/log.h"
#include "controller/host_keys/known_hosts.h"

#define A "AAAAC3NzaC1lZDI1NTE5AAAAIAfp3UADo+SdfPDmHqN7TU+p7N5q/a5ZRfUq00S9KrQq"
#define B "AAAAC3NzaC1lZDI1NTE5AAAAIAE05QmQZxLX5VWkwr6/uX+klzZXiPsBAbA00mFkSXd+"
#define C "AAAAC3NzaC1lZDI1NTE5AAAAIDP4Inm8gwgb6rfVpl6GDji5Out2ARX37m8gQg5XdiMV"
#define E                                                                      \
    "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBN44Vm0dBuXNU9Y2+qln" \
    "Uw/DAAAIydZuRRiuuYg+6UxsGn0BfYEnVjbFJ6DM/r82xASvjCUkDgauzHkmPFVUN+c="
#define ED "ssh-ed25519 "
#define EC "ecdsa-sha2-nistp256 "

struct folder {
    char path[40];
    char file[60];
};

struct key {
    unsigned char bytes[256];
    struct host_key key;
};

static void decode(struct key *key, const char *type, const char *base64)
{
    size_t len = strlen(base64);
    int got =
        EVP_DecodeBlock(key->bytes, (const unsigned char *)base64, (int)len);
    assert_true(got > 0);
    size_t padding = len - strcspn(base64, "=");
    key->key = (struct host_key){type, key->bytes, (size_t)got - padding};
}

static int make_folder(void **state)
{
    static struct folder shared;
    struct folder *folder = &shared;
    *folder = (struct folder){.path = "/tmp/wmifleet-known-XXXXXX"};
    if (mkdtemp(folder->path) == NULL)
        return -1;
    strcpy(stpcpy(folder->file, folder->path), "/known_hosts");
    *state = folder;
    return 0;
}

static int remove_folder(void **state)
{
    struct folder *folder = *state;
    unlink(folder->file);
    rmdir(folder->path);
    return 0;
}

static struct known_hosts *open_text(const struct folder *folder,
                                     const char *text, const struct log *log)
{
    FILE *file = fopen(folder->file, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    struct err err;
    struct known_hosts *known = known_hosts_open(folder->file, log, &err);
    assert_non_null(known);
    return known;
}

static void test_verdicts(void **state)
{
    static const struct {
        const char *file;
        const char *alias;
        const char *address;
        uint16_t port;
        const char *key;
        enum key_verdict verdict;
        unsigned long line;
        const char *name;
    } cases[] = {
        {"", "lab-17", "10.0.3.17", 22, A, KEY_UNKNOWN, 0, ""},
        {"lab-17 " ED A "\n", "lab-17", "10.0.3.17", 22, A, KEY_KNOWN, 1,
         "lab-17"},
        {"LAB-17 " ED A "\n", "Lab-17", "10.0.3.17", 22, A, KEY_KNOWN, 1,
         "lab-17"},
        {"lab-17 " ED A "\n", "lab-17", "10.0.3.17", 22, B, KEY_CHANGED, 1,
         "lab-17"},
        /* another type is another key */
        {"lab-17 " EC E "\n", "lab-17", "10.0.3.17", 22, A, KEY_CHANGED, 1,
         "lab-17"},
        {"lab-17 " EC E "\nlab-17 " ED A "\n", "lab-17", "10.0.3.17", 22, A,
         KEY_KNOWN, 2, "lab-17"},
        /* the address when the name is not there */
        {"x,10.0.3.17 " ED A "\n", "lab-17", "10.0.3.17", 22, A, KEY_KNOWN, 1,
         "10.0.3.17"},
        /* the name decides, whatever the address says */
        {"lab-17 " ED A "\n10.0.3.17 " ED B "\n", "lab-17", "10.0.3.17", 22, B,
         KEY_CHANGED, 1, "lab-17"},
        /* ports */
        {"[lab-17]:2222 " ED A "\n", "lab-17", "10.0.3.17", 2222, A, KEY_KNOWN,
         1, "[lab-17]:2222"},
        {"[lab-17]:2222 " ED A "\n", "lab-17", "10.0.3.17", 2223, B,
         KEY_UNKNOWN, 0, ""},
        {"lab-17 " ED A "\n", "lab-17", "10.0.3.17", 2222, A, KEY_KNOWN, 1,
         "lab-17"},
        {"lab-17 " ED A "\n", "lab-17", "10.0.3.17", 2222, B, KEY_UNKNOWN, 0,
         ""},
        {"[fe80::1]:2222 " ED A "\n", "lab-17", "fe80::1", 2222, A, KEY_KNOWN,
         1, "[fe80::1]:2222"},
        /* hashed by ssh-keygen -H: lab-17 with A, [lab-18]:2222 with B */
        {"|1|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho= " ED A
         "\n|1|EylFZTR54zaWowGPyMLOazgLzG8=|pAaNQN2zwIGbOwLhDJfELNbWFcY= " ED B
         " comment\n",
         "lab-17", "10.0.3.17", 22, A, KEY_KNOWN, 1, "lab-17"},
        {"|1|EylFZTR54zaWowGPyMLOazgLzG8=|pAaNQN2zwIGbOwLhDJfELNbWFcY= " ED B
         "\n",
         "x", "lab-18", 2222, B, KEY_KNOWN, 1, "[lab-18]:2222"},
        {"|1|EylFZTR54zaWowGPyMLOazgLzG8=|pAaNQN2zwIGbOwLhDJfELNbWFcY= " ED B
         "\n",
         "x", "lab-18", 2222, A, KEY_CHANGED, 1, "[lab-18]:2222"},
        /* a hashed name decides before a plain address */
        {"10.0.3.17 " ED B
         "\n|1|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho= " ED A
         "\n",
         "lab-17", "10.0.3.17", 22, B, KEY_CHANGED, 2, "lab-17"},
        /* patterns and negation */
        {"lab-*,!lab-17 " ED A "\n", "lab-18", "h", 22, A, KEY_KNOWN, 1,
         "lab-18"},
        {"lab-*,!lab-17 " ED A "\n", "lab-17", "h", 22, A, KEY_UNKNOWN, 0, ""},
        {"!lab-17,lab-* " ED A "\n", "lab-17", "h", 22, A, KEY_UNKNOWN, 0, ""},
        {"lab-1? " ED A "\n", "lab-17", "h", 22, A, KEY_KNOWN, 1, "lab-17"},
        {"lab-1? " ED A "\n", "lab-1", "h", 22, A, KEY_UNKNOWN, 0, ""},
        {"*a*b*c " ED A "\n", "xaxbxbxc", "h", 22, A, KEY_KNOWN, 1, "xaxbxbxc"},
        {"*a*b*c " ED A "\n", "xaxbxbxcd", "h", 22, A, KEY_UNKNOWN, 0, ""},
        {"* " ED B "\n", "lab-17", "h", 22, A, KEY_CHANGED, 1, "lab-17"},
        /* markers */
        {"@revoked * " ED A "\nlab-17 " ED A "\n", "lab-17", "h", 22, A,
         KEY_REVOKED, 1, "lab-17"},
        {"lab-17 " ED A "\n@revoked lab-17 " ED A "\n", "lab-17", "h", 22, A,
         KEY_REVOKED, 2, "lab-17"},
        {"@revoked other " ED A "\nlab-17 " ED A "\n", "lab-17", "h", 22, A,
         KEY_KNOWN, 2, "lab-17"},
        {"@revoked lab-17 " ED A "\n", "lab-17", "h", 22, B, KEY_UNKNOWN, 0,
         ""},
        {"@cert-authority *.lab " ED C "\n", "pc.lab", "h", 22, A,
         KEY_AUTHORITY, 1, "pc.lab"},
        {"@cert-authority *.lab " ED C "\npc.lab " ED A "\n", "pc.lab", "h", 22,
         A, KEY_KNOWN, 2, "pc.lab"},
        {"@cert-authority *.lab " ED C "\npc.lab " ED B "\n", "pc.lab", "h", 22,
         A, KEY_CHANGED, 2, "pc.lab"},
        /* CRLF, blanks, comments, no last line feed */
        {"# lab-17 " ED B "\r\n\r\n\t lab-17\t" ED "\t" A "  me\r\n", "lab-17",
         "h", 22, A, KEY_KNOWN, 3, "lab-17"},
        {"\nlab-17 " ED A, "lab-17", "h", 22, A, KEY_KNOWN, 2, "lab-17"},
        /* the key of another host */
        {"lab-22 " ED A "\n", "lab-17", "h", 22, A, KEY_OTHER_HOST, 1,
         "lab-22"},
        {"lab-17 " ED B "\nlab-22 " ED A "\n", "lab-17", "h", 22, A,
         KEY_OTHER_HOST, 2, "lab-22"},
        {"lab-17 " ED B "\nh " ED A "\n", "lab-17", "h", 22, A, KEY_CHANGED, 1,
         "lab-17"},
        {"@revoked lab-22 " ED A "\n", "lab-17", "h", 22, A, KEY_UNKNOWN, 0,
         ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct known_hosts *known = open_text(*state, cases[i].file, NULL);
        struct key key;
        decode(&key, "ssh-ed25519", cases[i].key);
        struct key_match match = known_hosts_match(
            known, cases[i].alias, cases[i].address, cases[i].port, &key.key);
        if (match.verdict != cases[i].verdict || match.line != cases[i].line ||
            strcmp(match.name, cases[i].name) != 0)
            fail_msg("case %zu: verdict %d line %lu name '%s'", i,
                     (int)match.verdict, match.line, match.name);
        known_hosts_close(known);
    }
}

static void test_fleet_names(void **state)
{
    struct key key;
    decode(&key, "ssh-ed25519", A);
    static const struct {
        const char *file;
        const char *fleet;
        enum key_verdict verdict;
        const char *name;
    } cases[] = {
        {"pc.home " ED A "\n", "lab-22", KEY_UNKNOWN, ""},
        {"pc.home,LAB-22 " ED A "\n", "Lab-22", KEY_OTHER_HOST, "lab-22"},
        {"|1|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho= " ED A
         "\n",
         "lab-17", KEY_OTHER_HOST, "lab-17"},
        {"|1|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho= " ED A
         "\n",
         "lab-18", KEY_UNKNOWN, ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct known_hosts *known = open_text(*state, cases[i].file, NULL);
        assert_int_equal(known_hosts_add_fleet_name(known, "a", 22), 0);
        assert_int_equal(known_hosts_add_fleet_name(known, cases[i].fleet, 22),
                         0);
        assert_int_equal(known_hosts_add_fleet_name(known, cases[i].fleet, 22),
                         0);
        struct key_match match =
            known_hosts_match(known, "a", "10.0.0.1", 22, &key.key);
        assert_int_equal(match.verdict, cases[i].verdict);
        assert_string_equal(match.name, cases[i].name);
        known_hosts_close(known);
    }
}

static void test_broken_lines_are_told(void **state)
{
    const struct folder *folder = *state;
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct log log = {.out = out, .shown = LOG_WARNING};
    struct known_hosts *known =
        open_text(folder,
                  "lab-17\n"
                  "lab-17 ssh-ed25519\n"
                  "@nonsense lab-17 " ED A "\n"
                  "lab-17 ssh-ed25519 AAAA!\n"
                  "lab-17 ssh-rsa " A "\n"
                  "|1|short|short " ED A "\n"
                  "|2|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho"
                  "= " ED A "\n"
                  "lab-17 1024 35 1234567890\n"
                  "@revoked\n"
                  "lab-17 " ED A "\n",
                  &log);
    fclose(out);
    size_t lines = 0;
    for (const char *at = text; (at = strchr(at, '\n')) != NULL; at++)
        lines++;
    assert_int_equal(lines, 9);
    char first[200];
    snprintf(first, sizeof first, "%s:1: ", folder->file);
    assert_non_null(strstr(text, first));
    assert_non_null(strstr(text, "known_hosts:9: "));
    free(text);
    struct key key;
    decode(&key, "ssh-ed25519", A);
    struct key_match match =
        known_hosts_match(known, "lab-17", "h", 22, &key.key);
    assert_int_equal(match.verdict, KEY_KNOWN);
    assert_int_equal(match.line, 10);
    known_hosts_close(known);
}

static void test_types(void **state)
{
    static const struct {
        const char *file;
        const char *types;
    } cases[] = {
        {"", ""},
        {"lab-17 " EC E "\n", "ecdsa-sha2-nistp256"},
        {"lab-17 " EC E "\nlab-17 " ED A "\n",
         "ssh-ed25519,ecdsa-sha2-nistp256"},
        {"lab-17 " EC E "\nx " ED A "\n", "ecdsa-sha2-nistp256"},
        {"h " EC E "\nx " ED A "\n", "ecdsa-sha2-nistp256"},
        {"|1|M/HwlomYsZqSLabG1tsRKbuT2d4=|LeHwkKHcRK6K85kSbdmAxDQmGho= " EC E
         "\nx " ED A "\n",
         "ecdsa-sha2-nistp256"},
        /* nothing of this host: what the others have most */
        {"x " EC E "\ny " ED A "\nz " ED B "\n",
         "ssh-ed25519,ecdsa-sha2-nistp256"},
        {"@revoked lab-17 " EC E "\n", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct known_hosts *known = open_text(*state, cases[i].file, NULL);
        char types[200];
        known_hosts_types(known, "lab-17", "h", 22, types, sizeof types);
        assert_string_equal(types, cases[i].types);
        known_hosts_close(known);
    }
}

static void read_file(const struct folder *folder, char *text, size_t size)
{
    FILE *file = fopen(folder->file, "r");
    assert_non_null(file);
    text[fread(text, 1, size - 1, file)] = '\0';
    fclose(file);
}

static void test_append(void **state)
{
    const struct folder *folder = *state;
    struct known_hosts *known = open_text(folder, "lab-1 " ED B, NULL);
    struct key key;
    decode(&key, "ssh-ed25519", A);
    struct err err;
    for (int i = 0; i < 2; i++)
        assert_int_equal(
            known_hosts_append(known, "Lab-2", 2222, &key.key, &err), 0);
    assert_int_equal(known_hosts_append(known, "lab-2", 22, &key.key, &err), 0);
    char text[1000];
    read_file(folder, text, sizeof text);
    assert_string_equal(text, "lab-1 " ED B "\n[lab-2]:2222 " ED A
                              "\nlab-2 " ED A "\n");
    struct key_match match =
        known_hosts_match(known, "lab-2", "h", 2222, &key.key);
    assert_int_equal(match.verdict, KEY_KNOWN);
    assert_int_equal(match.line, 2);
    assert_true(match.added);
    known_hosts_close(known);
    known = known_hosts_open(folder->file, NULL, &err);
    match = known_hosts_match(known, "lab-2", "h", 22, &key.key);
    assert_int_equal(match.verdict, KEY_KNOWN);
    assert_int_equal(match.line, 3);
    assert_false(match.added);
    known_hosts_close(known);
}

static void test_names_that_cannot_be_written(void **state)
{
    const struct folder *folder = *state;
    struct known_hosts *known = open_text(folder, "", NULL);
    static const char *const names[] = {"",   "a b", "a,b", "*",        "a?",
                                        "!a", "|1|", "#a",  "@revoked", "a\nb"};
    struct key key;
    decode(&key, "ssh-ed25519", A);
    struct err err;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        assert_int_equal(
            known_hosts_append(known, names[i], 22, &key.key, &err), -1);
    /* A key type that a hostile server made up stays out too. */
    struct host_key odd = {"ssh-x\nlab-1 ssh-y", key.key.blob, key.key.len};
    assert_int_equal(known_hosts_append(known, "lab-1", 22, &odd, &err), -1);
    char text[100];
    read_file(folder, text, sizeof text);
    assert_string_equal(text, "");
    known_hosts_close(known);
}

static void test_append_makes_file_and_folder(void **state)
{
    (void)state;
    char folder[] = "/tmp/wmifleet-home-XXXXXX";
    assert_non_null(mkdtemp(folder));
    char path[100];
    snprintf(path, sizeof path, "%s/.ssh/known_hosts", folder);
    struct err err;
    struct known_hosts *known = known_hosts_open(path, NULL, &err);
    assert_non_null(known);
    struct key key;
    decode(&key, "ssh-ed25519", A);
    assert_int_equal(known_hosts_append(known, "lab-1", 22, &key.key, &err), 0);
    struct stat found;
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0600);
    unlink(path);
    *strrchr(path, '/') = '\0';
    assert_int_equal(stat(path, &found), 0);
    assert_int_equal(found.st_mode & 0777, 0700);
    rmdir(path);
    rmdir(folder);
    known_hosts_close(known);
}

static void test_unreadable_file(void **state)
{
    (void)state;
    struct err err;
    assert_null(known_hosts_open("/tmp", NULL, &err));
    assert_non_null(strstr(err.text, "/tmp: Is a directory"));
}

static void test_fingerprint(void **state)
{
    (void)state;
    struct key key;
    char text[100];
    decode(&key, "ssh-ed25519", A);
    known_hosts_fingerprint(&key.key, text, sizeof text);
    assert_string_equal(text,
                        "SHA256:MkNORAScsV539WE1EN3zOv2q8fERfJFgx/Q4LKGiHkw");
    decode(&key, "ecdsa-sha2-nistp256", E);
    known_hosts_fingerprint(&key.key, text, sizeof text);
    assert_string_equal(text,
                        "SHA256:vtNrjK3L5POV0y5mQxkTsLE1xhrC9nSTAnRZkO+k5X0");
}

enum { MANY = 10000 };

/* An ed25519 key whose point is the number; good enough for a look-up. */
static void numbered_key(struct key *key, unsigned number)
{
    decode(key, "ssh-ed25519", A);
    memcpy(key->bytes + key->key.len - sizeof number, &number, sizeof number);
}

static void write_hashed(FILE *file, unsigned number)
{
    char name[20];
    unsigned char salt[20] = {0};
    unsigned char digest[20];
    unsigned len;
    char text[3][200];
    struct key key;
    snprintf(name, sizeof name, "lab-%u", number);
    memcpy(salt, &number, sizeof number);
    HMAC(EVP_sha1(), salt, sizeof salt, (unsigned char *)name, strlen(name),
         digest, &len);
    numbered_key(&key, number);
    EVP_EncodeBlock((unsigned char *)text[0], salt, sizeof salt);
    EVP_EncodeBlock((unsigned char *)text[1], digest, sizeof digest);
    EVP_EncodeBlock((unsigned char *)text[2], key.bytes, (int)key.key.len);
    fprintf(file, "|1|%s|%s ssh-ed25519 %s\n", text[0], text[1], text[2]);
}

static double now_us(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e6 + (double)now.tv_nsec / 1e3;
}

static void test_ten_thousand_hashed(void **state)
{
    const struct folder *folder = *state;
    FILE *file = fopen(folder->file, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < MANY; i++)
        write_hashed(file, i);
    fclose(file);
    struct err err;
    double start = now_us();
    struct known_hosts *known = known_hosts_open(folder->file, NULL, &err);
    double opened = now_us();
    assert_non_null(known);
    char name[20];
    struct key key;
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(name, sizeof name, "lab-%u", i);
        numbered_key(&key, i);
        struct key_match match =
            known_hosts_match(known, name, "10.0.0.1", 22, &key.key);
        assert_int_equal(match.verdict, KEY_KNOWN);
        assert_int_equal(match.line, i + 1);
    }
    double matched = now_us();
    numbered_key(&key, 5);
    struct key_match match =
        known_hosts_match(known, "lab-9999", "10.0.0.1", 22, &key.key);
    double changed = now_us();
    assert_int_equal(match.verdict, KEY_CHANGED);
    assert_int_equal(match.line, MANY);
    print_message("  open %.1f ms, a match %.2f us, a changed key %.1f ms\n",
                  (opened - start) / 1e3, (matched - opened) / MANY,
                  (changed - matched) / 1e3);
    /* A walk of the file would cost a hundred times as much. */
    assert_true((matched - opened) / MANY < (changed - matched) / 20);
    known_hosts_close(known);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_fleet_names),
        cmocka_unit_test(test_broken_lines_are_told),
        cmocka_unit_test(test_types),
        cmocka_unit_test(test_append),
        cmocka_unit_test(test_names_that_cannot_be_written),
        cmocka_unit_test(test_append_makes_file_and_folder),
        cmocka_unit_test(test_unreadable_file),
        cmocka_unit_test(test_fingerprint),
        cmocka_unit_test(test_ten_thousand_hashed),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
