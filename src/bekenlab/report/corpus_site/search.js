// Searches the devices of a corpus in this page. Nothing is fetched: the index is in the page.

const MOST = 200;
const byId = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const index = JSON.parse(byId("index").textContent ?? "[]");
const field = /** @type {HTMLInputElement} */ (byId("query"));
const list = byId("found");
const count = byId("count");

/** What is searched in, in lower case. */
const texts = index.map((device) =>
  [device.title, device.chip, device.module, device.firmware, device.product, device.schema,
    ...device.versions, ...device.names, ` ${device.pins}`, device.mcu ? "tuyamcu" : ""]
    .join(" ").toLowerCase());

function matches(text, words) {
  // A pin is a whole number: 6=rel is not in 26=rel;1.
  return words.every((word) => text.includes(/^\d+=/.test(word) ? ` ${word}` : word));
}

function entry(device) {
  const link = document.createElement("a");
  link.href = `devices/${device.id}.html`;
  link.textContent = device.title;
  const about = document.createElement("div");
  about.className = "soft";
  const times = device.contents === 1 ? "1 dump" : `${device.contents} dumps`;
  about.textContent = [device.chip, device.pins || (device.mcu ? "second controller (TuyaMCU)" : ""), times]
    .filter(Boolean).join(" · ");
  const item = document.createElement("li");
  item.append(link, about);
  return item;
}

function show() {
  const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = index.filter((_, number) => matches(texts[number], words));
  list.replaceChildren(...found.slice(0, MOST).map(entry));
  const more = found.length > MOST ? `; the first ${MOST} are shown` : "";
  count.textContent = `${found.length} of ${index.length} kinds of devices${more}`;
}

field.addEventListener("input", () => {
  history.replaceState(null, "", field.value ? `#${encodeURIComponent(field.value)}` : "#");
  show();
});
field.value = decodeURIComponent(location.hash.slice(1));
show();
