/*
 * serve/listing/listing.h - the entries of a folder as a page for people or as JSON, in pieces.
 *
 * It reads the folder, sorts it and renders it, a bounded amount of work at a time. It knows no
 * request and no connection.
 *
 * As JSON a listing is one object with these members:
 *   path      string: the folder's path, "/" at both ends
 *   entries   array of objects, sorted as asked:
 *     name    string: the name; octets that are not UTF-8 are U+FFFD
 *     href    string: a relative reference to the entry, which is right for any octets
 *     type    "file", "directory" or "other" (a device, a link that leads nowhere or outside)
 *     size    number of octets, of files alone
 *     mtime   string: the time of the last change (ISO 8601, UTC, to the second)
 *   total     number of these entries
 *   readme    the name of the file that tells what the folder is for, if there is one
 *   truncated true if the folder has more entries than a listing can have
 */
#ifndef SERVE_LISTING_LISTING_H
#define SERVE_LISTING_LISTING_H

#include "base/nsec.h"
#include "serve/body/body.h"
#include "serve/page/page.h"
#include "serve/readme/readme.h"

#include <stdint.h>
#include <sys/types.h>

/* Folders stand first in every order. */
enum listing_sort { LISTING_BY_NAME, LISTING_BY_SIZE, LISTING_BY_TIME, LISTING_SORTS };

enum { LISTING_SEARCH_MOST = 256 };

struct listing_query {
	enum listing_sort sort;
	bool descending;
	int form;      /* enum page_form, or -1: as Accept says */
	unsigned page; /* from 1; 0: not named, so the page has the names of all entries for its script */
	char search[LISTING_SEARCH_MOST]; /* words that a name has to have; with a zero after them */
};

/*
 * Reads "sort=name|size|date", "order=asc|desc", "page=N", "q=WORDS" and "format=json|html" from
 * the query of a URI. Anything else in it is ignored, and so is a search that is too long.
 */
void listing_query_read(struct http_span query, struct listing_query *q);

/* Memory for entries: some 200,000 with names of 40 octets. Those beyond it are left out. */
enum { LISTING_OCTETS_MOST = 16 << 20 };

/* Memory of all listings of a server together, and its bound. */
struct listing_memory {
	size_t octets, most;
};

/* Rows of a page. A script makes the others of the data; without one there are links to them. */
enum { LISTING_ROWS = 200 };

struct listing_settings {
	int folder;            /* descriptor of the folder; the listing closes it */
	int root;              /* descriptor of the served folder; borrowed */
	struct http_span path; /* decoded, without "/" at its ends; empty for the root; copied */
	bool hidden;           /* names that begin with a dot are shown, too */
	bool uploads, removes; /* the page offers to */
	bool login;            /* it has a link to log in, since others may change the folder */
	const char *archive;   /* the form in which it offers to download what is ticked; NULL: it does not */
	bool qr;               /* "?qr" answers with a QR code that is of use */
	const char *never;     /* names that begin so are not shown; NULL: there are none */
	struct page_style style;
	struct listing_query query;
	struct listing_memory *memory; /* borrowed */
	struct readmes *readmes;       /* borrowed; NULL: the page shows no README */
};

/*
 * A new listing, which is the content of a response once listing_work() has returned 0. 0, or
 * -LEAT_ENOMEM, also if the memory of all listings is used up: the folder is open still.
 */
int listing_new(const struct listing_settings *s, struct body **out);

/*
 * Reads and sorts some of the folder. 0: the listing can be produced; -LEAT_EAGAIN: there is more
 * to do; -LEAT_EINPROGRESS: a thread has something to do, and the caller asks again after
 * LISTING_PAUSE; -LEAT_ENOMEM as above; or an error of reading the folder.
 */
int listing_work(struct body *b);
#define LISTING_PAUSE (2 * MSEC)

#endif
