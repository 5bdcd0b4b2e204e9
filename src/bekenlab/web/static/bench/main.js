// The page of a virtual chip: frames come in by server-sent events, commands go out by POST.
import { unless } from "../allow.js";
import { ask } from "../api.js";
import { all, one } from "../dom.js";
import { follow } from "../stream/line.js";
import { hintOf, sentence, t, told } from "../texts.js";
import { Board } from "./board.js";
import { Controls } from "./controls.js";
import { Log } from "./log.js";
import { AirNetwork } from "./network.js";
import { Pins } from "./pins.js";
import { Points } from "./points.js";
import { Strip } from "./strip.js";
import { Announcer } from "./announcer.js";

const page = one("[data-bench]", HTMLElement);
const id = page.dataset.bench;
const problem = one("[data-problem]", HTMLElement, page);

/**
 * @param {string} text
 * @param {Node[]} more what follows it: a way out, a detail
 */
function show(text, ...more) {
  problem.replaceChildren(text, ...more.flatMap((node) => [" ", node]));
  problem.hidden = !text;
}

/** Why something was not done, and what helps. */
const because = (error) => [told(error), hintOf(error)].filter(Boolean).map(sentence).join(" ");

/** Send a command to the chip; an error from the server is shown. */
async function act(command) {
  try {
    await ask("POST", `/api/chips/${id}`, command);
    return true;
  } catch (error) {
    show(because(error));
    return false;
  }
}

const views = [
  new Controls(page, act),
  new Board(page, act),
  new Log(page, act),
  new Strip(page),
  new Pins(page, act),
  new Points(page, act),
  new Announcer(page),
  new AirNetwork(page, id ?? "", { leave: () => leave(), failed: (error) => show(because(error)) }),
];

const leave = follow({ chip: id }, ({ first, told: frame }) => {
  if (frame.event === "unknown") {
    gone();
    return;
  }
  // The first frame of a connection holds everything remembered: start over.
  frame.anew = first;
  if (first) show("");
  for (const view of views) view.take(frame);
  tellOfStop(frame.stop);
  if (frame.state === "closed") gone();
});

function gone() {
  leave();
  const bench = document.createElement("a");
  bench.href = "/bench";
  bench.textContent = t("bench.start_again");
  show(t("bench.gone"), bench);
  // Nothing reaches it any more; what is shown can still be looked at.
  const reaches = "[data-do]:not([data-do=close]), [type=submit], [data-parts] button";
  for (const button of all(reaches, HTMLButtonElement, page)) unless(button, problem);
  for (const field of all("input, select", HTMLElement, page)) field.toggleAttribute("disabled", !("follow" in field.dataset || "allPins" in field.dataset));
}

let stopped = false;

/** Why the chip has stopped; removed when it runs again. */
function tellOfStop(stop) {
  if (stop) {
    const detail = document.createElement("small");
    detail.lang = "en";
    detail.textContent = `(${stop.detail})`;
    show(t(`bench.stopped.${stop.cause}`), detail);
  } else if (stopped) show("");
  stopped = Boolean(stop);
}

one('[data-do="close"]', HTMLElement, page).addEventListener("click", async () => {
  leave();
  await ask("DELETE", `/api/chips/${id}`);
  location.assign("/bench");
});
