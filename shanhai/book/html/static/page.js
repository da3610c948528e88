/* What a page does besides its charts: the contents follow the reader; one switch unfolds all code. */
"use strict";
{
  const follow = () => {
    const links = new Map();
    for (const link of document.querySelectorAll(".bd-toc-nav a[href^='#']")) {
      const target = document.getElementById(decodeURIComponent(link.hash.slice(1)));
      if (target) links.set(target, link);
    }
    const seen = new Set();
    const watch = new IntersectionObserver(
      (entries) => {
        for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target);
        const current = [...links.keys()].filter((target) => seen.has(target)).at(-1);
        if (!current) return;
        for (const [target, link] of links) {
          const here = target === current;
          link.classList.toggle("active", here);
          link.parentElement.classList.toggle("active", here);
          if (here) link.setAttribute("aria-current", "true");
          else link.removeAttribute("aria-current");
        }
      },
      { rootMargin: "0px 0px -60%" },
    );
    for (const target of links.keys()) watch.observe(target);
  };

  const unfold = () => {
    const button = document.querySelector(".code-switch");
    button?.addEventListener("click", () => {
      const open = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(open));
      for (const cell of document.querySelectorAll("details.code")) cell.open = open;
    });
  };

  follow();
  unfold();
}
