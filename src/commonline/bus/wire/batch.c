/* One batch of records, as Kafka's record format has it (version 2, "magic 2"; Apache Kafka, Message Format). */
#include "batch.h"

#include <structmember.h>

/* ---- a record ---- */

static inline int varint_size(int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    return (70 - __builtin_clzll(rest | 1)) / 7;
}

/* With its length. More than may be stays more. */
static inline int64_t with(int64_t total, records_piece piece) {
    if (total > MOST_BYTES || piece.size > MOST_BYTES) return (int64_t)MOST_BYTES + 1;
    return total + (piece.data ? varint_size(piece.size) + piece.size : 1);
}

/* `latest - first` may not fit into 64 bits where times are absurd; readers add with the same overflow. */
static inline int64_t since_first(const Batch *batch, int64_t timestamp_ms) {
    return batch->count ? (int64_t)((uint64_t)timestamp_ms - (uint64_t)batch->first) : 0;
}

static records_piece whole_value(const records_record *record) {
    records_piece whole = {record->value_count ? "" : NULL, 0};
    for (Py_ssize_t i = 0; i < record->value_count && whole.size <= MOST_BYTES; i++) {
        Py_ssize_t size = record->value[i].size;
        whole.size = size > MOST_BYTES ? (Py_ssize_t)MOST_BYTES + 1 : whole.size + size;
    }
    return whole;
}

int64_t record_size(const Batch *batch, const records_record *record) {
    int64_t size = 1 + varint_size(since_first(batch, record->timestamp_ms)) + varint_size(batch->count);
    size = with(with(size, record->key), whole_value(record));
    if (record->block.data) {
        size = record->block.size > MOST_BYTES ? (int64_t)MOST_BYTES + 1 : size + record->block.size;
    } else {
        size += varint_size(record->header_count);
        for (Py_ssize_t i = 0; i < record->header_count; i++)
            size = with(with(size, record->headers[i].name), record->headers[i].value);
    }
    if (size <= MOST_BYTES) return size;
    PyErr_SetString(PyExc_OverflowError, "a record is larger than 2 GiB");
    return -1;
}

static int grow(Batch *batch, int64_t wanted) {
    if (wanted > MOST_BYTES || batch->count == INT32_MAX) {
        PyErr_SetString(PyExc_OverflowError, "a batch is larger than 2 GiB");
        return -1;
    }
    Py_ssize_t room = batch->room;
    while (room < wanted) room *= 2;
    char *fresh = room_grown(batch->bytes, batch->used, batch->room, &room);
    if (!fresh) {
        PyErr_NoMemory();
        return -1;
    }
    batch->bytes = fresh;
    batch->room = room;
    return 0;
}

static char *put_headers(char *at, const records_record *record) {
    if (record->block.data) {
        memcpy(at, record->block.data, (size_t)record->block.size);
        return at + record->block.size;
    }
    at = records_put_varint(at, record->header_count);
    for (Py_ssize_t i = 0; i < record->header_count; i++) {
        at = records_put_piece(at, record->headers[i].name);
        at = records_put_piece(at, record->headers[i].value);
    }
    return at;
}

int record_write(Batch *batch, const records_record *record, int64_t size) {
    if (batch->sealing) {
        PyErr_SetString(PyExc_BufferError, "the batch is being sealed");
        return -1;
    }
    int64_t wanted = batch->used + varint_size(size) + size;
    if ((wanted > batch->room || batch->count == INT32_MAX) && grow(batch, wanted) < 0) return -1;
    char *at = records_put_varint(batch->bytes + batch->used, size);
    *at++ = 0; /* attributes: none are defined */
    at = records_put_varint(at, since_first(batch, record->timestamp_ms));
    at = records_put_varint(at, batch->count);
    at = records_put_piece(at, record->key);
    records_piece value = whole_value(record);
    at = records_put_varint(at, value.data ? value.size : -1);
    for (Py_ssize_t i = 0; i < record->value_count; i++) {
        if (!record->value[i].size) continue;
        memcpy(at, record->value[i].data, (size_t)record->value[i].size);
        at += record->value[i].size;
    }
    put_headers(at, record);
    if (!batch->count) batch->first = batch->latest = record->timestamp_ms;
    else if (record->timestamp_ms > batch->latest) batch->latest = record->timestamp_ms;
    batch->used = wanted;
    batch->count++;
    return 0;
}

/* ---- the type ---- */

static void emptied(Batch *batch) {
    batch->used = HEADER_SIZE;
    batch->count = 0;
    batch->first = batch->latest = -1;
}

Batch *batch_make(Py_ssize_t room) {
    Batch *made = PyObject_New(Batch, &batch_type);
    if (!made) return NULL;
    made->sealing = 0;
    made->bytes = room_make(&room);
    made->room = room;
    emptied(made);
    if (made->bytes) return made;
    Py_DECREF(made);
    return (Batch *)PyErr_NoMemory();
}

static PyObject *batch_new(PyTypeObject *Py_UNUSED(type), PyObject *args, PyObject *named) {
    static char *names[] = {NULL};
    return PyArg_ParseTupleAndKeywords(args, named, "", names) ? (PyObject *)batch_make(1024) : NULL;
}

static void batch_free(Batch *batch) {
    room_free(batch->bytes, batch->room);
    PyObject_Free(batch);
}

static PyObject *batch_append(Batch *batch, PyObject *const *args, Py_ssize_t count) {
    int64_t timestamp_ms;
    if (count != 4) {
        PyErr_SetString(PyExc_TypeError, "append(value, key, headers, timestamp_ms)");
        return NULL;
    }
    if (milliseconds_of(&timestamp_ms, args[3]) < 0) return NULL;
    reading r;
    int64_t size = -1;
    if (reading_begin(&r, args[0], args[1], args[2], now_if_zero(timestamp_ms)) == 0) size = record_size(batch, &r.record);
    int done = size < 0 ? -1 : record_write(batch, &r.record, size);
    reading_end(&r);
    return done < 0 ? NULL : PyLong_FromSsize_t(batch->used - HEADER_SIZE);
}

static PyObject *batch_clear(Batch *batch, PyObject *Py_UNUSED(none)) {
    if (batch->sealing) {
        PyErr_SetString(PyExc_BufferError, "the batch is being sealed");
        return NULL;
    }
    emptied(batch);
    Py_RETURN_NONE;
}

static PyObject *batch_size(Batch *batch, void *Py_UNUSED(none)) {
    return PyLong_FromSsize_t(batch->used - HEADER_SIZE);
}

static PyMethodDef methods[] = {
    {"append", (PyCFunction)(void (*)(void))batch_append, METH_FASTCALL,
     "append(value, key, headers, timestamp_ms): one record; returns the bytes held."},
    {"seal", (PyCFunction)(void (*)(void))batch_seal, METH_VARARGS | METH_KEYWORDS,
     "seal(producer_id, epoch, sequence, *, transactional): the whole batch as it is sent."},
    {"clear", (PyCFunction)batch_clear, METH_NOARGS, "Forget all records, keep the room."},
    {NULL, NULL, 0, NULL},
};

static PyMemberDef members[] = {
    {"count", T_INT, offsetof(Batch, count), READONLY, "How many records."},
    {"first_timestamp", T_LONGLONG, offsetof(Batch, first), READONLY, "Of the first record; -1: none."},
    {"max_timestamp", T_LONGLONG, offsetof(Batch, latest), READONLY, "The latest; -1: none."},
    {NULL, 0, 0, 0, NULL},
};

static PyGetSetDef properties[] = {
    {"size", (getter)batch_size, NULL, "Bytes of the records, not compressed.", NULL},
    {NULL, NULL, NULL, NULL, NULL},
};

PyTypeObject batch_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.bus.wire._records.Batch",
    .tp_basicsize = sizeof(Batch),
    .tp_dealloc = (destructor)batch_free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "The records of one batch of one partition.",
    .tp_methods = methods,
    .tp_members = members,
    .tp_getset = properties,
    .tp_new = batch_new,
};
