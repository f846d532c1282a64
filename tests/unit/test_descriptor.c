/* SPDX-License-Identifier: MIT */
/*
 * Descriptors are judged and changed as a second, plainer reading of the
 * same bytes (entries_of) says they must be: entry by entry, in order.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "payload/descriptor/descriptor_access.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define ENTRIES_MAX 64
#define ENTRY_MAX 128

static struct sid sid_of(const char *text)
{
    struct sid sid;
    assert_true(sid_parse(&sid, text));
    return sid;
}

/* --- descriptors by hand ------------------------------------------------- */

struct maker {
    unsigned char bytes[4096];
    size_t len;
};

static void put(unsigned char *at, uint32_t number, size_t size)
{
    for (size_t i = 0; i < size; i++)
        at[i] = (unsigned char)(number >> (8 * i));
}

static void begin(struct maker *m)
{
    memset(m, 0, sizeof *m);
    m->bytes[0] = 1;
    put(m->bytes + 2, 0x8004, 2);
    put(m->bytes + 16, 20, 4);
    m->bytes[20] = 2;
    m->len = 28;
}

static void add_raw(struct maker *m, const unsigned char *entry, size_t len)
{
    memcpy(m->bytes + m->len, entry, len);
    m->len += len;
    uint32_t count = (uint32_t)(m->bytes[24] | m->bytes[25] << 8);
    put(m->bytes + 24, count + 1, 2);
}

static void add(struct maker *m, unsigned type, unsigned flags, uint32_t mask,
                const char *text)
{
    unsigned char entry[ENTRY_MAX] = {(unsigned char)type,
                                      (unsigned char)flags};
    struct sid sid = sid_of(text);
    put(entry + 2, (uint32_t)(8 + sid.len), 2);
    put(entry + 4, mask, 4);
    memcpy(entry + 8, sid.bytes, sid.len);
    add_raw(m, entry, 8 + sid.len);
}

/* Closes the list with `slack` bytes of room, owner and group behind it. */
static void end(struct maker *m, size_t slack)
{
    struct sid sid = sid_of("S-1-5-32-544");
    m->len += slack;
    put(m->bytes + 22, (uint32_t)(m->len - 20), 2);
    for (size_t field = 4; field <= 8; field += 4) {
        put(m->bytes + field, (uint32_t)m->len, 4);
        memcpy(m->bytes + m->len, sid.bytes, sid.len);
        m->len += sid.len;
    }
}

static struct descriptor made(const struct maker *m)
{
    struct descriptor d;
    struct err err;
    if (descriptor_init(&d, m->bytes, m->len, &err) != 0)
        fail_msg("%s", err.text);
    return d;
}

/* --- the plain reading --------------------------------------------------- */

struct plain {
    size_t count;
    size_t len[ENTRIES_MAX];
    unsigned char entry[ENTRIES_MAX][ENTRY_MAX];
    unsigned char owner[SID_LEN_MAX];
    unsigned control;
};

static unsigned get16(const unsigned char *b)
{
    return (unsigned)b[0] | (unsigned)b[1] << 8;
}

static void entries_of(const struct descriptor *d, struct plain *plain)
{
    memset(plain, 0, sizeof *plain);
    const unsigned char *b = d->bytes;
    size_t list = get16(b + 16);
    size_t owner = get16(b + 4);
    size_t at = list + 8;
    plain->control = get16(b + 2);
    plain->count = get16(b + list + 4);
    assert_true(plain->count <= ENTRIES_MAX);
    for (size_t i = 0; i < plain->count; i++) {
        plain->len[i] = get16(b + at + 2);
        assert_true(plain->len[i] <= ENTRY_MAX);
        memcpy(plain->entry[i], b + at, plain->len[i]);
        at += plain->len[i];
    }
    assert_true(at <= list + get16(b + list + 2));
    assert_true(list + get16(b + list + 2) <= d->len);
    if (owner != 0)
        memcpy(plain->owner, b + owner, 8u + 4u * b[owner + 1]);
}

static bool is_for(const unsigned char *entry, size_t len,
                   const struct sid *sid)
{
    return entry[0] == 0 && entry[1] == 0 && len >= 8 + sid->len &&
           memcmp(entry + 8, sid->bytes, sid->len) == 0;
}

/* What is left without the entries that may be changed for `sid`. */
static void drop(struct plain *plain, const struct sid *sid)
{
    size_t kept = 0;
    for (size_t i = 0; i < plain->count; i++) {
        if (is_for(plain->entry[i], plain->len[i], sid))
            continue;
        memmove(plain->entry[kept], plain->entry[i], ENTRY_MAX);
        plain->len[kept++] = plain->len[i];
    }
    for (size_t i = kept; i < plain->count; i++) {
        memset(plain->entry[i], 0, ENTRY_MAX);
        plain->len[i] = 0;
    }
    plain->count = kept;
}

static void assert_foreign_kept(const struct descriptor *before,
                                const struct descriptor *after,
                                const struct sid *sid)
{
    static struct plain a, b;
    entries_of(before, &a);
    entries_of(after, &b);
    drop(&a, sid);
    drop(&b, sid);
    assert_memory_equal(&a, &b, sizeof a);
}

/* --- tables -------------------------------------------------------------- */

static void test_sids(void **state)
{
    (void)state;
    static const char *const good[] = {
        "S-1-1-0", "S-1-5-32-562", "S-1-5-21-1-2-4294967295-1001",
        "S-1-15-3-1024-2405443489-874036122-4286035555-1823921565-1746547431-"
        "2453885448-3625952902-991631256"};
    static const char *const bad[] = {"",
                                      "S-1",
                                      "S-1-5",
                                      "S-1-5-",
                                      "S-2-5-32",
                                      "S-1-5-32-x",
                                      "S-1-5--1",
                                      "S-1-5-4294967296",
                                      "S-1-5-32 ",
                                      "s-1-5-32",
                                      "S-1-5-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1-1"};
    char text[SID_TEXT_MAX];
    struct sid sid;
    for (size_t i = 0; i < COUNT(good); i++) {
        assert_true(sid_parse(&sid, good[i]));
        sid_print(&sid, text);
        assert_string_equal(text, good[i]);
    }
    for (size_t i = 0; i < COUNT(bad); i++) {
        if (sid_parse(&sid, bad[i]))
            fail_msg("%s was taken", bad[i]);
    }
    static const unsigned char wide[] = {1, 1, 0, 1, 2, 3, 4, 5, 7, 0, 0, 0};
    assert_true(sid_read(&sid, wide, sizeof wide));
    sid_print(&sid, text);
    assert_string_equal(text, "S-1-0x000102030405-7");
    assert_false(sid_read(&sid, wide, sizeof wide - 1));
    sid = sid_of("S-1-5-21-1-2-3-500");
    assert_int_equal(sid_last_part(&sid), 500);
}

/* As Windows made it of O:BAG:BAD:(A;;CCLCRP;;;WD). */
static const unsigned char windows_made[] = {
    1,    0, 4, 0x80, 0x30, 0, 0,    0, 0x40, 0, 0, 0, 0,    0, 0,    0,
    0x14, 0, 0, 0,    2,    0, 0x1c, 0, 1,    0, 0, 0, 0,    0, 0x14, 0,
    0x15, 0, 0, 0,    1,    1, 0,    0, 0,    0, 0, 1, 0,    0, 0,    0,
    1,    2, 0, 0,    0,    0, 0,    5, 0x20, 0, 0, 0, 0x20, 2, 0,    0,
    1,    2, 0, 0,    0,    0, 0,    5, 0x20, 0, 0, 0, 0x20, 2, 0,    0};

static void test_reads_what_windows_makes(void **state)
{
    (void)state;
    struct descriptor d;
    struct err err;
    struct descriptor_entry entry = {0};
    struct sid everyone = sid_of("S-1-1-0");
    assert_int_equal(
        descriptor_init(&d, windows_made, sizeof windows_made, &err), 0);
    assert_true(descriptor_has_owner_and_group(&d));
    assert_int_equal(descriptor_count(&d), 1);
    assert_true(descriptor_next(&d, &entry));
    assert_int_equal(entry.mask, 0x15);
    assert_true(sid_same(&entry.sid, &everyone));
    assert_false(descriptor_next(&d, &entry));
    descriptor_release(&d);
}

/* One byte of a good one is changed. */
static void test_refuses_what_is_broken(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        size_t at;
        unsigned char byte;
    } cases[] = {
        {"revision", 0, 2},
        {"not self-relative", 3, 0},
        {"owner outside", 5, 1},
        {"owner unaligned", 4, 0x31},
        {"owner in the head", 4, 4},
        {"group outside", 9, 1},
        {"list outside", 17, 1},
        {"list unaligned", 16, 0x15},
        {"list over the owner", 22, 0x20},
        {"list too short", 22, 0x18},
        {"list of odd size", 22, 0x1d},
        {"list revision", 20, 1},
        {"one entry too many", 24, 2},
        {"entry too long", 30, 0x18},
        {"entry too short", 30, 4},
        {"entry unaligned", 30, 0x13},
        {"SID revision", 36, 2},
        {"SID too long", 37, 2},
        {"owner SID too long", 0x41, 3},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        unsigned char bytes[sizeof windows_made];
        struct descriptor d;
        struct err err = {.text = ""};
        memcpy(bytes, windows_made, sizeof bytes);
        bytes[cases[i].at] = cases[i].byte;
        if (descriptor_init(&d, bytes, sizeof bytes, &err) == 0)
            fail_msg("%s: was taken", cases[i].what);
        assert_true(err.text[0] != '\0');
    }
    for (size_t len = 0; len < sizeof windows_made; len++) {
        struct descriptor d;
        unsigned char *bytes = malloc(len + 1);
        assert_non_null(bytes);
        memcpy(bytes, windows_made, len);
        assert_int_equal(descriptor_init(&d, bytes, len, NULL), -1);
        free(bytes);
    }
}

static void test_allow_goes_behind_denials(void **state)
{
    (void)state;
    struct maker m;
    struct sid own = sid_of("S-1-5-21-1-2-3-1001");
    begin(&m);
    add(&m, 1, 0, 0x10, "S-1-5-32-546");
    add(&m, 0, 0, 0x0b, "S-1-1-0");
    add(&m, 0, 0x10, 0x1f, "S-1-5-32-544");
    add(&m, 0, 0x12, 0x1f, "S-1-5-21-1-2-3-1001");
    end(&m, 8);
    struct descriptor before = made(&m);
    struct descriptor after = made(&m);
    assert_int_equal(descriptor_allow(&after, &own, 0x15, 0, NULL), 0);
    assert_foreign_kept(&before, &after, &own);
    struct descriptor_entry entry = {0};
    for (int i = 0; i < 3; i++)
        assert_true(descriptor_next(&after, &entry));
    assert_true(descriptor_is_own(&entry, &own, 0));
    assert_int_equal(entry.mask, 0x15);
    /* Once more: merged, nothing added. */
    size_t len = after.len;
    assert_int_equal(descriptor_allow(&after, &own, 0x0b, 0, NULL), 0);
    assert_int_equal(after.len, len);
    assert_int_equal(descriptor_granted(&after, &own), 0x1f);
    descriptor_withdraw(&after, &own, 0x0a, 1, 0);
    assert_int_equal(after.len, len);
    descriptor_withdraw(&after, &own, 0x14, 1, 0);
    assert_int_equal(after.len, before.len);
    assert_memory_equal(after.bytes, before.bytes, before.len);
    descriptor_release(&before);
    descriptor_release(&after);
}

static void test_full_list(void **state)
{
    (void)state;
    struct descriptor d;
    struct err err;
    char text[64];
    assert_int_equal(descriptor_build(&d, NULL, 0, &err), 0);
    unsigned added = 0;
    for (;; added++) {
        snprintf(text, sizeof text, "S-1-5-21-1-2-3-%u", 1000 + added);
        struct sid sid = sid_of(text);
        if (descriptor_allow(&d, &sid, 3, 0, &err) != 0)
            break;
    }
    assert_int_equal(added, (0xFFFC - 8) / 36);
    assert_string_equal(err.text, "its list is full");
    struct descriptor again;
    assert_int_equal(descriptor_init(&again, d.bytes, d.len, &err), 0);
    descriptor_release(&again);
    descriptor_release(&d);
}

static void test_no_list_means_everything(void **state)
{
    (void)state;
    struct maker m;
    struct sid own = sid_of("S-1-5-21-1-2-3-1001");
    struct descriptor_token token = {.sids = &own, .count = 1};
    begin(&m);
    end(&m, 0);
    put(m.bytes + 2, 0x8000, 2);
    struct descriptor d = made(&m);
    assert_false(descriptor_has_list(&d));
    assert_int_equal(descriptor_allowed(&d, &token, 0x1f), 0x1f);
    assert_int_equal(descriptor_allow(&d, &own, 1, 0, NULL), -1);
    assert_int_equal(d.len, m.len);
    descriptor_release(&d);
}

static void test_what_is_allowed(void **state)
{
    (void)state;
    static const struct {
        const char *what;
        struct {
            unsigned type, flags;
            uint32_t mask;
            const char *sid;
        } entries[4];
        size_t count;
        uint32_t allowed;
        bool denied;
    } cases[] = {
        {"nobody", {{0}}, 0, 0, false},
        {"itself", {{0, 0, 0x15, "S-1-5-21-7-7-7-1001"}}, 1, 0x15, false},
        {"a group", {{0, 0, 0x0b, "S-1-1-0"}}, 1, 0x0b, false},
        {"another", {{0, 0, 0x1f, "S-1-5-32-545"}}, 1, 0, false},
        {"both",
         {{0, 0, 0x0b, "S-1-1-0"}, {0, 0, 0x15, "S-1-5-21-7-7-7-1001"}},
         2,
         0x1f,
         false},
        {"denied first",
         {{1, 0, 0x10, "S-1-1-0"}, {0, 0, 0x1f, "S-1-5-21-7-7-7-1001"}},
         2,
         0x0f,
         true},
        {"denied too late",
         {{0, 0, 0x1f, "S-1-5-21-7-7-7-1001"}, {1, 0, 0x10, "S-1-1-0"}},
         2,
         0x1f,
         true},
        {"inherit only", {{0, 8, 0x1f, "S-1-1-0"}}, 1, 0, false},
        {"deny only group allows nothing",
         {{0, 0, 0x1f, "S-1-5-32-544"}},
         1,
         0,
         false},
        {"deny only group denies",
         {{1, 0, 0x04, "S-1-5-32-544"}, {0, 0, 0x1f, "S-1-1-0"}},
         2,
         0x1b,
         true},
    };
    struct sid sids[] = {sid_of("S-1-5-21-7-7-7-1001"), sid_of("S-1-1-0"),
                         sid_of("S-1-5-32-544")};
    const struct descriptor_token token = {
        .sids = sids, .count = 3, .deny_only = 1};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct maker m;
        struct sid who;
        begin(&m);
        for (size_t j = 0; j < cases[i].count; j++)
            add(&m, cases[i].entries[j].type, cases[i].entries[j].flags,
                cases[i].entries[j].mask, cases[i].entries[j].sid);
        end(&m, 0);
        struct descriptor d = made(&m);
        if (descriptor_allowed(&d, &token, 0x1f) != cases[i].allowed ||
            descriptor_denied(&d, &token, 0x1f, &who) != cases[i].denied)
            fail_msg("%s", cases[i].what);
        descriptor_release(&d);
    }
}

static void test_com_formats(void **state)
{
    (void)state;
    static const struct {
        uint32_t masks[3];
        enum descriptor_format format;
    } cases[] = {
        {{0x1f, 0x0b, 0x15}, DESCRIPTOR_FORMAT_NEW},
        {{1, 1, 1}, DESCRIPTOR_FORMAT_OLD},
        {{0x1f, 1, 0x15}, DESCRIPTOR_FORMAT_MIXED},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct maker m;
        begin(&m);
        for (size_t j = 0; j < 3; j++)
            add(&m, 0, 0, cases[i].masks[j], "S-1-1-0");
        end(&m, 0);
        struct descriptor d = made(&m);
        assert_int_equal(descriptor_com_format(&d), cases[i].format);
        descriptor_release(&d);
    }
}

static void test_build_and_arrange(void **state)
{
    (void)state;
    static const struct descriptor_grant grants[] = {{"S-1-1-0", 0x0b},
                                                     {"S-1-5-32-544", 0x1f}};
    struct maker m;
    struct descriptor built, arranged;
    begin(&m);
    add(&m, 0, 0, 0x0b, "S-1-1-0");
    add(&m, 0, 0, 0x1f, "S-1-5-32-544");
    end(&m, 0);
    struct descriptor by_hand = made(&m);
    assert_int_equal(descriptor_build(&built, grants, 2, NULL), 0);
    assert_int_equal(descriptor_arrange(&arranged, &by_hand, NULL), 0);
    assert_int_equal(built.len, arranged.len);
    assert_memory_equal(built.bytes, arranged.bytes, built.len);
    /* The same meaning in another order of parts. */
    assert_memory_not_equal(built.bytes, by_hand.bytes, built.len);
    struct sid nobody = sid_of("S-1-0-0");
    assert_foreign_kept(&built, &by_hand, &nobody);
    descriptor_release(&built);
    descriptor_release(&arranged);
    descriptor_release(&by_hand);
}

/* --- at random ----------------------------------------------------------- */

static uint32_t next_random(uint64_t *seed)
{
    *seed = *seed * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*seed >> 33);
}

static const char *const people[] = {
    "S-1-1-0",      "S-1-5-7",    "S-1-5-32-544",        "S-1-5-32-562",
    "S-1-5-32-559", "S-1-15-2-1", "S-1-5-21-1-2-3-1001", "S-1-5-21-1-2-3-9",
};

static void add_unknown(struct maker *m, uint64_t *seed)
{
    unsigned char entry[ENTRY_MAX];
    size_t len = 4 + 4 * (next_random(seed) % 10);
    for (size_t i = 0; i < len; i++)
        entry[i] = (unsigned char)next_random(seed);
    entry[0] = (unsigned char)(2 + next_random(seed) % 250);
    put(entry + 2, (uint32_t)len, 2);
    add_raw(m, entry, len);
}

static void make_random(struct maker *m, uint64_t *seed)
{
    begin(m);
    for (size_t left = next_random(seed) % 12; left > 0; left--) {
        uint32_t kind = next_random(seed) % 8;
        const char *who = people[next_random(seed) % COUNT(people)];
        if (kind == 0)
            add_unknown(m, seed);
        else
            add(m, kind < 3, kind == 7 ? 0x10 : 0, next_random(seed) & 0x1f,
                who);
    }
    end(m, 4 * (next_random(seed) % 4));
}

static void change_at_random(const struct maker *m, uint64_t *seed)
{
    struct descriptor before = made(m);
    struct descriptor after = made(m);
    struct sid own = sid_of(people[next_random(seed) % COUNT(people)]);
    struct descriptor_token token = {.sids = &own, .count = 1};
    uint32_t mask = 1 | (next_random(seed) & 0x1e);
    uint32_t had = descriptor_granted(&before, &own);
    struct sid who;
    if (next_random(seed) % 2 == 0) {
        assert_int_equal(descriptor_allow(&after, &own, mask, 0, NULL), 0);
        assert_int_equal(descriptor_granted(&after, &own), had | mask);
        if (!descriptor_denied(&after, &token, 0x1f, &who))
            assert_int_equal(descriptor_allowed(&after, &token, mask), mask);
    } else {
        descriptor_withdraw(&after, &own, mask, 1, 0);
    }
    assert_foreign_kept(&before, &after, &own);
    struct descriptor again;
    assert_int_equal(descriptor_init(&again, after.bytes, after.len, NULL), 0);
    descriptor_release(&again);
    descriptor_release(&before);
    descriptor_release(&after);
}

static void test_random_ones_keep_what_is_foreign(void **state)
{
    (void)state;
    uint64_t seed = 20261122;
    print_message("seed 20261122\n");
    for (int i = 0; i < 5000; i++) {
        struct maker m;
        make_random(&m, &seed);
        change_at_random(&m, &seed);
    }
}

/* Takes out every entry for `own`, then puts each back. */
static void out_and_back(struct descriptor *d, const struct sid *own)
{
    struct {
        size_t index;
        size_t len;
        unsigned char bytes[ENTRY_MAX];
    } taken[ENTRIES_MAX];
    size_t count = 0;
    size_t index = 0;
    struct descriptor_entry entry = {.at = 0};
    while (descriptor_next(d, &entry)) {
        if (!descriptor_is_own(&entry, own, 0)) {
            index++;
            continue;
        }
        taken[count].index = index;
        taken[count].len = entry.len;
        memcpy(taken[count++].bytes, d->bytes + entry.at, entry.len);
        descriptor_take_out(d, &entry);
    }
    for (size_t i = 0; i < count; i++)
        assert_int_equal(descriptor_put_in(d, taken[i].index + i,
                                           taken[i].bytes, taken[i].len, NULL),
                         0);
}

/* A change and its opposite give the first bytes again. */
static void test_random_ones_come_back(void **state)
{
    (void)state;
    uint64_t seed = 7;
    unsigned added = 0;
    print_message("seed 7\n");
    for (int i = 0; i < 5000; i++) {
        struct maker m;
        make_random(&m, &seed);
        struct descriptor d = made(&m);
        struct sid own = sid_of(people[next_random(&seed) % COUNT(people)]);
        size_t count = descriptor_count(&d);
        uint32_t mask = 1 | (next_random(&seed) & 0x1e);
        out_and_back(&d, &own);
        assert_int_equal(descriptor_count(&d), count);
        assert_int_equal(descriptor_allow(&d, &own, mask, 0, NULL), 0);
        if (descriptor_count(&d) > count) {
            added++;
            descriptor_withdraw(&d, &own, mask, 1, 0);
        } else { /* its bits went into an entry that was there */
            descriptor_release(&d);
            d = made(&m);
            out_and_back(&d, &own);
        }
        assert_int_equal(d.len, m.len);
        assert_memory_equal(d.bytes, m.bytes, m.len);
        descriptor_release(&d);
    }
    assert_in_range(added, 500, 4999);
}

/* Whatever is taken must be safe to use; the sanitizers watch. */
static void test_broken_ones_never_crash(void **state)
{
    (void)state;
    uint64_t seed = 42;
    unsigned taken = 0;
    print_message("seed 42\n");
    for (int i = 0; i < 20000; i++) {
        struct maker m;
        struct descriptor d;
        struct sid own = sid_of(people[i % (int)COUNT(people)]);
        struct descriptor_token token = {.sids = &own, .count = 1};
        make_random(&m, &seed);
        for (uint32_t n = 1 + next_random(&seed) % 4; n > 0; n--)
            m.bytes[next_random(&seed) % m.len] =
                (unsigned char)next_random(&seed);
        if (next_random(&seed) % 4 == 0)
            m.len -= next_random(&seed) % m.len;
        unsigned char *exact = malloc(m.len > 0 ? m.len : 1);
        assert_non_null(exact);
        memcpy(exact, m.bytes, m.len);
        int status = descriptor_init(&d, exact, m.len, NULL);
        free(exact);
        if (status != 0)
            continue;
        taken++;
        (void)descriptor_allowed(&d, &token, 0x1f);
        (void)descriptor_com_format(&d);
        struct descriptor arranged;
        assert_int_equal(descriptor_arrange(&arranged, &d, NULL), 0);
        assert_int_equal(descriptor_count(&arranged), descriptor_count(&d));
        descriptor_release(&arranged);
        if (descriptor_allow(&d, &own, 0x15, 0, NULL) == 0)
            descriptor_withdraw(&d, &own, 0x1f, 1, 0);
        struct descriptor again;
        assert_int_equal(descriptor_init(&again, d.bytes, d.len, NULL), 0);
        descriptor_release(&again);
        descriptor_release(&d);
    }
    assert_in_range(taken, 1000, 19000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sids),
        cmocka_unit_test(test_reads_what_windows_makes),
        cmocka_unit_test(test_refuses_what_is_broken),
        cmocka_unit_test(test_allow_goes_behind_denials),
        cmocka_unit_test(test_full_list),
        cmocka_unit_test(test_no_list_means_everything),
        cmocka_unit_test(test_what_is_allowed),
        cmocka_unit_test(test_com_formats),
        cmocka_unit_test(test_build_and_arrange),
        cmocka_unit_test(test_random_ones_keep_what_is_foreign),
        cmocka_unit_test(test_random_ones_come_back),
        cmocka_unit_test(test_broken_ones_never_crash),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
