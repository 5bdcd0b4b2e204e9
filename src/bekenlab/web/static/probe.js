// Pins by experiments: starts them, tells of each as it ends, and shows the page with the result.
import { unless } from "./allow.js";
import { say } from "./app.js";
import { all, number, one } from "./dom.js";
import { cancel, start, watch } from "./jobs.js";
import { t, told } from "./texts.js";

for (const card of all("[data-probe-card]", HTMLElement)) begin(card);

/** @param {HTMLElement} card */
function begin(card) {
  const part = (name) => one(`[data-probe-${name}]`, HTMLElement, card);
  const go = one("[data-probe]", HTMLButtonElement, card);
  const bar = one("progress", HTMLProgressElement, card);
  const dump = one("[data-dump]", HTMLElement).dataset.dump;
  let running = "";
  let began = 0;

  function runs() {
    unless(go, part("state"));
    part("stop").hidden = false;
    part("running").hidden = false;
    part("outcome").hidden = true;
    part("seen").replaceChildren();
    part("state").textContent = t("dump.probe.starting");
    began = Date.now();
  }

  function ended(kind, text) {
    unless(go, null);
    part("stop").hidden = true;
    part("running").hidden = true;
    part("state").textContent = "";
    part("outcome").className = `notice ${kind}`;
    part("outcome").textContent = text;
    part("outcome").hidden = false;
    say(text);
  }

  const ON_EVENT = {
    experiment(event) {
      bar.value = event.share;
      const left = ((Date.now() - began) / 1000) * ((1 - event.share) / Math.max(event.share, 0.01));
      part("state").textContent = t("dump.probe.left", { percent: Math.floor(100 * event.share), seconds: number(Math.ceil(left)) });
      const line = document.createElement("li");
      const [name, moved] = event.text.split(": ");
      line.textContent = moved ? t("dump.probe.moved", { name, pins: moved }) : t("dump.probe.nothing", { name });
      part("seen").append(line);
    },
    unknown() {
      ended("warn", t("dump.probe.unknown"));
    },
    end(event) {
      if (event.state === "done") {
        location.reload();
      } else if (event.state === "cancelled") {
        ended("warn", t("job.stopped"));
      } else {
        ended("bad", told(event.error));
      }
    },
  };

  function follow(job) {
    running = job;
    runs();
    watch(job, (event) => ON_EVENT[event.event]?.(event));
  }

  go.addEventListener("click", async () => {
    try {
      follow((await start("probe", { dump })).id);
    } catch (error) {
      ended("bad", told(error));
    }
  });
  part("stop").addEventListener("click", () => cancel(running));
  // The result is part of the page already: only a probe that runs is followed.
  if (card.dataset.probeJob && !("shown" in card.dataset)) follow(card.dataset.probeJob);
}
