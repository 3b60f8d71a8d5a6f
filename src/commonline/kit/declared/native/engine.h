/* The declared mapping as a machine: from a delivery's Avro bytes to the activity's, without a Python object between.
 *
 * Python's form (drafting.py, finish.py, place.py) is the definition. Here stands what is commonplace; whatever is out
 * of the ordinary *steps aside*: `aside` is set, and Python does the whole record. So nothing here decides what is an
 * error, and a doubt is never a guess.
 */
#ifndef COMMONLINE_DECLARED_ENGINE_H
#define COMMONLINE_DECLARED_ENGINE_H
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <stdint.h>
#include <string.h>

#define MOST_SLOTS 128
#define MOST_NODES 256
#define MOST_EXPRESSIONS 256
#define MOST_CHILDREN 16
#define MOST_HEADERS 32
#define MOST_PARTIES 8
#define MOST_NAMED 32
#define MOST_LINKS 32
#define MOST_SYMBOLS 40
#define MOST_SOURCES 4096
#define DEEPEST 64
#define LONGEST_TEXT 40000
#define LONGEST_ACTIVITY 100000
#define LONGEST_TRACE 512
#define LONGEST_NAME_OF_PLACE 256 /* of workspaces and sources */
#define SCRATCH 262144
#define KNOWN_CHARACTERS 0x20000 /* code points that the table of plain characters covers */

/* ---- values ---- */

typedef struct {
    const char *at; /* NULL: None */
    Py_ssize_t size;
} span;

enum type { NONE, NO, YES, WHOLE, REAL, TEXT, LIST, TABLE };
enum texture { LINES = 1, WIDE = 2, ODD = 4 }; /* line breaks and tabs; beyond ASCII; what only Python judges */

typedef struct {
    enum type type;
    unsigned texture; /* of a text */
    span text;        /* decoded text, or JSON as it stands */
    int64_t number;   /* of a whole number; of a list or table how many are in it */
} value;

static const span NOTHING = {NULL, 0};
static const value NULL_VALUE = {NONE, 0, {NULL, 0}, 0};

/* ---- what a source's table compiles to ---- */

enum operation { PATH, HEADER, CONSTANT, OR, AND, NOT, EQUAL, UNEQUAL, JOIN, LOWER, TO_STRING, NOT_NULL, OPERATIONS };
enum key {
    IGNORE, EVENT, ID, VERSION, TYPE, EDITED, DELETED, OBJECT_TYPE, TITLE, TEXT_KEY, LANGUAGE, URL, CREATED, PUBLISHED,
    CHANNEL, VISIBILITY, DIRECTION, THREAD, THREAD_TITLE, THREAD_STATE, CONTAINER, CONTAINER_NAME, PARENT, OUR_ACCOUNT,
    REACTION, AUTOMATED, GENERATOR, CLIENT_REF, TAGS, ATTACHMENTS, KEYS
};
enum party_key { P_EACH, P_ACCOUNT, P_ID, P_NAME, P_HANDLE, P_EMAIL, P_PHONE, P_KIND, P_SIDE, PARTY_KEYS };
enum symbols { S_TYPE, S_OBJECT_TYPE, S_CHANNEL, S_VISIBILITY, S_DIRECTION, S_THREAD_STATE, S_SIDE, S_KIND, SYMBOLS };
enum prefix { OF_ITEM, OF_THREAD, OF_CONTAINER, OF_USER, PREFIXES };

typedef struct {
    span name;        /* of a key in a table */
    Py_ssize_t index; /* in a list; -1: a key */
    int slot;         /* where its value is kept; -1: nowhere */
    int child, next;  /* -1: none */
    uint64_t lengths; /* a bit for the length, modulo 64, of each child's name */
} node;

typedef struct {
    enum operation operation;
    int slot;
    value constant;
    int count;
    int of[MOST_CHILDREN];
} expression;

typedef struct {
    int count;
    span name[MOST_SYMBOLS], lower[MOST_SYMBOLS]; /* in the order of the contract's numbers */
} symbols_table;

typedef struct {
    int of[PARTY_KEYS];
    int role, trust;
} party_plan;

typedef struct {
    span name;
    int of;
} named;

typedef struct {
    PyObject *owned; /* list of the bytes that texts lie in */
    int enabled, partition; /* the partition of its workspace's activities */
    span workspace, connector, source;
    int media_count;
    span media[MOST_NAMED];
    int nodes, slots, headers, expressions;
    node *node;
    expression *expression;
    span header[MOST_HEADERS];
    int key[KEYS];
    span prefix[PREFIXES];
    span markup;
    int verbs, words, event_guesses, time_guesses, participants, metrics, fields;
    named verb[MOST_NAMED], word[MOST_NAMED]; /* by the event's name (-1: Python's), by its last word */
    unsigned relations; /* a bit for each verb that makes a relation, which is Python's */
    int event_guess[MOST_NAMED], time_guess[MOST_NAMED];
    int has_actor, has_author;
    party_plan actor, author, participant[MOST_PARTIES];
    named metric[MOST_NAMED], field[MOST_NAMED];
    Py_ssize_t own_count, pattern_count;
    span *own, *pattern; /* sorted; with `*` */
    int secretives;
    span secretive[MOST_NAMED]; /* parameters of addresses that hold secrets */
    int floor, unknown_side, region;
    span our_account;
} plan;

/* ---- one record under work ---- */

typedef struct {
    char *begin, *at, *end;
    int full;
} out;

typedef struct {
    const symbols_table *symbols;
    const uint8_t *plain; /* a bit for each code point that no normal form changes and no rule removes */
    const plan *plan;
    int aside;
    value slot[MOST_SLOTS];
    unsigned char seen[MOST_NODES];
    span header[MOST_HEADERS];
    char *scratch, *scratch_end, *scratch_begin;
} work;

typedef struct {
    span workspace, connector, source, id, content_type, body, traceparent;
    int mode;
    int64_t received;
} delivery;

typedef struct {
    int present;
    span account, name, handle, claim;
    int kind, side, role, trust;
} party;

typedef struct {
    span url;
    Py_ssize_t start, end; /* in characters */
} link_span;

typedef struct {
    span event, revision, id, version, url, title, text, language, thread, thread_title, container, container_name;
    span parent, our_account, generator, client_ref, reaction;
    int verb, object_type, thread_state, channel, direction, visibility, automated, has_created, dated;
    int64_t created, published;
    party actor, author, participant[MOST_PARTIES];
    int participants, links;
    link_span link[MOST_LINKS];
    char activity_id[36];
} facts;

#define ASIDE(w) ((w)->aside = 1)

/* Numbers of symbols that are named here; program.py checks them. */
enum { V_CREATE = 1, V_UPDATE = 2, V_DELETE = 3 };
enum { O_NOTE = 1, C_OTHER = 0, T_UNKNOWN = 0, K_UNKNOWN = 0, R_AUTHOR = 1, R_SUBJECT = 7 };
enum { D_OBSERVED = 0, D_INBOUND = 1, D_OUTBOUND = 2, D_INTERNAL = 3, L_RESTRICTED = 4, S_UNKNOWN = 0, S_US = 1 };
enum { MODE_REPLAY = 3, SAME_AS = 0, CLOCK_RECEIVED = 0, CLOCK_SOURCE = 1 };

/* text.c */
Py_ssize_t utf8_step(const unsigned char *at, const unsigned char *end, uint32_t *point);
unsigned texture_of(const work *w, span text);
int same(span a, span b);
int begins(span text, const char *with);
span trimmed(span text);
span joined(work *w, const span *parts, int count);
char *room(work *w, Py_ssize_t size);
span one_line(work *w, const value *v, Py_ssize_t limit);
span plain_text(work *w, const value *v, int html);
span lowered(work *w, span text);
/* links.c */
int links_of(work *w, span text, link_span *found, int most);
int is_clean_query(const plan *p, span url);
/* values.c */
span text_of(work *w, const value *v, unsigned *texture);
span identifier(work *w, const value *v);
int truth(work *w, const value *v);
int choice(work *w, const value *v, enum symbols of);
int number_of(work *w, const value *v, double *number);
span address_of(work *w, const value *v);
span native_id(work *w, enum prefix kind, span told);
/* moments.c */
int moment(work *w, const value *v, int64_t *micros);
/* json.c */
int json_read(work *w, span body);
int json_list(work *w, span list, value *items, int most);
/* expressions.c */
value evaluate(work *w, int expression);
/* accounts.c */
span mail_account(work *w, span address, unsigned texture);
span account_uri(work *w, const value *v);
void party_read(work *w, const party_plan *table, int role, party *told);
int is_own(const plan *p, span account);
/* facts.c */
void facts_read(work *w, const delivery *d, facts *f);
/* place.c */
void place(work *w, facts *f);
/* delivery.c */
int delivery_read(work *w, span bytes, plan *const *plans, Py_ssize_t count, delivery *d);
/* activity.c */
typedef struct {
    span topic;
    int partition;
    int64_t offset;
} source_place;
void activity_write(work *w, const delivery *d, const facts *f, const source_place *at, out *o);
void put_raw(out *o, const char *data, Py_ssize_t size);
/* hashes.c, and the keys of handful.c */
void uuid_of(const span *parts, int count, char *text);
/* plan.c */
plan *plan_make(PyObject *spec);
void plan_free(plan *p);
int symbols_make(symbols_table *made, PyObject *names, PyObject *owned);

#endif
