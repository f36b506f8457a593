/*
 * serve/listing/words.h - the texts of a listing: X(name, English, Chinese). The script finds
 * them by their names. No text has quotes or signs that HTML and JSON give a meaning to.
 * Included several times on purpose.
 */
/* clang-format off */
X(HOME,      "Home",                                  "首页")
X(PATH,      "Path",                                  "路径")
X(PARENT,    "Parent folder",                         "上级文件夹")
X(SEARCH,    "Search this folder",                    "搜索此文件夹")
X(NAME,      "Name",                                  "名称")
X(SIZE,      "Size",                                  "大小")
X(DATE,      "Modified",                              "修改时间")
X(FOLDERS,   "Folders",                               "文件夹")
X(FILES,     "Files",                                 "文件")
X(EMPTY,     "This folder is empty.",                 "此文件夹为空。")
X(TRUNCATED, "This folder has more entries than can be shown.", "此文件夹的条目过多，未能全部显示。")
X(PAGE,      "Page",                                  "页")
X(EARLIER,   "Previous page",                         "上一页")
X(LATER,     "Next page",                             "下一页")
X(QR,        "QR code of this address",               "此地址的二维码")
X(SCAN,      "Open this folder on a phone in the same network.", "在同一网络中的手机上打开此文件夹。")
X(NONE,      "No name matches.",                      "没有匹配的名称。")
X(FOUND,     "Matches",                               "匹配")
X(CLOSE,     "Close",                                 "关闭")
X(BEFORE,    "Previous",                              "上一个")
X(AFTER,     "Next",                                  "下一个")
X(OPEN,      "Open",                                  "打开")
X(DOWNLOAD,  "Download",                              "下载")
X(WHOLE,     "Open the whole file",                   "打开完整文件")
X(CUT,       "Only the beginning of the file is shown.", "仅显示文件的开头部分。")
X(FAILED,    "This file cannot be shown.",            "无法显示此文件。")
/* clang-format on */
