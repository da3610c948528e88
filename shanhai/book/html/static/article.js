/* Opens the reader's copy of the article from the disk and marks in it every row of the ledger, as
   `shanhai verify` does: characters are counted as in shanhai/evidence/article.py. Nothing is sent. */
"use strict";
{
  const place = document.querySelector(".open-article");
  const known = JSON.parse(place.querySelector("script").textContent);
  const { words } = known;

  const element = (name, properties, ...content) => {
    const made = Object.assign(document.createElement(name), properties);
    made.append(...content);
    return made;
  };
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  const input = place.querySelector("input");
  const status = place.querySelector(".article-status");
  const text = element("div", { className: "article-text", tabIndex: 0, hidden: true });
  text.setAttribute("role", "region");
  text.setAttribute("aria-label", words.text);
  place.append(text);

  const uncounted = new Set(known.uncounted);
  // Python's white space: JavaScript's, and five controls.
  const counts = (char) => !uncounted.has(char) && !/[\s\u001c-\u001f\u0085]/u.test(char);

  /* Returns a file's text, or throws what to tell the reader. */
  const read = async (file) => {
    const refuse = (why) => {
      throw fill(words[why], { name: file.name, size: Math.ceil(file.size / 1e6) });
    };
    if (file.size > known.limit) refuse("too_large");
    const bytes = new Uint8Array(await file.arrayBuffer());
    if (bytes.includes(0)) refuse("not_text");
    let content = "";
    try {
      content = new TextDecoder("utf-8", { fatal: true }).decode(bytes).normalize("NFC");
    } catch {
      refuse("not_utf8");
    }
    if (![...content].some(counts)) refuse("empty");
    return content;
  };

  const digest = async (normalised) => {
    // Only where the browser trusts the page's address: a disk, https, this machine.
    if (!crypto.subtle) return "";
    const bytes = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(normalised));
    return [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  };

  const mark = (row, first) => {
    if (row.reason) return element("mark", { className: "other", title: row.reason });
    const link = element("a", { href: `#claim-${row.id}` });
    if (first) link.id = `article-${row.id}`;
    return element("mark", { className: "figure" }, link);
  };

  /* Writes the text, a paragraph a line, with the rows that own its characters marked. */
  const write = (content, owner) => {
    text.replaceChildren();
    const begun = new Set();
    let at = 0;
    for (const line of content.split(/\r\n?|\n/)) {
      const paragraph = element("p", {});
      let row = null;
      let target = paragraph;
      // Spaces wait for what follows: a mark holds those within it alone.
      let [piece, spaces] = ["", ""];
      const end = () => {
        target.append(piece);
        paragraph.append(spaces);
        [piece, spaces] = ["", ""];
      };
      for (const char of line) {
        if (counts(char)) {
          if (owner[at] !== row) {
            end();
            row = owner[at];
            target = paragraph;
            if (row) {
              const marked = mark(row, !begun.has(row));
              begun.add(row);
              paragraph.append(marked);
              target = marked.querySelector("a") ?? marked;
            }
          }
          at += 1;
          piece += spaces + char;
          spaces = "";
        } else if (!uncounted.has(char)) spaces += char;
      }
      end();
      if (paragraph.textContent.trim()) text.append(paragraph);
    }
    text.hidden = false;
    text.scrollTop = 0;
  };

  const link = (rows) => {
    for (const row of rows) {
      const cell = document.getElementById(`claim-${row.id}`)?.closest("tr")?.lastElementChild;
      cell?.append(element("p", { className: "facts in-article" },
        element("a", { href: `#article-${row.id}`, textContent: words.row })));
    }
  };

  const clear = () => {
    for (const old of document.querySelectorAll(".in-article")) old.remove();
    text.replaceChildren();
    text.hidden = true;
  };

  const show = async (name, content) => {
    const chars = [...content].filter(counts);
    const owner = new Array(chars.length).fill(null);
    const holds = (row) => {
      const token = [...row.token];
      if (chars.slice(row.offset, row.offset + token.length).join("") !== row.token) return false;
      for (let at = row.offset; at < row.offset + token.length; at += 1) owner[at] ??= row;
      return true;
    };
    const claims = known.claims.map(([id, offset, token]) => ({ id, offset, token }));
    const others = known.others.map(([offset, token, reason]) => ({ offset, token, reason }));
    const held = claims.filter(holds);
    const otherHeld = others.filter(holds);
    const numerals = new Set(known.numerals);
    const left = chars.filter((char, at) => numerals.has(char) && !owner[at]).length;
    const sum = await digest(chars.join(""));
    write(content, owner);
    link(held);
    status.textContent = fill(words.counted, {
      name,
      characters: chars.length,
      edition: words[sum ? (sum === known.sha256 ? "same" : "another") : "unknown"],
      claims: claims.length,
      held: held.length,
      others: others.length,
      others_held: otherHeld.length,
      left,
    });
    const missing = claims.filter((row) => !held.includes(row));
    if (missing.length) {
      status.append(" ", words.missing);
      missing.forEach((row, number) => status.append(number ? words.comma : "",
        element("a", { href: `#claim-${row.id}`, textContent: row.token })));
    }
  };

  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    clear();
    try {
      await show(file.name, await read(file));
    } catch (told) {
      status.textContent = typeof told === "string" ? told : fill(words.unreadable, { name: file.name });
    }
  });
  input.disabled = false;
}
