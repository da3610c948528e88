/* Marks on a page what the search that led to it looked for: page.html?q=… */
"use strict";
(() => {
  const SVG = "http://www.w3.org/2000/svg";
  const query = new URLSearchParams(window.location.search).get("q")?.trim();
  if (!query) return;

  /* The text of the page as one string, and the nodes it comes from. */
  const read = (root) => {
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (
      node.parentElement.closest(".headerlink, script, style, svg title, svg desc, button")
        ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    const pieces = [];
    let text = "";
    while (walker.nextNode()) {
      pieces.push({ node: walker.currentNode, start: text.length });
      text += walker.currentNode.data;
    }
    return { pieces, text: foldText(text) };
  };

  const wrap = (node, start, end) => {
    const middle = node.splitText(start);
    middle.splitText(end - start);
    const mark = middle.parentElement.namespaceURI === SVG
      ? document.createElementNS(SVG, "tspan") : document.createElement("mark");
    mark.setAttribute("class", "highlighted");
    middle.replaceWith(mark);
    mark.append(middle);
    return mark;
  };

  const markAll = (root) => {
    const { pieces, text } = read(root);
    const find = (words) => Array.from(text.matchAll(searchPattern(words)), (match) => (
      [match.index, match.index + match[0].length]));
    let spans = find(query);
    if (!spans.length) spans = query.split(/\s+/u).flatMap(find);
    spans.sort((a, b) => a[0] - b[0]);
    const marks = [];
    // From the end, so that what is cut off a node leaves its beginning where it was.
    for (const { node, start } of pieces.reverse()) {
      const stop = start + node.length;
      for (const [from, to] of [...spans].reverse()) {
        if (from >= stop || to <= start) continue;
        const begin = Math.max(from - start, 0);
        const end = Math.min(to - start, node.length);
        if (begin < end && node.data.slice(begin, end).trim()) marks.unshift(wrap(node, begin, end));
      }
    }
    return marks;
  };

  const clear = (marks) => marks.forEach((mark) => {
    const parent = mark.parentNode;
    mark.replaceWith(...mark.childNodes);
    parent.normalize();
  });

  const start = () => {
    const root = document.querySelector("article") ?? document.body;
    const marks = markAll(root);
    if (!marks.length) return;
    const section = window.location.hash
      && document.getElementById(decodeURIComponent(window.location.hash.slice(1)));
    const near = section ? marks.filter((mark) => section.contains(mark)) : [];
    const shown = (mark) => mark.getClientRects().length && !mark.closest("details:not([open])");
    let first = near.find(shown) ?? (near.length ? undefined : marks.find(shown));
    if (!first) {
      // It stands in something folded or in a tab behind others: a chart's data, a cell's code.
      first = near[0] ?? marks[0];
      for (let box = first; box; box = box.parentElement) {
        if (box.tagName === "DETAILS") box.open = true;
        // A tab's content comes after its label, in sphinx-design as in others.
        else if (box.previousElementSibling?.tagName === "LABEL") box.previousElementSibling.control?.click();
      }
    }
    first.scrollIntoView({ block: "center", behavior: "instant" });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape") clear(marks.splice(0));
    });
  };
  // Once the browser has gone to the section of the address.
  if (document.readyState === "complete") start();
  else window.addEventListener("load", start);
})();
