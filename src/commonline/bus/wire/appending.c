/* Records for an accumulator: one, a list of them, rows of a changelog. */
#include "accumulator.h"

#include <structmember.h>

static const char *const NAMES[] = {"topic", "partition", "key", "value", "headers", "timestamp"};

int accumulate(Accumulator *self, topic *to, int32_t partition, const records_record *record) {
    int64_t size;
    int32_t where = partition_for(self, to, partition, record->key);
    Batch *batch = where < 0 ? NULL : batch_for(self, to, where, record, &size);
    if (!batch) return -1;
    Py_ssize_t before = batch->used;
    if (record_write(batch, record, size) < 0) return -1;
    self->held += batch->used - before;
    self->records++;
    return 0;
}

static int partition_of(int32_t *partition, PyObject *object) {
    long number = PyLong_Check(object) ? PyLong_AsLong(object) : -2;
    if (number < -1 || number >= MOST_PARTITIONS) {
        if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "partition: %R is none, and not -1 either", object);
        return -1;
    }
    *partition = (int32_t)number;
    return 0;
}

static int append(Accumulator *self, PyObject *const *fields) {
    int32_t partition;
    int64_t timestamp_ms;
    topic *to = topic_of(self, fields[TOPIC]);
    if (!to || partition_of(&partition, fields[PARTITION]) < 0) return -1;
    if (milliseconds_of(&timestamp_ms, fields[TIMESTAMP]) < 0) return -1;
    reading r;
    timestamp_ms = now_if_zero(timestamp_ms);
    int done = reading_begin(&r, fields[VALUE], fields[KEY], fields[HEADERS], timestamp_ms);
    if (done == 0) done = accumulate(self, to, partition, &r.record);
    reading_end(&r);
    return done;
}

PyObject *accumulator_append(Accumulator *self, PyObject *const *args, Py_ssize_t count) {
    if (count != FIELDS) {
        PyErr_SetString(PyExc_TypeError, "append(topic, partition, value, key, headers, timestamp_ms)");
        return NULL;
    }
    PyObject *fields[FIELDS] = {args[0], args[1], args[3], args[2], args[4], args[5]};
    return append(self, fields) < 0 ? NULL : PyLong_FromSsize_t(self->held);
}

/* ---- a list of records ---- */

/* Where the type's member descriptors say that the fields lie; -1: read by name. */
static int learnt(layout *known, PyTypeObject *type) {
    for (int i = 0; i < FIELDS; i++) {
        PyObject *descriptor = PyObject_GetAttrString((PyObject *)type, NAMES[i]);
        if (!descriptor) return -1;
        known->offsets[i] = -1;
        if (Py_IS_TYPE(descriptor, &PyMemberDescr_Type)) {
            PyMemberDef *member = ((PyMemberDescrObject *)descriptor)->d_member;
            if (member->type == T_OBJECT_EX) known->offsets[i] = member->offset;
        }
        Py_DECREF(descriptor);
    }
    Py_XSETREF(known->type, (PyTypeObject *)Py_NewRef(type));
    return 0;
}

/* Owned references, so that nothing goes away while it is read; the first `i` of them are given back at a failure. */
static int fields_of(layout *known, PyObject *record, PyObject **fields) {
    if (Py_TYPE(record) != known->type && learnt(known, Py_TYPE(record)) < 0) return -1;
    for (int i = 0; i < FIELDS; i++) {
        PyObject *found = known->offsets[i] < 0 ? NULL : *(PyObject **)((char *)record + known->offsets[i]);
        fields[i] = found ? Py_NewRef(found) : PyObject_GetAttrString(record, NAMES[i]);
        if (fields[i]) continue;
        while (i--) Py_DECREF(fields[i]);
        return -1;
    }
    return 0;
}

static void fields_end(PyObject **fields) {
    for (int i = 0; i < FIELDS; i++) Py_DECREF(fields[i]);
}

/* All or none: a number of partitions that is not known yet is the only thing that is tried again. */
static int partitions_known(Accumulator *self, PyObject *records) {
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(records); i++) {
        PyObject *fields[FIELDS];
        int32_t partition;
        if (fields_of(&self->layout, PyList_GET_ITEM(records, i), fields) < 0) return -1;
        int done = partition_of(&partition, fields[PARTITION]);
        topic *to = done == 0 && partition < 0 ? topic_of(self, fields[TOPIC]) : NULL;
        if (done == 0 && partition < 0) {
            records_piece none = {"", 0};
            done = !to || partition_for(self, to, partition, none) < 0 ? -1 : 0;
        }
        fields_end(fields);
        if (done < 0) return -1;
    }
    return 0;
}

PyObject *accumulator_append_many(Accumulator *self, PyObject *records) {
    if (!PyList_Check(records)) {
        PyErr_SetString(PyExc_TypeError, "append_many(records): a list");
        return NULL;
    }
    if (partitions_known(self, records) < 0) return NULL;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(records); i++) {
        PyObject *fields[FIELDS];
        if (fields_of(&self->layout, PyList_GET_ITEM(records, i), fields) < 0) return NULL;
        int done = append(self, fields);
        fields_end(fields);
        if (done < 0) return NULL;
    }
    return PyLong_FromSsize_t(self->held);
}

/* ---- rows ---- */

PyObject *accumulator_append_rows(Accumulator *self, PyObject *const *args, Py_ssize_t count) {
    int32_t partition;
    if (count != 3 || !PyDict_Check(args[2])) {
        PyErr_SetString(PyExc_TypeError, "append_rows(topic, partition, rows)");
        return NULL;
    }
    topic *to = topic_of(self, args[0]);
    if (!to || partition_of(&partition, args[1]) < 0) return NULL;
    int64_t timestamp_ms = now_if_zero(0);
    Py_ssize_t at = 0;
    PyObject *key, *value;
    while (PyDict_Next(args[2], &at, &key, &value)) {
        reading r;
        int done = reading_begin(&r, value, key, Py_None, timestamp_ms);
        if (done == 0) done = accumulate(self, to, partition, &r.record);
        reading_end(&r);
        if (done < 0) return NULL;
    }
    return PyLong_FromSsize_t(self->held);
}
