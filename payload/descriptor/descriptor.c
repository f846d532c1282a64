/* SPDX-License-Identifier: MIT */
/*
 * Layout: a head of 20 bytes (revision, control, offsets of owner, group,
 * system list and list) and, anywhere behind it, those four parts. A list
 * has a head of 8 bytes (revision, size, count) and then its entries; an
 * entry begins with type, flags and size.
 */
#include "payload/descriptor/descriptor.h"

#include <stdlib.h>
#include <string.h>

#define HEAD_LEN 20
#define LIST_HEAD_LEN 8
#define ENTRY_HEAD_LEN 8 /* type, flags, size, mask */
#define LIST_LEN_MAX 0xFFFCu

#define CONTROL_LIST 0x0004u
#define CONTROL_SYSTEM_LIST 0x0010u
#define CONTROL_SELF_RELATIVE 0x8000u

enum { AT_OWNER = 4, AT_GROUP = 8, AT_SYSTEM_LIST = 12, AT_LIST = 16 };

static uint32_t get16(const unsigned char *b)
{
    return (uint32_t)b[0] | (uint32_t)b[1] << 8;
}

static uint32_t get32(const unsigned char *b)
{
    return get16(b) | get16(b + 2) << 16;
}

static void put16(unsigned char *b, size_t number)
{
    b[0] = (unsigned char)(number & 0xFF);
    b[1] = (unsigned char)(number >> 8 & 0xFF);
}

static void put32(unsigned char *b, uint32_t number)
{
    put16(b, number & 0xFFFF);
    put16(b + 2, number >> 16);
}

/* --- judging ------------------------------------------------------------- */

struct part {
    size_t at; /* 0: none */
    size_t len;
};

static int find_sid(const unsigned char *bytes, size_t len, size_t field,
                    const char *what, struct part *part, struct err *err)
{
    struct sid sid;
    size_t at = get32(bytes + field);
    if (at == 0)
        return 0;
    if (at < HEAD_LEN || at > len || at % 4 != 0 ||
        !sid_read(&sid, bytes + at, len - at))
        return err_set(err, 0, "its %s is not valid", what);
    *part = (struct part){.at = at, .len = sid.len};
    return 0;
}

static bool is_entry(const unsigned char *entry, size_t room)
{
    struct sid sid;
    if (room < 4)
        return false;
    size_t len = get16(entry + 2);
    if (len < 4 || len > room || len % 4 != 0)
        return false;
    if (entry[0] != DESCRIPTOR_ALLOW && entry[0] != DESCRIPTOR_DENY)
        return true;
    return len > ENTRY_HEAD_LEN &&
           sid_read(&sid, entry + ENTRY_HEAD_LEN, len - ENTRY_HEAD_LEN);
}

static bool is_list(const unsigned char *list, size_t room)
{
    if (room < LIST_HEAD_LEN || list[0] < 2 || list[0] > 4)
        return false;
    size_t len = get16(list + 2);
    size_t at = LIST_HEAD_LEN;
    if (len < LIST_HEAD_LEN || len > room || len % 4 != 0)
        return false;
    for (size_t left = get16(list + 4); left > 0; left--) {
        if (!is_entry(list + at, len - at))
            return false;
        at += get16(list + at + 2);
    }
    return true;
}

/* An offset whose control bit is not set means nothing. */
static int find_list(const unsigned char *bytes, size_t len, size_t field,
                     uint32_t control, struct part *part, struct err *err)
{
    size_t at = get32(bytes + field);
    if ((get16(bytes + 2) & control) == 0 || at == 0)
        return 0;
    if (at < HEAD_LEN || at > len || at % 4 != 0 ||
        !is_list(bytes + at, len - at))
        return err_set(err, 0, "its %s is not valid",
                       field == AT_LIST ? "list" : "system list");
    *part = (struct part){.at = at, .len = get16(bytes + at + 2)};
    return 0;
}

static bool overlap(const struct part *a, const struct part *b)
{
    return a->at != 0 && b->at != 0 && a->at < b->at + b->len &&
           b->at < a->at + a->len;
}

static int check(const unsigned char *bytes, size_t len, struct err *err)
{
    struct part owner = {0}, group = {0}, system_list = {0}, list = {0};
    if (len < HEAD_LEN || len > INT32_MAX || bytes[0] != 1)
        return err_set(err, 0, "it is no security descriptor");
    if ((get16(bytes + 2) & CONTROL_SELF_RELATIVE) == 0)
        return err_set(err, 0, "it is not self-relative");
    if (find_sid(bytes, len, AT_OWNER, "owner", &owner, err) != 0 ||
        find_sid(bytes, len, AT_GROUP, "group", &group, err) != 0 ||
        find_list(bytes, len, AT_SYSTEM_LIST, CONTROL_SYSTEM_LIST, &system_list,
                  err) != 0 ||
        find_list(bytes, len, AT_LIST, CONTROL_LIST, &list, err) != 0)
        return -1;
    /* What grows must not reach into anything else. */
    if (overlap(&list, &owner) || overlap(&list, &group) ||
        overlap(&list, &system_list))
        return err_set(err, 0, "its parts overlap");
    return 0;
}

int descriptor_init(struct descriptor *descriptor, const unsigned char *bytes,
                    size_t len, struct err *err)
{
    if (check(bytes, len, err) != 0)
        return -1;
    unsigned char *copy = malloc(len);
    if (copy == NULL)
        return err_set(err, 0, "memory is short");
    memcpy(copy, bytes, len);
    *descriptor = (struct descriptor){.bytes = copy, .len = len};
    return 0;
}

void descriptor_release(struct descriptor *descriptor)
{
    free(descriptor->bytes);
    *descriptor = (struct descriptor){.bytes = NULL};
}

/* --- reading ------------------------------------------------------------- */

static size_t list_at(const struct descriptor *descriptor)
{
    const unsigned char *b = descriptor->bytes;
    return (get16(b + 2) & CONTROL_LIST) != 0 ? get32(b + AT_LIST) : 0;
}

bool descriptor_has_owner_and_group(const struct descriptor *descriptor)
{
    return get32(descriptor->bytes + AT_OWNER) != 0 &&
           get32(descriptor->bytes + AT_GROUP) != 0;
}

bool descriptor_has_list(const struct descriptor *descriptor)
{
    return list_at(descriptor) != 0;
}

size_t descriptor_count(const struct descriptor *descriptor)
{
    size_t list = list_at(descriptor);
    return list != 0 ? get16(descriptor->bytes + list + 4) : 0;
}

/* Where the entry with this number begins; behind the last one: its end. */
static size_t entry_at(const struct descriptor *descriptor, size_t index)
{
    size_t at = list_at(descriptor) + LIST_HEAD_LEN;
    while (index-- > 0)
        at += get16(descriptor->bytes + at + 2);
    return at;
}

const unsigned char *descriptor_entries(const struct descriptor *descriptor,
                                        size_t *len)
{
    size_t first = entry_at(descriptor, 0);
    *len = entry_at(descriptor, descriptor_count(descriptor)) - first;
    return descriptor->bytes + first;
}

bool descriptor_next(const struct descriptor *descriptor,
                     struct descriptor_entry *entry)
{
    size_t list = list_at(descriptor);
    if (list == 0)
        return false;
    size_t at = entry->at != 0 ? entry->at + entry->len : list + LIST_HEAD_LEN;
    size_t next = entry->next + 1;
    if (next > descriptor_count(descriptor))
        return false;
    const unsigned char *b = descriptor->bytes + at;
    *entry = (struct descriptor_entry){.at = at,
                                       .len = get16(b + 2),
                                       .next = next,
                                       .type = b[0],
                                       .flags = b[1]};
    entry->plain = b[0] == DESCRIPTOR_ALLOW || b[0] == DESCRIPTOR_DENY;
    if (entry->plain) {
        entry->mask = get32(b + 4);
        (void)sid_read(&entry->sid, b + ENTRY_HEAD_LEN,
                       entry->len - ENTRY_HEAD_LEN);
    }
    return true;
}

/* --- changes ------------------------------------------------------------- */

bool descriptor_is_own(const struct descriptor_entry *entry,
                       const struct sid *sid, unsigned flags)
{
    return entry->plain && entry->type == DESCRIPTOR_ALLOW &&
           (entry->flags & ~flags) == 0 && sid_same(&entry->sid, sid);
}

/* Parts behind the list have moved by `by`, its size has changed as much. */
static void shift(struct descriptor *descriptor, size_t list, long by)
{
    unsigned char *b = descriptor->bytes;
    for (size_t field = AT_OWNER; field <= AT_LIST; field += 4) {
        size_t at = get32(b + field);
        if (at > list)
            put32(b + field, (uint32_t)((long)at + by));
    }
    put16(b + list + 2, (size_t)((long)get16(b + list + 2) + by));
    put16(b + list + 4,
          (size_t)((long)get16(b + list + 4) + (by > 0 ? 1 : -1)));
}

/* Behind every denial, and in front of the first inherited entry. */
static size_t place_for_allow(const struct descriptor *descriptor)
{
    struct descriptor_entry entry = {0};
    size_t count = descriptor_count(descriptor);
    size_t inherited = count;
    size_t behind_denials = 0;
    for (size_t i = 0; descriptor_next(descriptor, &entry); i++) {
        bool is_inherited = (entry.flags & DESCRIPTOR_INHERITED) != 0;
        if (is_inherited && inherited == count)
            inherited = i;
        if (!is_inherited && entry.type == DESCRIPTOR_DENY)
            behind_denials = i + 1;
    }
    return inherited > behind_denials ? inherited : behind_denials;
}

int descriptor_put_in(struct descriptor *descriptor, size_t index,
                      const unsigned char *entry, size_t len, struct err *err)
{
    size_t list = list_at(descriptor);
    if (list == 0)
        return err_set(err, 0, "it has no list");
    if (get16(descriptor->bytes + list + 2) + len > LIST_LEN_MAX)
        return err_set(err, 0, "its list is full");
    unsigned char *bytes = realloc(descriptor->bytes, descriptor->len + len);
    if (bytes == NULL)
        return err_set(err, 0, "memory is short");
    descriptor->bytes = bytes;
    size_t at = entry_at(descriptor, index);
    memmove(bytes + at + len, bytes + at, descriptor->len - at);
    memcpy(bytes + at, entry, len);
    descriptor->len += len;
    shift(descriptor, list, (long)len);
    return 0;
}

static int insert(struct descriptor *descriptor, const struct sid *sid,
                  uint32_t mask, unsigned flags, struct err *err)
{
    unsigned char entry[ENTRY_HEAD_LEN + SID_LEN_MAX] = {DESCRIPTOR_ALLOW,
                                                         (unsigned char)flags};
    size_t len = ENTRY_HEAD_LEN + sid->len;
    put16(entry + 2, len);
    put32(entry + 4, mask);
    memcpy(entry + ENTRY_HEAD_LEN, sid->bytes, sid->len);
    return descriptor_put_in(descriptor, place_for_allow(descriptor), entry,
                             len, err);
}

int descriptor_allow(struct descriptor *descriptor, const struct sid *sid,
                     uint32_t mask, unsigned flags, struct err *err)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(descriptor, &entry)) {
        if (entry.flags != flags || !descriptor_is_own(&entry, sid, flags))
            continue;
        put32(descriptor->bytes + entry.at + 4, entry.mask | mask);
        return 0;
    }
    return insert(descriptor, sid, mask, flags, err);
}

void descriptor_take_out(struct descriptor *descriptor,
                         struct descriptor_entry *entry)
{
    unsigned char *b = descriptor->bytes + entry->at;
    memmove(b, b + entry->len, descriptor->len - entry->at - entry->len);
    descriptor->len -= entry->len;
    shift(descriptor, list_at(descriptor), -(long)entry->len);
    entry->len = 0;
    entry->next--;
}

void descriptor_take_out_inherited(struct descriptor *descriptor)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(descriptor, &entry)) {
        if ((entry.flags & DESCRIPTOR_INHERITED) != 0)
            descriptor_take_out(descriptor, &entry);
    }
}

void descriptor_withdraw(struct descriptor *descriptor, const struct sid *sid,
                         uint32_t mask, uint32_t base, unsigned flags)
{
    struct descriptor_entry entry = {0};
    while (descriptor_next(descriptor, &entry)) {
        if (!descriptor_is_own(&entry, sid, flags) || (entry.mask & mask) == 0)
            continue;
        uint32_t left = entry.mask & ~mask;
        if ((left & ~base) != 0) {
            put32(descriptor->bytes + entry.at + 4, left | (entry.mask & base));
            continue;
        }
        descriptor_take_out(descriptor, &entry);
    }
}

/* --- building ------------------------------------------------------------ */

/* Appends a part; its field gets the offset. */
static void append(struct descriptor *out, size_t field,
                   const unsigned char *part, size_t len)
{
    put32(out->bytes + field, (uint32_t)out->len);
    memcpy(out->bytes + out->len, part, len);
    out->len += len;
}

int descriptor_arrange(struct descriptor *descriptor,
                       const struct descriptor *from, struct err *err)
{
    const unsigned char *b = from->bytes;
    /* Owner and group may share their bytes: each has its own here. */
    struct descriptor out = {.bytes = calloc(1, from->len + SID_LEN_MAX)};
    struct sid sid;
    if (out.bytes == NULL)
        return err_set(err, 0, "memory is short");
    out.len = HEAD_LEN;
    memcpy(out.bytes, b, AT_OWNER);
    for (size_t field = AT_OWNER; field <= AT_GROUP; field += 4) {
        size_t at = get32(b + field);
        if (at != 0 && sid_read(&sid, b + at, from->len - at))
            append(&out, field, sid.bytes, sid.len);
    }
    for (size_t field = AT_SYSTEM_LIST; field <= AT_LIST; field += 4) {
        uint32_t control =
            field == AT_LIST ? CONTROL_LIST : CONTROL_SYSTEM_LIST;
        size_t at = (get16(b + 2) & control) != 0 ? get32(b + field) : 0;
        if (at != 0)
            append(&out, field, b + at, get16(b + at + 2));
    }
    *descriptor = out;
    return 0;
}

int descriptor_build(struct descriptor *descriptor,
                     const struct descriptor_grant *grants, size_t count,
                     struct err *err)
{
    static const unsigned char empty_list[LIST_HEAD_LEN] = {2, 0, 8};
    struct descriptor built = {
        .bytes = calloc(1, HEAD_LEN + LIST_HEAD_LEN + 2 * SID_LEN_MAX),
        .len = HEAD_LEN};
    struct sid sid = {.len = 0};
    if (built.bytes == NULL)
        return err_set(err, 0, "memory is short");
    built.bytes[0] = 1;
    put16(built.bytes + 2, CONTROL_LIST | CONTROL_SELF_RELATIVE);
    (void)sid_parse(&sid, "S-1-5-32-544");
    append(&built, AT_OWNER, sid.bytes, sid.len);
    append(&built, AT_GROUP, sid.bytes, sid.len);
    append(&built, AT_LIST, empty_list, sizeof empty_list);
    for (size_t i = 0; i < count; i++) {
        if (!sid_parse(&sid, grants[i].sid) ||
            insert(&built, &sid, grants[i].mask, 0, err) != 0) {
            descriptor_release(&built);
            return -1;
        }
    }
    *descriptor = built;
    return 0;
}
