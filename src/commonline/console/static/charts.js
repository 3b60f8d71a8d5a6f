// Charts over time by uPlot. The numbers stand in the page as a table too, for those who do not see a chart.
const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

function colour(name) {
  const probe = document.createElement("span");
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

const INKS = ["--accent", "--warn", "--good", "--hidden", "--bad", "--note", "--ink-soft", "--line-strong"];

function sizes(box) {
  const width = box.clientWidth;
  return { width, height: Math.max(180, Math.min(width * 0.42, window.innerHeight * 0.4)) };
}

function hour(seconds, told) {
  const long = told.times.at(-1) - told.times[0] > 86400;
  const day = long ? { weekday: "short" } : {};
  const form = { ...day, hour: "2-digit", minute: "2-digit", timeZone: told.zone || "UTC" };
  return new Intl.DateTimeFormat("en-GB", form).format(new Date(seconds * 1e3));
}

export function chart(box) {
  const told = JSON.parse(box.querySelector("script[type='application/json']").textContent);
  const dark = matchMedia("(prefers-color-scheme: dark)");
  let drawn = null;
  box.dataset.drawn = "1";

  function draw() {
    drawn?.destroy();
    drawn = null;
    if (!box.isConnected) {
      document.removeEventListener("theme", draw);
      dark.removeEventListener("change", draw);
      resized.disconnect();
      return;
    }
    const em = parseFloat(getComputedStyle(box).fontSize);
    const font = `${0.8 * em}px ${css("--font")}`;
    const axis = { stroke: colour("--ink-soft"), grid: { stroke: colour("--line"), width: 1 }, font, size: 3 * em };
    const lines = told.series.map((one, at) => ({
      label: one.label,
      stroke: colour(INKS[at % INKS.length]),
      width: Math.max(2, em / 8),
      dash: at >= 4 ? [6, 4] : [],
      points: { show: told.times.length < 40 },
      value: (_, value) => (value == null ? "–" : `${value}${told.unit || ""}`),
    }));
    drawn = new window.uPlot(
      {
        ...sizes(box),
        tzDate: (seconds) => window.uPlot.tzDate(new Date(seconds * 1e3), told.zone || "UTC"),
        series: [{ value: (_, seconds) => (seconds == null ? "–" : new Date(seconds * 1e3).toLocaleString([], { timeZone: told.zone || "UTC" })) }, ...lines],
        axes: [{ ...axis, size: 2.6 * em, space: 6 * em, values: (_, moments) => moments.map((seconds) => hour(seconds, told)) }, { ...axis, size: 4.4 * em, values: (_, values) => values.map((value) => `${value}${told.unit || ""}`) }],
        scales: { y: { range: (_, __, most) => [0, Math.max(1, most * 1.1)] } },
      },
      [told.times, ...told.series.map((one) => one.values)],
      box,
    );
  }

  const resized = new ResizeObserver(() => (box.isConnected ? drawn?.setSize(sizes(box)) : draw()));
  draw();
  resized.observe(box);
  document.addEventListener("theme", draw);
  dark.addEventListener("change", draw);
}
