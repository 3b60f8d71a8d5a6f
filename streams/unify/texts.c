/* What stands in texts, in one pass over their characters: the compiled form of `traces` and `words` in patterns.py.
 *
 * The definitions are Python's regular expressions there; nothing here finds less. Characters below 256 are classed by
 * a table that is made from Python's own tables when the module is loaded, all others by those tables themselves.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif
#include "words.h"

enum { /* classes of characters */
    DECIMAL = 1,   /* \d */
    WORD = 2,      /* \w */
    LOCAL = 4,     /* before the @ of an address */
    DOMAIN = 8,    /* behind it */
    CAPITAL = 16,  /* [A-Z] */
    CODE = 32,     /* [A-Z0-9] */
    SEPARATOR = 64, /* between the digits of a number */
    JOINED = 128,  /* no number begins behind it */
    TELLING = 256, /* nothing is found in a text without these */
};

enum { /* patterns.KINDS and patterns.TICKET */
    ACCOUNT = 1 << 2,
    ADDRESS = 1 << 3,
    PHONE = 1 << 4,
    CARD = 1 << 5,
    ACCOUNT_NUMBER = 1 << 6,
    LINK = 1 << 7,
    TICKET = 1 << 9,
};

static uint16_t classes[256];

static void classes_make(void) {
    for (int c = 0; c < 256; c++) {
        int ascii = c < 128, letter = ascii && ((c | 32) >= 'a' && (c | 32) <= 'z'), digit = c >= '0' && c <= '9';
        int capital = letter && !(c & 32), domain = letter || digit || c == '-';
        int known = c && ascii;
        classes[c] = (Py_UNICODE_ISDECIMAL(c) ? DECIMAL | TELLING : 0) | (is_word(c) ? WORD | JOINED : 0) |
                     (letter || digit || (known && strchr("._%+'-", c)) ? LOCAL : 0) | (domain ? DOMAIN : 0) |
                     (capital ? CAPITAL : 0) | (capital || digit ? CODE : 0) |
                     ((known && strchr(" ().-/", c)) || c == 0xa0 ? SEPARATOR : 0) |
                     (known && strchr("@./-", c) ? JOINED : 0) | (c == '@' || c == ':' ? TELLING : 0);
    }
}

typedef struct {
    const void *data;
    int kind;
    Py_ssize_t size;
} text;

static inline Py_UCS4 at(const text *t, Py_ssize_t i) { return PyUnicode_READ(t->kind, t->data, i); }

static inline int class_of(Py_UCS4 c) {
    if (c < 256) return classes[c];
    return (Py_UNICODE_ISDECIMAL(c) ? DECIMAL | TELLING : 0) | (is_word(c) ? WORD | JOINED : 0);
}

static inline int is(const text *t, Py_ssize_t i, int wanted) {
    return i >= 0 && i < t->size && (class_of(at(t, i)) & wanted);
}

static inline int same(const text *t, Py_ssize_t i, const char *wanted) {
    for (; *wanted; i++, wanted++)
        if (i < 0 || i >= t->size || at(t, i) != (Py_UCS4)*wanted) return 0;
    return 1;
}

/* An @ at i: EMAIL. */
static int address(const text *t, Py_ssize_t i) {
    if (!is(t, i - 1, LOCAL)) return 0;
    Py_ssize_t end = i + 1;
    while (end <= i + 64 && is(t, end, DOMAIN)) end++;
    return end > i + 1 && end <= i + 64 && same(t, end, ".") && is(t, end + 1, DOMAIN) ? ADDRESS : 0;
}

/* A : at i: a link, or the scheme of an account. */
static int scheme(const text *t, Py_ssize_t i) {
    int found = same(t, i, "://") ? LINK : 0;
    if (same(t, i - 6, "mailto") || same(t, i - 3, "tel")) found |= ACCOUNT | ADDRESS | PHONE;
    return found;
}

/* Digits begin at i: where a number ends, DIGITS, seven to nineteen with up to three separators between two; 0: none. */
static Py_ssize_t number_end(const text *t, Py_ssize_t i) {
    if (is(t, i - 1, JOINED)) return 0;
    Py_ssize_t end = 0;
    for (int count = 1;; count++) {
        i++;
        if (count >= 7 && !is(t, i, WORD) && !same(t, i, "@")) end = i;
        if (count == 19) return end;
        for (int separators = 0; separators < 3 && is(t, i, SEPARATOR); separators++) i++;
        if (!is(t, i, DECIMAL)) return end;
    }
}

static int digits(const text *t, Py_ssize_t i, int count) {
    while (count--)
        if (!is(t, i + count, DECIMAL)) return 0;
    return 1;
}

static int point(const text *t, Py_ssize_t i) { return same(t, i, ".") || same(t, i, "/"); }

/* MOMENT, which has no colon in a number. */
static int moment(const text *t) {
    for (Py_ssize_t i = 0; i < t->size; i++) {
        if (digits(t, i, 4) && same(t, i + 4, "-") && digits(t, i + 5, 2) && same(t, i + 7, "-") && digits(t, i + 8, 2))
            return 1;
        if (!digits(t, i, 1) || !point(t, i + 1) || !digits(t, i + 2, 1)) continue;
        Py_ssize_t next = i + 3 + digits(t, i + 3, 1);
        if (point(t, next) && digits(t, next + 1, 4)) return 1;
    }
    return 0;
}

static int number_kinds(const text *t) {
    int count = 0;
    for (Py_ssize_t i = 0; i < t->size; i++) count += at(t, i) >= '0' && at(t, i) <= '9';
    return (count >= 7 && count <= 15 && !moment(t) ? PHONE : 0) | (count >= 13 && count <= 19 ? CARD : 0);
}

/* Digits begin at i: IBAN, two capitals before two of them. */
static int account_number(const text *t, Py_ssize_t i) {
    if (!is(t, i - 1, CAPITAL) || !is(t, i - 2, CAPITAL) || is(t, i - 3, WORD) || !is(t, i + 1, DECIMAL)) return 0;
    i += 2;
    for (int count = 0;; count++) {
        if (count >= 11 && !is(t, i, WORD)) return ACCOUNT_NUMBER;
        if (count == 30) return 0;
        if (same(t, i, " ")) i++;
        if (!is(t, i, CODE)) return 0;
        i++;
    }
}

/* Digits stand from i to end: TICKET_TRACE, what could be a ticket's number. */
static int ticket(const text *t, Py_ssize_t i, Py_ssize_t end) {
    if (end - i < 3 || end - i > 12) return 0;
    if (same(t, i - 1, "#")) return TICKET;
    i--;
    for (int passed = 0; passed < 3 && i >= 0 && !is(t, i, WORD); passed++) i--;
    if (i < 0) return TICKET;
    Py_UCS4 c = at(t, i);
    return c < 128 && memchr("tedgTEDG", (int)c, 8) ? TICKET : 0;
}

static int traced(const text *t) {
    int found = 0, any = 0;
    Py_ssize_t taken = 0; /* up to where the last number goes */
    for (Py_ssize_t i = 0; i < t->size; i++) {
        if (t->kind == PyUnicode_1BYTE_KIND) {
            const uint8_t *bytes = t->data;
            while (i < t->size && !(classes[bytes[i]] & TELLING)) i++;
            if (i == t->size) break;
        }
        Py_UCS4 c = at(t, i);
        if (c == '@') {
            found |= address(t, i);
        } else if (c == ':') {
            found |= scheme(t, i);
        } else if (class_of(c) & DECIMAL) {
            Py_ssize_t begin = i, end = begin < taken ? 0 : number_end(t, begin);
            while (is(t, i + 1, DECIMAL)) i++;
            if (end) {
                text number = {(const char *)t->data + begin * t->kind, t->kind, end - begin};
                found |= number_kinds(&number);
                taken = end;
            }
            found |= account_number(t, begin) | ticket(t, begin, i + 1);
            any = 1;
        }
    }
    return any && found & (ADDRESS | ACCOUNT_NUMBER | CARD) ? found | PHONE | CARD | ACCOUNT_NUMBER : found;
}

static int all_texts(PyObject *const *args, Py_ssize_t count) {
    for (Py_ssize_t i = 0; i < count; i++)
        if (!PyUnicode_Check(args[i])) {
            PyErr_Format(PyExc_TypeError, "texts are str, not %s", Py_TYPE(args[i])->tp_name);
            return 0;
        }
    return 1;
}

static PyObject *texts_traces(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    (void)self;
    int found = 0;
    if (!all_texts(args, count)) return NULL;
    for (Py_ssize_t i = 0; i < count; i++) {
        text t = {PyUnicode_DATA(args[i]), PyUnicode_KIND(args[i]), PyUnicode_GET_LENGTH(args[i])};
        found |= traced(&t);
    }
    return PyLong_FromLong(found);
}

static PyObject *texts_words(PyObject *self, PyObject *const *args, Py_ssize_t count) {
    (void)self;
    if (!all_texts(args, count)) return NULL;
    Words *made = PyObject_New(Words, &words_type);
    if (!made) return NULL;
    memset(&made->slots, 0, sizeof(Words) - offsetof(Words, slots));
    for (Py_ssize_t i = 0; i < count; i++)
        if (words_read(made, args[i]) < 0) {
            Py_DECREF(made);
            return NULL;
        }
    return (PyObject *)made;
}

static PyMethodDef methods[] = {
    {"traces", (PyCFunction)(void (*)(void))texts_traces, METH_FASTCALL, "Kinds of personal data that may stand there."},
    {"words", (PyCFunction)(void (*)(void))texts_words, METH_FASTCALL, "The words of texts, in small letters."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_texts", "Compiled form of what is looked for in texts.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__texts(void) {
    classes_make();
    if (words_ready() < 0) return NULL;
    PyObject *made = PyModule_Create(&module);
    if (made && PyModule_AddStringConstant(made, "SOURCE_DIGEST", SOURCE_DIGEST) < 0) Py_CLEAR(made);
    return made;
}
