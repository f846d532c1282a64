/* SPDX-License-Identifier: MIT */
/*
 * The scanner judges the text and marks where each value begins; cJSON then
 * builds the tree from the same bytes. Both go through the values in the
 * same order, so one walk over tree and marks together gives every node its
 * position and every number its source text.
 */
#include "base/json.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/json_keys.h"
#include "base/json_scan.h"
#include "base/utf8.h"

/* cJSON copies a number into 64 bytes and stumbles over a longer one. */
#define CJSON_NUMBER_MAX 60
#define DIGITS_KEPT 40
#define KEY_SHOWN 100 /* bytes */

struct place {
    const cJSON *node;
    uint32_t line;
    uint32_t column;
};

struct json_doc {
    char *name;
    cJSON *root;
    struct place *places; /* open hash table by node */
    size_t place_slots;   /* a power of two */
};

struct walk {
    const char *name;
    const char *text;
    size_t len;
    struct json_marks marks;
    size_t next; /* mark of the node that the walk comes to next */
    struct json_keys keys;
    struct json_doc *doc; /* NULL: positions are not wanted */
    struct err *err;
};

static int out_of_memory(const struct walk *walk)
{
    return err_set(walk->err, 0, "%s: out of memory", walk->name);
}

/* --- positions -------------------------------------------------------- */

static struct place *find_place(const struct json_doc *doc, const cJSON *node)
{
    uint64_t hash = (uint64_t)(uintptr_t)node * 0x9E3779B97F4A7C15u;
    size_t slot = (size_t)(hash >> 32) & (doc->place_slots - 1);
    while (doc->places[slot].node != NULL && doc->places[slot].node != node)
        slot = (slot + 1) & (doc->place_slots - 1);
    return &doc->places[slot];
}

static int make_places(struct json_doc *doc, size_t count)
{
    doc->place_slots = 16;
    while (doc->place_slots < 2 * count)
        doc->place_slots *= 2;
    size_t size = doc->place_slots * sizeof *doc->places;
    doc->places = cJSON_malloc(size);
    if (doc->places == NULL)
        return -1;
    memset(doc->places, 0, size);
    return 0;
}

bool json_doc_position(const struct json_doc *doc, const cJSON *node,
                       size_t *line, size_t *column)
{
    if (node == NULL)
        return false;
    const struct place *place = find_place(doc, node);
    if (place->node == NULL)
        return false;
    *line = place->line;
    *column = place->column;
    return true;
}

/* --- numbers too long for cJSON ----------------------------------------- */

static int64_t read_exponent(const char *text, size_t len)
{
    int64_t value = 0;
    bool negative = len > 0 && text[0] == '-';
    for (size_t i = len > 0 && (negative || text[0] == '+') ? 1 : 0; i < len;
         i++) {
        if (value < INT64_C(1000000000000))
            value = value * 10 + (text[i] - '0');
    }
    return negative ? -value : value;
}

/*
 * Writes a number of the same value in fewer bytes over one that is longer
 * than CJSON_NUMBER_MAX: more digits than are kept cannot change a double
 * by more than its last bit.
 */
static void shorten_number(char *number, size_t len)
{
    char digits[DIGITS_KEPT + 1] = "";
    size_t kept = 0;
    int64_t exponent = 0;
    bool fraction = false;
    size_t at = number[0] == '-' ? 1 : 0;
    size_t sign = at;
    for (; at < len && number[at] != 'e' && number[at] != 'E'; at++) {
        if (number[at] == '.') {
            fraction = true;
            continue;
        }
        bool wanted = kept > 0 || number[at] != '0';
        if (wanted && kept < DIGITS_KEPT) {
            digits[kept++] = number[at];
            exponent -= fraction ? 1 : 0;
        } else if (wanted) {
            exponent += fraction ? 0 : 1;
        } else {
            exponent -= fraction ? 1 : 0;
        }
    }
    if (at < len)
        exponent += read_exponent(number + at + 1, len - at - 1);
    if (exponent > 9999)
        exponent = 9999;
    if (exponent < -9999)
        exponent = -9999;
    char text[CJSON_NUMBER_MAX];
    int size = snprintf(text, sizeof text, "%se%d", kept > 0 ? digits : "0",
                        (int)exponent);
    memset(number + sign, ' ', len - sign);
    memcpy(number + sign, text, (size_t)size);
}

/*
 * A copy of the text in which every number fits cJSON; `*copy` stays NULL
 * when the text already is so.
 */
static int fit_numbers(const struct walk *walk, char **copy)
{
    for (size_t i = 0; i < walk->marks.count; i++) {
        size_t offset = walk->marks.items[i].offset;
        const char *value = walk->text + offset;
        size_t len = json_number_len(value, walk->len - offset);
        if (len <= CJSON_NUMBER_MAX || value[0] == 'e' || value[0] == 'E')
            continue;
        if (*copy == NULL) {
            *copy = cJSON_malloc(walk->len);
            if (*copy == NULL)
                return -1;
            memcpy(*copy, walk->text, walk->len);
        }
        shorten_number(*copy + offset, len);
    }
    return 0;
}

/* --- the walk ------------------------------------------------------------ */

static size_t count_nodes(const cJSON *node)
{
    size_t count = 1;
    for (const cJSON *each = node->child; each != NULL; each = each->next)
        count += count_nodes(each);
    return count;
}

/* Of a child of the object that the walk has just begun. */
static const struct json_mark *mark_of(const struct walk *walk,
                                       const cJSON *object, const cJSON *child)
{
    size_t mark = walk->next;
    for (const cJSON *each = object->child; each != child; each = each->next)
        mark += count_nodes(each);
    return &walk->marks.items[mark];
}

static int check_keys(struct walk *walk, const cJSON *object)
{
    const cJSON *first = NULL;
    const cJSON *second = NULL;
    int found = json_keys_check(&walk->keys, object, &first, &second);
    if (found < 0)
        return out_of_memory(walk);
    if (found == 0)
        return 0;
    const struct json_mark *one = mark_of(walk, object, first);
    const struct json_mark *two = mark_of(walk, object, second);
    return err_set(walk->err, 0,
                   "%s:%lu:%lu: the key \"%.*s\" stands twice in one "
                   "object; the first is at line %lu, column %lu",
                   walk->name, (unsigned long)two->line,
                   (unsigned long)two->column,
                   (int)utf8_cut(second->string, KEY_SHOWN), second->string,
                   (unsigned long)one->line, (unsigned long)one->column);
}

static int keep_source(const struct walk *walk, cJSON *number, size_t offset)
{
    const char *source = walk->text + offset;
    size_t len = json_number_len(source, walk->len - offset);
    number->valuestring = cJSON_malloc(len + 1);
    if (number->valuestring == NULL)
        return out_of_memory(walk);
    memcpy(number->valuestring, source, len);
    number->valuestring[len] = '\0';
    return 0;
}

/* The nesting is bounded by JSON_MAX_DEPTH. */
static int walk_node(struct walk *walk, cJSON *node)
{
    const struct json_mark *mark = &walk->marks.items[walk->next++];
    if (walk->doc != NULL)
        *find_place(walk->doc, node) = (struct place){
            .node = node, .line = mark->line, .column = mark->column};
    if (cJSON_IsNumber(node) && keep_source(walk, node, mark->offset))
        return -1;
    if (cJSON_IsObject(node) && check_keys(walk, node))
        return -1;
    for (cJSON *each = node->child; each != NULL; each = each->next) {
        if (walk_node(walk, each))
            return -1;
    }
    return 0;
}

static cJSON *build(struct walk *walk)
{
    char *copy = NULL;
    cJSON *root = NULL;
    if (fit_numbers(walk, &copy) == 0)
        root =
            cJSON_ParseWithLength(copy != NULL ? copy : walk->text, walk->len);
    cJSON_free(copy);
    if (root == NULL) {
        out_of_memory(walk);
        return NULL;
    }
    if (walk->doc != NULL && make_places(walk->doc, walk->marks.count)) {
        out_of_memory(walk);
    } else if (walk_node(walk, root) == 0) {
        return root;
    }
    cJSON_Delete(root);
    return NULL;
}

static cJSON *parse(struct json_doc *doc, const char *name, const char *text,
                    size_t len, struct err *err)
{
    if (len >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) {
        text += 3;
        len -= 3;
    }
    struct walk walk = {
        .name = name, .text = text, .len = len, .doc = doc, .err = err};
    cJSON *root = NULL;
    json_keys_init(&walk.keys);
    if (json_scan(name, text, len, &walk.marks, err) == 0)
        root = build(&walk);
    json_keys_release(&walk.keys);
    json_marks_release(&walk.marks);
    return root;
}

cJSON *json_parse(const char *name, const char *text, size_t len,
                  struct err *err)
{
    return parse(NULL, name, text, len, err);
}

/* --- documents ----------------------------------------------------------- */

struct json_doc *json_doc_parse(const char *name, const char *text, size_t len,
                                struct err *err)
{
    struct json_doc *doc = cJSON_malloc(sizeof *doc);
    size_t name_size = strlen(name) + 1;
    char *copy = cJSON_malloc(name_size);
    if (doc == NULL || copy == NULL) {
        cJSON_free(doc);
        cJSON_free(copy);
        err_set(err, 0, "%s: out of memory", name);
        return NULL;
    }
    memcpy(copy, name, name_size);
    *doc = (struct json_doc){.name = copy};
    doc->root = parse(doc, copy, text, len, err);
    if (doc->root == NULL) {
        json_doc_free(doc);
        return NULL;
    }
    return doc;
}

void json_doc_free(struct json_doc *doc)
{
    if (doc == NULL)
        return;
    cJSON_Delete(doc->root);
    cJSON_free(doc->places);
    cJSON_free(doc->name);
    cJSON_free(doc);
}

const cJSON *json_doc_root(const struct json_doc *doc)
{
    return doc->root;
}

const char *json_doc_name(const struct json_doc *doc)
{
    return doc->name;
}

void json_add_text(cJSON *array, const char *text)
{
    cJSON *item = cJSON_CreateString(text);
    if (!cJSON_AddItemToArray(array, item))
        cJSON_Delete(item);
}

const char *json_text(const cJSON *object, const char *key)
{
    return cJSON_GetStringValue(json_member(object, key));
}

cJSON *json_member(const cJSON *object, const char *key)
{
    return cJSON_GetObjectItemCaseSensitive(object, key);
}
