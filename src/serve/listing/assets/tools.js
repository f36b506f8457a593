/* Buttons that are an icon, with a text for those who do not see it. */
const icon = (name) => `<svg aria-hidden="true"><use href="#i-${name}"/></svg>`;
const tool = (tag, name, text) => {
	const element = make(tag, {title: text, innerHTML: icon(name), className: "tool"});
	element.setAttribute("aria-label", text);
	return element;
};
const byHand = (event) => event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
