// form[data-filter]: search without accents and diet marks, on the page itself; what is ticked stays on this phone.
const form = document.querySelector("form[data-filter]");

if (form) {
  const key = `filter ${form.dataset.filter}`;
  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").replace(/œ/g, "oe").toLowerCase();
  const dishes = [...document.querySelectorAll(".dish")].map((row) => ({ row, text: plain(row.textContent), diets: row.dataset.diets.split(" ") }));
  const found = form.querySelector("[data-found]");

  const apply = () => {
    const words = plain(form.elements.words.value).split(/\s+/).filter(Boolean);
    const diets = [...form.querySelectorAll("[name=diet]:checked")].map((box) => box.value);
    let count = 0;
    for (const { row, text, diets: has } of dishes) {
      row.hidden = !(words.every((word) => text.includes(word)) && diets.every((diet) => has.includes(diet)));
      count += !row.hidden;
    }
    for (const section of document.querySelectorAll(".category")) {
      section.hidden = !section.querySelector(".dish:not([hidden])");
      const link = document.querySelector(`[data-spy] a[href="#${CSS.escape(section.id)}"]`);
      if (link) link.parentElement.hidden = section.hidden;
    }
    form.querySelector("[data-none]").hidden = count > 0;
    found.textContent = words.length || diets.length ? found.dataset.found.replace("{n}", count) : "";
    try { localStorage.setItem(key, diets.join(" ")); } catch { /* a private window keeps nothing, and that is fine */ }
  };

  let kept = [];
  try { kept = (localStorage.getItem(key) ?? "").split(" "); } catch { /* see above */ }
  for (const box of form.querySelectorAll("[name=diet]")) box.checked = kept.includes(box.value);
  form.hidden = false;
  form.addEventListener("input", apply);
  form.addEventListener("focusin", ({ target }) => {
    // Not under a finger, which would let go of something else.
    if (target.matches(":focus-visible")) target.closest(".chip")?.scrollIntoView({ block: "nearest", inline: "center" });
  });
  form.addEventListener("reset", () => setTimeout(apply));
  form.addEventListener("submit", (event) => { event.preventDefault(); document.activeElement.blur(); });
  if (kept.some(Boolean)) apply();
}
