// form[data-price] keeps its button's sum right. data-price and [data-cost] are minor units; the first [data-included] units of a
// group are free, in the order of its list; choices of a dish not chosen are not counted. The server prices again, always.
const units = (control) => {
  const owner = control.closest("[data-nested]")?.parentElement.querySelector("input");
  if (owner && !owner.checked) return 0;
  return control.type === "number" ? Math.max(0, Number.parseInt(control.value, 10) || 0) : Number(control.checked);
};

const unitPrice = (form) => {
  const free = new Map();
  let sum = Number(form.dataset.price);
  for (const control of form.querySelectorAll("[data-cost]")) {
    const group = control.closest("[data-included]");
    const left = free.get(group) ?? Number(group.dataset.included);
    const count = units(control);
    sum += Math.max(0, count - left) * Number(control.dataset.cost);
    free.set(group, Math.max(0, left - count));
  }
  return sum;
};

const refresh = (form) => {
  const quantity = Math.max(1, Number.parseInt(form.elements.quantity?.value, 10) || 1);
  const money = new Intl.NumberFormat(document.documentElement.lang, { style: "currency", currency: form.dataset.currency });
  const label = form.querySelector("[data-label]");
  const total = money.format(unitPrice(form) * quantity / 10 ** money.resolvedOptions().maximumFractionDigits);
  label.textContent = label.dataset.label.replace("{n}", quantity);
  form.querySelector("[data-total]").textContent = total;
};

const watch = (event) => {
  const form = event.target.closest?.("form[data-price]");
  if (form) refresh(form);
};

document.addEventListener("input", watch);
document.addEventListener("sheet:shown", () => document.querySelectorAll("form[data-price]").forEach(refresh));
document.querySelectorAll("form[data-price]").forEach(refresh);
