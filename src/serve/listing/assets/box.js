/* Small dialogs, and the address as a QR code. */
let boxes = 0;
const box = (heading, ...content) => {
	const id = "l:box" + ++boxes, dialog = make("dialog", {className: "box"}), close = tool("button", "close", words.CLOSE);
	dialog.setAttribute("aria-labelledby", id);
	dialog.append(make("div", {className: "bar"}, make("h2", {id, textContent: heading}), close), make("div", {className: "inside"}, ...content));
	close.addEventListener("click", () => dialog.close());
	dialog.addEventListener("click", (event) => {
		if (event.target === dialog)
			dialog.close();
	});
	dialog.addEventListener("close", () => dialog.remove());
	document.body.append(dialog);
	dialog.showModal();
	return dialog;
};
$("qr")?.addEventListener("click", async (event) => {
	if (byHand(event))
		return;
	event.preventDefault();
	const answer = await fetch("?qr");
	if (!answer.ok)
		return;
	const picture = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
	box(words.QR, make("p", {textContent: words.SCAN}), document.adoptNode(picture));
});
