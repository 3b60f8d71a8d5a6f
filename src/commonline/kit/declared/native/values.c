/* Decoded values to the texts, ids, symbols and numbers of the contract: values.py, and the ids of accounts.py. */
#include "engine.h"

#define LONGEST_ID 300
#define LONGEST_ADDRESS 4000

/* As values.text, of all but fractions and lists. */
span text_of(work *w, const value *v, unsigned *texture) {
    *texture = 0;
    switch (v->type) {
    case TEXT:
        *texture = v->texture;
        return v->text;
    case YES:
        return (span){"true", 4};
    case NO:
        return (span){"false", 5};
    case WHOLE:
        return v->text;
    case REAL:
        ASIDE(w);
        return NOTHING;
    case LIST:
        if (v->number) ASIDE(w);
        return NOTHING;
    default:
        return NOTHING;
    }
}

/* As values.identifier. */
span identifier(work *w, const value *v) {
    if (v->type == WHOLE) return v->text;
    if (v->type != TEXT) return NOTHING;
    span told = trimmed(v->text);
    if (v->texture & (ODD | LINES) || told.size > LONGEST_ID) {
        ASIDE(w);
        return NOTHING;
    }
    return told.size ? told : NOTHING;
}

/* A word in small letters; None where it is no text. What is not ASCII is Python's: some letters have ASCII small ones. */
static span word(work *w, const value *v) {
    if (v->texture & (ODD | WIDE)) {
        ASIDE(w);
        return NOTHING;
    }
    return lowered(w, trimmed(v->text));
}

/* As values.truth. */
int truth(work *w, const value *v) {
    static const char *const no[] = {"", "0", "false", "no", "off", "null", "none"};
    switch (v->type) {
    case NONE:
    case NO:
        return 0;
    case YES:
        return 1;
    case WHOLE:
    case LIST:
    case TABLE:
        return v->number != 0;
    case REAL:
        ASIDE(w);
        return 0;
    default:
        break;
    }
    span told = word(w, v);
    for (size_t i = 0; i < sizeof no / sizeof *no; i++)
        if (same(told, (span){no[i], (Py_ssize_t)strlen(no[i])})) return 0;
    return 1;
}

/* As values.choice: the number of the symbol; -1: none. */
int choice(work *w, const value *v, enum symbols of) {
    if (v->type != TEXT) return -1;
    span told = word(w, v);
    const symbols_table *table = &w->symbols[of];
    for (int i = 0; told.at && i < table->count; i++)
        if (same(told, table->lower[i])) return i;
    return -1;
}

/* Digits with at most one dot among them, which Python's float() and msgspec read alike. */
static int is_plain_number(span text) {
    int dots = 0, digits = 0;
    for (Py_ssize_t i = text.size && text.at[0] == '-'; i < text.size; i++) {
        if (text.at[i] == '.' && digits && i + 1 < text.size && !dots) dots = 1;
        else if (text.at[i] >= '0' && text.at[i] <= '9') digits++;
        else return 0;
    }
    return digits > 0;
}

/* As values.number; 0: none. */
int number_of(work *w, const value *v, double *number) {
    char copy[64];
    if (v->type == WHOLE) {
        *number = (double)v->number;
        return 1;
    }
    if (v->type != REAL && v->type != TEXT) return 0;
    if (v->text.size >= (Py_ssize_t)sizeof copy || !is_plain_number(v->text)) {
        ASIDE(w);
        return 0;
    }
    memcpy(copy, v->text.at, v->text.size);
    copy[v->text.size] = 0;
    *number = PyOS_string_to_double(copy, NULL, NULL);
    if (*number == -1.0 && PyErr_Occurred()) {
        PyErr_Clear();
        ASIDE(w);
        return 0;
    }
    return 1;
}

/* As values.url, of addresses without credentials and secrets. */
span address_of(work *w, const value *v) {
    if (v->type != TEXT || !(begins(v->text, "https://") || begins(v->text, "http://"))) return NOTHING;
    if (v->texture || v->text.size > LONGEST_ADDRESS) {
        ASIDE(w);
        return NOTHING;
    }
    if (memchr(v->text.at, ' ', v->text.size)) return NOTHING;
    if (memchr(v->text.at, '@', v->text.size)) ASIDE(w);
    if (memchr(v->text.at, '?', v->text.size) && !is_clean_query(w->plan, v->text)) ASIDE(w);
    return v->text;
}

static int is_unreserved(unsigned char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (c && strchr("_.-~@+!*'()", c));
}

/* The id of something of the source's system: its kind's beginning and the id, percent-encoded. */
span native_id(work *w, enum prefix kind, span told) {
    static const char digit[] = "0123456789ABCDEF";
    if (!told.at) return NOTHING;
    span prefix = w->plan->prefix[kind];
    char *made = room(w, prefix.size + 3 * told.size), *at = made;
    if (!made) return NOTHING;
    memcpy(at, prefix.at, prefix.size);
    at += prefix.size;
    for (Py_ssize_t i = 0; i < told.size; i++) {
        unsigned char c = (unsigned char)told.at[i];
        if (is_unreserved(c)) *at++ = (char)c;
        else *at++ = '%', *at++ = digit[c >> 4], *at++ = digit[c & 15];
    }
    w->scratch = at;
    return (span){made, at - made};
}
