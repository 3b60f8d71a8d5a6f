/* Addresses: those that stand in a text (text.link_spans), and the query of one that is told alone (values.url). */
#include "engine.h"

#define SHORTEST 8 /* "https://" */

/* Characters of a piece of a valid UTF-8 text. */
static Py_ssize_t characters(const char *at, Py_ssize_t size) {
    Py_ssize_t count = 0;
    for (Py_ssize_t i = 0; i < size; i++) count += (at[i] & 0xc0) != 0x80;
    return count;
}

static int ends(span text, const char *with, Py_ssize_t size) {
    return text.size >= size && !memcmp(text.at + text.size - size, with, (size_t)size);
}

/* Whether an address ends here: white space, brackets of tags, quotation marks. */
static int stops(const char *at, const char *end) {
    if (strchr(" \n\t<>\"", *at)) return 1;
    return end - at >= 3 && (!memcmp(at, "\xe2\x80\x9c", 3) || !memcmp(at, "\xe2\x80\x9d", 3));
}

static int unopened(span url) {
    static const char closing[] = ")]}", opening[] = "([{";
    const char *found = strchr(closing, url.at[url.size - 1]);
    int open = 0;
    if (!found) return 0;
    for (Py_ssize_t i = 0; i < url.size; i++) open += (url.at[i] == opening[found - closing]) - (url.at[i] == *found);
    return open < 0;
}

/* An address without the punctuation behind it. */
static span bare(span url) {
    while (url.size) {
        if (ends(url, "\xe2\x80\xa6", 3) || ends(url, "\xe2\x80\x99", 3)) url.size -= 3;
        else if (strchr(".,;:!?'*_~", url.at[url.size - 1]) || unopened(url)) url.size--;
        else break;
    }
    return url;
}

static int is_letter(char c, char small) { return (c | 32) == small; }

/* Where an address begins whose "://" stands at `at`; NULL: it is none. */
static const char *beginning(work *w, const char *from, const char *at) {
    if (at - from >= 2 && !memcmp(at - 2, "\xc5\xbf", 2)) ASIDE(w); /* a long s, which counts as an s where case does not */
    const char *start = at - from >= 1 && is_letter(at[-1], 's') ? at - 5 : at - 4;
    if (start < from || !is_letter(start[0], 'h') || !is_letter(start[1], 't') || !is_letter(start[2], 't')) return NULL;
    return is_letter(start[3], 'p') ? start : NULL;
}

/* As text.link_spans; how many there are. */
int links_of(work *w, span text, link_span *found, int most) {
    const char *from = text.at, *counted = text.at, *end = text.at + text.size, *at = text.at;
    Py_ssize_t before = 0;
    int count = 0;
    while (at < end && (at = memchr(at, ':', (size_t)(end - at)))) {
        const char *start = end - at > 3 && at[1] == '/' && at[2] == '/' ? beginning(w, from, at) : NULL;
        const char *last = at += start ? 3 : 1;
        while (start && last < end && !stops(last, end)) last++;
        if (!start || last == at) continue;
        from = at = last;
        span url = bare((span){start, last - start});
        Py_ssize_t size = characters(url.at, url.size);
        if (size <= SHORTEST) continue;
        if (count == most) return ASIDE(w), 0;
        before += characters(counted, start - counted);
        counted = start;
        found[count++] = (link_span){url, before, before + size};
    }
    return count;
}

/* Whether a parameter's name is one of those that hold secrets, or may be one in another spelling. */
static int is_secretive(const plan *p, const char *at, Py_ssize_t size) {
    char small[64];
    if (size > (Py_ssize_t)sizeof small) return 0;
    for (Py_ssize_t i = 0; i < size; i++) {
        if (at[i] == '%' || at[i] == '+') return 1;
        small[i] = at[i] >= 'A' && at[i] <= 'Z' ? (char)(at[i] | 32) : at[i];
    }
    for (int i = 0; i < p->secretives; i++)
        if (same(p->secretive[i], (span){small, size})) return 1;
    return 0;
}

/* Whether an address with a query, of printable ASCII and without credentials, stays as it is. */
int is_clean_query(const plan *p, span url) {
    const char *end = url.at + url.size, *fragment = memchr(url.at, '#', (size_t)url.size);
    if (fragment == end - 1) return 0;
    if (fragment) end = fragment;
    const char *at = memchr(url.at, '?', (size_t)(end - url.at));
    const char *host = (const char *)memchr(url.at, '/', (size_t)url.size) + 2;
    if (!at || ++at == end || *host == '/' || *host == '?' || *host == '#') return 0;
    if (memchr(url.at, '[', (size_t)url.size) || memchr(url.at, ']', (size_t)url.size)) return 0;
    while (at < end) {
        const char *next = memchr(at, '&', (size_t)(end - at)), *stop = next ? next : end;
        const char *equals = memchr(at, '=', (size_t)(stop - at));
        if (is_secretive(p, at, (equals ? equals : stop) - at)) return 0;
        at = stop + 1;
    }
    return 1;
}
