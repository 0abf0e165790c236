// The network goes for a moment: a touch that would leave the page waits until the shop answers, and is carried out then. So nobody
// ever meets the browser's own error page, on which a kiosk would stay. What fetches for itself (data-fragment) says so itself.
const place = document.querySelector("[data-kiosk]");
const off = document.querySelector("dialog.kiosk-off");

if (place && off) {
  let busy = false;
  let through = null;

  const answers = async () => {
    try {
      return (await fetch(place.dataset.ping, { method: "HEAD", cache: "no-store", signal: AbortSignal.timeout(4000) })).ok;
    } catch {
      return false;
    }
  };
  const later = async (event, act) => {
    event.preventDefault();
    event.stopImmediatePropagation();
    if (busy) return;
    busy = true;
    while (!(await answers())) {
      if (!off.open) off.showModal();
      await new Promise((done) => { setTimeout(done, 2000); });
    }
    off.close();
    busy = false;
    act();
  };

  addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method === "dialog" || form.matches("[data-fragment]")) return;
    if (through === form) {
      through = null;
      return;
    }
    const button = event.submitter;
    later(event, () => {
      through = form;
      form.requestSubmit(button);
      through = null;
    });
  }, true);
  addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || event.defaultPrevented || link.origin !== location.origin) return;
    if (link.hash && link.pathname === location.pathname) return;
    later(event, () => location.assign(link.href));
  });
  off.addEventListener("cancel", (event) => event.preventDefault());
}
