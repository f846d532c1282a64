/* SPDX-License-Identifier: MIT */
/*
 * What the engine needs to know of a setting, and what a family provides.
 *
 * A family is one file with one `const struct setting_family`; settings.h has
 * the list of them in the order of application. A family turns the request
 * into `struct setting`s; the engine then does the same with each: read,
 * compare, and on apply: snapshot to disk, write, read again, compare again.
 * A family never prints, never decides the order and never writes during
 * read. It holds nothing of WMI's between two calls: winmgmt may restart
 * there.
 *
 * A *state* is a cJSON value that tells exactly what stands on the machine,
 * absence included, so that `restore` can put it back and two states are equal
 * exactly when cJSON_Compare(a, b, 1) says so. It is what `before` and `after`
 * show.
 *
 * Free of windows.h.
 */
#ifndef PAYLOAD_SETTING_H
#define PAYLOAD_SETTING_H

#include <cjson/cJSON.h>
#include <stdbool.h>

#include "base/err.h"
#include "payload/settings/settings.h"

struct setting;

/* The verdict of `compare`. */
enum setting_verdict {
    SETTING_AGREES,   /* nothing to do */
    SETTING_DIFFERS,  /* a write would help */
    SETTING_BLOCKED,  /* differs or cannot work, and a write would not help */
    SETTING_CONFLICT, /* what stands there is not ours to change */
    /* differs, and what the write destroys no undo brings back */
    SETTING_IRREVERSIBLE,
    SETTING_FAILED,  /* cannot be done here, with the reason */
    SETTING_SKIPPED, /* its condition does not hold here; a hint says which */
};

/*
 * Why, in words, for a verdict that needs them or for a failure: `code` is a
 * Win32 code or HRESULT (0: none), the rest are static or belong to the
 * setting. Filled by read, compare, write and restore.
 */
struct setting_reason {
    unsigned long code;
    const char *name; /* symbol of `code`, static; NULL: the engine finds it */
    char text[400];
    char hint[400];
};

struct setting_ops {
    /*
     * The state now, or NULL with `reason`. The caller frees. The code
     * CODE_ACCOUNT_TO_COME there is no failure yet: an account is missing
     * that this run makes (account_find_asked).
     */
    cJSON *(*read)(struct setting *setting, struct setting_reason *reason);
    enum setting_verdict (*compare)(struct setting *setting, const cJSON *state,
                                    struct setting_reason *reason);
    /*
     * Makes it so, from `state`, which compare called SETTING_DIFFERS, or
     * SETTING_IRREVERSIBLE where that is allowed. 0/-1.
     */
    int (*write)(struct setting *setting, const cJSON *state,
                 struct setting_reason *reason);
    /* Puts `state`, once given by read, back exactly. 0/-1. */
    int (*restore)(struct setting *setting, const cJSON *state,
                   struct setting_reason *reason);
    /*
     * In an undo, before anything is read: a state that the run which is
     * undone gave. Whom it was about it is about still, whatever the names
     * mean by now. May be NULL.
     */
    void (*recall)(struct setting *setting, const cJSON *state);
    /* Frees `data`; may be NULL. */
    void (*release)(struct setting *setting);
};

struct setting {
    char id[224];     /* "firewall.rules[DCOM]" */
    cJSON *desired;   /* as the request has it, for the result */
    const char *risk; /* NULL, or one line that the report shows; static */
    /*
     * A change takes effect when winmgmt restarts. Where that depends on
     * what is changed, compare says it of what it calls SETTING_DIFFERS, and
     * `restart_part` names the member of the state that it is about (NULL:
     * any change needs the restart).
     */
    bool restart_winmgmt;
    const char *restart_part;
    const struct setting_ops *ops;
    /*
     * When the run ends, as service_now_ms counts; filled by the engine.
     * What waits within a call waits no longer than that.
     */
    unsigned long long deadline_ms;
    void *data;   /* the family's own */
    cJSON *hints; /* array of texts that the family adds to; may be NULL */
};

/* The settings of a run, in the order of application. */
struct setting_list {
    struct setting *items;
    size_t count;
};

/*
 * A zeroed setting at the end of the list with id, desired (owned from now
 * on, also on failure) and ops filled; NULL when memory is short. The
 * pointer holds until the next call.
 */
struct setting *setting_list_add(struct setting_list *list, const char *id,
                                 cJSON *desired, const struct setting_ops *ops);
void setting_list_release(struct setting_list *list);

/* Fills `reason`, `name` with NULL; returns -1. `hint` may be NULL. */
int setting_reason_set(struct setting_reason *reason, unsigned long code,
                       const char *hint, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The same for memory that is short. */
int setting_fail_memory(struct setting_reason *reason);

/* Appends one line to the setting's hints. */
void setting_hint(struct setting *setting, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

struct setting_family {
    const char *name; /* "uac": what --only and --skip say */
    /*
     * Appends this family's settings, none when nothing of it is asked.
     * Touches nothing on the machine. -1 when memory is short. `settings`
     * outlives the list.
     */
    int (*plan)(const struct settings *settings, struct setting_list *list,
                struct err *err);
    /*
     * Facts of this area for the result ("facts": {...}); may be NULL. Adds
     * members to `facts`; what cannot be read is left out.
     */
    void (*facts)(cJSON *facts);
    /* Called once when all settings are done; may be NULL. */
    void (*done)(void);
};

#define X(family) extern const struct setting_family family##_family;
SETTINGS_FAMILY_LIST(X)
#undef X

#endif
