/* SPDX-License-Identifier: MIT */
/*
 * The addresses of a firewall rule, by what they mean and not by how they
 * are written.
 *
 * Windows gives back other text than it was given: 10.0.0.5 returns as
 * 10.0.0.5/255.255.255.255, lists in another order, words in another case.
 * A set is therefore kept in one normal form: sorted ranges of each family
 * that neither overlap nor touch, and sorted words in lower case
 * ("localsubnet", "dns", ...). What is neither an address nor a word
 * that we know is kept as a word too, so that text from Windows is never
 * refused and never equal to something else.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_ADDRESS_SET_H
#define PAYLOAD_ADDRESS_SET_H

#include <stdbool.h>
#include <stddef.h>

/* Both ends belong to it. IPv4 stands in the last 4 bytes. */
struct address_range {
    int family; /* 4 or 6 */
    unsigned char low[16];
    unsigned char high[16];
};

struct address_set {
    bool any; /* every address; the rest is then empty */
    struct address_range *ranges;
    size_t range_count;
    char **words;
    size_t word_count;
};

/* Empty: no address at all. */
void address_set_init(struct address_set *set);
void address_set_release(struct address_set *set);

/*
 * Adds a comma-separated list: "*", nothing at all (which means any address
 * too, as in Windows), words, address, address/mask, address/prefix,
 * low-high, IPv4 and IPv6. -1 only when memory is short.
 */
int address_set_add(struct address_set *set, const char *list);

/* The same for many at once: each is an element, or a list of some. */
int address_set_add_all(struct address_set *set, const char *const *items,
                        size_t count);

/* Whether it has every address of IPv4 or of IPv6. */
bool address_set_is_wide(const struct address_set *set);

bool address_set_equal(const struct address_set *a,
                       const struct address_set *b);

/* Whether every member of `part` is in `whole`; a word only by that word. */
bool address_set_covers(const struct address_set *whole,
                        const struct address_set *part);

/* Whether some address or word is in both. */
bool address_set_overlaps(const struct address_set *a,
                          const struct address_set *b);

bool address_set_has_word(const struct address_set *set, const char *word);

/*
 * One element of such a list as a range: an address, with mask, prefix or
 * second end. Bits beyond the mask are dropped. False when it is none.
 */
bool address_range_parse(const char *text, struct address_range *out);

#endif
