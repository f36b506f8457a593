// node_fetch.js URL: what Node's fetch does with a web server that has /file.txt ("0123456789"), /big and /echo. Prints "well".
const url = process.argv[2];

function must(ok, what) {
  if (!ok) {
    console.log(what);
    process.exit(1);
  }
}

async function one() {
  let r = await fetch(url + "/file.txt");
  must(r.status === 200 && await r.text() === "0123456789", r.status);
  r = await fetch(url + "/file.txt", { headers: { range: "bytes=2-4" } });
  must(r.status === 206 && await r.text() === "234", r.status);
  r = await fetch(url + "/sub");
  must(r.redirected && r.url.endsWith("/sub/") && r.status === 200, r.url);
  await r.text();
  r = await fetch(url + "/absent", { method: "HEAD" });
  must(r.status === 404, r.status);
  r = await fetch(url + "/echo", { method: "POST", body: new URLSearchParams({ "名": "值 &" }) });
  must(r.status === 200 && (await r.text()).includes("值 &"), r.status);
  const parts = new ReadableStream({ start(c) { c.enqueue(new TextEncoder().encode("streamed")); c.close(); } });
  r = await fetch(url + "/echo", { method: "PUT", body: parts, duplex: "half" });
  must(r.status === 200 && (await r.text()).includes("streamed"), r.status);
  r = await fetch(url + "/big");
  must((await r.arrayBuffer()).byteLength === Number(r.headers.get("content-length")), "short");
  const stop = new AbortController();
  r = await fetch(url + "/big", { signal: stop.signal });
  const reader = r.body.getReader();
  await reader.read();
  stop.abort();
  await reader.read().then(() => reader.cancel(), () => {});
}

async function main() {
  for (let i = 0; i < 5; i++) await Promise.all(Array.from({ length: 10 }, one));
  console.log("well");
}

main().catch((e) => {
  console.log(e);
  process.exit(1);
});
