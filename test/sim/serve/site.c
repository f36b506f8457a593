/*
 * test/sim/serve/site.c - files of sizes around what the server treats differently, a folder with
 * many names, one with an index file.
 */
#include "site.h"

#include "../world.h"

#include <fcntl.h>
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { UPLOAD_KEY = 77 };

enum { FILES = 8, NAMES = 150, LARGEST = 300000 };

static const uint64_t sizes[FILES] = {0, 1, 100, 5000, 16384, 16385, 70000, LARGEST};
static char folder[] = "/tmp/leat-sim-serve-XXXXXX";

static void
make_file(const char *name, uint64_t key, uint64_t size)
{
	static uint8_t octets[LARGEST];
	struct timespec times[2] = {{SITE_TIME, 0}, {SITE_TIME, 0}};
	char path[128];
	int fd;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	world_pattern(key, 0, octets, size);
	if (fd < 0 || write(fd, octets, size) != (ssize_t)size || futimens(fd, times) < 0)
		abort();
	close(fd);
}

static void
make_folder(const char *name)
{
	char path[128];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	if (mkdir(path, 0755) < 0)
		abort();
}

const char *
site_make(void)
{
	char name[32];

	if (!mkdtemp(folder))
		abort();
	for (unsigned i = 0; i < FILES; i++) {
		snprintf(name, sizeof name, "f%u", i);
		make_file(name, i, sizes[i]);
	}
	make_folder("many");
	for (unsigned i = 0; i < NAMES; i++) {
		snprintf(name, sizeof name, "many/name-%u", i);
		make_file(name, 0, 0);
	}
	make_folder("up");
	make_folder("index");
	make_file("index/index.html", 3, sizes[3]);
	return folder;
}

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

void
site_remove(void)
{
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
add_field(struct ask *a, const char *name, const char *value)
{
	a->field[a->fields++] = (struct http_field){http_span_of(name), http_span_of(value)};
}

static void
for_file(struct ask *a, unsigned i, const char *method)
{
	a->method = method;
	a->status = 200;
	snprintf(a->target, sizeof a->target, "/f%u", i);
	a->known = true;
	a->key = i;
	a->from = 0;
	a->len = strcmp(method, "HEAD") == 0 ? 0 : sizes[i];
}

static void
without_content(struct ask *a, unsigned status)
{
	a->status = status;
	a->len = 0;
}

static void
for_range(struct ask *a, struct rng *r)
{
	unsigned i = 1 + (unsigned)rng_below(r, FILES - 1);
	uint64_t first = rng_below(r, sizes[i]), last = first + rng_below(r, sizes[i]);

	for_file(a, i, "GET");
	a->status = 206;
	if (rng_below(r, 4) == 0) { /* the last octets */
		first = sizes[i] - 1 - first;
		last = sizes[i] - 1;
		snprintf(a->value, sizeof a->value, "bytes=-%" PRIu64, sizes[i] - first);
	} else {
		snprintf(a->value, sizeof a->value, "bytes=%" PRIu64 "-%" PRIu64, first, last);
	}
	add_field(a, "Range", a->value);
	a->from = first;
	a->len = (last < sizes[i] ? last + 1 : sizes[i]) - first;
}

static void
for_no_range(struct ask *a, struct rng *r)
{
	unsigned i = (unsigned)rng_below(r, FILES);

	for_file(a, i, "GET");
	snprintf(a->value, sizeof a->value, "bytes=%" PRIu64 "-", sizes[i]);
	add_field(a, "Range", a->value);
	a->status = 416;
	a->known = false;
}

static void
for_condition(struct ask *a, struct rng *r)
{
	for_file(a, (unsigned)rng_below(r, FILES), "GET");
	if (rng_below(r, 2)) {
		add_field(a, "If-None-Match", "*");
		without_content(a, 304);
	} else {
		add_field(a, "If-Match", "\"other\"");
		a->status = 412;
		a->known = false;
	}
}

static void
for_page(struct ask *a, struct rng *r)
{
	static const struct {
		const char *method, *target;
		unsigned status;
	} pages[] = {{"GET", "/absent", 404}, {"GET", "/many", 301}, {"GET", "/many/?format=json", 200},
	    {"GET", "/many/", 200}, {"HEAD", "/many/", 200}, {"OPTIONS", "/f1", 204}, {"BREW", "/f1", 501},
	    {"GET", "/%00", 400}, {"GET", "/f1/", 404}};
	size_t i = rng_below(r, sizeof pages / sizeof *pages);

	a->method = pages[i].method;
	snprintf(a->target, sizeof a->target, "%s", pages[i].target);
	a->status = pages[i].status;
	a->known = false;
}

static void
for_refused_content(struct ask *a, struct rng *r)
{
	for_file(a, 1, "POST");
	a->status = 405;
	a->known = false;
	a->content = world_between(r, 0, rng_below(r, 2) ? 100 : ASK_CONTENT_MOST);
}

void
ask_upload(struct ask *a, struct rng *r)
{
	*a = (struct ask){.method = "PUT", .status = 201, .also = 204, .step = 1};
	snprintf(a->target, sizeof a->target, "/up/%" PRIx64, rng_below(r, UINT64_MAX));
	a->content = world_between(r, 0, ASK_CONTENT_MOST);
}

bool
ask_next(struct ask *a)
{
	switch (a->step++) {
	case 1:
		a->method = "GET";
		a->status = 200;
		a->also = 0;
		a->known = true;
		a->key = UPLOAD_KEY;
		a->from = 0;
		a->len = a->content;
		a->content = 0;
		return true;
	case 2:
		a->method = "DELETE";
		a->status = 204;
		a->also = 404; /* the answer to the first one was lost */
		a->known = false;
		return true;
	default:
		return false;
	}
}

const void *
ask_content(void)
{
	static uint8_t octets[ASK_CONTENT_MOST];
	static bool made;

	if (!made)
		world_pattern(UPLOAD_KEY, 0, octets, sizeof octets);
	made = true;
	return octets;
}

void
ask_draw(struct ask *a, struct rng *r, bool safe)
{
	*a = (struct ask){.fields = 0};
	switch (rng_below(r, safe ? 11 : 12)) {
	case 0:
	case 1:
		for_range(a, r);
		break;
	case 2:
		for_file(a, (unsigned)rng_below(r, FILES), "HEAD");
		break;
	case 3:
		for_no_range(a, r);
		break;
	case 4:
		for_condition(a, r);
		break;
	case 5:
		for_file(a, 3, "GET");
		snprintf(a->target, sizeof a->target, "/index/");
		break;
	case 6:
	case 7:
		for_page(a, r);
		break;
	case 11:
		for_refused_content(a, r);
		break;
	default:
		for_file(a, (unsigned)rng_below(r, FILES), "GET");
	}
}
