// [data-live=url] is asked for its state while the page is looked at; when the answer's ETag moves, the page is read again and
// its [data-part]s take the new words. A part marked data-final ends it; a page that leads elsewhere or is another now is followed.
const place = document.querySelector("[data-live]");

if (place) {
  let stamp = place.dataset.stamp;
  let pause = 3000;

  const reread = async () => {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (answer.redirected) return location.replace(answer.url);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!page.querySelector("[data-live]")) return location.reload();  // the wait is over, at this very address
    for (const part of page.querySelectorAll("[data-part]")) {
      const old = document.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
      if (!old || old.isEqualNode(part)) continue;
      old.replaceWith(document.adoptNode(part));
      if (part.dataset.message) document.querySelector("[data-say]").textContent = part.dataset.message;
    }
    document.title = page.title;
    return undefined;
  };

  const ask = async () => {
    if (!document.hidden) {
      try {
        const answer = await fetch(place.dataset.live, { cache: "no-cache" });
        const now = answer.headers.get("ETag");
        if (answer.ok && now !== stamp) {
          await reread();
          stamp = now;
        }
        pause = 3000;
      } catch {
        pause = Math.min(pause * 2, 30000);
      }
    }
    if (!document.querySelector("[data-final]")) setTimeout(ask, pause);
  };

  document.addEventListener("visibilitychange", () => { pause = 3000; });
  setTimeout(ask, 1500);
}
