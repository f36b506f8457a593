/* Keys: arrows move, "/" searches, Enter opens, Backspace goes up, Escape leaves the search. */
const setTab = (at, tab) => linkAt(at)?.closest("tr").querySelectorAll("a, input").forEach((e) => { e.tabIndex = tab; });
const go = (at) => {
	at = Math.max(0, Math.min(at, shown.length - 1));
	if (!shown.length)
		return;
	setTab(active, -1);
	active = at;
	if (!linkAt(at)) {
		scrollTo(0, scrollY + body.getBoundingClientRect().top + at * height - innerHeight / 2);
		draw(true);
	}
	const link = linkAt(at);
	setTab(at, 0);
	link.focus();
	link.scrollIntoView({block: "nearest"});
};
const page = () => Math.max(1, Math.floor(innerHeight / height) - 2);
const moves = {
	ArrowDown: (at) => at + 1, ArrowUp: (at) => at - 1, Home: () => 0, End: () => shown.length - 1,
	PageDown: (at) => at + page(), PageUp: (at) => at - page(),
};
const isTyping = (element) => element.matches?.("input:not([type=checkbox]), textarea, select");
addEventListener("keydown", (event) => {
	if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || document.querySelector("dialog[open]"))
		return;
	const searching = event.target === search, on = event.target.dataset?.at;
	if (isTyping(event.target) && !searching)
		return;
	if (event.key === "/" && !searching) {
		search.focus();
		search.select();
	} else if (event.key === "Escape" && searching) {
		search.value = "";
		filter();
		go(0);
	} else if (event.key === "Enter" && searching) {
		linkAt(0)?.click();
	} else if (event.key === "Backspace" && !searching) {
		$("up")?.click();
	} else if (event.key === "ArrowUp" && on === "0") {
		search.focus();
	} else if (event.key in moves && (on !== undefined || event.key === "ArrowDown" || (!searching && event.target === document.body))) {
		go(on === undefined ? (event.key === "End" ? shown.length - 1 : active) : moves[event.key](+on));
	} else {
		return;
	}
	event.preventDefault();
});
