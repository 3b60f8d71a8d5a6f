/* What the sources of `_outputs` share: the compiled form of what unify says (outputs.py, pieces.py, envelopes.py). */
#ifndef COMMONLINE_OUTPUTS_H
#define COMMONLINE_OUTPUTS_H

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <structmember.h>
#include <string.h>

/* The fields of an Output, in the order in which it takes them. */
enum { WHERE, KEY, VALUE, RECORD, EVENT, ID, SOURCE, AT, WORKSPACE, DEPARTMENT, OUTPUT_FIELDS };

/* The class of outputs, and where its fields lie; set once by `bind`. */
extern PyTypeObject *output_type;
extern Py_ssize_t output_offsets[OUTPUT_FIELDS];

/* A field of an output, borrowed; NULL with an error where it is no Output or has no such field. */
static inline PyObject *output_field(PyObject *output, int which) {
    PyObject *found = *(PyObject **)((char *)output + output_offsets[which]);
    if (!found) PyErr_SetString(PyExc_AttributeError, "an output lacks a field");
    return found;
}

/* Avro of parts: bytes as they are, text as a string, a number as a long. */
PyObject *packed(PyObject *const *parts, Py_ssize_t count);

/* Adds the 16 bytes of a UUID to a sum of 16 bytes, big-endian, modulo 2^128. 0: the text is no plain UUID. */
int id_added(unsigned char *sum, const char *text, Py_ssize_t size);

/* A moment in microseconds since 1970 as "2026-01-31T12:00:00.000000Z" (RFC 3339). 0: not of the years 1970 to 9999. */
#define TIME_SIZE 27
int time_written(char text[TIME_SIZE], long long us);

extern PyTypeObject heads_type;

#endif
