/* SPDX-License-Identifier: MIT */
/*
 * A rule is read into a draft first, since what the Microsoft page knows of
 * its four rules fills only the gaps that the request leaves, and since what
 * a rule must say depends on its other members.
 */
#include "payload/settings/settings_rule.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "payload/settings/settings_network.h"

#define NAME_MAX_LEN 120 /* characters */
#define SERVICE_MAX_LEN 256
#define PROGRAM_MAX_LEN 1024
#define PROTOCOL_ANY 256
#define PROTOCOL_TCP 6
#define PROTOCOL_UDP 17

struct draft {
    const char *name;
    bool absent;
    int direction; /* enum rule_direction, 0: not given */
    const char *program;
    const char *service;
    int protocol; /* -1: not given */
    struct settings_ports ports;
    struct settings_addresses addresses;
    unsigned profiles;
    bool by_name;
    enum flag_wish require_program;
    enum flag_wish when_outbound_blocked;
};

#define SVCHOST "%systemroot%\\system32\\svchost.exe"
#define UNSECAPP "%systemroot%\\system32\\wbem\\unsecapp.exe"

/* The four rules of the page "Setting up a Remote WMI Connection". */
static const struct page_rule {
    const char *name;
    enum rule_direction direction;
    int protocol;
    const char *local_ports;
    const char *program;
    const char *service;
} page_rules[] = {
    {"DCOM", RULE_IN, PROTOCOL_TCP, "135", SVCHOST, "rpcss"},
    {"WMI", RULE_IN, PROTOCOL_TCP, NULL, SVCHOST, "winmgmt"},
    {"UnsecApp", RULE_IN, PROTOCOL_ANY, NULL, UNSECAPP, NULL},
    {"WMI_OUT", RULE_OUT, PROTOCOL_TCP, NULL, SVCHOST, "winmgmt"},
};

/* --- members ------------------------------------------------------------- */

/* A text without control characters, up to `max` characters long; or told. */
static const char *check_text(struct settings_reader *reader,
                              const struct settings_path *path,
                              const cJSON *value, size_t max)
{
    const char *text = cJSON_GetStringValue(value);
    if (text == NULL) {
        settings_expected(reader, path, value, "a text");
        return NULL;
    }
    if (*text == '\0') {
        settings_mistake(reader, path, value,
                         "the text is empty; leave the key out to mean none");
        return NULL;
    }
    for (const char *c = text; *c != '\0'; c++) {
        if ((unsigned char)*c >= 0x20 && *c != 0x7F)
            continue;
        settings_mistake(reader, path, value,
                         "the text holds the control character 0x%02X; a "
                         "backslash is written \\\\ in JSON",
                         (unsigned)(unsigned char)*c);
        return NULL;
    }
    if (settings_text_len(text) > max) {
        settings_mistake(reader, path, value,
                         "the text is longer than %lu characters",
                         (unsigned long)max);
        return NULL;
    }
    return text;
}

static void read_name(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *out)
{
    const char **name = out;
    const char *text = check_text(reader, path, value, NAME_MAX_LEN);
    if (text == NULL)
        return;
    if (strchr(text, '|') != NULL || word_same(text, "all"))
        settings_mistake(reader, path, value,
                         "`%s` cannot be a rule's name: Windows refuses \"|\" "
                         "in it, and the name \"all\"",
                         text);
    else if (text[0] == ' ' || text[strlen(text) - 1] == ' ')
        settings_mistake(reader, path, value,
                         "a rule's name cannot begin or end with a blank");
    else
        *name = settings_copy(reader, text);
}

/* Where a program must begin: %VARIABLE%\ or C:\. NULL when it does not. */
static const char *behind_root(const char *program)
{
    const char *end = NULL;
    if (program[0] == '%') {
        end = strchr(program + 1, '%');
        return end != NULL && end > program + 1 && end[1] == '\\' ? end + 2
                                                                  : NULL;
    }
    if (((program[0] >= 'A' && program[0] <= 'Z') ||
         (program[0] >= 'a' && program[0] <= 'z')) &&
        program[1] == ':' && program[2] == '\\')
        return program + 3;
    return NULL;
}

void settings_read_program(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *out)
{
    const char **program = out;
    const char *text = check_text(reader, path, value, PROGRAM_MAX_LEN);
    if (text == NULL)
        return;
    const char *rest = behind_root(text);
    if (strcmp(text, "System") != 0 &&
        (rest == NULL || *rest == '\0' || rest[strcspn(rest, "/:*?\"<>|")]))
        settings_expected(reader, path, value,
                          "a full path such as "
                          "\"%ProgramFiles%\\\\Mon\\\\mon.exe\" or "
                          "\"C:\\\\Mon\\\\mon.exe\", or \"System\"");
    else
        *program = settings_copy(reader, text);
}

static void read_service(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    const char **service = out;
    const char *text = check_text(reader, path, value, SERVICE_MAX_LEN);
    if (text == NULL)
        return;
    if (text[strcspn(text, "/\\|,\"")] != '\0')
        settings_expected(reader, path, value,
                          "a service's short name such as \"winmgmt\", or "
                          "\"*\" for any service");
    else
        *service = settings_copy(reader, text);
}

static void read_direction(struct settings_reader *reader,
                           const struct settings_path *path, const cJSON *value,
                           void *out)
{
    static const struct settings_word words[] = {{"in", RULE_IN},
                                                 {"out", RULE_OUT}};
    settings_read_word(reader, path, value, words, SETTINGS_COUNT(words), NULL,
                       out);
}

static void read_protocol(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          void *out)
{
    static const struct settings_word words[] = {{"tcp", PROTOCOL_TCP},
                                                 {"udp", PROTOCOL_UDP},
                                                 {"any", PROTOCOL_ANY},
                                                 {"icmpv4", 1},
                                                 {"icmpv6", 58}};
    if (settings_is_integer(value, 0, PROTOCOL_ANY, out))
        return;
    settings_read_word(reader, path, value, words, SETTINGS_COUNT(words),
                       "a number from 0 to 255 (256: any)", out);
}

static void read_match(struct settings_reader *reader,
                       const struct settings_path *path, const cJSON *value,
                       void *out)
{
    static const struct settings_word words[] = {{"name", 1}};
    bool *by_name = out;
    int found = 0;
    if (settings_read_word(reader, path, value, words, SETTINGS_COUNT(words),
                           NULL, &found))
        *by_name = true;
}

#define AT(member) offsetof(struct draft, member)

static const struct settings_key rule_keys[] = {
    {"name", read_name, AT(name), true},
    {"state", settings_read_absent, AT(absent), false},
    {"direction", read_direction, AT(direction), false},
    {"program", settings_read_program, AT(program), false},
    {"service", read_service, AT(service), false},
    {"protocol", read_protocol, AT(protocol), false},
    {"local_ports", settings_read_ports, AT(ports), false},
    {"remote_addresses", settings_read_addresses, AT(addresses), false},
    {"profiles", settings_read_profiles, AT(profiles), false},
    {"match", read_match, AT(by_name), false},
    {"require_program", settings_read_flag, AT(require_program), false},
    {"when_outbound_blocked", settings_read_flag, AT(when_outbound_blocked),
     false},
};
static const struct settings_shape rule_shape = {
    .noun = "a property of a rule",
    .keys = rule_keys,
    .count = SETTINGS_COUNT(rule_keys),
};

/* --- one rule ------------------------------------------------------------ */

static const struct page_rule *find_page_rule(const char *name)
{
    for (size_t i = 0; i < SETTINGS_COUNT(page_rules); i++) {
        if (strcmp(page_rules[i].name, name) == 0)
            return &page_rules[i];
    }
    return NULL;
}

static bool has_ports(int protocol)
{
    return protocol == PROTOCOL_TCP || protocol == PROTOCOL_UDP;
}

static void fill_from_page(struct draft *draft)
{
    const struct page_rule *page = find_page_rule(draft->name);
    if (page == NULL)
        return;
    if (draft->direction == 0)
        draft->direction = (int)page->direction;
    if (draft->program == NULL)
        draft->program = page->program;
    if (draft->service == NULL)
        draft->service = page->service;
    if (draft->protocol < 0)
        draft->protocol = page->protocol;
    if (!draft->ports.given && has_ports(draft->protocol))
        draft->ports.text = page->local_ports;
}

static void check_ports(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct draft *draft)
{
    const cJSON *ports = cJSON_GetObjectItemCaseSensitive(value, "local_ports");
    struct settings_path below = {.parent = path, .key = "local_ports"};
    if (draft->ports.text == NULL)
        return;
    if (!has_ports(draft->protocol))
        settings_mistake(reader, &below, ports,
                         "only the protocols tcp and udp have ports; add "
                         "\"protocol\": \"tcp\" or \"udp\"");
    else if (draft->ports.rpc && draft->protocol != PROTOCOL_TCP)
        settings_mistake(reader, &below, ports,
                         "\"RPC\" and \"RPC-EPMap\" need \"protocol\": "
                         "\"tcp\"");
}

static void check_own(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      const struct draft *draft)
{
    char near[64] = "";
    const char *names[SETTINGS_COUNT(page_rules) + 1] = {NULL};
    for (size_t i = 0; i < SETTINGS_COUNT(page_rules); i++)
        names[i] = page_rules[i].name;
    const char *meant = problems_nearest(draft->name, names);
    if (meant != NULL)
        snprintf(near, sizeof near, " (or did you mean `%s`?)", meant);
    if (draft->direction == 0)
        settings_mistake(reader, path, value,
                         "the rule `%s` has no direction; add \"direction\": "
                         "\"in\" or \"out\"%s",
                         draft->name, near);
    bool any_service =
        draft->service == NULL || strcmp(draft->service, "*") == 0;
    if (draft->program == NULL && any_service && draft->ports.text == NULL)
        settings_mistake(reader, path, value,
                         "the rule `%s` would open every port to every "
                         "program; add \"program\", \"service\" or "
                         "\"local_ports\"%s",
                         draft->name, near);
}

static void check_conditions(struct settings_reader *reader,
                             const struct settings_path *path,
                             const cJSON *value, const struct draft *draft)
{
    if (draft->require_program == FLAG_ON &&
        (draft->absent || draft->program == NULL))
        settings_mistake(reader, path, value,
                         "\"require_program\" needs a rule that is present "
                         "and has a \"program\"");
    if (draft->when_outbound_blocked == FLAG_ON &&
        (draft->absent || draft->direction != RULE_OUT))
        settings_mistake(reader, path, value,
                         "\"when_outbound_blocked\" needs a rule that is "
                         "present and has the direction \"out\"");
}

static void check_draft(struct settings_reader *reader,
                        const struct settings_path *path, const cJSON *value,
                        const struct draft *draft)
{
    check_ports(reader, path, value, draft);
    check_conditions(reader, path, value, draft);
    if (!draft->absent && find_page_rule(draft->name) == NULL)
        check_own(reader, path, value, draft);
    if (!draft->absent && draft->by_name)
        settings_mistake(reader, path, value,
                         "\"match\" says what to delete; it needs \"state\": "
                         "\"absent\"");
}

static bool read_rule(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      void *element)
{
    struct rule_wish *wish = element;
    struct draft draft = {.protocol = -1, .profiles = SETTINGS_PROFILE_ALL};
    size_t mistakes = reader->problems->error_count;
    settings_read_object(reader, path, value, &rule_shape, &draft);
    if (reader->problems->error_count > mistakes)
        return false;
    fill_from_page(&draft);
    check_draft(reader, path, value, &draft);
    *wish = (struct rule_wish){
        .name = draft.name,
        .present = !draft.absent,
        .match_name_only = draft.by_name,
        .direction = (enum rule_direction)draft.direction,
        .program = draft.program,
        .service = draft.service,
        .protocol = draft.protocol < 0 ? PROTOCOL_ANY : draft.protocol,
        .local_ports = draft.ports.text,
        .remote_addresses = draft.addresses.items,
        .remote_address_count = draft.addresses.count,
        .profiles = draft.profiles,
        .require_program = draft.require_program == FLAG_ON,
        .when_outbound_blocked = draft.when_outbound_blocked == FLAG_ON,
    };
    return reader->problems->error_count == mistakes;
}

/* --- the list ------------------------------------------------------------ */

static bool directions_meet(const struct rule_wish *a,
                            const struct rule_wish *b)
{
    return a->direction == b->direction || a->direction == 0 ||
           b->direction == 0;
}

/* Whether what one wish makes is what the other deletes. */
static bool undoes(const struct rule_wish *a, const struct rule_wish *b)
{
    const struct rule_wish *absent = a->present ? b : a;
    return absent->match_name_only || (word_same(a->program, b->program) &&
                                       word_same(a->service, b->service));
}

static void check_against(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          const void *element, const void *other, size_t index)
{
    const struct rule_wish *rule = element;
    const struct rule_wish *earlier = other;
    if (!word_same(rule->name, earlier->name) ||
        !directions_meet(rule, earlier))
        return;
    if (rule->present == earlier->present)
        settings_mistake(reader, path, value,
                         "the rule `%s` is already told in rules[%lu], with "
                         "this state and direction",
                         rule->name, (unsigned long)index);
    else if (undoes(rule, earlier))
        settings_mistake(reader, path, value,
                         "the rule `%s` is wanted both present and absent; "
                         "see rules[%lu]",
                         rule->name, (unsigned long)index);
}

void settings_read_rules(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    static const struct settings_items items = {
        .noun = "rules",
        .size = sizeof(struct rule_wish),
        .read = read_rule,
        .check = check_against,
    };
    struct settings *settings = out;
    settings->rules =
        settings_read_list(reader, path, value, &items, &settings->rule_count);
}
