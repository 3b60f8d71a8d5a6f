/* Handing over: results as records of Kafka, appended to batches that another module builds (bus/wire/records.h), with
 * the headers that cloudevents.Stamp makes. */
#include "handful.h"

#include "../../../bus/wire/records.h"

#define HEADERS_ROOM (16 * RECORDS_VARINT_MOST + 512 + 3 * LONGEST_NAME_OF_PLACE + LONGEST_TRACE)
#define DAY 86400

/* Days since 1970 as year, month and day of the Gregorian calendar. */
static void civil(int64_t days, int *year, int *month, int *day) {
    int64_t shifted = days + 719468, era = shifted / 146097, of_era = shifted - era * 146097;
    int64_t years = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    int64_t of_year = of_era - (365 * years + years / 4 - years / 100), part = (5 * of_year + 2) / 153;
    *day = (int)(of_year - (153 * part + 2) / 5 + 1);
    *month = (int)(part < 10 ? part + 3 : part - 9);
    *year = (int)(years + era * 400 + (*month <= 2));
}

static char *put_digits(char *at, int64_t number, int size) {
    for (int i = size - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
    return at + size;
}

/* 2026-05-08T12:28:00.123456Z, of a moment between 1970 and 2100. */
static char *put_time(char *at, int64_t micros) {
    int64_t seconds = micros / 1000000, rest = seconds % DAY;
    int year, month, day;
    civil(seconds / DAY, &year, &month, &day);
    at = put_digits(at, year, 4), *at++ = '-';
    at = put_digits(at, month, 2), *at++ = '-';
    at = put_digits(at, day, 2), *at++ = 'T';
    at = put_digits(at, rest / 3600, 2), *at++ = ':';
    at = put_digits(at, rest / 60 % 60, 2), *at++ = ':';
    at = put_digits(at, rest % 60, 2), *at++ = '.';
    at = put_digits(at, micros % 1000000, 6), *at++ = 'Z';
    return at;
}

static char *put_header(char *at, const char *name, const char *data, Py_ssize_t size) {
    at = records_put_piece(at, (records_piece){name, (Py_ssize_t)strlen(name)});
    return records_put_piece(at, (records_piece){data, size});
}

static Py_ssize_t put_headers(const Engine *self, const result *r, char *to) {
    const plan *p = r->plan;
    char text[256 + 3 * LONGEST_NAME_OF_PLACE], *end;
    char *at = records_put_varint(to, r->trace_size < 0 ? 7 : 8);
    span verb = self->symbols[S_TYPE].lower[r->verb];
    at = put_header(at, "ce_specversion", "1.0", 3);
    at = put_header(at, "ce_id", r->id, 36);
    int size = snprintf(text, sizeof text, "commonline.activity.%.*s.v1", (int)verb.size, verb.at);
    at = put_header(at, "ce_type", text, size);
    size = snprintf(text, sizeof text, "/%.*s/%.*s", (int)p->workspace.size, p->workspace.at, (int)p->source.size, p->source.at);
    at = put_header(at, "ce_source", text, size);
    end = put_time(text, r->published);
    at = put_header(at, "ce_time", text, end - text);
    at = put_header(at, "ce_partitionkey", p->workspace.at, p->workspace.size);
    at = put_header(at, "content-type", "application/avro", 16);
    if (r->trace_size >= 0) at = put_header(at, "traceparent", self->output + r->trace_at, r->trace_size);
    return at - to;
}

static Py_ssize_t hand_over(Engine *self, const records_api *api, PyObject *accumulator, PyObject *topic, const result *r, int64_t at) {
    char headers[HEADERS_ROOM];
    records_piece value = {self->output + r->value_at, r->value_size};
    records_record record = {
        .key = {(const char *)r->key, KEY_BYTES},
        .value = &value,
        .value_count = 1,
        .block = {headers, put_headers(self, r, headers)},
        .timestamp_ms = (r->received < at ? r->received : at) / 1000,
    };
    return api->accumulate(accumulator, topic, r->plan->partition, &record);
}

/* hand_over(first, end, at, topic, accumulator, capsule): the results at these places, to the partitions of their
 * workspaces. Returns the bytes that the accumulator holds then; 0: there were no results. */
PyObject *engine_hand_over(Engine *self, PyObject *args) {
    Py_ssize_t first, end, held = 0;
    long long at;
    PyObject *topic, *accumulator, *capsule;
    if (!PyArg_ParseTuple(args, "nnLUOO", &first, &end, &at, &topic, &accumulator, &capsule)) return NULL;
    const records_api *api = PyCapsule_GetPointer(capsule, RECORDS_API_NAME);
    if (!api) return NULL;
    if (api->version != RECORDS_API_VERSION || first < 0 || end > self->result_count)
        return PyErr_SetString(PyExc_ValueError, "no such records, or another version of what builds batches"), NULL;
    for (Py_ssize_t i = first; i < end; i++) {
        if (!self->results[i].plan) continue;
        held = hand_over(self, api, accumulator, topic, &self->results[i], at);
        if (held < 0) return NULL;
    }
    return PyLong_FromSsize_t(held);
}
