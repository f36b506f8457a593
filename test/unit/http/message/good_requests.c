/*
 * test/unit/http/message/good_requests.c - requests that a server takes.
 */
#include "events.h"

#define HOST "Host: h\r\n"

const struct message good_requests[] = {
    {"RFC 9112 (3.2.1): origin form", REQUESTS,
	OCTETS("GET /a/b?x=1 HTTP/1.1\r\nHost: example.org:80\r\n\r\n"),
	"head GET o [example.org:80] [/a/b] ?x=1 1.1 none\n  Host: example.org:80\nend\nidle\n"},
    {"RFC 9112 (3.2.1): a query may be empty, and may have question marks", REQUESTS,
	OCTETS("GET /? HTTP/1.1\r\n" HOST "\r\nGET /a?b?c HTTP/1.1\r\n" HOST "\r\n"),
	"head GET o [h] [/] ? 1.1 none\n  Host: h\nend\nhead GET o [h] [/a] ?b?c 1.1 none\n  Host: "
	"h\nend\nidle\n"},
    {"RFC 9112 (3.2.2): absolute form, whose host counts and not the Host field", REQUESTS,
	OCTETS("GET http://a.example:8080/p?q HTTP/1.1\r\nHost: b\r\n\r\n"),
	"head GET a http [a.example:8080] [/p] ?q 1.1 none\n  Host: b\nend\nidle\n"},
    {"RFC 9112 (3.2.2): absolute form without a path means /", REQUESTS,
	OCTETS("GET HTTPS://[::1] HTTP/1.1\r\n" HOST "\r\n"),
	"head GET a HTTPS [[::1]] [/] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9112 (3.2.4): OPTIONS in absolute form without a path means *", REQUESTS,
	OCTETS("OPTIONS http://h HTTP/1.1\r\n" HOST "\r\n"),
	"head OPTIONS a http [h] [*] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9112 (3.2.3): authority form", REQUESTS, OCTETS("CONNECT h:443 HTTP/1.1\r\nHost: h:443\r\n\r\n"),
	"head CONNECT u [h:443] [] 1.1 none\n  Host: h:443\nend\nidle\n"},
    {"RFC 9112 (3.2.4): asterisk form", REQUESTS, OCTETS("OPTIONS * HTTP/1.1\r\n" HOST "\r\n"),
	"head OPTIONS * [h] [*] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9112 (3.2): the Host field may be empty", REQUESTS, OCTETS("OPTIONS * HTTP/1.1\r\nHost:\r\n\r\n"),
	"head OPTIONS * [] [*] 1.1 none\n  Host: \nend\nidle\n"},
    {"RFC 3986 (3.2.2): hosts are names, IPv4 and IPv6", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n\r\nGET / HTTP/1.1\r\nHost: [fd00::1]:80\r\n\r\n"
	       "GET / HTTP/1.1\r\nHost: a_b%c3%A9.example:\r\n\r\n"),
	"head GET o [127.0.0.1:8080] [/] 1.1 none\n  Host: 127.0.0.1:8080\nend\n"
	"head GET o [[fd00::1]:80] [/] 1.1 none\n  Host: [fd00::1]:80\nend\n"
	"head GET o [a_b%c3%A9.example:] [/] 1.1 none\n  Host: a_b%c3%A9.example:\nend\nidle\n"},
    {"RFC 9110 (9.1): methods are tokens, and depend on case", REQUESTS,
	OCTETS("get /|{}^` HTTP/1.1\r\n" HOST "\r\n"),
	"head get o [h] [/|{}^`] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9110 (2.5): a later minor version is read as 1.1", REQUESTS,
	OCTETS("GET / HTTP/1.7\r\n" HOST "\r\n"), "head GET o [h] [/] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9112 (9.3): HTTP/1.0 without keep-alive is the last, and needs no Host", REQUESTS,
	OCTETS("GET / HTTP/1.0\r\n\r\n"), "head GET o [] [/] 1.0 none last\nend\nidle\n"},
    {"RFC 9112 (9.3): HTTP/1.0 with keep-alive lasts", REQUESTS,
	OCTETS("GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n"),
	"head GET o [] [/] 1.0 none\n  Connection: Keep-Alive\nend\nidle\n"},
    {"RFC 9112 (9.3): close is the last, whatever else is there", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\n" HOST "Connection: foo, ,CLOSE , keep-alive\r\n\r\n"),
	"head GET o [h] [/] 1.1 none last\n  Host: h\n  Connection: foo, ,CLOSE , keep-alive\nend\nidle\n"},
    {"RFC 9112 (2.2): empty lines before a request line are passed over", REQUESTS,
	OCTETS("\r\n\r\nGET / HTTP/1.1\r\n" HOST "\r\n\r\nGET /2 HTTP/1.1\r\n" HOST "\r\n\r\n"),
	"head GET o [h] [/] 1.1 none\n  Host: h\nend\nhead GET o [h] [/2] 1.1 none\n  Host: h\nend\nidle\n"},
    {"RFC 9112 (6.2): content of Content-Length octets, then the next request", REQUESTS,
	OCTETS("POST /a HTTP/1.1\r\n" HOST "content-length: 5\r\n\r\nhelloPUT /b HTTP/1.1\r\n" HOST
	       "Content-Length: 000\r\n\r\n"),
	"head POST o [h] [/a] 1.1 length=5\n  Host: h\n  content-length: 5\nbody hello\nend\n"
	"head PUT o [h] [/b] 1.1 none=0\n  Host: h\n  Content-Length: 000\nend\nidle\n"},
    {"RFC 9112 (6.3): content of a GET is read", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\n\r\nx"),
	"head GET o [h] [/] 1.1 length=3\n  Host: h\n  Content-Length: 3\nbody \r\nx\nend\nidle\n"},
    {"RFC 9110 (10.1.1): Expect: 100-continue, in any case", REQUESTS,
	OCTETS("PUT / HTTP/1.1\r\n" HOST "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx"),
	"head PUT o [h] [/] 1.1 length=1 expect\n  Host: h\n  Expect: 100-Continue\n  Content-Length: "
	"1\nbody x\nend\nidle\n"},
    {"RFC 9110 (10.1.1): Expect means nothing without content, or in HTTP/1.0", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n\r\nGET / HTTP/1.0\r\nExpect: x\r\n\r\n"),
	"head GET o [h] [/] 1.1 none\n  Host: h\n  Expect: 100-continue\nend\n"
	"head GET o [] [/] 1.0 none last\n  Expect: x\nend\nidle\n"},
    {"RFC 9110 (7.8): Upgrade counts where Connection names it", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\nConnection: keep-alive, Upgrade\r\n\r\n"
	       "GET / HTTP/1.1\r\n" HOST "Upgrade: websocket\r\n\r\n"),
	"head GET o [h] [/] 1.1 none upgrade=websocket\n  Host: h\n  Upgrade: websocket\n  Connection: "
	"keep-alive, "
	"Upgrade\nend\nhead GET o [h] [/] 1.1 none\n  Host: h\n  Upgrade: websocket\nend\nidle\n"},
    {"RFC 9110 (7.8): Upgrade in HTTP/1.0 is ignored", REQUESTS,
	OCTETS("GET / HTTP/1.0\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n"),
	"head GET o [] [/] 1.0 none last\n  Upgrade: websocket\n  Connection: Upgrade\nend\nidle\n"},
    {"RFC 9110 (5.5): values are trimmed, may be empty, and may have tabs and octets over 127", REQUESTS,
	OCTETS("GET / HTTP/1.1\r\nHost:\th \t\r\nA:\r\nB: \t \r\nC:x\ty\xc3\xa9\xff\r\n!#$%&'*+-.^_`|~9: "
	       ":\r\n\r\n"),
	"head GET o [h] [/] 1.1 none\n  Host: h\n  A: \n  B: \n  C: x\ty\xc3\xa9\xff\n  !#$%&'*+-.^_`|~9: "
	":\nend\nidle\n"},
};
const size_t good_requests_n = sizeof good_requests / sizeof good_requests[0];
