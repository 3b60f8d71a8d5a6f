/* Avro put together from parts, sums of ids, and times: the compiled form of what outputs.py and cloudevents.py do. */
#include "outputs.h"

#define LONG_MOST 10

static inline int long_size(int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    int size = 1;
    while (rest > 127) {
        rest >>= 7;
        size++;
    }
    return size;
}

static inline char *long_put(char *at, int64_t value) {
    uint64_t rest = ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
    while (rest > 127) {
        *at++ = (char)(rest | 128);
        rest >>= 7;
    }
    *at++ = (char)rest;
    return at;
}

/* Bytes that a part takes; -1 with an error. */
static Py_ssize_t part_size(PyObject *part) {
    if (PyBytes_Check(part)) return PyBytes_GET_SIZE(part);
    if (PyUnicode_Check(part)) {
        Py_ssize_t size;
        return PyUnicode_AsUTF8AndSize(part, &size) ? size + long_size(size) : -1;
    }
    if (PyLong_Check(part)) {
        long long value = PyLong_AsLongLong(part);
        return value == -1 && PyErr_Occurred() ? -1 : long_size(value);
    }
    PyErr_Format(PyExc_TypeError, "a part is bytes, text or a number, not %.100s", Py_TYPE(part)->tp_name);
    return -1;
}

static char *part_put(char *at, PyObject *part) {
    Py_ssize_t size;
    const char *data;
    if (PyLong_Check(part)) return long_put(at, PyLong_AsLongLong(part));
    if (PyBytes_Check(part)) {
        data = PyBytes_AS_STRING(part);
        size = PyBytes_GET_SIZE(part);
    } else {
        data = PyUnicode_AsUTF8AndSize(part, &size); /* kept by the text since its size was asked for */
        at = long_put(at, size);
    }
    memcpy(at, data, (size_t)size);
    return at + size;
}

PyObject *packed(PyObject *const *parts, Py_ssize_t count) {
    Py_ssize_t whole = 0;
    for (Py_ssize_t i = 0; i < count; i++) {
        Py_ssize_t size = part_size(parts[i]);
        if (size < 0) return NULL;
        if (size > PY_SSIZE_T_MAX - whole) return PyErr_NoMemory();
        whole += size;
    }
    PyObject *made = PyBytes_FromStringAndSize(NULL, whole);
    if (!made) return NULL;
    char *at = PyBytes_AS_STRING(made);
    for (Py_ssize_t i = 0; i < count; i++) at = part_put(at, parts[i]);
    return made;
}

static inline int digit_of(unsigned char letter) {
    if (letter >= '0' && letter <= '9') return letter - '0';
    letter |= 32;
    return letter >= 'a' && letter <= 'f' ? letter - 'a' + 10 : -1;
}

int id_added(unsigned char *sum, const char *text, Py_ssize_t size) {
    unsigned char number[16];
    int digits = 0;
    if (size != 36) return 0;
    for (int i = 0; i < 36; i++) {
        if (i == 8 || i == 13 || i == 18 || i == 23) {
            if (text[i] != '-') return 0;
            continue;
        }
        int digit = digit_of((unsigned char)text[i]);
        if (digit < 0) return 0;
        if (digits % 2) number[digits / 2] |= (unsigned char)digit;
        else number[digits / 2] = (unsigned char)(digit << 4);
        digits++;
    }
    unsigned carry = 0;
    for (int i = 15; i >= 0; i--) {
        carry += (unsigned)sum[i] + number[i];
        sum[i] = (unsigned char)carry;
        carry >>= 8;
    }
    return 1;
}

static char *digits_put(char *at, long long number, int count) {
    for (int i = count - 1; i >= 0; i--, number /= 10) at[i] = (char)('0' + number % 10);
    return at + count;
}

/* The date by counting in eras of 400 years that begin in March: the leap day is the last one of a year. */
int time_written(char text[TIME_SIZE], long long us) {
    if (us < 0 || us >= 253402300800000000LL) return 0;
    long long second = us / 1000000, day = second / 86400 + 719468;
    long long era = day / 146097, of_era = day % 146097;
    long long year = (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
    long long of_year = of_era - (365 * year + year / 4 - year / 100), month = (5 * of_year + 2) / 153;
    second %= 86400;
    char *at = digits_put(text, year + era * 400 + (month >= 10), 4);
    *at++ = '-';
    at = digits_put(at, month < 10 ? month + 3 : month - 9, 2);
    *at++ = '-';
    at = digits_put(at, of_year - (153 * month + 2) / 5 + 1, 2);
    *at++ = 'T';
    at = digits_put(at, second / 3600, 2);
    *at++ = ':';
    at = digits_put(at, second / 60 % 60, 2);
    *at++ = ':';
    at = digits_put(at, second % 60, 2);
    *at++ = '.';
    at = digits_put(at, us % 1000000, 6);
    *at = 'Z';
    return 1;
}
