/*
 * serve/delete.c - DELETE: a file or an empty folder is removed (RFC 9110, 9.3.5).
 */
#include "serve/impl.h"

#include "serve/change/removal.h"

#include <stdlib.h>
#include <sys/stat.h>

/* Its content, if there is any, means nothing, and no one reads it. */
struct delete
{
	struct intake intake;
	struct http_exchange *x;
	struct removal *removal;
};

static void
on_removal(struct removal *r)
{
	struct http_exchange *x = ((struct delete *)r->owner)->x;
	struct http_answer a = {.status = 204};

	if (r->result != CHANGE_REMOVED) {
		change_refuse(x, r->result);
		return;
	}
	conn_of(x)->serve->counts->removed++;
	answer_send(x, &a);
}

static void
on_end(struct intake *in, int result)
{
	struct delete *d = container_of(in, struct delete, intake);

	removal_free(d->removal);
	free(d);
}

static struct delete *delete_new(struct http_exchange *x)
{
	static const struct intake_ops ops = {.end = on_end};
	struct delete *d = malloc(sizeof *d);

	if (!d)
		return NULL;
	*d = (struct delete){.intake.ops = &ops, .x = x, .removal = removal_new()};
	if (d->removal)
		return d;
	free(d);
	return NULL;
}

/* "/file/" is no folder. */
static enum change_result
look(struct http_exchange *x, const struct http_path *path, struct removal *r)
{
	enum change_result result = change_place_of(x, path, &r->place);

	if (result == CHANGE_NONE)
		result = change_look(&r->place, r->place.folder, &r->seen);
	if (result == CHANGE_NO_PARENT || (result == CHANGE_NONE && !r->seen.exists))
		return CHANGE_ABSENT;
	if (result == CHANGE_NONE && path->folder && !S_ISDIR(r->seen.mode))
		return CHANGE_ABSENT;
	if (result == CHANGE_NONE && !change_conditions_hold(x, &r->seen, &r->expect))
		return CHANGE_STATE;
	return result;
}

void
delete_answer(struct http_exchange *x, const struct http_path *path)
{
	struct delete *d = delete_new(x);
	enum change_result r;

	if (!d) {
		answer_refuse(x, REFUSED_BUSY, NULL);
		return;
	}
	work_of(x)->task.intake = &d->intake;
	d->removal->event = on_removal;
	d->removal->owner = d;
	r = look(x, path, d->removal);
	if (r == CHANGE_NONE)
		removal_begin(d->removal, conn_of(x)->serve->set->jobs);
	else
		change_refuse(x, r);
}
