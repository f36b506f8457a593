/*
 * serve/page/statuses.h - what a status means and what to do, for people: X(status, name in
 * Chinese, meaning in English, in Chinese, advice in English, in Chinese). The English name is that
 * of HTTP. No text has quotes or signs that HTML and JSON give a meaning to. Included several times
 * on purpose.
 */
/* clang-format off */
X(400, "请求有误",
	"The server did not understand the request.", "服务器无法理解该请求。",
	"Check the address for signs that do not belong there, such as a lone %.", "请检查地址中是否有不该出现的字符，例如单独的 %。")
X(401, "需要登录",
	"A name and a password are needed here.", "此处需要用户名和密码。",
	"Try again, and enter them. Who runs this server can give them to you.", "请重试并输入。服务器的管理者可以为您提供。")
X(403, "禁止访问",
	"The server may not show or change this.", "服务器不能显示或更改此内容。",
	"If you should have it, ask who runs this server for permission.", "如果您应当能看到它，请向服务器的管理者申请权限。")
X(404, "未找到",
	"There is nothing at this address.", "此地址没有任何内容。",
	"Check the spelling, or look for it from the first page on. It may have been moved or deleted.", "请检查拼写，或从首页开始查找。它可能已被移动或删除。")
X(405, "不允许此操作",
	"This cannot be done here.", "不能在此执行该操作。",
	"Uploading and deleting work only if the server was started for it.", "只有服务器启动时开启了相应功能，才能上传或删除。")
X(406, "无可接受的形式",
	"The resource has no form that the program which asked accepts.", "没有请求方可接受的表示形式。",
	"Ask for another form, or for any.", "请改为请求其他形式，或任意形式。")
X(408, "请求超时",
	"The request took too long to arrive.", "请求未能及时到达。",
	"Check the connection, and load the page again.", "请检查网络连接，然后重新加载页面。")
X(409, "冲突",
	"The request does not fit what is there now.", "请求与当前状态冲突。",
	"See what is there now, then try again.", "请查看当前的内容，然后重试。")
X(411, "缺少长度",
	"The request does not say how long its content is.", "请求没有说明内容的长度。",
	"Send it with its length.", "请在请求中注明长度。")
X(412, "条件不符",
	"It is not in the state that the request demands.", "资源的状态不符合请求的条件。",
	"It has changed meanwhile: get it anew, then try again.", "它已经改变：请重新获取，然后重试。")
X(413, "内容过大",
	"The content of the request is too large.", "请求的内容过大。",
	"Send a smaller file, or ask who runs this server for a higher limit.", "请发送更小的文件，或请服务器的管理者提高上限。")
X(414, "地址过长",
	"The address is too long.", "地址过长。",
	"Shorten it, or begin from the first page.", "请缩短地址，或从首页开始。")
X(415, "格式不受支持",
	"The server cannot take content of this type.", "服务器不接受此类型的内容。",
	"Use the form of the page, or PUT.", "请使用页面上的表单，或使用 PUT。")
X(416, "范围无效",
	"The file has no such range.", "文件没有所请求的范围。",
	"The file may have become shorter: load it anew from its beginning.", "文件可能已变短：请从头重新下载。")
X(417, "无法满足期望",
	"The server does not do what the client expects.", "服务器无法满足客户端的期望。",
	"Send the request without the field Expect.", "请去掉 Expect 字段后再发送。")
X(421, "服务器不符",
	"This server does not answer for that name.", "此服务器不负责该名称。",
	"Check the name in the address.", "请检查地址中的名称。")
X(426, "需要升级协议",
	"Another protocol is needed here.", "此处需要使用其他协议。",
	"Use a newer program.", "请使用较新的程序。")
X(429, "请求过多",
	"Too many requests have come from your address.", "来自您地址的请求过多。",
	"Wait for a while, then load the page again.", "请稍候片刻，然后重新加载页面。")
X(431, "请求头过大",
	"The head of the request is too large.", "请求头过大。",
	"Delete the cookies of this site, and load the page again.", "请删除此网站的 Cookie，然后重新加载页面。")
X(500, "服务器错误",
	"The server has failed.", "服务器发生错误。",
	"Try again later. Who runs this server finds the reason in its log.", "请稍后再试。服务器的管理者可以在日志中找到原因。")
X(501, "方法未实现",
	"The server does not know this method.", "服务器不支持该方法。",
	"Use GET, or what the page offers.", "请使用 GET，或页面提供的功能。")
X(503, "服务器繁忙",
	"The server has too much to do at the moment.", "服务器目前过于繁忙。",
	"Wait for some seconds, then load the page again.", "请等待几秒，然后重新加载页面。")
X(505, "版本不支持",
	"The server does not speak this version of HTTP.", "服务器不支持此 HTTP 版本。",
	"Use HTTP/1.1.", "请使用 HTTP/1.1。")
X(507, "空间不足",
	"The server has no room left.", "服务器空间不足。",
	"Ask who runs this server to make room.", "请服务器的管理者腾出空间。")
/* clang-format on */
