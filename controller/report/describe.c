/* SPDX-License-Identifier: MIT */
#include "controller/report/describe.h"

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/log.h"
#include "payload/settings/settings.h"

#define VALUE_TEXT_MAX 96 /* bytes of one value shown as it is */
#define ADDRESSES_TEXT_MAX ((size_t)64 * 1024)
#define PROFILE_COUNT 3   /* domain, private, public */
#define RULES_SHOWN_MAX 2 /* more rules than this are counted, not told */

static void add_escaped(struct buf *out, const char *text)
{
    size_t len = strlen(text);
    log_escape(out, text, len <= VALUE_TEXT_MAX ? len : VALUE_TEXT_MAX);
    if (len > VALUE_TEXT_MAX)
        buf_add_text(out, "...");
}

static void add_as_json(struct buf *out, const cJSON *value)
{
    char *text = json_print_ascii(value);
    add_escaped(out, text != NULL ? text : "?");
    cJSON_free(text);
}

/* "a, b": a list of texts, or one text. */
static void add_words(struct buf *out, const cJSON *words)
{
    if (cJSON_IsString(words)) {
        add_escaped(out, words->valuestring);
        return;
    }
    const cJSON *word;
    const char *comma = "";
    cJSON_ArrayForEach (word, words) {
        buf_add_text(out, comma);
        if (cJSON_IsString(word))
            add_escaped(out, word->valuestring);
        comma = ", ";
    }
}

static void add_member(struct buf *out, const cJSON *object, const char *key,
                       const char *before)
{
    const cJSON *value = json_member(object, key);
    if (value == NULL || cJSON_IsNull(value))
        return;
    buf_add_text(out, before);
    if (cJSON_IsString(value) || cJSON_IsArray(value))
        add_words(out, value);
    else
        add_as_json(out, value);
}

/* ", all profiles", or ", profiles private, public". */
static void add_profiles(struct buf *out, const cJSON *profiles)
{
    bool all = (cJSON_IsString(profiles) &&
                strcmp(profiles->valuestring, "all") == 0) ||
               cJSON_GetArraySize(profiles) == PROFILE_COUNT;
    if (profiles == NULL || cJSON_IsNull(profiles))
        return;
    buf_add_text(out, all ? ", all profiles" : ", profiles ");
    if (!all)
        add_words(out, profiles);
}

/*
 * Where from. Windows gives all addresses as one text with commas, and each
 * single one as 10.0.0.5/255.255.255.255.
 */
static void add_addresses(struct buf *out, const cJSON *addresses)
{
    static const char single[] = "/255.255.255.255";
    struct buf text;
    buf_init(&text, ADDRESSES_TEXT_MAX);
    if (cJSON_IsArray(addresses))
        add_words(&text, addresses);
    else if (cJSON_IsString(addresses))
        buf_add_text(&text, addresses->valuestring);
    for (char *at = text.data; (at = strstr(at, single)) != NULL;)
        memmove(at, at + sizeof single - 1, strlen(at + sizeof single - 1) + 1);
    if (text.data[0] != '\0') {
        buf_add_text(out, " from ");
        add_escaped(out, text.data);
    }
    buf_release(&text);
}

/* Every port goes without saying. */
static bool is_every(const cJSON *ports)
{
    return cJSON_IsString(ports) && strcmp(ports->valuestring, "*") == 0;
}

/* A firewall rule: "on, allow in tcp 135 from 10.0.0.5, profiles public". */
static void add_rule(struct buf *out, const cJSON *rule)
{
    const cJSON *enabled = json_member(rule, "enabled");
    if (cJSON_IsBool(enabled))
        buf_add_text(out, cJSON_IsTrue(enabled) ? "on" : "off");
    add_member(out, rule, "state", "");
    add_member(out, rule, "start", ", ");
    add_member(out, rule, "action", ", ");
    add_member(out, rule, "direction", " ");
    add_member(out, rule, "protocol", " ");
    if (!is_every(json_member(rule, "local_ports")))
        add_member(out, rule, "local_ports", " ");
    add_addresses(out, json_member(rule, "remote_addresses"));
    add_profiles(out, json_member(rule, "profiles"));
}

static void add_rules(struct buf *out, const cJSON *rules)
{
    int count = cJSON_GetArraySize(rules);
    if (count == 0) {
        buf_add_text(out, "absent");
        return;
    }
    int enabled = 0;
    const cJSON *rule;
    const char *between = "";
    cJSON_ArrayForEach (rule, rules) {
        enabled += cJSON_IsTrue(json_member(rule, "enabled"));
        if (count > RULES_SHOWN_MAX)
            continue;
        buf_add_text(out, between);
        add_rule(out, rule);
        between = " | ";
    }
    if (count > RULES_SHOWN_MAX)
        buf_addf(out, "%d of %d rules on", enabled, count);
}

/*
 * "remote_launch, remote_activation" of the account's own entry, or "none".
 * Entries that do not say whose they are are its own.
 */
static void add_rights_of(struct buf *out, const cJSON *entries,
                          const char *sid)
{
    const char *comma = "";
    const cJSON *entry;
    cJSON_ArrayForEach (entry, entries) {
        const char *whose = json_text(entry, "sid");
        const char *type = json_text(entry, "type");
        if (whose != NULL && strcmp(whose, sid) != 0)
            continue;
        buf_add_text(out, comma);
        if (type != NULL && strcmp(type, "allow") != 0)
            buf_add_text(out, "deny ");
        add_words(out, json_member(entry, "rights"));
        comma = ", ";
    }
    if (*comma == '\0')
        buf_add_text(out, "none");
}

/* COM's lists: "machine_launch none, wmi_launch remote_activation". */
static void add_permissions(struct buf *out, const cJSON *state,
                            const char *sid)
{
    const char *comma = "";
    const cJSON *part;
    if (cJSON_IsArray(json_member(state, "entries"))) {
        add_rights_of(out, json_member(state, "entries"), sid);
        return;
    }
    cJSON_ArrayForEach (part, state) {
        if (!cJSON_IsObject(part))
            continue;
        buf_add_text(out, comma);
        add_escaped(out, part->string);
        buf_add_char(out, ' ');
        add_rights_of(out, json_member(part, "entries"), sid);
        comma = "; ";
    }
}

/* What is wanted of an account: "present, launch remote_activation". */
static void add_wanted_permissions(struct buf *out, const cJSON *wish)
{
    add_member(out, wish, "state", "");
    add_member(out, wish, "launch", ", launch ");
    add_member(out, wish, "access", ", access ");
    add_member(out, wish, "rights", ", ");
    if (cJSON_IsTrue(json_member(wish, "subnamespaces")))
        buf_add_text(out, ", and below");
    add_member(out, wish, "on", ", on ");
}

/* --- the fixed port: see payload/service/fixed_port_state.h --------------- */

/* The ASCII characters of UTF-16LE in hex, every other one as '?'. */
static void decode(struct buf *out, const char *hex)
{
    char unit[5] = "";
    const char *end = hex + strlen(hex);
    for (; end - hex >= 4 && !out->failed; hex += 4) {
        memcpy(unit, hex, 4);
        long c = strtol(unit, NULL, 16);
        if (c == 0)
            buf_add_char(out, '\n');
        else /* the low byte comes first */
            buf_add_char(out,
                         (char)(c % 256 == 0 && c >> 8 < 0x7F ? c >> 8 : '?'));
    }
}

/* "port 24158" of Endpoints' lines, or "no fixed port". */
static void add_port(struct buf *out, const cJSON *endpoints)
{
    static const char tcp[] = "ncacn_ip_tcp,0,";
    const char *hex = json_text(endpoints, "hex");
    struct buf lines;
    buf_init(&lines, ADDRESSES_TEXT_MAX);
    decode(&lines, hex != NULL ? hex : "");
    const char *at = strstr(lines.data, tcp);
    size_t len = at != NULL ? strspn(at + sizeof tcp - 1, "0123456789") : 0;
    if (len > 0 && len <= 5)
        buf_addf(out, "port %.*s", (int)len, at + sizeof tcp - 1);
    else
        buf_add_text(out, "no fixed port");
    buf_release(&lines);
}

static void add_level(struct buf *out, const cJSON *key)
{
    const cJSON *level = json_member(key, "AuthenticationLevel");
    const char *word =
        cJSON_IsNumber(level) ? settings_level_word(level->valueint) : NULL;
    if (word != NULL)
        buf_addf(out, ", %s", word);
}

/* "svchost group winmgmt, port 24158, packet_privacy". */
static void add_fixed_port(struct buf *out, const cJSON *state)
{
    const char *path = json_text(json_member(state, "service"), "path");
    const char *group = path != NULL ? strstr(path, " -k ") : NULL;
    if (group != NULL) {
        group += strlen(" -k ");
        buf_add_text(out, "svchost group ");
        log_escape(out, group, strcspn(group, " "));
        buf_add_text(out, ", ");
    }
    add_port(out, json_member(state, "endpoints"));
    add_level(out, json_member(state, "winmgmt_key"));
}

static void add_wanted_fixed_port(struct buf *out, const cJSON *wish)
{
    add_member(out, wish, "port", "port ");
    add_member(out, wish, "authentication_level", ", ");
}

/* --- accounts and groups: see payload/account/user_state.h,
 * payload/account/groups.c ------ */

/* "present, password never expires, logon over the network only". */
static void add_account(struct buf *out, const cJSON *account)
{
    const cJSON *denied = json_member(account, "denied");
    bool network_only =
        cJSON_GetArraySize(denied) > 1 ||
        cJSON_IsTrue(json_member(account, "network_logon_only"));
    buf_add_text(out, "present");
    if (cJSON_IsTrue(json_member(account, "disabled")))
        buf_add_text(out, ", disabled");
    if (cJSON_IsTrue(json_member(account, "must_change_password")))
        buf_add_text(out, ", password to be changed");
    if (cJSON_IsTrue(json_member(account, "password_never_expires")))
        buf_add_text(out, ", password never expires");
    if (cJSON_IsNumber(json_member(account, "expires")))
        add_member(out, account, "expires", ", expires at second ");
    if (network_only)
        buf_add_text(out, ", logon over the network only");
    else if (cJSON_GetArraySize(denied) == 1)
        add_member(out, account, "denied", ", ");
}

/* "members lab-reader", of those that were asked for, or "members none". */
static void add_members(struct buf *out, const cJSON *members)
{
    const char *before = "members ";
    const cJSON *member;
    cJSON_ArrayForEach (member, members) {
        if (!cJSON_IsString(member))
            continue;
        buf_add_text(out, before);
        add_escaped(out, member->string);
        before = ", ";
    }
    if (before[0] != ',')
        buf_add_text(out, "members none");
}

static void add_wanted_group(struct buf *out, const cJSON *wish)
{
    const char *state = json_text(wish, "state");
    bool absent = state != NULL && strcmp(state, "absent") == 0;
    if (cJSON_GetArraySize(json_member(wish, "members")) == 0)
        add_member(out, wish, "state", "");
    else
        add_member(out, wish, "members", absent ? "not members " : "members ");
}

/* Registry states: see payload/registry/registry_state.h. */
static void add_object(struct buf *out, const cJSON *object)
{
    if (json_member(object, "absent") != NULL) {
        buf_add_text(out, "absent");
        return;
    }
    if (json_member(object, "password_never_expires") != NULL) {
        add_account(out, object);
        return;
    }
    if (cJSON_IsObject(json_member(object, "members"))) {
        add_members(out, json_member(object, "members"));
        return;
    }
    if (json_text(object, "group") != NULL) {
        add_wanted_group(out, object);
        return;
    }
    if (json_text(object, "sid") != NULL) {
        add_permissions(out, object, json_text(object, "sid"));
        return;
    }
    if (json_text(object, "account") != NULL) {
        add_wanted_permissions(out, object);
        return;
    }
    if (json_member(object, "endpoints") != NULL) {
        add_fixed_port(out, object);
        return;
    }
    if (json_text(object, "authentication_level") != NULL) {
        add_wanted_fixed_port(out, object);
        return;
    }
    if (json_member(object, "enabled") != NULL ||
        json_member(object, "state") != NULL) {
        add_rule(out, object);
        return;
    }
    if (json_text(object, "type") == NULL) {
        add_as_json(out, object);
        return;
    }
    add_member(out, object, "type", "");
    add_member(out, object, "text", " ");
    add_member(out, object, "hex", " ");
}

static bool is_rules(const cJSON *value)
{
    return cJSON_IsArray(value) &&
           (value->child == NULL || cJSON_IsObject(value->child));
}

void describe_value(struct buf *out, const cJSON *value)
{
    if (value == NULL || cJSON_IsNull(value))
        buf_add_text(out, "unknown");
    else if (cJSON_IsString(value))
        add_escaped(out, value->valuestring);
    else if (is_rules(value))
        add_rules(out, value);
    else if (cJSON_IsObject(value))
        add_object(out, value);
    else
        add_as_json(out, value);
}

static void add_change(struct buf *out, const cJSON *setting, const char *state)
{
    bool changed =
        strcmp(state, "changed") == 0 || strcmp(state, "pending_restart") == 0;
    const cJSON *after = json_member(setting, "after");
    const cJSON *before = json_member(setting, "before");
    describe_value(out, before);
    /* What only waited for a restart stands as it stood. */
    if (!changed || after == NULL || !json_equal(before, after)) {
        buf_add_text(out, " -> ");
        describe_value(out, changed && after != NULL
                                ? after
                                : json_member(setting, "desired"));
    }
    if (strcmp(state, "drift") != 0 && strcmp(state, "changed") != 0) {
        buf_add_text(out, ": ");
        add_escaped(out, state);
    }
}

static void add_text_after(struct buf *out, const char *before,
                           const char *text)
{
    if (text == NULL || text[0] == '\0')
        return;
    buf_add_text(out, before);
    log_escape(out, text, strlen(text));
}

void describe_setting(struct buf *out, const cJSON *setting, int width)
{
    const char *id = json_text(setting, "id");
    const char *state = json_text(setting, "state");
    size_t start = out->len;
    add_escaped(out, id != NULL ? id : "?");
    while (out->len - start < (size_t)width && !out->failed)
        buf_add_char(out, ' ');
    buf_add_text(out, "  ");
    add_change(out, setting, state != NULL ? state : "?");
    const cJSON *error = json_member(setting, "error");
    if (cJSON_IsObject(error)) {
        const char *name = json_text(error, "name");
        bool told = name != NULL && state != NULL && strcmp(name, state) == 0;
        add_text_after(out, " ", told ? NULL : json_text(error, "code"));
        add_text_after(out, " ", told ? NULL : name);
        add_text_after(out, "\n        ", json_text(error, "text"));
        add_text_after(out, "\n        ", json_text(error, "hint"));
    }
    add_text_after(out, "\n        risk: ", json_text(setting, "risk"));
    const cJSON *hint;
    cJSON_ArrayForEach (hint, json_member(setting, "hints")) {
        if (cJSON_IsString(hint))
            add_text_after(out, "\n        note: ", hint->valuestring);
    }
}
