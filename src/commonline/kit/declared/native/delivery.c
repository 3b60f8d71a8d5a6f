/* A delivery as it lies in Kafka: the fields in the order of the contract's version that this was written for, which
 * program.py checks. What is not wholly as expected is left to the codec. */
#include "engine.h"

#define LAST_MOMENT 4102444800000000LL /* the begin of 2100, in microseconds */

typedef struct {
    const unsigned char *at, *end;
} reader;

static int take_long(reader *r, int64_t *found) {
    uint64_t whole = 0;
    for (int shift = 0; shift < 63 && r->at < r->end; shift += 7) {
        unsigned byte = *r->at++;
        whole |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *found = (int64_t)(whole >> 1) ^ -(int64_t)(whole & 1);
            return 1;
        }
    }
    return 0;
}

static int take_bytes(reader *r, span *found) {
    int64_t size;
    if (!take_long(r, &size) || size < 0 || size > r->end - r->at) return 0;
    *found = (span){(const char *)r->at, (Py_ssize_t)size};
    r->at += size;
    return 1;
}

static int take_ascii(reader *r, span *found) {
    if (!take_bytes(r, found)) return 0;
    for (Py_ssize_t i = 0; i < found->size; i++)
        if (found->at[i] & 0x80) return 0;
    return 1;
}

static int take_symbol(reader *r, int count, int *found) {
    int64_t number;
    if (!take_long(r, &number) || number < 0 || number >= count) return 0;
    *found = (int)number;
    return 1;
}

/* 1: there is a value, 0: null, -1: neither. */
static int take_branch(reader *r) {
    if (r->at >= r->end || (*r->at != 0 && *r->at != 2)) return -1;
    return *r->at++ == 2;
}

static int skip_optional(reader *r) {
    span found;
    int branch = take_branch(r);
    return branch == 0 || (branch == 1 && take_ascii(r, &found));
}

static void keep_header(work *w, delivery *d, span name, span told) {
    if (same(name, (span){"traceparent", 11})) d->traceparent = told;
    for (int i = 0; i < w->plan->headers; i++)
        if (same(name, w->plan->header[i])) w->header[i] = told;
}

static int take_headers(reader *r, work *w, delivery *d) {
    int64_t count;
    span name, told;
    while (take_long(r, &count) && count >= 0) {
        if (!count) return 1;
        for (; count; count--) {
            if (!take_ascii(r, &name) || !take_ascii(r, &told)) return 0;
            keep_header(w, d, name, told);
        }
    }
    return 0;
}

static int compare(span a, span b) {
    int found = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);
    return found ? found : (a.size > b.size) - (a.size < b.size);
}

/* The plan of a source; they are sorted by it. */
static plan *plan_of(plan *const *plans, Py_ssize_t count, span source) {
    for (Py_ssize_t low = 0, high = count; low < high;) {
        Py_ssize_t middle = (low + high) / 2;
        int found = compare(source, plans[middle]->source);
        if (!found) return plans[middle];
        if (found < 0) high = middle;
        else low = middle + 1;
    }
    return NULL;
}

/* Whether parameters of a content type, behind its semicolon, say UTF-8 and nothing else. */
static int is_utf8(span parameters) {
    static const char wanted[] = "charset=utf-8";
    span told = trimmed(parameters);
    if (told.size != (Py_ssize_t)sizeof wanted - 1) return 0;
    for (Py_ssize_t i = 0; i < told.size; i++) {
        char c = told.at[i];
        if ((c >= 'A' && c <= 'Z' ? c | 32 : c) != wanted[i]) return 0;
    }
    return 1;
}

static int is_json(const plan *p, span content_type) {
    const char *parameters = memchr(content_type.at, ';', (size_t)content_type.size), *end = content_type.at + content_type.size;
    if (parameters && !is_utf8((span){parameters + 1, end - parameters - 1})) return 0;
    if (parameters) content_type.size = parameters - content_type.at;
    for (int i = 0; i < p->media_count; i++)
        if (same(content_type, p->media[i])) return 1;
    return 0;
}

static int take_source(reader *r, work *w, plan *const *plans, Py_ssize_t count, delivery *d) {
    int64_t size;
    if (!take_long(r, &size) || size != 36 || r->end - r->at < 36) return 0;
    d->id = (span){(const char *)r->at, 36};
    for (int i = 0; i < 36; i++)
        if (r->at[i] & 0x80) return 0;
    r->at += 36;
    if (!take_bytes(r, &d->workspace) || !take_bytes(r, &d->connector) || !take_bytes(r, &d->source)) return 0;
    const plan *p = plan_of(plans, count, d->source);
    if (!p || !p->enabled || !same(p->workspace, d->workspace) || !same(p->connector, d->connector)) return 0;
    w->plan = p;
    return 1;
}

/* The plan of its source, and what of it counts. 0: not one of ours. */
int delivery_read(work *w, span bytes, plan *const *plans, Py_ssize_t count, delivery *d) {
    reader r = {(const unsigned char *)bytes.at, (const unsigned char *)bytes.at + bytes.size};
    int transport, authentication;
    int64_t size;
    d->traceparent = NOTHING;
    if (!take_source(&r, w, plans, count, d)) return 0;
    for (int i = 0; i < w->plan->headers; i++) w->header[i] = NOTHING;
    if (!take_symbol(&r, 4, &transport) || !take_symbol(&r, 4, &d->mode) || !take_symbol(&r, 5, &authentication)) return 0;
    if (!skip_optional(&r) || !skip_optional(&r) || !take_long(&r, &d->received) || d->received < 0 || d->received > LAST_MOMENT) return 0;
    if (!take_ascii(&r, &d->content_type) || !is_json(w->plan, d->content_type)) return 0;
    if (!take_headers(&r, w, d) || !skip_optional(&r)) return 0;
    if (take_branch(&r) != 1 || !take_bytes(&r, &d->body)) return 0;
    if (!skip_optional(&r) || !take_long(&r, &size)) return 0;
    return r.end - r.at == 32;
}
