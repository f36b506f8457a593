/*
 * test/unit/http/message/responses.c - responses as a client reads them.
 */
#include "events.h"

#define OK     "HTTP/1.1 200 OK\r\n"
#define TEN(x) x x x x x x x x x x

const struct message responses[] = {
    {"RFC 9112 (6.3): content of Content-Length octets", TO_GET, OCTETS(OK "Content-Length: 2\r\n\r\nhi"),
	"head 200 [OK] 1.1 length=2\n  Content-Length: 2\nbody hi\nend\nidle\n"},
    {"RFC 9112 (6.3): chunked content", TO_GET,
	OCTETS(OK "Transfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nA: b\r\n\r\n"),
	"head 200 [OK] 1.1 chunked\n  Transfer-Encoding: chunked\nbody hi\ntrailer A: b\nend\nidle\n"},
    {"RFC 9112 (6.3): content until the connection ends", TO_GET, OCTETS(OK "\r\nhi"),
	"head 200 [OK] 1.1 close last\nbody hi\nend\n"},
    {"RFC 9112 (6.3): content of HTTP/1.0 until the connection ends", TO_GET,
	OCTETS("HTTP/1.0 404 Not Found\r\nConnection: keep-alive\r\n\r\nno"),
	"head 404 [Not Found] 1.0 close last\n  Connection: keep-alive\nbody no\nend\n"},
    {"RFC 9112 (9.3): HTTP/1.0 with keep-alive lasts", TO_GET,
	OCTETS("HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 0\r\n\r\n"),
	"head 200 [OK] 1.0 none=0\n  Connection: keep-alive\n  Content-Length: 0\nend\nidle\n"},
    {"RFC 9112 (9.3): close is the last", TO_GET, OCTETS(OK "Connection: close\r\nContent-Length: 0\r\n\r\n"),
	"head 200 [OK] 1.1 none=0 last\n  Connection: close\n  Content-Length: 0\nend\nidle\n"},
    {"RFC 9112 (6.3): a response to HEAD has no content", TO_HEAD, OCTETS(OK "Content-Length: 500\r\n\r\n"),
	"head 200 [OK] 1.1 none=500\n  Content-Length: 500\nend\nidle\n"},
    {"RFC 9112 (6.3): a 204 has no content, whatever it says", TO_GET,
	OCTETS("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n"),
	"head 204 [No Content] 1.1 none\n  Transfer-Encoding: chunked\nend\nidle\n"},
    {"RFC 9112 (6.3): a 304 has no content", TO_GET,
	OCTETS("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n"),
	"head 304 [Not Modified] 1.1 none=7\n  Content-Length: 7\nend\nidle\n"},
    {"RFC 9112 (6.3): a 2xx to CONNECT has no content", TO_CONNECT, OCTETS(OK "Content-Length: 7\r\n\r\n"),
	"head 200 [OK] 1.1 none=7\n  Content-Length: 7\nend\nidle\n"},
    {"RFC 9112 (6.3): a 4xx to CONNECT has content", TO_CONNECT,
	OCTETS("HTTP/1.1 403 No\r\nContent-Length: 2\r\n\r\nno"),
	"head 403 [No] 1.1 length=2\n  Content-Length: 2\nbody no\nend\nidle\n"},
    {"RFC 9110 (15.2): interim responses come before the final one", TO_GET,
	OCTETS("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" OK
	       "Content-Length: 0\r\n\r\n"),
	"head 100 [Continue] 1.1 none\nend\nhead 103 [Early Hints] 1.1 none\n  Link: </a>\nend\n"
	"head 200 [OK] 1.1 none=0\n  Content-Length: 0\nend\nidle\n"},
    {"RFC 9110 (15.2.2): 101 ends the use of HTTP", TO_UPGRADE,
	OCTETS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
	"head 101 [Switching Protocols] 1.1 none upgrade=x\n  Upgrade: x\n  Connection: "
	"upgrade\nend\nidle\n"},
    {"RFC 9112 (4): the phrase may be empty, may have octets over 127, and its space may be missing", TO_GET,
	OCTETS(
	    "HTTP/1.1 100 \r\n\r\nHTTP/1.1 100\r\n\r\nHTTP/1.1 299 \xc3\xa9 x\r\nContent-Length: 0\r\n\r\n"),
	"head 100 [] 1.1 none\nend\nhead 100 [] 1.1 none\nend\nhead 299 [\xc3\xa9 x] 1.1 none=0\n  "
	"Content-Length: "
	"0\nend\nidle\n"},
    {"RFC 9112 (5.2): a user agent unfolds fields", TO_GET,
	OCTETS(OK "A: b\r\n c\r\n\t\r\n  d\r\nContent-Length:\r\n 0\r\nE:\r\n \r\n\r\n"),
	"head 200 [OK] 1.1 none=0\n  A: b   c  \t    d\n  Content-Length: 0\n  E: \nend\nidle\n"},
    {"RFC 9112 (2.2): a fold before the first field", TO_GET, OCTETS(OK " A: b\r\n\r\n"),
	"bad LEADING_SPACE\n"},
    {"RFC 9112 (4): no status line", TO_GET, OCTETS("ICY 200 OK\r\n\r\n"), "bad VERSION_BAD\n"},
    {"RFC 9112 (4): a status line that is too short", TO_GET, OCTETS("HTTP/1\r\n\r\n"), "bad STATUS_LINE\n"},
    {"RFC 9112 (4): no space after the version", TO_GET, OCTETS("HTTP/1.1-200 OK\r\n\r\n"),
	"bad STATUS_LINE\n"},
    {"RFC 9112 (4): an empty line before a status line", TO_GET, OCTETS("\r\n" OK "\r\n"),
	"bad STATUS_LINE\n"},
    {"RFC 9112 (4): a status has three digits", TO_GET, OCTETS("HTTP/1.1 2000 OK\r\n\r\n"),
	"bad STATUS_LINE\n"},
    {"RFC 9110 (15): a status is a number", TO_GET, OCTETS("HTTP/1.1 2x0 OK\r\n\r\n"), "bad STATUS_CODE\n"},
    {"RFC 9110 (15): a status is over 99", TO_GET, OCTETS("HTTP/1.1 099 OK\r\n\r\n"), "bad STATUS_CODE\n"},
    {"RFC 9110 (15.6.6): another major version", TO_GET, OCTETS("HTTP/3.0 200 OK\r\n\r\n"),
	"bad VERSION_UNKNOWN\n"},
    {"RFC 9112 (2.2): LF alone", TO_GET, OCTETS("HTTP/1.1 200 OK\n\n"), "bad BARE_LF\n"},
    {"RFC 9112 (5.1): space before a colon", TO_GET, OCTETS(OK "Content-Length : 5\r\n\r\nhello"),
	"bad SPACE_BEFORE_COLON\n"},
    {"RFC 9112 (6.3): both Content-Length and Transfer-Encoding", TO_GET,
	OCTETS(OK "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
	"bad LENGTH_AND_CODING\n"},
    {"RFC 9112 (6.3): two values of Content-Length", TO_GET,
	OCTETS(OK "Content-Length: 5\r\nContent-Length: 6\r\n\r\n"), "bad LENGTH_LIST\n"},
    {"RFC 9112 (6.3): a coding that is not chunked", TO_GET, OCTETS(OK "Transfer-Encoding: gzip\r\n\r\n"),
	"bad CODING_NOT_CHUNKED\n"},
    {"RFC 9112 (6.1): Transfer-Encoding in HTTP/1.0", TO_GET,
	OCTETS("HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"), "bad CODING_IN_10\n"},
    {"RFC 9110 (7.8): a switch of protocols that was not asked for", TO_GET,
	OCTETS("HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
	"bad UPGRADE_UNASKED\n"},
    {"RFC 9112 (9.2): octets after the response", TO_GET, OCTETS(OK "Content-Length: 2\r\n\r\nhi" OK),
	"head 200 [OK] 1.1 length=2\n  Content-Length: 2\nbody hi\nend\nbad RESPONSE_UNASKED\n"},
    {"RFC 9110 (15.5.14): content without a length is bounded, too", TO_GET,
	OCTETS(OK "\r\n" TEN(TEN("abcdefghij")) "!"),
	"head 200 [OK] 1.1 close last\nbody " TEN(TEN("abcdefghij")) "\nbad BODY_LARGE\n"},
    {"RFC 9112 (8): the connection ends within a response's head", TO_GET, OCTETS("HTTP/1.1 2"),
	"bad EOF_IN_HEAD\n"},
    {"RFC 9112 (8): the connection ends within the content", TO_GET, OCTETS(OK "Content-Length: 3\r\n\r\nhi"),
	"head 200 [OK] 1.1 length=3\n  Content-Length: 3\nbody hi\nbad EOF_IN_BODY\n"},
    {"RFC 9112 (8): the connection ends within chunked content", TO_GET,
	OCTETS(OK "Transfer-Encoding: chunked\r\n\r\n2\r\nh"),
	"head 200 [OK] 1.1 chunked\n  Transfer-Encoding: chunked\nbody h\nbad EOF_IN_BODY\n"},
    {"RFC 9110 (15.2): interim responses are bounded", TO_GET,
	OCTETS(TEN("HTTP/1.1 100 C\r\n\r\n") TEN("HTTP/1.1 100 C\r\n\r\n") TEN("HTTP/1.1 100 C\r\n\r\n")
		TEN("HTTP/1.1 100 C\r\n\r\n")),
	TEN("head 100 [C] 1.1 none\nend\n") TEN("head 100 [C] 1.1 none\nend\n")
	    TEN("head 100 [C] 1.1 none\nend\n") "head 100 [C] 1.1 none\nend\nhead 100 [C] 1.1 none\nend\nbad "
						"INTERIM_MANY\n"},
};
const size_t responses_n = sizeof responses / sizeof responses[0];
