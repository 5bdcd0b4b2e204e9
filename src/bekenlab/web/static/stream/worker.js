// The shared worker: one stream for all tabs of the browser.
import { Hub } from "./hub.js";

/** @type {Set<MessagePort>} */
const ports = new Set();
const hub = new Hub((state) => {
  for (const port of ports) port.postMessage({ state });
});
let tabs = 0;

/** @param {MessagePort} port */
function serve(port) {
  const tab = `${++tabs} `;
  const doing = {
    watch: ({ key, subject }) => hub.watch(tab + key, subject, (message) => port.postMessage({ key, message })),
    leave: ({ key }) => hub.leave(tab + key),
    hush: ({ key, quiet }) => hub.hush(tab + key, quiet),
    retry: () => hub.retry(),
    // The tab holds this lock as long as it lives: a closed or crashed tab says nothing.
    here: ({ lock }) => navigator.locks?.request(lock, () => gone()),
  };
  const gone = () => {
    ports.delete(port);
    for (const key of [...hub.watched.keys()]) {
      if (key.startsWith(tab)) hub.leave(key);
    }
    port.close();
  };
  port.onmessage = ({ data }) => doing[data.do]?.(data);
  ports.add(port);
  port.postMessage({ state: hub.state });
}

self.addEventListener("connect", (event) => {
  serve(/** @type {MessageEvent} */ (event).ports[0]);
});
