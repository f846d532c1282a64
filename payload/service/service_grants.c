/* SPDX-License-Identifier: MIT */
#include "payload/service/service_grants.h"

#include <string.h>

#include "base/json.h"
#include "payload/settings/settings_service.h"

#define ENTRY_HEAD_LEN 8u

const struct right_words service_right_words = {
    .words = settings_control_rights,
    .count = SETTINGS_COUNT(settings_control_rights),
};

static bool is_own(const struct descriptor_entry *entry,
                   const struct entry_accounts *accounts)
{
    return descriptor_is_own(entry, &accounts->sids[accounts->own], 0);
}

/* True for what none of the request's settings may change. */
static bool is_foreign(const struct descriptor_entry *entry,
                       const struct entry_accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->sids[i].len != 0 &&
            descriptor_is_own(entry, &accounts->sids[i], 0))
            return false;
    }
    return true;
}

static bool add_entry(cJSON *entries, size_t place, uint32_t mask)
{
    cJSON *object = cJSON_CreateObject();
    if (cJSON_AddNumberToObject(object, "place", (double)place) &&
        cJSON_AddNumberToObject(object, "mask", mask) &&
        right_words_add(cJSON_AddArrayToObject(object, "rights"),
                        &service_right_words, mask) &&
        cJSON_AddItemToArray(entries, object))
        return true;
    cJSON_Delete(object);
    return false;
}

cJSON *service_grants_state(const struct descriptor *list,
                            const struct entry_accounts *accounts)
{
    char sid[SID_TEXT_MAX];
    struct descriptor_entry entry = {0};
    size_t foreign = 0;
    cJSON *state = cJSON_CreateObject();
    sid_print(&accounts->sids[accounts->own], sid);
    bool built = cJSON_AddStringToObject(state, "sid", sid) != NULL;
    cJSON *entries = cJSON_AddArrayToObject(state, "entries");
    while (built && descriptor_next(list, &entry)) {
        if (is_own(&entry, accounts))
            built = add_entry(entries, foreign, entry.mask);
        foreign += is_foreign(&entry, accounts);
    }
    if (built && entries != NULL)
        return state;
    cJSON_Delete(state);
    return NULL;
}

/* The number of the entry in front of which `place` foreign ones stand. */
static size_t index_of(const struct descriptor *list, double place,
                       const struct entry_accounts *accounts)
{
    struct descriptor_entry entry = {0};
    double foreign = 0;
    size_t index = 0;
    while (foreign < place && descriptor_next(list, &entry)) {
        foreign += is_foreign(&entry, accounts);
        index++;
    }
    /* Behind those of this account that have been put there already. */
    while (descriptor_next(list, &entry) && is_own(&entry, accounts))
        index++;
    return index;
}

static int put_in(struct descriptor *list, size_t index, const struct sid *sid,
                  uint32_t mask, struct err *err)
{
    unsigned char bytes[ENTRY_HEAD_LEN + SID_LEN_MAX] = {DESCRIPTOR_ALLOW};
    size_t len = ENTRY_HEAD_LEN + sid->len;
    bytes[2] = (unsigned char)len;
    for (unsigned i = 0; i < 4; i++)
        bytes[4 + i] = (unsigned char)(mask >> 8 * i);
    memcpy(bytes + ENTRY_HEAD_LEN, sid->bytes, sid->len);
    return descriptor_put_in(list, index, bytes, len, err);
}

int service_grants_put_back(struct descriptor *list, const cJSON *state,
                            const struct entry_accounts *accounts,
                            struct err *err)
{
    struct descriptor_entry entry = {0};
    const cJSON *wanted;
    while (descriptor_next(list, &entry)) {
        if (is_own(&entry, accounts))
            descriptor_take_out(list, &entry);
    }
    cJSON_ArrayForEach (wanted, json_member(state, "entries")) {
        const cJSON *place = json_member(wanted, "place");
        const cJSON *mask = json_member(wanted, "mask");
        if (!cJSON_IsNumber(place) || !cJSON_IsNumber(mask))
            return err_set(err, 0, "the earlier state is not as it should be");
        if (put_in(list, index_of(list, place->valuedouble, accounts),
                   &accounts->sids[accounts->own], (uint32_t)mask->valuedouble,
                   err) != 0)
            return -1;
    }
    return 0;
}
