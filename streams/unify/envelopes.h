/* What the kinds of outputs have in common; shared by envelopes.c, which makes records, and sending.c, which makes none. */
#ifndef COMMONLINE_ENVELOPES_H
#define COMMONLINE_ENVELOPES_H

#include "outputs.h"

#define SLOT_BITS 8
#define SLOTS (1 << SLOT_BITS)

/* Parts of what `make` gives: topic, partition, frame, and the constant headers (ce_type, ce_source, ce_partitionkey). */
enum { TOPIC, PARTITION, FRAME, TYPE_HEADER, SOURCE_HEADER, KEY_HEADER, HEAD_PARTS };

/* The encoded headers of a kind (records.h), with a place for an id and a time of these sizes; `time_size` 0: none. */
typedef struct {
    char *bytes;
    Py_ssize_t size, id_at, id_size, time_at, time_size;
} block;

/* A kind that was met lately, told apart by identity: the texts are owned, so nothing else can have their address. */
typedef struct {
    PyObject *workspace, *where, *department, *event, *source;
    PyObject *head;
    Py_ssize_t count;
    block block;
} slot;

typedef struct {
    PyObject_HEAD
    PyObject *make, *moment, *record;             /* callables */
    PyObject *first, *last, *id_name, *time_name; /* headers that all have; names of others */
    PyObject *heads;                              /* (workspace, where, department, event, source) -> head */
    PyObject *measured;                           /* (workspace, department, event) -> records of feeds */
    PyObject *time;                               /* ce_time of `at`, or None */
    long long at;
    Py_ssize_t most;
    slot slots[SLOTS];
} Heads;

/* The slot of an output's kind; counts it if it is of a feed. NULL with an error. */
slot *slot_of(Heads *self, PyObject *output);

/* ce_time of a moment, borrowed; None where it has none. */
PyObject *time_of(Heads *self, PyObject *at, long long number);

/* Milliseconds, rounded as Python does. */
static inline long long milliseconds(long long us) { return us / 1000 - (us % 1000 < 0); }

/* send(outputs, accumulator, builder): outputs go into batches; returns the bytes that these hold. */
PyObject *heads_send(Heads *self, PyObject *const *args, Py_ssize_t count);

#endif
