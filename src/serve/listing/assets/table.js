/* The rows: which are shown, in which order, and those of them that are in the document. */
const columns = ["name", "size", "date"], heads = [...table.tHead.rows[0].cells];
const ALL = 500; /* so many rows are all in the document; of more entries, some around what is seen */
const AROUND = 200;
const dates = new Intl.DateTimeFormat("sv-SE", {dateStyle: "short", timeStyle: "short"});
let entries = readEntries(), shown = entries, sort = table.dataset.sort, order = table.dataset.order;
let onPlace = null; /* what else a row that comes into the document gets */
let active = 0, first = -1, last = -1, height = 40;

const sample = make("template");
sample.innerHTML = '<tr><td><a><svg aria-hidden="true"><use/></svg><bdi></bdi><i>/</i></a></td><td></td><td><time></time></td></tr>';
const linkIn = (row) => row.querySelector("a");
const place = (row, e, at) => {
	const link = linkIn(row);
	row.setAttribute("aria-rowindex", at + 2);
	link.dataset.at = at;
	link.tabIndex = at === active ? 0 : -1;
	link.title = e.n;
	onPlace?.(row, e, at);
	row.cells[2].firstChild.textContent = dates.format(1000 * e.t);
};
const rowOf = (e, at) => {
	const row = sample.content.firstChild.cloneNode(true), link = linkIn(row);
	place(row, e, at);
	link.setAttribute("href", linkOf(e));
	link.querySelector("use").setAttribute("href", "#i-" + kind(e));
	link.querySelector("bdi").textContent = e.n;
	if (!isFolder(e))
		link.lastChild.remove();
	if (e.s >= 0)
		row.cells[1].textContent = sizeText(e.s);
	row.cells[2].firstChild.dateTime = new Date(1000 * e.t).toISOString();
	return row;
};
const space = (pixels) => {
	const row = make("tr", {className: "space"}), cell = row.insertCell();
	row.setAttribute("aria-hidden", "true");
	cell.colSpan = 3;
	cell.style.height = pixels + "px";
	return row;
};
const linkAt = (at) => body.querySelector(`a[data-at="${at}"]`);

/* The part of the rows to draw: [from, to], or nothing if what is there is enough. */
const range = (force) => {
	if (shown.length <= ALL)
		return force || first !== 0 || last !== shown.length ? [0, shown.length] : null;
	const middle = Math.floor((innerHeight / 2 - body.getBoundingClientRect().top) / height);
	if (!force && middle - 40 >= first && middle + 40 <= last)
		return null;
	const from = Math.max(0, Math.min(middle - AROUND / 2, shown.length - AROUND));
	return [from, from + AROUND];
};
const draw = (force) => {
	const part = range(force);
	if (!part)
		return;
	const focus = document.activeElement?.dataset?.at, rows = document.createDocumentFragment();
	[first, last] = part;
	if (first > 0)
		rows.append(space(first * height));
	for (let i = first; i < last; i++)
		rows.append(rowOf(shown[i], i));
	if (last < shown.length)
		rows.append(space((shown.length - last) * height));
	body.replaceChildren(rows);
	if (focus !== undefined && !force)
		linkAt(+focus)?.focus({preventScroll: true});
};
const measure = () => {
	const row = body.querySelector("tr:not(.space)");
	if (row)
		height = row.getBoundingClientRect().height;
};

/* Names are compared once: after that their ranks are. */
const rank = () => {
	if (entries.length && entries[0].r < 0)
		[...entries].sort((a, b) => natural(a.n, b.n)).forEach((e, at) => { e.r = at; });
};
const compare = {name: (a, b) => a.r - b.r, size: (a, b) => a.s - b.s, date: (a, b) => a.t - b.t};
const arrange = () => {
	const by = compare[sort], turn = order === "desc" ? -1 : 1;
	rank();
	entries.sort((a, b) => isFolder(b) - isFolder(a) || turn * by(a, b) || a.r - b.r);
	heads.forEach((head, i) => {
		const chosen = columns[i] === sort;
		if (chosen)
			head.setAttribute("aria-sort", order === "desc" ? "descending" : "ascending");
		else
			head.removeAttribute("aria-sort");
		head.firstChild.href = `?sort=${columns[i]}&order=${chosen && order === "asc" ? "desc" : "asc"}`;
	});
};
const found = make("span");
found.setAttribute("role", "status");
$("counts").append(found);
const filter = () => {
	const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
	const fits = (e) => (e.l ??= e.n.toLowerCase(), wanted.every((part) => e.l.includes(part)));
	shown = wanted.length ? entries.filter(fits) : entries;
	active = 0;
	table.setAttribute("aria-rowcount", shown.length + 1);
	note.textContent = !entries.length ? words.EMPTY : !shown.length ? words.NONE : "";
	found.textContent = wanted.length && shown.length ? `${words.FOUND} ${shown.length}` : "";
	draw(true);
};
heads.forEach((head, i) => head.addEventListener("click", (event) => {
	if (event.ctrlKey || event.metaKey || event.shiftKey)
		return;
	event.preventDefault();
	order = columns[i] === sort && order === "asc" ? "desc" : "asc";
	sort = columns[i];
	history.replaceState(null, "", `?sort=${sort}&order=${order}`);
	arrange();
	filter();
}));
search.addEventListener("input", filter);
search.form.addEventListener("submit", (event) => event.preventDefault());
addEventListener("scroll", () => draw(false), {passive: true});
addEventListener("resize", () => { measure(); draw(true); });

const rankAll = () => {
	if (sort === "name")
		entries.forEach((e, at) => { e.r = order === "asc" ? at : entries.length - at; });
};
/* Makes the entry of this name the active one, or the one that has come to its place. */
const activate = (name, at, focus) => {
	const now = shown.findIndex((e) => e.n === name);
	active = Math.max(0, Math.min(now < 0 ? at : now, shown.length - 1));
	draw(true);
	if (focus)
		linkAt(active)?.focus({preventScroll: true});
};
/* Reads the folder again after it was changed. Who has come to a row by keys stays there. */
const reload = async () => {
	const answer = await fetch(`?sort=${sort}&order=${order}`, {headers: {Accept: "text/html"}}).catch(() => null);
	if (!answer?.ok)
		return;
	const page = new DOMParser().parseFromString(await answer.text(), "text/html");
	const names = new Set([...chosen].map((e) => e.n));
	$("data").textContent = page.getElementById("data").textContent;
	entries = readEntries();
	$("counts").replaceChildren(...page.querySelectorAll("#counts > span"), found);
	chosen.clear();
	entries.filter((e) => names.has(e.n)).forEach((e) => chosen.add(e));
	showChosen();
	rankAll();
	const at = active, name = shown[at]?.n, focus = body.contains(document.activeElement);
	filter();
	activate(name, at, focus);
};
/* The rows that the server made stay as they are, if they are all or the first of all. */
const adopt = () => {
	rankAll();
	$("pages")?.remove();
	if (search.value) {
		filter();
	} else {
		[...body.rows].forEach((row, at) => place(row, entries[at], at));
		[first, last] = [0, body.rows.length];
		measure();
	}
	if (last < shown.length)
		body.append(space((shown.length - last) * height));
};
adopt();
document.documentElement.dataset.complete = "";
