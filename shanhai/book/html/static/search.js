/* The search page: which pages hold the query, where, and what stands around it.

   Takes the place of Search.query of Sphinx's searchtools.js. The index names the pages that hold every
   character of the query; their text, in search-texts.js, says whether it stands there. Needs no request,
   so it works from a disk. */
"use strict";
(() => {
  const SNIPPETS = 3;
  const BEFORE = 30;
  const AFTER = 60;

  /* The pages that hold every character of the query. */
  const candidates = (query) => {
    const { docnames, terms, titleterms } = Search._index;
    let pages = docnames.map((_, page) => page);
    for (const term of splitQuery(query)) {
      const held = [terms, titleterms].flatMap((index) => Object.hasOwn(index, term) ? index[term] : []);
      pages = pages.filter((page) => held.includes(page));
    }
    return pages.map((page) => docnames[page]).filter((name) => Object.hasOwn(SEARCH_TEXTS, name));
  };

  /* The hits in one page: the query as it is, else all its words wherever they stand. */
  const look = (name, query) => {
    const { title, parts } = SEARCH_TEXTS[name];
    const text = parts.map((part) => part[2]).join("\n");
    const folded = foldText(text);
    const find = (words) => Array.from(folded.matchAll(searchPattern(words)), (match) => (
      { start: match.index, end: match.index + match[0].length }));
    let hits = find(query);
    const whole = hits.length > 0;
    if (!whole) {
      const found = query.split(/\s+/u).map(find);
      if (found.some((list) => !list.length)) return null;
      hits = found.flat();
    }
    const titled = searchPattern(query).test(foldText(title));
    const headed = parts.some((part) => searchPattern(query).test(foldText(part[1])));
    return { name, title, parts, text, hits, rank: [whole, titled, headed, hits.length].map(Number) };
  };

  const address = (result, anchor, query) =>
    document.documentElement.dataset.content_root + result.name + DOCUMENTATION_OPTIONS.LINK_SUFFIX
    + `?q=${encodeURIComponent(query)}` + (anchor ? `#${anchor}` : "");

  const add = (parent, tag, text, className) => {
    const element = parent.appendChild(document.createElement(tag));
    if (text) element.textContent = text;
    if (className) element.className = className;
    return element;
  };

  const snippet = (item, result, hit, query) => {
    let start = 0;
    const [anchor, heading] = result.parts.find((part) => (start += part[2].length + 1) > hit.start);
    const line = add(item, "p", "", "context");
    if (heading && heading !== result.title) {
      add(line, "a", heading, "search-heading").href = address(result, anchor, query);
      line.append(" ");
    }
    const from = Math.max(0, hit.start - BEFORE);
    const to = Math.min(result.text.length, hit.end + AFTER);
    line.append((from ? "…" : "") + result.text.slice(from, hit.start));
    add(line, "mark", result.text.slice(hit.start, hit.end), "highlighted");
    line.append(result.text.slice(hit.end, to) + (to < result.text.length ? "…" : ""));
    return anchor;
  };

  const show = (result, query) => {
    const item = add(Search.output, "li");
    const link = add(item, "a", result.title);
    let last = -Infinity;
    let shown = 0;
    let first;
    for (const hit of result.hits) {
      if (shown === SNIPPETS) break;
      if (hit.start < last + AFTER) continue;  // seen in the snippet before
      const anchor = snippet(item, result, hit, query);
      first ??= anchor;
      last = hit.end;
      shown += 1;
    }
    link.href = address(result, first, query);
  };

  Search.query = (text) => {
    const query = text.trim();
    const results = query ? candidates(query).map((name) => look(name, query)).filter(Boolean) : [];
    results.sort((a, b) => {
      const index = a.rank.findIndex((rank, at) => rank !== b.rank[at]);
      return index < 0 ? 0 : b.rank[index] - a.rank[index];
    });
    document.getElementById("search-progress")?.replaceChildren();
    results.forEach((result) => show(result, query));
    _finishSearch(results.length);
  };
})();
