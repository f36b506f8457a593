/*
 * serve/refusals.h - every reason for which a request is refused after it was parsed:
 * X(name, status, words, source). http/message/reasons.h has the reasons of the parser. Included
 * several times on purpose.
 */
/* clang-format off */
X(PATH_BAD,      400, "the path has a bad percent-encoding, a NUL or an encoded slash", "RFC 3986, 2.1")
X(PATH_ABOVE,    400, "the path leads above its root",                           "RFC 3986, 5.2.4")
X(PATH_LONG,     414, "the path is longer than any name can be",                 "RFC 9110, 15.5.15")
X(ABSENT,        404, "there is no such file",                                   "RFC 9110, 15.5.5")
X(HIDDEN,        404, "the name begins with a dot, and hidden files are not served", "RFC 9110, 15.5.4")
X(OUTSIDE,       403, "a symbolic link leads out of the folder",                 "RFC 9110, 15.5.4")
X(DENIED,        403, "the server may not read the file, or it is none",         "RFC 9110, 15.5.4")
X(HOST_OTHER,    421, "the server does not answer for this host name",           "RFC 9110, 15.5.20")
X(METHOD,        405, "the method is not allowed here",                          "RFC 9110, 15.5.6")
X(METHOD_OTHER,  501, "the method is not known",                                 "RFC 9110, 15.6.2")
X(CODING,        406, "the client takes no coding that the file has",            "RFC 9110, 12.5.3")
X(CONDITION,     412, "a condition of the request does not hold",                "RFC 9110, 13.2.2")
X(RANGE,         416, "the range lies beyond the end of the file",               "RFC 9110, 15.5.17")
X(BUSY,          503, "no descriptor or memory is left",                         "RFC 9110, 15.6.4")
X(FULL,          503, "too many connections",                                    "RFC 9110, 15.6.4")
X(CLIENT_FULL,   429, "too many connections of one client",                      "RFC 6585, 4")
X(BROKEN,        500, "the file could not be read",                              "RFC 9110, 15.6.1")
/* clang-format on */
