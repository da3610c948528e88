// Charts that answer. A page shows still pictures; the first time a reader points at one, taps it or
// moves the focus to it, the page loads Vega (one file of the book, once) and draws the same chart
// over the picture, which stays where it is and keeps its room. Every text is set as text; Vega runs
// in interpreter mode, so that no policy needs to allow eval.
(() => {
  "use strict";

  const library = new URL("charts/vega.js", document.currentScript.src).href;
  const language = document.documentElement.lang || "zh-CN";
  const number = new Intl.NumberFormat(language, { notation: "compact", maximumFractionDigits: 2 });
  const plain = new Intl.NumberFormat(language, { maximumFractionDigits: 2, useGrouping: false });
  const day = new Intl.DateTimeFormat(language, { year: "numeric", month: "long", day: "numeric" });

  const charts = new Map(); // what the files of the charts handed over, by name
  const scripts = new Map(); // promises, by file
  const views = new WeakMap(); // what is drawn over a picture

  window.shanhaiChart = (name, chart) => charts.set(name, chart);

  function load(file) {
    if (!scripts.has(file)) {
      scripts.set(file, new Promise((resolve, reject) => {
        const script = document.createElement("script");
        script.src = file;
        script.onload = resolve;
        script.onerror = () => {
          scripts.delete(file);
          script.remove();
          reject(new Error(`${script.src} did not load`));
        };
        document.head.append(script);
      }));
    }
    return scripts.get(file);
  }

  // What a mark says: its row in the chart's table, or what its encodings show.

  function row(figure, index) {
    const table = figure.querySelector(".chart-data table");
    const cells = table?.tBodies[0].rows[index]?.cells;
    return cells && [...table.tHead.rows[0].cells].map((head, i) => [head.textContent, cells[i].textContent]);
  }

  function text(value, type) {
    if (type === "temporal" && value !== null) return day.format(new Date(value));
    if (typeof value === "number") return (Math.abs(value) < 1e4 ? plain : number).format(value);
    return Array.isArray(value) ? value.join(language.startsWith("zh") ? "、" : ", ") : String(value);
  }

  function says(figure, chart, datum) {
    if (!datum || typeof datum !== "object") return [];
    const sentence = chart.says && datum[chart.says];
    if (sentence) return [["", String(sentence)]];
    const own = "__row" in datum ? row(figure, datum.__row) : undefined;
    if (own) return own;
    const lines = [];
    for (const [field, label, type] of chart.fields) {
      const value = datum[field] ?? "";
      if (value === "") continue;
      const said = text(value, type);
      if (type !== "label" || lines.every(([, other]) => other !== said)) lines.push([label, said]);
    }
    return lines;
  }

  // One tooltip for all charts.

  const tip = document.createElement("div");
  tip.className = "chart-tip";
  tip.setAttribute("role", "status");
  let shownAt = 0;

  function show(lines, x, y) {
    if (!tip.isConnected) document.body.append(tip);
    tip.replaceChildren(...lines.map(([label, value]) => {
      const line = document.createElement("p");
      if (label) {
        const name = document.createElement("span");
        name.textContent = label;
        line.append(name, " ");
      }
      line.append(value);
      return line;
    }));
    tip.classList.add("shown");
    shownAt = scrollY;
    const { width, height } = tip.getBoundingClientRect();
    const room = document.documentElement.clientWidth - width - 4;
    tip.style.left = `${Math.max(4, Math.min(x + 14, room))}px`;
    tip.style.top = `${y - height - 10 > 4 ? y - height - 10 : y + 18}px`;
  }

  function hide() {
    tip.classList.remove("shown");
    tip.replaceChildren();
  }

  // The marks that say something, in the order they are drawn, each with its place in the picture.

  function marks(figure, chart, view) {
    const found = new Map();
    const [left, top] = view.origin();
    const { left: padLeft, top: padTop } = view.padding();
    (function walk(mark, x, y) {
      for (const item of mark.items ?? []) {
        if (mark.marktype === "group") {
          for (const part of item.items ?? []) walk(part, x + (item.x ?? 0), y + (item.y ?? 0));
        } else if (mark.role === "mark") {
          const lines = says(figure, chart, item.datum);
          const key = JSON.stringify(lines);
          const { x1, y1, x2, y2 } = item.bounds;
          if (lines.length && x2 > x1 && !found.has(key)) {
            found.set(key, { item, lines, x: x + x1, y: y + y1, width: x2 - x1, height: y2 - y1 });
          }
        }
      }
    })(view.scenegraph().root, left + padLeft, top + padTop);
    return [...found.values()];
  }

  class Live {
    constructor(picture) {
      this.picture = picture;
      this.figure = picture.closest("figure.chart");
      this.name = this.figure.dataset.chart;
      this.at = -1;
    }

    async start() {
      await Promise.all([load(library), load(this.figure.dataset.script)]);
      this.chart = charts.get(this.name);
      const host = document.createElement("div");
      host.className = "chart-live";
      host.setAttribute("aria-hidden", "true");
      this.picture.append(host);
      this.host = host;
      const variant = this.picture.classList.contains("chart-narrow") ? "narrow" : "wide";
      const { view } = await window.vegaEmbed(host, this.chart.specs[variant], {
        mode: "vega-lite", renderer: "svg", ast: true, actions: false, defaultStyle: false,
        tooltip: false, hover: false, logLevel: 1,
      });
      this.view = view;
      if (this.stopped) return this.stop();
      this.recolor();
      const still = this.picture.querySelector(":scope > svg");
      const svg = host.querySelector("svg");
      // Text measured with another font may make the drawing a pixel larger than the picture.
      svg.setAttribute("viewBox", still.getAttribute("viewBox"));
      svg.setAttribute("preserveAspectRatio", "xMidYMid meet");
      for (const event of ["pointermove", "click"]) {
        view.addEventListener(event, (at, item) => this.point(at, item));
      }
      if (this.chart.specs[variant].params) {
        // A choice draws marks anew, in the colours of the specification.
        for (const event of ["click", "dblclick", "pointerup", "wheel"]) {
          view.addEventListener(event, () => view.runAfter(() => this.recolor()));
        }
      }
      host.addEventListener("pointerleave", (at) => at.pointerType === "mouse" && this.rest());
      this.picture.classList.add("is-live");
      if (this.last) {
        const { x, y } = this.last;
        const under = document.elementFromPoint(x, y);
        if (under && host.contains(under)) {
          under.dispatchEvent(new PointerEvent("pointermove", { bubbles: true, clientX: x, clientY: y }));
        }
      }
    }

    recolor() {
      for (const name of ["fill", "stroke"]) {
        for (const element of this.host.querySelectorAll(`[${name}]`)) {
          const step = this.chart.colors[element.getAttribute(name)];
          if (step) element.setAttribute(name, step);
        }
      }
    }

    // Choose the mark the keys have reached, as a click on it does.
    choose() {
      const mark = marks(this.figure, this.chart, this.view)[this.at];
      mark?.item._svg?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    }

    point(event, item) {
      if (!event.clientX && !event.clientY) return; // a choice by keyboard: the reading stands already
      const lines = item?.mark?.role === "mark" ? says(this.figure, this.chart, item.datum) : [];
      if (!lines.length) return this.rest();
      this.ring?.remove();
      show(lines, event.clientX, event.clientY);
    }

    rest() {
      this.ring?.remove();
      hide();
    }

    step(by) {
      const all = marks(this.figure, this.chart, this.view);
      if (!all.length) return;
      this.at = this.at < 0 ? (by > 0 ? 0 : all.length - 1) : (this.at + by + all.length) % all.length;
      const mark = all[this.at];
      const frame = this.host.querySelector("svg");
      const box = frame.getBoundingClientRect();
      const scale = box.width / frame.viewBox.baseVal.width;
      this.ring ??= Object.assign(document.createElement("div"), { className: "chart-ring" });
      this.host.append(this.ring);
      for (const [side, value] of Object.entries({
        left: mark.x - 2, top: mark.y - 2, width: mark.width + 4, height: mark.height + 4,
      })) this.ring.style[side] = `${value * scale}px`;
      show(mark.lines, box.left + (mark.x + mark.width / 2) * scale, box.top + mark.y * scale);
    }

    stop() {
      this.stopped = true;
      this.rest();
      this.picture.classList.remove("is-live");
      this.view?.finalize();
      this.host?.remove();
    }
  }

  function wake(picture, last) {
    let live = views.get(picture);
    if (!live) {
      live = new Live(picture);
      views.set(picture, live);
      live.ready = live.start().catch((error) => {
        live.stop();
        if (views.get(picture) === live) views.delete(picture); // the still picture stays; a later try may do
        console.warn(error);
      });
    }
    if (last) live.last = last;
    return live;
  }

  function sleep(picture) {
    views.get(picture)?.stop();
    views.delete(picture);
  }

  const leave = (picture) => picture.setAttribute("role", "group");

  const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

  async function key(event, picture, figure) {
    const data = figure.querySelector(".chart-data");
    if (event.key === "Escape") {
      leave(picture);
      sleep(picture);
    } else if (event.key === "Enter" && data) {
      event.preventDefault();
      hide();
      data.open = true;
      data.querySelector("[tabindex]").focus();
    } else if (event.key === " ") {
      event.preventDefault();
      const live = wake(picture);
      await live.ready;
      if (!live.stopped) live.choose();
    } else if (event.key in STEPS) {
      event.preventDefault();
      // From here the keys are the chart's, until it is left: before, a screen reader reads on with them.
      picture.setAttribute("role", "application");
      const live = wake(picture);
      await live.ready;
      if (!live.stopped) live.step(STEPS[event.key]);
    }
  }

  // PNG: the picture with its title and source, drawn by the browser.

  async function png(figure) {
    const name = figure.dataset.chart;
    await load(figure.dataset.script);
    const [before, after] = charts.get(name).frame;
    const plot = figure.querySelector(".chart-wide > svg").cloneNode(true);
    plot.setAttribute("width", plot.viewBox.baseVal.width);
    plot.setAttribute("height", plot.viewBox.baseVal.height);
    const image = new Image();
    const source = before + new XMLSerializer().serializeToString(plot) + after;
    image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(source)}`;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = image.naturalWidth * 2;
    canvas.height = image.naturalHeight * 2;
    canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
    const link = document.createElement("a");
    link.download = `${name}.png`;
    link.href = canvas.toDataURL("image/png");
    link.click();
  }

  for (const figure of document.querySelectorAll("figure.chart[data-chart]")) {
    const button = figure.querySelector(".take .png");
    button.hidden = false;
    button.addEventListener("click", () => png(figure));
    for (const picture of figure.querySelectorAll(".chart-wide, .chart-narrow")) {
      const still = picture.querySelector(":scope > svg");
      picture.tabIndex = 0;
      leave(picture);
      picture.setAttribute("aria-roledescription", figure.dataset.role);
      picture.setAttribute("aria-label", still.getAttribute("aria-label"));
      picture.setAttribute("aria-describedby", still.getAttribute("aria-describedby"));
      still.setAttribute("aria-hidden", "true"); // What it says is said of the group around it.
      picture.addEventListener("pointerenter", (at) => wake(picture, { x: at.clientX, y: at.clientY }));
      picture.addEventListener("focus", async () => {
        const live = wake(picture);
        await live.ready;
        if (live.stopped || !picture.matches(":focus-visible") || live.at >= 0) return;
        const box = picture.getBoundingClientRect();
        show([["", figure.dataset.hint]], box.left, box.top);
      });
      picture.addEventListener("blur", () => {
        leave(picture);
        hide();
      });
      picture.addEventListener("keydown", (event) => key(event, picture, figure));
    }
  }

  // The event of a scroll comes after it: a tooltip may have been shown since, at its place.
  document.addEventListener("scroll", () => Math.abs(scrollY - shownAt) > 4 && hide(), { passive: true });
})();
