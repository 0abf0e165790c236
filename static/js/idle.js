// [data-kiosk]: nobody touches the screen for data-idle seconds → asked with a visible count of data-ask seconds → everything about
// the person is forgotten, here and on the server. A page brought back from the browser's memory is read anew.
const place = document.querySelector("[data-kiosk]");
const token = () => document.querySelector("[name=csrf_token]")?.value ?? "";
const clear = () => {
  try {
    localStorage.clear();
    sessionStorage.clear();
  } catch { /* A browser without storage has nothing to forget. */ }
};
const reached = () => fetch(place.dataset.ping, { method: "HEAD", cache: "no-store" }).then((answer) => answer.ok, () => false);
const post = (url) => fetch(url, { method: "POST", body: new URLSearchParams({ csrf_token: token() }), redirect: "manual" });

if (place && Number(place.dataset.idle)) {
  const ask = document.querySelector("dialog[data-asks]");
  const count = ask.querySelector("[data-count]");
  const idle = Number(place.dataset.idle) * 1000;
  const asked = Number(place.dataset.ask) * 1000;
  let touched = Date.now();
  let told = touched;
  let over = false;

  const forget = async () => {
    over = true;
    const told = post(place.dataset.forget); // before the page, and with it the token, is emptied
    const off = document.querySelector("dialog.kiosk-off");
    document.body.replaceChildren(off);
    clear();
    try { await told; } catch { /* The server forgets by itself at about the same time. */ }
    while (!(await reached())) {
      if (!off.open) off.showModal();
      await new Promise((done) => { setTimeout(done, 2000); });
    }
    location.replace(place.dataset.start);
  };

  // The question goes away with the whole touch, not with its beginning: what lies below must not be touched by it.
  const touch = (event) => {
    touched = Date.now();
    if (ask.open && event.type !== "pointerdown") ask.close();
    if (touched - told < 5000) return;
    told = touched;
    post(place.dataset.touch).catch(() => {});
  };

  // Starting over leaves nothing to go back to: the page is replaced, not followed.
  addEventListener("submit", (event) => {
    if (event.target.getAttribute("action") !== place.dataset.forget) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!over) forget();
  }, true);
  for (const kind of ["pointerdown", "click", "keydown", "input"]) addEventListener(kind, touch, { capture: true, passive: true });
  setInterval(() => {
    if (over) return;
    const left = touched + idle + asked - Date.now();
    if (left <= 0) return void forget();
    if (left > asked) return;
    if (!ask.open) ask.showModal();
    count.textContent = String(Math.ceil(left / 1000));
  }, 250);
}

addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
// A kiosk has no menus of its own to open by a long press.
addEventListener("contextmenu", (event) => { if (place) event.preventDefault(); });
