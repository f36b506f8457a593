/*
 * bench/http.c - HTTP/1.1 alone, from octets in memory to octets in memory: how many requests per
 * second are parsed, or are also answered by a connection whose handler sends 13 octets.
 *
 *   leat_http [--answer 0|1] [--short 0|1] [--seconds S]
 *
 * A request is what a browser sends, 550 octets in 13 fields; or with --short 1 what curl sends, 79
 * octets in 3 fields.
 */
#include "args.h"

#include "http/conn/server.h"

#include <stdio.h>
#include <stdlib.h>

enum { BATCH = 1000, IN = 24576, OUT = 8192, FIELDS = 64 };

static const char browser[] =
    "GET /static/images/logo.png?v=20261130 HTTP/1.1\r\nHost: www.example.org\r\nConnection: keep-alive\r\n"
    "sec-ch-ua: \"Chromium\";v=\"130\", \"Not?A_Brand\";v=\"99\"\r\nsec-ch-ua-mobile: ?0\r\n"
    "User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 "
    "Safari/537.36\r\nsec-ch-ua-platform: \"Linux\"\r\nAccept: image/avif,image/webp,image/apng,*/*;q=0.8\r\n"
    "Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n"
    "Referer: https://www.example.org/\r\nAccept-Encoding: gzip, deflate, br\r\n"
    "Accept-Language: en-GB,en;q=0.9\r\n\r\n";
static const char curl[] =
    "GET / HTTP/1.1\r\nHost: www.example.org\r\nUser-Agent: curl/7.88.1\r\nAccept: */*\r\n\r\n";

static char in[IN], out[OUT];
static struct http_field field[FIELDS];

static void
check(bool good, const char *what)
{
	if (good)
		return;
	fprintf(stderr, "leat_http: %s\n", what);
	exit(1);
}

static void
parse_batch(struct http_parser *p, char *text, size_t n)
{
	size_t used;

	for (unsigned i = 0; i < BATCH; i++) {
		http_parser_begin(p);
		check(http_parser_next(p, text, n, &used) == HTTP_EVENT_HEAD && used == n, "not parsed");
		check(http_parser_next(p, text + n, 0, &used) == HTTP_EVENT_END, "no end");
	}
}

static void
on_request(struct http_exchange *x)
{
	struct http_field type = {http_span_of("Content-Type"), http_span_of("text/plain")};
	struct http_answer a = {.status = 200, .field = &type, .fields = 1};

	a.content = http_memory("Hello, world!", 13);
	check(http_answer(x, &a) == 0, "not answered");
}

static void
on_done(struct http_exchange *x, int result)
{
}

static void
answer_batch(struct http_server *s, const char *text, size_t n)
{
	for (unsigned i = 0; i < BATCH; i++) {
		char *at;

		check(http_conn_room(&s->conn, &at) >= n, "no room");
		memcpy(at, text, n);
		http_conn_arrived(&s->conn, n);
		check(http_conn_wants(&s->conn) & HTTP_WANT_WRITE, "nothing to write");
		http_conn_written(&s->conn, http_conn_output(&s->conn).span[0].len);
	}
}

int
main(int argc, char **argv)
{
	struct bench_arg args[] = {{"answer", 0}, {"short", 0}, {"seconds", 2}, {NULL, 0}};
	static const struct http_handler handler = {.request = on_request, .done = on_done};
	static struct http_server server;
	static char text[sizeof browser];
	struct http_span common = http_span_of("Server: leat\r\nDate: Mon, 30 Nov 2026 12:00:00 GMT\r\n");
	struct http_service service = {.handler = &handler, .limits = http_limits_usual, .common = &common};
	struct http_buffers buffers = {in, sizeof in, out, sizeof out, field, FIELDS};
	struct http_parser parser;
	uint64_t requests = 0;
	int64_t begin, took;
	size_t n;

	args_read(args, argc, argv);
	n = args[1].value != 0 ? sizeof curl - 1 : sizeof browser - 1;
	memcpy(text, args[1].value != 0 ? curl : browser, n);
	http_parser_requests(&parser, &http_limits_usual, field, FIELDS);
	http_server_init(&server, &service, &buffers);
	begin = args_cpu_time();
	do {
		if (args[0].value != 0)
			answer_batch(&server, text, n);
		else
			parse_batch(&parser, text, n);
		requests += BATCH;
		took = args_cpu_time() - begin;
	} while ((double)took < args[2].value * 1e9);
	args_print("http", args);
	printf(", \"octets\": %zu, \"frames\": %llu, \"requests_per_s\": %.0f}\n", n,
	    (unsigned long long)requests, (double)requests * 1e9 / (double)took);
	return 0;
}
