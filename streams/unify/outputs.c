/* `_outputs`: the compiled form of what unify says; see outputs.py, pieces.py, ledger.py and envelopes.py. */
#include "outputs.h"

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif

PyTypeObject *output_type;
Py_ssize_t output_offsets[OUTPUT_FIELDS];
static PyObject *feed, *feed_activity, *add_any_id;

/* Where a struct keeps a field; -1 with an error. */
static Py_ssize_t offset_of(PyObject *type, const char *name) {
    PyObject *descriptor = PyObject_GetAttrString(type, name);
    if (!descriptor) return -1;
    int plain = Py_IS_TYPE(descriptor, &PyMemberDescr_Type);
    PyMemberDef *member = plain ? ((PyMemberDescrObject *)descriptor)->d_member : NULL;
    Py_ssize_t offset = member && member->type == T_OBJECT_EX ? member->offset : -1;
    Py_DECREF(descriptor);
    if (offset < 0) PyErr_Format(PyExc_TypeError, "%s is no field of a struct", name);
    return offset;
}

/* bind(Output, add_id) */
static PyObject *outputs_bind(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    static const char *const names[] = {"where", "key",    "value", "record",    "event",
                                        "id",    "source", "at",    "workspace", "department"};
    if (count != 2 || !PyType_Check(args[0])) {
        PyErr_SetString(PyExc_TypeError, "bind(Output, add_id)");
        return NULL;
    }
    for (int i = 0; i < OUTPUT_FIELDS; i++)
        if ((output_offsets[i] = offset_of(args[0], names[i])) < 0) return NULL;
    Py_XSETREF(output_type, (PyTypeObject *)Py_NewRef(args[0]));
    Py_XSETREF(add_any_id, Py_NewRef(args[1]));
    Py_RETURN_NONE;
}

static PyObject *outputs_packed(PyObject *Py_UNUSED(module), PyObject *const *parts, Py_ssize_t count) {
    return packed(parts, count);
}

/* The number of the next record of a feed; -1 with an error. */
static long long next_of(PyObject *numbers, PyObject *name) {
    PyObject *last = PyDict_GetItemWithError(numbers, name);
    if (!last && PyErr_Occurred()) return -1;
    long long number = last ? PyLong_AsLongLong(last) : 0;
    if (number < 0 || number == INT64_MAX) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_OverflowError, "number of a feed's record");
        return -1;
    }
    PyObject *next = PyLong_FromLongLong(number + 1);
    int done = next ? PyDict_SetItem(numbers, name, next) : -1;
    Py_XDECREF(next);
    return done < 0 ? -1 : number + 1;
}

/* "<name>/<number>" */
static PyObject *numbered(PyObject *name, long long number) {
    char digits[24];
    int count = 0;
    if (!PyUnicode_IS_COMPACT_ASCII(name)) return PyUnicode_FromFormat("%U/%lld", name, number);
    do digits[sizeof digits - ++count] = (char)('0' + number % 10);
    while (number /= 10);
    digits[sizeof digits - ++count] = '/';
    Py_ssize_t size = PyUnicode_GET_LENGTH(name);
    PyObject *made = PyUnicode_New(size + count, 127);
    if (!made) return NULL;
    memcpy(PyUnicode_DATA(made), PyUnicode_DATA(name), (size_t)size);
    memcpy((char *)PyUnicode_DATA(made) + size, digits + sizeof digits - count, (size_t)count);
    return made;
}

#define FED_PARTS 8
#define MOST_PARTS 32

/* fed(numbers, event, key, source, at, workspace, department, head, *parts) */
static PyObject *outputs_fed(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    if (count < FED_PARTS || count > FED_PARTS + MOST_PARTS || !output_type || !PyDict_Check(args[0]) ||
        !PyUnicode_Check(args[6])) {
        PyErr_SetString(PyExc_TypeError, "fed(numbers, event, key, source, at, workspace, department, head, *parts)");
        return NULL;
    }
    long long number = next_of(args[0], args[6]);
    if (number < 0) return NULL;
    PyObject *parts[MOST_PARTS + 2], *value = NULL, *made = NULL;
    PyObject *seq = PyLong_FromLongLong(number), *id = numbered(args[6], number);
    if (seq && id) {
        parts[0] = args[7];
        parts[1] = seq;
        for (Py_ssize_t i = FED_PARTS; i < count; i++) parts[i - FED_PARTS + 2] = args[i];
        value = packed(parts, count - FED_PARTS + 2);
    }
    if (value) {
        PyObject *fields[OUTPUT_FIELDS] = {feed,    args[2], value,   feed_activity, args[1],
                                           id,      args[3], args[4], args[5],       args[6]};
        made = PyObject_Vectorcall((PyObject *)output_type, fields, OUTPUT_FIELDS, NULL);
    }
    Py_XDECREF(seq);
    Py_XDECREF(id);
    Py_XDECREF(value);
    return made;
}

/* add_id(sum, id) */
static PyObject *outputs_add_id(PyObject *Py_UNUSED(module), PyObject *const *args, Py_ssize_t count) {
    Py_ssize_t size;
    if (count != 2 || !PyByteArray_Check(args[0]) || PyByteArray_GET_SIZE(args[0]) != 16 || !PyUnicode_Check(args[1])) {
        PyErr_SetString(PyExc_TypeError, "add_id(sum of 16 bytes, id)");
        return NULL;
    }
    const char *text = PyUnicode_AsUTF8AndSize(args[1], &size);
    if (!text) return NULL;
    if (id_added((unsigned char *)PyByteArray_AS_STRING(args[0]), text, size)) Py_RETURN_NONE;
    if (add_any_id) return PyObject_CallFunctionObjArgs(add_any_id, args[0], args[1], NULL);
    PyErr_SetString(PyExc_TypeError, "add_id, after bind(Output, add_id)");
    return NULL;
}

static PyMethodDef methods[] = {
    {"bind", (PyCFunction)(void (*)(void))outputs_bind, METH_FASTCALL, "The class of outputs; what adds any id."},
    {"packed", (PyCFunction)(void (*)(void))outputs_packed, METH_FASTCALL, "Avro of parts."},
    {"fed", (PyCFunction)(void (*)(void))outputs_fed, METH_FASTCALL, "The next record of a feed."},
    {"add_id", (PyCFunction)(void (*)(void))outputs_add_id, METH_FASTCALL, "Add a UUID to a sum of 128 bits."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_outputs", "Compiled form of what unify says.", -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__outputs(void) {
    PyObject *module = PyModule_Create(&definition);
    feed = PyUnicode_InternFromString("feed");
    feed_activity = PyUnicode_InternFromString("FeedActivity");
    if (!module || !feed || !feed_activity || PyModule_AddStringConstant(module, "SOURCE_DIGEST", SOURCE_DIGEST) < 0 ||
        PyModule_AddType(module, &heads_type) < 0) {
        Py_XDECREF(module);
        return NULL;
    }
    return module;
}
