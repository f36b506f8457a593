/*
 * http/message/reasons.h - every reason for which a message is refused.
 * X(name, status that a server answers with, words, source), by part of the message. Included
 * several times on purpose. A reason that only a response can have carries the status with which a
 * gateway would answer.
 */
/* clang-format off */
/* octets and lines */
X(TLS_IN_CLEAR,        400, "a TLS handshake where clear text is expected",              "RFC 9110, 4.2.2")
X(CONTROL_OCTET,       400, "a control octet in the head",                               "RFC 9110, 5.5")
X(BARE_CR,             400, "CR without LF",                                             "RFC 9112, 2.2")
X(BARE_LF,             400, "LF without CR",                                             "RFC 9112, 2.2")
X(EMPTY_LINES,         400, "too many empty lines before the request line",              "RFC 9112, 2.2")
X(LEADING_SPACE,       400, "white space before the first field",                        "RFC 9112, 2.2")
X(LINE_LONG,           414, "the start line is too long",                                "RFC 9112, 3")
X(TARGET_LONG,         414, "the request target is too long",                            "RFC 9110, 4.1")
X(HEAD_LARGE,          431, "the head is too large",                                     "RFC 6585, 5")
X(FIELDS_MANY,         431, "too many fields",                                           "RFC 6585, 5")
/* request line */
X(REQUEST_LINE,        400, "the request line is not METHOD TARGET VERSION",             "RFC 9112, 3")
X(METHOD_BAD,          400, "the method is not a token",                                 "RFC 9112, 3.1")
X(METHOD_LONG,         501, "the method is longer than any that is known",               "RFC 9112, 3")
X(TARGET_OCTET,        400, "an octet in the target that must be percent-encoded",       "RFC 9112, 3.2")
X(TARGET_FORM,         400, "the target has not the form that the method wants",         "RFC 9112, 3.2")
X(TARGET_SCHEME,       400, "the target's scheme is neither http nor https",             "RFC 9110, 4.2")
X(TARGET_AUTHORITY,    400, "the target's host or port is malformed",                    "RFC 9110, 4.2")
X(VERSION_BAD,         400, "the version is malformed",                                  "RFC 9112, 2.3")
X(VERSION_UNKNOWN,     505, "the major version is not 1",                                "RFC 9110, 15.6.6")
X(HTTP_09,             505, "a request without a version, as in HTTP/0.9",               "RFC 9112, 3")
X(HTTP2_PREFACE,       505, "the preface of HTTP/2 in clear text",                       "RFC 9113, 3.4")
/* status line */
X(STATUS_LINE,         502, "the status line is malformed",                              "RFC 9112, 4")
X(STATUS_CODE,         502, "the status is not a number from 100 to 999",                "RFC 9110, 15")
X(INTERIM_MANY,        502, "too many interim responses",                                "RFC 9110, 15.2")
X(UPGRADE_UNASKED,     502, "a switch of protocols that was not asked for",              "RFC 9110, 7.8")
X(RESPONSE_UNASKED,    502, "a response without a request",                              "RFC 9112, 9.2")
/* fields */
X(FIELD_NAME,          400, "the name of a field is not a token",                        "RFC 9110, 5.1")
X(FIELD_COLON,         400, "a field without a colon",                                   "RFC 9112, 5")
X(SPACE_BEFORE_COLON,  400, "white space between a field's name and the colon",          "RFC 9112, 5.1")
X(FIELD_FOLDED,        400, "a field that goes on in the next line",                     "RFC 9112, 5.2")
X(HOST_MISSING,        400, "no Host field",                                             "RFC 9112, 3.2")
X(HOST_TWICE,          400, "more than one Host field",                                  "RFC 9112, 3.2")
X(HOST_BAD,            400, "the Host field is malformed",                               "RFC 9112, 3.2")
X(CONNECTION_NAMES,    400, "Connection names a field that is not for one hop alone",    "RFC 9110, 7.6.1")
X(EXPECT_UNKNOWN,      417, "Expect has a value other than 100-continue",                "RFC 9110, 10.1.1")
/* framing */
X(LENGTH_BAD,          400, "Content-Length is not a decimal number",                    "RFC 9110, 8.6")
X(LENGTH_LIST,         400, "Content-Length has more than one value",                    "RFC 9112, 6.3")
X(LENGTH_OVERFLOW,     413, "Content-Length is larger than can be counted",              "RFC 9110, 8.6")
X(LENGTH_AND_CODING,   400, "both Content-Length and Transfer-Encoding",                 "RFC 9112, 6.1")
X(CODING_IN_10,        400, "Transfer-Encoding in HTTP/1.0",                             "RFC 9112, 6.1")
X(CODING_NOT_CHUNKED,  400, "the last transfer coding is not chunked",                   "RFC 9112, 6.3")
X(CODING_TWICE,        400, "the transfer coding chunked is applied twice",              "RFC 9112, 6.1")
X(CODING_UNKNOWN,      501, "a transfer coding other than chunked",                      "RFC 9112, 6.1")
X(CONNECT_BODY,        400, "CONNECT with content",                                      "RFC 9110, 9.3.6")
X(BODY_LARGE,          413, "the content is too large",                                  "RFC 9110, 15.5.14")
/* chunks */
X(CHUNK_SIZE,          400, "the size of a chunk is not a hexadecimal number",           "RFC 9112, 7.1")
X(CHUNK_OVERFLOW,      413, "the size of a chunk is larger than can be counted",         "RFC 9112, 7.1")
X(CHUNK_EXTENSION,     400, "a malformed chunk extension",                               "RFC 9112, 7.1.1")
X(CHUNK_EXTENSIONS,    400, "too many octets of chunk extensions",                       "RFC 9112, 7.1.1")
X(CHUNK_END,           400, "a chunk that does not end where its size says",             "RFC 9112, 7.1")
X(TRAILER_LARGE,       431, "the trailer section is too large",                          "RFC 6585, 5")
X(TRAILER_FIELD,       400, "a field in the trailer section that must stand in the head", "RFC 9110, 6.5.1")
/* ends */
X(EOF_IN_HEAD,         400, "the connection ended within a head",                        "RFC 9112, 8")
X(EOF_IN_BODY,         400, "the connection ended within the content",                   "RFC 9112, 8")
X(REQUEST_LATE,        408, "the request did not arrive in time",                        "RFC 9110, 15.5.9")
/* clang-format on */
