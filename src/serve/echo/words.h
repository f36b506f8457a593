/*
 * serve/echo/words.h - the texts of the page that shows a request: X(name, English, Chinese).
 * Included several times on purpose.
 */
/* clang-format off */
X(TRY,       "Try it",                                         "试一试")
X(GET,       "With GET the parameters are in the URL",         "GET：参数在 URL 中")
X(POST,      "With POST they are in the content",              "POST：参数在请求体中")
X(FILE,      "With a file, as multipart/form-data",            "带文件：multipart/form-data")
X(NAME,      "Name",                                           "姓名")
X(UPLOAD,    "Files",                                          "文件")
X(TEXT,      "Text",                                           "文本")
X(SEND,      "Send",                                           "发送")
X(IN_URL,    "In the URL",                                     "URL 中的参数")
X(IN_BODY,   "In the content",                                 "请求体中的参数")
X(NONE,      "none",                                           "无")
X(FIELDS,    "Fields, in their order",                         "请求头字段（按顺序）")
X(TRAILERS,  "Trailers, after the content",                    "尾部字段（在请求体之后）")
X(CONTENT,   "Content",                                        "请求体")
X(OCTETS,    "octets",                                         "字节")
X(SHOWN,     "of which these are the first",                   "以下为开头的字节数：")
/* clang-format on */
