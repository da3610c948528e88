/* Gives the tables of the ledger one filter: rows that lack a word of it, and tables left empty, go. */
"use strict";
{
  const tables = [...document.querySelectorAll("table.evidence")];
  const article = document.querySelector("article");
  const rows = tables.flatMap((table) => [...table.tBodies[0].rows]);
  const texts = rows.map((row) => row.textContent.toLowerCase());

  const input = Object.assign(document.createElement("input"), { type: "search" });
  const label = document.createElement("label");
  label.className = "filter";
  label.append(article.dataset.filter, " ", input);
  const first = tables[0].closest("section");
  first.before(label);

  input.addEventListener("input", () => {
    const wanted = input.value.trim().toLowerCase().split(/\s+/);
    rows.forEach((row, at) => {
      row.hidden = !wanted.every((word) => texts[at].includes(word));
    });
    for (const table of tables) table.closest("section").hidden = [...table.tBodies[0].rows].every((row) => row.hidden);
  });
  // A link to a row that is filtered out shows it.
  window.addEventListener("hashchange", () => {
    const row = document.querySelector(":target")?.closest("tr");
    if (!row?.hidden) return;
    input.value = "";
    input.dispatchEvent(new Event("input"));
    row.scrollIntoView();
  });
}
