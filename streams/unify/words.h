/* The words of texts, in small letters: a set that is made, joined and asked without an object for each word. */
#include <stddef.h>

#define MOST_BYTES (1u << 30)

static inline int is_word(Py_UCS4 c) { return c == '_' || Py_UNICODE_ISALNUM(c); }

typedef struct {
    uint32_t hash, at, size;
} word;

/* `slots`: number of a word + 1 by its hash, 0: none; a power of two, more than half of them free. */
typedef struct {
    PyObject_HEAD
    uint32_t *slots;
    word *words;
    unsigned char *bytes; /* UTF-8, one word behind the other */
    uint32_t mask, count, room, used, held;
} Words;

static PyTypeObject words_type;
static uint8_t small_letters[256]; /* of Latin-1: 0 where there is no word */
static uint64_t seed;

static uint32_t hash_of(const unsigned char *bytes, size_t size) {
    uint64_t found = seed ^ size, part;
    for (; size >= 8; bytes += 8, size -= 8) {
        memcpy(&part, bytes, 8);
        found = (found ^ part) * 0x9E3779B97F4A7C15u;
        found ^= found >> 29;
    }
    if (size) {
        part = 0;
        memcpy(&part, bytes, size);
        found = (found ^ part) * 0x9E3779B97F4A7C15u;
    }
    found = (found ^ found >> 32) * 0xD6E8FEB86659FD93u;
    return (uint32_t)(found >> 32);
}

static int words_rehash(Words *self, uint32_t slots) {
    uint32_t *made = PyMem_Calloc(slots, sizeof(uint32_t));
    if (!made) return -1;
    PyMem_Free(self->slots);
    self->slots = made;
    self->mask = slots - 1;
    for (uint32_t i = 0; i < self->count; i++) {
        uint32_t slot = self->words[i].hash & self->mask;
        while (made[slot]) slot = (slot + 1) & self->mask;
        made[slot] = i + 1;
    }
    return 0;
}

/* Room for so many more bytes and for one more word. */
static int words_room(Words *self, size_t bytes) {
    if (bytes > MOST_BYTES - self->used) return -1;
    if (self->held - self->used < bytes) {
        uint32_t held = self->used + (uint32_t)bytes + (self->used ? self->used / 2 : 0);
        unsigned char *grown = PyMem_Realloc(self->bytes, held);
        if (!grown) return -1;
        self->bytes = grown;
        self->held = held;
    }
    if (self->count == self->room) {
        uint32_t room = self->room ? self->room * 2 : 32;
        word *grown = PyMem_Realloc(self->words, room * sizeof(word));
        if (!grown) return -1;
        self->words = grown;
        self->room = room;
        return words_rehash(self, room * 2);
    }
    return 0;
}

static const word *words_find(const Words *self, const unsigned char *bytes, uint32_t size, uint32_t hash) {
    if (!self->count) return NULL;
    for (uint32_t slot = hash & self->mask; self->slots[slot]; slot = (slot + 1) & self->mask) {
        const word *one = &self->words[self->slots[slot] - 1];
        if (one->hash == hash && one->size == size && !memcmp(self->bytes + one->at, bytes, size)) return one;
    }
    return NULL;
}

/* The word that stands behind the bytes in use; they are kept if it is new. */
static int words_add(Words *self, uint32_t size) {
    const unsigned char *bytes = self->bytes + self->used;
    uint32_t hash = hash_of(bytes, size);
    if (words_find(self, bytes, size, hash)) return 0;
    if (words_room(self, size) < 0) return -1;
    self->words[self->count++] = (word){hash, self->used, size};
    self->used += size;
    uint32_t slot = hash & self->mask;
    while (self->slots[slot]) slot = (slot + 1) & self->mask;
    self->slots[slot] = self->count;
    return 0;
}

static inline uint32_t put_character(unsigned char *to, Py_UCS4 c) {
    if (c < 0x80) return to[0] = (unsigned char)c, 1;
    if (c < 0x800) return to[0] = 0xC0 | c >> 6, to[1] = 0x80 | (c & 63), 2;
    if (c < 0x10000) return to[0] = 0xE0 | c >> 12, to[1] = 0x80 | (c >> 6 & 63), to[2] = 0x80 | (c & 63), 3;
    to[0] = 0xF0 | c >> 18, to[1] = 0x80 | (c >> 12 & 63), to[2] = 0x80 | (c >> 6 & 63), to[3] = 0x80 | (c & 63);
    return 4;
}

static int words_of_latin(Words *self, const uint8_t *text, Py_ssize_t size) {
    for (Py_ssize_t i = 0; i < size;) {
        uint8_t small;
        while (i < size && !small_letters[text[i]]) i++;
        uint32_t length = 0;
        unsigned char *to = self->bytes + self->used;
        for (; i < size && (small = small_letters[text[i]]); i++) {
            if (small < 128) to[length++] = small;
            else length += put_character(to + length, small);
        }
        if (length && words_add(self, length) < 0) return -1;
    }
    return 0;
}

static int words_of_any(Words *self, PyObject *text) {
    const void *data = PyUnicode_DATA(text);
    int kind = PyUnicode_KIND(text);
    Py_ssize_t size = PyUnicode_GET_LENGTH(text);
    for (Py_ssize_t i = 0; i < size;) {
        uint32_t length = 0;
        unsigned char *to = self->bytes + self->used;
        while (i < size && !is_word(PyUnicode_READ(kind, data, i))) i++;
        for (; i < size && is_word(PyUnicode_READ(kind, data, i)); i++)
            length += put_character(to + length, PyUnicode_READ(kind, data, i));
        if (length && words_add(self, length) < 0) return -1;
    }
    return 0;
}

static int words_read(Words *self, PyObject *text) {
    int latin = PyUnicode_KIND(text) == PyUnicode_1BYTE_KIND, done;
    size_t bytes = (size_t)PyUnicode_GET_LENGTH(text) * (PyUnicode_IS_ASCII(text) ? 1 : latin ? 2 : 4);
    PyObject *lowered = NULL;
    if (!latin) {
        if (!(lowered = PyObject_CallMethod(text, "lower", NULL))) return -1;
        if (!PyUnicode_Check(lowered)) bytes = MOST_BYTES;
        else bytes = (size_t)PyUnicode_GET_LENGTH(lowered) * 4;
    }
    if (words_room(self, bytes) < 0) {
        Py_XDECREF(lowered);
        if (!PyErr_Occurred()) PyErr_NoMemory();
        return -1;
    }
    done = latin ? words_of_latin(self, PyUnicode_DATA(text), PyUnicode_GET_LENGTH(text)) : words_of_any(self, lowered);
    Py_XDECREF(lowered);
    if (done < 0 && !PyErr_Occurred()) PyErr_NoMemory();
    return done;
}

static Words *words_check(PyObject *other) {
    if (Py_IS_TYPE(other, &words_type)) return (Words *)other;
    PyErr_Format(PyExc_TypeError, "words are asked for words, not %s", Py_TYPE(other)->tp_name);
    return NULL;
}

static PyObject *words_isdisjoint(Words *self, PyObject *other) {
    const Words *few = words_check(other), *many = self;
    if (!few) return NULL;
    if (few->count > many->count) many = few, few = self;
    for (uint32_t i = 0; i < few->count; i++) {
        const word *one = &few->words[i];
        if (words_find(many, few->bytes + one->at, one->size, one->hash)) Py_RETURN_FALSE;
    }
    Py_RETURN_TRUE;
}

static PyObject *words_update(Words *self, PyObject *other) {
    const Words *more = words_check(other);
    if (!more) return NULL;
    for (uint32_t i = 0; more != self && i < more->count; i++) {
        const word *one = &more->words[i];
        if (words_room(self, one->size) < 0) return PyErr_NoMemory();
        memcpy(self->bytes + self->used, more->bytes + one->at, one->size);
        if (words_add(self, one->size) < 0) return PyErr_NoMemory();
    }
    Py_RETURN_NONE;
}

static void words_free(Words *self) {
    PyMem_Free(self->slots);
    PyMem_Free(self->words);
    PyMem_Free(self->bytes);
    PyObject_Free(self);
}

static PyMethodDef words_methods[] = {
    {"isdisjoint", (PyCFunction)words_isdisjoint, METH_O, "Whether no word is in both."},
    {"update", (PyCFunction)words_update, METH_O, "Take in the words of another."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject words_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.streams.unify._texts.Words",
    .tp_basicsize = sizeof(Words),
    .tp_dealloc = (destructor)words_free,
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .tp_doc = "The words of texts, in small letters.",
    .tp_methods = words_methods,
};

static int words_ready(void) {
    PyObject *chance = PyUnicode_FromString("words");
    if (!chance) return -1;
    seed = (uint64_t)PyObject_Hash(chance); /* keyed by chance in each process: nobody can choose words that collide */
    Py_DECREF(chance);
    for (int c = 0; c < 256; c++) small_letters[c] = is_word(c) ? (uint8_t)Py_UNICODE_TOLOWER(c) : 0;
    return PyType_Ready(&words_type);
}
