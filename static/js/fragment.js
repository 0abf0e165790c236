// form[data-fragment] is posted without leaving the page. Every [data-part=name] of the answer replaces its namesake here;
// an answer holding a dish to complete opens as a sheet; anything else is followed as the browser would have.
const say = (words) => {
  const line = document.querySelector("[data-say]");
  line.textContent = "";
  setTimeout(() => { line.textContent = words; }, 60);
};

const swap = (answer) => {
  const focused = document.activeElement.closest("[data-part]") && document.activeElement.id;
  let done = 0;
  for (const part of answer.querySelectorAll("[data-part]")) {
    const old = document.querySelector(`[data-part="${CSS.escape(part.dataset.part)}"]`);
    if (!old) continue;
    old.replaceWith(document.adoptNode(part));
    done += 1;
    if (part.dataset.message) say(part.dataset.message);
    if (focused !== null && document.activeElement === document.body) {
      (document.getElementById(focused) ?? part.querySelector("[tabindex]"))?.focus();
    }
  }
  return done;
};

const lost = () => {
  const notice = document.querySelector("[data-offline]");
  notice.textContent = notice.dataset.lost;
  notice.hidden = false;
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("[data-fragment]") || event.defaultPrevented) return;
  event.preventDefault();
  const button = event.submitter;
  const url = button?.hasAttribute("formaction") ? button.formAction : form.action;
  try {
    const answer = await fetch(url, {
      method: "POST",
      body: new URLSearchParams(new FormData(form, button)),
      headers: { "X-Fragment": "1" },
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const sheet = page.querySelector("[data-sheet-part]");
    if (sheet && document.querySelector("[data-sheet]")) {
      document.dispatchEvent(new CustomEvent("sheet:show", { detail: { part: sheet, url } }));
    } else if (swap(page)) {
      document.dispatchEvent(new CustomEvent("sheet:hide"));
      // What opened the sheet may have been exchanged with the rest: then reading goes on at the top of the new part.
      if (document.activeElement === document.body) document.querySelector("[data-part] [tabindex]")?.focus();
    } else if (answer.ok) {
      location.assign(answer.url);
    } else {
      HTMLFormElement.prototype.submit.call(Object.assign(form, { action: url }));
    }
  } catch {
    lost();
  } finally {
    form.dispatchEvent(new CustomEvent("form:free", { bubbles: true }));
  }
});
