// form[data-price] keeps its button's sum right: data-price and [data-cost] in minor units, the first [data-included] units of a
// group free in the order of its list, choices inside an unchosen course not counted. The server prices again, always.
const units = (control) => {
  if (control.closest("[data-nested]")?.parentElement.querySelector(":scope > label input:not(:checked)")) return 0;
  return control.type === "number" ? Math.max(0, Number.parseInt(control.value, 10) || 0) : Number(control.checked);
};

const unitPrice = (form) => {
  let sum = Number(form.dataset.price);
  for (const group of form.querySelectorAll("[data-included]")) {
    let free = Number(group.dataset.included);
    for (const control of group.querySelectorAll(":scope > * > label [data-cost], :scope > * > .option [data-cost], :scope > ul > li > * [data-cost]")) {
      const count = units(control);
      sum += Math.max(0, count - free) * Number(control.dataset.cost);
      free = Math.max(0, free - count);
    }
  }
  return sum;
};

const refresh = (form) => {
  const label = form.querySelector("[data-total]");
  const quantity = Math.max(1, Number.parseInt(form.elements.quantity.value, 10) || 1);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const digits = 10 ** money.resolvedOptions().maximumFractionDigits;
  label.textContent = money.format(unitPrice(form) * quantity / digits);
  form.querySelector("[data-label]").textContent = form.querySelector("[data-label]").dataset.label.replace("{n}", quantity);
};

const watch = (event) => {
  const form = event.target.closest?.("form[data-price]");
  if (form) refresh(form);
};

document.addEventListener("input", watch);
document.addEventListener("focusin", watch);
document.querySelectorAll("form[data-price]").forEach(refresh);
