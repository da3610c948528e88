/* Says beside a figure what it means, where it stands and how exact it is, or how it was made and of what:
   when it is pointed at, focused, or tapped (a second tap follows the link). What is said was written with
   the page. */
"use strict";
{
  const card = document.createElement("div");
  card.className = "claim-card";
  card.id = "claim-card";
  card.setAttribute("role", "tooltip");
  card.hidden = true;
  let owner = null;
  let timer = 0;
  let touched = null;

  const hide = () => {
    clearTimeout(timer);
    owner?.querySelector("a")?.removeAttribute("aria-describedby");
    owner = null;
    card.hidden = true;
  };

  // The figures that a derived one rests on, each a link to its row.
  const links = (inputs) => {
    const line = document.createElement("p");
    line.className = "inputs";
    for (const [text, address] of inputs) {
      const link = document.createElement(address ? "a" : "span");
      if (address) link.href = address;
      link.textContent = text;
      line.append(link, " ");
    }
    return line;
  };

  const show = (claim) => {
    clearTimeout(timer);
    if (claim === owner) return;
    hide();
    owner = claim;
    const { meaning, place, exact, access, address, inputs } = claim.dataset;
    card.replaceChildren(...[meaning, place, exact, access].filter(Boolean).map((text) => {
      const line = document.createElement("p");
      line.textContent = text;
      return line;
    }));
    if (inputs) card.append(links(JSON.parse(inputs)));
    if (/^https?:/.test(address)) card.append(links([[new URL(address).host, address]]));
    card.hidden = false;
    claim.querySelector("a")?.setAttribute("aria-describedby", card.id);
    const box = claim.getClientRects()[0];
    const wide = document.documentElement.clientWidth;
    const left = Math.max(8, Math.min(box.left, wide - card.offsetWidth - 8));
    const below = box.bottom + card.offsetHeight + 8 < window.innerHeight;
    const top = below ? box.bottom + 4 : box.top - card.offsetHeight - 4;
    card.style.left = `${left + window.scrollX}px`;
    card.style.top = `${top + window.scrollY}px`;
  };

  const claimAt = (event) => event.target.closest?.("[data-place]");

  document.addEventListener("pointerover", (event) => {
    if (event.pointerType === "touch") return;
    const claim = claimAt(event);
    if (claim) show(claim);
    else if (card.contains(event.target)) clearTimeout(timer);
  });
  // Time to reach the card with the pointer.
  document.addEventListener("pointerout", (event) => {
    if (event.pointerType === "touch" || !owner) return;
    if (claimAt(event) === owner || card.contains(event.target)) {
      clearTimeout(timer);
      timer = setTimeout(hide, 250);
    }
  });
  document.addEventListener("focusin", (event) => {
    const claim = claimAt(event);
    if (claim) show(claim);
    else hide();
  });
  document.addEventListener("focusout", (event) => {
    if (claimAt(event) === owner) hide();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("pointerdown", (event) => {
    const claim = claimAt(event);
    touched = event.pointerType === "touch" && claim && claim !== owner ? claim : null;
    if (!claim && !card.contains(event.target)) hide();
  });
  document.addEventListener("click", (event) => {
    if (!touched || claimAt(event) !== touched) return;
    event.preventDefault();
    show(touched);
    touched = null;
  });
  document.body.append(card);
}
