/* Avro encoding and decoding of the contract's records: the compiled form of schemas/generated.
 *
 * The Python form is complete without this file. What a record looks like is handed over from the Avro files when the
 * module is loaded (see compiled.py), so nothing here names a record or a field. Values that the schema forbids, and
 * bytes that are no encoding, raise the same errors as in Python: the handlers that were given look for the cause.
 *
 * Fields of a msgspec.Struct are read where its member descriptors say that they lie; an object of another class is
 * read by attribute.
 */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>
#include <string.h>

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif
#define MOST_FIELDS 64
#define CACHED 16
#define CACHED_BYTES 63

enum kind { STRING, FEW, UUID, BYTES, INT, LONG, DOUBLE, BOOLEAN, ENUM, FIXED, ARRAY, MAP, OPTIONAL, RECORD };
static const char *const KINDS[] = {"string", "few",   "uuid",  "bytes", "int",      "long",   "double",
                                    "boolean", "enum", "fixed", "array", "map", "optional", "record"};

struct node;

typedef struct {
    struct node *node;
    PyObject *name;
    Py_ssize_t offset; /* in the struct; -1: read by name */
    Py_ssize_t place;  /* in the order in which the struct takes its fields */
} field;

typedef struct {
    Py_ssize_t size;
    char bytes[CACHED_BYTES];
    PyObject *text;
} cached;

typedef struct node {
    enum kind kind;
    Py_ssize_t size;   /* of a fixed; number of symbols or fields */
    struct node *of;   /* of an array, a map, a nullable value */
    PyObject *type;    /* of a record: the struct */
    field *fields;     /* in the schema's order */
    PyObject *symbols; /* tuple of text */
    PyObject *numbers; /* symbol, or boolean, to its number */
    cached *cache;     /* texts of a field with few values */
} node;

/* ---- the schema, as nodes ---- */

static void node_free(node *one) {
    if (!one) return;
    node_free(one->of);
    for (Py_ssize_t i = 0; one->fields && i < one->size; i++) {
        node_free(one->fields[i].node);
        Py_XDECREF(one->fields[i].name);
    }
    for (int i = 0; one->cache && i < CACHED; i++) Py_XDECREF(one->cache[i].text);
    PyMem_Free(one->fields);
    PyMem_Free(one->cache);
    Py_XDECREF(one->type);
    Py_XDECREF(one->symbols);
    Py_XDECREF(one->numbers);
    PyMem_Free(one);
}

static node *node_make(PyObject *spec);

static int fields_make(node *one, PyObject *spec) {
    PyObject *type = PyTuple_GetItem(spec, 1), *told = type ? PyTuple_GetItem(spec, 2) : NULL;
    if (!told || !PyType_Check(type)) return -1;
    PyObject *order = PyObject_GetAttrString(type, "__struct_fields__");
    if (!order) return -1;
    one->type = Py_NewRef(type);
    Py_ssize_t count = PyTuple_Size(told);
    if (count < 1 || count > MOST_FIELDS || count != PyTuple_Size(order)) goto fail;
    one->fields = PyMem_Calloc(count, sizeof(field));
    if (!one->fields) goto fail;
    one->size = count;
    for (Py_ssize_t i = 0; i < count; i++) {
        field *made = &one->fields[i];
        PyObject *pair = PyTuple_GET_ITEM(told, i), *name = PyTuple_GetItem(pair, 0);
        if (!name) goto fail;
        made->name = Py_NewRef(name);
        PyUnicode_InternInPlace(&made->name);
        made->place = PySequence_Index(order, name);
        PyObject *inner = PyTuple_GetItem(pair, 1);
        if (made->place < 0 || !inner || !(made->node = node_make(inner))) goto fail;
        PyObject *descriptor = PyObject_GetAttr(type, name);
        if (!descriptor) goto fail;
        made->offset = -1;
        if (Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
            PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
            if (member->type == T_OBJECT_EX) made->offset = member->offset;
        }
        Py_DECREF(descriptor);
    }
    Py_DECREF(order);
    return 0;
fail:
    Py_DECREF(order);
    return -1;
}

static int symbols_make(node *one, PyObject *symbols) {
    one->numbers = PyDict_New();
    if (!symbols || !PyTuple_Check(symbols) || !one->numbers) return -1;
    one->symbols = Py_NewRef(symbols);
    one->size = PyTuple_GET_SIZE(symbols);
    for (Py_ssize_t i = 0; i < one->size; i++) {
        PyObject *number = PyLong_FromSsize_t(i);
        if (!number || PyDict_SetItem(one->numbers, PyTuple_GET_ITEM(symbols, i), number) < 0) {
            Py_XDECREF(number);
            return -1;
        }
        Py_DECREF(number);
    }
    return 0;
}

static int parts_make(node *one, PyObject *spec) {
    PyObject *part = PyTuple_GET_SIZE(spec) > 1 ? PyTuple_GET_ITEM(spec, 1) : NULL;
    switch (one->kind) {
    case FEW:
        one->cache = PyMem_Calloc(CACHED, sizeof(cached));
        return one->cache ? 0 : -1;
    case ENUM:
    case BOOLEAN:
        return symbols_make(one, part);
    case FIXED:
        one->size = part ? PyLong_AsSsize_t(part) : -1;
        return one->size < 0 ? -1 : 0;
    case ARRAY:
    case MAP:
    case OPTIONAL:
        one->of = part ? node_make(part) : NULL;
        return one->of ? 0 : -1;
    case RECORD:
        return fields_make(one, spec);
    default:
        return 0;
    }
}

static node *node_make(PyObject *spec) {
    if (!PyTuple_Check(spec) || PyTuple_GET_SIZE(spec) < 1) {
        PyErr_SetString(PyExc_TypeError, "a schema's part is a tuple that begins with its kind");
        return NULL;
    }
    const char *name = PyUnicode_AsUTF8(PyTuple_GET_ITEM(spec, 0));
    if (!name) return NULL;
    for (int kind = STRING; kind <= RECORD; kind++) {
        if (strcmp(name, KINDS[kind])) continue;
        node *one = PyMem_Calloc(1, sizeof(node));
        if (!one) return (node *)PyErr_NoMemory();
        one->kind = kind;
        if (parts_make(one, spec) == 0) return one;
        node_free(one);
        if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "not a part of a schema: %R", spec);
        return NULL;
    }
    PyErr_Format(PyExc_ValueError, "unknown kind %R", spec);
    return NULL;
}

/* ---- encoding ---- */

typedef struct {
    char *begin, *at, *end;
    char first[4096];
} out;

static int out_grow(out *o, Py_ssize_t more) {
    Py_ssize_t used = o->at - o->begin, size = (o->end - o->begin) * 2;
    while (size - used < more) size *= 2;
    char *fresh = PyMem_Malloc(size);
    if (!fresh) {
        PyErr_NoMemory();
        return -1;
    }
    memcpy(fresh, o->begin, used);
    if (o->begin != o->first) PyMem_Free(o->begin);
    o->begin = fresh;
    o->at = fresh + used;
    o->end = fresh + size;
    return 0;
}

#define ROOM(o, n) ((o)->end - (o)->at < (n) && out_grow((o), (n)) < 0)

static inline int put_byte(out *o, unsigned char byte) {
    if (ROOM(o, 1)) return -1;
    *o->at++ = (char)byte;
    return 0;
}

static inline int put_long(out *o, int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    if (ROOM(o, 10)) return -1;
    while (rest > 127) {
        *o->at++ = (char)(rest | 128);
        rest >>= 7;
    }
    *o->at++ = (char)rest;
    return 0;
}

static inline int put_bytes(out *o, const char *data, Py_ssize_t size) {
    if (put_long(o, size) < 0 || ROOM(o, size)) return -1;
    memcpy(o->at, data, size);
    o->at += size;
    return 0;
}

static int put_text(out *o, PyObject *value, int uuid) {
    if (!PyUnicode_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "text");
        return -1;
    }
    if (PyUnicode_IS_COMPACT_ASCII(value)) {
        Py_ssize_t size = PyUnicode_GET_LENGTH(value);
        if (uuid && size != 36) goto no_uuid;
        return put_bytes(o, PyUnicode_DATA(value), size);
    }
    PyObject *data = PyUnicode_AsUTF8String(value);
    if (!data) return -1;
    if (uuid && PyBytes_GET_SIZE(data) != 36) {
        Py_DECREF(data);
        goto no_uuid;
    }
    int done = put_bytes(o, PyBytes_AS_STRING(data), PyBytes_GET_SIZE(data));
    Py_DECREF(data);
    return done;
no_uuid:
    PyErr_SetString(PyExc_ValueError, "uuid");
    return -1;
}

static int put_buffer(out *o, const node *one, PyObject *value) {
    Py_buffer view;
    if (PyObject_GetBuffer(value, &view, PyBUF_SIMPLE) < 0) return -1;
    int done = -1;
    if (one->kind == BYTES) done = put_bytes(o, view.buf, view.len);
    else if (view.len != one->size) PyErr_SetString(PyExc_ValueError, "fixed");
    else if (!(ROOM(o, view.len))) {
        memcpy(o->at, view.buf, view.len);
        o->at += view.len;
        done = 0;
    }
    PyBuffer_Release(&view);
    return done;
}

static int put_whole(out *o, const node *one, PyObject *value) {
    if (!PyLong_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "whole number");
        return -1;
    }
    long long number = PyLong_AsLongLong(value);
    if (number == -1 && PyErr_Occurred()) return -1;
    if (one->kind == INT && (number < INT32_MIN || number > INT32_MAX)) {
        PyErr_SetString(PyExc_OverflowError, "32 bits");
        return -1;
    }
    return put_long(o, number);
}

static int put_symbol(out *o, const node *one, PyObject *value) {
    PyObject *number = PyDict_GetItemWithError(one->numbers, value);
    if (!number) {
        if (!PyErr_Occurred()) PyErr_SetObject(PyExc_KeyError, value);
        return -1;
    }
    long index = PyLong_AsLong(number);
    return one->kind == BOOLEAN ? put_byte(o, (unsigned char)index) : put_long(o, index);
}

static int put_double(out *o, PyObject *value) {
    double number = PyFloat_AsDouble(value);
    if (number == -1.0 && PyErr_Occurred()) return -1;
    if (ROOM(o, 8)) return -1;
    if (PyFloat_Pack8(number, o->at, 1) < 0) return -1;
    o->at += 8;
    return 0;
}

static int put(out *o, const node *one, PyObject *value);

static int put_array(out *o, const node *one, PyObject *value) {
    if (!PyList_CheckExact(value)) {
        PyErr_SetString(PyExc_TypeError, "list");
        return -1;
    }
    Py_ssize_t count = PyList_GET_SIZE(value);
    if (count) {
        if (put_long(o, count) < 0) return -1;
        for (Py_ssize_t i = 0; i < count; i++) {
            if (i >= PyList_GET_SIZE(value)) {
                PyErr_SetString(PyExc_ValueError, "list changed");
                return -1;
            }
            PyObject *item = Py_NewRef(PyList_GET_ITEM(value, i));
            int done = put(o, one->of, item);
            Py_DECREF(item);
            if (done < 0) return -1;
        }
    }
    return put_byte(o, 0);
}

static int put_map(out *o, const node *one, PyObject *value) {
    if (!PyDict_CheckExact(value)) {
        PyErr_SetString(PyExc_TypeError, "dict");
        return -1;
    }
    Py_ssize_t count = PyDict_GET_SIZE(value), position = 0;
    if (count) {
        PyObject *key, *item;
        if (put_long(o, count) < 0) return -1;
        while (PyDict_Next(value, &position, &key, &item)) {
            Py_INCREF(key);
            Py_INCREF(item);
            int done = put_text(o, key, 0) < 0 ? -1 : put(o, one->of, item);
            Py_DECREF(key);
            Py_DECREF(item);
            if (done < 0) return -1;
            if (PyDict_GET_SIZE(value) != count) {
                PyErr_SetString(PyExc_ValueError, "dict changed");
                return -1;
            }
        }
    }
    return put_byte(o, 0);
}

static int put_fields(out *o, const node *one, PyObject *value, Py_ssize_t count) {
    int exact = (PyObject *)Py_TYPE(value) == one->type;
    for (Py_ssize_t i = 0; i < count; i++) {
        const field *told = &one->fields[i];
        PyObject *item;
        if (exact && told->offset >= 0 && (item = *(PyObject **)((char *)value + told->offset))) Py_INCREF(item);
        else if (!(item = PyObject_GetAttr(value, told->name))) return -1;
        int done = put(o, told->node, item);
        Py_DECREF(item);
        if (done < 0) return -1;
    }
    return 0;
}

static int put(out *o, const node *one, PyObject *value) {
    switch (one->kind) {
    case STRING:
    case FEW:
        return put_text(o, value, 0);
    case UUID:
        return put_text(o, value, 1);
    case BYTES:
    case FIXED:
        return put_buffer(o, one, value);
    case INT:
    case LONG:
        return put_whole(o, one, value);
    case DOUBLE:
        return put_double(o, value);
    case BOOLEAN:
    case ENUM:
        return put_symbol(o, one, value);
    case ARRAY:
        return put_array(o, one, value);
    case MAP:
        return put_map(o, one, value);
    case OPTIONAL:
        if (value == Py_None) return put_byte(o, 0);
        return put_byte(o, 2) < 0 ? -1 : put(o, one->of, value);
    case RECORD:
        return put_fields(o, one, value, one->size);
    }
    return -1;
}

/* ---- decoding ---- */

typedef struct {
    const unsigned char *at, *end;
} in;

static PyObject *ended(void) {
    PyErr_SetString(PyExc_IndexError, "end");
    return NULL;
}

static inline int take_long(in *i, int64_t *value) {
    uint64_t result = 0;
    for (int shift = 0; shift < 70; shift += 7) {
        if (i->at >= i->end) {
            ended();
            return -1;
        }
        unsigned char byte = *i->at++;
        if (shift == 63 && byte > 1) break;
        result |= (uint64_t)(byte & 127) << shift;
        if (byte < 128) {
            *value = (int64_t)(result >> 1) ^ -(int64_t)(result & 1);
            return 0;
        }
    }
    PyErr_SetString(PyExc_ValueError, "more than 64 bits");
    return -1;
}

static inline const char *take_size(in *i, Py_ssize_t *size) {
    int64_t told;
    if (take_long(i, &told) < 0) return NULL;
    if (told < 0) {
        PyErr_Format(PyExc_ValueError, "length %lld", (long long)told);
        return NULL;
    }
    if (told > i->end - i->at) return (const char *)ended();
    const char *data = (const char *)i->at;
    *size = (Py_ssize_t)told;
    i->at += told;
    return data;
}

static PyObject *take_few(in *i, const node *one) {
    Py_ssize_t size;
    const char *data = take_size(i, &size);
    if (!data) return NULL;
    if (size == 0 || size > CACHED_BYTES) return PyUnicode_DecodeUTF8(data, size, NULL);
    unsigned slot = (unsigned)size * 7 + (unsigned char)data[0] + (unsigned char)data[size - 1] * 3;
    cached *kept = &one->cache[slot % CACHED];
    if (!kept->text || kept->size != size || memcmp(kept->bytes, data, size)) {
        PyObject *text = PyUnicode_DecodeUTF8(data, size, NULL);
        if (!text) return NULL;
        kept->size = size;
        memcpy(kept->bytes, data, size);
        Py_XSETREF(kept->text, text);
    }
    return Py_NewRef(kept->text);
}

static PyObject *take_uuid(in *i) {
    if (i->at >= i->end) return ended();
    if (*i->at != 72) {
        PyErr_SetString(PyExc_ValueError, "uuid");
        return NULL;
    }
    if (i->end - i->at < 37) return ended();
    const char *data = (const char *)i->at + 1;
    i->at += 37;
    return PyUnicode_DecodeUTF8(data, 36, NULL);
}

static PyObject *take_whole(in *i, const node *one) {
    int64_t value;
    if (take_long(i, &value) < 0) return NULL;
    if (one->kind == INT && (value < INT32_MIN || value > INT32_MAX)) {
        PyErr_Format(PyExc_ValueError, "%lld does not fit into 32 bits", (long long)value);
        return NULL;
    }
    return PyLong_FromLongLong(value);
}

static PyObject *take_symbol(in *i, const node *one) {
    if (i->at >= i->end) return ended();
    unsigned byte = *i->at++, step = one->kind == BOOLEAN ? 1 : 2;
    if (byte % step || byte / step >= (unsigned)one->size) {
        PyObject *number = PyLong_FromLong(byte);
        if (number) PyErr_SetObject(PyExc_KeyError, number);
        Py_XDECREF(number);
        return NULL;
    }
    return Py_NewRef(PyTuple_GET_ITEM(one->symbols, byte / step));
}

static PyObject *take_plain(in *i, Py_ssize_t size, int real) {
    if (i->end - i->at < size) return ended();
    const char *data = (const char *)i->at;
    i->at += size;
    return real ? PyFloat_FromDouble(PyFloat_Unpack8(data, 1)) : PyBytes_FromStringAndSize(data, size);
}

static PyObject *take(in *i, const node *one);

/* Number of items of a block: behind a negative one stands the block's size, which only readers that skip need. */
static int take_count(in *i, int64_t *count) {
    int64_t size;
    if (take_long(i, count) < 0) return -1;
    if (*count >= 0) return 0;
    if (take_long(i, &size) < 0) return -1;
    if (size < 0 || *count == INT64_MIN) {
        PyErr_SetString(PyExc_ValueError, "block");
        return -1;
    }
    *count = -*count;
    return 0;
}

static int take_item(in *i, const node *one, PyObject *made) {
    if (one->kind == ARRAY) {
        PyObject *item = take(i, one->of);
        int done = item ? PyList_Append(made, item) : -1;
        Py_XDECREF(item);
        return done;
    }
    Py_ssize_t size;
    const char *data = take_size(i, &size);
    PyObject *key = data ? PyUnicode_DecodeUTF8(data, size, NULL) : NULL;
    PyObject *item = key ? take(i, one->of) : NULL;
    int done = item ? PyDict_SetItem(made, key, item) : -1;
    Py_XDECREF(key);
    Py_XDECREF(item);
    return done;
}

static PyObject *take_many(in *i, const node *one) {
    PyObject *made = one->kind == ARRAY ? PyList_New(0) : PyDict_New();
    int64_t count;
    if (!made || take_count(i, &count) < 0) goto fail;
    while (count) {
        for (; count; count--)
            if (take_item(i, one, made) < 0) goto fail;
        if (take_count(i, &count) < 0) goto fail;
    }
    return made;
fail:
    Py_XDECREF(made);
    return NULL;
}

static PyObject *take_fields(in *i, const node *one, Py_ssize_t count, PyObject *last) {
    PyObject *values[MOST_FIELDS] = {NULL};
    PyObject *made = NULL;
    for (Py_ssize_t k = 0; k < count; k++) {
        const field *told = &one->fields[k];
        if (!(values[told->place] = take(i, told->node))) goto done;
    }
    if (last) values[one->fields[count].place] = Py_NewRef(last);
    made = PyObject_Vectorcall(one->type, values, one->size, NULL);
done:
    for (Py_ssize_t k = 0; k < one->size; k++) Py_XDECREF(values[k]);
    return made;
}

static PyObject *take(in *i, const node *one) {
    Py_ssize_t size;
    const char *data;
    switch (one->kind) {
    case STRING:
        data = take_size(i, &size);
        return data ? PyUnicode_DecodeUTF8(data, size, NULL) : NULL;
    case FEW:
        return take_few(i, one);
    case UUID:
        return take_uuid(i);
    case BYTES:
        data = take_size(i, &size);
        return data ? PyBytes_FromStringAndSize(data, size) : NULL;
    case INT:
    case LONG:
        return take_whole(i, one);
    case DOUBLE:
        return take_plain(i, 8, 1);
    case FIXED:
        return take_plain(i, one->size, 0);
    case BOOLEAN:
    case ENUM:
        return take_symbol(i, one);
    case ARRAY:
    case MAP:
        return take_many(i, one);
    case OPTIONAL:
        if (i->at >= i->end) return ended();
        if (*i->at == 0) {
            i->at++;
            Py_RETURN_NONE;
        }
        if (*i->at != 2) {
            PyErr_SetString(PyExc_ValueError, "branch");
            return NULL;
        }
        i->at++;
        return take(i, one->of);
    case RECORD:
        return take_fields(i, one, one->size, NULL);
    }
    return NULL;
}

/* ---- Codec ---- */

typedef struct {
    PyObject_HEAD node *root;
    PyObject *forbidden; /* called with record and error, raises */
    PyObject *broken;    /* called with bytes and error, raises */
    PyObject *end;       /* called with bytes and the place where reading ended, raises */
} Codec;

static PyObject *codec_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(words)) {
    PyObject *spec, *forbidden, *broken, *end;
    if (!PyArg_ParseTuple(args, "OOOO", &spec, &forbidden, &broken, &end)) return NULL;
    node *root = node_make(spec);
    if (!root) return NULL;
    Codec *self = root->kind == RECORD ? (Codec *)type->tp_alloc(type, 0) : NULL;
    if (!self) {
        node_free(root);
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "only records are encoded");
        return NULL;
    }
    self->root = root;
    self->forbidden = Py_NewRef(forbidden);
    self->broken = Py_NewRef(broken);
    self->end = Py_NewRef(end);
    return (PyObject *)self;
}

static void codec_free(Codec *self) {
    node_free(self->root);
    Py_XDECREF(self->forbidden);
    Py_XDECREF(self->broken);
    Py_XDECREF(self->end);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

/* Hand the pending error to a handler, which raises; NULL. */
static PyObject *refuse(PyObject *handler, PyObject *what) {
    PyObject *kind, *error, *trace;
    if (PyErr_ExceptionMatches(PyExc_MemoryError)) return NULL;
    PyErr_Fetch(&kind, &error, &trace);
    PyErr_NormalizeException(&kind, &error, &trace);
    PyObject *result = PyObject_CallFunctionObjArgs(handler, what, error, NULL);
    Py_XDECREF(kind);
    Py_XDECREF(error);
    Py_XDECREF(trace);
    if (result) {
        Py_DECREF(result);
        PyErr_SetString(PyExc_SystemError, "the handler of errors raised nothing");
    }
    return NULL;
}

static PyObject *encoded(Codec *self, PyObject *record, PyObject *head, Py_ssize_t fields) {
    out o;
    o.begin = o.at = o.first;
    o.end = o.first + sizeof(o.first);
    PyObject *made = NULL;
    if (head) {
        if (!PyBytes_Check(head) || PyBytes_GET_SIZE(head) > 64) {
            PyErr_SetString(PyExc_TypeError, "a frame is bytes, 64 at most");
            return NULL;
        }
        memcpy(o.at, PyBytes_AS_STRING(head), PyBytes_GET_SIZE(head));
        o.at += PyBytes_GET_SIZE(head);
    }
    if (put_fields(&o, self->root, record, fields) == 0 && (fields == self->root->size || put_byte(&o, 2) == 0))
        made = PyBytes_FromStringAndSize(o.begin, o.at - o.begin);
    if (o.begin != o.first) PyMem_Free(o.begin);
    return made ? made : refuse(self->forbidden, record);
}

static PyObject *codec_encode(Codec *self, PyObject *record) {
    return encoded(self, record, NULL, self->root->size);
}

static PyObject *codec_framed(Codec *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 2) {
        PyErr_SetString(PyExc_TypeError, "framed(frame, record)");
        return NULL;
    }
    return encoded(self, args[1], args[0], self->root->size);
}

static PyObject *codec_encode_prefix(Codec *self, PyObject *record) {
    return encoded(self, record, NULL, self->root->size - 1);
}

static int opened(PyObject *const *args, Py_ssize_t count, Py_buffer *view, in *i) {
    if (count < 1 || count > 2) {
        PyErr_SetString(PyExc_TypeError, "decode(data, position=0)");
        return -1;
    }
    Py_ssize_t position = count > 1 ? PyLong_AsSsize_t(args[1]) : 0;
    if (position == -1 && PyErr_Occurred()) return -1;
    if (PyObject_GetBuffer(args[0], view, PyBUF_SIMPLE) < 0) return -1;
    if (position < 0 || position > view->len) position = view->len;
    i->at = (const unsigned char *)view->buf + position;
    i->end = (const unsigned char *)view->buf + view->len;
    return 0;
}

static PyObject *left_over(Codec *self, PyObject *data, Py_ssize_t end) {
    PyObject *result = PyObject_CallFunction(self->end, "On", data, end);
    if (result) {
        Py_DECREF(result);
        PyErr_SetString(PyExc_SystemError, "the handler of errors raised nothing");
    }
    return NULL;
}

static PyObject *codec_decode(Codec *self, PyObject *const *args, Py_ssize_t count) {
    Py_buffer view;
    in i;
    if (opened(args, count, &view, &i) < 0) return count ? refuse(self->broken, args[0]) : NULL;
    PyObject *made = take_fields(&i, self->root, self->root->size, NULL);
    int whole = i.at == i.end;
    Py_ssize_t end = (const char *)i.at - (const char *)view.buf;
    PyBuffer_Release(&view);
    if (!made) return refuse(self->broken, args[0]);
    if (whole) return made;
    Py_DECREF(made);
    return left_over(self, args[0], end);
}

/* All but the last field, and where its encoding begins; -1 where it is null. */
static PyObject *codec_decode_prefix(Codec *self, PyObject *const *args, Py_ssize_t count) {
    Py_buffer view;
    in i;
    if (opened(args, count, &view, &i) < 0) return count ? refuse(self->broken, args[0]) : NULL;
    PyObject *made = take_fields(&i, self->root, self->root->size - 1, Py_None);
    int branch = made && i.at < i.end ? *i.at++ : -1;
    Py_ssize_t end = (const char *)i.at - (const char *)view.buf;
    int whole = i.at == i.end;
    PyBuffer_Release(&view);
    if (made && branch == 2) return Py_BuildValue("(Nn)", made, end);
    if (made && branch == 0 && whole) return Py_BuildValue("(Ni)", made, -1);
    if (made) {
        Py_DECREF(made);
        if (branch == 0) return left_over(self, args[0], end);
        if (branch < 0) ended();
        else PyErr_SetString(PyExc_ValueError, "branch");
    }
    return refuse(self->broken, args[0]);
}

static PyMethodDef codec_methods[] = {
    {"encode", (PyCFunction)codec_encode, METH_O, "Avro encoding of a record, without framing."},
    {"framed", (PyCFunction)(void (*)(void))codec_framed, METH_FASTCALL, "The frame, then the encoding of a record."},
    {"encode_prefix", (PyCFunction)codec_encode_prefix, METH_O, "All but the last field, then its branch."},
    {"decode", (PyCFunction)(void (*)(void))codec_decode, METH_FASTCALL, "The record that begins at a position."},
    {"decode_prefix", (PyCFunction)(void (*)(void))codec_decode_prefix, METH_FASTCALL,
     "All but the last field, and where its encoding begins."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject codec_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.schemas._codec.Codec",
    .tp_basicsize = sizeof(Codec),
    .tp_dealloc = (destructor)codec_free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Encodes and decodes one record of the contract.",
    .tp_methods = codec_methods,
    .tp_new = codec_new,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_codec", "Compiled form of the generated codec.", -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__codec(void) {
    PyObject *made = PyModule_Create(&module);
    if (!made || PyType_Ready(&codec_type) < 0) return NULL;
    if (PyModule_AddObjectRef(made, "Codec", (PyObject *)&codec_type) < 0 ||
        PyModule_AddStringConstant(made, "SOURCE_DIGEST", SOURCE_DIGEST) < 0) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
