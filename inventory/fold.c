/* SPDX-License-Identifier: MIT */
/*
 * Names fold when they are equal but for one number. The last number of
 * each name is tried first, then the one before it, and so on, among the
 * names that are still alone; a name is folded once, in one place, since
 * `r[1-2]n[1-4]` would hide which pairs were meant.
 *
 * A number that begins with 0 stands for its width: 08 folds with 10, not
 * with 9. Numbers without a leading zero fold with each other at any width,
 * unless a padded one of their width is there.
 */
#include "inventory/fold.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct item {
    const char *name;
    size_t start; /* the number that is tried now: its place in the name */
    size_t len;
    struct item *next; /* in the folded form */
    bool head;         /* begins a folded form */
    bool member;       /* stands in the form of an earlier item */
};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static size_t digits_len(const char *text)
{
    return strspn(text, "0123456789");
}

/* --- natural order ------------------------------------------------------- */

/* Compares the numbers at both places by value and steps behind them. */
static int compare_numbers(const char **a, const char **b)
{
    size_t a_len = digits_len(*a);
    size_t b_len = digits_len(*b);
    const char *a_end = *a + a_len;
    const char *b_end = *b + b_len;
    const char *left = *a;
    const char *right = *b;
    while (left + 1 < a_end && *left == '0')
        left++;
    while (right + 1 < b_end && *right == '0')
        right++;
    *a = a_end;
    *b = b_end;
    if (a_end - left != b_end - right)
        return a_end - left < b_end - right ? -1 : 1;
    return memcmp(left, right, (size_t)(a_end - left));
}

static int compare_names(const char *a, const char *b)
{
    const char *left = a;
    const char *right = b;
    while (*left != '\0' && *right != '\0') {
        int order = 0;
        if (is_digit(*left) && is_digit(*right))
            order = compare_numbers(&left, &right);
        else
            order = (int)(unsigned char)*left++ - (int)(unsigned char)*right++;
        if (order != 0)
            return order;
    }
    if (*left != *right)
        return *left == '\0' ? -1 : 1;
    return strcmp(a, b); /* 1 and 01 */
}

static int compare_items(const void *a, const void *b)
{
    const struct item *left = a;
    const struct item *right = b;
    return compare_names(left->name, right->name);
}

/* --- folding ------------------------------------------------------------- */

/* Finds the number that `behind` others follow in the name. */
static bool find_number(struct item *item, size_t behind)
{
    size_t end = strlen(item->name);
    for (;; behind--) {
        while (end > 0 && !is_digit(item->name[end - 1]))
            end--;
        if (end == 0)
            return false;
        size_t start = end;
        while (start > 0 && is_digit(item->name[start - 1]))
            start--;
        if (behind == 0) {
            item->start = start;
            item->len = end - start;
            return true;
        }
        end = start;
    }
}

/* What stands around the number. */
static int compare_frames(const struct item *a, const struct item *b)
{
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    int order = memcmp(a->name, b->name, a->start);
    if (order != 0)
        return order;
    return strcmp(a->name + a->start + a->len, b->name + b->start + b->len);
}

static int compare_for_folding(const void *a, const void *b)
{
    const struct item *left = *(struct item *const *)a;
    const struct item *right = *(struct item *const *)b;
    int order = compare_frames(left, right);
    if (order != 0)
        return order;
    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    return memcmp(left->name + left->start, right->name + right->start,
                  left->len);
}

static bool is_padded(const struct item *item)
{
    return item->len > 1 && item->name[item->start] == '0';
}

static void append(struct item **head, struct item **tail, struct item *item)
{
    if (*head == NULL) {
        *head = item;
    } else {
        (*head)->head = true;
        (*tail)->next = item;
        item->member = true;
    }
    *tail = item;
}

/*
 * Items of one frame, by width and value: each width that has a padded
 * number (the smallest is, then) becomes a form of its own, the other widths
 * one together.
 */
static void fold_frame(struct item **items, size_t count)
{
    struct item *plain_head = NULL;
    struct item *plain_tail = NULL;
    for (size_t i = 0; i < count;) {
        struct item *padded_head = NULL;
        struct item *padded_tail = NULL;
        size_t len = items[i]->len;
        bool padded = is_padded(items[i]);
        for (; i < count && items[i]->len == len; i++) {
            if (padded)
                append(&padded_head, &padded_tail, items[i]);
            else
                append(&plain_head, &plain_tail, items[i]);
        }
    }
}

/* Tries one number of every name that is still alone; false: none has it. */
static bool fold_column(struct item *items, size_t count, size_t behind,
                        struct item **pending)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        if (!items[i].head && !items[i].member &&
            find_number(&items[i], behind))
            pending[found++] = &items[i];
    }
    if (found == 0)
        return false;
    qsort(pending, found, sizeof(struct item *), compare_for_folding);
    for (size_t i = 0; i < found;) {
        size_t end = i + 1;
        while (end < found && compare_frames(pending[i], pending[end]) == 0)
            end++;
        fold_frame(pending + i, end - i);
        i = end;
    }
    return true;
}

/* --- printing ------------------------------------------------------------ */

/* Whether b's number is a's number plus one. */
static bool follows(const struct item *a, const struct item *b)
{
    const char *low = a->name + a->start;
    const char *high = b->name + b->start;
    size_t nines = 0;
    while (nines < a->len && low[a->len - 1 - nines] == '9' && nines < b->len &&
           high[b->len - 1 - nines] == '0')
        nines++;
    size_t rest = a->len - nines;
    if (b->len - nines == 1 && rest == 0)
        return high[0] == '1';
    return a->len == b->len && rest > 0 &&
           high[rest - 1] == low[rest - 1] + 1 &&
           memcmp(low, high, rest - 1) == 0;
}

static void add_number(struct buf *out, const struct item *item)
{
    buf_add(out, item->name + item->start, item->len);
}

static void print_form(struct buf *out, const struct item *head)
{
    buf_add(out, head->name, head->start);
    for (const struct item *first = head; first != NULL;) {
        const struct item *last = first;
        while (last->next != NULL && follows(last, last->next))
            last = last->next;
        buf_add_char(out, first == head ? '[' : ',');
        add_number(out, first);
        if (last != first) {
            buf_add_char(out, '-');
            add_number(out, last);
        }
        first = last->next;
    }
    buf_add_char(out, ']');
    buf_add_text(out, head->name + head->start + head->len);
}

static void print_items(struct buf *out, const struct item *items, size_t count)
{
    const char *comma = "";
    for (size_t i = 0; i < count; i++) {
        if (items[i].member)
            continue;
        buf_add_text(out, comma);
        if (items[i].head)
            print_form(out, &items[i]);
        else
            buf_add_text(out, items[i].name);
        comma = ",";
    }
}

static size_t drop_equal(struct item *items, size_t count)
{
    size_t kept = 1;
    for (size_t i = 1; i < count; i++) {
        if (strcmp(items[i].name, items[kept - 1].name) != 0)
            items[kept++] = items[i];
    }
    return kept;
}

int fold_names(struct buf *out, const char *const *names, size_t count)
{
    if (count == 0)
        return out->failed ? -1 : 0;
    struct item *items = calloc(count, sizeof *items);
    struct item **pending = calloc(count, sizeof(struct item *));
    int status = -1;
    if (items == NULL || pending == NULL)
        goto out;
    for (size_t i = 0; i < count; i++)
        items[i].name = names[i];
    qsort(items, count, sizeof *items, compare_items);
    count = drop_equal(items, count);
    for (size_t behind = 0; fold_column(items, count, behind, pending);)
        behind++;
    print_items(out, items, count);
    status = out->failed ? -1 : 0;
out:
    free(pending);
    free(items);
    return status;
}
