/* SPDX-License-Identifier: MIT */
#include "payload/settings/settings_network.h"

#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "payload/settings/address_set.h"

#define PORTS_MAX 65536 /* bytes of a list of ports */
#define PORT_HIGHEST 65535
#define ELEMENT_MAX 64 /* longer than any port, range or word */

static const struct settings_word port_words[] = {{"RPC", 0}, {"RPC-EPMap", 0}};

static const struct settings_word address_words[] = {{"LocalSubnet", 0},
                                                     {"DHCP", 0},
                                                     {"DNS", 0},
                                                     {"WINS", 0},
                                                     {"DefaultGateway", 0},
                                                     {SETTINGS_CONTROLLER, 0},
                                                     {"*", 0}};

static const char port_forms[] =
    "ports from 1 to 65535, ranges such as 5000-5010, \"RPC\" or "
    "\"RPC-EPMap\"";

/* --- ports --------------------------------------------------------------- */

/* A port without leading zeros at `text`; how long it is, or 0. */
static size_t take_port(const char *text, int *port)
{
    size_t len = strspn(text, "0123456789");
    *port = 0;
    if (len == 0 || len > 5 || text[0] == '0')
        return 0;
    for (size_t i = 0; i < len; i++)
        *port = *port * 10 + (text[i] - '0');
    return *port <= PORT_HIGHEST ? len : 0;
}

static bool is_port_range(const char *text)
{
    int low = 0;
    int high = 0;
    size_t len = take_port(text, &low);
    if (len == 0 || text[len] == '\0')
        return len > 0;
    if (text[len] != '-')
        return false;
    text += len + 1;
    len = take_port(text, &high);
    return len > 0 && text[len] == '\0' && low <= high;
}

static bool is_word(const char *text, const struct settings_word *words,
                    size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, words[i].name) == 0)
            return true;
    }
    return false;
}

static void tell_port(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      const char *element)
{
    char near[ELEMENT_MAX];
    settings_suggest(element, port_words, SETTINGS_COUNT(port_words), near,
                     sizeof near);
    settings_mistake(reader, path, value,
                     "`%s` is no port; allowed are %s, and \"any\" alone%s",
                     element, port_forms, near);
}

/* One element of a comma-separated list. */
static void add_port(struct settings_reader *reader,
                     const struct settings_path *path, const cJSON *value,
                     const char *text, size_t len, struct buf *out, bool *rpc)
{
    char element[ELEMENT_MAX] = "";
    while (len > 0 && *text == ' ') {
        text++;
        len--;
    }
    while (len > 0 && text[len - 1] == ' ')
        len--;
    bool whole = len < sizeof element;
    memcpy(element, text, whole ? len : utf8_cut(text, sizeof element - 1));
    bool word =
        is_word(element, port_words, SETTINGS_COUNT(port_words)) && whole;
    if (!whole || (!word && !is_port_range(element))) {
        tell_port(reader, path, value, element);
        return;
    }
    *rpc = *rpc || word;
    if (out->len > 0)
        buf_add_char(out, ',');
    buf_add_text(out, element);
}

static void add_ports(struct settings_reader *reader,
                      const struct settings_path *path, const cJSON *value,
                      struct buf *out, bool *rpc)
{
    int port = 0;
    if (settings_is_integer(value, 1, PORT_HIGHEST, &port)) {
        buf_addf(out, out->len > 0 ? ",%d" : "%d", port);
        return;
    }
    if (!cJSON_IsString(value)) {
        settings_expected(reader, path, value, port_forms);
        return;
    }
    for (const char *text = value->valuestring;;) {
        size_t len = strcspn(text, ",");
        add_port(reader, path, value, text, len, out, rpc);
        if (text[len] == '\0')
            return;
        text += len + 1;
    }
}

static void add_port_list(struct settings_reader *reader,
                          const struct settings_path *path, const cJSON *value,
                          struct buf *out, bool *rpc)
{
    size_t index = 0;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        index++;
        add_ports(reader, &below, each, out, rpc);
    }
    if (value->child == NULL)
        settings_mistake(reader, path, value,
                         "the list is empty; leave the key out to mean any "
                         "port");
}

void settings_read_ports(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value,
                         void *out)
{
    struct settings_ports *ports = out;
    struct buf text;
    ports->given = true;
    if (cJSON_IsString(value) && (strcmp(value->valuestring, "any") == 0 ||
                                  strcmp(value->valuestring, "*") == 0))
        return;
    buf_init(&text, PORTS_MAX);
    if (cJSON_IsArray(value))
        add_port_list(reader, path, value, &text, &ports->rpc);
    else
        add_ports(reader, path, value, &text, &ports->rpc);
    if (text.failed)
        settings_mistake(reader, path, value, "the list is too long");
    else
        ports->text = settings_copy(reader, text.data);
    buf_release(&text);
}

/* --- addresses ----------------------------------------------------------- */

/*
 * Decimal parts (of IPv4, of prefixes) that begin with a needless zero:
 * some programs read them as octal.
 */
static bool has_leading_zero(const char *text)
{
    static const char ends[] = "./-:";
    char before = '\0';
    while (*text != '\0') {
        size_t len = strcspn(text, ends);
        bool decimal = before == '.' || before == '/' || text[len] == '.';
        if (decimal && len > 1 && text[0] == '0')
            return true;
        before = text[len];
        text += len + (before != '\0');
    }
    return false;
}

bool settings_is_address(const char *text)
{
    struct address_range range;
    return address_range_parse(text, &range) && !has_leading_zero(text);
}

static void tell_address(struct settings_reader *reader,
                         const struct settings_path *path, const cJSON *value)
{
    char near[ELEMENT_MAX];
    settings_suggest(value->valuestring, address_words,
                     SETTINGS_COUNT(address_words), near, sizeof near);
    settings_mistake(reader, path, value,
                     "`%.*s` is no remote address; allowed are IPv4 and "
                     "IPv6 addresses, each also with /prefix or as a-b, IPv4 "
                     "with /mask, LocalSubnet, DHCP, DNS, WINS, "
                     "DefaultGateway, controller, and * alone%s",
                     (int)utf8_cut(value->valuestring, ELEMENT_MAX),
                     value->valuestring, near);
}

void settings_read_addresses(struct settings_reader *reader,
                             const struct settings_path *path,
                             const cJSON *value, void *out)
{
    struct settings_addresses *addresses = out;
    if (!settings_is_list(reader, path, value,
                          "addresses, such as [\"10.0.0.5\"]"))
        return;
    size_t count = (size_t)cJSON_GetArraySize(value);
    addresses->items = settings_alloc(reader, count, sizeof *addresses->items);
    if (addresses->items == NULL)
        return;
    size_t index = 0;
    for (const cJSON *each = value->child; each != NULL; each = each->next) {
        struct settings_path below = {.parent = path, .index = index};
        index++;
        const char *text = cJSON_GetStringValue(each);
        if (text == NULL)
            settings_expected(reader, &below, each, "an address");
        else if (strcmp(text, "*") == 0 && count > 1)
            settings_mistake(reader, &below, each,
                             "* means every address and must stand alone");
        else if (strcmp(text, "*") == 0)
            break;
        else if (!is_word(text, address_words, SETTINGS_COUNT(address_words)) &&
                 !settings_is_address(text))
            tell_address(reader, &below, each);
        else
            addresses->items[addresses->count++] = settings_copy(reader, text);
    }
}
