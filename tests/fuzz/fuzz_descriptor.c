/* SPDX-License-Identifier: MIT */
/*
 * Security descriptors as a registry may hold them. Line 1: an account's SID;
 * line 2: letters that say which rights are given and taken; the rest is the
 * descriptor. Changed ones stay valid, what is given is there, what is taken
 * is gone, and giving what nobody had, then taking it, gives the first bytes.
 */
#include <stdlib.h>
#include <string.h>

#include "payload/descriptor/descriptor_access.h"
#include "payload/descriptor/entries.h"
#include "tests/fuzz/fuzz.h"

static const struct settings_word words[] = {
    {"remote", 0x10}, {"local", 0x08}, {"execute", 0x01}};
static const struct right_words rights = {words, 3, 0x01};

static void check_valid(const struct descriptor *descriptor)
{
    struct descriptor copy;
    struct err err = {0};
    struct descriptor_entry entry = {0};
    size_t count = 0;
    size_t len = 0;
    fuzz_must(
        descriptor_init(&copy, descriptor->bytes, descriptor->len, &err) == 0,
        "what was changed is valid");
    descriptor_release(&copy);
    while (descriptor_next(descriptor, &entry))
        count++;
    fuzz_must(count == descriptor_count(descriptor), "each entry is read");
    if (descriptor_has_list(descriptor)) {
        const unsigned char *all = descriptor_entries(descriptor, &len);
        fuzz_must(all >= descriptor->bytes &&
                      all + len <= descriptor->bytes + descriptor->len,
                  "the entries are in it");
    }
    cJSON *told = entries_json(descriptor, &rights);
    fuzz_must(told != NULL, "there is memory");
    fuzz_plain_json(told);
    cJSON_Delete(told);
}

static void copy_of(struct descriptor *copy, const struct descriptor *from)
{
    struct err err = {0};
    fuzz_must(descriptor_init(copy, from->bytes, from->len, &err) == 0,
              "a valid one can be copied");
}

static void give_and_take(const struct descriptor *from, const struct sid *sid,
                          uint32_t mask)
{
    struct descriptor changed;
    struct err err = {0};
    bool had = false;
    struct descriptor_entry entry = {0};
    while (descriptor_next(from, &entry))
        had |= descriptor_is_own(&entry, sid, 0);
    copy_of(&changed, from);
    if (descriptor_allow(&changed, sid, mask, 0, &err) == 0) {
        check_valid(&changed);
        fuzz_must((descriptor_granted(&changed, sid) & mask) == mask,
                  "what is given is there");
        descriptor_withdraw(&changed, sid, mask, 0, 0);
        check_valid(&changed);
        if (!had)
            fuzz_must(changed.len == from->len &&
                          memcmp(changed.bytes, from->bytes, from->len) == 0,
                      "given and taken it is as it was");
    } else {
        fuzz_logged(err.text);
    }
    descriptor_release(&changed);
}

static void ask(const struct descriptor *from, const struct sid *sid)
{
    struct sid sids[2] = {*sid, *sid};
    struct sid who;
    const struct descriptor_token token = {
        .sids = sids, .count = 2, .deny_only = 1};
    uint32_t allowed = descriptor_allowed(from, &token, 0x1F);
    fuzz_must((allowed & ~0x1Fu) == 0, "no more is allowed than was asked");
    descriptor_denied(from, &token, 0x1F, &who);
    descriptor_com_format(from);
    descriptor_has_owner_and_group(from);
}

static void use(const struct descriptor *from, const struct sid *sid,
                const char *letters)
{
    struct descriptor other;
    struct err err = {0};
    check_valid(from);
    ask(from, sid);
    for (; *letters != '\0'; letters++)
        if (((unsigned char)*letters & 0x1Fu) != 0)
            give_and_take(from, sid, (unsigned char)*letters & 0x1Fu);
    copy_of(&other, from);
    descriptor_take_out_inherited(&other);
    check_valid(&other);
    descriptor_release(&other);
    if (descriptor_arrange(&other, from, &err) == 0) {
        check_valid(&other);
        fuzz_must(descriptor_count(&other) == descriptor_count(from),
                  "arranged it has the same entries");
        descriptor_release(&other);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
    struct fuzz_input input = {(const char *)data, len};
    struct descriptor descriptor;
    struct sid sid;
    struct err err = {0};
    char *account = fuzz_line(&input);
    char *letters = fuzz_line(&input);
    unsigned char *bytes = malloc(input.len > 0 ? input.len : 1);
    fuzz_must(bytes != NULL, "there is memory");
    if (input.len > 0)
        memcpy(bytes, input.at, input.len);
    if (!sid_parse(&sid, account))
        fuzz_must(sid_parse(&sid, "S-1-5-21-1-2-3-1001"), "that is a SID");
    if (strlen(letters) > 8)
        letters[8] = '\0';
    if (descriptor_init(&descriptor, bytes, input.len, &err) == 0) {
        use(&descriptor, &sid, letters);
        descriptor_release(&descriptor);
    } else {
        fuzz_logged(err.text);
    }
    free(bytes);
    free(letters);
    free(account);
    return 0;
}
