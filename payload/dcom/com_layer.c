/* SPDX-License-Identifier: MIT */
#include "payload/dcom/com_layer.h"

#include <stdio.h>

#include "payload/win32/errors.h"
#include "payload/descriptor/grant.h"
#include "payload/settings/settings_dcom.h"

#define LAUNCH_ALL 0x1Fu
#define LAUNCH_LOCAL 0x0Bu
#define ACCESS_ALL 0x07u
#define ACCESS_LOCAL 0x03u

#define EVERYONE "S-1-1-0"
#define ANONYMOUS "S-1-5-7"
#define INTERACTIVE "S-1-5-4"
#define SYSTEM "S-1-5-18"
#define ADMINISTRATORS "S-1-5-32-544"
#define LOG_USERS "S-1-5-32-559"
#define COM_USERS "S-1-5-32-562"

const struct com_layer_row *com_layer_row(enum com_layer layer)
{
    static const struct right_words launch = {
        settings_launch_rights, SETTINGS_COUNT(settings_launch_rights),
        SETTINGS_COM_EXECUTE};
    static const struct right_words access = {
        settings_access_rights, SETTINGS_COUNT(settings_access_rights),
        SETTINGS_COM_EXECUTE};
    static const struct com_layer_row rows[COM_LAYER_COUNT] = {
        {"machine_launch", COM_OLE_KEY, "MachineLaunchRestriction", &launch,
         false, true},
        {"machine_access", COM_OLE_KEY, "MachineAccessRestriction", &access,
         true, true},
        {"wmi_launch",
         "SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}",
         "LaunchPermission", &launch, false, false},
    };
    return &rows[layer];
}

uint32_t com_layer_bits(const struct permission_wish *wish,
                        enum com_layer layer)
{
    const struct com_layer_row *row = com_layer_row(layer);
    unsigned place = row->limit ? SETTINGS_ON_LIMITS : SETTINGS_ON_WMI;
    unsigned bits = row->access ? wish->access : wish->launch;
    if (wish->on != 0 && (wish->on & place) == 0)
        return 0;
    if (wish->present)
        return bits != 0 ? bits | SETTINGS_COM_EXECUTE : 0;
    return wish->launch == 0 && wish->access == 0 ? ~SETTINGS_COM_EXECUTE
                                                  : bits;
}

int com_layer_default(enum com_layer layer, struct descriptor *descriptor,
                      struct err *err)
{
    static const struct descriptor_grant launch[] = {
        {EVERYONE, LAUNCH_LOCAL},
        {ADMINISTRATORS, LAUNCH_ALL},
        {LOG_USERS, LAUNCH_ALL},
        {COM_USERS, LAUNCH_ALL}};
    static const struct descriptor_grant access[] = {{EVERYONE, ACCESS_ALL},
                                                     {ANONYMOUS, ACCESS_LOCAL},
                                                     {COM_USERS, ACCESS_ALL},
                                                     {LOG_USERS, ACCESS_ALL}};
    static const struct descriptor_grant application[] = {
        {SYSTEM, LAUNCH_ALL},
        {ADMINISTRATORS, LAUNCH_ALL},
        {INTERACTIVE, LAUNCH_ALL}};
    switch (layer) {
    case COM_LAUNCH_LIMIT:
        return descriptor_build(descriptor, launch,
                                sizeof launch / sizeof *launch, err);
    case COM_ACCESS_LIMIT:
        return descriptor_build(descriptor, access,
                                sizeof access / sizeof *access, err);
    default:
        return descriptor_build(descriptor, application,
                                sizeof application / sizeof *application, err);
    }
}

/* --- judgement ----------------------------------------------------------- */

#define WHERE_MAX 160

static struct grant_question grant_of(const struct com_question *question,
                                      char where[WHERE_MAX])
{
    snprintf(where, WHERE_MAX, "HKLM\\%s, %s", question->row->key,
             question->row->name);
    return (struct grant_question){
        .where = where,
        .tool = "dcomcnfg",
        .sid = question->sid,
        .token = question->token,
        .bits = question->bits,
        .present = question->wish->present,
        .own = question->wish->on != 0,
        .base = SETTINGS_COM_EXECUTE,
    };
}

int com_layer_change(const struct com_question *question,
                     struct descriptor *descriptor, struct err *err)
{
    char where[WHERE_MAX];
    const struct grant_question grant = grant_of(question, where);
    return grant_change(&grant, descriptor, err);
}

/* True when the list is one that COM understands as it is meant. */
static bool is_sound(const struct grant_question *grant,
                     const struct descriptor *descriptor,
                     struct setting_reason *reason)
{
    static const char hint[] =
        "open the permissions in dcomcnfg, which converts them, and save "
        "them there once";
    enum descriptor_format format = descriptor_com_format(descriptor);
    if (format == DESCRIPTOR_FORMAT_MIXED)
        grant_conflict(grant, CODE_OLD_DESCRIPTOR, hint,
                       "entries of COM's old format (mask 1) stand beside new "
                       "ones: COM takes the whole for invalid and denies "
                       "everybody",
                       reason);
    else if (format == DESCRIPTOR_FORMAT_OLD)
        grant_conflict(grant, CODE_OLD_DESCRIPTOR, hint,
                       "all entries are of COM's old format (mask 1), where a "
                       "new one must not stand",
                       reason);
    else if (!descriptor_has_owner_and_group(descriptor))
        grant_conflict(grant, CODE_BAD_DESCRIPTOR, hint,
                       "it has no owner or no group: COM takes it for invalid",
                       reason);
    else
        return true;
    return false;
}

/* `changed` is of no use. */
static enum setting_verdict in_the_way(const struct grant_question *grant,
                                       const struct descriptor *changed,
                                       struct setting_reason *reason)
{
    if (grant->present)
        return grant_denied(grant, changed, reason);
    return grant_conflict(grant, CODE_DENIED_BY_ENTRY,
                          "change that entry in dcomcnfg",
                          "the account has its rights from an entry with "
                          "inheritance flags, which is not touched",
                          reason);
}

enum setting_verdict com_layer_judge(const struct com_question *question,
                                     const struct descriptor *descriptor,
                                     struct setting_reason *reason)
{
    char where[WHERE_MAX];
    const struct grant_question grant = grant_of(question, where);
    struct descriptor changed;
    struct err err = {.code = 0};
    enum grant_state state = grant_look(&grant, descriptor, &changed, &err);
    enum setting_verdict verdict = SETTING_DIFFERS;
    bool agrees = state == GRANT_AS_ASKED;
    if (!(agrees && !grant.present) && !is_sound(&grant, descriptor, reason))
        verdict = SETTING_CONFLICT;
    else if (agrees)
        verdict = SETTING_AGREES;
    else if (state == GRANT_FAILED)
        verdict =
            grant_conflict(&grant, CODE_BAD_DESCRIPTOR, NULL, err.text, reason);
    else if (state == GRANT_NO_USE)
        verdict = in_the_way(&grant, &changed, reason);
    else if (descriptor_count(&changed) == 0)
        verdict = grant_conflict(&grant, CODE_BAD_DESCRIPTOR,
                                 "give another account its rights first",
                                 "without this entry the list would be empty, "
                                 "and nobody could use COM",
                                 reason);
    descriptor_release(&changed);
    return verdict;
}
