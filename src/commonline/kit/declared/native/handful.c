/* A handful of records: each is worked on, or steps aside; then they are counted and handed over. */
#include "handful.h"

#define HOUR 3600000000LL

/* The record that is looked at, as flight.py packs it: the kernel keeps the page whatever ends the process. */
static void enter(volatile unsigned char *page, int64_t partition, int64_t offset) {
    const int64_t told[] = {1, partition, offset};
    for (int i = 0; i < 24; i++) page[i] = (unsigned char)((uint64_t)told[i / 8] >> (i % 8 * 8));
}

static int make_room(Engine *self, Py_ssize_t used) {
    if (self->output_size - used >= 2 * LONGEST_ACTIVITY) return 1;
    Py_ssize_t size = 2 * self->output_size;
    char *grown = PyMem_Realloc(self->output, size);
    if (!grown) return PyErr_NoMemory(), 0;
    self->output = grown;
    self->output_size = size;
    return 1;
}

static void begin(Engine *self) {
    work *w = &self->work;
    w->symbols = self->symbols;
    w->plain = (const uint8_t *)self->plain.at;
    w->aside = 0;
    w->scratch = w->scratch_begin;
    w->scratch_end = w->scratch_begin + SCRATCH;
}

/* Work on one record. Returns how much of the output is used then; 0: it steps aside. */
static Py_ssize_t work_on(Engine *self, span record, const source_place *at, Py_ssize_t used, result *made) {
    work *w = &self->work;
    delivery d;
    facts f;
    begin(self);
    if (record.size < self->frame_in.size || memcmp(record.at, self->frame_in.at, self->frame_in.size)) return 0;
    span bytes = {record.at + self->frame_in.size, record.size - self->frame_in.size};
    if (!delivery_read(w, bytes, self->plans, self->count, &d) || !json_read(w, d.body)) return 0;
    facts_read(w, &d, &f);
    if (w->aside || d.traceparent.size > LONGEST_TRACE) return 0;
    out o = {self->output + used, self->output + used, self->output + used + LONGEST_ACTIVITY, 0};
    put_raw(&o, self->frame_out.at, self->frame_out.size);
    activity_write(w, &d, &f, at, &o);
    if (w->aside || o.full) return 0;
    *made = (result){.plan = w->plan, .partition = at->partition, .verb = f.verb, .mode = d.mode, .published = f.published,
                     .received = d.received, .value_at = used, .value_size = o.at - o.begin, .trace_at = used + (o.at - o.begin),
                     .trace_size = d.traceparent.at ? d.traceparent.size : -1};
    key_of(self->key, d.workspace, f.id, made->key);
    memcpy(made->id, f.activity_id, 36);
    used = made->trace_at;
    if (d.traceparent.size) memcpy(self->output + used, d.traceparent.at, d.traceparent.size);
    return used + d.traceparent.size;
}

typedef struct {
    PyObject *value;
    source_place at;
} message;

static int whole_number(PyObject *from, PyObject *method, int64_t *found) {
    PyObject *told = PyObject_CallMethodNoArgs(from, method);
    if (!told) return 0;
    *found = told == Py_None ? 0 : PyLong_AsLongLong(told);
    Py_DECREF(told);
    return !PyErr_Occurred();
}

/* What of a confluent_kafka.Message is looked at. */
static int message_read(Engine *self, PyObject *from, message *m) {
    int64_t partition;
    m->at.topic = self->topic;
    if (!whole_number(from, self->partition_name, &partition) || !whole_number(from, self->offset_name, &m->at.offset)) return 0;
    m->at.partition = (int)partition;
    m->value = PyObject_CallMethodNoArgs(from, self->value_name);
    return m->value != NULL;
}

static int work_through(Engine *self, PyObject *messages, Py_buffer *page, PyObject *asides) {
    Py_ssize_t used = 0;
    for (Py_ssize_t i = 0; i < self->result_count; i++) {
        message m;
        result *made = &self->results[i];
        made->plan = NULL;
        if (!make_room(self, used) || !message_read(self, PySequence_Fast_GET_ITEM(messages, i), &m)) return 0;
        enter(page->buf, m.at.partition, m.at.offset);
        Py_ssize_t end = 0;
        if (PyBytes_Check(m.value))
            end = work_on(self, (span){PyBytes_AS_STRING(m.value), PyBytes_GET_SIZE(m.value)}, &m.at, used, made);
        Py_DECREF(m.value);
        if (end) {
            used = end;
            continue;
        }
        PyObject *number = PyLong_FromSsize_t(i);
        int done = number ? PyList_Append(asides, number) : -1;
        Py_XDECREF(number);
        if (done < 0) return 0;
    }
    return 1;
}

/* work(messages, page): the numbers of those that Python has to do. The others' results are kept until the next call. */
PyObject *engine_work(Engine *self, PyObject *const *args, Py_ssize_t count) {
    Py_buffer page;
    if (count != 2 || !PyList_Check(args[0]) || PyList_GET_SIZE(args[0]) > MOST_TOGETHER)
        return PyErr_Format(PyExc_TypeError, "work(list of %d messages at most, page)", MOST_TOGETHER);
    if (PyObject_GetBuffer(args[1], &page, PyBUF_WRITABLE) < 0) return NULL;
    PyObject *messages = PyList_GetSlice(args[0], 0, PyList_GET_SIZE(args[0])), *asides = PyList_New(0);
    int done = 0;
    self->result_count = 0;
    if (page.len < 24) PyErr_SetString(PyExc_ValueError, "the page has 24 bytes at least");
    else if (messages && asides) {
        self->result_count = PyList_GET_SIZE(messages);
        done = work_through(self, messages, &page, asides);
    }
    PyBuffer_Release(&page);
    Py_XDECREF(messages);
    if (done) return asides;
    self->result_count = 0;
    Py_XDECREF(asides);
    return NULL;
}

static uint64_t eight_bytes(const char *hex, int *at) {
    uint64_t found = 0;
    for (int digits = 0; digits < 16; (*at)++) {
        char c = hex[*at];
        if (c == '-') continue;
        found = found << 4 | (uint64_t)(c <= '9' ? c - '0' : c - 'a' + 10);
        digits++;
    }
    return found;
}

/* Add up what has one source, partition and hour with the first of them; each is told once. */
static PyObject *count_with(Engine *self, Py_ssize_t first, unsigned char *counted) {
    const result *a = &self->results[first];
    int64_t hour = a->received - a->received % HOUR, count = 0, live = 0;
    uint64_t high = 0, low = 0;
    for (Py_ssize_t i = first; i < self->result_count; i++) {
        const result *b = &self->results[i];
        if (counted[i] || b->plan != a->plan || b->partition != a->partition || b->received - b->received % HOUR != hour) continue;
        int at = 0;
        uint64_t upper = eight_bytes(b->id, &at), lower = eight_bytes(b->id, &at);
        low += lower;
        high += upper + (low < lower);
        counted[i] = 1;
        count++;
        live += b->mode != MODE_REPLAY;
    }
    const plan *p = a->plan;
    return Py_BuildValue("(is#s#LLLKK)", a->partition, p->workspace.at, p->workspace.size, p->source.at, p->source.size,
                         (long long)hour, (long long)count, (long long)live, (unsigned long long)high, (unsigned long long)low);
}

/* counts(): (partition, workspace, source, hour, records, of them no replays, upper and lower half of the ids' sum) */
PyObject *engine_counts(Engine *self, PyObject *Py_UNUSED(unused)) {
    unsigned char counted[MOST_TOGETHER] = {0};
    PyObject *told = PyList_New(0);
    for (Py_ssize_t i = 0; told && i < self->result_count; i++) {
        if (counted[i] || !self->results[i].plan) continue;
        PyObject *one = count_with(self, i, counted);
        if (!one || PyList_Append(told, one) < 0) Py_CLEAR(told);
        Py_XDECREF(one);
    }
    return told;
}

/* result(number): what became of a record, or None where it stepped aside. */
PyObject *engine_result(Engine *self, PyObject *number) {
    Py_ssize_t i = PyLong_AsSsize_t(number);
    if (i < 0 || i >= self->result_count) {
        if (!PyErr_Occurred()) PyErr_SetString(PyExc_IndexError, "there is no such record");
        return NULL;
    }
    const result *r = &self->results[i];
    if (!r->plan) Py_RETURN_NONE;
    const plan *p = r->plan;
    return Py_BuildValue("(s#s#is#y#y#LLy#)", p->workspace.at, p->workspace.size, p->source.at, p->source.size, r->verb, r->id,
                         (Py_ssize_t)36, r->key, (Py_ssize_t)KEY_BYTES, self->output + r->value_at, r->value_size,
                         (long long)r->published, (long long)r->received,
                         r->trace_size < 0 ? NULL : self->output + r->trace_at, r->trace_size < 0 ? 0 : r->trace_size);
}
