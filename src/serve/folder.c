/*
 * serve/folder.c - answers with the listing of a folder. It is read and sorted in parts before the
 * answer, some in a turn of the world: others are served meanwhile, and what fails has its status.
 */
#include "serve/impl.h"

#include "base/err.h"

#include <unistd.h>

/* Steps of a listing's work in one turn; each takes less than a millisecond. */
enum { STEPS_A_TURN = 4 };

static void
choose(struct http_exchange *x, struct listing_settings *set)
{
	answer_style(x, &set->style);
	listing_query_read(x->request->query, &set->query);
	if (set->query.form >= 0)
		set->style.form = (enum page_form)set->query.form;
}

static void
send_listing(struct http_exchange *x)
{
	struct serve_task *t = &work_of(x)->task;
	struct http_field field[4] = {
	    {http_span_of("Content-Type"), http_span_of(page_content_types[t->form])},
	    {http_span_of("Vary"), http_span_of("Accept, Accept-Language, Accept-Encoding")},
	    {http_span_of("Cache-Control"), http_span_of("no-cache")},
	    {http_span_of("Content-Encoding"), http_span_of(http_coding_name(t->coding))},
	};
	struct http_answer a = {.status = 200, .field = field, .fields = 3};
	bool head = x->request->method == HTTP_HEAD;

	if (t->coding != HTTP_IDENTITY && (head || encode_body(x, t->coding, HTTP_LENGTH_UNKNOWN, NULL)))
		a.fields++;
	a.content = http_produced(HTTP_LENGTH_UNKNOWN);
	answer_send(x, &a);
}

static void
prepare(struct http_exchange *x)
{
	struct io_world *world = conn_of(x)->serve->world;
	struct serve_task *t = &work_of(x)->task;
	int e = -LEAT_EAGAIN;

	for (int i = 0; i < STEPS_A_TURN && e == -LEAT_EAGAIN; i++)
		e = listing_work(t->body);
	if (e == -LEAT_EAGAIN || e == -LEAT_EINPROGRESS) {
		t->prepare = prepare;
		timer_arm(world->wheel, &t->more,
		    nsec_add(io_now(world), e == -LEAT_EINPROGRESS ? LISTING_PAUSE : 0));
		return;
	}
	t->prepare = NULL;
	if (e == -LEAT_ENOENT) /* it was removed meanwhile */
		answer_refuse(x, REFUSED_ABSENT, NULL);
	else if (e < 0)
		answer_refuse(x, e == -LEAT_ENOMEM ? REFUSED_BUSY : REFUSED_BROKEN, NULL);
	else
		send_listing(x);
}

void
folder_answer(struct http_exchange *x, int fd, const struct http_coding_weights *accept)
{
	struct serve *s = conn_of(x)->serve;
	struct serve_task *t = &work_of(x)->task;
	bool changes = login_may_change(x);
	struct listing_settings set = {.folder = fd,
	    .root = site_root(s->site),
	    .path = t->path_text,
	    .hidden = s->set->site.hidden,
	    .memory = &s->listings,
	    .never = SITE_ASIDE,
	    .uploads = s->set->upload && changes,
	    .removes = s->set->remove && changes,
	    .login = (s->set->upload || s->set->remove) && !changes,
	    .archive = pack_offered(s),
	    .qr = address_is_of_use(x),
	    .readmes = s->set->readme ? s->readmes : NULL};

	if (address_is_asked(x->request)) {
		close(fd);
		address_answer(x);
		return;
	}
	choose(x, &set);
	t->form = set.style.form;
	t->coding = encode_choose(x, accept, HTTP_LENGTH_UNKNOWN);
	if (listing_new(&set, &t->body) < 0) {
		close(fd);
		answer_refuse(x, REFUSED_BUSY, NULL);
	} else if (x->request->method == HTTP_HEAD) {
		send_listing(x);
	} else {
		prepare(x);
	}
}
