/* What program.py made of a source's table, taken in. Whatever does not fit raises ValueError. */
#include "engine.h"

static const char *const OPERATION_NAMES[] = {"path", "header", "constant", "or", "and", "not",
                                              "equal", "unequal", "join", "lower", "to_string", "not_null"};
static const char *const KEY_NAMES[] = {
    "ignore", "event", "id", "version", "type", "edited", "deleted", "object_type", "title", "text", "language", "url",
    "created", "published", "channel", "visibility", "direction", "thread", "thread_title", "thread_state", "container",
    "container_name", "parent", "our_account", "reaction", "automated", "generator", "client_ref", "tags", "attachments"};
static const char *const PARTY_NAMES[] = {"each", "account", "id", "name", "handle", "email", "phone", "kind", "side"};

static int refuse(const char *what) {
    if (!PyErr_Occurred()) PyErr_Format(PyExc_ValueError, "a plan's %s", what);
    return 0;
}

static PyObject *part(PyObject *spec, const char *name) {
    PyObject *found = PyDict_GetItemString(spec, name);
    if (!found) refuse(name);
    return found;
}

static int text_of_bytes(PyObject *owned, PyObject *told, span *found) {
    if (told == Py_None) return *found = NOTHING, 1;
    if (!PyBytes_Check(told) || PyList_Append(owned, told) < 0) return refuse("text is bytes");
    *found = (span){PyBytes_AS_STRING(told), PyBytes_GET_SIZE(told)};
    return 1;
}

static int number_within(PyObject *told, long low, long high, int *found) {
    long number = told ? PyLong_AsLong(told) : -1;
    if (!told || (number == -1 && PyErr_Occurred()) || number < low || number >= high) return refuse("number is out of range");
    *found = (int)number;
    return 1;
}

static int tuple_of(PyObject *spec, const char *name, Py_ssize_t most, PyObject **found) {
    *found = part(spec, name);
    if (!*found) return 0;
    if (!PyTuple_Check(*found) || PyTuple_GET_SIZE(*found) > most) return refuse(name);
    return 1;
}

static int texts(plan *p, PyObject *spec, const char *name, int most, span *to, int *count) {
    PyObject *told;
    if (!tuple_of(spec, name, most, &told)) return 0;
    *count = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < *count; i++)
        if (!text_of_bytes(p->owned, PyTuple_GET_ITEM(told, i), &to[i]) || !to[i].at) return refuse(name);
    return 1;
}

static int numbers(PyObject *spec, const char *name, int most, int high, int *to, int *count) {
    PyObject *told;
    if (!tuple_of(spec, name, most, &told)) return 0;
    *count = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < *count; i++)
        if (!number_within(PyTuple_GET_ITEM(told, i), 0, high, &to[i])) return 0;
    return 1;
}

/* Children stand behind their parents, so that no path leads round. */
static int nodes_make(plan *p, PyObject *spec) {
    PyObject *told;
    if (!tuple_of(spec, "nodes", MOST_NODES, &told) || !number_within(part(spec, "slots"), 0, MOST_SLOTS, &p->slots)) return 0;
    p->nodes = (int)PyTuple_GET_SIZE(told);
    p->node = PyMem_Calloc(p->nodes + 1, sizeof(node));
    if (!p->node || !p->nodes) return refuse("nodes");
    for (int i = 0; i < p->nodes; i++) {
        node *one = &p->node[i];
        PyObject *name, *index, *slot, *child, *next;
        int place;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(told, i), "OOOOO", &name, &index, &slot, &child, &next)) return 0;
        if (!text_of_bytes(p->owned, name, &one->name) || !number_within(index, -1, 1 << 20, &place)) return 0;
        if (!number_within(slot, -1, p->slots, &one->slot)) return 0;
        if (!number_within(child, -1, p->nodes, &one->child) || !number_within(next, -1, p->nodes, &one->next)) return 0;
        one->index = place;
        if ((one->child >= 0 && one->child <= i) || (one->next >= 0 && one->next <= i)) return refuse("nodes run backwards");
        if (i && !one->name.at && place < 0) return refuse("node has neither name nor index");
    }
    for (int i = 0; i < p->nodes; i++)
        for (int child = p->node[i].child; child >= 0; child = p->node[child].next)
            if (p->node[child].index < 0) p->node[i].lengths |= (uint64_t)1 << (p->node[child].name.size & 63);
    return 1;
}

static int constant_make(plan *p, PyObject *told, value *made) {
    *made = NULL_VALUE;
    if (told == Py_None) return 1;
    if (PyBool_Check(told)) return made->type = told == Py_True ? YES : NO, 1;
    if (PyBytes_Check(told)) {
        made->type = TEXT;
        return text_of_bytes(p->owned, told, &made->text);
    }
    PyObject *number, *text;
    if (!PyArg_ParseTuple(told, "OO", &number, &text) || !text_of_bytes(p->owned, text, &made->text)) return 0;
    made->type = WHOLE;
    made->number = PyLong_AsLongLong(number);
    return !PyErr_Occurred() && made->text.at;
}

static int least_operands(enum operation operation) {
    if (operation == PATH || operation == HEADER || operation == CONSTANT) return 0;
    return operation == NOT || operation == LOWER || operation == TO_STRING || operation == NOT_NULL ? 1 : 2;
}

/* Operands stand before what they are used by, so that no expression is part of itself. */
static int expression_make(plan *p, PyObject *told, int place) {
    expression *one = &p->expression[place];
    PyObject *name, *slot, *constant, *of;
    if (!PyArg_ParseTuple(told, "UOOO!", &name, &slot, &constant, &PyTuple_Type, &of)) return 0;
    int operation = 0;
    while (operation < OPERATIONS && PyUnicode_CompareWithASCIIString(name, OPERATION_NAMES[operation])) operation++;
    one->operation = operation;
    one->count = (int)PyTuple_GET_SIZE(of);
    if (operation == OPERATIONS || one->count < least_operands(one->operation) || PyTuple_GET_SIZE(of) > MOST_CHILDREN)
        return refuse("operation");
    int most = operation == PATH ? p->slots : operation == HEADER ? p->headers : 1;
    if (!number_within(slot, 0, most, &one->slot) || !constant_make(p, constant, &one->constant)) return refuse("operand");
    for (int i = 0; i < one->count; i++)
        if (!number_within(PyTuple_GET_ITEM(of, i), 0, place, &one->of[i])) return 0;
    return 1;
}

static int expressions_make(plan *p, PyObject *spec) {
    PyObject *told;
    if (!texts(p, spec, "headers", MOST_HEADERS, p->header, &p->headers)) return 0;
    if (!tuple_of(spec, "expressions", MOST_EXPRESSIONS, &told)) return 0;
    p->expressions = (int)PyTuple_GET_SIZE(told);
    p->expression = PyMem_Calloc(p->expressions + 1, sizeof(expression));
    if (!p->expression) return refuse("expressions");
    for (int i = 0; i < p->expressions; i++)
        if (!expression_make(p, PyTuple_GET_ITEM(told, i), i)) return refuse("expression");
    return 1;
}

/* Expressions by the names of their keys; every key must be one that is known. */
static int keys_make(plan *p, PyObject *told, const char *const *names, int count, int *to) {
    Py_ssize_t known = 0;
    if (!told || !PyDict_Check(told)) return refuse("keys");
    for (int i = 0; i < count; i++) {
        PyObject *number = PyDict_GetItemString(told, names[i]);
        to[i] = -1;
        if (!number) continue;
        if (!number_within(number, 0, p->expressions, &to[i])) return 0;
        known++;
    }
    return known == PyDict_Size(told) || refuse("key is unknown");
}

static int party_make(plan *p, PyObject *told, party_plan *made) {
    PyObject *keys, *role, *trust;
    return PyArg_ParseTuple(told, "OOO", &keys, &role, &trust) && keys_make(p, keys, PARTY_NAMES, PARTY_KEYS, made->of) &&
           number_within(role, 0, 64, &made->role) && number_within(trust, 0, 16, &made->trust);
}

static int parties_make(plan *p, PyObject *spec) {
    PyObject *told, *actor = part(spec, "actor"), *author = part(spec, "author");
    if (!actor || !author || !tuple_of(spec, "participants", MOST_PARTIES, &told)) return 0;
    p->has_actor = actor != Py_None;
    p->has_author = author != Py_None;
    if (p->has_actor && !party_make(p, actor, &p->actor)) return 0;
    if (p->has_author && !party_make(p, author, &p->author)) return 0;
    p->participants = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < p->participants; i++)
        if (!party_make(p, PyTuple_GET_ITEM(told, i), &p->participant[i])) return 0;
    return 1;
}

/* Pairs of a text and a number. */
static int named_make(plan *p, PyObject *spec, const char *name, int low, int high, named *to, int *count) {
    PyObject *told, *text, *number;
    if (!tuple_of(spec, name, MOST_NAMED, &told)) return 0;
    *count = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < *count; i++) {
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(told, i), "SO", &text, &number)) return 0;
        if (!text_of_bytes(p->owned, text, &to[i].name) || !number_within(number, low, high, &to[i].of)) return 0;
    }
    return 1;
}

static int own_make(plan *p, PyObject *spec, const char *name, span **to, Py_ssize_t *count) {
    PyObject *told = part(spec, name);
    if (!told || !PyTuple_Check(told)) return refuse(name);
    *to = PyMem_Calloc(PyTuple_GET_SIZE(told) + 1, sizeof(span));
    if (!*to) return refuse(name);
    *count = PyTuple_GET_SIZE(told);
    for (Py_ssize_t i = 0; i < *count; i++)
        if (!text_of_bytes(p->owned, PyTuple_GET_ITEM(told, i), &(*to)[i]) || !(*to)[i].at) return refuse(name);
    return 1;
}

static int place_make(plan *p, PyObject *spec) {
    return own_make(p, spec, "own", &p->own, &p->own_count) && own_make(p, spec, "patterns", &p->pattern, &p->pattern_count) &&
           number_within(part(spec, "floor"), 0, 5, &p->floor) && number_within(part(spec, "unknown_side"), 0, 5, &p->unknown_side) &&
           number_within(part(spec, "region"), 0, 2, &p->region) &&
           text_of_bytes(p->owned, part(spec, "our_account"), &p->our_account);
}

static int plan_fill(plan *p, PyObject *spec) {
    int prefixes;
    span fixed[4];
    int fixed_count, relations;
    if (!texts(p, spec, "source", 4, fixed, &fixed_count) || fixed_count != 4) return refuse("source");
    if (fixed[0].size > LONGEST_NAME_OF_PLACE || fixed[2].size > LONGEST_NAME_OF_PLACE) return refuse("source has too long a name");
    p->workspace = fixed[0], p->connector = fixed[1], p->source = fixed[2], p->markup = fixed[3];
    if (!texts(p, spec, "media", MOST_NAMED, p->media, &p->media_count)) return 0;
    if (!nodes_make(p, spec) || !expressions_make(p, spec)) return 0;
    if (!keys_make(p, part(spec, "keys"), KEY_NAMES, KEYS, p->key) || !parties_make(p, spec)) return 0;
    if (!texts(p, spec, "prefixes", PREFIXES, p->prefix, &prefixes) || prefixes != PREFIXES) return refuse("prefixes");
    if (!named_make(p, spec, "verbs", -1, MOST_SYMBOLS, p->verb, &p->verbs)) return 0;
    if (!named_make(p, spec, "words", 0, MOST_SYMBOLS, p->word, &p->words)) return 0;
    if (!named_make(p, spec, "metrics", 0, p->expressions, p->metric, &p->metrics)) return 0;
    if (!named_make(p, spec, "fields", 0, p->expressions, p->field, &p->fields)) return 0;
    if (!numbers(spec, "event_guesses", MOST_NAMED, p->expressions, p->event_guess, &p->event_guesses)) return 0;
    if (!numbers(spec, "time_guesses", MOST_NAMED, p->expressions, p->time_guess, &p->time_guesses)) return 0;
    if (!number_within(part(spec, "relations"), 0, 1 << 30, &relations)) return 0;
    if (!texts(p, spec, "secretive", MOST_NAMED, p->secretive, &p->secretives)) return 0;
    if (!number_within(part(spec, "partition"), 0, 1 << 24, &p->partition)) return 0;
    p->relations = (unsigned)relations;
    return place_make(p, spec);
}

void plan_free(plan *p) {
    if (!p) return;
    PyMem_Free(p->node);
    PyMem_Free(p->expression);
    PyMem_Free(p->own);
    PyMem_Free(p->pattern);
    Py_XDECREF(p->owned);
    PyMem_Free(p);
}

/* A plan, or NULL with an error. Textures of constants are for the caller to add. */
plan *plan_make(PyObject *spec) {
    plan *p = PyDict_Check(spec) ? PyMem_Calloc(1, sizeof(plan)) : NULL;
    if (!p) return refuse("table is a dict"), NULL;
    p->enabled = 1;
    p->owned = PyList_New(0);
    if (p->owned && plan_fill(p, spec)) return p;
    refuse("table");
    plan_free(p);
    return NULL;
}

/* The symbols of an enumeration, and their spelling in small letters. */
int symbols_make(symbols_table *made, PyObject *told, PyObject *owned) {
    if (!PyTuple_Check(told) || PyTuple_GET_SIZE(told) > MOST_SYMBOLS) return refuse("symbols");
    made->count = (int)PyTuple_GET_SIZE(told);
    for (int i = 0; i < made->count; i++) {
        PyObject *name, *lower;
        if (!PyArg_ParseTuple(PyTuple_GET_ITEM(told, i), "SS", &name, &lower)) return 0;
        if (!text_of_bytes(owned, name, &made->name[i]) || !text_of_bytes(owned, lower, &made->lower[i])) return 0;
    }
    return 1;
}
