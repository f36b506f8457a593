/*
 * http/form/multipart_reasons.h - every reason for which a form is refused.
 * X(name, words, source). Included several times on purpose.
 */
/* clang-format off */
X(TYPE,        "the content is not multipart/form-data with a boundary",        "RFC 7578, 4.1")
X(DELIMITER,   "a boundary with other octets after it",                         "RFC 2046, 5.1.1")
X(HEAD_LARGE,  "the head of a part is too large",                               "RFC 7578, 7")
X(HEAD,        "a malformed field in the head of a part",                       "RFC 2046, 5.1")
X(DISPOSITION, "a part without Content-Disposition: form-data and a name",      "RFC 7578, 4.2")
X(PARTS_MANY,  "too many parts",                                                "RFC 7578, 7")
X(CUT,         "the content ended before the last boundary",                    "RFC 2046, 5.1.1")
/* clang-format on */
