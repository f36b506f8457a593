"use strict";
/* The list of a folder: sorts, searches, moves by keys and shows files, without asking the server to make another page. */
(() => {
	const $ = (id) => document.getElementById(id);
	const words = JSON.parse($("words").textContent);
	const table = $("list"), body = table.tBodies[0], note = $("note"), search = $("search");
	const columns = ["name", "size", "date"], heads = [...table.tHead.rows[0].cells];
	const ALL = 500; /* so many rows are all in the document; of more entries, some around what is seen */
	const AROUND = 200;
	const locale = document.documentElement.lang;
	const collator = new Intl.Collator(locale, {numeric: true, sensitivity: "base"});
	const dates = new Intl.DateTimeFormat("sv-SE", {dateStyle: "short", timeStyle: "short"});
	const kinds = {
		i: "png jpg jpeg gif webp avif svg bmp ico apng",
		v: "mp4 m4v webm ogv mov mkv",
		a: "mp3 ogg oga opus flac wav m4a aac",
		z: "zip tar gz tgz xz bz2 zst 7z rar br jar deb rpm",
		t: "txt md log c h cc cpp hpp rs go py sh js mjs ts css json yaml yml toml ini conf csv tsv xml sql java kt rb pl lua tex diff patch html htm",
	};
	const kindOf = new Map(Object.entries(kinds).flatMap(([kind, list]) => list.split(" ").map((end) => [end, kind])));
	const bare = new Set(["readme", "license", "makefile", "changelog", "dockerfile"]);

	/* An entry: n its name, h its link, d true for a folder, s its size or -1, t its time in ms. */
	let entries, shown, sort = table.dataset.sort, order = table.dataset.order, active = 0, first = -1, last = -1;

	const read = (row) => {
		const link = row.cells[0].firstChild, size = row.cells[1].dataset.size;
		const href = link.getAttribute("href");
		return {n: link.querySelector("bdi").textContent, h: href, d: href.endsWith("/"), icon: link.querySelector("use").getAttribute("href"),
			s: size === undefined ? -1 : +size, t: Date.parse(row.cells[2].firstChild.dateTime)};
	};
	const fromJson = (e) => ({n: e.name, h: e.href, d: e.type === "directory", s: e.size ?? -1, t: Date.parse(e.mtime), icon: e.type === "other" ? "#i-o" : ""});
	const kind = (e) => {
		if (e.d)
			return "d";
		const name = e.n.toLowerCase(), dot = name.lastIndexOf(".");
		return kindOf.get(name.slice(dot + 1)) ?? (bare.has(name) ? "t" : "f");
	};
	const sizeText = (n) => {
		const units = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
		let unit = 0;
		for (; n >= 999.5 && unit < 6; unit++)
			n /= 1000;
		return n.toFixed(unit > 0 && n < 99.95 ? 1 : 0) + " " + units[unit];
	};

	const sample = document.createElement("template");
	sample.innerHTML = '<tr><td><a><svg aria-hidden="true"><use/></svg><bdi></bdi><i>/</i></a></td><td></td><td><time></time></td></tr>';
	const place = (row, e, at) => {
		const link = row.cells[0].firstChild;
		row.setAttribute("aria-rowindex", at + 2);
		link.dataset.at = at;
		link.tabIndex = at === active ? 0 : -1;
		link.title = e.n;
		row.cells[2].firstChild.textContent = dates.format(e.t);
	};
	const rowOf = (e, at) => {
		const row = sample.content.firstChild.cloneNode(true), link = row.cells[0].firstChild, time = row.cells[2].firstChild;
		place(row, e, at);
		link.setAttribute("href", e.h);
		link.querySelector("use").setAttribute("href", e.icon || "#i-" + kind(e));
		link.querySelector("bdi").textContent = e.n;
		if (!e.d)
			link.lastChild.remove();
		if (e.s >= 0)
			row.cells[1].textContent = sizeText(e.s);
		time.dateTime = new Date(e.t).toISOString();
		return row;
	};
	const space = (height) => {
		const row = document.createElement("tr"), cell = row.insertCell();
		row.className = "space";
		row.setAttribute("aria-hidden", "true");
		cell.colSpan = 3;
		cell.style.height = height + "px";
		return row;
	};

	let height = 40;
	const draw = (force) => {
		let from = 0, to = shown.length;
		if (to > ALL) {
			const top = -body.getBoundingClientRect().top;
			const middle = Math.floor((top + innerHeight / 2) / height);
			if (!force && middle - 40 >= first && middle + 40 <= last)
				return;
			from = Math.max(0, Math.min(middle - AROUND / 2, to - AROUND));
			to = from + AROUND;
		}
		if (!force && from === first && to === last)
			return;
		const focus = document.activeElement?.dataset?.at, rows = document.createDocumentFragment();
		if (from > 0)
			rows.append(space(from * height));
		for (let i = from; i < to; i++)
			rows.append(rowOf(shown[i], i));
		if (to < shown.length)
			rows.append(space((shown.length - to) * height));
		[first, last] = [from, to];
		body.replaceChildren(rows);
		if (focus !== undefined && !force)
			linkAt(+focus)?.focus({preventScroll: true});
	};
	const measure = () => {
		const row = body.querySelector("tr:not(.space)");
		if (row)
			height = row.getBoundingClientRect().height;
	};
	const linkAt = (at) => body.querySelector(`a[data-at="${at}"]`);

	const compare = {
		name: (a, b) => collator.compare(a.n, b.n),
		size: (a, b) => a.s - b.s,
		date: (a, b) => a.t - b.t,
	};
	const arrange = () => {
		const by = compare[sort], turn = order === "desc" ? -1 : 1;
		entries.sort((a, b) => b.d - a.d || turn * by(a, b) || collator.compare(a.n, b.n));
		heads.forEach((head, i) => {
			const chosen = columns[i] === sort;
			if (chosen)
				head.setAttribute("aria-sort", order === "desc" ? "descending" : "ascending");
			else
				head.removeAttribute("aria-sort");
			head.firstChild.href = `?sort=${columns[i]}&order=${chosen && order === "asc" ? "desc" : "asc"}`;
		});
	};
	const filter = () => {
		const wanted = search.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
		shown = wanted.length ? entries.filter((e) => (e.l ??= e.n.toLowerCase(), wanted.every((part) => e.l.includes(part)))) : entries;
		active = 0;
		table.setAttribute("aria-rowcount", shown.length + 1);
		note.textContent = !entries.length ? words.EMPTY : !shown.length ? words.NONE : "";
		if (wanted.length && shown.length)
			found.textContent = `${words.FOUND} ${shown.length}`;
		else
			found.textContent = "";
		draw(true);
	};
	const found = document.createElement("span");
	found.setAttribute("role", "status");
	document.querySelector("footer").append(found);

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

	/* Keys: arrows move, "/" searches, Backspace goes up, Escape leaves the search. */
	const go = (at) => {
		at = Math.max(0, Math.min(at, shown.length - 1));
		if (!shown.length)
			return;
		linkAt(active)?.setAttribute("tabindex", "-1");
		active = at;
		if (!linkAt(at)) {
			scrollTo(0, scrollY + body.getBoundingClientRect().top + at * height - innerHeight / 2);
			draw(true);
		}
		const link = linkAt(at);
		link.tabIndex = 0;
		link.focus();
		link.scrollIntoView({block: "nearest"});
	};
	const page = () => Math.max(1, Math.floor(innerHeight / height) - 2);
	const moves = {
		ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 0, End: () => shown.length - 1,
		PageDown: (at) => at + page(), PageUp: (at) => at - page(),
	};
	addEventListener("keydown", (event) => {
		if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || dialog.open)
			return;
		const typing = event.target === search, on = event.target.dataset?.at;
		if (event.key === "/" && !typing) {
			search.focus();
			search.select();
		} else if (event.key === "Escape" && typing) {
			search.value = "";
			filter();
			go(0);
		} else if (event.key === "Enter" && typing) {
			linkAt(0)?.click();
		} else if (event.key === "Backspace" && !typing) {
			$("up")?.click();
		} else if (event.key === "ArrowUp" && on === "0") {
			search.focus();
		} else if (event.key in moves && (!typing || event.key === "ArrowDown")) {
			go(on === undefined ? (event.key === "End" ? shown.length - 1 : active) : moves[event.key](+on));
		} else {
			return;
		}
		event.preventDefault();
	});

	/* Files that a browser can show are shown here; the link of any other is followed. */
	const TEXT_MOST = 262144;
	const dialog = document.createElement("dialog");
	dialog.setAttribute("aria-labelledby", "title");
	dialog.innerHTML = '<div class="bar"><h2 id="title"></h2><button></button><button></button><a></a><a></a><button></button></div><div class="view"></div>';
	document.body.append(dialog);
	const title = dialog.querySelector("h2"), view = dialog.querySelector(".view");
	const [before, after, close] = dialog.querySelectorAll("button"), [open, download] = dialog.querySelectorAll("a");
	let at = -1;
	[[before, words.BEFORE], [after, words.AFTER], [open, words.OPEN], [download, words.DOWNLOAD], [close, words.CLOSE]]
		.forEach(([element, text]) => { element.textContent = text; });
	download.download = "";
	const canShow = (e) => !e.d && "ivat".includes(kind(e));
	close.autofocus = true;
	const media = (e, tag) => {
		const element = document.createElement(tag);
		element.addEventListener("error", () => { view.replaceChildren(failed()); });
		if (tag === "img")
			element.alt = e.n;
		else
			element.controls = element.autoplay = true;
		element.src = e.h;
		return element;
	};
	const failed = () => {
		const text = document.createElement("p");
		text.textContent = words.FAILED;
		return text;
	};
	const text = async (e) => {
		const answer = await fetch(e.h, e.s > TEXT_MOST ? {headers: {Range: `bytes=0-${TEXT_MOST - 1}`}} : {});
		if (!answer.ok)
			return failed();
		const element = document.createElement("pre");
		element.tabIndex = 0;
		element.textContent = new TextDecoder().decode(await answer.arrayBuffer()) + (answer.status === 206 ? `\n\n${words.CUT}` : "");
		return element;
	};
	const preview = async (index) => {
		const e = shown[index], tag = {i: "img", v: "video", a: "audio"}[kind(e)];
		at = index;
		title.textContent = e.n;
		open.href = download.href = e.h;
		before.hidden = neighbour(-1) < 0;
		after.hidden = neighbour(1) < 0;
		view.replaceChildren();
		if (!dialog.open)
			dialog.showModal();
		const element = tag ? media(e, tag) : await text(e).catch(failed);
		if (at === index)
			view.replaceChildren(element);
	};
	const neighbour = (step) => {
		let i = at + step;
		while (i >= 0 && i < shown.length && !canShow(shown[i]))
			i += step;
		return i < shown.length ? i : -1;
	};
	const turn = (step) => {
		const i = neighbour(step);
		if (i >= 0)
			preview(i);
	};
	before.addEventListener("click", () => turn(-1));
	after.addEventListener("click", () => turn(1));
	close.addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });
	dialog.addEventListener("keydown", (event) => {
		const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
		if (step && !event.target.matches("video, audio"))
			turn(step);
	});
	dialog.addEventListener("close", () => {
		if (dialog.open)
			return; /* the next file is shown already */
		view.replaceChildren();
		go(at);
		at = -1;
	});
	body.addEventListener("click", (event) => {
		const link = event.target.closest("a");
		if (!link || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey || !canShow(shown[+link.dataset.at]))
			return;
		event.preventDefault();
		preview(+link.dataset.at);
	});

	/* The rows that the server made stay as they are. */
	const adopt = () => {
		const rows = [...body.rows];
		shown = entries = rows.map(read);
		rows.forEach((row, at) => place(row, entries[at], at));
		[first, last] = [0, rows.length];
	};
	const complete = async () => {
		const asked = sort + order;
		const answer = await fetch(`?format=json&sort=${sort}&order=${order}`, {headers: {Accept: "application/json"}});
		if (!answer.ok)
			return;
		const list = (await answer.json()).entries.map(fromJson);
		$("pages")?.remove();
		measure();
		entries = list;
		if (asked !== sort + order)
			arrange();
		filter();
		document.documentElement.dataset.complete = "";
	};
	document.querySelector("search").hidden = false;
	adopt();
	addEventListener("scroll", () => draw(false), {passive: true});
	addEventListener("resize", () => { measure(); draw(true); });
	if (entries.length < +table.dataset.total)
		complete();
	else
		document.documentElement.dataset.complete = "";
})();
