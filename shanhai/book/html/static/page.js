/* What a page does besides its charts: one switch unfolds all code; the drawers of a phone answer keys. */
"use strict";
{
  const button = document.querySelector(".code-switch");
  button?.addEventListener("click", () => {
    const open = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(open));
    for (const cell of document.querySelectorAll("details.code")) cell.open = open;
  });

  // Labels of checkboxes open the drawers, without scripts too; with them they are buttons.
  for (const label of document.querySelectorAll(".nav-overlay-icon, .toc-overlay-icon")) {
    const drawer = label.control;
    label.tabIndex = 0;
    label.setAttribute("role", "button");
    const say = () => label.setAttribute("aria-expanded", String(drawer.checked));
    say();
    drawer.addEventListener("change", say);
    label.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      drawer.click();
    });
  }
  // The other edition opens at the same section: anchors are the same in all.
  for (const link of document.querySelectorAll("a.edition")) {
    link.addEventListener("click", () => { link.hash = location.hash; });
  }

  // What scrolls sideways can be reached by keys.
  for (const box of document.querySelectorAll("article .table-wrapper")) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  }

  const close = () => {
    for (const drawer of document.querySelectorAll(".sidebar-toggle:checked")) drawer.click();
  };
  document.addEventListener("keydown", (event) => event.key === "Escape" && close());
  document.querySelector(".toc-drawer").addEventListener("click", (event) => event.target.closest("a") && close());

  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
    const field = [...document.querySelectorAll("input[type=search][name=q]")].find((one) => one.checkVisibility());
    if (!field) return;
    event.preventDefault();
    field.focus();
  });
}
