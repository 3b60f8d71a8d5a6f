/* Times, as times.py reads them: whole numbers, texts of digits, and RFC 3339 with or without an offset. */
#include "engine.h"

#define SECOND 1000000LL
#define EARLIEST (788918400LL * SECOND)
#define LATEST (4102444800LL * SECOND)

static int within(int64_t micros, int64_t *found) {
    *found = micros;
    return micros >= EARLIEST && micros <= LATEST;
}

/* Seconds, milliseconds or microseconds, told by their size. */
static int from_number(int64_t number, int64_t *found) {
    int64_t whole = number < 0 ? -number : number;
    if (whole >= 100000000000000000LL) return 0;
    if (whole < 100000000000LL) return within(number * SECOND, found);
    return within(whole < 100000000000000LL ? number * 1000 : number, found);
}

/* `size` digits at a place; -1 where there are others. */
static int digits(const char *at, int size) {
    int found = 0;
    for (int i = 0; i < size; i++) {
        if (at[i] < '0' || at[i] > '9') return -1;
        found = found * 10 + at[i] - '0';
    }
    return found;
}

/* Days since 1970 of a date of the Gregorian calendar (years 1970 to 9999). */
static int64_t days_of(int year, int month, int day) {
    static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334};
    int past = year - 1, leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
    return past * 365LL + past / 4 - past / 100 + past / 400 - 719162 + before[month - 1] + (leap && month > 2) + day - 1;
}

static int is_date(int year, int month, int day) {
    static const int length[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int leap = year % 4 == 0 && (year % 100 || year % 400 == 0);
    return year >= 1970 && month >= 1 && month <= 12 && day >= 1 && day <= length[month - 1] + (leap && month == 2);
}

/* What stands behind the seconds: a fraction, then Z, an offset or nothing. The microseconds to add. */
static int read_tail(const char *at, const char *end, int64_t *micros) {
    if (at < end && *at == '.') {
        int64_t fraction = 0, unit = SECOND;
        const char *begin = ++at;
        for (; at < end && *at >= '0' && *at <= '9' && at - begin < 6; at++) fraction = fraction * 10 + *at - '0', unit /= 10;
        if (at - begin != 3 && at - begin != 6) return 0;
        *micros += fraction * unit;
    }
    if (at == end || (end - at == 1 && *at == 'Z')) return 1;
    if (end - at != 6 || (*at != '+' && *at != '-') || at[3] != ':') return 0;
    int hours = digits(at + 1, 2), minutes = digits(at + 4, 2);
    if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return 0;
    *micros += (hours * 60 + minutes) * 60 * (*at == '-' ? SECOND : -SECOND);
    return 1;
}

/* 2026-05-08T12:28:00.123456Z; 0 where it is written in another way. */
static int read_rfc3339(span text, int64_t *micros) {
    const char *at = text.at;
    if (text.size < 19 || at[4] != '-' || at[7] != '-' || (at[10] != 'T' && at[10] != ' ') || at[13] != ':' || at[16] != ':')
        return 0;
    int year = digits(at, 4), month = digits(at + 5, 2), day = digits(at + 8, 2);
    int hour = digits(at + 11, 2), minute = digits(at + 14, 2), second = digits(at + 17, 2);
    if (!is_date(year, month, day) || hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 59)
        return 0;
    *micros = (days_of(year, month, day) * 86400 + hour * 3600 + minute * 60 + second) * SECOND;
    return read_tail(at + 19, at + text.size, micros);
}

/* Ten to seventeen digits. */
static int read_digits(span text, int64_t *number) {
    *number = 0;
    if (text.size < 1 || text.size > 17) return 0;
    for (Py_ssize_t i = 0; i < text.size; i++) {
        if (text.at[i] < '0' || text.at[i] > '9') return 0;
        *number = *number * 10 + text.at[i] - '0';
    }
    return 1;
}

/* As times.parse; 0: none. */
int moment(work *w, const value *v, int64_t *micros) {
    int64_t number;
    if (v->type == WHOLE) return from_number(v->number, micros);
    if (v->type == REAL) ASIDE(w);
    if (v->type != TEXT) return 0;
    span text = trimmed(v->text);
    if (v->texture & (ODD | WIDE)) {
        ASIDE(w);
        return 0;
    }
    if (read_digits(text, &number)) return from_number(number, micros);
    if (read_rfc3339(text, &number)) return within(number, micros);
    ASIDE(w);
    return 0;
}
