// What every page has: theme, times that move on, keys, and news from the line. Pages work without any of it.
import { follow, part } from "./live.js";
import { chart } from "./charts.js";

const THEMES = ["auto", "light", "dark"];
const root = document.documentElement;

function theme(button) {
  const now = root.dataset.theme || "auto";
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length];
  if (next === "auto") delete root.dataset.theme;
  else root.dataset.theme = next;
  document.cookie = `console_theme=${next}; path=/; max-age=31536000; SameSite=Lax`;
  say(button, next);
  document.dispatchEvent(new CustomEvent("theme"));
}

function say(button, name) {
  button.setAttribute("aria-label", `Theme: ${name}. Change`);
  button.title = `Theme: ${name}`;
}

// The same words as commonline.console.view.times has.
function ago(seconds) {
  if (seconds < 45) return "now";
  if (seconds < 3600) return `${Math.max(1, Math.round(seconds / 60))} min`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86400)} d`;
}

function tick() {
  const now = Date.now();
  for (const time of document.querySelectorAll("time[data-ago]")) {
    const words = ago((now - Date.parse(time.dateTime)) / 1000);
    if (time.textContent !== words) time.textContent = words;
  }
}

function rows() {
  return [...document.querySelectorAll(".row > a")];
}

function step(by) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(document.activeElement);
  const to = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + by));
  all[to].focus();
  all[to].scrollIntoView({ block: "nearest" });
}

const KEYS = {
  j: () => step(1),
  k: () => step(-1),
  u: () => document.querySelector("[data-back]")?.click(),
  s: () => document.querySelector("[data-sides]")?.click(),
  "/": () => document.querySelector("input[type=search]")?.focus(),
  "?": () => document.getElementById("keys")?.showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, dialog[open]")) return;
  const act = KEYS[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-act]");
  if (!button) return;
  if (button.dataset.act === "theme") theme(button);
  if (button.dataset.act === "keys") document.getElementById("keys")?.showModal();
  if (button.dataset.act === "full") {
    if (document.fullscreenElement) document.exitFullscreen();
    else root.requestFullscreen();
  }
});

document.addEventListener("change", (event) => {
  const form = event.target.closest("form[data-at-once]");
  if (form && event.target.matches("select, input[type=checkbox]")) form.requestSubmit();
});

setInterval(tick, 10000);
document.addEventListener("htmx:afterSwap", tick);

function charts() {
  for (const box of document.querySelectorAll("[data-chart]:not([data-drawn])")) chart(box);
}

charts();
document.addEventListener("part", charts);
for (const box of document.querySelectorAll("[data-again]")) {
  setInterval(() => part(box).catch((error) => console.warn(error)), 1000 * Number(box.dataset.again));
}
follow(document.querySelector("[data-live]"));
