/* Batches by topic and partition, what accumulator.c and appending.c share. */
#ifndef COMMONLINE_ACCUMULATOR_H
#define COMMONLINE_ACCUMULATOR_H

#include "batch.h"

#pragma GCC visibility push(hidden)

#define MOST_PARTITIONS (1 << 20) /* more than a cluster can have */

/* A topic that was written to, or whose number of partitions is known (else 0). `open` says for each partition where
 * its batch is in the accumulator's list, counted from 1; 0: none. `sticky` is the partition of records without a key,
 * until its batch is taken or full (KIP-480); -1: none. */
typedef struct {
    PyObject *name;
    int32_t count, sticky, places;
    Py_ssize_t *open;
} topic;

typedef struct {
    topic *topic;
    int32_t partition;
    Batch *batch;
} filling;

typedef struct {
    filling *items;
    Py_ssize_t count, room;
} fillings;

/* Where the fields of a record lie in its struct (`commonline.bus.batch.Record`). */
enum { TOPIC, PARTITION, KEY, VALUE, HEADERS, TIMESTAMP, FIELDS };

typedef struct {
    PyTypeObject *type;
    Py_ssize_t offsets[FIELDS];
} layout;

/* `full` are batches that take no more, in the order in which they became so; they come before `open` ones. */
typedef struct {
    PyObject_HEAD
    PyObject *by_name; /* name of a topic: its place in `topics` */
    topic **topics;
    Py_ssize_t topic_count, topic_room;
    fillings open, full;
    Py_ssize_t batch_bytes, held, records;
    uint64_t random;
    layout layout;
} Accumulator;

/* accumulator.c */
topic *topic_of(Accumulator *self, PyObject *name);
/* Where the record's batch is, made or exchanged where needed; NULL with an exception. Sets `size` to the record's. */
Batch *batch_for(Accumulator *self, topic *to, int32_t partition, const records_record *record, int64_t *size);
/* The partition that a record goes to; -1 with KeyError. */
int32_t partition_for(Accumulator *self, topic *to, int32_t partition, records_piece key);

/* appending.c */
int accumulate(Accumulator *self, topic *to, int32_t partition, const records_record *record);
PyObject *accumulator_append(Accumulator *self, PyObject *const *args, Py_ssize_t count);
PyObject *accumulator_append_many(Accumulator *self, PyObject *records);
PyObject *accumulator_append_rows(Accumulator *self, PyObject *const *args, Py_ssize_t count);

#pragma GCC visibility pop

#endif
