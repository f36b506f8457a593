/* Files that a browser can show are shown here; the link of any other is followed. */
const TEXT_MOST = 262144;
const dialog = make("dialog", {className: "preview"});
dialog.setAttribute("aria-labelledby", "l:title");
const title = make("h2", {id: "l:title"}), view = make("div", {className: "view"});
title.setAttribute("aria-live", "polite");
const before = tool("button", "left", words.BEFORE), after = tool("button", "right", words.AFTER);
const open = tool("a", "open", words.OPEN), download = tool("a", "down", words.DOWNLOAD);
const close = tool("button", "close", words.CLOSE);
download.download = "";
dialog.append(make("div", {className: "bar"}, title, before, after, open, download, close), view);
document.body.append(dialog);
let at = -1;

const tags = {i: "img", v: "video", a: "audio"};
const canShow = (e) => "ivat".includes(kind(e)) || (kind(e) === "p" && navigator.pdfViewerEnabled);
const failed = () => make("p", {textContent: words.FAILED});
const media = (e, tag) => {
	const element = make(tag);
	element.addEventListener("error", () => view.replaceChildren(failed()));
	if (tag === "img")
		element.alt = e.n;
	else
		element.controls = element.autoplay = true;
	element.src = linkOf(e);
	return element;
};
/* Chinese texts may be in GB 18030, and old ones of the West in Windows' code. */
const decode = (octets, cut) => {
	try {
		return new TextDecoder("utf-8", {fatal: true}).decode(octets, {stream: cut});
	} catch {
		return new TextDecoder(document.documentElement.lang === "zh" ? "gb18030" : "windows-1252").decode(octets);
	}
};
const text = async (e) => {
	const answer = await fetch(linkOf(e), e.s > TEXT_MOST ? {headers: {Range: `bytes=0-${TEXT_MOST - 1}`}} : {});
	if (!answer.ok)
		return failed();
	const cut = answer.status === 206, element = make("pre", {tabIndex: 0});
	element.textContent = decode(await answer.arrayBuffer(), cut);
	return cut ? make("div", {className: "text"}, make("p", {textContent: words.CUT}), element) : element;
};
const preview = async (index) => {
	const e = shown[index], type = kind(e);
	at = index;
	title.textContent = e.n;
	open.href = download.href = linkOf(e);
	before.disabled = neighbour(-1) < 0;
	after.disabled = neighbour(1) < 0;
	view.replaceChildren();
	if (!dialog.open) {
		dialog.showModal();
		close.focus();
	}
	const element = tags[type] ? media(e, tags[type])
		: type === "p" ? make("iframe", {src: linkOf(e), title: e.n})
			: await text(e).catch(failed);
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
dialog.addEventListener("click", (event) => {
	if (event.target === dialog)
		dialog.close();
});
dialog.addEventListener("keydown", (event) => {
	const step = {ArrowLeft: -1, ArrowRight: 1}[event.key];
	if (step && !event.target.matches("video, audio"))
		turn(step);
});
/* A finger that moves sideways turns to the next picture. */
let touched = null;
view.addEventListener("touchstart", (event) => {
	touched = event.touches.length === 1 && !event.target.matches("video, audio, pre") ? event.touches[0] : null;
}, {passive: true});
view.addEventListener("touchend", (event) => {
	const moved = touched ? event.changedTouches[0].clientX - touched.clientX : 0;
	if (Math.abs(moved) > 60 && (visualViewport?.scale ?? 1) === 1)
		turn(moved < 0 ? 1 : -1);
}, {passive: true});
dialog.addEventListener("close", () => {
	if (dialog.open)
		return; /* the next file is shown already */
	view.replaceChildren();
	go(at);
	at = -1;
});
body.addEventListener("click", (event) => {
	const link = event.target.closest("a");
	if (!link || byHand(event) || !canShow(shown[+link.dataset.at]))
		return;
	event.preventDefault();
	preview(+link.dataset.at);
});
