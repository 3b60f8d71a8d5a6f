/* What the sources of `_records` share: the types, and how one file calls another. */
#ifndef COMMONLINE_BATCH_H
#define COMMONLINE_BATCH_H

#include "records.h"

#pragma GCC visibility push(hidden)

#define HEADER_SIZE 61 /* of a batch, before its first record */
#define MOST_BYTES INT32_MAX
#define FEW_HEADERS 24

/* The records of one batch of one partition. `bytes` begins with room for the header, which `batch_seal` fills in what it
 * gives out. `sealing`: the bytes are read without the GIL and must not move. */
typedef struct {
    PyObject_HEAD
    char *bytes;
    Py_ssize_t used, room;
    int64_t first, latest; /* time stamps in milliseconds */
    int32_t count;
    int sealing;
} Batch;

extern PyTypeObject batch_type, accumulator_type;

/* batch.c */
Batch *batch_make(Py_ssize_t room);
/* How many bytes the record would take, its own length not included; -1 with an exception. */
int64_t record_size(const Batch *batch, const records_record *record);
/* Appends a record whose size is known. 0, or -1 with an exception. */
int record_write(Batch *batch, const records_record *record, int64_t size);
int seal_prepare(void);
PyObject *batch_seal(Batch *batch, PyObject *args, PyObject *named);

/* rooms.c: memory for records. `size` is what is wanted, then what there is; NULL: none, with no exception. */
char *room_make(Py_ssize_t *size);
char *room_grown(char *bytes, Py_ssize_t used, Py_ssize_t before, Py_ssize_t *size);
void room_free(char *bytes, Py_ssize_t size);

/* hashes.c */
uint32_t crc32c(const char *data, size_t size);
uint32_t crc32c_by_table(const char *data, size_t size);
uint32_t murmur2(const char *data, size_t size);
void hashes_prepare(void);

/* reading.c: Python's objects as pieces, valid while the objects live */
typedef struct {
    records_record record;
    records_piece value;
    records_header few[FEW_HEADERS], *many;
    PyObject *sequence;
} reading;

/* 0, or -1 with an exception; `reading_end` in both cases. None of `value`, `key`, `headers` may be NULL. */
int reading_begin(reading *r, PyObject *value, PyObject *key, PyObject *headers, int64_t timestamp_ms);
void reading_end(reading *r);
int piece_of(records_piece *piece, PyObject *object, const char *what);
int milliseconds_of(int64_t *timestamp_ms, PyObject *object);

static inline int64_t now_if_zero(int64_t timestamp_ms) {
    if (timestamp_ms) return timestamp_ms;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#pragma GCC visibility pop

#endif
