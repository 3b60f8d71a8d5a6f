/* Texts: what they are made of, on one line, as plain text. Lengths are in bytes where characters are meant: a text that
 * may be too long either way is Python's. */
#include "engine.h"

/* The bytes of the next character, 0 where there is no valid one (Unicode 15, table 3-7). */
Py_ssize_t utf8_step(const unsigned char *at, const unsigned char *end, uint32_t *point) {
    unsigned first = *at;
    Py_ssize_t size = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
    if (!size || end - at < size) return 0;
    uint32_t found = size == 1 ? first : first & (0x7f >> size);
    for (Py_ssize_t i = 1; i < size; i++) {
        if ((at[i] & 0xc0) != 0x80) return 0;
        found = found << 6 | (at[i] & 0x3f);
    }
    if (size == 3 && (found < 0x800 || (found >= 0xd800 && found < 0xe000))) return 0;
    if (size == 4 && (found < 0x10000 || found > 0x10ffff)) return 0;
    *point = found;
    return size;
}

/* What a valid UTF-8 text is made of. */
unsigned texture_of(const work *w, span text) {
    const unsigned char *at = (const unsigned char *)text.at, *end = at + text.size;
    const uint64_t ones = 0x0101010101010101u;
    unsigned texture = 0;
    while (at < end) {
        uint32_t point;
        uint64_t eight;
        if (end - at >= 8) {
            memcpy(&eight, at, 8);
            if (!(((eight - ones * 0x20) | eight | (eight + ones)) & ones * 0x80)) {
                at += 8;
                continue;
            }
        }
        if (*at >= 0x20 && *at < 0x7f) {
            at++;
            continue;
        }
        Py_ssize_t size = utf8_step(at, end, &point);
        if (!size) return ODD;
        if (point < 0x80) texture |= point == '\n' || point == '\r' || point == '\t' ? LINES : ODD;
        else if (point < KNOWN_CHARACTERS && w->plain[point >> 3] >> (point & 7) & 1) texture |= WIDE;
        else texture |= ODD;
        at += size;
    }
    return texture;
}

int same(span a, span b) { return a.size == b.size && (!a.size || !memcmp(a.at, b.at, a.size)); }

int begins(span text, const char *with) {
    size_t size = strlen(with);
    return (size_t)text.size >= size && !memcmp(text.at, with, size);
}

static int is_white(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/* Without white space at both ends: all kinds of it that a text which is not odd can have. */
span trimmed(span text) {
    while (text.size && is_white(text.at[0])) text.at++, text.size--;
    while (text.size && is_white(text.at[text.size - 1])) text.size--;
    return text;
}

/* Space for `size` bytes until the record is done. */
char *room(work *w, Py_ssize_t size) {
    if (w->scratch_end - w->scratch < size) {
        ASIDE(w);
        return NULL;
    }
    char *found = w->scratch;
    w->scratch += size;
    return found;
}

span joined(work *w, const span *parts, int count) {
    Py_ssize_t size = 0;
    for (int i = 0; i < count; i++) size += parts[i].size;
    char *made = room(w, size), *at = made;
    if (!made) return NOTHING;
    for (int i = 0; i < count; i++) {
        if (parts[i].size) memcpy(at, parts[i].at, parts[i].size);
        at += parts[i].size;
    }
    return (span){made, size};
}

/* Words with one space between them. */
static span collapsed(work *w, span text) {
    text = trimmed(text);
    Py_ssize_t i = 0;
    for (; i < text.size; i++)
        if (is_white(text.at[i]) && (text.at[i] != ' ' || text.at[i + 1] == ' ' || is_white(text.at[i + 1]))) break;
    if (i == text.size) return text;
    char *made = room(w, text.size), *at = made;
    if (!made) return NOTHING;
    for (i = 0; i < text.size; i++) {
        if (!is_white(text.at[i])) *at++ = text.at[i];
        else if (!is_white(text.at[i - 1])) *at++ = ' ';
    }
    return (span){made, at - made};
}

/* As values.line; None where nothing is left. */
span one_line(work *w, const value *v, Py_ssize_t limit) {
    unsigned texture = 0;
    span told = text_of(w, v, &texture);
    if (!told.at) return NOTHING;
    if (texture & ODD || told.size > limit) {
        ASIDE(w);
        return NOTHING;
    }
    told = collapsed(w, told);
    return told.size ? told : NOTHING;
}

/* Line ends as the contract has them. */
static span line_ends(work *w, span text) {
    if (!memchr(text.at, '\r', text.size)) return text;
    char *made = room(w, text.size), *at = made;
    if (!made) return NOTHING;
    for (Py_ssize_t i = 0; i < text.size; i++) {
        if (text.at[i] != '\r') *at++ = text.at[i];
        else if (i + 1 == text.size || text.at[i + 1] != '\n') *at++ = '\n';
    }
    return (span){made, at - made};
}

/* An activity's text: of plain text, and of HTML that has neither tags nor entities. */
span plain_text(work *w, const value *v, int html) {
    unsigned texture = 0;
    span told = text_of(w, v, &texture);
    if (!told.at) return NOTHING;
    if (texture & ODD || told.size > LONGEST_TEXT) {
        ASIDE(w);
        return NOTHING;
    }
    if (!html) return line_ends(w, told);
    if (memchr(told.at, '<', told.size) || memchr(told.at, '&', told.size)) {
        ASIDE(w);
        return NOTHING;
    }
    return collapsed(w, told);
}

/* ASCII letters small. */
span lowered(work *w, span text) {
    char *made = room(w, text.size);
    if (!made) return NOTHING;
    for (Py_ssize_t i = 0; i < text.size; i++)
        made[i] = text.at[i] >= 'A' && text.at[i] <= 'Z' ? (char)(text.at[i] | 32) : text.at[i];
    return (span){made, text.size};
}
