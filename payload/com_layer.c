/* SPDX-License-Identifier: MIT */
#include "payload/com_layer.h"

#include <stdio.h>
#include <string.h>

#include "payload/errors.h"

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
    static const struct com_layer_row rows[COM_LAYER_COUNT] = {
        {"machine_launch", COM_OLE_KEY, "MachineLaunchRestriction", false,
         true},
        {"machine_access", COM_OLE_KEY, "MachineAccessRestriction", true, true},
        {"wmi_launch",
         "SOFTWARE\\Classes\\AppID\\{8BC3F05E-D86B-11D0-A075-00C04FB68820}",
         "LaunchPermission", false, false},
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

/* --- words --------------------------------------------------------------- */

const char *com_right_word(const struct com_layer_row *row, uint32_t bit)
{
    switch (bit) {
    case SETTINGS_COM_LOCAL:
        return row->access ? "local_access" : "local_launch";
    case SETTINGS_COM_REMOTE:
        return row->access ? "remote_access" : "remote_launch";
    case SETTINGS_COM_ACTIVATE_LOCAL:
        return row->access ? NULL : "local_activation";
    case SETTINGS_COM_ACTIVATE_REMOTE:
        return row->access ? NULL : "remote_activation";
    default:
        return NULL;
    }
}

void com_rights_text(const struct com_layer_row *row, uint32_t mask,
                     char text[COM_RIGHTS_TEXT_MAX])
{
    size_t len = 0;
    snprintf(text, COM_RIGHTS_TEXT_MAX, "nothing");
    for (uint32_t bit = 1; bit <= SETTINGS_COM_ACTIVATE_REMOTE; bit <<= 1) {
        const char *word = com_right_word(row, mask & bit);
        if (word != NULL)
            len += (size_t)snprintf(text + len, COM_RIGHTS_TEXT_MAX - len,
                                    "%s%s", len > 0 ? ", " : "", word);
    }
}

/* --- judgement ----------------------------------------------------------- */

int com_layer_change(const struct com_question *question,
                     struct descriptor *descriptor, struct err *err)
{
    if (question->wish->present)
        return descriptor_allow(descriptor, question->sid, question->bits, err);
    descriptor_withdraw(descriptor, question->sid, question->bits,
                        SETTINGS_COM_EXECUTE);
    return 0;
}

static bool has_bits(const struct com_question *question,
                     const struct descriptor *descriptor)
{
    uint32_t bits = question->bits;
    uint32_t granted = descriptor_granted(descriptor, question->sid);
    if (!question->wish->present)
        return (granted & bits) != 0;
    /* Without a list everybody may everything, and no entry can be added. */
    return descriptor_allowed(descriptor, question->token, bits) == bits &&
           (question->wish->on == 0 || !descriptor_has_list(descriptor) ||
            (granted & bits) == bits);
}

static enum setting_verdict conflict(const struct com_question *question,
                                     unsigned long code, const char *hint,
                                     const char *what,
                                     struct setting_reason *reason)
{
    setting_reason_set(reason, code, hint, "HKLM\\%s, %s: %s",
                       question->row->key, question->row->name, what);
    return SETTING_CONFLICT;
}

/* True when the list is one that COM understands as it is meant. */
static bool is_sound(const struct com_question *question,
                     const struct descriptor *descriptor,
                     struct setting_reason *reason)
{
    static const char hint[] =
        "open the permissions in dcomcnfg, which converts them, and save "
        "them there once";
    enum descriptor_format format = descriptor_com_format(descriptor);
    if (format == DESCRIPTOR_FORMAT_MIXED)
        conflict(question, CODE_OLD_DESCRIPTOR, hint,
                 "entries of COM's old format (mask 1) stand beside new ones: "
                 "COM takes the whole for invalid and denies everybody",
                 reason);
    else if (format == DESCRIPTOR_FORMAT_OLD)
        conflict(question, CODE_OLD_DESCRIPTOR, hint,
                 "all entries are of COM's old format (mask 1), where a new "
                 "one must not stand",
                 reason);
    else if (!descriptor_has_owner_and_group(descriptor))
        conflict(question, CODE_BAD_DESCRIPTOR, hint,
                 "it has no owner or no group: COM takes it for invalid",
                 reason);
    else
        return true;
    return false;
}

static enum setting_verdict in_the_way(const struct com_question *question,
                                       const struct descriptor *changed,
                                       struct setting_reason *reason)
{
    char text[SID_TEXT_MAX + 96];
    char sid[SID_TEXT_MAX] = "?";
    struct sid who;
    if (!question->wish->present)
        return conflict(question, CODE_DENIED_BY_ENTRY,
                        "change that entry in dcomcnfg",
                        "the account has its rights from an entry with "
                        "inheritance flags, which is not touched",
                        reason);
    if (descriptor_denied(changed, question->token, question->bits, &who))
        sid_print(&who, sid);
    snprintf(text, sizeof text,
             "an entry denies it to %s, and a denial wins over what is added",
             sid);
    return conflict(question, CODE_DENIED_BY_ENTRY,
                    "take the denial out in dcomcnfg, or the account out of "
                    "that group",
                    text, reason);
}

enum setting_verdict com_layer_judge(const struct com_question *question,
                                     const struct descriptor *descriptor,
                                     struct setting_reason *reason)
{
    struct descriptor changed = {.bytes = NULL};
    struct err err = {.code = 0};
    bool present = question->wish->present;
    bool has = has_bits(question, descriptor);
    if (!present && !has)
        return SETTING_AGREES;
    if (!is_sound(question, descriptor, reason))
        return SETTING_CONFLICT;
    if (present && has)
        return SETTING_AGREES;
    enum setting_verdict verdict = SETTING_DIFFERS;
    if (descriptor_init(&changed, descriptor->bytes, descriptor->len, &err) !=
            0 ||
        com_layer_change(question, &changed, &err) != 0)
        verdict =
            conflict(question, CODE_BAD_DESCRIPTOR, NULL, err.text, reason);
    else if (has_bits(question, &changed) != present)
        verdict = in_the_way(question, &changed, reason);
    else if (descriptor_count(&changed) == 0)
        verdict = conflict(question, CODE_BAD_DESCRIPTOR,
                           "give another account its rights first",
                           "without this entry the list would be empty, and "
                           "nobody could use COM",
                           reason);
    descriptor_release(&changed);
    return verdict;
}
