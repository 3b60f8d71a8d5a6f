/* JSON, as strict as msgspec is or stricter: what it refuses, or may refuse, is Python's. All of a body is read, and of
 * it those values are kept that expressions ask for. */
#include "engine.h"

typedef struct {
    const unsigned char *at, *end;
    work *w;
    int depth;
} reader;

static int read_value(reader *r, int place);

static void skip_white(reader *r) {
    while (r->at < r->end && (*r->at == ' ' || *r->at == '\n' || *r->at == '\r' || *r->at == '\t')) r->at++;
}

static int hex4(const unsigned char *at, uint32_t *found) {
    *found = 0;
    for (int i = 0; i < 4; i++) {
        unsigned c = at[i], digit = c >= '0' && c <= '9' ? c - '0' : (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : 16;
        if (digit > 15) return 0;
        *found = *found << 4 | digit;
    }
    return 1;
}

/* One escape behind its backslash; the bytes that it takes, 0 where it is none. */
static Py_ssize_t escape(const unsigned char *at, const unsigned char *end, uint32_t *point) {
    static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
    if (at >= end) return 0;
    if (*at != 'u') {
        const char *found = *at ? strchr(from, *at) : NULL;
        if (!found) return 0;
        *point = (unsigned char)to[found - from];
        return 1;
    }
    uint32_t low;
    if (end - at < 5 || !hex4(at + 1, point)) return 0;
    if (*point < 0xd800 || *point > 0xdfff) return 5;
    if (*point > 0xdbff || end - at < 11 || at[5] != '\\' || at[6] != 'u' || !hex4(at + 7, &low)) return 0;
    if (low < 0xdc00 || low > 0xdfff) return 0;
    *point = 0x10000 + ((*point - 0xd800) << 10) + (low - 0xdc00);
    return 11;
}

static char *put_point(char *to, uint32_t point) {
    if (point < 0x80) *to++ = (char)point;
    else if (point < 0x800) *to++ = (char)(0xc0 | point >> 6), *to++ = (char)(0x80 | (point & 63));
    else if (point < 0x10000) {
        *to++ = (char)(0xe0 | point >> 12), *to++ = (char)(0x80 | (point >> 6 & 63)), *to++ = (char)(0x80 | (point & 63));
    } else {
        *to++ = (char)(0xf0 | point >> 18), *to++ = (char)(0x80 | (point >> 12 & 63));
        *to++ = (char)(0x80 | (point >> 6 & 63)), *to++ = (char)(0x80 | (point & 63));
    }
    return to;
}

/* Over bytes that are neither quote, backslash, control character nor beyond ASCII, eight at a time. */
static const unsigned char *over_plain(const unsigned char *at, const unsigned char *end) {
    const uint64_t ones = 0x0101010101010101u, high = 0x8080808080808080u;
    while (end - at >= 8) {
        uint64_t eight;
        memcpy(&eight, at, 8);
        uint64_t quote = eight ^ ones * '"', slash = eight ^ ones * '\\';
        if (((eight - ones * 0x20) | eight | (quote - ones) | (slash - ones)) & high) break;
        at += 8;
    }
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
    return at;
}

/* A string behind its opening quote; `raw` is what stands between the quotes. */
static int scan_string(reader *r, span *raw, int *escaped) {
    const unsigned char *begin = r->at;
    *escaped = 0;
    for (;;) {
        uint32_t point;
        Py_ssize_t size;
        r->at = over_plain(r->at, r->end);
        if (r->at >= r->end || *r->at < 0x20) return 0;
        if (*r->at == '"') break;
        if (*r->at == '\\') {
            if (!(size = escape(r->at + 1, r->end, &point))) return 0;
            r->at += 1 + size;
            *escaped = 1;
        } else {
            if (!(size = utf8_step(r->at, r->end, &point))) return 0;
            r->at += size;
        }
    }
    *raw = (span){(const char *)begin, r->at - begin};
    r->at++;
    return 1;
}

static span decoded(work *w, span raw) {
    const unsigned char *at = (const unsigned char *)raw.at, *end = at + raw.size;
    char *made = room(w, raw.size), *to = made;
    if (!made) return NOTHING;
    while (at < end) {
        uint32_t point;
        if (*at != '\\') *to++ = (char)*at++;
        else {
            at += 1 + escape(at + 1, end, &point);
            to = put_point(to, point);
        }
    }
    return (span){made, to - made};
}

static int read_string(reader *r, value *keep) {
    span raw;
    int escaped;
    r->at++;
    if (!scan_string(r, &raw, &escaped)) return 0;
    if (!keep) return 1;
    span text = escaped ? decoded(r->w, raw) : raw;
    if (!text.at) return 0;
    *keep = (value){TEXT, texture_of(r->w, text), text, 0};
    return 1;
}

/* Whole numbers of up to 18 digits and plain fractions; exponents and minus zero are Python's. */
static int read_number(reader *r, value *keep) {
    const unsigned char *begin = r->at;
    int negative = *r->at == '-', real = 0;
    uint64_t number = 0;
    if (negative) r->at++;
    const unsigned char *digits = r->at;
    while (r->at < r->end && *r->at >= '0' && *r->at <= '9' && r->at - digits < 19) number = number * 10 + (*r->at++ - '0');
    if (r->at == digits || r->at - digits > 18 || (*digits == '0' && r->at - digits > 1)) return 0;
    if (negative && !number) return 0;
    if (r->at < r->end && *r->at == '.') {
        const unsigned char *fraction = ++r->at;
        while (r->at < r->end && *r->at >= '0' && *r->at <= '9') r->at++;
        if (r->at == fraction || r->at - fraction > 20) return 0;
        real = 1;
    }
    if (r->at < r->end && (*r->at == 'e' || *r->at == 'E')) return 0;
    if (keep) {
        span text = {(const char *)begin, r->at - begin};
        *keep = (value){real ? REAL : WHOLE, 0, text, negative ? -(int64_t)number : (int64_t)number};
    }
    return 1;
}

static int read_word(reader *r, const char *word, size_t size, enum type type, value *keep) {
    if ((size_t)(r->end - r->at) < size || memcmp(r->at, word, size)) return 0;
    if (keep) *keep = (value){type, 0, {(const char *)r->at, (Py_ssize_t)size}, 0};
    r->at += size;
    return 1;
}

/* A key that comes a second time takes the place of the first, with all that was below it. */
static void forget(work *w, int place) {
    const node *one = &w->plan->node[place];
    if (one->slot >= 0) w->slot[one->slot] = NULL_VALUE;
    for (int child = one->child; child >= 0; child = w->plan->node[child].next) forget(w, child);
}

static int enter(work *w, int child) {
    if (w->seen[child]) forget(w, child);
    w->seen[child] = 1;
    return child;
}

static int child_by_name(work *w, int place, span name) {
    if (place < 0 || !(w->plan->node[place].lengths >> (name.size & 63) & 1)) return -1;
    for (int child = w->plan->node[place].child; child >= 0; child = w->plan->node[child].next) {
        const node *one = &w->plan->node[child];
        if (one->index < 0 && same(one->name, name)) return enter(w, child);
    }
    return -1;
}

static int child_by_index(work *w, int place, Py_ssize_t index) {
    for (int child = place < 0 ? -1 : w->plan->node[place].child; child >= 0; child = w->plan->node[child].next)
        if (w->plan->node[child].index == index) return enter(w, child);
    return -1;
}

static int read_member(reader *r, int place) {
    span name;
    int escaped;
    if (r->end - r->at < 1 || *r->at != '"') return 0;
    r->at++;
    if (!scan_string(r, &name, &escaped) || escaped) return 0;
    skip_white(r);
    if (r->at >= r->end || *r->at++ != ':') return 0;
    skip_white(r);
    return read_value(r, child_by_name(r->w, place, name));
}

/* A list or a table: what is in it, one after another. */
static int read_many(reader *r, int place, value *keep) {
    const unsigned char *begin = r->at;
    int table = *r->at++ == '{', close = table ? '}' : ']';
    int64_t count = 0;
    if (++r->depth > DEEPEST) return 0;
    skip_white(r);
    while (r->at < r->end && *r->at != close) {
        if (count) {
            if (*r->at++ != ',') return 0;
            skip_white(r);
        }
        if (!(table ? read_member(r, place) : read_value(r, child_by_index(r->w, place, count)))) return 0;
        count++;
        skip_white(r);
    }
    if (r->at >= r->end) return 0;
    r->at++;
    r->depth--;
    if (keep) *keep = (value){table ? TABLE : LIST, 0, {(const char *)begin, (const char *)r->at - (const char *)begin}, count};
    return 1;
}

static int read_into(reader *r, int place, value *keep) {
    if (r->at >= r->end) return 0;
    switch (*r->at) {
    case '"':
        return read_string(r, keep);
    case '{':
    case '[':
        return read_many(r, place, keep);
    case 't':
        return read_word(r, "true", 4, YES, keep);
    case 'f':
        return read_word(r, "false", 5, NO, keep);
    case 'n':
        return read_word(r, "null", 4, NONE, keep);
    default:
        return read_number(r, keep);
    }
}

static int read_value(reader *r, int place) {
    int slot = place < 0 ? -1 : r->w->plan->node[place].slot;
    return read_into(r, place, slot < 0 ? NULL : &r->w->slot[slot]);
}

/* The body, which is a table with something in it. 0: it is anything else, or not read here. */
int json_read(work *w, span body) {
    reader r = {(const unsigned char *)body.at, (const unsigned char *)body.at + body.size, w, 0};
    value whole;
    memset(w->slot, 0, sizeof(value) * w->plan->slots);
    memset(w->seen, 0, w->plan->nodes);
    skip_white(&r);
    if (r.at >= r.end || *r.at != '{' || !read_into(&r, 0, &whole) || !whole.number) return 0;
    skip_white(&r);
    return r.at == r.end;
}

/* The values of a list that was read before; -1 where there are more than `most`. */
int json_list(work *w, span list, value *items, int most) {
    reader r = {(const unsigned char *)list.at + 1, (const unsigned char *)list.at + list.size, w, 0};
    int count = 0;
    skip_white(&r);
    while (r.at < r.end && *r.at != ']') {
        if (*r.at == ',') r.at++;
        skip_white(&r);
        if (count == most || !read_into(&r, -1, &items[count])) return -1;
        count++;
        skip_white(&r);
    }
    return count;
}
