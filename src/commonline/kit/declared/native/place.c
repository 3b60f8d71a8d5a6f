/* Sides, direction, our account, visibility's floor: place.py. */
#include "engine.h"

static void set_side(const plan *p, party *one) {
    if (!one->present) return;
    if (one->account.at && is_own(p, one->account)) one->side = S_US;
    else if (one->side == S_UNKNOWN) one->side = p->unknown_side;
}

static int is_ours(const plan *p, const party *one) {
    return one->present && one->side == S_US && one->account.at && is_own(p, one->account);
}

static span our_account(const plan *p, const facts *f) {
    if (is_ours(p, &f->actor)) return f->actor.account;
    for (int i = 0; i < f->participants; i++)
        if (is_ours(p, &f->participant[i])) return f->participant[i].account;
    return p->our_account;
}

static int direction_of(const facts *f) {
    int outside = 0, us = 0;
    for (int i = 0; i < f->participants; i++) {
        const party *one = &f->participant[i];
        outside |= one->side != S_US && one->role != R_SUBJECT;
        us |= one->side == S_US;
    }
    if (f->actor.present && f->actor.side == S_US) return outside || !f->participants ? D_OUTBOUND : D_INTERNAL;
    return f->our_account.at || us ? D_INBOUND : D_OBSERVED;
}

void place(work *w, facts *f) {
    const plan *p = w->plan;
    if (p->own_count || p->pattern_count || p->unknown_side != S_UNKNOWN) {
        set_side(p, &f->actor);
        for (int i = 0; i < f->participants; i++) set_side(p, &f->participant[i]);
    }
    if (!f->our_account.at) f->our_account = our_account(p, f);
    if (p->floor > f->visibility) f->visibility = p->floor;
    if (f->direction < 0) f->direction = direction_of(f);
}
