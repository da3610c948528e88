/* The page of results: which pages hold the query, where, and what stands around it. Needs no request,
   so it works from a disk. */
"use strict";
(() => {
  const SNIPPETS = 3;
  const BEFORE = PARTED ? 70 : 30;
  const AFTER = PARTED ? 140 : 60;
  const PROSE = 0;

  /* Pages as one text each; what a place in it stands in. */
  const pages = Object.entries(SEARCH_TEXTS.pages).map(([name, { title, parts }]) => {
    let start = 0;
    const places = parts.map(([anchor, heading, text, kind]) => {
      const place = { start, end: start + text.length, anchor, heading, kind };
      start += text.length + 1;
      return place;
    });
    const text = parts.map((part) => part[2]).join("\n");
    return { name, title, places, text, folded: foldText(text) };
  });

  const simplified = new Map();
  const pairs = SEARCH_TEXTS.simplified ?? "";
  for (let at = 0; at < pairs.length; at += 2) simplified.set(pairs[at], pairs[at + 1]);
  const simplify = (text) => Array.from(text, (char) => simplified.get(char) ?? char).join("");

  const placeOf = (page, at) => page.places.findLast((place) => place.start <= at);

  /* The hits in one page: the query as it is, else all its words wherever they stand. */
  const look = (page, query) => {
    const find = (words) => Array.from(page.folded.matchAll(searchPattern(words)), (match) => (
      { start: match.index, end: match.index + match[0].length, kind: placeOf(page, match.index).kind }));
    let hits = find(query);
    const whole = hits.length > 0;
    if (!whole) {
      const found = query.split(/\s+/u).map(find);
      if (found.some((list) => !list.length)) return null;
      hits = found.flat();
    }
    // Sentences first, then tables, charts and code.
    hits.sort((a, b) => a.kind - b.kind || a.start - b.start);
    const holds = (text) => searchPattern(query).test(foldText(text));
    const headed = page.places.some((place) => holds(place.heading));
    const said = hits.filter((hit) => hit.kind === PROSE).length;
    return { page, hits, rank: [whole, holds(page.title), said > 0, headed, said, hits.length].map(Number) };
  };

  const address = (page, anchor, words) =>
    `${document.documentElement.dataset.content_root}${page.name}.html`
    + `?q=${encodeURIComponent(words)}${anchor ? `#${anchor}` : ""}`;

  const add = (parent, tag, text, className) => {
    const element = parent.appendChild(document.createElement(tag));
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const snippet = (item, page, hit) => {
    const place = placeOf(page, hit.start);
    const words = page.text.slice(hit.start, hit.end);
    const line = add(item, "p", "", "context");
    if (place.heading && place.heading !== page.title) {
      add(line, "a", place.heading, "search-heading").href = address(page, place.anchor, words);
      line.append(" ");
    }
    // What stands in another section, or in a table after a sentence, says nothing of the hit.
    const from = Math.max(place.start, hit.start - BEFORE);
    const to = Math.max(hit.end, Math.min(place.end, hit.end + AFTER));
    line.append((from > place.start ? "…" : "") + page.text.slice(from, hit.start));
    add(line, "mark", words, "highlighted");
    line.append(page.text.slice(hit.end, to) + (to < place.end ? "…" : ""));
    return address(page, place.anchor, words);
  };

  const output = document.getElementById("search-results");
  const list = output.querySelector("ul");

  const show = ({ page, hits }) => {
    const item = add(list, "li");
    const link = add(item, "a", page.title);
    const seen = [];
    for (const hit of hits) {
      if (seen.length === SNIPPETS) break;
      if (seen.some((other) => Math.abs(hit.start - other) < AFTER)) continue; // in a snippet already
      const found = snippet(item, page, hit);
      if (!seen.length) link.href = found;
      seen.push(hit.start);
    }
  };

  const search = (text) => {
    const query = simplify(text.trim());
    list.replaceChildren();
    const results = query ? pages.map((page) => look(page, query)).filter(Boolean) : [];
    results.sort((a, b) => {
      const index = a.rank.findIndex((rank, at) => rank !== b.rank[at]);
      return index < 0 ? 0 : b.rank[index] - a.rank[index];
    });
    results.forEach(show);
    const said = results.length ? output.dataset.found.replace("{count}", results.length) : output.dataset.none;
    output.querySelector(".search-summary").textContent = query ? said : "";
  };

  const field = document.querySelector(".search-page input");
  field.value = new URLSearchParams(window.location.search).get("q") ?? "";
  field.addEventListener("input", () => search(field.value));
  search(field.value);
})();
