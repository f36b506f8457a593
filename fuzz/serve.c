/*
 * fuzz/serve.c - the web server as a whole: octets on several connections in any order, while time
 * passes. Whatever comes, each connection ends, nothing stays open, and what a connection got is a
 * row of whole responses if the server has closed it in order.
 *
 * The input is a row of steps, an octet each: two bits say which connection, the others what happens.
 */
#include "serve/serve.h"
#include "hosts.h"
#include "http_feed.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { CONNS = 4, TAKEN = 3, FIELDS = 110, GOT_MOST = 1 << 18, SENT_MOST = 1 << 16, METHODS = 512 };

struct conn {
	struct io_stream *s;
	char got[GOT_MOST], sent[SENT_MOST];
	size_t got_len, sent_len;
	bool ended, failed;
};

struct place {
	struct hosts hosts;
	struct serve *serve;
	struct conn *conn;
	const uint8_t *data;
	size_t size;
};

enum { PATH_ROOM = 64 };

static char base[PATH_ROOM] = "/dev/shm/leat-fuzz-serve-XXXXXX", folder[PATH_ROOM + 2];

static int
remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
	return remove(path);
}

static void
remove_all(void)
{
	nftw(base, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void
make(const char *name, size_t size)
{
	static char octets[40000];
	char path[2 * PATH_ROOM];
	FILE *f;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	f = fopen(path, "w");
	if (!f || fwrite(octets, 1, size, f) != size)
		abort();
	fclose(f);
}

/* Each input finds the same files. */
static void
make_folder(void)
{
	char path[2 * PATH_ROOM];

	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	snprintf(path, sizeof path, "%s/d", folder);
	if (mkdir(folder, 0755) < 0 || mkdir(path, 0755) < 0)
		abort();
	make("a", 10);
	make("b.html", 40000);
	make("b.html.gz", 5000);
	make("d/e", 0);
}

static void
make_base(void)
{
	if (folder[0])
		return;
	if (!mkdtemp(base) && !mkdtemp(strcpy(base, "/tmp/leat-fuzz-serve-XXXXXX")))
		abort();
	snprintf(folder, sizeof folder, "%s/s", base);
	atexit(remove_all);
}

static void
read_all(struct conn *c)
{
	char buf[4096];
	ssize_t n;

	while ((n = io_read(c->s, buf, sizeof buf)) > 0) {
		if (c->got_len + (size_t)n > GOT_MOST)
			continue;
		memcpy(c->got + c->got_len, buf, (size_t)n);
		c->got_len += (size_t)n;
	}
	c->ended |= n == 0 && !c->failed;
	c->failed |= n < 0 && n != -LEAT_EAGAIN;
}

/* The methods of the requests that were sent, the last one also if its head was refused. */
static size_t
read_methods(struct conn *c, enum http_method *method)
{
	struct http_field field[FIELDS];
	struct http_parser p;
	size_t at = 0, used, n = 0;
	enum http_event e;

	http_parser_requests(&p, &http_limits_usual, field, 100);
	while (n < METHODS - 1) {
		e = http_parser_next(&p, c->sent + at, c->sent_len - at, &used);
		at += used;
		if (e == HTTP_EVENT_HEAD)
			method[n++] = p.request.method;
		if (e == HTTP_EVENT_END)
			http_parser_begin(&p);
		if (e == HTTP_EVENT_MORE || e == HTTP_EVENT_BAD)
			break;
	}
	method[n++] = p.request.method;
	return n;
}

/* A connection that is turned away is answered whatever the request is. */
static void
expect_responses(struct conn *c)
{
	enum http_method method[METHODS];
	size_t at = 0, i = 0, n = read_methods(c, method);
	bool turned = c->got_len > 13 && memcmp(c->got, "HTTP/1.1 503 ", 13) == 0;
	struct http_field field[FIELDS];
	struct http_parser p;

	http_parser_responses(&p, &http_limits_usual, field, FIELDS);
	while (at < c->got_len) {
		check(i < n);
		http_parser_begin_response(&p, turned ? HTTP_GET : method[i], false);
		at += feed_response(NULL, &p, c->got + at, c->got_len - at);
		i++;
	}
}

static void
leave(struct conn *c, bool reset)
{
	if (!c->s)
		return;
	read_all(c);
	if (c->ended && c->got_len < GOT_MOST && c->sent_len < SENT_MOST)
		expect_responses(c);
	io_close(c->s, reset);
	c->s = NULL;
}

static void
on_event(struct io_stream *s, unsigned events, void *arg)
{
}

static void
join(struct place *p, struct conn *c)
{
	c->got_len = c->sent_len = 0;
	c->ended = c->failed = false;
	check(io_connect(p->hosts.client, &p->hosts.at, on_event, c, &c->s) == 0);
	hosts_pass(&p->hosts, 5 * MSEC);
}

static void
say(struct conn *c, const char *at, size_t n)
{
	ssize_t done = n > 0 ? io_write(c->s, at, n, 0) : 0;

	if (done <= 0)
		return;
	if (c->sent_len + (size_t)done <= SENT_MOST)
		memcpy(c->sent + c->sent_len, at, (size_t)done);
	c->sent_len += (size_t)done;
	c->sent_len = c->sent_len < SENT_MOST ? c->sent_len : SENT_MOST;
}

static const char *const phrases[] = {"GET /a HTTP/1.1\r\nHost: a\r\n\r\n", "GET /b.html HTTP/1.1\r\n",
    "HEAD /d/ HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", "GET /d/?format=json HTTP/1.1\r\nHost: a\r\n",
    "POST /echo HTTP/1.1\r\nHost: a\r\n", "Content-Length: 9\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n",
    "5\r\nhello\r\n", "0\r\n\r\n", "Accept-Encoding: gzip, br\r\n", "Range: bytes=1-5, 7-\r\n",
    "Expect: 100-continue\r\n", "If-None-Match: *\r\n", "Host: a\r\n", "Connection: close\r\n", "\r\n",
    "PUT /d/new HTTP/1.1\r\nHost: a\r\n", "DELETE /d/e HTTP/1.1\r\nHost: a\r\n\r\n",
    "POST /d/ HTTP/1.1\r\nHost: a\r\n", "Content-Type: multipart/form-data; boundary=x\r\n",
    "--x\r\nContent-Disposition: form-data; name=f; filename=g\r\n\r\n", "\r\n--x--\r\n",
    "GET /?zip HTTP/1.1\r\nHost: a\r\n\r\n", "If-Match: *\r\n", "Content-Range: bytes 0-1/2\r\n"};

static uint8_t
next(struct place *p)
{
	if (p->size == 0)
		return 0;
	p->size--;
	return *p->data++;
}

static void
step(struct place *p)
{
	uint8_t what = next(p), more = what >> 3;
	struct conn *c = &p->conn[what & 3];
	const char *phrase;
	size_t n;

	if (!c->s) {
		join(p, c);
		return;
	}
	if (!(what & 4)) { /* octets of the input, or a phrase */
		n = more < p->size ? more : p->size;
		say(c, (const char *)p->data, n);
		p->data += n;
		p->size -= n;
	} else if (more < 16) {
		phrase = phrases[next(p) % (sizeof phrases / sizeof *phrases)];
		say(c, phrase, strlen(phrase));
	} else if (more < 20) {
		read_all(c);
	} else if (more < 29) {
		hosts_pass(&p->hosts, MSEC << (2 * (more - 20)));
	} else if (more == 29) {
		io_shutdown(c->s);
	} else {
		leave(c, more == 31);
	}
}

static void
begin(struct place *p, struct serve_settings *set)
{
	enum serve_part part;

	hosts_begin(&p->hosts);
	serve_settings_usual(set);
	set->site.folder = folder;
	set->site.files_most = 2;
	set->conns_most = TAKEN;
	set->requests_most = 30;
	set->upload = set->remove = true;
	set->upload_most = 1 << 20;
	set->echo = "/echo";
	set->log = "/dev/null";
	set->wall = hosts_wall;
	check(serve_new(p->hosts.server, set, &p->serve, &part) == 0);
	check(serve_listen(p->serve, &p->hosts.at) == 0);
}

/* All that clients could do was done: the server ends each connection in its time. */
static void
end(struct place *p)
{
	serve_drain(p->serve);
	hosts_pass(&p->hosts, 600 * SEC);
	check(serve_conns(p->serve) == 0);
	for (size_t i = 0; i < CONNS; i++)
		leave(&p->conn[i], false);
	serve_free(p->serve);
	hosts_end(&p->hosts);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct simio_rule rule = {.there = MSEC, .back = 2 * MSEC};
	static struct conn conns[CONNS];
	struct place p = {.conn = conns, .data = data, .size = size};
	struct serve_settings set;

	make_base();
	make_folder();
	begin(&p, &set);
	check(simio_net_rule(p.hosts.net, &rule) == 0);
	rule.window = size % 3 == 0 ? 700 : 0;
	while (p.size > 0)
		step(&p);
	end(&p);
	return 0;
}
