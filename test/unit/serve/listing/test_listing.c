#include "serve/listing/listing.h"

#include "base/err.h"

#include <fcntl.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>
#include <jansson.h>

static char folder[64];
static int root;
static struct listing_memory memory;
static struct readmes *readmes;

static void
put_file(const char *name, size_t size)
{
	int fd = openat(root, name, O_WRONLY | O_CREAT | O_EXCL, 0644);

	assert_true(fd >= 0);
	assert_int_equal(ftruncate(fd, (off_t)size), 0);
	assert_int_equal(futimens(fd, (struct timespec[]){{0}, {.tv_sec = 1700000000}}), 0);
	close(fd);
}

static int
remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	return remove(path);
}

static int
set_up(void **state)
{
	strcpy(folder, "/tmp/leat-listing-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	root = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	memory = (struct listing_memory){.most = 1 << 26};
	readmes = readmes_new(NULL);
	return root < 0 || !readmes ? -1 : 0;
}

static int
tear_down(void **state)
{
	close(root);
	readmes_free(readmes);
	assert_int_equal(memory.octets, 0);
	return nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Lists @path beneath the root with at most @room octets at a time. The caller frees the text. */
static char *
list_in(const char *path, const char *query, struct page_style style, size_t room)
{
	struct listing_settings set = {
	    .folder = openat(root, *path ? path : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC),
	    .root = root,
	    .path = http_span_of(path),
	    .style = style,
	    .memory = &memory,
	    .readmes = readmes};
	size_t len = 0, most = 1 << 25;
	char *text = malloc(most);
	struct body *l = NULL;
	ssize_t n;

	assert_true(set.folder >= 0);
	listing_query_read(http_span_of(query), &set.query);
	assert_int_equal(listing_new(&set, &l), 0);
	while ((n = listing_work(l)) != 0)
		assert_int_equal(n, -LEAT_EAGAIN);
	while ((n = body_produce(l, text + len, room)) != 0) {
		assert_true(n > 0);
		len += (size_t)n;
		assert_true(len + room < most);
	}
	assert_int_equal(body_produce(l, text + len, room), 0);
	body_end(l);
	text[len] = '\0';
	return text;
}

static const struct page_style html = {PAGE_ENGLISH, PAGE_HTML}, json = {PAGE_ENGLISH, PAGE_JSON};

static json_t *
list_json(const char *path, const char *query)
{
	char *text = list_in(path, query, json, 4096);
	json_error_t error;
	json_t *list = json_loads(text, 0, &error);

	assert_non_null(list);
	free(text);
	return list;
}

/* The octets of a name, from its link. */
static void
decode(const char *href, char *name)
{
	assert_memory_equal(href, "./", 2);
	for (href += 2; *href; name++) {
		unsigned octet = (unsigned char)*href++;

		if (octet == '%') {
			assert_int_equal(sscanf(href, "%2x", &octet), 1);
			href += 2;
		}
		*name = (char)octet;
	}
	*name = '\0';
}

static void
json_is_right_for_every_octet_of_a_name(void **state)
{
	bool seen[256] = {false};
	json_t *list, *entries;

	for (int c = 1; c < 256; c++) {
		if (c != '/')
			put_file((char[]){'x', (char)c, 'y', 0}, (size_t)c);
	}
	list = list_json("", "");
	entries = json_object_get(list, "entries");
	assert_int_equal(json_array_size(entries), 254);
	for (size_t i = 0; i < 254; i++) {
		json_t *e = json_array_get(entries, i);
		char name[8];

		decode(json_string_value(json_object_get(e, "href")), name);
		assert_int_equal(strlen(name), 3);
		assert_int_equal(json_integer_value(json_object_get(e, "size")), (unsigned char)name[1]);
		if ((unsigned char)name[1] < 0x80)
			assert_string_equal(json_string_value(json_object_get(e, "name")), name);
		else
			assert_string_equal(json_string_value(json_object_get(e, "name")), "x\xef\xbf\xbdy");
		seen[(unsigned char)name[1]] = true;
	}
	for (int c = 1; c < 256; c++)
		assert_true(seen[c] || c == '/');
	json_decref(list);
}

static void
json_has_type_size_and_time(void **state)
{
	json_t *list;
	const char *path, *time, *type;
	json_int_t size;

	put_file("file", 12345);
	list = list_json("", "");
	assert_int_equal(json_unpack(list, "{s:s,s:[{s:s,s:s,s:I}]}", "path", &path, "entries", "type", &type,
			     "mtime", &time, "size", &size),
	    0);
	assert_string_equal(path, "/");
	assert_string_equal(type, "file");
	assert_string_equal(time, "2023-11-14T22:13:20Z");
	assert_int_equal(size, 12345);
	json_decref(list);
}

static const char *
type_of(json_t *list, const char *name)
{
	json_t *e, *entries = json_object_get(list, "entries");
	size_t i;

	json_array_foreach(entries, i, e)
	{
		if (strcmp(json_string_value(json_object_get(e, "name")), name) == 0)
			return json_string_value(json_object_get(e, "type"));
	}
	return "none";
}

/* Nothing of a file outside of the served folder is seen, not even its size. */
static void
links_are_what_they_lead_to_beneath_the_root(void **state)
{
	json_t *list;

	assert_int_equal(mkdirat(root, "sub", 0755), 0);
	put_file("target", 7);
	assert_int_equal(symlinkat("../target", root, "sub/inside"), 0);
	assert_int_equal(symlinkat("../sub", root, "sub/folder"), 0);
	assert_int_equal(symlinkat("/etc/passwd", root, "sub/outside"), 0);
	assert_int_equal(symlinkat("gone", root, "sub/broken"), 0);
	list = list_json("sub", "");
	assert_string_equal(type_of(list, "inside"), "file");
	assert_string_equal(type_of(list, "folder"), "directory");
	assert_string_equal(type_of(list, "outside"), "other");
	assert_string_equal(type_of(list, "broken"), "other");
	json_decref(list);
}

static void
names_that_begin_with_a_dot_are_left_out(void **state)
{
	json_t *list;

	put_file(".secret", 1);
	list = list_json("", "");
	assert_int_equal(json_integer_value(json_object_get(list, "total")), 0);
	json_decref(list);
}

static void
any_room_gives_the_same_octets(void **state)
{
	const struct page_style styles[] = {html, json, {PAGE_CHINESE, PAGE_HTML}};

	assert_int_equal(mkdirat(root, "a", 0755), 0);
	assert_int_equal(mkdirat(root, "a/<b>", 0755), 0);
	put_file("a/<b>/one & only", 5);
	put_file("a/<b>/\xff", 5);
	for (size_t i = 0; i < 3; i++) {
		char *whole = list_in("a/<b>", "", styles[i], 1 << 20);

		for (size_t room = 1; room < 70; room++) {
			char *pieces = list_in("a/<b>", "", styles[i], room);

			assert_string_equal(pieces, whole);
			free(pieces);
		}
		free(whole);
	}
}

static void
html_escapes_names_and_encodes_links(void **state)
{
	char *text;

	put_file("<script>&\"'?#%.txt", 5);
	put_file("javascript:x", 5);
	text = list_in("", "", html, 4096);
	assert_non_null(strstr(text, "href=\"./%3Cscript%3E%26%22%27%3F%23%25.txt\""));
	assert_non_null(strstr(text, "<bdi>&lt;script&gt;&amp;&quot;&#39;?#%.txt</bdi>"));
	assert_non_null(strstr(text, "href=\"./javascript%3Ax\""));
	free(text);
}

static void
steps_of_the_path_lead_up(void **state)
{
	char *text;

	assert_int_equal(mkdirat(root, "a", 0755), 0);
	assert_int_equal(mkdirat(root, "a/b", 0755), 0);
	text = list_in("a/b", "", html, 4096);
	assert_non_null(strstr(text, "<li><a href=\"../../\">Home</a></li>\n<li><a href=\"../\">a</a></li>\n"
				     "<li><a aria-current=\"page\" href=\"./\">b</a></li>"));
	free(text);
}

static unsigned
count(const char *text, const char *part)
{
	unsigned n = 0;

	for (; (text = strstr(text, part)); text++)
		n++;
	return n;
}

static void
rows_come_in_pages_and_json_as_a_whole(void **state)
{
	char name[32], *first, *last;
	json_t *list;

	for (int i = 0; i < LISTING_ROWS + 5; i++) {
		snprintf(name, sizeof name, "%d", i);
		put_file(name, 0);
	}
	first = list_in("", "", html, 4096);
	last = list_in("", "sort=name&page=2", html, 4096);
	list = list_json("", "");
	assert_int_equal(count(first, "<tr><td><a href"), LISTING_ROWS);
	assert_non_null(strstr(first, "?sort=name&amp;order=asc&amp;page=2"));
	assert_int_equal(count(last, "<tr><td><a href"), 5);
	assert_int_equal(json_array_size(json_object_get(list, "entries")), LISTING_ROWS + 5);
	free(first);
	free(last);
	json_decref(list);
}

static void
a_search_leaves_out_the_rows_and_not_the_data(void **state)
{
	char *text;
	json_t *list;

	put_file("one two", 1);
	put_file("two", 1);
	text = list_in("", "q=TWO+one", html, 4096);
	assert_int_equal(count(text, "<tr><td><a href"), 1);
	assert_non_null(strstr(text, "[\"one two\",1,1700000000,\"two\",1,1700000000]"));
	assert_non_null(strstr(text, "value=\"TWO one\""));
	assert_non_null(strstr(text, "?sort=size&amp;order=asc&amp;q=TWO+one\""));
	list = list_json("", "q=TWO+one");
	assert_int_equal(json_array_size(json_object_get(list, "entries")), 1);
	assert_int_equal(json_integer_value(json_object_get(list, "total")), 1);
	json_decref(list);
	free(text);
}

static void
data_for_the_script_cannot_end_its_element(void **state)
{
	char *text;

	put_file("<script>", 3);
	put_file("\xff", 3);
	assert_int_equal(mkdirat(root, "d", 0755), 0);
	assert_int_equal(symlinkat("gone", root, "z"), 0);
	text = list_in("", "", html, 4096);
	assert_non_null(strstr(text, "\"\\u003cscript>\",3,1700000000,"));
	assert_non_null(strstr(text, "[\"\xef\xbf\xbd\",\"./%FF\"],3,1700000000"));
	assert_non_null(strstr(text, "[\"d\",-1,"));
	assert_non_null(strstr(text, ",\"z\",-2,"));
	free(text);
}

static struct body *
new_listing(size_t memory_most)
{
	struct listing_settings set = {.folder = dup(root), .root = root, .path = {"", 0}, .memory = &memory};
	struct body *l = NULL;

	memory.most = memory_most;
	if (listing_new(&set, &l) < 0)
		close(set.folder);
	return l;
}

static int
work_all(struct body *l)
{
	int e;

	do
		e = listing_work(l);
	while (e == -LEAT_EAGAIN);
	return e;
}

/* The bound is met while the folder is read, while it is sorted, or before it begins. */
static void
the_readme_stands_below_the_list_of_the_first_page(void **state)
{
	char *text;
	json_t *list;
	int fd = openat(root, "README", O_WRONLY | O_CREAT, 0644);

	assert_int_equal(write(fd, "a<b", 3), 3);
	close(fd);
	put_file("readme.txt.bak", 9);
	text = list_in("", "", html, 997);
	assert_non_null(strstr(text, "<article id=\"readme\" aria-label=\"README\">"));
	assert_non_null(strstr(text, "<pre>\na&lt;b</pre>"));
	free(text);
	text = list_in("", "q=README", html, 997);
	assert_null(strstr(text, "<article"));
	free(text);
	list = list_json("", "");
	assert_string_equal(json_string_value(json_object_get(list, "readme")), "README");
	json_decref(list);
}

/* A FIFO by that name would hold the server up, and a link may lead out of the folder. */
static void
what_is_no_file_beneath_the_root_is_no_readme(void **state)
{
	char *text;

	assert_int_equal(mkfifoat(root, "README.md", 0644), 0);
	assert_int_equal(symlinkat("/etc/passwd", root, "README"), 0);
	assert_int_equal(mkdirat(root, "README.txt", 0755), 0);
	text = list_in("", "", html, 997);
	assert_null(strstr(text, "<article"));
	free(text);
}

static void
all_listings_together_have_a_bound(void **state)
{
	char name[32];
	bool begun = false, failed = false, done = false;

	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof name, "%d", i);
		put_file(name, 0);
	}
	for (size_t most = 0; !done; most += 512) {
		struct body *l = new_listing(most);
		int e = l ? work_all(l) : -LEAT_ENOMEM;

		assert_true(memory.octets <= most);
		begun = begun || l;
		failed = failed || (l && e < 0);
		done = e == 0;
		assert_true(done || e == -LEAT_ENOMEM);
		if (l)
			body_end(l);
		assert_int_equal(memory.octets, 0);
	}
	assert_true(begun && failed);
}

static void
a_small_listing_takes_little_memory(void **state)
{
	struct body *l = new_listing(1 << 20);

	put_file("x", 1);
	assert_int_equal(work_all(l), 0);
	assert_true(memory.octets < 16384);
	body_end(l);
}

static void
a_listing_may_be_freed_at_any_time(void **state)
{
	put_file("x", 1);
	for (int calls = 0; calls < 30; calls++) {
		struct listing_settings set = {
		    .folder = dup(root), .root = root, .path = {"", 0}, .memory = &memory};
		struct body *l = NULL;
		char octets[997];

		assert_int_equal(listing_new(&set, &l), 0);
		for (int i = 0; i < calls; i++) {
			if (listing_work(l) == 0)
				body_produce(l, octets, sizeof octets);
		}
		body_end(l);
	}
}

#define folder_test(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    folder_test(json_is_right_for_every_octet_of_a_name),
	    folder_test(json_has_type_size_and_time),
	    folder_test(links_are_what_they_lead_to_beneath_the_root),
	    folder_test(names_that_begin_with_a_dot_are_left_out),
	    folder_test(any_room_gives_the_same_octets),
	    folder_test(html_escapes_names_and_encodes_links),
	    folder_test(steps_of_the_path_lead_up),
	    folder_test(rows_come_in_pages_and_json_as_a_whole),
	    folder_test(a_search_leaves_out_the_rows_and_not_the_data),
	    folder_test(data_for_the_script_cannot_end_its_element),
	    folder_test(the_readme_stands_below_the_list_of_the_first_page),
	    folder_test(what_is_no_file_beneath_the_root_is_no_readme),
	    folder_test(all_listings_together_have_a_bound),
	    folder_test(a_small_listing_takes_little_memory),
	    folder_test(a_listing_may_be_freed_at_any_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
