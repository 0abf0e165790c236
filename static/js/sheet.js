// a[data-sheet-link] opens its page's [data-sheet-part] in dialog[data-sheet]; the back button closes it again.
const dialog = document.querySelector("[data-sheet]");
const body = dialog?.querySelector("[data-sheet-body]");

const show = (part, url) => {
  body.replaceChildren(document.adoptNode(part));
  if (!dialog.open) {
    history.pushState({ sheet: true }, "", url);
    dialog.showModal();
  }
  dialog.scrollTop = 0;
  (body.querySelector("[autofocus]") ?? dialog.querySelector("[data-sheet-close]")).focus();
  dialog.setAttribute("aria-label", body.querySelector("h1")?.textContent ?? "");
  document.dispatchEvent(new CustomEvent("sheet:shown"));
};

const open = async (link) => {
  try {
    const answer = await fetch(link.href);
    const part = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-sheet-part]");
    if (!part) throw new Error("no dish");
    show(part, link.href);
  } catch {
    location.assign(link.href);
  }
};

if (dialog) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-sheet-link]");
    if (link && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      open(link);
    }
    if (event.target === dialog || event.target.closest("[data-sheet-close]")) dialog.close();
  });
  document.addEventListener("sheet:show", (event) => show(event.detail.part, event.detail.url));
  document.addEventListener("sheet:hide", () => dialog.open && dialog.close());
  dialog.addEventListener("close", () => history.state?.sheet && history.back());
  addEventListener("popstate", () => dialog.open && dialog.close());
}
