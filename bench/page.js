// page.js URL WORD: opens a page in Chromium. Prints the milliseconds from the start of the navigation until the first row of its list was
// painted and, if it has a search, until what WORD finds was. It opens the page twice, and the second time counts.
"use strict";
const {launch, PATIENCE} = require("../test/browser/launch");

// Runs in the page, before its own scripts. After the next frame is made, what was in the document has been painted.
const watch = (word) => {
	const seen = window.seen = {};
	const painted = (name) => requestAnimationFrame(() => setTimeout(() => { seen[name] = performance.now(); }));
	let rows = false;
	const look = () => {
		if (!rows && document.querySelector("tbody tr, pre a")) {
			rows = true;
			painted("row");
		}
		if (document.documentElement?.dataset.complete !== undefined) {
			const search = document.getElementById("search");
			search.value = word;
			search.dispatchEvent(new Event("input"));
			painted("found");
		} else if (document.readyState !== "complete" || !rows) {
			requestAnimationFrame(look);
		}
	};
	look();
};

const open = async (browser, url, word) => {
	const page = await browser.newPage();
	page.setDefaultTimeout(PATIENCE);
	await page.addInitScript(watch, word);
	await page.goto(url);
	let seen = {};
	const searched = await page.evaluate("document.documentElement.dataset.complete !== undefined");
	while (!(searched ? seen.found : seen.row)) {
		await page.waitForTimeout(10);
		seen = await page.evaluate("window.seen");
	}
	await page.close();
	return seen;
};
const main = async ([url, word]) => {
	const browser = await launch();
	await open(browser, url, word);
	console.log(JSON.stringify(await open(browser, url, word)));
	await browser.close();
};
main(process.argv.slice(2));
