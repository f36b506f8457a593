/*
 * get/url/codes.h - how a transfer can end: curl's exit statuses, with the words for a person
 * where the transfer has none of its own. X(name, number, words). Included several times on
 * purpose.
 */
/* clang-format off */
X(OK,             0, "no error")
X(PROTOCOL,       1, "this protocol is not supported")
X(FAILED_INIT,    2, "the command is not used correctly")
X(URL,            3, "the URL is malformed or missing")
X(PROXY_NAME,     5, "the name of the proxy could not be resolved")
X(NAME,           6, "the name of the host could not be resolved")
X(CONNECT,        7, "no connection to the server")
X(WEIRD_REPLY,    8, "the server's reply is not valid HTTP")
X(PARTIAL,       18, "the connection ended before the content did")
X(HTTP_ERROR,    22, "the server answered with an error")
X(WRITE,         23, "the content could not be written")
X(READ,          26, "what is to be sent could not be read")
X(MEMORY,        27, "out of memory")
X(TIMEOUT,       28, "the time allowed has passed")
X(RANGE,         33, "the server does not send parts of a file, so a download cannot be resumed")
X(RESUME,        36, "the download could not be resumed")
X(ABORTED,       42, "the transfer was broken off")
X(BAD_ARGUMENT,  43, "a value cannot be sent")
X(REDIRECTS,     47, "too many redirects")
X(EMPTY_REPLY,   52, "the server closed the connection without a reply")
X(SEND,          55, "the connection failed while the request was sent")
X(RECEIVE,       56, "the connection failed while the response was received")
X(ENCODING,      61, "the content's coding could not be undone")
X(TOO_LARGE,     63, "the content is larger than allowed")
X(REWIND,        65, "what was sent cannot be sent again")
X(PROXY,         97, "the proxy does not connect to the server")
X(DIGEST,       110, "the content has another digest than was wanted")
/* clang-format on */
