/* The engine as Python sees it, and what it keeps of a handful of records until they are handed over. */
#ifndef COMMONLINE_DECLARED_HANDFUL_H
#define COMMONLINE_DECLARED_HANDFUL_H
#include "engine.h"

#define KEY_BYTES 16
#define MOST_TOGETHER 256
#define MOST_FRAME 16

typedef struct {
    const plan *plan; /* NULL: the record stepped aside */
    int partition, verb, mode;
    int64_t published, received;
    char id[36];
    unsigned char key[KEY_BYTES];
    Py_ssize_t value_at, value_size, trace_at, trace_size; /* in `output`; a trace of -1 bytes: none */
} result;

typedef struct {
    PyObject_HEAD PyObject *owned;
    PyObject *value_name, *partition_name, *offset_name; /* methods of messages */
    span frame_in, frame_out, topic, plain;
    symbols_table symbols[SYMBOLS];
    struct key_state *key;
    plan **plans; /* sorted by source */
    Py_ssize_t count;
    work work;
    char *output;
    Py_ssize_t output_size;
    result *results;
    Py_ssize_t result_count;
} Engine;

struct key_state *key_begin(const char *key, size_t size);
void key_of(const struct key_state *begun, span workspace, span object, unsigned char *key);
PyObject *engine_work(Engine *self, PyObject *const *args, Py_ssize_t count);
PyObject *engine_counts(Engine *self, PyObject *unused);
PyObject *engine_result(Engine *self, PyObject *number);
PyObject *engine_hand_over(Engine *self, PyObject *args);

#endif
