/* commonline.kit.declared._engine: `Engine`, which works on records of Kafka (engine.py says how it is used). */
#include "handful.h"

#ifndef SOURCE_DIGEST
#define SOURCE_DIGEST ""
#endif

static void engine_free(Engine *self) {
    for (Py_ssize_t i = 0; i < self->count; i++) plan_free(self->plans[i]);
    PyMem_Free(self->plans);
    PyMem_Free(self->output);
    PyMem_Free(self->results);
    PyMem_Free(self->key);
    PyMem_Free(self->work.scratch_begin);
    Py_XDECREF(self->owned);
    Py_XDECREF(self->value_name);
    Py_XDECREF(self->partition_name);
    Py_XDECREF(self->offset_name);
    Py_TYPE(self)->tp_free((PyObject *)self);
}

static span kept(Engine *self, PyObject *bytes) {
    if (PyList_Append(self->owned, bytes) < 0) return NOTHING;
    return (span){PyBytes_AS_STRING(bytes), PyBytes_GET_SIZE(bytes)};
}

static int engine_fill(Engine *self, PyObject *args) {
    PyObject *in, *out_frame, *topic, *key, *plain, *symbols;
    if (!PyArg_ParseTuple(args, "SSSSSO!", &in, &out_frame, &topic, &key, &plain, &PyTuple_Type, &symbols)) return 0;
    self->value_name = PyUnicode_InternFromString("value");
    self->partition_name = PyUnicode_InternFromString("partition");
    self->offset_name = PyUnicode_InternFromString("offset");
    if (!self->value_name || !self->partition_name || !self->offset_name || !(self->owned = PyList_New(0))) return 0;
    self->frame_in = kept(self, in);
    self->frame_out = kept(self, out_frame);
    self->topic = kept(self, topic);
    self->plain = kept(self, plain);
    self->output_size = 4 * LONGEST_ACTIVITY;
    self->output = PyMem_Malloc(self->output_size);
    self->results = PyMem_Calloc(MOST_TOGETHER, sizeof(result));
    self->work.scratch_begin = PyMem_Malloc(SCRATCH);
    if (!self->output || !self->results || !self->work.scratch_begin) return PyErr_NoMemory(), 0;
    if (self->frame_in.size > MOST_FRAME || self->frame_out.size > MOST_FRAME || PyBytes_GET_SIZE(key) > 64 ||
        self->plain.size != KNOWN_CHARACTERS / 8 || PyTuple_GET_SIZE(symbols) != SYMBOLS)
        return PyErr_SetString(PyExc_ValueError, "an engine's frames, key, characters or symbols"), 0;
    for (int i = 0; i < SYMBOLS; i++)
        if (!symbols_make(&self->symbols[i], PyTuple_GET_ITEM(symbols, i), self->owned)) return 0;
    if (!(self->key = key_begin(PyBytes_AS_STRING(key), (size_t)PyBytes_GET_SIZE(key)))) return PyErr_NoMemory(), 0;
    return !PyErr_Occurred();
}

static PyObject *engine_new(PyTypeObject *type, PyObject *args, PyObject *Py_UNUSED(words)) {
    Engine *self = (Engine *)type->tp_alloc(type, 0);
    if (self && !engine_fill(self, args)) Py_CLEAR(self);
    return (PyObject *)self;
}

static void textures(Engine *self, plan *p) {
    work w = {.plain = (const uint8_t *)self->plain.at};
    for (int i = 0; i < p->expressions; i++) {
        value *constant = &p->expression[i].constant;
        if (constant->type == TEXT) constant->texture = texture_of(&w, constant->text);
    }
}

static int before(span a, span b) {
    int found = memcmp(a.at, b.at, a.size < b.size ? a.size : b.size);
    return found ? found < 0 : a.size < b.size;
}

/* Take in a source's plan; one of a name that is known already is refused. */
static PyObject *engine_add(Engine *self, PyObject *spec) {
    plan *made = plan_make(spec);
    if (!made) return NULL;
    plan **grown = PyMem_Realloc(self->plans, (self->count + 1) * sizeof(plan *));
    if (!grown) return plan_free(made), PyErr_NoMemory();
    self->plans = grown;
    textures(self, made);
    Py_ssize_t place = 0;
    while (place < self->count && before(self->plans[place]->source, made->source)) place++;
    if (place < self->count && same(self->plans[place]->source, made->source)) {
        plan_free(made);
        return PyErr_SetString(PyExc_ValueError, "the source has a plan"), NULL;
    }
    memmove(&self->plans[place + 1], &self->plans[place], (self->count - place) * sizeof(plan *));
    self->plans[place] = made;
    self->count++;
    Py_RETURN_NONE;
}

/* enable(source, on): whether its records are worked on. */
static PyObject *engine_enable(Engine *self, PyObject *args) {
    PyObject *source;
    int on;
    if (!PyArg_ParseTuple(args, "Sp", &source, &on)) return NULL;
    span name = {PyBytes_AS_STRING(source), PyBytes_GET_SIZE(source)};
    for (Py_ssize_t i = 0; i < self->count; i++)
        if (same(self->plans[i]->source, name)) self->plans[i]->enabled = on;
    Py_RETURN_NONE;
}

static PyMethodDef engine_methods[] = {
    {"add", (PyCFunction)engine_add, METH_O, "Take in a source's plan."},
    {"enable", (PyCFunction)engine_enable, METH_VARARGS, "Whether a source's records are worked on."},
    {"work", (PyCFunction)(void (*)(void))engine_work, METH_FASTCALL, "Work on messages; the numbers of those that step aside."},
    {"counts", (PyCFunction)engine_counts, METH_NOARGS, "Counts of what was worked on, by partition, source and hour."},
    {"hand_over", (PyCFunction)engine_hand_over, METH_VARARGS, "Append results to an accumulator of record batches."},
    {"result", (PyCFunction)engine_result, METH_O, "What became of a record, or None."},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject engine_type = {
    PyVarObject_HEAD_INIT(NULL, 0).tp_name = "commonline.kit.declared._engine.Engine",
    .tp_basicsize = sizeof(Engine),
    .tp_dealloc = (destructor)engine_free,
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_doc = "Deliveries of sources whose mapping is declared, to activities.",
    .tp_methods = engine_methods,
    .tp_new = engine_new,
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "_engine", "Compiled form of declared mappings.", -1, NULL, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit__engine(void) {
    PyObject *made = PyModule_Create(&module);
    if (!made || PyType_Ready(&engine_type) < 0) return NULL;
    if (PyModule_AddObjectRef(made, "Engine", (PyObject *)&engine_type) < 0 ||
        PyModule_AddStringConstant(made, "SOURCE_DIGEST", SOURCE_DIGEST) < 0) {
        Py_DECREF(made);
        return NULL;
    }
    return made;
}
