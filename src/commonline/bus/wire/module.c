/* Batches of Kafka records, put together in C: `commonline.bus.wire._records`. records.py says what for. */
#include "accumulator.h"

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif

/* ---- for other C modules ---- */

static Py_ssize_t expected(const char *what, PyObject *object) {
    PyErr_Format(PyExc_TypeError, "%s, where a %s is expected", Py_TYPE(object)->tp_name, what);
    return -1;
}

static Py_ssize_t api_append(PyObject *object, const records_record *record) {
    if (!Py_IS_TYPE(object, &batch_type)) return expected("Batch", object);
    Batch *batch = (Batch *)object;
    records_record dated = *record;
    dated.timestamp_ms = now_if_zero(record->timestamp_ms);
    int64_t size = record_size(batch, &dated);
    return size < 0 || record_write(batch, &dated, size) < 0 ? -1 : batch->used - HEADER_SIZE;
}

static Py_ssize_t api_accumulate(PyObject *object, PyObject *name, int32_t partition, const records_record *record) {
    if (!Py_IS_TYPE(object, &accumulator_type)) return expected("Accumulator", object);
    Accumulator *self = (Accumulator *)object;
    topic *to = topic_of(self, name);
    if (!to) return -1;
    records_record dated = *record;
    dated.timestamp_ms = now_if_zero(record->timestamp_ms);
    return accumulate(self, to, partition, &dated) < 0 ? -1 : self->held;
}

static const records_api api = {RECORDS_API_VERSION, api_append, api_accumulate};

/* ---- the hashes, for Python ---- */

static PyObject *py_crc32c(PyObject *Py_UNUSED(module), PyObject *args, PyObject *named) {
    static char *names[] = {"data", "by_table", NULL};
    Py_buffer data;
    int by_table = 0;
    if (!PyArg_ParseTupleAndKeywords(args, named, "y*|$p:crc32c", names, &data, &by_table)) return NULL;
    uint32_t sum;
    Py_BEGIN_ALLOW_THREADS
    sum = by_table ? crc32c_by_table(data.buf, (size_t)data.len) : crc32c(data.buf, (size_t)data.len);
    Py_END_ALLOW_THREADS
    PyBuffer_Release(&data);
    return PyLong_FromUnsignedLong(sum);
}

static PyObject *py_murmur2(PyObject *Py_UNUSED(module), PyObject *key) {
    records_piece piece;
    if (piece_of(&piece, key, "key") < 0) return NULL;
    return PyLong_FromUnsignedLong(murmur2(piece.data, (size_t)piece.size));
}

static PyMethodDef functions[] = {
    {"crc32c", (PyCFunction)(void (*)(void))py_crc32c, METH_VARARGS | METH_KEYWORDS,
     "crc32c(data, *, by_table=False): CRC-32C."},
    {"murmur2", py_murmur2, METH_O, "MurmurHash2 of a key, as an unsigned number."},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, "_records", "Batches of Kafka records.", -1, functions, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__records(void) {
    hashes_prepare();
    if (seal_prepare() < 0 || PyType_Ready(&batch_type) < 0 || PyType_Ready(&accumulator_type) < 0) return NULL;
    PyObject *made = PyModule_Create(&definition);
    PyObject *capsule = made ? PyCapsule_New((void *)&api, RECORDS_API_NAME, NULL) : NULL;
    if (!capsule || PyModule_AddObjectRef(made, "api", capsule) < 0 ||
        PyModule_AddObjectRef(made, "Batch", (PyObject *)&batch_type) < 0 ||
        PyModule_AddObjectRef(made, "Accumulator", (PyObject *)&accumulator_type) < 0 ||
        PyModule_AddStringConstant(made, "SOURCE_DIGEST", SOURCE_DIGEST) < 0)
        Py_CLEAR(made);
    Py_XDECREF(capsule);
    return made;
}
