// button[data-step="-1"|"1"] moves the number beside it within its own min and max, and says so as an ordinary input event.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-step]");
  const field = button?.parentElement.querySelector("input[type=number]");
  if (!field) return;
  const wanted = (Number.parseInt(field.value, 10) || 0) + Number(button.dataset.step);
  field.value = Math.min(Number(field.max), Math.max(Number(field.min), wanted));
  field.dispatchEvent(new Event("input", { bubbles: true }));
});
