/* What other C modules use of `commonline.bus.wire._records`: records are appended from plain buffers.
 *
 * The functions are reached through a capsule, the module's attribute `api`:
 *
 *     const records_api *api = PyCapsule_GetPointer(capsule, RECORDS_API_NAME);
 *     if (!api || api->version != RECORDS_API_VERSION) ...
 *
 * All of them are called with the GIL held. They copy what they are given.
 */
#ifndef COMMONLINE_RECORDS_H
#define COMMONLINE_RECORDS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>

#define RECORDS_API_NAME "commonline.bus.wire._records.api"
#define RECORDS_API_VERSION 1

/* Bytes of someone else. `data` NULL: null, which Kafka tells from empty. */
typedef struct {
    const char *data;
    Py_ssize_t size;
} records_piece;

/* The name is UTF-8 and never null. */
typedef struct {
    records_piece name, value;
} records_header;

/* One record. The value is made of `value_count` pieces, put together in order; 0 pieces: null, a tombstone. Headers are
 * `header_count` names and values; or, where `block.data` is set, a whole section as records hold it (see below), which
 * is copied as it is: its maker answers for it. `timestamp_ms` counts from 1970; 0: now. */
typedef struct {
    records_piece key;
    const records_piece *value;
    Py_ssize_t value_count;
    const records_header *headers;
    Py_ssize_t header_count;
    records_piece block;
    int64_t timestamp_ms;
} records_record;

/* Both return how many bytes are held afterwards, or -1 with an exception: BufferError (a batch is being sealed),
 * OverflowError (2 GiB), KeyError (partition -1 of a topic whose number of partitions is not known; nothing was
 * appended), MemoryError, TypeError (not the object that it should be). */
typedef struct {
    int version;
    /* To one batch. */
    Py_ssize_t (*append)(PyObject *batch, const records_record *record);
    /* To the batch of a topic's partition; -1: by the key's hash, as `murmur2_random`. `topic` is a str. */
    Py_ssize_t (*accumulate)(PyObject *accumulator, PyObject *topic, int32_t partition, const records_record *record);
} records_api;

/* A section of headers is a number of headers, then for each the length of the name, the name, the length of the value
 * (-1: null), the value. All numbers are "varints" of Kafka's record format: zigzag, seven bits a byte, lowest first. */
#define RECORDS_VARINT_MOST 10

static inline char *records_put_varint(char *at, int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    while (rest > 127) {
        *at++ = (char)(rest | 128);
        rest >>= 7;
    }
    *at++ = (char)rest;
    return at;
}

/* Length and bytes. The caller has made room for RECORDS_VARINT_MOST bytes and the piece. */
static inline char *records_put_piece(char *at, records_piece piece) {
    if (!piece.data) return records_put_varint(at, -1);
    at = records_put_varint(at, piece.size);
    memcpy(at, piece.data, (size_t)piece.size);
    return at + piece.size;
}

#endif
