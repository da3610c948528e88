// A page of the preview follows the book: it loads itself again when it is another, where it was,
// and shows on top what keeps the book from being made.
(() => {
  const state = document.currentScript.src.split("?")[1];
  const key = `place ${location.pathname}`;
  const place = sessionStorage.getItem(key);
  let shown;

  if (place !== null) {
    sessionStorage.removeItem(key);
    const back = () => scrollTo({ top: Number(place), behavior: "instant" });
    history.scrollRestoration = "manual";
    back();
    addEventListener("load", () => {
      back();
      history.scrollRestoration = "auto";
    });
  }

  function show(fault) {
    shown?.remove();
    shown = undefined;
    if (!fault) return;
    shown = document.createElement("pre");
    shown.id = "preview-fault";
    shown.setAttribute("role", "alert");
    shown.textContent = fault;
    Object.assign(shown.style, {
      position: "fixed", inset: "0 0 auto 0", zIndex: "1000", margin: "0", padding: "1rem",
      maxHeight: "50vh", overflow: "auto", whiteSpace: "pre-wrap", overflowWrap: "anywhere",
      font: "14px/1.5 monospace", color: "#fff", background: "#8c1d18",
    });
    document.body.append(shown);
  }

  const source = new EventSource(`/_live/events?page=${encodeURIComponent(location.pathname)}`);
  source.onmessage = (event) => {
    const news = JSON.parse(event.data);
    show(news.fault);
    // The last good page stays while there is a fault.
    if (!news.fault && news.state !== state) {
      sessionStorage.setItem(key, scrollY);
      location.reload();
    }
  };
})();
