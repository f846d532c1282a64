/* SPDX-License-Identifier: MIT */
#include "payload/settings/account_words.h"

#include <stddef.h>
#include <string.h>

#include "base/problems.h"

static const struct account_word {
    const char *word;
    const char *sid;
} words[] = {
    {"administrators", "S-1-5-32-544"},
    {"all_application_packages", "S-1-15-2-1"},
    {"anonymous_logon", "S-1-5-7"},
    {"authenticated_users", "S-1-5-11"},
    {"distributed_com_users", "S-1-5-32-562"},
    {"event_log_readers", "S-1-5-32-573"},
    {"everyone", "S-1-1-0"},
    {"guests", "S-1-5-32-546"},
    {"interactive", "S-1-5-4"},
    {"local_account", "S-1-5-113"},
    {"local_account_administrators", "S-1-5-114"},
    {"local_service", "S-1-5-19"},
    {"network", "S-1-5-2"},
    {"network_service", "S-1-5-20"},
    {"performance_log_users", "S-1-5-32-559"},
    {"performance_monitor_users", "S-1-5-32-558"},
    {"remote_management_users", "S-1-5-32-580"},
    {"system", "S-1-5-18"},
    {"users", "S-1-5-32-545"},
};
#define WORD_COUNT (sizeof words / sizeof *words)

const char *account_word_sid(const char *word)
{
    for (size_t i = 0; i < WORD_COUNT; i++) {
        if (strcmp(words[i].word, word) == 0)
            return words[i].sid;
    }
    return NULL;
}

const char *account_word_near(const char *text)
{
    const char *names[WORD_COUNT + 1] = {NULL};
    for (size_t i = 0; i < WORD_COUNT; i++)
        names[i] = words[i].word;
    return problems_nearest(text, names);
}
