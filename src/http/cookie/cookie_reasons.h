/*
 * http/cookie/cookie_reasons.h - every reason for which a cookie is refused.
 * X(name, words, source). Included several times on purpose. What stands in draft-ietf-httpbis-
 * rfc6265bis only is what browsers have added since RFC 6265.
 */
/* clang-format off */
X(NAME,     "no name, or a control octet",                                       "RFC 6265, 5.2")
X(LARGE,    "name and value have more than 4096 octets",                         "RFC 6265, 6.1")
X(DOMAIN,   "a domain that the server is not in",                                "RFC 6265, 5.3")
X(PUBLIC,   "a domain of one label, which is not one owner's",                   "RFC 6265, 5.3")
X(SECURE,   "a secure cookie that did not come by a secure connection",          "RFC 6265bis, 5.7")
X(PREFIX,   "the prefix __Secure- or __Host- without what it promises",          "RFC 6265bis, 4.1.3")
X(SHADOWS,  "it would hide a secure cookie, and did not come by a secure connection", "RFC 6265bis, 5.7")
/* clang-format on */
