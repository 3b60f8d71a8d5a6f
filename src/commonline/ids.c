/* Ids and keyed names: the compiled form of ids.py, which is complete without it. */
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stddef.h>
#include <structmember.h>

#include "hashes.h"

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif

static const char SEPARATOR = '\x1f';
static const uint8_t NAMESPACE[16] = {0x6f, 0x1d, 0x2f, 0x0e, 0x6a, 0x52, 0x5c, 0x7b,
                                      0x9a, 0x3c, 0x2f, 0x4e, 0x0c, 0x1b, 0x7a, 0x90};

/* UTF-8 of a text. What has lone surrogates is encoded with them, into `*made`, which the caller gives back. */
static const char *utf8(PyObject *text, Py_ssize_t *size, PyObject **made) {
    *made = NULL;
    const char *found = PyUnicode_AsUTF8AndSize(text, size);
    if (found || !PyErr_ExceptionMatches(PyExc_UnicodeEncodeError)) return found;
    PyErr_Clear();
    *made = PyUnicode_AsEncodedString(text, "utf-8", "surrogatepass");
    if (!*made) return NULL;
    *size = PyBytes_GET_SIZE(*made);
    return PyBytes_AS_STRING(*made);
}

static void put_hex(char *to, const uint8_t *from, int count) {
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < count; i++) {
        to[2 * i] = digits[from[i] >> 4];
        to[2 * i + 1] = digits[from[i] & 15];
    }
}

static PyObject *uuid_text(uint8_t digest[20]) {
    char text[36];
    digest[6] = (digest[6] & 0x0f) | 0x50;
    digest[8] = (digest[8] & 0x3f) | 0x80;
    put_hex(text, digest, 4);
    put_hex(text + 9, digest + 4, 2);
    put_hex(text + 14, digest + 6, 2);
    put_hex(text + 19, digest + 8, 2);
    put_hex(text + 24, digest + 10, 6);
    text[8] = text[13] = text[18] = text[23] = '-';
    return PyUnicode_DecodeASCII(text, sizeof text, NULL);
}

static PyObject *ids_uuid5(PyObject *Py_UNUSED(module), PyObject *const *parts, Py_ssize_t count) {
    sha1 hashed;
    sha1_begin(&hashed);
    sha1_add(&hashed, NAMESPACE, sizeof NAMESPACE);
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t size;
        PyObject *made;
        const char *data = utf8(parts[i], &size, &made);
        if (!data) return NULL;
        if (i) sha1_add(&hashed, &SEPARATOR, 1);
        sha1_add(&hashed, data, (size_t)size);
        Py_XDECREF(made);
    }
    uint8_t digest[20];
    sha1_end(&hashed, digest);
    return uuid_text(digest);
}

static int add_text(blake2b *hashed, PyObject *text) {
    Py_ssize_t size;
    PyObject *made;
    const char *data = utf8(text, &size, &made);
    if (!data) return -1;
    blake2b_add(hashed, data, (size_t)size);
    Py_XDECREF(made);
    return 0;
}

static int begin(blake2b *hashed, PyObject *key, Py_ssize_t size) {
    char *data;
    Py_ssize_t keyed;
    if (PyBytes_AsStringAndSize(key, &data, &keyed) < 0) return -1;
    if (size < 1 || size > BLAKE2B_OUT) {
        PyErr_Format(PyExc_ValueError, "digest size %zd: must be 1 to %d", size, BLAKE2B_OUT);
        return -1;
    }
    blake2b_begin(hashed, data, (size_t)(keyed < BLAKE2B_KEY ? keyed : BLAKE2B_KEY), (size_t)size);
    return 0;
}

static PyObject *ids_keyed_hash(PyObject *Py_UNUSED(module), PyObject *const *given, Py_ssize_t count, PyObject *names) {
    Py_ssize_t size = 16;
    if (names && PyTuple_GET_SIZE(names)) {
        PyObject *name = PyTuple_GET_ITEM(names, 0);
        if (PyTuple_GET_SIZE(names) != 1 || PyUnicode_CompareWithASCIIString(name, "size"))
            return PyErr_Format(PyExc_TypeError, "keyed_hash() takes no %R", name);
        size = PyLong_AsSsize_t(given[count]);
        if (size == -1 && PyErr_Occurred()) return NULL;
    }
    if (count < 1) return PyErr_Format(PyExc_TypeError, "keyed_hash() takes a key");
    blake2b hashed;
    if (begin(&hashed, given[0], size) < 0) return NULL;
    for (Py_ssize_t i = 1; i < count; i++) {
        if (i > 1) blake2b_add(&hashed, &SEPARATOR, 1);
        if (add_text(&hashed, given[i]) < 0) return NULL;
    }
    PyObject *made = PyBytes_FromStringAndSize(NULL, size);
    if (made) blake2b_end(&hashed, (uint8_t *)PyBytes_AS_STRING(made));
    return made;
}

/* ---- names below one head ---- */

typedef struct {
    PyObject_HEAD
    vectorcallfunc call;
    blake2b begun;
} names;

/* (prefix, what) -> prefix and the hash of head and what */
static PyObject *names_call(PyObject *self, PyObject *const *given, size_t flags, PyObject *keywords) {
    char *prefix;
    Py_ssize_t size;
    if (PyVectorcall_NARGS(flags) != 2 || (keywords && PyTuple_GET_SIZE(keywords)))
        return PyErr_Format(PyExc_TypeError, "a keyed name is made of a prefix and a text or bytes");
    if (PyBytes_AsStringAndSize(given[0], &prefix, &size) < 0) return NULL;
    blake2b hashed = ((names *)self)->begun;
    if (PyBytes_Check(given[1])) blake2b_add(&hashed, PyBytes_AS_STRING(given[1]), (size_t)PyBytes_GET_SIZE(given[1]));
    else if (add_text(&hashed, given[1]) < 0) return NULL;
    if (size > PY_SSIZE_T_MAX - BLAKE2B_OUT) return PyErr_NoMemory();
    PyObject *made = PyBytes_FromStringAndSize(NULL, size + (Py_ssize_t)hashed.size);
    if (!made) return NULL;
    memcpy(PyBytes_AS_STRING(made), prefix, (size_t)size);
    blake2b_end(&hashed, (uint8_t *)PyBytes_AS_STRING(made) + size);
    return made;
}

static PyObject *names_new(PyTypeObject *type, PyObject *args, PyObject *keywords) {
    static char *known[] = {"key", "head", "size", NULL};
    PyObject *key, *head;
    Py_ssize_t size = 16;
    if (!PyArg_ParseTupleAndKeywords(args, keywords, "SU|n", known, &key, &head, &size)) return NULL;
    names *self = (names *)PyType_GenericAlloc(type, 0);
    if (!self) return NULL;
    self->call = names_call;
    if (begin(&self->begun, key, size) < 0 || add_text(&self->begun, head) < 0) {
        Py_DECREF(self);
        return NULL;
    }
    return (PyObject *)self;
}

static void names_dealloc(PyObject *self) {
    PyTypeObject *type = Py_TYPE(self);
    PyObject_Free(self);
    Py_DECREF(type);
}

static PyMemberDef names_members[] = {
    {"__vectorcalloffset__", T_PYSSIZET, offsetof(names, call), READONLY, NULL}, {NULL, 0, 0, 0, NULL}};
static PyType_Slot names_slots[] = {{Py_tp_new, names_new},
                                    {Py_tp_dealloc, names_dealloc},
                                    {Py_tp_call, PyVectorcall_Call},
                                    {Py_tp_members, names_members},
                                    {0, NULL}};
static PyType_Spec names_spec = {.name = "commonline._ids.KeyedNames",
                                 .basicsize = sizeof(names),
                                 .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_IMMUTABLETYPE | Py_TPFLAGS_HAVE_VECTORCALL,
                                 .slots = names_slots};

static PyMethodDef functions[] = {
    {"uuid5", (PyCFunction)(void (*)(void))ids_uuid5, METH_FASTCALL, "As in ids.py."},
    {"keyed_hash", (PyCFunction)(void (*)(void))ids_keyed_hash, METH_FASTCALL | METH_KEYWORDS, "As in ids.py."},
    {NULL, NULL, 0, NULL}};
static struct PyModuleDef definition = {.m_base = PyModuleDef_HEAD_INIT,
                                        .m_name = "_ids",
                                        .m_doc = "Ids and keyed names (see ids.py).",
                                        .m_size = -1,
                                        .m_methods = functions};

PyMODINIT_FUNC PyInit__ids(void) {
    PyObject *module = PyModule_Create(&definition);
    if (!module) return NULL;
    PyObject *type = PyType_FromSpec(&names_spec);
    if (!type || PyModule_AddObjectRef(module, "KeyedNames", type) < 0 ||
        PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST) < 0) {
        Py_CLEAR(module);
    }
    Py_XDECREF(type);
    return module;
}
