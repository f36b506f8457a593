/* Entries are ticked, and what is ticked can be downloaded as one file, and deleted if the server was started for that. */
const mayDelete = table.dataset.delete !== undefined, mayChoose = mayDelete || table.classList.contains("ticks");
const pick = $("pick"), pack = $("pack");
const TARGET_MOST = 7500; /* octets of an address; servers and proxies take 8,000 */
const chosen = new Set();
const bar = make("div", {id: "bar", hidden: true});
bar.setAttribute("role", "region");
bar.setAttribute("aria-label", words.CHOSEN);
const barText = make("span");
barText.setAttribute("role", "status");
const clear = make("button", {className: "plain", textContent: words.NOTHING});
const remove = make("button", {className: "danger", textContent: words.DELETE});
const get = make("a", {className: "plain", textContent: words.DOWNLOAD, download: ""});
bar.append(barText, clear);
if (pick)
	bar.append(get);
if (mayDelete)
	bar.append(remove);
if (pick)
	pick.hidden = true;
document.body.append(bar);

/* The address of an archive of these entries; empty if it is too long. */
const archiveOf = (list) => {
	if (list.length === entries.length)
		return pack.getAttribute("href");
	const names = list.map((e) => "&name=" + linkOf(e).replace(/^\.\/|\/$/g, "")).join("");
	const address = pack.getAttribute("href") + names;
	return address.length + location.pathname.length < TARGET_MOST ? address : "";
};
get.addEventListener("click", (event) => {
	if (get.getAttribute("href") !== "#")
		return;
	event.preventDefault();
	box(words.DOWNLOAD, make("p", {textContent: words.TOOMANY}));
});
const showChosen = () => {
	const size = [...chosen].reduce((sum, e) => sum + Math.max(0, e.s), 0);
	bar.hidden = chosen.size === 0;
	if (pick)
		get.href = archiveOf([...chosen]) || "#";
	barText.textContent = `${words.CHOSEN} ${chosen.size}${size ? " · " + sizeText(size) : ""}`;
};
const choose = (e, yes, row) => {
	chosen[yes ? "add" : "delete"](e);
	row?.classList.toggle("chosen", yes);
	showChosen();
};
/* Called for each row that comes into the document. */
const addTick = (row, e, at) => {
	const tick = row.querySelector("input") ?? make("input", {type: "checkbox"});
	tick.setAttribute("aria-label", `${words.CHOOSE} ${e.n}`);
	tick.tabIndex = at === active ? 0 : -1;
	tick.checked = chosen.has(e);
	row.classList.toggle("chosen", tick.checked);
	row.cells[0].prepend(tick);
};
const tickOf = (row) => row?.querySelector("input");
const rowAt = (at) => linkAt(at)?.closest("tr");

let ticked = 0;
body.addEventListener("click", (event) => {
	const tick = event.target;
	if (tick.type !== "checkbox")
		return;
	const at = +linkIn(tick.closest("tr")).dataset.at;
	/* With Shift all between the last one and this one follow. */
	const [from, to] = event.shiftKey ? [Math.min(at, ticked), Math.max(at, ticked)] : [at, at];
	for (let i = from; i <= to; i++) {
		choose(shown[i], tick.checked, rowAt(i));
		if (tickOf(rowAt(i)))
			tickOf(rowAt(i)).checked = tick.checked;
	}
	ticked = at;
});
clear.addEventListener("click", () => {
	chosen.clear();
	showChosen();
	draw(true);
	go(active);
});

const deleteAll = async (list, dialog, problems) => {
	let failed = 0;
	for (const e of list) {
		const answer = await fetch(linkOf(e), {method: "DELETE", headers: {Accept: "application/json"}}).catch(() => null);
		if (answer?.ok || answer?.status === 404) {
			chosen.delete(e);
			continue;
		}
		const why = await answer?.json().catch(() => null);
		problems.append(make("li", {textContent: `${e.n}: ${why?.meaning ?? words.BROKEN}`}));
		failed++;
		/* Who gives no password for one is not asked for each of the others. */
		if (answer?.status === 401)
			break;
	}
	await reload();
	if (!failed)
		dialog.close();
};
const askToDelete = (list) => {
	const NAMES = 8;
	const names = make("ul", {}, ...list.slice(0, NAMES).map((e) => make("li", {textContent: e.n + (isFolder(e) ? "/" : "")})));
	if (list.length > NAMES)
		names.append(make("li", {textContent: `… +${list.length - NAMES}`}));
	const yes = make("button", {className: "danger", textContent: `${words.DELETE} (${list.length})`}), no = make("button", {className: "plain", textContent: words.CANCEL});
	const problems = make("ul", {className: "problems"});
	problems.setAttribute("role", "alert");
	const dialog = box(words.SURE, names, problems, make("div", {className: "row"}, no, yes));
	no.addEventListener("click", () => dialog.close());
	no.focus();
	yes.addEventListener("click", () => {
		yes.disabled = true;
		problems.replaceChildren();
		deleteAll(list, dialog, problems).finally(() => { yes.disabled = false; });
	});
	dialog.addEventListener("close", () => go(active));
};
remove.addEventListener("click", () => askToDelete([...chosen]));
addEventListener("keydown", (event) => {
	const at = event.target.dataset?.at;
	if (!mayChoose || at === undefined || event.ctrlKey || event.metaKey || event.altKey)
		return;
	if (event.key === " ") {
		event.preventDefault();
		tickOf(rowAt(at)).click();
	} else if (event.key === "Delete" && mayDelete) {
		askToDelete(chosen.size ? [...chosen] : [shown[+at]]);
	}
});
if (mayChoose) {
	table.classList.add("ticks");
	onPlace = addTick;
	[...body.rows].forEach((row) => {
		const link = linkIn(row);
		if (link)
			addTick(row, shown[+link.dataset.at], +link.dataset.at);
	});
}
