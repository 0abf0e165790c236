// form[data-keypad]: its keys write into the field at once instead of asking the server for the same page with one figure more.
const form = document.querySelector("form[data-keypad]");

form?.addEventListener("click", (event) => {
  const key = event.target.closest("button[name=key]");
  if (!key) return;
  event.preventDefault();
  const field = form.elements.phone;
  if (key.value === "back") field.value = field.value.slice(0, -1);
  else if (key.value !== "+" || !field.value) field.value = (field.value + key.value).slice(0, 20);
});
