/*
 * serve/page/statuses.h - what a status means, in one sentence: X(status, English, Chinese).
 * Included several times on purpose.
 */
/* clang-format off */
X(400, "The server did not understand the request.",                    "服务器无法理解该请求。")
X(401, "A name and a password are needed here.",                        "此处需要用户名和密码。")
X(403, "This is not for you to see.",                                   "您无权查看此内容。")
X(404, "There is nothing at this address.",                             "此地址没有任何内容。")
X(405, "This cannot be done with the resource.",                        "不能对此资源执行该操作。")
X(406, "The resource has no form that the client accepts.",             "没有客户端可接受的表示形式。")
X(408, "The request took too long to arrive.",                          "请求未能及时到达。")
X(409, "The request does not fit the present state of the resource.",   "请求与资源的当前状态冲突。")
X(411, "The request does not say how long its content is.",             "请求没有说明内容的长度。")
X(412, "The resource is not in the state that the request demands.",    "资源的状态不符合请求的条件。")
X(413, "The content of the request is too large.",                      "请求的内容过大。")
X(414, "The address is too long.",                                      "地址过长。")
X(416, "The file has no such range.",                                   "文件没有所请求的范围。")
X(417, "The server does not do what the client expects.",               "服务器无法满足客户端的期望。")
X(421, "This server does not answer for that name.",                    "此服务器不负责该名称。")
X(426, "Another protocol is needed here.",                              "此处需要使用其他协议。")
X(429, "Too many requests have come from this address.",                "来自此地址的请求过多。")
X(431, "The head of the request is too large.",                         "请求头过大。")
X(500, "The server has failed.",                                        "服务器发生错误。")
X(501, "The server does not know this method.",                         "服务器不支持该方法。")
X(503, "The server has too much to do; try again soon.",                "服务器繁忙，请稍后再试。")
X(505, "The server does not speak this version of HTTP.",               "服务器不支持此 HTTP 版本。")
X(507, "The server has no room left.",                                  "服务器空间不足。")
/* clang-format on */
