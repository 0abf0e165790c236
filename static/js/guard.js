// One tap, one post: a form on its way cannot be sent again, and its button says what is being done.
document.documentElement.classList.add("scripted");

const free = (form) => {
  delete form.dataset.sent;
  for (const button of form.querySelectorAll("[data-label-was]")) {
    button.querySelector("span").textContent = button.dataset.labelWas;
    button.removeAttribute("aria-disabled");
    delete button.dataset.labelWas;
  }
};

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    event.stopImmediatePropagation();
    return;
  }
  form.dataset.sent = "1";
  const button = event.submitter;
  if (button?.dataset.busy) {
    const words = button.querySelector("span");
    button.dataset.labelWas = words.textContent;
    words.textContent = button.dataset.busy;
    button.setAttribute("aria-disabled", "true");
  }
}, true);

document.addEventListener("form:free", (event) => free(event.target));
addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(free));
