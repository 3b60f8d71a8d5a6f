// News: the server says which conversation moved, the page asks for what it shows of it. Nothing is drawn from the news
// itself, so a page can show only what a request of this viewer is answered with.
const TOP = 160; // pixels: whoever has scrolled further down is not to lose their place

function state(word) {
  const sign = document.querySelector(".live");
  if (!sign) return;
  sign.dataset.state = word;
  sign.textContent = word === "on" ? "live" : word === "off" ? "connection lost, trying again" : "connecting";
}

async function ask(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" }, credentials: "same-origin" });
  if (answer.status === 404 || answer.status === 204) return "";
  if (!answer.ok) throw new Error(`${url}: ${answer.status}`);
  return answer.text();
}

function parsed(html) {
  const box = document.createElement("template");
  box.innerHTML = html;
  return box.content.firstElementChild;
}

function arrived(list) {
  const pill = document.getElementById("arrived");
  if (!pill) return;
  const count = Number(pill.dataset.count || 0) + 1;
  pill.dataset.count = count;
  pill.hidden = false;
  pill.textContent = count === 1 ? "1 conversation moved: show" : `${count} conversations moved: show`;
  pill.onclick = () => {
    pill.hidden = true;
    pill.dataset.count = 0;
    list.scrollIntoView();
    location.reload();
  };
}

async function row(list, id) {
  const html = await ask(`${list.dataset.row}${encodeURIComponent(id)}${location.search}`);
  const old = document.getElementById(`row-${id}`);
  if (!html) {
    old?.remove();
    return;
  }
  const fresh = parsed(html);
  const focused = old?.contains(document.activeElement);
  if (old && (focused || window.scrollY > TOP)) {
    old.replaceWith(fresh);
    if (focused) fresh.querySelector("a")?.focus();
  } else if (window.scrollY > TOP) {
    arrived(list);
    return;
  } else {
    old?.remove();
    list.prepend(fresh);
  }
  fresh.classList.add("moved");
  document.getElementById("nothing")?.remove();
  window.htmx?.process(fresh);
}

export async function part(box) {
  const html = await ask(box.dataset.part + location.search);
  const below = window.innerHeight + window.scrollY >= document.body.scrollHeight - TOP;
  box.innerHTML = html;
  window.htmx?.process(box);
  if (below && box.dataset.end) window.scrollTo({ top: document.body.scrollHeight });
  document.dispatchEvent(new CustomEvent("part", { detail: box }));
}

// One request at a time for each thing shown; what moves meanwhile is asked for once more after it.
const busy = new Set();
const again = new Set();

async function once(key, act) {
  if (busy.has(key)) {
    again.add(key);
    return;
  }
  busy.add(key);
  try {
    await act();
  } catch (error) {
    console.warn(error);
  } finally {
    busy.delete(key);
    if (again.delete(key)) once(key, act);
  }
}

async function rows(list) {
  if (window.scrollY > TOP || list.contains(document.activeElement)) return;
  list.innerHTML = await ask(location.pathname + location.search);
  window.htmx?.process(list);
  if (list.children.length) document.getElementById("nothing")?.remove();
}

export function follow(box) {
  if (!box) return;
  const news = new EventSource(box.dataset.live);
  // What moved before the stream was open, or while it was broken, is told by nobody: ask for it.
  news.addEventListener("open", () => {
    state("on");
    once("all", () => (box.dataset.row ? rows(box) : part(box)));
  });
  news.addEventListener("error", () => state("off"));
  news.addEventListener("moved", (event) => {
    const id = event.data;
    if (box.dataset.row) once(id, () => row(box, id));
    else if (!box.dataset.only || box.dataset.only === id) once("part", () => part(box));
  });
  window.addEventListener("pagehide", () => news.close());
}
