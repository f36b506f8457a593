// Starts Chromium: that of the system (CHROMIUM), not a build that playwright brings.
"use strict";
const {chromium} = require("playwright-core");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
	"--disable-component-update", "--disable-sync", "--disable-dev-shm-usage", "--no-proxy-server", "--autoplay-policy=no-user-gesture-required",
	"--host-resolver-rules=MAP *.example 127.0.0.1"];
exports.PATIENCE = 120000; // milliseconds; a machine may be slow
exports.launch = () => chromium.launch({executablePath: process.env.CHROMIUM, args: FLAGS, timeout: exports.PATIENCE});
