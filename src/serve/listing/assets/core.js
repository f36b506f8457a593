/* What all parts of the script share: the entries of the folder, the texts, and what a name says of a file. */
const $ = (id) => document.getElementById(id);
const make = (tag, properties = {}, ...children) => {
	const element = Object.assign(document.createElement(tag), properties);
	element.append(...children);
	return element;
};
/* A page of the rows has no data: it is for those without a script. */
if (!$("data")) {
	const query = new URLSearchParams(location.search);
	query.delete("page");
	location.replace("?" + query);
	return;
}
const words = JSON.parse($("words").textContent);
const table = $("list"), body = table.tBodies[0], note = $("note"), search = $("search");

/*
 * An entry: n its name, s its size (-1: a folder; -2: neither file nor folder), t its time in seconds,
 * h its link if that does not follow from the name, r its rank among the names.
 */
const readEntries = () => {
	const flat = JSON.parse($("data").textContent), list = new Array(flat.length / 3);
	for (let i = 0; i < list.length; i++) {
		const name = flat[3 * i], odd = typeof name !== "string";
		list[i] = {n: odd ? name[0] : name, s: flat[3 * i + 1], t: flat[3 * i + 2], h: odd ? name[1] : "", r: -1, l: null};
	}
	return list;
};
const isFolder = (e) => e.s === -1;
const linkOf = (e) => e.h || "./" + encodeURIComponent(e.n) + (isFolder(e) ? "/" : "");

const kinds = {
	i: "png jpg jpeg gif webp avif svg bmp ico apng",
	v: "mp4 m4v webm ogv mov mkv",
	a: "mp3 ogg oga opus flac wav m4a aac",
	p: "pdf",
	z: "zip tar gz tgz xz bz2 zst 7z rar br jar deb rpm",
	t: "txt md markdown rst adoc log c h cc cpp hpp rs go py sh js mjs ts css json yaml yml toml ini conf cfg csv tsv xml sql java kt rb pl lua tex diff patch html htm srt vtt",
};
const kindOf = new Map(Object.entries(kinds).flatMap(([kind, list]) => list.split(" ").map((end) => [end, kind])));
const bare = new Set(["readme", "license", "copying", "makefile", "changelog", "dockerfile"]);
const kind = (e) => {
	if (e.s < 0)
		return isFolder(e) ? "d" : "o";
	const name = e.n.toLowerCase();
	return kindOf.get(name.slice(name.lastIndexOf(".") + 1)) ?? (bare.has(name) ? "t" : "f");
};
const sizeText = (n) => {
	const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
	let unit = 0;
	for (; n >= 999.5 && unit < 6; unit++)
		n /= 1000;
	return n.toFixed(unit > 0 && n < 99.95 ? 1 : 0) + " " + units[unit];
};

/* Under 0, 0 or over 0, as people count: "a9" is before "a10". The order of the server. */
const isDigit = (c) => c >= 48 && c <= 57;
const fold = (c) => c >= 65 && c <= 90 ? c + 32 : c;
const digitsEnd = (text, at) => {
	while (isDigit(text.charCodeAt(at)))
		at++;
	return at;
};
const natural = (a, b) => {
	let i = 0, j = 0;
	while (i < a.length && j < b.length) {
		const c = a.charCodeAt(i), d = b.charCodeAt(j);
		if (!isDigit(c) || !isDigit(d)) {
			if (fold(c) !== fold(d))
				return fold(c) - fold(d);
			i++;
			j++;
			continue;
		}
		while (a.charCodeAt(i) === 48)
			i++;
		while (b.charCodeAt(j) === 48)
			j++;
		const m = digitsEnd(a, i), n = digitsEnd(b, j);
		if (m - i !== n - j)
			return m - i - (n - j);
		for (; i < m; i++, j++) {
			if (a.charCodeAt(i) !== b.charCodeAt(j))
				return a.charCodeAt(i) - b.charCodeAt(j);
		}
	}
	return a.length - i - (b.length - j) || (a < b ? -1 : a > b ? 1 : 0);
};
