/* Gives each table of the data a filter, and headers that sort: up, down, and as the file has it. */
"use strict";
{
  const place = document.querySelector(".data-tables");
  const words = place.dataset;
  const collator = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true });
  const number = /^-?\d+(\.\d+)?$/;
  const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  for (const details of place.querySelectorAll("details")) {
    const body = details.querySelector("tbody");
    const rows = [...body.rows];
    const texts = rows.map((row) => row.textContent.toLowerCase());
    const count = details.querySelector(".count");
    const headers = [...details.querySelectorAll("th")];

    const input = document.createElement("input");
    input.type = "search";
    input.className = "form-control";
    const label = document.createElement("label");
    label.append(words.filter, " ", input);
    details.querySelector("summary").after(label);
    count.setAttribute("aria-live", "polite");

    input.addEventListener("input", () => {
      const wanted = input.value.trim().toLowerCase().split(/\s+/);
      rows.forEach((row, at) => {
        row.hidden = !wanted.every((word) => texts[at].includes(word));
      });
      const shown = rows.filter((row) => !row.hidden).length;
      count.textContent = fill(shown < rows.length ? words.rows : words.all, { shown, all: rows.length });
    });

    headers.forEach((header, column) => {
      const keys = rows.map((row) => row.cells[column].textContent);
      const numeric = keys.every((key) => key === "" || number.test(key));
      const compare = (a, b) => {
        if ((keys[a] === "") !== (keys[b] === "")) return 0;
        return numeric ? keys[a] - keys[b] : collator.compare(keys[a], keys[b]);
      };
      const button = document.createElement("button");
      button.type = "button";
      button.title = words.sort;
      button.append(...header.childNodes);
      header.append(button);
      button.addEventListener("click", () => {
        const next = { ascending: "descending", descending: "" }[header.ariaSort ?? ""] ?? "ascending";
        for (const other of headers) other.removeAttribute("aria-sort");
        if (next) header.setAttribute("aria-sort", next);
        const order = rows.map((_, at) => at);
        if (next) {
          // Rows without a value stay at the end, whichever way.
          order.sort((a, b) => (keys[a] === "") - (keys[b] === "")
            || (next === "ascending" ? compare(a, b) : compare(b, a)));
        }
        body.append(...order.map((at) => rows[at]));
      });
    });
  }
}
