/* SPDX-License-Identifier: MIT */
#include "payload/service_grants.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "payload/settings.h"
#include "payload/settings_service.h"

#define ENTRY_HEAD_LEN 8u

static bool is_own(const struct descriptor_entry *entry,
                   const struct service_accounts *accounts)
{
    return descriptor_is_own(entry, &accounts->sids[accounts->own]);
}

/* True for what none of the request's settings may change. */
static bool is_foreign(const struct descriptor_entry *entry,
                       const struct service_accounts *accounts)
{
    for (size_t i = 0; i < accounts->count; i++) {
        if (accounts->sids[i].len != 0 &&
            descriptor_is_own(entry, &accounts->sids[i]))
            return false;
    }
    return true;
}

static bool add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (cJSON_AddItemToArray(array, item))
        return true;
    cJSON_Delete(item);
    return false;
}

bool service_add_rights(cJSON *words, uint32_t rights)
{
    char number[16];
    for (size_t i = 0; i < SETTINGS_CONTROL_RIGHT_COUNT; i++) {
        uint32_t bit = (uint32_t)settings_control_rights[i].value;
        if ((rights & bit) == 0)
            continue;
        if (!add_text(words, settings_control_rights[i].name))
            return false;
        rights &= ~bit;
    }
    snprintf(number, sizeof number, "0x%lx", (unsigned long)rights);
    return rights == 0 || add_text(words, number);
}

static bool add_entry(cJSON *entries, size_t place, uint32_t mask)
{
    cJSON *object = cJSON_CreateObject();
    if (cJSON_AddNumberToObject(object, "place", (double)place) &&
        cJSON_AddNumberToObject(object, "mask", mask) &&
        service_add_rights(cJSON_AddArrayToObject(object, "rights"), mask) &&
        cJSON_AddItemToArray(entries, object))
        return true;
    cJSON_Delete(object);
    return false;
}

cJSON *service_grants_state(const struct descriptor *list,
                            const struct service_accounts *accounts)
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
                       const struct service_accounts *accounts)
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
                            const struct service_accounts *accounts,
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
