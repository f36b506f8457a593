/*
 * cli/report/fates.c - keeps what the link reported about frames until the capture of the receiving
 * side can report it. It writes no capture itself.
 */
#include "cli/report/fates.h"

#include <stdio.h>
#include <stdlib.h>

void
fates_init(struct fates *f)
{
	*f = (struct fates){.count = 0};
	list_init(&f->list);
}

static void
forget(struct fates *f, struct fate *fate)
{
	list_del(&fate->node);
	f->count--;
	free(fate);
}

void
fates_fini(struct fates *f)
{
	list_each_safe(n, &f->list)
		forget(f, container_of(n, struct fate, node));
}

bool
fate_is_absence(enum link_verdict verdict)
{
	return verdict == LINK_LOST || verdict == LINK_QUEUE_FULL;
}

/*
 * Takes note that one copy of a duplicated frame found the queue full. The frame then arrives once
 * only.
 */
static void
expect_less(struct fates *f, uint64_t number)
{
	list_each_safe(n, &f->list) {
		struct fate *fate = container_of(n, struct fate, node);

		if (fate->number == number && !fate_is_absence(fate->verdict) && --fate->due == 0)
			forget(f, fate);
	}
}

void
fates_add(struct fates *f, enum link_verdict verdict, uint64_t number, const char *words)
{
	struct fate *fate = f->count < FATES_MAX ? malloc(sizeof *fate) : NULL;

	if (verdict == LINK_QUEUE_FULL)
		expect_less(f, number);
	if (!fate) {
		f->unnamed += fate_is_absence(verdict);
		return;
	}
	fate->number = number;
	fate->verdict = verdict;
	fate->due = verdict == LINK_DUPLICATED ? 2 : 1;
	snprintf(fate->words, sizeof fate->words, "%s", words);
	list_push(&f->list, &fate->node);
	f->count++;
}

void
fates_arrived(struct fates *f, uint64_t number, void (*report)(void *arg, const struct fate *fate), void *arg)
{
	list_each_safe(n, &f->list) {
		struct fate *fate = container_of(n, struct fate, node);
		bool absent = fate_is_absence(fate->verdict);

		if (fate->number > number)
			return;
		if (!absent && fate->number != number)
			continue;
		report(arg, fate);
		if (--fate->due == 0)
			forget(f, fate);
	}
}
