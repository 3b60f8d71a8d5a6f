/* A record's parts from Python's objects, without copying them. */
#include "batch.h"

int piece_of(records_piece *piece, PyObject *object, const char *what) {
    if (PyBytes_Check(object)) {
        piece->data = PyBytes_AS_STRING(object);
        piece->size = PyBytes_GET_SIZE(object);
        return 0;
    }
    piece->data = NULL;
    piece->size = 0;
    if (object == Py_None) return 0;
    PyErr_Format(PyExc_TypeError, "%s: %s, where bytes or None is expected", what, Py_TYPE(object)->tp_name);
    return -1;
}

int milliseconds_of(int64_t *timestamp_ms, PyObject *object) {
    if (!PyLong_Check(object)) {
        PyErr_Format(PyExc_TypeError, "time stamp: %s, where milliseconds are expected", Py_TYPE(object)->tp_name);
        return -1;
    }
    *timestamp_ms = PyLong_AsLongLong(object);
    return *timestamp_ms == -1 && PyErr_Occurred() ? -1 : 0;
}

/* ---- a section of headers that its maker encoded ---- */

/* Moves on behind a varint; -1: it does not end within the bytes, or is longer than a length may be. */
static int varint(const char **at, const char *end, int64_t *value) {
    uint64_t read = 0;
    for (int shift = 0; shift < 35 && *at < end; shift += 7) {
        unsigned char byte = (unsigned char)*(*at)++;
        read |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = (int64_t)(read >> 1) ^ -(int64_t)(read & 1);
            return 0;
        }
    }
    return -1;
}

/* Moves on behind a length and as many bytes; `least` is -1 where null is allowed. */
static int passed(const char **at, const char *end, int64_t least) {
    int64_t size;
    if (varint(at, end, &size) < 0 || size < least || size > end - *at) return -1;
    if (size > 0) *at += size;
    return 0;
}

/* A reader would find another record's bytes in the headers, were a length wrong. */
static int block_of(records_piece *block, PyObject *object) {
    const char *at = PyBytes_AS_STRING(object), *end = at + PyBytes_GET_SIZE(object);
    int64_t count;
    block->data = at;
    block->size = end - at;
    int broken = varint(&at, end, &count) < 0 || count < 0 || count > end - at;
    for (; !broken && count; count--) broken = passed(&at, end, 0) < 0 || passed(&at, end, -1) < 0;
    if (!broken && at == end) return 0;
    PyErr_SetString(PyExc_ValueError, "headers: these bytes are not an encoded section of headers");
    return -1;
}

/* ---- headers as names and values ---- */

static int header_of(records_header *header, PyObject *pair) {
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2 || !PyUnicode_Check(PyTuple_GET_ITEM(pair, 0))) {
        PyErr_SetString(PyExc_TypeError, "headers: each is a tuple of its name, a str, and its value");
        return -1;
    }
    PyObject *name = PyTuple_GET_ITEM(pair, 0);
    if (PyUnicode_IS_COMPACT_ASCII(name)) {
        header->name.data = PyUnicode_DATA(name);
        header->name.size = PyUnicode_GET_LENGTH(name);
    } else if (!(header->name.data = PyUnicode_AsUTF8AndSize(name, &header->name.size))) return -1;
    return piece_of(&header->value, PyTuple_GET_ITEM(pair, 1), "header");
}

static int headers_of(reading *r, PyObject *headers) {
    if (headers == Py_None) return 0;
    if (PyBytes_Check(headers)) return block_of(&r->record.block, headers);
    r->sequence = PySequence_Fast(headers, "headers: a sequence of names and values, or None");
    if (!r->sequence) return -1;
    Py_ssize_t count = PySequence_Fast_GET_SIZE(r->sequence);
    records_header *made = r->few;
    if (count > FEW_HEADERS) {
        r->many = made = PyMem_Calloc((size_t)count, sizeof(records_header));
        if (!made) {
            PyErr_NoMemory();
            return -1;
        }
    }
    for (Py_ssize_t i = 0; i < count; i++)
        if (header_of(&made[i], PySequence_Fast_GET_ITEM(r->sequence, i)) < 0) return -1;
    r->record.headers = made;
    r->record.header_count = count;
    return 0;
}

int reading_begin(reading *r, PyObject *value, PyObject *key, PyObject *headers, int64_t timestamp_ms) {
    r->many = NULL;
    r->sequence = NULL;
    memset(&r->record, 0, sizeof(r->record));
    r->record.timestamp_ms = timestamp_ms;
    if (piece_of(&r->value, value, "value") < 0 || piece_of(&r->record.key, key, "key") < 0) return -1;
    r->record.value = &r->value;
    r->record.value_count = r->value.data != NULL;
    return headers_of(r, headers);
}

void reading_end(reading *r) {
    PyMem_Free(r->many);
    Py_XDECREF(r->sequence);
}
