/* Batches by topic and partition: the type, and which batch a record goes to. */
#include "accumulator.h"

#include <structmember.h>

#define FIRST_BYTES 1024

/* ---- topics ---- */

static topic *topic_make(Accumulator *self, PyObject *name) {
    if (!PyUnicode_Check(name)) {
        PyErr_Format(PyExc_TypeError, "topic: %s, where str is expected", Py_TYPE(name)->tp_name);
        return NULL;
    }
    if (self->topic_count == self->topic_room) {
        Py_ssize_t room = self->topic_room ? self->topic_room * 2 : 8;
        topic **fresh = PyMem_Realloc(self->topics, (size_t)room * sizeof(topic *));
        if (!fresh) return (topic *)PyErr_NoMemory();
        self->topics = fresh;
        self->topic_room = room;
    }
    topic *made = PyMem_Calloc(1, sizeof(topic));
    if (!made) return (topic *)PyErr_NoMemory();
    PyObject *place = PyLong_FromSsize_t(self->topic_count);
    if (!place || PyDict_SetItem(self->by_name, name, place) < 0) {
        Py_XDECREF(place);
        PyMem_Free(made);
        return NULL;
    }
    Py_DECREF(place);
    made->name = Py_NewRef(name);
    made->sticky = -1;
    return self->topics[self->topic_count++] = made;
}

topic *topic_of(Accumulator *self, PyObject *name) {
    PyObject *place = PyDict_GetItemWithError(self->by_name, name);
    if (place) return self->topics[PyLong_AsSsize_t(place)];
    return PyErr_Occurred() ? NULL : topic_make(self, name);
}

static uint32_t any(Accumulator *self) { /* Marsaglia's xorshift: only to spread */
    self->random ^= self->random << 13;
    self->random ^= self->random >> 7;
    self->random ^= self->random << 17;
    return (uint32_t)(self->random >> 32);
}

int32_t partition_for(Accumulator *self, topic *to, int32_t partition, records_piece key) {
    if (partition >= 0) return partition;
    if (!to->count) {
        PyErr_SetObject(PyExc_KeyError, to->name);
        return -1;
    }
    if (key.data) return (int32_t)((murmur2(key.data, (size_t)key.size) & INT32_MAX) % (uint32_t)to->count);
    if (to->sticky < 0) to->sticky = (int32_t)(any(self) % (uint32_t)to->count);
    return to->sticky;
}

/* ---- batches ---- */

static int add(fillings *list, filling item) {
    if (list->count == list->room) {
        Py_ssize_t room = list->room ? list->room * 2 : 8;
        filling *fresh = PyMem_Realloc(list->items, (size_t)room * sizeof(filling));
        if (!fresh) {
            PyErr_NoMemory();
            return -1;
        }
        list->items = fresh;
        list->room = room;
    }
    list->items[list->count++] = item;
    return 0;
}

static Py_ssize_t *place_of(topic *to, int32_t partition) {
    if (partition < to->places) return &to->open[partition];
    if (partition >= (to->count ? to->count : MOST_PARTITIONS)) {
        PyErr_Format(PyExc_ValueError, "%U has no partition %i", to->name, (int)partition);
        return NULL;
    }
    Py_ssize_t *fresh = PyMem_Realloc(to->open, (size_t)(partition + 1) * sizeof(Py_ssize_t));
    if (!fresh) return (Py_ssize_t *)PyErr_NoMemory();
    memset(fresh + to->places, 0, (size_t)(partition + 1 - to->places) * sizeof(Py_ssize_t));
    to->open = fresh;
    to->places = partition + 1;
    return &to->open[partition];
}

/* A record that is larger alone has a batch of its own: the broker decides. */
static int exchanged_if_full(Accumulator *self, filling *item, int64_t more) {
    Batch *batch = item->batch;
    if (!batch->count || batch->used - HEADER_SIZE + more + 5 <= self->batch_bytes) return 0;
    Batch *next = batch_make(batch->room); /* it will be as large as this one */
    if (!next || add(&self->full, *item) < 0) {
        Py_XDECREF(next);
        return -1;
    }
    if (item->topic->sticky == item->partition) item->topic->sticky = -1;
    item->batch = next;
    return 1;
}

Batch *batch_for(Accumulator *self, topic *to, int32_t partition, const records_record *record, int64_t *size) {
    Py_ssize_t *place = place_of(to, partition);
    if (!place) return NULL;
    if (!*place) {
        filling item = {to, partition, batch_make(FIRST_BYTES)};
        if (!item.batch || add(&self->open, item) < 0) {
            Py_XDECREF(item.batch);
            return NULL;
        }
        *place = self->open.count;
    }
    filling *item = &self->open.items[*place - 1];
    *size = record_size(item->batch, record);
    int exchanged = *size < 0 ? -1 : exchanged_if_full(self, item, *size);
    if (exchanged == 1) *size = record_size(item->batch, record);
    return exchanged < 0 ? NULL : item->batch;
}

/* ---- the type ---- */

static PyObject *accumulator_new(PyTypeObject *type, PyObject *args, PyObject *named) {
    static char *names[] = {"batch_bytes", NULL};
    Py_ssize_t batch_bytes;
    if (!PyArg_ParseTupleAndKeywords(args, named, "n:Accumulator", names, &batch_bytes)) return NULL;
    if (batch_bytes < 1) {
        PyErr_SetString(PyExc_ValueError, "batch_bytes: at least 1");
        return NULL;
    }
    Accumulator *self = (Accumulator *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    self->random = ((uint64_t)now.tv_nsec << 32 ^ (uint64_t)(uintptr_t)self) * 0x9e3779b97f4a7c15u | 1;
    self->batch_bytes = batch_bytes;
    self->by_name = PyDict_New();
    if (self->by_name) return (PyObject *)self;
    Py_DECREF(self);
    return NULL;
}

static void forget(fillings *list) {
    for (Py_ssize_t i = 0; i < list->count; i++) Py_DECREF(list->items[i].batch);
    list->count = 0;
}

static void forget_all(Accumulator *self) {
    for (Py_ssize_t i = 0; i < self->open.count; i++) {
        filling *item = &self->open.items[i];
        item->topic->open[item->partition] = 0;
        item->topic->sticky = -1;
    }
    forget(&self->open);
    forget(&self->full);
    self->held = self->records = 0;
}

static void accumulator_free(Accumulator *self) {
    forget_all(self);
    for (Py_ssize_t i = 0; i < self->topic_count; i++) {
        Py_DECREF(self->topics[i]->name);
        PyMem_Free(self->topics[i]->open);
        PyMem_Free(self->topics[i]);
    }
    PyMem_Free(self->topics);
    PyMem_Free(self->open.items);
    PyMem_Free(self->full.items);
    Py_XDECREF(self->layout.type);
    Py_XDECREF(self->by_name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *accumulator_partitions(Accumulator *self, PyObject *args) {
    PyObject *name;
    int count;
    if (!PyArg_ParseTuple(args, "Ui:partitions", &name, &count)) return NULL;
    topic *to = topic_of(self, name);
    if (!to) return NULL;
    if (count < 1 || count > MOST_PARTITIONS) {
        PyErr_Format(PyExc_ValueError, "partitions of %U: %i, where at least 1 is expected", name, count);
        return NULL;
    }
    if (count != to->count) to->sticky = -1;
    to->count = count;
    Py_RETURN_NONE;
}

static int told(PyObject *list, const filling *item) {
    PyObject *made = Py_BuildValue("(OiO)", item->topic->name, (int)item->partition, (PyObject *)item->batch);
    int done = made ? PyList_Append(list, made) : -1;
    Py_XDECREF(made);
    return done;
}

/* Two passes: where memory is short, nothing has been forgotten. */
static PyObject *accumulator_take(Accumulator *self, PyObject *least) {
    Py_ssize_t bytes = PyLong_AsSsize_t(least);
    if (bytes == -1 && PyErr_Occurred()) return NULL;
    PyObject *taken = PyList_New(0);
    fillings *open = &self->open;
    int done = taken ? 0 : -1;
    for (Py_ssize_t i = 0; !done && i < self->full.count; i++) done = told(taken, &self->full.items[i]);
    for (Py_ssize_t i = 0; !done && i < open->count; i++)
        if (open->items[i].batch->count && open->items[i].batch->used - HEADER_SIZE >= bytes)
            done = told(taken, &open->items[i]);
    if (done) {
        Py_XDECREF(taken);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < self->full.count; i++) {
        self->held -= self->full.items[i].batch->used - HEADER_SIZE;
        self->records -= self->full.items[i].batch->count;
    }
    forget(&self->full);
    Py_ssize_t kept = 0;
    for (Py_ssize_t i = 0; i < open->count; i++) {
        filling item = open->items[i];
        Py_ssize_t *place = &item.topic->open[item.partition];
        if (item.batch->count && item.batch->used - HEADER_SIZE < bytes) {
            open->items[kept++] = item;
            *place = kept;
            continue;
        }
        *place = 0;
        if (item.topic->sticky == item.partition) item.topic->sticky = -1;
        self->held -= item.batch->used - HEADER_SIZE;
        self->records -= item.batch->count;
        Py_DECREF(item.batch);
    }
    open->count = kept;
    return taken;
}

static PyObject *accumulator_clear(Accumulator *self, PyObject *Py_UNUSED(none)) {
    forget_all(self);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"partitions", (PyCFunction)accumulator_partitions, METH_VARARGS,
     "partitions(topic, count): what keys are spread over."},
    {"append", (PyCFunction)(void (*)(void))accumulator_append, METH_FASTCALL,
     "append(topic, partition, value, key, headers, timestamp_ms): one record; returns the bytes held."},
    {"append_many", (PyCFunction)accumulator_append_many, METH_O,
     "append_many(records): a list of records; returns the bytes held."},
    {"append_rows", (PyCFunction)(void (*)(void))accumulator_append_rows, METH_FASTCALL,
     "append_rows(topic, partition, rows): records of keys and values; returns the bytes held."},
    {"take", (PyCFunction)accumulator_take, METH_O,
     "take(min_bytes): topic, partition and batch of those that are full or have as many bytes."},
    {"clear", (PyCFunction)accumulator_clear, METH_NOARGS, "Forget all records."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
    {"size", T_PYSSIZET, offsetof(Accumulator, held), READONLY, "Bytes held, not compressed."},
    {"count", T_PYSSIZET, offsetof(Accumulator, records), READONLY, "Records held."},
    {NULL, 0, 0, 0, NULL},
};

PyTypeObject accumulator_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.bus.wire._records.Accumulator",
    .tp_basicsize = sizeof(Accumulator),
    .tp_dealloc = (destructor)accumulator_free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Batches by topic and partition.",
    .tp_methods = methods,
    .tp_members = members,
    .tp_new = accumulator_new,
};
