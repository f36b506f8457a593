/* Files are uploaded by PUT, some at a time: each with its progress, and its error in words. */
const AT_A_TIME = 3;
const form = $("upload"), waiting = [], running = new Set();
const panel = make("section", {id: "transfers", hidden: true}), panelTitle = make("h2"), list = make("ul");
const panelClose = tool("button", "close", words.CLOSE);
panel.setAttribute("aria-label", words.UPLOADS);
panelTitle.setAttribute("role", "status");
panel.append(make("div", {className: "bar"}, panelTitle, panelClose), list);
document.body.append(panel);

const seconds = (n) => n < 60 ? `${Math.max(1, Math.round(n))} s` : n < 3600 ? `${Math.round(n / 60)} min` : `${(n / 3600).toFixed(1)} h`;
const progressText = (u) => {
	const of = `${sizeText(u.sent)} / ${sizeText(u.file.size)}`;
	return u.rate > 0 ? `${of} · ${sizeText(u.rate)}/s · ${words.LEFT} ${seconds((u.file.size - u.sent) / u.rate)}` : of;
};
const showPanel = () => {
	const open = waiting.length + running.size;
	panelTitle.textContent = open ? `${words.UPLOADING} ${open}` : words.UPLOADED;
	panelClose.hidden = open > 0;
};
/* The rate of the last seconds, in which old ones count less and less. */
const measureRate = (u, loaded) => {
	const now = performance.now(), time = (now - u.at) / 1000;
	u.sent = loaded;
	if (time < 0.25)
		return;
	const rate = (loaded - u.before) / time;
	u.rate = u.rate ? 0.7 * u.rate + 0.3 * rate : rate;
	[u.at, u.before] = [now, loaded];
};
const finish = (u, text, ...buttons) => {
	running.delete(u);
	u.row.classList.toggle("failed", buttons.length > 0);
	u.text.textContent = text;
	u.progress.hidden = true;
	u.stop.remove();
	u.buttons.replaceChildren(...buttons);
	start();
};
const again = (u, text, replace) => {
	const button = make("button", {className: "plain", textContent: text});
	button.addEventListener("click", () => {
		u.row.remove();
		add(u.file, replace);
	});
	return button;
};
const skip = (u) => {
	const button = make("button", {className: "plain", textContent: words.CANCEL});
	button.addEventListener("click", () => {
		u.row.remove();
		showPanel();
	});
	return button;
};
const ended = (u) => {
	let why;
	try {
		why = JSON.parse(u.request.responseText);
	} catch {
		why = {};
	}
	const status = u.request.status, said = status ? `${why.meaning ?? status} ${why.advice ?? ""}` : words.BROKEN;
	/* Who gives no password for one is not asked for each of those that wait. */
	const refused = status === 401 ? waiting.splice(0) : [];
	if (status >= 200 && status < 300)
		finish(u, words.DONE);
	else if (status === 412 && !u.replace)
		finish(u, words.EXISTS, again(u, words.REPLACE, true), skip(u));
	else
		[u, ...refused].forEach((f) => finish(f, said, again(f, words.AGAIN, f.replace), skip(f)));
};
const send = (u) => {
	const request = u.request = new XMLHttpRequest();
	running.add(u);
	u.row.scrollIntoView({block: "nearest"});
	u.at = performance.now();
	request.open("PUT", "./" + encodeURIComponent(u.file.name));
	request.setRequestHeader("Accept", "application/json");
	if (!u.replace)
		request.setRequestHeader("If-None-Match", "*");
	request.upload.addEventListener("progress", (event) => {
		measureRate(u, event.loaded);
		u.progress.value = u.file.size ? event.loaded / u.file.size : 1;
		u.text.textContent = progressText(u);
	});
	request.addEventListener("loadend", () => u.cancelled || ended(u));
	request.send(u.file);
};
const start = () => {
	while (running.size < AT_A_TIME && waiting.length)
		send(waiting.shift());
	showPanel();
	if (!running.size)
		reload();
};
const cancel = (u) => {
	u.cancelled = true;
	u.request?.abort();
	const at = waiting.indexOf(u);
	if (at >= 0)
		waiting.splice(at, 1);
	finish(u, words.CANCELLED, again(u, words.AGAIN, u.replace), skip(u));
};
const add = (file, replace = false) => {
	const u = {file, replace, sent: 0, before: 0, rate: 0, progress: make("progress", {value: 0}), text: make("small", {textContent: words.WAITS}),
		buttons: make("span"), stop: tool("button", "close", `${words.CANCEL}: ${file.name}`)};
	u.progress.setAttribute("aria-label", file.name);
	u.stop.addEventListener("click", () => cancel(u));
	u.row = make("li", {}, make("bdi", {textContent: file.name, title: file.name}), u.stop, u.progress, u.text, u.buttons);
	list.append(u.row);
	panel.hidden = false;
	waiting.push(u);
	start();
};
const refuse = (name) => {
	list.append(make("li", {className: "failed"}, make("bdi", {textContent: name}), make("small", {textContent: words.NOFOLDER})));
	panel.hidden = false;
	showPanel();
};
panelClose.addEventListener("click", () => {
	panel.hidden = true;
	list.replaceChildren();
});

if (form) {
	const input = form.querySelector("input"), button = tool("button", "add", words.UPLOAD);
	form.hidden = true;
	$("tools").prepend(button);
	button.addEventListener("click", () => input.click());
	input.addEventListener("change", () => {
		[...input.files].forEach((file) => add(file));
		input.value = "";
	});
	const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
	addEventListener("dragover", (event) => {
		if (!hasFiles(event))
			return;
		event.preventDefault();
		document.body.classList.add("drop");
	});
	addEventListener("dragleave", (event) => {
		if (!event.relatedTarget)
			document.body.classList.remove("drop");
	});
	addEventListener("drop", (event) => {
		document.body.classList.remove("drop");
		if (!hasFiles(event))
			return;
		event.preventDefault();
		for (const item of event.dataTransfer.items) {
			const file = item.getAsFile();
			if (item.webkitGetAsEntry?.()?.isDirectory)
				refuse(file.name);
			else if (file)
				add(file);
		}
	});
	addEventListener("beforeunload", (event) => {
		if (waiting.length + running.size)
			event.preventDefault();
	});
}
