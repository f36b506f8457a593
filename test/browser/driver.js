// Drives Chromium through playwright-core for test/system/chromium.py: reads calls from its standard input, a JSON object a line, and
// answers each with a line. A call names a function of the objects below, such as "page.keyboard.press", and its arguments.
"use strict";
const readline = require("readline");
const {launch, PATIENCE} = require("./launch");

const at = {};

// A browser that knows nothing of what was done before, with one page. The options are those of browser.newContext().
at.fresh = async (options) => {
	await at.context?.close();
	at.context = await at.browser.newContext(options);
	at.context.setDefaultTimeout(PATIENCE);
	at.page = await at.context.newPage();
	at.cdp = await at.context.newCDPSession(at.page);
	at.complaints = [];
	at.answers = [];
	at.page.on("console", (message) => message.type() === "error" && at.complaints.push(message.text()));
	at.page.on("pageerror", (error) => at.complaints.push(error.message));
	at.page.on("response", (answer) => at.answers.push([answer.request().method(), answer.url(), answer.status()]));
};
at.complained = () => at.complaints;
at.answered = () => at.answers;

// Waits until the expression is true, also over several pages. page.waitForFunction() would need a policy that allows eval().
at.until = async (condition) => {
	for (const end = Date.now() + PATIENCE; Date.now() < end;) {
		const value = await at.page.evaluate(condition).catch((error) => {
			if (!/context was destroyed|navigat/.test(error.message))
				throw error;
		});
		if (value)
			return value;
		await at.page.waitForTimeout(10);
	}
	throw new Error(`never: ${condition}`);
};

// Each request of this method gets this status and no content, from here and not from the server.
at.refuse = (method, status) => at.page.route("**", (route) => route.request().method() === method ? route.fulfill({status}) : route.fallback());

// The browser asks for a name and a password, and gets none.
at.cancelLogins = async () => {
	at.cdp.on("Fetch.requestPaused", ({requestId}) => at.cdp.send("Fetch.continueRequest", {requestId}));
	at.cdp.on("Fetch.authRequired", ({requestId}) => at.cdp.send("Fetch.continueWithAuth", {requestId, authChallengeResponse: {response: "CancelAuth"}}));
	await at.cdp.send("Fetch.enable", {handleAuthRequests: true});
};

// A click whose link leads to a download, which is stored as @file.
at.download = async (selector, file) => {
	const [download] = await Promise.all([at.page.waitForEvent("download"), at.page.click(selector)]);
	await download.saveAs(file);
	return download.suggestedFilename();
};

// What leads to JSON as it is; an object of playwright's leads to null.
const plain = (value) => value === undefined || (typeof value === "object" && value !== null && !Array.isArray(value) && value.constructor !== Object) ? null : value;

const answer = async ({name, args}) => {
	const words = name.split("."), last = words.pop();
	const object = words.reduce((o, word) => o[word], at);
	return plain(await object[last](...args));
};

const main = async () => {
	at.browser = await launch();
	for await (const line of readline.createInterface({input: process.stdin})) {
		const said = await answer(JSON.parse(line)).then((value) => ({value}), (error) => ({error: error.message}));
		process.stdout.write(JSON.stringify(said) + "\n");
	}
	await at.browser.close();
};
main();
