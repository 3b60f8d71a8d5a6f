/* Outputs to records: what those of one kind have in common is looked up once. The compiled form of `Envelopes`. */
#include "envelopes.h"

static void slot_clear(slot *one) {
    Py_CLEAR(one->workspace);
    Py_CLEAR(one->where);
    Py_CLEAR(one->department);
    Py_CLEAR(one->event);
    Py_CLEAR(one->source);
    Py_CLEAR(one->head);
    PyMem_Free(one->block.bytes);
    memset(&one->block, 0, sizeof(block));
    one->count = 0;
}

static void heads_free(Heads *self) {
    for (int i = 0; i < SLOTS; i++) slot_clear(&self->slots[i]);
    Py_XDECREF(self->make);
    Py_XDECREF(self->moment);
    Py_XDECREF(self->record);
    Py_XDECREF(self->first);
    Py_XDECREF(self->last);
    Py_XDECREF(self->id_name);
    Py_XDECREF(self->time_name);
    Py_XDECREF(self->heads);
    Py_XDECREF(self->measured);
    Py_XDECREF(self->time);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static PyObject *heads_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(words)) {
    PyObject *make, *moment, *record, *first, *last;
    Py_ssize_t most;
    if (!PyArg_ParseTuple(args, "OOOOOn", &make, &moment, &record, &first, &last, &most)) return NULL;
    Heads *self = (Heads *)type->tp_alloc(type, 0);
    if (!self) return NULL;
    self->make = Py_NewRef(make);
    self->moment = Py_NewRef(moment);
    self->record = Py_NewRef(record);
    self->first = Py_NewRef(first);
    self->last = Py_NewRef(last);
    self->most = most;
    self->id_name = PyUnicode_InternFromString("ce_id");
    self->time_name = PyUnicode_InternFromString("ce_time");
    self->heads = PyDict_New();
    self->measured = PyDict_New();
    if (!self->id_name || !self->time_name || !self->heads || !self->measured) Py_CLEAR(self);
    return (PyObject *)self;
}

/* Move what a slot has counted to `measured`. */
static int slot_counted(Heads *self, slot *one) {
    if (!one->count) return 0;
    PyObject *kind = PyTuple_Pack(3, one->workspace, one->department, one->event);
    PyObject *before = kind ? PyDict_GetItemWithError(self->measured, kind) : NULL;
    Py_ssize_t number = before ? PyLong_AsSsize_t(before) : 0;
    PyObject *sum = PyErr_Occurred() ? NULL : PyLong_FromSsize_t(number + one->count);
    int done = sum ? PyDict_SetItem(self->measured, kind, sum) : -1;
    Py_XDECREF(kind);
    Py_XDECREF(sum);
    if (done == 0) one->count = 0;
    return done;
}

/* What outputs of a kind have in common, from the dictionary or made; a new reference. */
static PyObject *head_found(Heads *self, PyObject *kind, PyObject *output) {
    PyObject *head = PyDict_GetItemWithError(self->heads, kind);
    if (head || PyErr_Occurred()) return Py_XNewRef(head);
    head = PyObject_CallOneArg(self->make, output);
    if (!head) return NULL;
    int good = PyTuple_Check(head) && PyTuple_GET_SIZE(head) == HEAD_PARTS && PyBytes_Check(PyTuple_GET_ITEM(head, FRAME));
    if (!good) PyErr_SetString(PyExc_TypeError, "a head is (topic, partition, frame, three headers)");
    if (good && PyDict_GET_SIZE(self->heads) >= self->most) PyDict_Clear(self->heads);
    if (!good || PyDict_SetItem(self->heads, kind, head) < 0) Py_CLEAR(head);
    return head;
}

static int slot_fill(Heads *self, slot *one, PyObject *output, PyObject *const *texts) {
    PyObject *kind = PyTuple_Pack(5, texts[0], texts[1], texts[2], texts[3], texts[4]);
    PyObject *head = kind ? head_found(self, kind, output) : NULL;
    Py_XDECREF(kind);
    if (!head || slot_counted(self, one) < 0) {
        Py_XDECREF(head);
        return -1;
    }
    slot_clear(one);
    one->workspace = Py_NewRef(texts[0]);
    one->where = Py_NewRef(texts[1]);
    one->department = Py_NewRef(texts[2]);
    one->event = Py_NewRef(texts[3]);
    one->source = Py_NewRef(texts[4]);
    one->head = head;
    return 0;
}

slot *slot_of(Heads *self, PyObject *output) {
    static const int kinds[] = {WORKSPACE, WHERE, DEPARTMENT, EVENT, SOURCE};
    PyObject *texts[5];
    uint64_t mixed = 0;
    for (int i = 0; i < 5; i++) {
        texts[i] = output_field(output, kinds[i]);
        if (!texts[i] || !PyUnicode_Check(texts[i])) {
            if (texts[i]) PyErr_SetString(PyExc_TypeError, "what tells an output's kind is text");
            return NULL;
        }
        mixed = (mixed ^ (uint64_t)(uintptr_t)texts[i]) * 0x9E3779B97F4A7C15u;
        mixed ^= mixed >> 32;
    }
    slot *one = &self->slots[mixed % SLOTS];
    int same = one->workspace == texts[0] && one->where == texts[1] && one->department == texts[2] &&
               one->event == texts[3] && one->source == texts[4];
    if (!same && slot_fill(self, one, output, texts) < 0) return NULL;
    if (PyUnicode_GET_LENGTH(one->department)) one->count++;
    return one;
}

PyObject *time_of(Heads *self, PyObject *at, long long number) {
    char text[TIME_SIZE];
    if (self->time && self->at == number) return self->time;
    PyObject *made = time_written(text, number) ? Py_BuildValue("(Oy#)", self->time_name, text, (Py_ssize_t)TIME_SIZE)
                                                : PyObject_CallOneArg(self->moment, at);
    if (!made) return NULL;
    Py_XSETREF(self->time, made);
    self->at = number;
    return made;
}

static PyObject *headers_of(Heads *self, const PyObject *head, PyObject *id, PyObject *time) {
    PyObject *bytes = PyUnicode_AsUTF8String(id);
    PyObject *named = bytes ? PyTuple_New(2) : NULL;
    PyObject *made = named ? PyList_New(time == Py_None ? 6 : 7) : NULL;
    if (!made) {
        Py_XDECREF(bytes);
        Py_XDECREF(named);
        return NULL;
    }
    PyTuple_SET_ITEM(named, 0, Py_NewRef(self->id_name));
    PyTuple_SET_ITEM(named, 1, bytes);
    Py_ssize_t at = 0;
    PyList_SET_ITEM(made, at++, Py_NewRef(self->first));
    PyList_SET_ITEM(made, at++, named);
    PyList_SET_ITEM(made, at++, Py_NewRef(PyTuple_GET_ITEM(head, TYPE_HEADER)));
    PyList_SET_ITEM(made, at++, Py_NewRef(PyTuple_GET_ITEM(head, SOURCE_HEADER)));
    if (time != Py_None) PyList_SET_ITEM(made, at++, Py_NewRef(time));
    PyList_SET_ITEM(made, at++, Py_NewRef(PyTuple_GET_ITEM(head, KEY_HEADER)));
    PyList_SET_ITEM(made, at, Py_NewRef(self->last));
    return made;
}

static PyObject *framed(PyObject *frame, PyObject *value) {
    if (!PyBytes_Check(value)) {
        PyErr_SetString(PyExc_TypeError, "an output's value is bytes");
        return NULL;
    }
    Py_ssize_t before = PyBytes_GET_SIZE(frame), size = PyBytes_GET_SIZE(value);
    PyObject *made = size > PY_SSIZE_T_MAX - before ? PyErr_NoMemory() : PyBytes_FromStringAndSize(NULL, before + size);
    if (!made) return NULL;
    memcpy(PyBytes_AS_STRING(made), PyBytes_AS_STRING(frame), (size_t)before);
    memcpy(PyBytes_AS_STRING(made) + before, PyBytes_AS_STRING(value), (size_t)size);
    return made;
}

/* The record of an output; a new reference. */
static PyObject *record_of(Heads *self, PyObject *output) {
    if (!Py_IS_TYPE(output, output_type)) return PyErr_Format(PyExc_TypeError, "not an output: %R", output);
    PyObject *at = output_field(output, AT), *id = output_field(output, ID), *key = output_field(output, KEY);
    PyObject *body = output_field(output, VALUE);
    if (!at || !id || !key || !body) return NULL;
    long long us = PyLong_AsLongLong(at);
    if (us == -1 && PyErr_Occurred()) return NULL;
    slot *kind = slot_of(self, output);
    PyObject *time = kind ? time_of(self, at, us) : NULL;
    if (!time) return NULL;
    PyObject *head = Py_NewRef(kind->head), *made = NULL;
    PyObject *headers = headers_of(self, head, id, time), *value = framed(PyTuple_GET_ITEM(head, FRAME), body);
    PyObject *stamp = PyLong_FromLongLong(milliseconds(us));
    if (headers && value && stamp) {
        PyObject *fields[] = {PyTuple_GET_ITEM(head, TOPIC), PyTuple_GET_ITEM(head, PARTITION), key, value, headers, stamp};
        made = PyObject_Vectorcall(self->record, fields, 6, NULL);
    }
    Py_XDECREF(headers);
    Py_XDECREF(value);
    Py_XDECREF(stamp);
    Py_DECREF(head);
    return made;
}

/* add(outputs, records): the records of outputs are appended. */
static PyObject *heads_add(Heads *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 2 || !PyList_Check(args[0]) || !PyList_Check(args[1]) || !output_type) {
        PyErr_SetString(PyExc_TypeError, "add(list of outputs, list of records), after bind(Output)");
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *output = Py_NewRef(PyList_GET_ITEM(args[0], i)), *record = record_of(self, output);
        int done = record ? PyList_Append(args[1], record) : -1;
        Py_XDECREF(record);
        Py_DECREF(output);
        if (done < 0) return NULL;
    }
    Py_RETURN_NONE;
}

/* measured(): how many records of feeds were made since the last `forget`. */
static PyObject *heads_measured(Heads *self, PyObject *Py_UNUSED(none)) {
    for (int i = 0; i < SLOTS; i++)
        if (slot_counted(self, &self->slots[i]) < 0) return NULL;
    return PyDict_Copy(self->measured);
}

static PyObject *heads_forget(Heads *self, PyObject *Py_UNUSED(none)) {
    for (int i = 0; i < SLOTS; i++) self->slots[i].count = 0;
    PyDict_Clear(self->measured);
    Py_RETURN_NONE;
}

static PyMethodDef heads_methods[] = {
    {"add", (PyCFunction)(void (*)(void))heads_add, METH_FASTCALL, "Append the records of outputs."},
    {"send", (PyCFunction)(void (*)(void))heads_send, METH_FASTCALL, "Outputs into batches; returns the bytes held."},
    {"measured", (PyCFunction)heads_measured, METH_NOARGS, "Records of feeds by (workspace, department, event)."},
    {"forget", (PyCFunction)heads_forget, METH_NOARGS, "Begin to count anew."},
    {NULL, NULL, 0, NULL},
};

PyTypeObject heads_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.streams.unify._outputs.Heads",
    .tp_basicsize = sizeof(Heads),
    .tp_dealloc = (destructor)heads_free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Makes records of outputs; keeps what those of one kind have in common.",
    .tp_methods = heads_methods,
    .tp_new = heads_new,
};
