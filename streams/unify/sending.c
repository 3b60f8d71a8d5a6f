/* Outputs straight into batches of our own client: no record, no header and no value is made on the way (records.h).
 *
 * Headers of one kind differ in id and time only. So each kind keeps its encoded headers, and both are written into
 * them where they belong; they are made anew only where an id has another length. */
#include "envelopes.h"

#include "../../src/commonline/bus/wire/records.h"

static int piece_of(records_piece *piece, PyObject *object, const char *what) {
    if (PyBytes_Check(object)) {
        *piece = (records_piece){PyBytes_AS_STRING(object), PyBytes_GET_SIZE(object)};
        return 0;
    }
    PyErr_Format(PyExc_TypeError, "an output's %s is bytes", what);
    return -1;
}

static int text_of(records_piece *piece, PyObject *object) {
    piece->data = PyUnicode_Check(object) ? PyUnicode_AsUTF8AndSize(object, &piece->size) : NULL;
    if (!piece->data && !PyErr_Occurred()) PyErr_SetString(PyExc_TypeError, "an output's id, and a header's name, is text");
    return piece->data ? 0 : -1;
}

/* A header that all records of a kind have: (name, value). */
static int header_of(records_header *header, PyObject *pair) {
    if (!PyTuple_Check(pair) || PyTuple_GET_SIZE(pair) != 2) {
        PyErr_SetString(PyExc_TypeError, "a header is (name, value)");
        return -1;
    }
    if (text_of(&header->name, PyTuple_GET_ITEM(pair, 0)) < 0) return -1;
    return piece_of(&header->value, PyTuple_GET_ITEM(pair, 1), "header");
}

enum { FIRST_ONE, ID_ONE, TYPE_ONE, SOURCE_ONE, TIME_ONE, KEY_ONE, LAST_ONE, ALL };

static int block_write(block *made, const records_header *all, int timed) {
    Py_ssize_t room = RECORDS_VARINT_MOST;
    for (int i = 0; i < ALL; i++) room += 2 * RECORDS_VARINT_MOST + all[i].name.size + all[i].value.size;
    char *fresh = PyMem_Realloc(made->bytes, (size_t)room);
    if (!fresh) {
        PyErr_NoMemory();
        return -1;
    }
    made->bytes = fresh;
    char *at = records_put_varint(fresh, ALL - !timed);
    for (int i = 0; i < ALL; i++) {
        if (i == TIME_ONE && !timed) continue;
        at = records_put_piece(records_put_piece(at, all[i].name), all[i].value);
        if (i == ID_ONE) made->id_at = at - fresh - all[i].value.size;
        if (i == TIME_ONE) made->time_at = at - fresh - all[i].value.size;
    }
    made->size = at - fresh;
    made->id_size = all[ID_ONE].value.size;
    made->time_size = all[TIME_ONE].value.size;
    return 0;
}

/* The headers of a kind with this id and time. An empty time: there is none. */
static int block_make(Heads *self, slot *kind, records_piece id, records_piece time) {
    records_header all[ALL] = {[ID_ONE] = {.value = id}, [TIME_ONE] = {.value = time}};
    PyObject *of_all[] = {self->first, self->last, PyTuple_GET_ITEM(kind->head, TYPE_HEADER),
                          PyTuple_GET_ITEM(kind->head, SOURCE_HEADER), PyTuple_GET_ITEM(kind->head, KEY_HEADER)};
    static const int places[] = {FIRST_ONE, LAST_ONE, TYPE_ONE, SOURCE_ONE, KEY_ONE};
    for (int i = 0; i < 5; i++)
        if (header_of(&all[places[i]], of_all[i]) < 0) return -1;
    if (text_of(&all[ID_ONE].name, self->id_name) < 0 || text_of(&all[TIME_ONE].name, self->time_name) < 0) return -1;
    return block_write(&kind->block, all, time.size > 0);
}

static int block_for(Heads *self, slot *kind, PyObject *id, PyObject *at, long long us) {
    char text[TIME_SIZE];
    records_piece named, time = {text, TIME_SIZE};
    if (text_of(&named, id) < 0) return -1;
    if (!time_written(text, us)) {
        PyObject *other = time_of(self, at, us);
        if (!other) return -1;
        records_header header = {.value = {"", 0}};
        if (other != Py_None && header_of(&header, other) < 0) return -1;
        time = header.value;
    }
    block *have = &kind->block;
    if (!have->bytes || have->id_size != named.size || have->time_size != time.size)
        return block_make(self, kind, named, time);
    memcpy(have->bytes + have->id_at, named.data, (size_t)named.size);
    if (time.size) memcpy(have->bytes + have->time_at, time.data, (size_t)time.size);
    return 0;
}

static Py_ssize_t sent(Heads *self, PyObject *output, PyObject *accumulator, const records_api *api) {
    if (!Py_IS_TYPE(output, output_type)) {
        PyErr_Format(PyExc_TypeError, "not an output: %R", output);
        return -1;
    }
    PyObject *at = output_field(output, AT), *id = output_field(output, ID), *key = output_field(output, KEY);
    PyObject *body = output_field(output, VALUE);
    if (!at || !id || !key || !body) return -1;
    long long us = PyLong_AsLongLong(at);
    if (us == -1 && PyErr_Occurred()) return -1;
    slot *kind = slot_of(self, output);
    if (!kind || block_for(self, kind, id, at, us) < 0) return -1;
    records_piece value[2];
    records_record record = {.value = value, .value_count = 2, .timestamp_ms = milliseconds(us)};
    record.block = (records_piece){kind->block.bytes, kind->block.size};
    if (piece_of(&value[0], PyTuple_GET_ITEM(kind->head, FRAME), "frame") < 0 || piece_of(&value[1], body, "value") < 0 ||
        piece_of(&record.key, key, "key") < 0)
        return -1;
    long partition = PyLong_AsLong(PyTuple_GET_ITEM(kind->head, PARTITION));
    if (partition < 0 || partition > INT32_MAX) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_ValueError, "an output's partition is a number from 0 on");
        return -1;
    }
    return api->accumulate(accumulator, PyTuple_GET_ITEM(kind->head, TOPIC), (int32_t)partition, &record);
}

PyObject *heads_send(Heads *self, PyObject *const *args, Py_ssize_t count) {
    if (count != 3 || !PyList_Check(args[0]) || !output_type) {
        PyErr_SetString(PyExc_TypeError, "send(list of outputs, accumulator, builder), after bind(Output)");
        return NULL;
    }
    const records_api *api = PyCapsule_GetPointer(args[2], RECORDS_API_NAME);
    if (!api) return NULL;
    if (api->version != RECORDS_API_VERSION) return PyErr_Format(PyExc_TypeError, "builder of version %d", api->version);
    Py_ssize_t held = 0;
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(args[0]); i++) {
        PyObject *output = Py_NewRef(PyList_GET_ITEM(args[0], i));
        held = sent(self, output, args[1], api);
        Py_DECREF(output);
        if (held < 0) return NULL;
    }
    return PyLong_FromSsize_t(held);
}
